"""The preflight of a vehicle: what is checked, ticked and signed before anything takes off here.

One a take-off. It is opened by whoever has control, serves that person and that mission only, and
holds for `HOLDS`; the machine's checks are made again in the moment of the take-off.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from ground_station.core.agent_actions import UploadMission, mission_digest
from ground_station.core.agent_durable import one_line
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.audit import Act, AuditLog
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.crew import CheckFound, Preflight, PreflightRepository
from ground_station.core.crew_checks import TICKS, Recorded, record_checks
from ground_station.core.errors import Conflict, InvalidInput
from ground_station.core.fleet import VehicleStatus
from ground_station.core.ids import new_id
from ground_station.core.preflight import (
    CheckState,
    Given,
    MachineCheck,
    PlanNeeds,
    VerdictFresh,
    Weather,
    machine_checks,
)
from ground_station.services.audit import by
from ground_station.services.control import Controls
from ground_station.services.crew_history import CrewHistory
from ground_station.services.crew_records import CrewRecords

HOLDS: Final = timedelta(minutes=30)
LEAST_REASON: Final = 10
MAX_REASON: Final = 1000
NONE_YET: Final = "No preflight was made for this flight."
# By hand: an emergency does not wait for it.
_BY_HAND: Final = frozenset({"weather"})
# What `Flights` itself looks at in the moment of sending, with the pilot's permissions.
_ELSEWHERE: Final = frozenset({"verdict", "weather"})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who flies with what; None: not chosen."""

    pilot_id: str | None = None
    observer_id: str | None = None
    airframe_id: str | None = None
    battery_id: str | None = None


