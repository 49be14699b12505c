"""Missions, as a vehicle holds them, back into our wire's waypoints, and what is not ours named in
words. Pure. The way there: `drone.mission_items`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from drone.mavsdk_commands import Cmd
from drone.mission_items import (
    ABSOLUTE,
    HEIGHT_OFF_M,
    PLACE_OFF,
    RELATIVE,
    SAME_FRAME,
    WAYPOINTS,
    Home,
    RawItem,
    take_off_m,
)
from ground_station.core.agent_actions import HeightDatum, UploadMission, WireMissionItem

MOST_FOREIGN = 20
_DATUMS = {RELATIVE: HeightDatum.HOME, ABSOLUTE: HeightDatum.AMSL}
_TURNED_OFF = 0.01  # degrees of a yaw, or any other number that should be 0
# Those a person may meet; the rest goes by its number.
_NAMES = {
    17: "loiter without end",
    19: "loiter for a time",
    31: "loiter to a height",
    82: "spline waypoint",
    84: "VTOL take-off",
    85: "VTOL landing",
    92: "guided from outside",
    94: "place a payload",
    112: "wait",
    113: "change of height",
    114: "wait for a distance",
    177: "jump to another item",
    179: "set home",
    181: "switch a relay",
    183: "set a servo",
    189: "start of a landing",
    195: "region of interest",
    197: "no region of interest",
    201: "region of interest (old)",
    204: "set up the mount",
    207: "geofence on or off",
    211: "gripper",
    212: "tune by itself",
    222: "limits of guided flight",
    530: "camera mode",
    2001: "stop taking photos",
    2500: "record video",
    2501: "stop recording video",
    3000: "VTOL transition",
}


@dataclass(frozen=True, slots=True)
class ReadMission:
    """What was read.

    Attributes:
        mission: the waypoints in our terms; all of what is held only where `foreign` is empty.
        foreign: a sentence for each item that is not in our terms, `MOST_FOREIGN` at the most, and
            one more that says how many more there are.
    """

    mission: UploadMission
    foreign: tuple[str, ...]


def read_mission(raw: Sequence[RawItem], *, home: Home | None, home_first: bool) -> ReadMission:
    """Args:
    home: for the take-off before a first waypoint above the sea; None: not known. With
        `home_first` the held item 0 is taken instead.
    """
    items = list(raw)
    if home_first and items:
        first = items.pop(0)
        home = (first.x / 1e7, first.y / 1e7, first.z)
    reading = _Reading(home, home_first)
    for item in items:
        reading.take(item)
    return reading.done()


@dataclass
class _Reading:
    home: Home | None
    home_first: bool
    items: list[WireMissionItem] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    end: RawItem | None = None
    take_off: RawItem | None = None
    first: RawItem | None = None
    speed_mps: float | None = None

    def take(self, item: RawItem) -> None:
        if self.end is not None:
            self._strange(item, "comes after the mission's end")
            return
        if item.command in (Cmd.RETURN_TO_LAUNCH, Cmd.LAND):
            self.end = item
        elif item.command == Cmd.TAKEOFF:
            if self.take_off is not None or self.items:
                self._strange(item, "takes off in the middle")
            self.take_off = item
        elif item.command in WAYPOINTS:
            self._waypoint(item)
        elif item.command == Cmd.CHANGE_SPEED:
            self._speed(item)
        else:
            self._done_there(item)

    def _strange(self, item: RawItem, why: str) -> None:
        self.foreign.append(f"Item {item.seq} {why}.")

    def _waypoint(self, item: RawItem) -> None:
        datum = _DATUMS.get(SAME_FRAME.get(item.frame, item.frame))
        if datum is None:
            self._strange(
                item, f"has a height above something else than home or the sea (frame {item.frame})"
            )
            return
        if not (abs(item.x) <= 900_000_000 and abs(item.y) <= 1_800_000_000):
            self._strange(item, "is no place on earth")
            return
        if not -500 <= item.z <= 10_000:
            self._strange(item, f"has a height that cannot be ({item.z:g} m)")
            return
        values = self._orbit(item) if item.command == Cmd.LOITER_TURNS else self._pause(item)
        if values is None:
            return
        self.first = self.first or item
        self.items.append(
            WireMissionItem(
                item.x / 1e7,
                item.y / 1e7,
                float(item.z),
                speed_mps=self.speed_mps,
                datum=datum,
                **values,
            )
        )
        self.speed_mps = None

    def _orbit(self, item: RawItem) -> dict[str, Any] | None:
        turns, _, radius_m, _ = item.params
        if turns != int(turns) or not 1 <= turns <= 100 or not 5 <= radius_m <= 1_000:
            self._strange(item, f"flies {turns:g} turns of {radius_m:g} m, which none of ours does")
            return None
        return {"orbit_radius_m": float(radius_m), "orbit_turns": int(turns)}

    def _pause(self, item: RawItem) -> dict[str, Any] | None:
        hold_s, nose = item.params[0], item.params[3]
        if not 0 <= hold_s <= 3600:
            self._strange(item, f"stays for {hold_s:g} s, which none of ours does")
            return None
        turned = not self.home_first and math.isfinite(nose)
        return {"hold_s": float(hold_s), **({"heading_deg": nose % 360} if turned else {})}

    def _speed(self, item: RawItem) -> None:
        """Before the waypoint that it is for; kept only where it can be one of ours."""
        kind, speed = item.params[0], item.params[1]
        if kind not in (0.0, 1.0) or not 0 < speed <= 40 or self.speed_mps is not None:
            self._strange(item, f"changes a speed as none of ours does (to {speed:g} m/s)")
            return
        self.speed_mps = float(speed)

    def _done_there(self, item: RawItem) -> None:
        """Something that is done at the newest waypoint."""
        change = _CHANGES.get(item.command)
        if change is None:
            name = _NAMES.get(item.command, "a command that Kestrel does not send")
            self.foreign.append(f"Item {item.seq}: {name} ({item.command}).")
            return
        changes = change(item)
        if not self.items or self.speed_mps is not None:
            self._strange(item, "does something before the first waypoint, or out of our order")
        elif changes is None or any(
            getattr(self.items[-1], name) not in (None, False, 0.0) for name in changes
        ):
            self._strange(item, f"does as none of ours does (command {item.command})")
        else:
            self.items[-1] = msgspec.structs.replace(self.items[-1], **changes)

    def done(self) -> ReadMission:
        if self.items or self.end is not None:
            self._check_take_off()
        if self.speed_mps is not None:
            self.foreign.append("A speed is changed after the last waypoint.")
        lands = self.end is not None and self.end.command == Cmd.LAND
        if lands:
            self._check_landing()
        said = self.foreign[:MOST_FOREIGN]
        if len(self.foreign) > MOST_FOREIGN:
            said.append(f"And {len(self.foreign) - MOST_FOREIGN} more.")
        returns = self.end is not None and not lands
        return ReadMission(UploadMission(self.items, returns, lands), tuple(said))

    def _check_take_off(self) -> None:
        if self.take_off is None:
            self.foreign.append("It does not begin with a take-off.")
            return
        if not self.items or self.first is None:
            return
        first = self.items[0]
        frames = [SAME_FRAME.get(i.frame, i.frame) for i in (self.take_off, self.first)]
        if first.datum is HeightDatum.AMSL and self.home is None:
            return  # whose lowest take-off height cannot be reckoned; the waypoints tell the way
        wanted_m = take_off_m(first, self.home[2] if self.home else 0.0)
        if frames[0] != frames[1] or not abs(self.take_off.z - wanted_m) <= HEIGHT_OFF_M:
            height_m = self.take_off.z
            self._strange(
                self.take_off, f"takes off to {height_m:g} m, not to the first waypoint's height"
            )

    def _check_landing(self) -> None:
        assert self.end is not None
        if not self.items:
            self._strange(self.end, "lands, and there was no waypoint")
            return
        last = round(self.items[-1].lat * 1e7), round(self.items[-1].lon * 1e7)
        off = max(abs(last[0] - self.end.x), abs(last[1] - self.end.y))
        if off > PLACE_OFF and (self.end.x, self.end.y) != (0, 0):  # 0, 0: where it is
            self._strange(self.end, "lands somewhere else than at the last waypoint")


def _mount(item: RawItem) -> dict[str, Any] | None:
    pitch, roll, yaw, _ = item.params
    straight = abs(roll) <= _TURNED_OFF and abs(yaw) <= _TURNED_OFF
    return {"gimbal_pitch_deg": float(pitch)} if straight and -120 <= pitch <= 60 else None


def _gimbal(item: RawItem) -> dict[str, Any] | None:
    pitch, yaw = item.params[0], item.params[1]
    straight = not abs(yaw) > _TURNED_OFF
    return {"gimbal_pitch_deg": float(pitch)} if straight and -120 <= pitch <= 60 else None


def _yaw(item: RawItem) -> dict[str, Any] | None:
    angle, _, _, relative = item.params
    return {"heading_deg": float(angle)} if relative == 0 and 0 <= angle <= 360 else None


def _delay(item: RawItem) -> dict[str, Any] | None:
    return {"hold_s": float(item.params[0])} if 0 < item.params[0] <= 3600 else None


def _distance(item: RawItem) -> dict[str, Any] | None:
    return {"photo_every_m": float(item.params[0])} if 0 <= item.params[0] <= 1_000 else None


def _digicam(item: RawItem) -> dict[str, Any] | None:
    return {"photo": True} if item.x == 1 else None


def _capture(item: RawItem) -> dict[str, Any] | None:
    return {"photo": True} if item.params[1:3] == (0.0, 1.0) else None


_CHANGES: dict[int, Callable[[RawItem], dict[str, Any] | None]] = {
    Cmd.MOUNT_CONTROL: _mount,
    Cmd.GIMBAL_PITCHYAW: _gimbal,
    Cmd.CONDITION_YAW: _yaw,
    Cmd.DELAY: _delay,
    Cmd.CAMERA_DISTANCE: _distance,
    Cmd.DIGICAM_CONTROL: _digicam,
    Cmd.IMAGE_CAPTURE: _capture,
}
