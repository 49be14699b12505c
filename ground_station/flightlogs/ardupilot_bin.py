"""ArduPilot's DataFlash logs (.bin), from 3.3 on.

Where the vehicle was is of its main estimator (POS), else of its second one (AHR2), else of its
receiver (GPS with a fix). Where it does not say its height above home, it is counted from the
arming, as ArduPilot does, and before that not known.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pymavlink import DFReader

from ground_station.flightlogs.gathering import FOR_EVER, SLOW_S, Gathering
from ground_station.flightlogs.refusing import LogRefused

KINDS: Final = (
    *("GPS", "GPS2", "POS", "AHR2", "ATT", "BAT", "CURR", "MODE", "EV", "ARM", "MSG", "ERR", "CMD"),
    *("XKF1", "NKF1", "EKF1", "CTUN", "MNT"),
)
_FIX_3D: Final = 3
_PLACES: Final = ("POS", "AHR2", "GPS")  # from best to worst
_ARMED, _DISARMED, _LANDED, _NOT_LANDED = 10, 11, 18, 28  # of EV
_SUBSYSTEMS: Final = {
    2: "radio",
    5: "failsafe: remote control",
    6: "failsafe: battery",
    8: "failsafe: ground station",
    9: "failsafe: fence",
    10: "flight mode",
    11: "GPS",
    12: "crash check",
    15: "parachute",
    16: "estimator check",
    17: "failsafe: estimator",
    18: "barometer",
    19: "CPU",
    21: "terrain",
    24: "thrust loss",
    25: "failsafe: sensors",
    26: "leak",
    29: "vibration",
}


class BinReader:
    """One pass over a file."""

    def __init__(self, gathering: Gathering) -> None:
        self._to = gathering
        self._place = ""  # the best kind that has said one
        self._flight_mode = ""
        self._alt_amsl_m: float | None = None
        self._home_amsl_m: float | None = None
        self._armed: bool | None = None
        self._capacity_mah: float | None = None
        self.vehicle = ""
        self._take: dict[str, Callable[[Any, float], None]] = {
            **dict.fromkeys(("POS", "AHR2", "GPS"), self._position),
            **dict.fromkeys(("BAT", "CURR"), self._battery),
            **dict.fromkeys(("XKF1", "NKF1", "EKF1"), self._velocity),
            "ATT": self._attitude,
            "MODE": self._mode,
            "EV": self._event,
            "ARM": self._arm,
            "MSG": self._message,
            "ERR": self._error,
            "CMD": self._command,
            "MNT": self._mount,
        }

    def read(self, file: Path) -> tuple[bool, list[str]]:
        """Whether it tells the date; what is missing.

        Raises:
            LogRefused: it is none, or holds nothing.
        """
        reader = DFReader.DFReader_binary(str(file))
        said = _uncovered(reader)
        base_s = float(getattr(reader.clock, "timebase", 0) or 0)
        dated = base_s > 946_684_800
        if not dated:
            said.append("It tells no date: its times count from 1970.")
        while (message := reader.recv_match(type=list(KINDS))) is not None:
            at_s = float(message._timestamp)
            kind = message.get_type()
            if kind == "MODE":
                self._flight_mode = str(reader.flightmode)
            self._capacity_mah = reader.params.get("BATT_CAPACITY", self._capacity_mah)
            if (take := self._take.get(kind)) is not None:
                take(message, at_s)
            self._to.tick(at_s)
        return dated, said

    # --- its messages ----------------------------------------------------------------------------

    def _position(self, message: Any, at_s: float) -> None:
        kind = message.get_type()
        if kind == "GPS":
            self._to.group(at_s, "gps", SLOW_S, satellites=_of(message, "NSats"))
            if message.Status < _FIX_3D or _of(message, "I") not in (None, 0):
                return
        lat, lon, alt_m = _of(message, "Lat"), _of(message, "Lng"), _of(message, "Alt")
        if not lat or not lon or alt_m is None:
            return  # 0: not known yet
        if self._place and _PLACES.index(kind) > _PLACES.index(self._place):
            return
        if kind != self._place:  # another one's heights are another's
            self._place, self._home_amsl_m = kind, alt_m if self._armed else None
        self._alt_amsl_m = alt_m
        above_m = _of(message, "RelHomeAlt")
        if above_m is None and self._home_amsl_m is not None:
            above_m = alt_m - self._home_amsl_m
        self._to.group(
            at_s,
            "position",
            lat=lat,
            lon=lon,
            alt_amsl_m=alt_m,
            height_home_m=above_m,
        )

    def _attitude(self, message: Any, at_s: float) -> None:
        self._to.group(
            at_s,
            "attitude",
            roll_deg=_of(message, "Roll"),
            pitch_deg=_of(message, "Pitch"),
            heading_deg=_of(message, "Yaw"),
        )

    def _velocity(self, message: Any, at_s: float) -> None:
        if _of(message, "C") in (None, 0):  # of the first core
            self._to.group(
                at_s,
                "velocity",
                north_mps=_of(message, "VN"),
                east_mps=_of(message, "VE"),
                down_mps=_of(message, "VD"),
            )

    def _battery(self, message: Any, at_s: float) -> None:
        if _of(message, "Inst", "Instance", "I") not in (None, 0):
            return
        left = _of(message, "RemPct")
        used_mah = _of(message, "CurrTot")
        remaining = None if left is None else left / 100
        if remaining is None and used_mah is not None and self._capacity_mah:
            remaining = max(0.0, 1 - used_mah / self._capacity_mah)  # as ArduPilot reckons
        self._to.group(
            at_s,
            "battery",
            SLOW_S,
            battery=remaining,
            voltage_v=_hundredths(message, "Volt"),
            current_a=_hundredths(message, "Curr"),
        )

    def _mode(self, _message: Any, at_s: float) -> None:
        mode = self._flight_mode.lower()
        if mode != self._to.value("mode", "mode"):
            self._to.group(at_s, "mode", FOR_EVER, mode=mode)
            self._to.event(at_s, "mode", f"It is in {mode}.")

    def _event(self, message: Any, at_s: float) -> None:
        event = _of(message, "Id")
        if event in (_ARMED, _DISARMED):
            self._now_armed(event == _ARMED, at_s)
        elif event == _NOT_LANDED:
            self._to.event(at_s, "mode", "It took off.", reference="took_off")
        elif event == _LANDED:
            self._to.event(at_s, "mode", "It landed.", reference="landed")

    def _arm(self, message: Any, at_s: float) -> None:
        self._now_armed(bool(_of(message, "ArmState")), at_s)

    def _now_armed(self, armed: bool, at_s: float) -> None:
        if armed is self._armed:
            return
        self._armed = armed
        if armed:
            self._home_amsl_m = self._alt_amsl_m
        self._to.group(at_s, "armed", FOR_EVER, armed=armed)
        self._to.event(at_s, "mode", "Armed." if armed else "Disarmed.")

    def _message(self, message: Any, at_s: float) -> None:
        words = str(_of(message, "Message") or "")
        self.vehicle = self.vehicle or words[:80]
        self._to.event(at_s, "text", words)

    def _error(self, message: Any, at_s: float) -> None:
        subsystem, code = _of(message, "Subsys"), _of(message, "ECode")
        name = _SUBSYSTEMS.get(subsystem, f"subsystem {subsystem}")
        kind = "failsafe" if "failsafe" in name else "text"
        words = f"{name[0].upper()}{name[1:]}: " + (f"error {code}." if code else "well again.")
        self._to.event(at_s, kind, words, "warning" if code else "info")

    def _command(self, message: Any, at_s: float) -> None:
        """The item of the mission that it begins."""
        number = _of(message, "CNum")
        if isinstance(number, int) and number > 0:
            self._to.group(at_s, "item", FOR_EVER, item=number)

    def _mount(self, message: Any, at_s: float) -> None:
        self._to.group(
            at_s,
            "gimbal",
            gimbal_pitch_deg=_of(message, "P", "Tilt"),
            gimbal_yaw_deg=_of(message, "YE"),
        )


def _of(message: Any, *names: str) -> Any:
    """The first of these that this firmware writes."""
    return next((getattr(message, one) for one in names if hasattr(message, one)), None)


def _hundredths(message: Any, name: str) -> float | None:
    """Older firmware wrote volts and amperes as whole hundredths."""
    value = _of(message, name)
    if value is None:
        return None
    return value / 100 if isinstance(value, int) else float(value)


def _uncovered(reader: Any) -> list[str]:
    """How much of the file is no message that is known."""
    if reader._count == 0:
        raise LogRefused("Its first message is cut, or says nothing that can be read.")
    read = 0
    for kind, offsets in enumerate(reader.offsets):
        if len(offsets) and kind in reader.formats:
            size = reader.formats[kind].len
            cut = offsets[-1] + size > reader.data_len
            read += (len(offsets) - cut) * size
    left = reader.data_len - read
    if left > 0:
        return [f"{left} of its {reader.data_len} bytes cannot be read: it is cut or damaged."]
    return []
