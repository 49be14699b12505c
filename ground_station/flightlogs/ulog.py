"""PX4's ULog files (.ulg)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from pyulog import ULog

from geo.local_frame import LocalFrame
from ground_station.flightlogs.gathering import EVERY_S, FOR_EVER, SLOW_S, Gathering
from ground_station.flightlogs.refusing import LogRefused

KINDS: Final = [
    "vehicle_global_position",
    "vehicle_local_position",
    "vehicle_gps_position",
    "sensor_gps",
    "vehicle_attitude",
    "vehicle_status",
    "vehicle_land_detected",
    "battery_status",
    "home_position",
    "mission_result",
    "wind",
    "wind_estimate",
]
_CHANGES: Final = frozenset({"vehicle_status", "vehicle_land_detected", "home_position"})
_ARMED: Final = 2
_FIX_3D: Final = 3
_DAY_2000_US: Final = 946_684_800_000_000
# vehicle_status.nav_state
_MODES: Final = {
    **{0: "manual", 1: "altitude", 2: "position", 3: "mission", 4: "hold", 5: "return"},
    **{10: "acro", 12: "descend", 13: "terminate", 14: "offboard", 15: "stabilised"},
    **{17: "takeoff", 18: "land", 19: "follow", 20: "precision land", 21: "orbit"},
}
Row = tuple[int, int, str, int]  # time in µs, order, topic, index


class UlogReader:
    """One pass over a file, its topics merged by their times."""

    def __init__(self, gathering: Gathering) -> None:
        self._to = gathering
        self._home_amsl_m: float | None = None
        self._frame: LocalFrame | None = None
        self._global = self._placed = False
        self._armed: bool | None = None
        self._landed: bool | None = None
        self._failsafe = False
        self._data: dict[str, dict[str, Any]] = {}
        self.vehicle = ""
        self._take: dict[str, Callable[[dict[str, Any], float], None]] = {
            "vehicle_global_position": self._global_position,
            "vehicle_local_position": self._local_position,
            "vehicle_gps_position": self._gps,
            "sensor_gps": self._gps,
            "vehicle_attitude": self._attitude,
            "vehicle_status": self._status,
            "vehicle_land_detected": self._land,
            "battery_status": self._battery,
            "home_position": self._home,
            "mission_result": self._mission,
            "wind": self._wind,
            "wind_estimate": self._wind,
        }

    def read(self, file: Path) -> tuple[bool, list[str]]:
        """Whether it tells the date; what is missing.

        Raises:
            LogRefused: it holds nothing of a vehicle.
        """
        log = ULog(str(file), message_name_filter_list=KINDS, disable_str_exceptions=True)
        self._data = {one.name: one.data for one in log.data_list if one.multi_id == 0}
        if not self._data:
            raise LogRefused("No position, attitude or state of a vehicle is in it.")
        info = log.msg_info_dict
        self.vehicle = " ".join(str(info[key]) for key in ("sys_name", "ver_hw") if key in info)
        said = _damage(log)
        offset_us = _utc_minus_boot_us(self._data)
        if offset_us is None:
            said.append("It tells no date: its times count from 1970.")
        else:
            self._to.offset_s = offset_us / 1e6
        self._global = "vehicle_global_position" in self._data
        if "home_position" not in self._data:
            said.append("It does not say where home is: heights count from where it began.")
        self._go_through(log)
        return offset_us is not None, said

    def _go_through(self, log: Any) -> None:
        said = sorted(
            ((one.timestamp, one.message, one.log_level_str()) for one in log.logged_messages),
            key=lambda one: one[0],
        )
        for at_us, _order, topic, index in heapq.merge(*self._rows()):
            while said and said[0][0] <= at_us:
                when_us, words, level = said.pop(0)
                self._to.event(when_us / 1e6, "text", words, level.lower())
            row = self._data[topic]
            self._take[topic]({name: values[index] for name, values in row.items()}, at_us / 1e6)
            self._to.tick(at_us / 1e6)
        for when_us, words, level in said:
            self._to.event(when_us / 1e6, "text", words, level.lower())

    def _rows(self) -> Iterator[Iterator[Row]]:
        for order, topic in enumerate(KINDS):
            if topic in self._data:
                yield _thinned(self._data[topic]["timestamp"], order, topic)

    # --- its topics ------------------------------------------------------------------------------

    def _global_position(self, row: dict[str, Any], at_s: float) -> None:
        alt_m = _number(row.get("alt"))
        if self._home_amsl_m is None:
            self._home_amsl_m = alt_m
        height_m = None
        if alt_m is not None and self._home_amsl_m is not None:
            height_m = alt_m - self._home_amsl_m
        lat, lon = _number(row.get("lat")), _number(row.get("lon"))
        self._to.group(at_s, "position", lat=lat, lon=lon, alt_amsl_m=alt_m, height_home_m=height_m)

    def _local_position(self, row: dict[str, Any], at_s: float) -> None:
        names = ("vx", "vy", "vz")
        if row.get("v_xy_valid", True):
            north, east, down = (_number(row.get(name)) for name in names)
            self._to.group(at_s, "velocity", north_mps=north, east_mps=east, down_mps=down)
        if self._global:
            return
        found: dict[str, Any] = {}
        x, y, z = (_number(row.get(name)) for name in ("x", "y", "z"))
        if z is not None and row.get("z_valid", True):
            found["height_home_m"] = -z
        if x is not None and y is not None and row.get("xy_global"):
            if z is not None and row.get("z_global") and _number(row.get("ref_alt")) is not None:
                found["alt_amsl_m"] = float(row["ref_alt"]) - z
            lat0, lon0 = float(row["ref_lat"]), float(row["ref_lon"])
            if self._frame is None or (self._frame.anchor_lat, self._frame.anchor_lon) != (
                lat0,
                lon0,
            ):
                self._frame = LocalFrame(lat0, lon0)
            found["lat"], found["lon"] = self._frame.to_wgs84(y, x)
            if not self._placed:
                self._placed = True
                self._to.forget("receiver")
        self._to.group(at_s, "position", **found)

    def _gps(self, row: dict[str, Any], at_s: float) -> None:
        seen = row.get("satellites_used")
        self._to.group(at_s, "gps", SLOW_S, satellites=None if seen is None else int(seen))
        if self._global or self._placed or row.get("fix_type", 0) < _FIX_3D:
            return
        # The estimator tells no place on the globe: the receiver's is the next best.
        old = "lat" in row
        self._to.group(
            at_s,
            "receiver",
            lat=float(row["lat"]) / 1e7 if old else float(row["latitude_deg"]),
            lon=float(row["lon"]) / 1e7 if old else float(row["longitude_deg"]),
            alt_amsl_m=float(row["alt"]) / 1e3 if old else float(row["altitude_msl_m"]),
        )

    def _attitude(self, row: dict[str, Any], at_s: float) -> None:
        w, x, y, z = (float(row[f"q[{index}]"]) for index in range(4))
        self._to.group(
            at_s,
            "attitude",
            roll_deg=math.degrees(math.atan2(2 * (w * x + y * z), 1 - 2 * (x * x + y * y))),
            pitch_deg=math.degrees(math.asin(max(-1.0, min(1.0, 2 * (w * y - z * x))))),
            heading_deg=math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))
            % 360,
        )

    def _status(self, row: dict[str, Any], at_s: float) -> None:
        armed = int(row["arming_state"]) == _ARMED
        number = int(row["nav_state"])
        mode = _MODES.get(number, f"state {number}")
        if mode != self._to.value("flight", "mode"):
            self._to.event(at_s, "mode", f"It is in {mode}.")
        if armed is not self._armed:
            if self._armed is not None or armed:
                self._to.event(at_s, "mode", "Armed." if armed else "Disarmed.")
            self._armed = armed
        failsafe = bool(row.get("failsafe", False))
        if failsafe is not self._failsafe:
            self._failsafe = failsafe
            words = "A failsafe began." if failsafe else "The failsafe is over."
            self._to.event(at_s, "failsafe", words, "warning" if failsafe else "info")
        self._to.group(at_s, "flight", FOR_EVER, armed=armed, mode=mode)

    def _land(self, row: dict[str, Any], at_s: float) -> None:
        landed = bool(row["landed"])
        if landed is not self._landed:
            before, self._landed = self._landed, landed
            if not landed:
                self._to.event(at_s, "mode", "It took off.", reference="took_off")
            elif before is not None:
                self._to.event(at_s, "mode", "It landed.", reference="landed")

    def _battery(self, row: dict[str, Any], at_s: float) -> None:
        if not row.get("connected", True):
            return
        amps, left = _number(row.get("current_a")), _number(row.get("remaining"))
        self._to.group(
            at_s,
            "battery",
            SLOW_S,
            voltage_v=_number(row.get("voltage_v")),
            current_a=None if amps is None or amps < 0 else amps,
            battery=None if left is None or left < 0 else left,
        )

    def _home(self, row: dict[str, Any], _at_s: float) -> None:
        if row.get("valid_alt", True):
            self._home_amsl_m = _number(row.get("alt"))

    def _mission(self, row: dict[str, Any], at_s: float) -> None:
        if "seq_current" in row:
            self._to.group(at_s, "item", FOR_EVER, item=int(row["seq_current"]) + 1)

    def _wind(self, row: dict[str, Any], at_s: float) -> None:
        north, east = _number(row.get("windspeed_north")), _number(row.get("windspeed_east"))
        if north is not None and east is not None:
            from_deg = math.degrees(math.atan2(-east, -north)) % 360 if north or east else None
            speed = math.hypot(north, east)
            self._to.group(at_s, "wind", SLOW_S, wind_mps=speed, wind_from_deg=from_deg)


def _number(value: Any) -> float | None:
    if value is None:
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def _thinned(times: Any, order: int, topic: str) -> Iterator[Row]:
    """About twice as often as a sample is made; every one of what says changes."""
    step_us = 0 if topic in _CHANGES else EVERY_S * 0.5e6
    last = -math.inf
    for index, at_us in enumerate(np.asarray(times).tolist()):
        if at_us - last >= step_us or at_us < last:
            last = at_us
            yield at_us, order, topic, index


def _damage(log: Any) -> list[str]:
    said = []
    if log.file_corruption:
        said.append("It is damaged: what could be read is here.")
    lost_ms = sum(one.duration for one in log.dropouts)
    if lost_ms:
        said.append(f"The vehicle could not write {lost_ms} ms of it.")
    return said


def _utc_minus_boot_us(data: dict[str, dict[str, Any]]) -> int | None:
    """By the first fix that tells the time of day."""
    for topic in ("vehicle_gps_position", "sensor_gps"):
        rows = data.get(topic)
        if rows is None or "time_utc_usec" not in rows:
            continue
        for index in range(len(rows["timestamp"])):
            utc_us = int(rows["time_utc_usec"][index])
            if utc_us > _DAY_2000_US and int(rows["fix_type"][index]) >= _FIX_3D:
                return utc_us - int(rows["timestamp"][index])
    return None
