"""Addresses of receivers, as the settings name them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from ground_station.core.errors import ConfigError

SBS_PORT = 30003
COT_PORT = 8087
KINDS = ("sbs", "json+http", "json+https", "cot+udp")
_REMEDY = (
    "Give traffic.receivers as sbs://HOST:30003, json+http://HOST/data/aircraft.json or "
    "cot+udp://127.0.0.1:8087, without user name, password or query."
)


@dataclass(frozen=True, slots=True)
class Address:
    """Of one receiver; of `cot+udp` what it listens on. `name`: as people read it. `url`: for JSON,
    else ""."""

    kind: str
    host: str
    port: int
    url: str = ""

    @property
    def name(self) -> str:
        kind = self.kind.partition("+")[0].upper()
        return f"{kind} receiver {self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Raises:
    ConfigError: it is none that we know. What it says is not repeated: it may hold a password.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ConfigError("A receiver of traffic has an address that is none.", _REMEDY) from error
    if parts.scheme not in KINDS or not parts.hostname or _says_too_much(parts):
        raise ConfigError("A receiver of traffic has an address that is none.", _REMEDY)
    if parts.scheme in ("sbs", "cot+udp"):
        if parts.path not in ("", "/"):
            raise ConfigError(f"The receiver {parts.hostname} has a path after its port.", _REMEDY)
        usual = SBS_PORT if parts.scheme == "sbs" else COT_PORT
        return Address(parts.scheme, parts.hostname, port or usual)
    web = parts.scheme.removeprefix("json+")
    url = parts._replace(scheme=web).geturl()
    return Address(parts.scheme, parts.hostname, port or (443 if web == "https" else 80), url)


def _says_too_much(parts: SplitResult) -> bool:
    return bool(parts.username or parts.password or parts.query or parts.fragment)
