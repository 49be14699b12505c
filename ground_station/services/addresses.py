"""At which names and addresses a station is reached, and with which certificate."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from pathlib import Path

from ground_station.core.errors import ConfigError
from ground_station.core.settings import Settings, StationSettings
from ground_station.services.certificates import LocalAuthority, Served, check_served, shown
from ground_station.services.system import WELL, Finding

PROBLEM_BEFORE = timedelta(days=14)
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def listens_everywhere(host: str) -> bool:
    """Whether this is the address that stands for all of a machine's."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def local_host(station: StationSettings) -> str:
    """The name or address that programs on this machine reach the station at."""
    if station.certificate is not None and station.names:
        return station.names[0]  # one that the certificate is of
    if listens_everywhere(station.host):
        return "::1" if ":" in station.host else "127.0.0.1"
    return station.host


def local_url(station: StationSettings) -> str:
    """Where the station answers, for programs on this machine; no slash at the end."""
    return _url(station, local_host(station))


def public_url(station: StationSettings) -> str:
    """Where people open it; no slash at the end."""
    return _url(station, station.names[0] if station.names else local_host(station))


def all_names(station: StationSettings) -> tuple[str, ...]:
    """Every name and address people may open it at, loopback's not among them."""
    own = () if listens_everywhere(station.host) else (station.host,)
    found = (name.lower() for name in (*own, *station.names))
    return tuple(dict.fromkeys(name for name in found if name not in LOOPBACK_NAMES))


def trusted_hosts(station: StationSettings) -> tuple[str, ...]:
    """The values of the Host header, without port, that are answered."""
    return tuple(_in_url(name) for name in (*LOOPBACK_NAMES, *all_names(station)))


def served_files(settings: Settings) -> Served | None:
    """The certificate that is served, whether it is there yet or not; None without HTTPS."""
    station = settings.station
    if not station.https:
        return None
    if station.certificate is None or station.private_key is None:
        return LocalAuthority(settings.data_folder).served
    return Served(station.certificate, station.private_key, station.authority)


def prepare_certificates(settings: Settings, now: datetime) -> Served | None:
    """Make or renew our own certificate, or check the one that was set; None without HTTPS.

    Raises:
        ConfigError, IntegrityError, Unavailable: it cannot be served.
    """
    served = served_files(settings)
    if served is None:
        return None
    station = settings.station
    if not all_names(station) and listens_everywhere(station.host):
        raise ConfigError(
            f"The station listens on every address ({station.host}), but has no name.",
            "List what tablets open it by in station.names: names or addresses of this machine.",
        )
    if station.certificate is not None:
        check_served(served, now)
    else:
        LocalAuthority(settings.data_folder).ensure(all_names(station), now)
    return served


def authority_file(settings: Settings) -> Path | None:
    """What programs on this machine check the station's certificate with; None = the system's
    authorities, or no HTTPS."""
    served = served_files(settings)
    return None if served is None else served.authority


def certificate_probe(file: Path, now: datetime) -> Finding:
    """A problem when the certificate that is served ends soon, or cannot be read."""
    ends = shown(file).not_after
    left = ends - now
    if left > PROBLEM_BEFORE:
        return WELL
    return Finding(
        f"The station's certificate {'expires' if left > timedelta() else 'expired'} on "
        f"{ends:%Y-%m-%d}: after that no browser opens this page.",
        "Start Kestrel again to renew its own certificate; have one that was brought renewed.",
        failed=left <= timedelta(),
    )


def _url(station: StationSettings, host: str) -> str:
    return f"{'https' if station.https else 'http'}://{_in_url(host)}:{station.port}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
