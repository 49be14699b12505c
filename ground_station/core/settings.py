"""Settings: one frozen tree from TOML and environment; unknown keys are refused with their path.

Built once, by the command line; each part is handed only its own branch. Environment variables
override the file: `KESTREL_STATION__PORT=8443` is `[station] port = 8443`.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from ground_station.core.errors import ConfigError

ENV_PREFIX = "KESTREL_"
# Variables of ours that are no settings: an agent's token is a secret, handed to one process only.
NOT_SETTINGS = frozenset({"KESTREL_AGENT_TOKEN", "KESTREL_CAMERA_ADDRESS"})


def is_loopback(host: str) -> bool:
    """Whether nobody outside this machine can reach what listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Branch(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StationSettings(_Branch):
    """The web server."""

    host: str = Field(
        "127.0.0.1", min_length=1, description="Address to listen on; without HTTPS loopback only."
    )
    port: int = Field(8080, ge=1, le=65535, description="TCP port of the page, API and WHIP/WHEP.")
    threads: int = Field(
        640, ge=8, le=4096, description="Threads at most; each open page and agent holds one."
    )
    session_hours: float = Field(12, gt=0, le=24 * 7, description="Sign-in lasts this long.")
    https: bool = Field(
        False,
        description="Serve HTTPS, with the certificate of `run.py certs` unless one is set; where "
        "this is not given, on unless host is loopback.",
    )
    certificate: Path | None = Field(None, description="PEM chain to serve instead of our own.")
    private_key: Path | None = Field(None, description="PEM key of that certificate.")
    authority: Path | None = Field(
        None, description="PEM authority of that certificate; without it those of the system."
    )
    names: tuple[str, ...] = Field(
        (), description="Further names and addresses the station is opened by."
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token for /metrics; without one only loopback may read it."
    )

    @model_validator(mode="before")
    @classmethod
    def _https_for_networks(cls, values: Any) -> Any:
        """HTTPS needs not be asked for where others can reach the station."""
        if isinstance(values, dict) and "https" not in values:
            host = values.get("host", "127.0.0.1")
            return values | {"https": isinstance(host, str) and not is_loopback(host)}
        return values

    @model_validator(mode="after")
    def _safe_to_serve(self) -> StationSettings:
        """Passwords do not travel networks in the clear."""
        if not self.https and not is_loopback(self.host):
            raise ValueError("with https = false the host must be loopback, 127.0.0.1 or ::1")
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("certificate and private_key go together")
        if self.authority is not None and self.certificate is None:
            raise ValueError("authority goes with certificate and private_key")
        return self


class NodeSettings(_Branch):
    """The vision node."""

    ice_host: str = Field(
        "127.0.0.1", min_length=1, description="Local address offered for WebRTC media."
    )
    ice_port_first: int | None = Field(
        None, ge=1024, le=65535, description="First UDP port for media; with ice_port_last."
    )
    ice_port_last: int | None = Field(None, ge=1024, le=65535, description="Last UDP port.")
    advertised_host: str | None = Field(
        None, description="Address that browsers reach this node's media at, if a NAT is between."
    )
    analysed_fps: float = Field(10, gt=0, le=60, description="Frames analysed a second a source.")
    detector_threads: int = Field(1, ge=1, le=64, description="Threads of one inference.")
    confidence: float = Field(
        0.5, gt=0, lt=1, description="Tracks begin a little above this; weaker ones only continue."
    )
    detector: str = Field(
        "nanodet-g-416",
        description='Model id, or "frame-code" (simulation only: reads numbers drawn in pixels).',
    )
    lost_after_s: float = Field(
        2.0, gt=0, le=60, description="No frame for so long: the source is lost."
    )

    @model_validator(mode="after")
    def _ports_in_order(self) -> NodeSettings:
        if (self.ice_port_first is None) != (self.ice_port_last is None):
            raise ValueError("ice_port_first and ice_port_last go together")
        if (self.ice_port_first or 0) > (self.ice_port_last or 0):
            raise ValueError("ice_port_last is below ice_port_first")
        return self


class TurnSettings(_Branch):
    """A TURN server (coturn) for tablets behind NAT. Each viewer gets a sign-in for it that ends
    by itself, made from the secret that both share."""

    urls: tuple[str, ...] = Field((), description='e.g. ["turns:turn.example.org:5349"].')
    secret: SecretStr | None = Field(None, description="coturn's static-auth-secret.")
    lasts_s: int = Field(3600, ge=60, le=86_400, description="How long a viewer's sign-in is good.")

    @model_validator(mode="after")
    def _whole(self) -> TurnSettings:
        for url in self.urls:
            if not url.startswith(("stun:", "stuns:", "turn:", "turns:")):
                raise ValueError("each of urls begins with turn:, turns:, stun: or stuns:")
        if self.secret is None and any(url.startswith("turn") for url in self.urls):
            raise ValueError("a turn: address needs the secret as well")
        return self


class StoreSettings(_Branch):
    """Where the station keeps what must last."""

    url: SecretStr | None = Field(
        None, description="postgresql://user:password@host/database; without it SQLite."
    )


class LogSettings(_Branch):
    """What the processes print."""

    json_lines: bool = Field(False, description="One JSON object a line, for a log collector.")


class AgentSettings(_Branch):
    """Camera agents that run beside the station."""

    demo_camera: bool = Field(
        True, description="Publish the demonstration cameras; also what demo_drone needs."
    )
    demo_drone: bool = Field(
        True, description="Fly the demonstration drone: a simulated autopilot on a patrol."
    )


class AirspaceSettings(_Branch):
    """What flights are checked against."""

    training: bool = Field(
        False,
        description="Use the training zones and terrain (simulation only; the demonstration does). "
        "Without a dataset nothing is ever shown as clear.",
    )
    nearing_s: float = Field(
        30.0, gt=0, le=300, description="Look so many seconds ahead of each vehicle."
    )
    nearing_m: float = Field(
        100.0, ge=0, le=5000, description="Nearer than this to a zone counts as nearing."
    )
    notams_max_age_h: float = Field(
        24.0, gt=0, le=168, description="Older than this, NOTAMs count as not checked."
    )
    terrain: Path | None = Field(
        None,
        description="A GeoTIFF with the height of the ground in metres above mean sea level (needs "
        "the extra `terrain`). Without it the height of the ground is not known.",
    )


class TrafficSettings(_Branch):
    """Receivers of other aircraft, beside what the drones hear themselves."""

    receivers: tuple[str, ...] = Field(
        (),
        max_length=16,
        description="ADS-B receivers: sbs://HOST:30003 (SBS-1 lines) or json+http://HOST/data/"
        "aircraft.json (dump1090, readsb); drones reported by Cursor-on-Target: an address to "
        "listen on, cot+udp://127.0.0.1:8087.",
    )


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    data_folder: Path = Field(Path("var"), description="Where this installation keeps its data.")
    station: StationSettings = StationSettings()
    node: NodeSettings = NodeSettings()
    agents: AgentSettings = AgentSettings()
    airspace: AirspaceSettings = AirspaceSettings()
    traffic: TrafficSettings = TrafficSettings()
    turn: TurnSettings = TurnSettings()
    store: StoreSettings = StoreSettings()
    log: LogSettings = LogSettings()


def load_settings(file: Path | None = None, overrides: dict[str, Any] | None = None) -> Settings:
    """Read a TOML file (if given), then the environment, then `overrides` (the command line).

    Raises:
        ConfigError: the file is missing or malformed, or a key is unknown or out of range; the
            message names the key's path, never a value.
    """
    values: dict[str, Any] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"Cannot read the settings file {file}: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"The settings file {file} is not valid TOML: {error}.") from error
    _refuse_bad_variables()

    class Layered(Settings):
        """Overrides win over the environment, the environment over the file."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, InitSettingsSource(settings_cls, values)

    try:
        return Layered(**(overrides or {}))
    except ValidationError as error:
        raise ConfigError(_sentence(error), "See docs/settings.md.") from error
    except SettingsError as error:  # a whole branch in one variable that is no JSON
        raise ConfigError(
            f"Settings: {error}.", "Set one key at a time: KESTREL_STATION__PORT=8080."
        ) from error


def _refuse_bad_variables() -> None:
    known = {name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        name = variable.upper()
        if not name.startswith(ENV_PREFIX) or name in NOT_SETTINGS:
            continue
        if not os.environ[variable]:
            raise ConfigError(
                f"The environment variable {variable} is empty.", "Give it a value or unset it."
            )
        if name.removeprefix(ENV_PREFIX).split("__")[0] not in known:
            raise ConfigError(
                f"The environment variable {variable} is no setting of Kestrel.",
                "See docs/settings.md.",
            )


def _sentence(error: ValidationError) -> str:
    parts = []
    for problem in error.errors(include_input=False, include_url=False):
        path = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            parts.append(f"the setting {path} does not exist")
        else:
            parts.append(
                f"the setting {path} is wrong: {problem['msg'].removeprefix('Value error, ')}"
            )
    return "Settings: " + "; ".join(parts) + "."
