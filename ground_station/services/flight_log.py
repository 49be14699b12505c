"""The flight log: every sortie of every vehicle, recorded from arming to disarming.

The transport threads only put into bounded mailboxes; one thread makes samples and events of it,
five a second for each vehicle, and flushes them every second; another one keeps the records in
the database. What a killed station left open goes on where its vehicle still flies, and is closed
as "restart" where it does not.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from ground_station.core.agent_actions import UploadMission, mission_digest
from ground_station.core.agent_vehicles import FlightMode, VehicleLinkState
from ground_station.core.bus import Bus
from ground_station.core.clock import Clock
from ground_station.core.entities import Alert, AlertState
from ground_station.core.events import AlertChanged
from ground_station.core.fleet import VehicleStatus
from ground_station.core.flight_log import (
    FlightEvent,
    FlightJournals,
    FlightOrigin,
    FlightRecord,
    FlightRepository,
)
from ground_station.core.ids import new_id
from ground_station.core.lifecycle import Worker
from ground_station.services.flight_intake import FlightIntake, Happened, Heard
from ground_station.services.flight_keeping import closed_as_left, figures_so_far
from ground_station.services.flight_recording import Around, Recording
from ground_station.services.flight_rows import FlightRows
from ground_station.services.flight_samples import is_armed
from ground_station.services.system import Finding

log = logging.getLogger(__name__)

TURN_S: Final = 0.25
FLUSH_S: Final = 1.0
CLOSE_AFTER_S: Final = 2.0  # what comes right after the disarming still belongs to it
SILENCE_S: Final = 600.0  # longer than that no battery of ours flies on unheard
RESUME_WITHIN_S: Final = 60.0  # after the start, for an agent that connects again
RESUME_GAP_S: Final = 900.0  # a vehicle that is armed after a longer one is on another flight
BEFORE_S: Final = 300.0  # commands so long before the arming are part of the flight
BEFORE_KEPT: Final = 30
MAX_VEHICLES: Final = 1000  # as the fleet
MAX_PLAN_CHARS: Final = 400_000


class FlightLog:
    """Thread-safe; a service of the station, to be started before the agents.

    Attributes:
        intake: where other threads put what they have to say.

    Args:
        find: a vehicle by its id.
        held: the mission that a vehicle is known to hold, with the permissions by zone id that it
            was uploaded with; None: not known.
    """

    def __init__(
        self,
        *,
        flights: FlightRepository,
        journals: FlightJournals,
        rows: FlightRows,
        around: Around,
        find: Callable[[str], VehicleStatus | None],
        held: Callable[[VehicleStatus], tuple[UploadMission, Mapping[str, str]] | None],
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._flights = flights
        self._journals = journals
        self._rows = rows
        self._around = around
        self._find = find
        self._held = held
        self._clock = clock
        self._alerts = bus.subscribe(AlertChanged)
        self.intake = FlightIntake(
            follows=lambda vehicle_id: vehicle_id in self._open or vehicle_id in self._left,
            clock=clock,
        )
        self._open: dict[str, Recording] = {}  # by vehicle id; changed by the worker only
        self._left: dict[str, FlightRecord] = {}  # by vehicle id: what was found open at the start
        self._left_until_s = float("-inf")
        self._before: dict[str, deque[tuple[float, Happened]]] = {}
        self._flushed_s = float("-inf")
        self._stopping = threading.Event()
        self._worker = Worker("flight-log", self._step)

    def start(self) -> None:
        self.take_up()
        self._rows.start()
        self._worker.start()

    def stop(self) -> None:
        """What came is on the disk; what still flies goes on after the next start."""
        self._stopping.set()
        self._worker.stop()
        self.turn()
        now = self._clock.now()
        for recording in self._open.values():
            recording.set_aside(now)
        self._rows.stop()

    def now(self, record_id: str) -> FlightRecord | None:
        """A flight that goes on, with its figures as they are; None: it does not."""
        for recording in list(self._open.values()):
            if recording.record.record_id == record_id:
                return recording.record
        return None

    def probe(self) -> Finding:
        """For the system page."""
        failing = [one for one in list(self._open.values()) if one.problem]
        if failing:
            names = ", ".join(sorted(one.record.vehicle_name for one in failing)[:5])
            return Finding(
                f"The flight log of {names} is not written: {failing[0].problem}.",
                "They fly on, and the gap is in their log. Make room on the disk.",
                failed=True,
            )
        dropped = self.intake.dropped
        if dropped:
            return Finding(
                f"The flight log lost {dropped} samples or events: this machine was too slow.",
                "The gaps are in the flights' logs. Fly fewer vehicles on it.",
            )
        return self._rows.probe()

    # --- the log's own thread --------------------------------------------------------------------

    def take_up(self) -> None:
        """Find what the last station left open; journals without a record get theirs back.

        Raises:
            Unavailable: the database does not answer.
        """
        self._left_until_s = self._clock.monotonic_s() + RESUME_WITHIN_S
        for record in self._flights.open_ones():
            if record.vehicle_id is None or record.vehicle_id in self._left:
                self._close_left(record)
            else:
                self._left[record.vehicle_id] = record

    def turn(self) -> None:
        """Take what came; for tests, which run no thread."""
        for one in self.intake.drain():
            if isinstance(one, Heard):
                self._take_heard(one)
            else:
                self._take_happened(one)
        for event in self._alerts.take_all(0):
            self._take_alert(event)
        now_s = self._clock.monotonic_s()
        for vehicle_id in list(self._open):
            self._look(vehicle_id, now_s)
        if now_s - self._flushed_s >= FLUSH_S:
            self._flushed_s = now_s
            self._each_second(now_s)

    def _step(self) -> None:
        if not self._stopping.wait(TURN_S):
            self.turn()

    def _each_second(self, now_s: float) -> None:
        now = self._clock.now()
        for vehicle_id, recording in self._open.items():
            status = self._find(vehicle_id)
            recording.look_at_video(status, now)
            self._look_at_plan(recording, status, now)
            recording.flush(now)
        if self._left and now_s >= self._left_until_s:
            for record in self._left.values():
                self._close_left(record)
            self._left.clear()

    # --- what came -------------------------------------------------------------------------------

    def _take_heard(self, heard: Heard) -> None:
        status = heard.status
        vehicle_id = status.vehicle.vehicle_id
        report = status.report
        assert report is not None
        armed = is_armed(report, heard.passed_s)
        recording = self._open.get(vehicle_id)
        if recording is None:
            recording = self._begin(heard, armed)
        elif recording.disarmed_s is not None and armed:
            self._end(vehicle_id, "disarmed")
            recording = self._begin(heard, armed)
        if recording is None or recording.disarmed_s is not None:
            return
        recording.heard(status, heard.finding, heard.at, heard.passed_s)
        if armed is False:
            recording.disarmed_s, recording.disarmed_at = self._clock.monotonic_s(), heard.at
        self._if_it_took_off(recording)

    def _begin(self, heard: Heard, armed: bool | None) -> Recording | None:
        """A new one, or the one that the last station left; None: there is nothing to record."""
        vehicle = heard.status.vehicle
        left = self._left.get(vehicle.vehicle_id)
        if heard.status.link is not VehicleLinkState.CONNECTED or armed is None:
            return None
        if left is not None:
            del self._left[vehicle.vehicle_id]
            resumed = self._resume(left, heard.at) if armed else None
            if resumed is not None:
                return resumed
            self._close_left(left)
        if not armed:
            return None
        control = heard.status.control
        report = heard.status.report
        record = FlightRecord(
            record_id=new_id(),
            organisation_id=vehicle.organisation_id,
            origin=FlightOrigin.LIVE,
            vehicle_id=vehicle.vehicle_id,
            vehicle_name=vehicle.name,
            began_at=heard.at,
            pilot_id="" if control is None else control.user_id,
            simulated=report is not None and report.simulated,
        )
        recording = Recording(record, self._journals, self._around)
        self._open[vehicle.vehicle_id] = recording
        log.info("flight_began flight=%s vehicle=%s", record.record_id, vehicle.vehicle_id)
        asked = None
        now_s = self._clock.monotonic_s()
        for since_s, happened in self._before.pop(vehicle.vehicle_id, ()):
            if now_s - since_s <= BEFORE_S:
                recording.take_event(happened.event)
                recording.permit(happened.permissions)
                asked = happened.asked or asked
        self._rows.put(recording.record, asked)
        return recording

    def _take_happened(self, one: Happened) -> None:
        recording = self._open.get(one.vehicle_id)
        if recording is None:
            if len(self._before) >= MAX_VEHICLES:
                self._before.pop(next(iter(self._before)))
            kept = self._before.setdefault(one.vehicle_id, deque(maxlen=BEFORE_KEPT))
            kept.append((self._clock.monotonic_s(), one))
            return
        recording.take_event(one.event)
        changed = recording.permit(one.permissions)
        if one.asked is not None or changed:
            self._rows.put(recording.record, one.asked)

    def _take_alert(self, changed: AlertChanged) -> None:
        alert = changed.alert
        for vehicle_id, recording in self._open.items():
            if alert.vehicle_id == vehicle_id:
                recording.take_event(_of_alert(alert, changed.changed_at))

    def _if_it_took_off(self, recording: Recording) -> None:
        before = recording.record
        made = recording.figures
        if before.took_off_at != made.took_off_at or before.landed_at != made.landed_at:
            recording.record = made.into(before)
            self._rows.put(recording.record)

    def _look_at_plan(
        self, recording: Recording, status: VehicleStatus | None, at: datetime
    ) -> None:
        """While it flies a mission: the waypoints as they were sent, if it is one of ours."""
        report = None if status is None else status.report
        if status is None or report is None or report.flight is None:
            return
        if report.flight.mode is not FlightMode.MISSION:
            return
        held = self._held(status)
        if held is None:
            recording.unknown_mission(at)
            return
        mission, permissions = held
        digest = mission_digest(mission)
        if digest == recording.record.mission_digest:
            return
        plan = msgspec.json.encode(mission).decode()
        recording.record = replace(
            recording.record,
            mission_digest=digest,
            plan=plan if len(plan) <= MAX_PLAN_CHARS else "",
        )
        recording.permit(tuple(permissions.items()))
        self._rows.put(recording.record)

    # --- ending ----------------------------------------------------------------------------------

    def _look(self, vehicle_id: str, now_s: float) -> None:
        recording = self._open[vehicle_id]
        if recording.disarmed_s is not None:
            if now_s - recording.disarmed_s >= CLOSE_AFTER_S:
                self._end(vehicle_id, "disarmed")
        elif now_s - recording.heard_s >= SILENCE_S:
            self._end(vehicle_id, "silence")

    def _end(self, vehicle_id: str, reason: str) -> None:
        recording = self._open[vehicle_id]
        now = self._clock.now()
        last = recording.disarmed_at or recording.figures.last_sample_at
        ended_at = last or recording.record.began_at
        self._rows.put(recording.close(reason, ended_at, now))
        del self._open[vehicle_id]
        log.info("flight_ended flight=%s why=%s", recording.record.record_id, reason)

    def _resume(self, record: FlightRecord, at: datetime) -> Recording | None:
        """Go on with a flight that the last station left; None: that one must be over."""
        figures = figures_so_far(record, self._journals)
        last = figures.last_at or record.began_at
        gap_s = (at - last).total_seconds()
        if gap_s > RESUME_GAP_S:
            return None
        recording = Recording(record, self._journals, self._around, figures)
        assert record.vehicle_id is not None
        self._open[record.vehicle_id] = recording
        words = f"The station was started again: it had seen nothing for {gap_s:.1f} s."
        recording.event(at, "gap", words, "caution")
        log.info("flight_goes_on flight=%s gap_s=%.1f", record.record_id, gap_s)
        return recording

    def _close_left(self, record: FlightRecord) -> None:
        self._rows.put(closed_as_left(record, self._journals, self._clock))


def _of_alert(alert: Alert, at: datetime) -> FlightEvent:
    words = alert.text
    if alert.state is not AlertState.NEW:
        words = f"{alert.state.value.capitalize()}: {alert.text}"
    return FlightEvent(
        at, "alert", words, alert.severity.value, alert.lat, alert.lon, alert.alert_id
    )
