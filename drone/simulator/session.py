"""The vehicle's telemetry side: asked rates, answers, everything that a restart of it forgets."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from typing import Any, ClassVar

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator import commands, messages, position_targets, traffic_messages
from drone.simulator.command import Command
from drone.simulator.items import Cmd
from drone.simulator.landed import Result
from drone.simulator.messages import Message
from drone.simulator.parameter_service import ParameterService
from drone.simulator.payload_messages import pictures
from drone.simulator.pilot import Pilot
from drone.simulator.transfers import Transfers

AUTOPILOT_COMPONENT = 1
HEARTBEAT_S = 1.0
EKF_S = 0.25
TIMESYNC_S = 10.0
SHORTEST_INTERVAL_US = 1000
NEIGHBOURS_S = 1.0
RADIO_SYSTEM, RADIO_COMPONENT = 51, 68  # as SiK radios call themselves
FTP_NAK, FTP_FAILED = 129, 1
_FTP_BYTES = 251

Send = Callable[[Message], None]
SendAs = Callable[[Message, tuple[int, int]], None]  # with the system and component it is of


class Session:
    """From one boot of the telemetry side to the next.

    Args:
        send: takes telemetry. send_as: what another component or system says. answer: takes what
            answers somebody.
        grid_s: an instant; everything regular is sent a whole number of its intervals after it.
    """

    def __init__(
        self,
        pilot: Pilot,
        transfers: Transfers,
        *,
        send: Send,
        send_as: SendAs,
        answer: Send,
        now_s: float,
        grid_s: float,
    ) -> None:
        self._pilot = pilot
        self._transfers = transfers
        self._send = send
        self._send_as = send_as
        self._answer = answer
        self._booted_s = now_s
        self._grid_s = grid_s
        self._intervals: dict[int, float] = {}
        self._due: list[tuple[float, int]] = []
        self._parameters = ParameterService(pilot.parameters, answer)
        self._next_others_s = now_s
        self._mission_seen = (0, 0)
        self._mode_told = pilot.mode
        self._controllers_told = (0, 0)
        self._origin_told = False
        self._next_timesync_s = now_s + TIMESYNC_S
        self.refused_command: Callable[[int], bool] = lambda number: False
        self.reboot_wanted = False
        self._set_interval(mav.MAVLINK_MSG_ID_HEARTBEAT, HEARTBEAT_S, now_s)

    # --- sending ---------------------------------------------------------------------------------

    def boot_ms(self, now_s: float) -> int:
        """Milliseconds since this boot, as the messages say it."""
        return max(0, round((now_s - self._booted_s) * 1000)) & 0xFFFFFFFF

    @property
    def rates(self) -> dict[int, float]:
        """Intervals in seconds by message id."""
        return dict(self._intervals)

    def take_rates(self, rates: dict[int, float], now_s: float) -> None:
        """Another session's rates."""
        for number, interval_s in rates.items():
            self._set_interval(number, interval_s, now_s)

    def next_s(self) -> float:
        """When `tick` is wanted next."""
        when = self._due[0][0]
        return min(when, self._next_timesync_s, -math.inf if self._parameters.busy else when)

    def tick(self, now_s: float) -> None:
        """Send what is due."""
        while self._due and self._due[0][0] <= now_s:
            _, number = heapq.heappop(self._due)
            interval_s = self._intervals.get(number)
            if interval_s is None:
                continue
            self._send_one(number, now_s)
            self._schedule(number, interval_s, now_s)
        self._tell_news(now_s)
        if self._parameters.busy:
            self._parameters.tick()
        if now_s >= self._next_others_s:
            self._next_others_s = now_s + NEIGHBOURS_S
            self._tell_of_others()
        if now_s >= self._next_timesync_s:
            self._next_timesync_s = now_s + TIMESYNC_S
            self._send(mav.MAVLink_timesync_message(0, round(now_s * 1e9)))

    def _send_one(self, number: int, now_s: float) -> bool:
        message = messages.ON_REQUEST[number](self._pilot, self.boot_ms(now_s))
        if message is None:
            return False
        for one in message if isinstance(message, list) else (message,):
            self._send(one)
        return True

    def _tell_of_others(self) -> None:
        """Once a second what comes unasked of other components: the Remote ID module with what it
        hears, and a telemetry radio, which is a system of its own."""
        settings = self._pilot.settings
        module = (settings.system_id, traffic_messages.REMOTE_ID_COMPONENT)
        others = traffic_messages.remote_ids(self._pilot) if settings.neighbours else []
        own = traffic_messages.own_remote_id(self._pilot) if settings.remote_id else []
        for message in (*own, *others):
            self._send_as(message, module)
        if settings.telemetry_radio:
            away_m = traffic_messages.home_distance_m(self._pilot)
            radio = traffic_messages.radio_status(away_m)
            self._send_as(radio, (RADIO_SYSTEM, RADIO_COMPONENT))

    def _tell_news(self, now_s: float) -> None:
        """What goes out unasked: another mode, sentences, items reached, another current item, the
        origin."""
        pilot = self._pilot
        if pilot.mode is not self._mode_told:
            self._mode_told = pilot.mode
            self._send_one(mav.MAVLINK_MSG_ID_HEARTBEAT, now_s)
        while pilot.texts:
            self._send(messages.statustext(*pilot.texts.popleft()))
        while pilot.reached:
            self._send(mav.MAVLink_mission_item_reached_message(pilot.reached.popleft()))
        if pilot.camera.taken:
            for message in pictures(pilot, self.boot_ms(now_s)):
                self._send(message)
        controllers = pilot.gimbal.controllers
        if controllers != self._controllers_told:
            self._controllers_told = controllers
            self._send_one(mav.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS, now_s)
        mission = (pilot.mission.current, len(pilot.mission.items))
        if mission != self._mission_seen:
            self._mission_seen = mission
            self._send_one(mav.MAVLINK_MSG_ID_MISSION_CURRENT, now_s)
        if not self._origin_told and pilot.has_home:
            self._origin_told = True
            self._send_one(mav.MAVLINK_MSG_ID_GPS_GLOBAL_ORIGIN, now_s)

    def _set_interval(self, number: int, interval_s: float, now_s: float) -> None:
        self._intervals[number] = interval_s
        self._due = [entry for entry in self._due if entry[1] != number]
        heapq.heapify(self._due)
        self._schedule(number, interval_s, now_s)

    def _schedule(self, number: int, interval_s: float, now_s: float) -> None:
        """On the vehicle's own grid, so that vehicles do not send at the same instants."""
        periods = math.floor((now_s - self._grid_s) / interval_s + 1e-6) + 1
        heapq.heappush(self._due, (self._grid_s + periods * interval_s, number))

    # --- hearing ---------------------------------------------------------------------------------

    def handle(self, message: Any, now_s: float) -> None:
        """One message from anybody. What is for others is not answered."""
        kind = message.get_type()
        source = message.get_srcSystem()
        if source == self._pilot.settings.system_id:
            return
        if kind == "HEARTBEAT":
            if source == self._pilot.parameters["MAV_GCS_SYSID"]:
                self._pilot.failsafes.heard_gcs()
            return
        if not self._for_us(message):
            return
        peer = (source, message.get_srcComponent())
        if self._transfers.handle(message, peer, now_s) or self._parameters.handle(message):
            return
        handler = self._HANDLERS.get(kind)
        if handler is not None:
            handler(self, message, now_s)

    def _for_us(self, message: Any) -> bool:
        system = getattr(message, "target_system", 0)
        component = getattr(message, "target_component", 0)
        ours = self._pilot.settings.system_id
        return system in {0, ours} and component in {0, AUTOPILOT_COMPONENT}

    def _command_long(self, message: Any, now_s: float) -> None:
        command = Command(
            message.command,
            (message.param1, message.param2, message.param3, message.param4),
            message.param5,
            message.param6,
            message.param7,
            peer=(message.get_srcSystem(), message.get_srcComponent()),
        )
        self._command(command, message, now_s)

    def _command_int(self, message: Any, now_s: float) -> None:
        command = Command(
            message.command,
            (message.param1, message.param2, message.param3, message.param4),
            message.x,
            message.y,
            message.z,
            message.frame,
            as_int=True,
            peer=(message.get_srcSystem(), message.get_srcComponent()),
        )
        self._command(command, message, now_s)

    def _command(self, command: Command, message: Any, now_s: float) -> None:
        if self.refused_command(command.number):
            result = Result.FAILED
        elif command.number in self._OWN_COMMANDS:
            result = self._OWN_COMMANDS[command.number](self, command, now_s)
        else:
            result = commands.carry_out(self._pilot, command)
        self._tell_news(now_s)  # the reason stands before the answer, as on the vehicle
        self._answer(
            mav.MAVLink_command_ack_message(
                command.number,
                result,
                0,
                0,
                message.get_srcSystem(),
                message.get_srcComponent(),
            )
        )

    def _set_mode(self, message: Any, now_s: float) -> None:
        """The message, which is older than the command. As ArduPilot answers it: by an
        acknowledgement of a command whose number is the message's."""
        if self.refused_command(Cmd.SET_MODE):
            result = Result.FAILED
        else:
            wanted = (float(message.base_mode), float(message.custom_mode), 0.0, 0.0)
            result = commands.carry_out(self._pilot, Command(Cmd.SET_MODE, wanted, 0, 0, 0))
        self._tell_news(now_s)
        peer = message.get_srcSystem(), message.get_srcComponent()
        number = mav.MAVLINK_MSG_ID_SET_MODE
        self._answer(mav.MAVLink_command_ack_message(number, result, 0, 0, *peer))

    def _position_target(self, message: Any, now_s: float) -> None:
        position_targets.take(self._pilot, message)
        self._tell_news(now_s)

    def _set_message_interval(self, command: Command, now_s: float) -> Result:
        number, interval_us = command.params[:2]
        if not math.isfinite(number) or int(number) not in messages.STREAMS:
            return Result.DENIED
        if not interval_us > 0:  # off, the default (which is off), or NaN
            if int(number) != mav.MAVLINK_MSG_ID_HEARTBEAT:
                self._intervals.pop(int(number), None)
            return Result.ACCEPTED
        if not SHORTEST_INTERVAL_US <= interval_us < 1e9:
            return Result.DENIED
        if mav.MAVLINK_MSG_ID_EKF_STATUS_REPORT not in self._intervals:
            self._set_interval(mav.MAVLINK_MSG_ID_EKF_STATUS_REPORT, EKF_S, now_s)
        self._set_interval(int(number), interval_us * 1e-6, now_s)
        return Result.ACCEPTED

    def _request_message(self, command: Command, now_s: float) -> Result:
        number = command.params[0]
        if not math.isfinite(number) or int(number) not in messages.ON_REQUEST:
            return Result.FAILED
        return Result.ACCEPTED if self._send_one(int(number), now_s) else Result.FAILED

    def _request_capabilities(self, command: Command, now_s: float) -> Result:
        del command
        self._send_one(mav.MAVLINK_MSG_ID_AUTOPILOT_VERSION, now_s)
        return Result.ACCEPTED

    def _reboot(self, command: Command, now_s: float) -> Result:
        del now_s
        if command.params[0] != 1.0 or self._pilot.armed:
            return Result.FAILED
        self.reboot_wanted = True
        return Result.ACCEPTED

    def _gimbal(self, message: Any, now_s: float) -> None:
        """GIMBAL_MANAGER_SET_PITCHYAW: the command's like, in radians and without an answer."""
        del now_s
        angles = message.pitch, message.yaw, message.pitch_rate, message.yaw_rate
        pitch, yaw, pitch_rate, yaw_rate = (math.degrees(angle) for angle in angles)
        wanted = (pitch, yaw, pitch_rate, yaw_rate)
        device = float(message.gimbal_device_id)
        command = Command(Cmd.GIMBAL_MANAGER_PITCHYAW, wanted, float(message.flags), 0, device)
        commands.carry_out(self._pilot, command)

    def _timesync(self, message: Any, now_s: float) -> None:
        if message.tc1 == 0:
            self._send(mav.MAVLink_timesync_message(round(now_s * 1e9), message.ts1))

    def _ping(self, message: Any, now_s: float) -> None:
        del now_s
        if message.target_system == 0:
            peer = message.get_srcSystem(), message.get_srcComponent()
            self._answer(mav.MAVLink_ping_message(message.time_usec, message.seq, *peer))

    def _ftp(self, message: Any, now_s: float) -> None:
        """There are no files; every request is refused, so that nobody waits."""
        del now_s
        asked = list(message.payload[:12])
        sequence = (asked[0] | asked[1] << 8) + 1
        reply = [sequence & 255, sequence >> 8 & 255, asked[2], FTP_NAK, 1, asked[3]]
        reply += [0] * 6 + [FTP_FAILED]
        payload = reply + [0] * (_FTP_BYTES - len(reply))
        peer = message.get_srcSystem(), message.get_srcComponent()
        self._answer(mav.MAVLink_file_transfer_protocol_message(0, *peer, payload))

    _OWN_COMMANDS: ClassVar[dict[int, Callable[[Session, Command, float], Result]]] = {
        Cmd.SET_MESSAGE_INTERVAL: _set_message_interval,
        Cmd.REQUEST_MESSAGE: _request_message,
        Cmd.REQUEST_CAPABILITIES: _request_capabilities,
        Cmd.PREFLIGHT_REBOOT: _reboot,
    }
    _HANDLERS: ClassVar[dict[str, Callable[[Session, Any, float], None]]] = {
        "COMMAND_LONG": _command_long,
        "COMMAND_INT": _command_int,
        "SET_MODE": _set_mode,
        "SET_POSITION_TARGET_GLOBAL_INT": _position_target,
        "GIMBAL_MANAGER_SET_PITCHYAW": _gimbal,
        "TIMESYNC": _timesync,
        "PING": _ping,
        "FILE_TRANSFER_PROTOCOL": _ftp,
    }
