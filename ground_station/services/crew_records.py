"""Records of crew, aircraft, batteries and defects: who changes them, and what a flight reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from ground_station.core.agent_durable import one_line
from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.crew import (
    Airframe,
    Battery,
    CrewMember,
    CrewRole,
    Defect,
    RecordRepository,
)
from ground_station.core.errors import Conflict, InvalidInput, NotFound
from ground_station.core.ids import new_id
from ground_station.services.audit import by

MAX_NAME: Final = 200
MAX_WORDS: Final = 2000
_Kept = TypeVar("_Kept", CrewMember, Airframe, Battery)
_WORDS: Final[Mapping[type, tuple[str, Act]]] = MappingProxyType(
    {
        CrewMember: ("crew member", Act.CREW_CHANGED),
        Airframe: ("aircraft", Act.AIRFRAME_CHANGED),
        Battery: ("battery", Act.BATTERY_CHANGED),
    }
)


@dataclass(frozen=True, slots=True)
class Repositories:
    """Where they are kept."""

    crew: RecordRepository[CrewMember]
    airframes: RecordRepository[Airframe]
    batteries: RecordRepository[Battery]
    defects: RecordRepository[Defect]


class _Records(Generic[_Kept]):
    """Of one kind, for one organisation at a time."""

    def __init__(
        self,
        kind: type[_Kept],
        repository: RecordRepository[_Kept],
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._word, self._act = _WORDS[kind]
        self._repository: RecordRepository[_Kept] = repository
        self._audit = audit
        self._clock = clock

    def all(self, who: Principal) -> Sequence[_Kept]:
        """Of the person's organisation, newest first."""
        require(who, Permission.SEE_PAPERS)
        return self._repository.all(who.scope.organisation_id)

    def find(self, organisation_id: str, record_id: str | None) -> _Kept | None:
        """Of that organisation; None where nothing is named.

        Raises:
            NotFound.
        """
        if record_id is None:
            return None
        found = self._repository.get(record_id)
        if found is None or found.organisation_id != organisation_id:
            raise NotFound(f"There is no such {self._word}.")
        return found

    def put(self, who: Principal, record: _Kept, label: str) -> _Kept:
        """Add (with an id of "") or replace one, and write that down.

        Raises:
            NotAllowed, InvalidInput, NotFound.
        """
        require(who, Permission.MANAGE_CREW)
        label = one_line(label).strip()
        if not 1 <= len(label) <= MAX_NAME:
            raise InvalidInput(f"A {self._word} has a name of 1 to {MAX_NAME} characters.")
        own = who.scope.organisation_id
        if record.record_id:
            self.find(own, record.record_id)
        kept = replace(record, record_id=record.record_id or new_id(), organisation_id=own)
        self.check(kept)
        entry = by(who, self._act, self._word.replace(" ", "_"), kept.record_id, name=label)
        with self._audit.together(entry):
            self._repository.put(kept, self._clock.now(), who.user_id)
        return kept

    def check(self, record: _Kept) -> None:
        """Raises InvalidInput for a number that cannot be."""


class _Crew(_Records[CrewMember]):
    def check(self, record: CrewMember) -> None:
        if not record.roles or len(set(record.roles)) != len(record.roles):
            raise InvalidInput("A crew member is a pilot, an observer, or both.")
        _number("minutes_before", record.minutes_before, 0, 10**7)

    def of_account(self, organisation_id: str, user_id: str) -> CrewMember | None:
        """The pilot whose account it is."""
        for member in self._repository.all(organisation_id):
            own = member.user_id == user_id and not member.retired
            if own and CrewRole.PILOT in member.roles:
                return member
        return None


class _Airframes(_Records[Airframe]):
    def check(self, record: Airframe) -> None:
        _number("mass_kg", record.mass_kg, 0.01, 600)
        _number("endurance_min", record.endurance_min, 1, 600)
        for name in ("cruise_mps", "climb_mps", "sink_mps"):
            _number(name, getattr(record, name), 0.1, 40)
        _number("minutes_before", record.minutes_before, 0, 10**7)
        if record.camera is not None:
            _number("hfov_deg", record.camera.hfov_deg, 1, 175)
            _number("width_px", record.camera.width_px, 16, 100_000)
            _number("height_px", record.camera.height_px, 16, 100_000)

    def of_vehicle(self, organisation_id: str, vehicle_id: str) -> Airframe | None:
        """The aircraft that is this vehicle of the station."""
        for craft in self._repository.all(organisation_id):
            if craft.vehicle_id == vehicle_id and not craft.retired:
                return craft
        return None


