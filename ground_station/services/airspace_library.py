"""The airspace datasets and drawn zones of the installation: imported, offered, taken into use.

A file is read and offered; nothing is checked against it until a person takes it into use, having
seen what of it was refused. What is in use is looked at again every few seconds, since another
process (the command line) may have changed it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from geo.formats.reading import MAX_FILE_BYTES, FileRefused, Reading
from geo.zones import Applicability, GeoZone, ZoneDataset
from ground_station.core.agent_durable import one_line
from ground_station.core.airspace import (
    AirspaceRepository,
    DatasetKind,
    DatasetRecord,
    DrawnZone,
    InUse,
)
from ground_station.core.audit import Act, AuditLog, Detail
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    KestrelError,
    NotAllowed,
    NotFound,
    TimedOut,
    Unavailable,
    Unprocessable,
)
from ground_station.core.events import AirspaceChanged
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.services.airspace import Airspace
from ground_station.services.airspace_doers import Doer, command_line, person
from ground_station.services.airspace_files import (
    check_inside_area,
    checked,
    dataset_of,
    first_refusals,
    record_of,
    why_unusable,
)
from ground_station.services.airspace_taking import TakingUp
from ground_station.services.system import WELL, Finding

__all__ = ["AirspaceLibrary", "Doer", "Imported", "command_line", "person"]

log = logging.getLogger(__name__)

LOOK_EVERY_S = 3.0
MAX_FILE_NAME, MAX_REASON = 300, 500
LONGEST_DRAWN = timedelta(days=366)
LONGEST_CYCLE = timedelta(days=56)  # two AIRAC cycles
Reader = Callable[[bytes, str], Reading]


@dataclass(frozen=True, slots=True)
class Imported:
    """A file as it was read. `reading`: None for one that was imported before."""

    record: DatasetRecord
    dataset: ZoneDataset
    reading: Reading | None = None


class AirspaceLibrary:
    """Thread-safe; a service of the station.

    Args:
        organisation_id: of who runs the station, and so decides about datasets.
        read: reads a file of any format; `geo.formats.sniff.read`.
        training: the zones in use while no dataset is; None: then there are none.
    """

    def __init__(
        self,
        *,
        repository: AirspaceRepository,
        organisation_id: str,
        airspace: Airspace,
        read: Reader,
        training: Callable[[], ZoneDataset] | None,
        audit: AuditLog,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._repository = repository
        self._organisation_id = organisation_id
        self._airspace = airspace
        self._read = read
        self._taking_up = TakingUp(repository, training)
        self._audit = audit
        self._bus = bus
        self._clock = clock
        self._reading = threading.Lock()  # one file at a time: a large one takes memory
        self._taking = threading.Lock()
        self._stamp: InUse | None = None  # None: look again
        self._version = ""
        self._stop = threading.Event()
        self._worker = Worker("airspace", self._turn)

    def start(self) -> None:
        """Take what is stored into use, before anything is checked; then go on looking."""
        self._refresh_or_fail()
        self._worker.start()

    def stop(self) -> None:
        self._stop.set()
        self._worker.stop()

    def probe(self) -> Finding:
        """For the system page: what is in use cannot be used, or is out of date."""
        problem = self._airspace.problem()
        if not problem:
            return WELL
        if self._airspace.in_use.trouble:
            return Finding(problem, "Take another dataset into use; if it stays, restore a backup.")
        return Finding(problem, "Import the present dataset of the United Kingdom.")

    # --- datasets --------------------------------------------------------------------------------

    def datasets(self, who: Principal) -> Sequence[DatasetRecord]:
        """Newest first."""
        require(who, Permission.MANAGE_AIRSPACE)
        return self.all_datasets()

    def all_datasets(self) -> Sequence[DatasetRecord]:
        """For the machine's command line."""
        return self._repository.datasets()

    def dataset(self, who: Principal, dataset_id: str) -> Imported:
        """NotFound."""
        require(who, Permission.MANAGE_AIRSPACE)
        found = self._repository.dataset(dataset_id)
        if found is None:
            raise NotFound("There is no such airspace dataset.")
        return Imported(*found)

    def import_file(self, doer: Doer, body: Callable[[], bytes], file_name: str) -> Imported:
        """Read a file and offer it. Nothing is checked against it yet.

        Args:
            body: gives the file; it is asked only once no other file is being read, so that at
                most one at a time is held in memory.

        Raises:
            Unprocessable: nothing of it can be read: the sentence says why and where.
            Conflict: another file is being read.
            NotAllowed; InvalidInput: it is empty or too large.
        """
        self._require_station(doer)
        name = one_line(file_name).strip()[:MAX_FILE_NAME] or "unnamed"
        if not self._reading.acquire(blocking=False):
            raise Conflict("Another airspace file is being read.", "Try again in a moment.")
        try:
            return self._imported(doer, body(), name)
        finally:
            self._reading.release()

    def _imported(self, doer: Doer, body: bytes, name: str) -> Imported:
        if not 0 < len(body) <= MAX_FILE_BYTES:
            raise InvalidInput(
                f"An airspace file has 1 byte to {MAX_FILE_BYTES // 2**20} MB, not {len(body)}."
            )
        try:
            reading = checked(self._read(body, name))
        except FileRefused as error:
            raise Unprocessable(
                f"{name} cannot be read: {error}", "Get the file again from who publishes it."
            ) from error
        record = record_of(reading, body, name, self._clock.now(), doer.user_id)
        if not reading.zones and record.kind is DatasetKind.ZONES:
            raise Unprocessable(f"No zone could be read of {name}. {first_refusals(reading)}")
        dataset = dataset_of(reading, record.title)
        details: dict[str, Detail] = {
            "file": name,
            "sha256": record.sha256,
            "format": record.format,
            "zones": record.zones,
            "refused": record.refused,
        }
        with self._audit.together(doer.entry(Act.DATASET_IMPORTED, record.dataset_id, details)):
            self._repository.offer(record, dataset)
        return Imported(record, dataset, reading)

    def use(self, doer: Doer, dataset_id: str, accept_refused: int) -> DatasetRecord:
        """Check against this dataset from now on, in place of the one before of its kind.

        Args:
            accept_refused: how many refused features the person has seen.

        Raises:
            NotAllowed, NotFound; Conflict: it is in use or discarded, it holds only from a later
                time on, or not all refused features were seen.
        """
        self._require_station(doer)
        found = self._repository.dataset(dataset_id)
        if found is None:
            raise NotFound("There is no such airspace dataset.")
        record = found[0]
        if record.refused != accept_refused:
            raise Conflict(
                f"{record.refused} features of {record.file_name} were refused.",
                "Look at them first: near each of them nothing will be clear.",
            )
        if record.effective_from is not None and self._clock.now() < record.effective_from:
            raise Conflict(
                f"{record.file_name} holds only from {record.effective_from:%d %B %Y %H:%M} UTC on:"
                " until then nothing would be clear.",
                "Take it into use then.",
            )
        details: dict[str, Detail] = {
            "file": record.file_name,
            "sha256": record.sha256,
            "airac": record.airac,
            "refused": record.refused,
        }
        with self._audit.together(doer.entry(Act.DATASET_USED, dataset_id, details)):
            used = self._repository.take_into_use(dataset_id, self._clock.now(), doer.user_id)
        self._refresh_or_fail()
        return used

    def date(
        self, doer: Doer, dataset_id: str, begins: datetime | None, ends: datetime
    ) -> DatasetRecord:
        """Say when an offered dataset holds, as its publisher says elsewhere, since its file does
        not (ED-269 cannot). What the file does say stays.

        Args:
            begins: None: as the file says.

        Raises:
            NotAllowed, NotFound; InvalidInput: no such time; Conflict: the file says it, or the
                dataset is not offered any more.
        """
        self._require_station(doer)
        found = self._repository.dataset(dataset_id)
        if found is None:
            raise NotFound("There is no such airspace dataset.")
        record = found[0]
        begins = record.effective_from or begins
        ends = record.effective_until or ends
        if begins is None or not begins < ends <= begins + LONGEST_CYCLE:
            raise InvalidInput("Say from when until when it holds: at most 56 days.")
        details: dict[str, Detail] = {
            "file": record.file_name,
            "sha256": record.sha256,
            "begins": begins.isoformat(),
            "ends": ends.isoformat(),
        }
        with self._audit.together(doer.entry(Act.DATASET_DATED, dataset_id, details)):
            return self._repository.date(dataset_id, begins, ends)

    def discard(self, doer: Doer, dataset_id: str) -> DatasetRecord:
        """Give up its zones; that it was offered stays on record.

        Raises:
            NotAllowed, NotFound; Conflict: it is in use, or discarded already.
        """
        self._require_station(doer)
        entry = doer.entry(Act.DATASET_DISCARDED, dataset_id, {})
        with self._audit.together(entry):
            return self._repository.discard(dataset_id, self._clock.now(), doer.user_id)

    def _require_station(self, doer: Doer) -> None:
        """Datasets are the installation's: an organisation that is a guest on it has none."""
        if doer.organisation_id not in (None, self._organisation_id):
            raise NotAllowed("The airspace datasets are those of who runs this station.")

    # --- drawn zones -----------------------------------------------------------------------------

    def drawn(self) -> Sequence[DrawnZone]:
        """Those that hold or will, and those that ended today. For everybody who sees the map."""
        return self._repository.drawn()

    def draw(self, who: Principal, zone: GeoZone, reason: str, until: datetime) -> DrawnZone:
        """Have flights checked against a zone of ours, from its beginning on.

        Args:
            zone: with one applicability that says from when; its id is given here.

        Raises:
            NotAllowed, InvalidInput.
        """
        doer = person(who)
        reason = one_line(reason).strip()
        now = self._clock.now()
        begins = next((one.begins for one in zone.applicability if one.begins), None) or now
        if not reason or len(reason) > MAX_REASON:
            raise InvalidInput(f"Say why, in at most {MAX_REASON} characters.")
        if not begins < until <= begins + LONGEST_DRAWN or until <= now:
            raise InvalidInput("A drawn zone ends after it begins, and within a year.")
        if who.scope.area is not None:
            check_inside_area(who, zone)
        drawn_id = new_id()
        zone = replace(
            zone,
            zone_id=f"DRAWN-{drawn_id[-8:]}",
            applicability=(Applicability(begins, until),),
        )
        why_not = why_unusable(zone)
        if why_not:
            raise InvalidInput(f"This zone cannot be checked: {why_not}")
        kept = DrawnZone(
            drawn_id=drawn_id,
            organisation_id=who.scope.organisation_id,
            zone=zone,
            reason=reason,
            drawn_by=who.user_id,
            drawn_at=now,
            begins=begins,
            ends=until,
        )
        details: dict[str, Detail] = {
            "name": zone.name,
            "reason": reason,
            "restriction": zone.restriction.value,
            "begins": begins.isoformat(),
            "ends": until.isoformat(),
        }
        with self._audit.together(doer.entry(Act.ZONE_DRAWN, drawn_id, details)):
            self._repository.draw(kept)
        self._refresh_or_fail()
        return kept

    def withdraw(self, who: Principal, drawn_id: str) -> DrawnZone:
        """NotFound (also of another organisation's); Conflict if it is withdrawn already."""
        doer = person(who)
        known = next((one for one in self._repository.drawn() if one.drawn_id == drawn_id), None)
        if known is None or known.organisation_id != who.scope.organisation_id:
            raise NotFound("There is no such drawn zone.")
        with self._audit.together(doer.entry(Act.ZONE_WITHDRAWN, drawn_id, {})):
            gone = self._repository.withdraw(drawn_id, self._clock.now(), doer.user_id)
        self._refresh_or_fail()
        return gone

    # --- what is in use --------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """Differs whenever what pages show of it would; see `AirspaceChanged`."""
        return self._version

    def refresh(self) -> None:
        """Take what is stored into use, if it is other than before, and tell of what changed.

        Raises:
            Unavailable, IntegrityError, ValueError: it cannot be read or used.
        """
        with self._taking:
            stamp = self._repository.stamp()
            if stamp != self._stamp:
                zones = self._taking_up.taken(stamp, self._stamp, self._airspace.in_use)
                self._airspace.use(zones)
                self._stamp = stamp
                log.info(
                    "airspace_in_use zones=%s notams=%s drawn=%d",
                    stamp.zones,
                    stamp.notams,
                    len(stamp.drawn),
                )
            self._tell()

    def _tell(self) -> None:
        """Also of a validity that ran out, NOTAMs that grew too old, and each new day."""
        zones, now = self._airspace.in_use, self._clock.now()
        until = None if zones.dataset is None else zones.dataset.effective_until
        shown = (
            self._stamp,
            self._airspace.problem(),
            self._airspace.notams_too_old(),
            until,
            now.date(),
        )
        version = hashlib.sha256(repr(shown).encode()).hexdigest()[:12]
        if version != self._version:
            self._version = version
            self._bus.publish(AirspaceChanged(version))

    def _turn(self) -> None:
        if not self._stop.wait(LOOK_EVERY_S):
            self._refresh_or_fail()

    def _refresh_or_fail(self) -> None:
        """What was decided is on record already: a failure here makes nothing clear instead. While
        the database does not answer, what is in use stays: nobody can decide otherwise meanwhile,
        and the system page says so."""
        try:
            self.refresh()
        except (Unavailable, TimedOut) as error:
            if self._stamp is None:
                self._fail(error)
            else:
                log.warning("airspace_not_looked_at reason=%s", error)
        except (KestrelError, ValueError) as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """What is stored cannot be used: nothing is clear, and everybody sees why."""
        words = f"The stored airspace zones cannot be used: {error}"
        with self._taking:
            self._stamp = None
            kept = self._airspace.in_use
            if kept.trouble != words:
                log.error("airspace_not_usable problem=%s", error)
                self._airspace.use(replace(kept, trouble=words))
            self._tell()
