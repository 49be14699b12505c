"""MAVLink telemetry logs (.tlog), as ground stations write them: each message with their time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pymavlink import mavutil

from ground_station.flightlogs.gathering import SLOW_S, Gathering
from ground_station.flightlogs.refusing import LogRefused

_ARMED: Final = 128
_NO_AUTOPILOT: Final = 8
_FIX_3D: Final = 3
_SEVERITIES: Final = (
    *("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"),
)
_RESULTS: Final = (
    *("done", "temporarily rejected", "denied", "unsupported", "failed", "in progress"),
)
_ON_GROUND, _IN_AIR = 1, 2
LOOK_AHEAD: Final = 20_000  # messages in which the vehicle's heartbeat has to come


class TlogReader:
    """One pass over a file, after a look at whose it is."""

    def __init__(self, gathering: Gathering) -> None:
        self._to = gathering
        self._armed: bool | None = None
        self._landed: int | None = None
        self._mode = ""
        self.vehicle = ""
        self._take: dict[str, Callable[[Any, float], None]] = {
            "HEARTBEAT": self._heartbeat,
            "GLOBAL_POSITION_INT": self._position,
            "ATTITUDE": self._attitude,
            "SYS_STATUS": self._battery,
            "GPS_RAW_INT": self._gps,
            "EXTENDED_SYS_STATE": self._state,
            "MISSION_CURRENT": self._item,
            "WIND": self._wind,
            "STATUSTEXT": self._text,
            "COMMAND_ACK": self._answer,
        }

    def read(self, file: Path) -> tuple[bool, list[str]]:
        """True, since the writer's clock stamps each message; what is missing.

        Raises:
            LogRefused: no autopilot is heard in it.
        """
        system, others = _whose(file)
        self.vehicle = f"MAVLink system {system}"
        said = []
        if others:
            names = ", ".join(str(one) for one in others)
            said.append(f"Other vehicles are in it too ({names}): only system {system} is read.")
        log = _opened(file)
        bad = 0
        while (message := log.recv_msg()) is not None:
            kind = message.get_type()
            if kind == "BAD_DATA":
                bad += 1
                continue
            at_s = float(message._timestamp)
            if message.get_srcSystem() == system and message.get_srcComponent() == 1:
                if (take := self._take.get(kind)) is not None:
                    take(message, at_s)
                self._to.tick(at_s)
            elif kind in ("COMMAND_LONG", "COMMAND_INT", "SET_MODE"):
                self._command(message, at_s, system)
        if bad:
            said.append(f"{bad} pieces of it are no whole messages: it is cut or damaged.")
        return True, said

    # --- its messages ----------------------------------------------------------------------------

    def _heartbeat(self, message: Any, at_s: float) -> None:
        armed = bool(message.base_mode & _ARMED)
        mode = str(mavutil.mode_string_v10(message)).lower()
        self._to.group(at_s, "flight", SLOW_S, armed=armed, mode=mode)
        if armed is not self._armed:
            if self._armed is not None or armed:
                self._to.event(at_s, "mode", "Armed." if armed else "Disarmed.")
            self._armed = armed
        if mode != self._mode:
            self._mode = mode
            self._to.event(at_s, "mode", f"It is in {mode}.")

    def _position(self, message: Any, at_s: float) -> None:
        self._to.group(
            at_s,
            "velocity",
            north_mps=message.vx / 100,
            east_mps=message.vy / 100,
            down_mps=message.vz / 100,
        )
        known = message.lat != 0 or message.lon != 0  # before the first fix it says 0, 0
        self._to.group(
            at_s,
            "position",
            lat=message.lat / 1e7 if known else None,
            lon=message.lon / 1e7 if known else None,
            alt_amsl_m=message.alt / 1000 if known else None,
            height_home_m=message.relative_alt / 1000,
        )

    def _attitude(self, message: Any, at_s: float) -> None:
        self._to.group(
            at_s,
            "attitude",
            roll_deg=math.degrees(message.roll),
            pitch_deg=math.degrees(message.pitch),
            heading_deg=math.degrees(message.yaw) % 360,
        )

    def _battery(self, message: Any, at_s: float) -> None:
        volts, amps, left = (
            message.voltage_battery,
            message.current_battery,
            message.battery_remaining,
        )
        self._to.group(
            at_s,
            "battery",
            SLOW_S,
            voltage_v=None if volts in (0, 65535) else volts / 1000,
            current_a=None if amps < 0 else amps / 100,
            battery=None if left < 0 else left / 100,
        )

    def _gps(self, message: Any, at_s: float) -> None:
        seen = message.satellites_visible
        self._to.group(at_s, "gps", SLOW_S, satellites=None if seen == 255 else seen)

    def _state(self, message: Any, at_s: float) -> None:
        landed = message.landed_state
        if landed in (_ON_GROUND, _IN_AIR) and landed != self._landed:
            before, self._landed = self._landed, landed
            if landed == _IN_AIR:
                self._to.event(at_s, "mode", "It took off.", reference="took_off")
            elif before is not None:
                self._to.event(at_s, "mode", "It landed.", reference="landed")

    def _item(self, message: Any, at_s: float) -> None:
        self._to.group(at_s, "item", SLOW_S, item=message.seq)

    def _wind(self, message: Any, at_s: float) -> None:
        self._to.group(
            at_s, "wind", SLOW_S, wind_mps=message.speed, wind_from_deg=message.direction % 360
        )

    def _text(self, message: Any, at_s: float) -> None:
        number = message.severity
        severity = _SEVERITIES[number] if 0 <= number < len(_SEVERITIES) else "info"
        self._to.event(at_s, "text", str(message.text), severity)

    def _answer(self, message: Any, at_s: float) -> None:
        number = message.result
        result = _RESULTS[number] if 0 <= number < len(_RESULTS) else f"result {number}"
        severity = "info" if number in (0, 5) else "warning"
        self._to.event(at_s, "answer", f"{_named(message.command)}: {result}.", severity)

    def _command(self, message: Any, at_s: float, system: int) -> None:
        if message.target_system not in (0, system):
            return
        if message.get_type() == "SET_MODE":
            self._to.event(at_s, "command", f"Set mode {message.custom_mode}")
        else:
            self._to.event(at_s, "command", _named(message.command))


def _named(number: int) -> str:
    """ "component arm disarm (400)" of a MAV_CMD."""
    known = mavutil.mavlink.enums["MAV_CMD"].get(number)
    if known is None:
        return f"command {number}"
    name: str = known.name
    return f"{name.removeprefix('MAV_CMD_').replace('_', ' ').lower()} ({number})"


def _opened(file: Path) -> Any:
    return mavutil.mavlogfile(str(file), robust_parsing=True)


def _whose(file: Path) -> tuple[int, list[int]]:
    """The system whose autopilot is heard most at the beginning, and the others."""
    heard: Counter[int] = Counter()
    log = _opened(file)
    for _ in range(LOOK_AHEAD):
        message = log.recv_msg()
        if message is None:
            break
        if message.get_type() == "HEARTBEAT" and message.autopilot != _NO_AUTOPILOT:
            heard[message.get_srcSystem()] += 1
    if not heard:
        raise LogRefused("No heartbeat of an autopilot is in it.")
    [(system, _count), *_rest] = heard.most_common()
    return system, sorted(one for one in heard if one != system)
