"""`run.py sortie PLAN --link ADDRESS`: a whole flight without a station, told step by step.

With `--json` stdout holds one document and nothing else; each step goes to stderr as it happens.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from argparse import Namespace
from dataclasses import asdict, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.airspace.document import answer
from geo.airspace.fence import fence_of
from geo.airspace.plan import Category
from geo.airspace.verdict import Against, Judgement
from geo.missions import Mission
from geo.missions.battery import Battery
from geo.missions.estimate import Estimate, estimate
from geo.missions.motion import Performance, Wind
from geo.zones import OperatorType, ZoneIndex
from geo.zones.training import training_dataset
from ground_station.cli.sortie_log import SortieLog
from ground_station.cli.sortie_plan import (
    Flyer,
    judged,
    may_fly,
    reach,
    read_plan,
    upload_of,
    way,
    words_of,
)
from ground_station.cli.zones_check import index_of, zone_file
from ground_station.cli.zones_store import against_of
from ground_station.core.agent_actions import (
    GeofenceRing,
    RallyPoint,
    UploadGeofence,
    UploadMission,
    UploadRally,
)
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import VehicleReport
from ground_station.core.clock import SystemClock
from ground_station.core.errors import InvalidInput, Unprocessable
from ground_station.core.log_setup import set_up_logging
from ground_station.core.preflight import (
    Given,
    MachineCheck,
    PlanNeeds,
    VerdictFresh,
    machine_checks,
)

if TYPE_CHECKING:
    from drone.sortie import Order, Outcome, Ruling, Sortie, Step

FLOWN, NOT_FLOWN = 0, 1
FENCE_HALF_WIDTH_M = 50.0
SLOWEST = 3.0  # so many times the estimate, and `MORE_S`, before it is called home
MORE_S = 180.0
# Of a small copter, where nothing is said: the careful side of what is sold.
CRUISE_MPS, CLIMB_MPS, SINK_MPS = 5.0, 2.0, 1.0


def run(arguments: Namespace) -> int:
    """Fly it. Ctrl-C calls it home; a second one ends this program and leaves it to its failsafe.

    Returns:
        0 if all was flown, or it was brought home as asked; else 1.

    Raises:
        ConfigError: an address is none. Conflict: another program listens there.
        InvalidInput: the plan cannot be read, or an option means nothing.
    """
    from drone.mavsdk_addresses import parse_all
    from drone.mavsdk_link import MavsdkLink

    addresses = tuple(arguments.link)
    parse_all(addresses)
    desk = Desk(arguments)
    set_up_logging(logging.ERROR, json_lines=False)

    async def fly() -> tuple[Sortie, Outcome]:
        link = MavsdkLink(addresses, name="", simulated=False)
        await link.open()
        try:
            sortie = desk.sortie(link)
            _home_on_signals(sortie)
            return sortie, await sortie.fly()
        finally:
            await link.close()

    sortie, outcome = asyncio.run(fly())
    document = desk.document(sortie, outcome)
    if arguments.json:
        print(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print(f"{outcome.value}. Log: {document['log'] or 'none was kept.'}")
    done = outcome.value == "flown" or (
        outcome.value == "returned" and arguments.abort_after is not None
    )
    return FLOWN if done else NOT_FLOWN


def _home_on_signals(sortie: Sortie) -> None:
    loop = asyncio.get_running_loop()

    def home() -> None:
        if sortie.stop.is_set():
            loop.remove_signal_handler(signal.SIGINT)  # the next one ends the program
        sortie.stop.set()
        print("Called home. Once more ends this program and leaves it flying.", file=sys.stderr)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, home)


class Desk:
    """What a sortie is judged and checked by, and what is kept of it."""

    def __init__(self, arguments: Namespace) -> None:
        self._arguments = arguments
        self._clock = SystemClock()
        self.plan, self._notes = read_plan(arguments.plan)
        self._upload = upload_of(self.plan)
        self._flyer = _flyer(arguments)
        self._given = self._against_given()
        self._facts: VehicleFacts | None = None
        self._link: Any = None
        self._judgement: Judgement | None = None
        self._judged_s = 0.0
        self._estimate: Estimate | None = None
        self._log = SortieLog(arguments.log, self._clock)

    def sortie(self, link: Any) -> Sortie:
        """One flight over this link."""
        from drone.sortie import Sortie

        self._link = link
        return Sortie(
            link=link,
            order=self._order(),
            clock=self._clock,
            tell=self._tell,
            record=self._log.take,
        )

    def _order(self) -> Order:
        from drone.sortie import Order

        arguments, rally = self._arguments, self.plan.rally
        return Order(
            mission=lambda report: self._upload,
            judge=self._judge,
            checks=self._check,
            rings=self._rings,
            rally=None if not rally else UploadRally(list(_rally(self.plan))),
            system_id=arguments.system_id,
            abort_after_s=arguments.abort_after,
            heard_within_s=arguments.heard_within,
            ready_within_s=arguments.ready_within,
            flight_within_s=self._within_s,
        )

    def _rings(self, report: VehicleReport, mission: UploadMission) -> UploadGeofence | None:
        """Those of the plan; with `--fence` one round the approved flight where it has none. Else
        an autopilot's fence is left as it is: switching one on also switches on its own greatest
        height and radius, which a plan may be beyond."""
        if self.plan.fences:
            rings = [GeofenceRing(list(fence.ring), fence.keep_in) for fence in self.plan.fences]
            return UploadGeofence(rings)
        if not self._arguments.fence or report.home is None:
            return None
        path = [(one.lat, one.lon) for one in way(mission, report.home, None)]
        try:
            made = fence_of(path, FENCE_HALF_WIDTH_M)
        except ValueError as error:
            raise Unprocessable(f"No fence can be made of this plan: {error}") from error
        return UploadGeofence([GeofenceRing(list(one.points), one.keep_in) for one in made])

    # --- the airspace ----------------------------------------------------------------------------

    def _against_given(self) -> Against:
        """The dataset of `--dataset`, else the installation's."""
        path: Path | None = self._arguments.dataset
        if path is None:
            against = against_of(self._arguments)
        else:
            index = index_of(zone_file(path).dataset, str(path))
            against = Against(index, None, self._clock.now())
        return replace(against, as_of=_day(self._arguments.as_of))

    def _judge(self, report: VehicleReport, mission: UploadMission) -> Ruling:
        from drone.sortie import Ruling

        facts, now = self._facts_now(report), self._clock.now()
        simulated = facts is not None and facts.simulator is True
        against = replace(self._given, now=now)
        if against.index is None and simulated:
            against = replace(against, index=ZoneIndex(training_dataset(now)))
        height_m = None if facts is None else facts.return_height_home_m
        made = judged(mission, report, self._flyer, against, height_m, now)
        self._judgement, self._judged_s = made, self._clock.monotonic_s()
        said = words_of(made)
        if simulated and not made.verdict.value.startswith("ALLOWED"):
            said += " The autopilot is a simulation: nothing flies there."
        return Ruling(may_fly(made, simulated=simulated), said)

    def _facts_now(self, report: VehicleReport) -> VehicleFacts | None:
        for facts in self._link.facts():
            if facts.system_id == report.system_id:
                self._facts = facts
        return self._facts

    # --- the checks ------------------------------------------------------------------------------

    def _check(
        self, report: VehicleReport, facts: VehicleFacts | None, mission: UploadMission
    ) -> tuple[MachineCheck, ...]:
        assert report.home is not None
        self._estimate = made = self._estimated(report)
        far_m, top_m = reach(mission, report.home)
        needs = PlanNeeds(
            battery_fraction=None if made is None else made.battery_used,
            reserve_fraction=self._arguments.reserve,
            top_home_m=top_m,
            reach_m=far_m,
            fence=bool(self.plan.fences) or self._arguments.fence,
        )
        judgement = self._judgement
        verdict = None
        if judgement is not None:
            simulated = facts is not None and facts.simulator is True
            age_s = self._clock.monotonic_s() - self._judged_s
            go = may_fly(judgement, simulated=simulated)
            verdict = VerdictFresh(go, words_of(judgement), age_s)
        return machine_checks(Given(report, 0.0, facts, needs, verdict, weather_required=False))

    def _estimated(self, report: VehicleReport) -> Estimate | None:
        """None where it cannot be reckoned; the battery's check says so then."""
        arguments, home, battery = self._arguments, report.home, report.battery
        assert home is not None
        full = None if battery is None else battery.remaining
        try:
            return estimate(
                replace(self.plan, home=(home.lat, home.lon, home.alt_amsl_m)),
                Performance(
                    arguments.cruise or self.plan.cruise_mps or CRUISE_MPS, CLIMB_MPS, SINK_MPS
                ),
                battery=Battery.of_minutes(full, arguments.endurance),
                wind=None if arguments.wind is None else Wind(arguments.wind, arguments.wind_from),
                reserve=arguments.reserve,
                return_height_m=None if self._facts is None else self._facts.return_height_home_m,
            )
        except ValueError:
            return None

    def _within_s(self, mission: UploadMission) -> float:
        seconds = None if self._estimate is None else self._estimate.seconds
        return 3600.0 if seconds is None else SLOWEST * seconds + MORE_S

    # --- what is told ----------------------------------------------------------------------------

    def _tell(self, step: Step) -> None:
        mark = "ok " if step.ok else "NOT"
        print(
            f"{step.after_s:8.1f} s  {mark} {step.name}: {step.detail}", file=sys.stderr, flush=True
        )
        self._log.step(step)

    def document(self, sortie: Sortie, outcome: Outcome) -> dict[str, Any]:
        """The answer of `--json`."""
        made = self._estimate
        return {
            "result": outcome.value,
            "plan": str(self._arguments.plan),
            "notes": list(self._notes),
            "items": len(self._upload.items),
            "verdict": None if self._judgement is None else answer(self._judgement),
            "estimate": None
            if made is None
            else {
                "seconds": made.seconds,
                "distance_m": made.distance_m,
                "battery_fraction": made.battery_used,
                "assumed": list(made.assumed),
            },
            "steps": [asdict(step) | {"at": _zulu(step.at)} for step in sortie.steps],
            "log": self._log.close(outcome.value, self._upload),
        }


def _rally(plan: Mission) -> Any:
    return (RallyPoint(one.lat, one.lon, one.height_home_m) for one in plan.rally)


def _flyer(arguments: Namespace) -> Flyer:
    permissions = []
    for words in arguments.permission:
        zone, parted, reference = words.partition("=")
        if not (parted and zone.strip() and reference.strip()):
            raise InvalidInput(f"“{words}” is no permission.", "Give ZONE=REFERENCE.")
        permissions.append((zone.strip(), reference.strip()))
    operator, category = arguments.operator, arguments.category
    return Flyer(
        None if operator is None else OperatorType(operator),
        None if category is None else Category(category),
        tuple(permissions),
    )


def _day(words: str | None) -> datetime | None:
    if words is None:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(words).date(), time(), UTC)
    except ValueError as error:
        raise InvalidInput(f"“{words}” is no date.", "Give it as 2026-06-15.") from error


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
