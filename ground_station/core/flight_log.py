"""What is kept of each sortie, from arming to disarming, and of flights that were imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

MAX_LOG_BYTES: Final = 512 * 2**20  # of a log that somebody brings


class FlightOrigin(StrEnum):
    LIVE = "live"  # recorded here
    ARDUPILOT_BIN = "ardupilot_bin"
    MAVLINK_TLOG = "mavlink_tlog"
    PX4_ULOG = "px4_ulog"


@dataclass(frozen=True, slots=True)
class FlightRecord:
    """One flight; its samples are in a journal beside the database (`FlightJournal`).

    Attributes:
        ended_at: None: it goes on, or the station died in it (`closed_by` says).
        took_off_at, landed_at: None: it was not seen to.
        mission_digest, plan, verdict, permissions: what it was flown by, as sent: the waypoints'
            document as JSON, the verdict's sentence, references by zone.
        preflight_id: what it was signed off by.
        max_height_home_m, distance_m, minutes: None: not known.
        battery_used: 0-1. samples: in the journal. sha256: of the journal once closed, "" before.
        closed_by: "disarmed", "silence" (no report came any more), "restart" (of the station).
        file_name: of what was imported. note: typed in later.
        gaps_s: how long in all nothing came that should have.
    """

    record_id: str
    organisation_id: str
    origin: FlightOrigin
    vehicle_id: str | None
    vehicle_name: str
    began_at: datetime
    ended_at: datetime | None = None
    took_off_at: datetime | None = None
    landed_at: datetime | None = None
    pilot_id: str = ""  # the account that had control at arming
    mission_digest: str = ""
    plan: str = ""
    verdict: str = ""
    permissions: tuple[tuple[str, str], ...] = ()
    preflight_id: str | None = None
    airframe_id: str | None = None
    battery_id: str | None = None
    max_height_home_m: float | None = None
    distance_m: float | None = None
    minutes: float | None = None
    battery_used: float | None = None
    samples: int = 0
    sha256: str = ""
    closed_by: str = ""
    file_name: str = ""
    note: str = ""
    gaps_s: float = 0.0
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class FlightSample:
    """The vehicle at one instant. None: not known then; nothing is carried over from before.

    `at`: aware UTC, of the station's clock (of the log's own for imported ones).
    """

    at: datetime
    lat: float | None = None
    lon: float | None = None
    alt_amsl_m: float | None = None
    height_home_m: float | None = None
    height_agl_m: float | None = None
    north_mps: float | None = None
    east_mps: float | None = None
    down_mps: float | None = None
    roll_deg: float | None = None
    pitch_deg: float | None = None
    heading_deg: float | None = None
    battery: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    satellites: int | None = None
    mode: str = ""
    armed: bool | None = None
    item: int | None = None  # of the mission
    wind_mps: float | None = None
    wind_from_deg: float | None = None
    gimbal_pitch_deg: float | None = None
    gimbal_yaw_deg: float | None = None
    link_ok: bool = True


@dataclass(frozen=True, slots=True)
class FlightEvent:
    """Something that happened: a command and its answer, an alert, a mode, a sentence of the
    autopilot. `kind`: command, answer, alert, mode, text, conformance, failsafe, link, video, gap.
    """

    at: datetime
    kind: str
    words: str
    severity: str = "info"
    lat: float | None = None
    lon: float | None = None
    reference: str = ""  # the id of the alert, the command, the source


FlightEntry = FlightSample | FlightEvent


class FlightRepository(Protocol):
    """Thread-safe."""

    def all(
        self, organisation_id: str, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FlightRecord]:
        """Newest beginning first."""
        ...

    def get(self, record_id: str) -> FlightRecord | None: ...

    def put(self, record: FlightRecord, at: datetime, by: str) -> None:
        """Add it, or replace the one of its id."""
        ...

    def open_ones(self) -> Sequence[FlightRecord]:
        """Live ones without an end: what a killed station left."""
        ...


class FlightJournal(Protocol):
    """The samples and events of one flight, appended as they come. One writer, many readers."""

    def append(self, entry: FlightEntry) -> None:
        """Held until `flush`. Raises OSError where too much is held: flush first."""
        ...

    def flush(self) -> None:
        """Hand what is held to the operating system: a killed station keeps it from here on.
        Raises OSError where the disk fails; what was held is lost then, and only that."""
        ...

    def close(self) -> str:
        """SHA-256 in hex of all of it, which is on the disk. Raises OSError: it is not."""
        ...


class FlightJournals(Protocol):
    """A journal for each flight. What is not there, or cannot be read, is NotFound."""

    def begin(self, record: FlightRecord) -> FlightJournal:
        """A new one, which names its flight; or the one that is there, to go on with it. Raises
        OSError."""
        ...

    def read(self, record_id: str) -> Iterator[FlightEntry]:
        """In order; a torn line (a killed station, a full disk) is left out."""
        ...

    def head(self, record_id: str) -> FlightRecord | None:
        """The flight as it began; None: there is no journal, or it does not say."""
        ...

    def ids(self) -> Sequence[str]:
        """Of all there are, in order."""
        ...

    def written_at(self, record_id: str) -> datetime | None:
        """When it was written last, by the machine's clock."""
        ...

    def remove(self, record_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A log of an autopilot, as far as it could be read.

    Attributes:
        vehicle: what it says of itself. dated: whether it tells the date and time of day; if not,
            its times count from 1970.
        problems: sentences: what is missing, and why.
        entries: its samples, at most five a second, and events, in order; only inside the context.
    """

    origin: FlightOrigin
    vehicle: str
    dated: bool
    problems: tuple[str, ...]
    entries: Iterator[FlightEntry]


class LogReader(Protocol):
    """Reads a stranger's log."""

    def __call__(self, file: Path) -> AbstractContextManager[ReadLog]:
        """Raises Unprocessable: it is no log that can be read, and why."""
        ...
