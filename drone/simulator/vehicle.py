"""One simulated vehicle on its wire: a UDP socket, the telemetry side, the autopilot, faults."""

from __future__ import annotations

import heapq
import itertools
import math
import random
import socket
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.commands import FLYING
from drone.simulator.faults import Fault, FaultKind, FaultPlan
from drone.simulator.landed import Landed, Result
from drone.simulator.messages import Message
from drone.simulator.modes import Mode
from drone.simulator.pilot import Pilot
from drone.simulator.session import AUTOPILOT_COMPONENT, Session
from drone.simulator.settings import SimulatorSettings
from drone.simulator.transfers import Transfers

Address = tuple[str, int]
Arrival = tuple[str, int, float]  # message, its command or base mode, its param2 or custom mode
LONGEST_DATAGRAM = 1200
READS_A_TURN = 50
MOST_WAITING = 2000
LONGEST_PAUSE_S = 0.1  # between turns, so that failsafes and faults are seen in time
LONGEST_CATCH_UP_S = 2.0  # of simulated time after the process was held up
REBOOT_S = 1.0
DOUBLE_AWAY_DEG = 0.003  # about 200 m east
RUBBISH_SHARE = 0.5
UNFIT = "GPS of the Remote ID module lost"
COMMANDS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Truth:
    """What really is, whatever the wire says. Metres, m/s, degrees; velocity north, east, down."""

    lat: float
    lon: float
    alt_amsl_m: float
    height_home_m: float
    velocity_ned: tuple[float, float, float]
    heading_deg: float
    roll_deg: float
    pitch_deg: float
    armed: bool
    mode: Mode
    landed: Landed
    battery: float
    mission_item: int
    touch_down_mps: float
    boots: int