@dataclass(frozen=True, slots=True)
class PreflightNow:
    """A preflight with its checks as they stand now.

    Attributes:
        missing: what keeps it from being signed, one sentence each; () where nothing does.
        good_for_s: how long its signature still holds; None: it is not signed, used or void.
    """

    preflight: Preflight
    checks: tuple[MachineCheck, ...]
    missing: tuple[str, ...]
    good_for_s: float | None


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What is known of the plan that a vehicle holds.

    Attributes:
        mission: None: none that went through this station.
        verdict_of: the airspace's word on it now, by the person who would fly it.
        needs_of: what it needs, with the airframe and the weather of a preflight.
    """

    mission: Callable[[VehicleStatus], UploadMission | None]
    verdict_of: Callable[[Principal, VehicleStatus, UploadMission | None], VerdictFresh | None]
    needs_of: Callable[[VehicleStatus, UploadMission | None, Preflight], PlanNeeds | None]


class Preflights:
    """Thread-safe; a call waits for the database and for the airspace check."""

    def __init__(
        self,
        *,
        controls: Controls,
        records: CrewRecords,
        history: CrewHistory,
        repository: PreflightRepository,
        facts: Callable[[str], VehicleFacts | None],
        plan: PlanFacts,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._controls = controls
        self._records = records
        self._history = history
        self._repository = repository
        self._facts = facts
        self._plan = plan
        self._audit = audit
        self._clock = clock
        self._changes = threading.Lock()

    # --- reading ---------------------------------------------------------------------------------

    def now(self, who: Principal, vehicle_id: str) -> PreflightNow | None:
        """The newest of a vehicle; None: there was none yet.

        Raises:
            NotAllowed, NotFound.
        """
        require(who, Permission.SEE_PAPERS)
        status = self._controls.reach(who, vehicle_id)
        found = self._repository.newest(vehicle_id)
        return None if found is None else self._seen(who, status, found)

    # --- making it -------------------------------------------------------------------------------

    def open(self, who: Principal, vehicle_id: str, chosen: Chosen) -> PreflightNow:
        """Begin one for what the vehicle holds now, in place of any that was not used.

        Raises:
            NotAllowed, NotFound; Conflict: somebody else has control.
        """
        status = self._mine(who, vehicle_id)
        mission = self._plan.mission(status)
        made = Preflight(
            record_id=new_id(),
            organisation_id=who.scope.organisation_id,
            vehicle_id=vehicle_id,
            opened_at=self._clock.now(),
            opened_by=who.user_id,
            mission_digest="" if mission is None else mission_digest(mission),
        )
        made = self._with(who, made, chosen)
        with self._changes:
            self._put(who, made, Act.PREFLIGHT_OPENED, "")
        return self._seen(who, status, made)

    def choose(self, who: Principal, vehicle_id: str, chosen: Chosen) -> PreflightNow:
        """Change who flies with what. Raises as `tick`, and NotFound for a record."""
        return self._change(who, vehicle_id, lambda one: self._with(who, one, chosen))

    def tick(self, who: Principal, vehicle_id: str, key: str, *, done: bool) -> PreflightNow:
        """Tick one of the pilot's own checks, or take that back.

        Raises:
            NotAllowed, NotFound, Conflict: not theirs, or none is open; InvalidInput: no such tick.
        """
        if key not in TICKS:
            raise InvalidInput(f"There is no check “{key[:40]}”.", f"One of {', '.join(TICKS)}.")

        def ticked(one: Preflight) -> Preflight:
            kept = [tick for tick in one.ticks if tick != key]
            return replace(one, ticks=tuple([*kept, key] if done else kept))

        return self._change(who, vehicle_id, ticked)

    def weather(self, who: Principal, vehicle_id: str, weather: Weather) -> PreflightNow:
        """The weather at the place, as the pilot sees and measures it. Raises as `tick`."""
        now = self._clock.now()
        kept = replace(weather, age_s=0.0)
        return self._change(who, vehicle_id, lambda one: replace(one, weather=kept, weather_at=now))

    def sign(self, who: Principal, vehicle_id: str, name: str) -> PreflightNow:
        """Sign it off.

        Raises:
            NotAllowed, NotFound; InvalidInput: the name is not theirs.
            Conflict: something is missing, all of which it names.
        """
        return self._signed(who, vehicle_id, name, "")

    def override(self, who: Principal, vehicle_id: str, name: str, reason: str) -> PreflightNow:
        """Sign in an emergency, without the pilot's own checks. Never without what a machine can
        check, nor without a zone's permission; recorded with its reason. Raises as `sign`."""
        why = one_line(reason).strip()
        if not LEAST_REASON <= len(why) <= MAX_REASON:
            raise InvalidInput(
                f"Say what the emergency is, in {LEAST_REASON} to {MAX_REASON} characters."
            )
        return self._signed(who, vehicle_id, name, why)

    # --- using it --------------------------------------------------------------------------------

    def why_not(self, who: Principal, status: VehicleStatus, digest: str | None) -> str:
        """Why this person may not take off with this vehicle now; "" if they may.

        Args:
            digest: of the mission that would be started; None: it is flown by hand.
        """
        found = self._repository.newest(status.vehicle.vehicle_id)
        wrong = self._why_void(who, found, digest)
        if wrong or found is None:
            return wrong or NONE_YET
        given = self._given(who, status, found)
        stops = [
            f"{check.title}: {check.words}"
            for check in machine_checks(given)
            if check.stops and check.key not in _ELSEWHERE
        ]
        return " ".join(stops)

    def used(self, vehicle_id: str) -> Preflight | None:
        """A take-off was accepted: it serves no other. What served it, for the flight's log."""
        with self._changes:
            found = self._repository.newest(vehicle_id)
            if found is None or found.signed_at is None or found.used_at is not None:
                return found
            now = self._clock.now()
            kept = replace(found, used_at=now)
            self._repository.put(kept, now, found.signed_by)
            return kept

    # --- inside ----------------------------------------------------------------------------------

    def _mine(self, who: Principal, vehicle_id: str) -> VehicleStatus:
        require(who, Permission.FLY)
        status = self._controls.reach(who, vehicle_id)
        self._controls.check_holder(who, status)
        return status

    def _with(self, who: Principal, one: Preflight, chosen: Chosen) -> Preflight:
        own, records = who.scope.organisation_id, self._records
        pilot = records.crew.find(own, chosen.pilot_id) or records.crew.of_account(own, who.user_id)
        craft = records.airframes.find(own, chosen.airframe_id)
        craft = craft or records.airframes.of_vehicle(own, one.vehicle_id)
        observer = records.crew.find(own, chosen.observer_id)
        battery = records.batteries.find(own, chosen.battery_id)
        return replace(
            one,
            pilot_id=None if pilot is None else pilot.record_id,
            observer_id=None if observer is None else observer.record_id,
            airframe_id=None if craft is None else craft.record_id,
            battery_id=None if battery is None else battery.record_id,
        )

    def _change(
        self, who: Principal, vehicle_id: str, change: Callable[[Preflight], Preflight]
    ) -> PreflightNow:
        status = self._mine(who, vehicle_id)
        with self._changes:
            found = self._open_one(who, vehicle_id)
            kept = change(found)
            self._repository.put(kept, self._clock.now(), who.user_id)
        return self._seen(who, status, kept)

    def _open_one(self, who: Principal, vehicle_id: str) -> Preflight:
        found = self._repository.newest(vehicle_id)
        if found is None or found.opened_by != who.user_id:
            raise Conflict("You have not opened a preflight of this vehicle.", "Open one first.")
        if found.signed_at is not None:
            raise Conflict("This preflight is signed already.", "Open another one to change it.")
        return found

    def _signed(self, who: Principal, vehicle_id: str, name: str, reason: str) -> PreflightNow:
        status = self._mine(who, vehicle_id)
        typed = one_line(name).strip()
        if typed.casefold() != one_line(who.display_name).strip().casefold():
            raise InvalidInput(
                "That is not your name.", f"Sign as {who.display_name}, as you are signed in."
            )
        with self._changes:
            found = self._open_one(who, vehicle_id)
            seen = self._seen(who, status, found)
            missing = _still_missing(seen) if reason else seen.missing
            if missing:
                raise Conflict(f"It cannot be signed: {' '.join(missing)}")
            kept = replace(
                found,
                signed_at=self._clock.now(),
                signed_by=who.user_id,
                signed_name=typed,
                override_reason=reason,
                checks=tuple(_found(check) for check in seen.checks),
                verdict=next((one.words for one in seen.checks if one.key == "verdict"), ""),
            )
            act = Act.PREFLIGHT_OVERRIDDEN if reason else Act.PREFLIGHT_SIGNED
            self._put(who, kept, act, reason)
        return self._seen(who, status, kept)

    def _put(self, who: Principal, one: Preflight, act: Act, reason: str) -> None:
        skipped = [key for key in TICKS if key not in one.ticks] if reason else []
        entry = by(
            who,
            act,
            "preflight",
            one.record_id,
            vehicle=one.vehicle_id,
            mission=one.mission_digest,
            reason=reason,
            skipped=" ".join(skipped),
            signed_name=one.signed_name,
        )
        with self._audit.together(entry):
            self._repository.put(one, self._clock.now(), who.user_id)

    def _seen(self, who: Principal, status: VehicleStatus, one: Preflight) -> PreflightNow:
        checks = (
            *machine_checks(self._given(who, status, one)),
            *record_checks(self._recorded(who, one)),
        )
        missing = [f"{check.title}: {check.words}" for check in checks if check.stops]
        missing += [f"Not ticked: {words}." for key, words in TICKS.items() if key not in one.ticks]
        why_void = self._why_void(who, one, one.mission_digest or None)
        good_for_s = None
        if one.signed_at is not None and not why_void:
            good_for_s = (one.signed_at + HOLDS - self._clock.now()).total_seconds()
        return PreflightNow(one, checks, tuple(missing), good_for_s)

    def _given(self, who: Principal, status: VehicleStatus, one: Preflight) -> Given:
        mission = self._plan.mission(status)
        weather = one.weather
        if weather is not None and one.weather_at is not None:
            age_s = (self._clock.now() - one.weather_at).total_seconds()
            weather = replace(weather, age_s=age_s)
        craft = self._records.airframes.find(one.organisation_id, one.airframe_id)
        return Given(
            report=status.report,
            passed_s=self._clock.monotonic_s() - status.received_s,
            facts=self._facts(status.vehicle.vehicle_id),
            needs=self._plan.needs_of(status, mission, one),
            verdict=self._plan.verdict_of(who, status, mission),
            weather=weather,
            limits=None if craft is None else craft.limits,
            remote_id_required=craft is None or craft.remote_id_required,
        )

    def _recorded(self, who: Principal, one: Preflight) -> Recorded:
        own, records = one.organisation_id, self._records
        pilot = records.crew.find(own, one.pilot_id)
        craft = records.airframes.find(own, one.airframe_id)
        battery = records.batteries.find(own, one.battery_id)
        return Recorded(
            today=self._clock.now().date(),
            account_id=who.user_id,
            pilot=pilot,
            observer=records.crew.find(own, one.observer_id),
            observer_needed=False,
            airframe=craft,
            battery=battery,
            defects=records.open_defects(own),
            last_flight_at=None if pilot is None else self._history.last_flight(own, pilot),
            airframe_minutes=None if craft is None else self._history.minutes(own, craft),
            battery_cycles=None if battery is None else self._history.cycles(own, battery),
        )

    def _why_void(self, who: Principal, one: Preflight | None, digest: str | None) -> str:
        """Why this preflight serves no take-off of this person, of this mission."""
        if one is None:
            return NONE_YET
        if one.signed_at is None:
            return "Its preflight is not signed yet."
        minutes = round(HOLDS.total_seconds() / 60)
        against = (
            (one.void_reason, f"Its preflight does not hold any more: {one.void_reason}"),
            (one.used_at, "Its preflight served a take-off already: make another one."),
            (
                one.signed_by != who.user_id,
                "Somebody else signed its preflight: whoever flies signs their own.",
            ),
            (
                self._clock.now() - one.signed_at > HOLDS,
                f"Its preflight was signed more than {minutes} minutes ago.",
            ),
            (
                digest is not None and digest != one.mission_digest,
                "Its preflight was made for another mission than it holds now.",
            ),
        )
        return next((words for wrong, words in against if wrong), "")


def _still_missing(seen: PreflightNow) -> tuple[str, ...]:
    """What an emergency does not skip."""
    return tuple(
        f"{check.title}: {check.words}"
        for check in seen.checks
        if check.stops and not (check.key in _BY_HAND and check.state is CheckState.UNKNOWN)
    )


def _found(check: MachineCheck) -> CheckFound:
    return CheckFound(check.key, check.title, check.state, check.words, check.blocks)