class _Batteries(_Records[Battery]):
    def check(self, record: Battery) -> None:
        _number("capacity_mah", record.capacity_mah, 1, 10**6)
        _number("cells", record.cells, 1, 32)
        _number("cycles_before", record.cycles_before, 0, 10**5)
        _number("health", record.health, 0, 1)


class CrewRecords:
    """Thread-safe. Each person sees and changes those of their own organisation only."""

    def __init__(self, repositories: Repositories, audit: AuditLog, clock: Clock) -> None:
        self.crew = _Crew(CrewMember, repositories.crew, audit, clock)
        self.airframes = _Airframes(Airframe, repositories.airframes, audit, clock)
        self.batteries = _Batteries(Battery, repositories.batteries, audit, clock)
        self._defects = repositories.defects
        self._audit = audit
        self._clock = clock

    def put_crew(self, who: Principal, member: CrewMember) -> CrewMember:
        """See `_Records.put`."""
        return self.crew.put(who, member, member.name)

    def put_airframe(self, who: Principal, craft: Airframe) -> Airframe:
        """See `_Records.put`; Conflict: another aircraft is that vehicle already."""
        if craft.vehicle_id is not None and not craft.retired:
            other = self.airframes.of_vehicle(who.scope.organisation_id, craft.vehicle_id)
            if other is not None and other.record_id != craft.record_id:
                raise Conflict(
                    f"That vehicle is recorded as “{other.name}” already.",
                    "Take it off that record first.",
                )
        return self.airframes.put(who, craft, craft.name)

    def put_battery(self, who: Principal, battery: Battery) -> Battery:
        """See `_Records.put`."""
        return self.batteries.put(who, battery, battery.label)

    # --- defects ---------------------------------------------------------------------------------

    def defects(self, who: Principal, *, fixed_too: bool = False) -> Sequence[Defect]:
        """Newest first."""
        require(who, Permission.SEE_PAPERS)
        found = self._defects.all(who.scope.organisation_id)
        return [one for one in found if fixed_too or one.fixed_at is None]

    def open_defects(self, organisation_id: str) -> Sequence[Defect]:
        """For a preflight."""
        return [one for one in self._defects.all(organisation_id) if one.fixed_at is None]

    def report_defect(
        self,
        who: Principal,
        words: str,
        *,
        grounds: bool,
        airframe_id: str | None = None,
        battery_id: str | None = None,
    ) -> Defect:
        """Say what is broken.

        Raises:
            NotAllowed, NotFound; InvalidInput: no words, or not exactly one thing is named.
        """
        require(who, Permission.REPORT_DEFECTS)
        own = who.scope.organisation_id
        if (airframe_id is None) == (battery_id is None):
            raise InvalidInput("A defect is of one aircraft or of one battery.")
        self.airframes.find(own, airframe_id)
        self.batteries.find(own, battery_id)
        defect = Defect(
            record_id=new_id(),
            organisation_id=own,
            words=_words(words),
            found_at=self._clock.now(),
            found_by=who.user_id,
            grounds=grounds,
            airframe_id=airframe_id,
            battery_id=battery_id,
        )
        self._put(who, defect, Act.DEFECT_FOUND, defect.words)
        return defect

    def fix_defect(self, who: Principal, defect_id: str, words: str) -> Defect:
        """Say that it was put right, and how.

        Raises:
            NotAllowed, NotFound, InvalidInput; Conflict: it was already.
        """
        require(who, Permission.MANAGE_CREW)
        found = self._defects.get(defect_id)
        if found is None or found.organisation_id != who.scope.organisation_id:
            raise NotFound("There is no such defect.")
        if found.fixed_at is not None:
            raise Conflict("That defect was put right already.")
        fixed = replace(
            found, fixed_at=self._clock.now(), fixed_by=who.user_id, fixed_words=_words(words)
        )
        self._put(who, fixed, Act.DEFECT_FIXED, fixed.fixed_words)
        return fixed

    def _put(self, who: Principal, defect: Defect, act: Act, words: str) -> None:
        entry = by(
            who,
            act,
            "defect",
            defect.record_id,
            words=words,
            grounds=defect.grounds,
            airframe=defect.airframe_id or "",
            battery=defect.battery_id or "",
        )
        with self._audit.together(entry):
            self._defects.put(defect, _when(defect), who.user_id)


def _when(defect: Defect) -> datetime:
    return defect.fixed_at or defect.found_at


def _words(words: str) -> str:
    said = one_line(words).strip()
    if not 1 <= len(said) <= MAX_WORDS:
        raise InvalidInput(f"Say it in 1 to {MAX_WORDS} characters.")
    return said


def _number(name: str, value: Any, least: float, most: float) -> None:
    if value is None:
        return
    if not (math.isfinite(value) and least <= value <= most):
        raise InvalidInput(f"{name} is {value}; it is between {least:g} and {most:g}.")