class SimulatedVehicle:
    """Sends to one address and answers whatever comes back from it. Not thread-safe.

    Args:
        target: where the ground station listens. now_s: on the clock that `turn` will be given.

    Raises:
        OSError: no socket can be had, or the address is none.
    """

    def __init__(self, settings: SimulatorSettings, target: Address, now_s: float) -> None:
        self.settings = settings
        self.pilot = Pilot(settings)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.connect(target)
        self.commands: deque[tuple[int, tuple[float, ...]]] = deque(maxlen=COMMANDS_KEPT)
        self.arrivals: deque[Arrival] = deque(maxlen=COMMANDS_KEPT)
        self.texts: deque[str] = deque(maxlen=COMMANDS_KEPT)
        self.boots = 0
        self._target = target
        self._started_s = self._moved_s = now_s
        self._grid_s = now_s + settings.phase * 0.1
        self._faults = FaultPlan(settings.faults, now_s)
        self._random = random.Random(settings.seed)  # noqa: S311  rubbish, not secrets
        self._now_s = now_s
        self._buffer = bytearray()
        self._late: list[tuple[float, int, Message]] = []  # a heap, by when it goes out
        self._count = itertools.count()
        self._silent_until_s = now_s
        self._double: SimulatedVehicle | None = None
        self._transfers = Transfers(self.pilot, self._answer)
        self._boot(now_s)

    def close(self) -> None:
        """Its sockets. Nothing may be called afterwards."""
        if self._double is not None:
            self._double.close()
        self.socket.close()

    # --- faults ----------------------------------------------------------------------------------

    def begin(self, fault: Fault, now_s: float) -> None:
        """Let something go wrong from now on."""
        self._faults.begin(fault, now_s)
        self._begun(fault, now_s)

    def clear(self, kind: FaultKind | None, now_s: float) -> None:
        """End a fault, or all of them."""
        self._faults.clear(kind)
        self._apply_faults(now_s)

    def _begun(self, fault: Fault, now_s: float) -> None:
        if fault.kind is FaultKind.REBOOT:
            self._boot(now_s)
            self._silent_until_s = now_s + REBOOT_S
            self.pilot.announce()
        if fault.kind is FaultKind.BATTERY_DROP:
            battery = self.pilot.battery
            battery.used_mah = battery.capacity_mah * (1.0 - min(1.0, fault.strength))
        self._apply_faults(now_s)

    def _on(self, kind: FaultKind) -> Fault | None:
        return self._faults.active(kind, self._now_s)

    def _apply_faults(self, now_s: float) -> None:
        """Those that change the vehicle and not the wire."""
        self._now_s = now_s
        refused = self._on(FaultKind.REFUSE_ARMING) is not None
        self.pilot.refuses_arming = "Compass not healthy" if refused else ""
        self.pilot.lose_gps(self._on(FaultKind.GPS_LOSS) is not None)
        drain = self._on(FaultKind.BATTERY_DRAIN)
        self.pilot.drain = drain.strength if drain is not None else 1.0
        self.pilot.radio.switch_off(self._on(FaultKind.RC_LOSS) is not None)
        gust = self._on(FaultKind.WIND_GUST)
        self.pilot.weather.more_mps = gust.strength if gust is not None else 0.0
        unfit = self._on(FaultKind.REMOTE_ID_LOSS) is not None
        self.pilot.remote_id_problem = UNFIT if unfit else self.settings.remote_id_problem
        self._transfers.cut_after = self._item_of(FaultKind.UPLOAD_CUT)
        self._transfers.refuses = self._item_of(FaultKind.REFUSE_ITEM)
        self._apply_double(now_s)

    def _item_of(self, kind: FaultKind) -> int | None:
        fault = self._on(kind)
        return None if fault is None else int(fault.strength)

    def _apply_double(self, now_s: float) -> None:
        wants_double = self._on(FaultKind.DUPLICATE_ID) is not None
        if wants_double and self._double is None:
            self._double = self._made_double(now_s)
        elif not wants_double and self._double is not None:
            self._double.close()
            self._double = None

    def _made_double(self, now_s: float) -> SimulatedVehicle:
        settings = replace(
            self.settings,
            lon=self.settings.lon + DOUBLE_AWAY_DEG,
            phase=(self.settings.phase + 0.5) % 1.0,
            faults=(),
        )
        double = SimulatedVehicle(settings, self._target, now_s)
        double._session.take_rates(self._session.rates, now_s)
        return double

    def _command_refused(self, number: int) -> bool:
        fault = self._on(FaultKind.REFUSE_COMMAND)
        if fault is None:
            return False
        return number in FLYING if fault.strength == 0 else number == int(fault.strength)

    @property
    def rates(self) -> dict[int, float]:
        """Seconds between messages by id, as they were asked for."""
        return self._session.rates

    # --- turns -----------------------------------------------------------------------------------

    def next_s(self) -> float:
        """When the next turn is wanted."""
        when = min(self._session.next_s(), self._now_s + LONGEST_PAUSE_S)
        if self._late:
            when = min(when, self._late[0][0])
        return when

    def turn(self, now_s: float) -> None:
        """Hear, move on to now, and send what is due."""
        self._now_s = now_s
        for fault in self._faults.due(now_s):
            self._begun(fault, now_s)
        self._apply_faults(now_s)
        self._move(now_s)
        self._read(now_s)
        self._transfers.tick(now_s)
        if self._on(FaultKind.FROZEN) is not None:
            self.pilot.failsafes.heard_gcs()  # the flight controller itself is well
        elif now_s >= self._silent_until_s:
            self._session.tick(now_s)
            while self._late and self._late[0][0] <= now_s:
                self._send(heapq.heappop(self._late)[2])
            if self._on(FaultKind.RUBBISH) is not None:
                self._send_rubbish()
        self._flush()
        if self._session.reboot_wanted:
            self.pilot.reboot()
            self._boot(now_s)
            self._silent_until_s = now_s + REBOOT_S
        if self._double is not None:
            self._double.turn(now_s)

    def _move(self, now_s: float) -> None:
        passed_s = (now_s - self._moved_s) * self.settings.speedup
        self._moved_s = now_s
        self.pilot.step(min(passed_s, LONGEST_CATCH_UP_S * max(1.0, self.settings.speedup)))

    def _boot(self, now_s: float) -> None:
        """The telemetry side starts: nothing of what was asked of it is known any more."""
        self.boots += 1
        self._mav = mav.MAVLink(None, self.settings.system_id, AUTOPILOT_COMPONENT)
        self._mav.robust_parsing = True
        self._late.clear()
        self._others: dict[tuple[int, int], Any] = {}
        self._transfers.forget_upload()
        self._session = Session(
            self.pilot,
            self._transfers,
            send=self._send,
            send_as=self._send_as,
            answer=self._answer,
            now_s=now_s,
            grid_s=self._grid_s,
        )
        self._session.refused_command = self._command_refused

    # --- the wire --------------------------------------------------------------------------------

    def _read(self, now_s: float) -> None:
        for _ in range(READS_A_TURN):
            try:
                data = self.socket.recv(65536)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # nobody listens there now; it may come
                continue
            if self._lost() or now_s < self._silent_until_s or self._on(FaultKind.FROZEN):
                continue
            for message in self._mav.parse_buffer(data) or ():
                if message.get_type() != "BAD_DATA":
                    self._note(message)
                    self._session.handle(message, now_s)

    def _note(self, message: Any) -> None:
        """Kept for tests: what was commanded."""
        kind = message.get_type()
        if kind in {"COMMAND_LONG", "COMMAND_INT"}:
            params = message.param1, message.param2, message.param3, message.param4
            self.commands.append((message.command, params))
            self.arrivals.append((kind, message.command, message.param2))
        elif kind == "SET_MODE":
            self.arrivals.append((kind, message.base_mode, float(message.custom_mode)))

    def _lost(self) -> bool:
        """Whether the link loses this packet."""
        fault = self._on(FaultKind.LINK_LOSS)
        return fault is not None and self._random.random() < fault.strength

    def _answer(self, message: Message) -> None:
        if self._on(FaultKind.NO_ANSWER) is not None or self._ack_lost(message):
            return
        slow = self._on(FaultKind.SLOW)
        takes_time = self._on(FaultKind.IN_PROGRESS)
        if slow is not None:
            self._send_later(slow.strength, message)
        elif takes_time is not None and message.get_type() == "COMMAND_ACK":
            self._answer_in_time(takes_time.strength, message)
        else:
            self._send(message)

    def _send_later(self, seconds: float, message: Message) -> None:
        if len(self._late) < MOST_WAITING:
            heapq.heappush(self._late, (self._now_s + seconds, next(self._count), message))

    def _answer_in_time(self, seconds: float, ack: Message) -> None:
        """That it is at it, each second, and in the end what came of it."""
        for passed_s in range(math.ceil(seconds)):
            percent = min(99, round(100 * passed_s / seconds))
            self._send_later(
                passed_s,
                mav.MAVLink_command_ack_message(
                    *(ack.command, Result.IN_PROGRESS, percent, 0),
                    *(ack.target_system, ack.target_component),
                ),
            )
        self._send_later(seconds, ack)

    def _ack_lost(self, message: Message) -> bool:
        lost = self._on(FaultKind.LOST_ACK)
        if lost is None or message.get_type() != "COMMAND_ACK":
            return False
        if lost.strength not in {0, message.command}:
            return False
        self._faults.use_up(FaultKind.LOST_ACK)
        return True

    def _send(self, message: Message) -> None:
        if message.get_type() == "STATUSTEXT":
            self.texts.append(message.text)
        if self._on(FaultKind.NAN_POSITION) is not None:
            message = _without_numbers(message)
        self._put(message, self._mav)

    def _send_as(self, message: Message, source: tuple[int, int]) -> None:
        """What another component, or another system on the same link, says."""
        if source not in self._others:
            self._others[source] = mav.MAVLink(None, *source)
        self._put(message, self._others[source])

    def _put(self, message: Message, sender: Any) -> None:
        packed = message.pack(sender)
        sender.seq = (sender.seq + 1) % 256
        if len(self._buffer) + len(packed) > LONGEST_DATAGRAM:
            self._flush()
        self._buffer += packed

    def _send_rubbish(self) -> None:
        """Noise, and messages broken in the middle."""
        noise = self._random.randbytes(self._random.randint(1, 60))
        if self._random.random() < RUBBISH_SHARE and self._buffer:
            broken = bytearray(self._buffer)
            broken[self._random.randrange(len(broken))] ^= 0xFF
            noise += bytes(broken)
        self._buffer[:0] = noise

    def _flush(self) -> None:
        if not self._buffer:
            return
        data = bytes(self._buffer)
        self._buffer.clear()
        if self._lost() or self._on(FaultKind.FROZEN) or self._now_s < self._silent_until_s:
            return
        try:
            self.socket.send(data)
        except OSError:  # nobody listens there now, or no room; it is lost as on any radio
            return

    # --- truth -----------------------------------------------------------------------------------

    def truth(self) -> Truth:
        """As it is at the last turn."""
        pilot, model = self.pilot, self.pilot.model
        lat, lon, amsl_m = pilot.where()
        return Truth(
            lat=lat,
            lon=lon,
            alt_amsl_m=amsl_m,
            height_home_m=pilot.position.up - pilot.home.up,
            velocity_ned=(model.velocity.north, model.velocity.east, -model.velocity.up),
            heading_deg=model.heading_deg,
            roll_deg=model.roll_deg,
            pitch_deg=model.pitch_deg,
            armed=pilot.armed,
            mode=pilot.mode,
            landed=pilot.landed,
            battery=pilot.battery.remaining,
            mission_item=pilot.mission.current,
            touch_down_mps=model.touch_down_mps,
            boots=self.boots,
        )


_NAN = float("nan")
_NO_PLACE = 2**31 - 1


def _without_numbers(message: Message) -> Message:
    """The same message with a position or an attitude that is none."""
    kind = message.get_type()
    if kind in {"GLOBAL_POSITION_INT", "GPS_RAW_INT"}:
        message.lat = message.lon = _NO_PLACE
        message.alt = -_NO_PLACE
    elif kind == "ATTITUDE":
        message.roll = message.pitch = message.yaw = _NAN
    elif kind == "LOCAL_POSITION_NED":
        message.x = message.y = message.z = _NAN
        message.vx = message.vy = message.vz = _NAN
    elif kind == "ATTITUDE_QUATERNION":
        message.q1 = message.q2 = message.q3 = message.q4 = _NAN
    return message
