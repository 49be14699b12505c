"""What is known of one vehicle, from its messages: the newest of each kind and when it came.

Filled by MAVSDK's callback thread, read by the event loop; one lock, held for microseconds. Nothing
here waits, logs or calls out, and nothing grows: a slot a group, eight status texts, a few seconds
of poses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from drone import condition, gimbal_angles, readings
from drone.battery_time import BatteryTime
from drone.condition_state import ConditionState
from drone.mission_known import MissionKnown
from drone.one_vehicle import OneVehicle, Twins
from drone.pose_history import BootClock, PoseHistory, PoseThen
from drone.slots import Slot, age_ms
from drone.status_texts import StatusTexts
from ground_station.core.agent_vehicles import (
    VEHICLE_LOST_AFTER_S,
    AttitudeReading,
    Autopilot,
    BatteryReading,
    FlightMode,
    FlightReading,
    GpsReading,
    HealthReading,
    HomeReading,
    LandedState,
    PositionReading,
    VehicleLinkState,
    VehicleReport,
    VelocityReading,
)

PROBLEM_KEPT_S = 10.0  # of something that a message was, after the last such message
LANDED_KNOWN_S = 3.0  # a landed state older than this says nothing of now
HEADING_KNOWN_S = 1.0  # nor does a heading, of which way a gimbal on it points
MAX_PROBLEMS = 8
_LONGEST_LINE = 300
Heard = readings.Heard | condition.Condition | gimbal_angles.MountMessage


@dataclass(frozen=True, slots=True)
class HeardBeat:
    """What the newest heartbeat itself said, whatever was acknowledged since."""

    mode: FlightMode
    at_s: float


@dataclass(frozen=True, slots=True)
class Now:
    """What an action has to know before it begins.

    Attributes:
        in_air: None where it is not known.
        position: where it was, at most 3 s ago; else None.
    """

    link: VehicleLinkState
    heartbeat_age_s: float | None
    autopilot: Autopilot
    copter: bool
    armed: bool
    mode: FlightMode
    in_air: bool | None
    position: PositionReading | None
    home: HomeReading | None
    twins: Twins
    mission_seqs: tuple[int, ...] | None


class VehicleState:
    """Args:
    name: what the vehicle is called in sentences."""

    def __init__(self, system_id: int, name: str, simulated: bool) -> None:
        self.system_id = system_id
        self.name = name
        self._simulated = simulated
        self._lock = threading.Lock()
        self._beat: readings.Heartbeat | None = None
        self._beat_s = 0.0
        self._heard_mode = FlightMode.UNKNOWN
        self._landed = LandedState.UNKNOWN
        self._position: Slot[PositionReading] = Slot()
        self._velocity: Slot[VelocityReading] = Slot()
        self._attitude: Slot[AttitudeReading] = Slot()
        self._battery: Slot[BatteryReading] = Slot()
        self._gps: Slot[GpsReading] = Slot()
        self._health: Slot[HealthReading] = Slot()
        self._home: Slot[HomeReading] = Slot()
        self._condition = ConditionState()
        self._mission = MissionKnown()
        self._heard_s: dict[str, float] = {}
        self._texts = StatusTexts()
        self._battery_time = BatteryTime()
        self._poses = PoseHistory()
        self._boot = BootClock()
        self._one = OneVehicle()
        self._faults: dict[str, tuple[str, float]] = {}
        self._standing: dict[str, str] = {}
        self._takers: dict[type, Callable[..., None]] = {
            readings.Heartbeat: self._take_beat,
            readings.GlobalPositionInt: self._take_position,
            readings.Attitude: self._take_attitude,
            readings.SysStatus: self._take_sys_status,
            readings.BatteryStatus: self._take_battery,
            readings.GpsRawInt: lambda gps, at_s: self._gps.put(readings.gps_of(gps), at_s),
            readings.HomePosition: lambda home, at_s: self._home.put(readings.home_of(home), at_s),
            readings.ExtendedSysState: self._take_landed,
            readings.MissionCurrent: self._mission.take,
            readings.MissionAck: self._take_mission_ack,
            readings.StatusText: self._take_text,
            **dict.fromkeys(condition.MESSAGES.values(), self._condition.take),
            **dict.fromkeys(gimbal_angles.MESSAGES.values(), self._take_gimbal),
        }

    # --- what comes in: MAVSDK's callback thread ------------------------------------------------

    def take(self, message: Heard, arrived_s: float) -> None:
        """One message; a value that cannot be leaves its group as it was and is said."""
        kind = type(message)
        with self._lock:
            self._heard_s[kind.__name__] = arrived_s
            try:
                self._takers[kind](message, arrived_s)
            except readings.Nonsense as wrong:
                self._faults[kind.__name__] = (f"{self.name} {wrong}.", arrived_s)

    def take_health(self, health: HealthReading, arrived_s: float) -> None:
        with self._lock:
            self._health.put(health, arrived_s)

    def malformed(self, message: str, arrived_s: float) -> None:
        """A message that could not be read at all."""
        with self._lock:
            sentence = f"{self.name} sends {message} messages that cannot be read."
            self._faults[f"malformed {message}"] = (sentence, arrived_s)

    def _take_beat(self, beat: readings.Heartbeat, at_s: float) -> None:
        if beat.autopilot == readings.INVALID_AUTOPILOT:
            return
        if at_s - self._beat_s >= VEHICLE_LOST_AFTER_S:
            self._mission.doubt()  # what happened to it meanwhile is not known
        self._beat, self._beat_s = beat, at_s
        self._heard_mode = readings.mode_of(beat)
        self._one.take_beat(at_s)

    def _take_position(self, message: readings.GlobalPositionInt, at_s: float) -> None:
        self._take_time("position", message.time_boot_ms, at_s)
        # Both are checked before either is kept: one message is right or it is not.
        position, velocity = readings.position_of(message), readings.velocity_of(message)
        self._position.put(position, at_s)
        self._velocity.put(velocity, at_s)
        if position is not None:
            measured_s = self._boot.instant_s(message.time_boot_ms, at_s)
            self._poses.add_place(measured_s, position, velocity)

    def _take_attitude(self, message: readings.Attitude, at_s: float) -> None:
        self._take_time("attitude", message.time_boot_ms, at_s)
        attitude = readings.attitude_of(message)
        self._attitude.put(attitude, at_s)
        self._condition.received.take(message.time_boot_ms, at_s)
        measured_s = self._boot.instant_s(message.time_boot_ms, at_s)
        self._poses.add_turn(measured_s, attitude)

    def _take_time(self, stream: str, boot_ms: int, at_s: float) -> None:
        if self._one.take_time(stream, boot_ms, at_s):
            self._boot.forget()
            self._condition.received.forget()
            self._mission.doubt()

    def _take_sys_status(self, message: readings.SysStatus, at_s: float) -> None:
        self._condition.take_rc_lost(condition.rc_lost_of(message), at_s)
        self._take_battery(message, at_s)

    def _take_battery(
        self, message: readings.SysStatus | readings.BatteryStatus, at_s: float
    ) -> None:
        battery = readings.battery_of(message)
        self._battery.put(battery, at_s)
        if battery is not None:
            self._battery_time.take(battery.remaining, at_s)

    def _take_landed(self, message: readings.ExtendedSysState, at_s: float) -> None:
        self._landed = readings.landed_of(message)

    def _take_gimbal(self, message: gimbal_angles.MountMessage, at_s: float) -> None:
        turned = self._attitude.young(at_s, HEADING_KNOWN_S)
        heading_deg = None if turned is None else turned.heading_deg
        pointing = self._condition.take_gimbal(message, heading_deg, at_s)
        if pointing is not None:
            boot_ms = getattr(message, "time_boot_ms", None)
            self._poses.add_pointing(self._boot.near_s(boot_ms, at_s), pointing)

    def _take_mission_ack(self, message: readings.MissionAck, at_s: float) -> None:
        """A mission was sent to it: by us, who then read it back, or by somebody else."""
        if message.mission_type == 0:
            self._mission.came()

    def _take_text(self, message: readings.StatusText, at_s: float) -> None:
        """ArduPilot tells everybody of a mission, and only its sender by MISSION_ACK."""
        self._texts.take(message, at_s)
        if message.text.startswith(readings.MISSION_CAME):
            self._mission.came()

    # --- what the event loop says and asks ------------------------------------------------------

    def say(self, key: str, sentence: str) -> None:
        """A problem that stands until it is said otherwise; "" takes it away."""
        with self._lock:
            if sentence:
                self._standing[key] = sentence[:_LONGEST_LINE]
            else:
                self._standing.pop(key, None)

    def acknowledged(self, *, armed: bool | None = None, custom_mode: int | None = None) -> None:
        """The autopilot accepted a command for it: so it is, until its next heartbeat says
        otherwise. The heartbeat's age is not touched."""
        with self._lock:
            if self._beat is None:
                return
            base = self._beat.base_mode
            if armed is not None:
                base = base | readings.ARMED_BIT if armed else base & ~readings.ARMED_BIT
            mode = self._beat.custom_mode if custom_mode is None else custom_mode
            self._beat = msgspec.structs.replace(self._beat, base_mode=base, custom_mode=mode)

    def holds_mission(
        self, waypoint_seqs: Sequence[int] | None, *, digest: str = "", total: int = 0
    ) -> None:
        """What was just read of it.

        Args:
            waypoint_seqs: which of its items are waypoints; None: not known.
            digest: of the upload that it is, "" where it is none of ours; forgotten once the
                autopilot says anything that does not fit it.
            total: its items, without home.
        """
        with self._lock:
            self._mission.holds(waypoint_seqs, digest, total)

    def attitude_asked(self, interval_s: float | None) -> None:
        """How often the autopilot said that it sends its attitude, which tells how much of it
        arrives; None: it did not."""
        with self._lock:
            self._condition.received.asked_s = interval_s

    def heartbeat(self) -> HeardBeat | None:
        """The newest; `acknowledged` changes nothing of it."""
        with self._lock:
            return None if self._beat is None else HeardBeat(self._heard_mode, self._beat_s)

    def restarts(self) -> int:
        with self._lock:
            return self._one.restarts

    def heard_age_s(self, kind: type, now_s: float) -> float | None:
        """Since any message of that kind, good or not; None: there was none."""
        with self._lock:
            at_s = self._heard_s.get(kind.__name__)
        return None if at_s is None else now_s - at_s

    def mission_total(self) -> int | None:
        """Items the autopilot says it holds, without home; None where it does not say."""
        with self._lock:
            return self._mission.total()

    def mission_at(self) -> readings.MissionCurrent | None:
        """What it said last of how far its mission is."""
        with self._lock:
            return self._mission.at()

    def words_since(self, at_s: float) -> list[str]:
        with self._lock:
            return self._texts.since(at_s)

    def pose_at(self, at_s: float) -> tuple[PoseThen, HomeReading | None] | None:
        with self._lock:
            pose = self._poses.at(at_s)
            return None if pose is None else (pose, self._home.reading)

    def now(self, now_s: float) -> Now:
        with self._lock:
            beat = self._beat
            position = self._position.reading
            if now_s - self._position.at_s > VEHICLE_LOST_AFTER_S:
                position = None
            return Now(
                link=self._link(now_s),
                heartbeat_age_s=None if beat is None else now_s - self._beat_s,
                autopilot=Autopilot.OTHER if beat is None else readings.autopilot_of(beat),
                copter=beat is not None and readings.is_copter(beat),
                armed=beat is not None and readings.is_armed(beat),
                mode=FlightMode.UNKNOWN if beat is None else readings.mode_of(beat),
                in_air=self._in_air(now_s),
                position=position,
                home=self._home.reading,
                twins=self._one.twins(now_s),
                mission_seqs=self._mission.seqs,
            )

    def report(self, now_s: float) -> VehicleReport:
        """All of it with its ages; a few microseconds."""
        with self._lock:
            beat = self._beat
            return VehicleReport(
                system_id=self.system_id,
                name=self.name,
                link=self._link(now_s),
                autopilot=Autopilot.OTHER if beat is None else readings.autopilot_of(beat),
                airframe="" if beat is None else readings.airframe_of(beat),
                simulated=self._simulated,
                heartbeat_age_ms=None if beat is None else age_ms(now_s - self._beat_s),
                flight=self._flight(now_s),
                position=self._position.aged(now_s),
                velocity=self._velocity.aged(now_s),
                attitude=self._attitude.aged(now_s),
                battery=self._battery_now(now_s),
                gps=self._gps.aged(now_s),
                health=self._health.aged(now_s),
                home=self._home.aged(now_s),
                ekf=self._condition.ekf.aged(now_s),
                wind=self._condition.wind.aged(now_s),
                radio=self._condition.radio(now_s),
                gimbal=self._condition.gimbal.aged(now_s),
                mission=self._mission.reading(now_s),
                status_lines=self._texts.lines(now_s),
                problems=self._problems(now_s),
                rebooted=self._one.restarts,
            )

    # --- under the lock -------------------------------------------------------------------------

    def _link(self, now_s: float) -> VehicleLinkState:
        if self._beat is None:
            return VehicleLinkState.NEVER
        if now_s - self._beat_s >= VEHICLE_LOST_AFTER_S:
            return VehicleLinkState.LOST
        return VehicleLinkState.CONNECTED

    def _landed_now(self, now_s: float) -> LandedState:
        """While the link is up, an old landed state is none; afterwards the last known is told,
        with the heartbeat's age."""
        heard_s = self._heard_s.get(readings.ExtendedSysState.__name__)
        newest_s = min(now_s, self._beat_s + 1.0)
        if heard_s is None or newest_s - heard_s > LANDED_KNOWN_S:
            return LandedState.UNKNOWN
        return self._landed

    def _in_air(self, now_s: float) -> bool | None:
        heard_s = self._heard_s.get(readings.ExtendedSysState.__name__)
        if heard_s is None or now_s - heard_s > LANDED_KNOWN_S:
            return None
        if self._landed is LandedState.UNKNOWN:
            return None
        return self._landed is not LandedState.ON_GROUND

    def _flight(self, now_s: float) -> FlightReading | None:
        if self._beat is None:
            return None
        return FlightReading(
            age_ms(now_s - self._beat_s),
            readings.is_armed(self._beat),
            readings.mode_of(self._beat),
            self._landed_now(now_s),
        )

    def _battery_now(self, now_s: float) -> BatteryReading | None:
        battery = self._battery.aged(now_s)
        if battery is None:
            return None
        minutes = self._battery_time.minutes_left(now_s)
        return msgspec.structs.replace(battery, minutes_left=minutes)

    def _problems(self, now_s: float) -> list[str]:
        said: list[str] = []
        twins = self._one.twins(now_s)
        if twins is Twins.TIMES:
            said.append(
                f"Two vehicles say that they are number {self.system_id}: what is shown is a "
                "mixture. Give each its own number (SYSID_THISMAV or MAV_SYS_ID)."
            )
        elif twins is Twins.BEATS:
            said.append(
                f"Number {self.system_id} is heard twice: two vehicles have one number "
                "(SYSID_THISMAV, MAV_SYS_ID), or one is heard over two addresses."
            )
        said += self._standing.values()
        said += [text for text, at_s in self._faults.values() if now_s - at_s <= PROBLEM_KEPT_S]
        return said[:MAX_PROBLEMS]
