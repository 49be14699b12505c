"""The commands of a QGroundControl plan, one after the other, as the items of a mission.

What changes the way that is flown and cannot be held is refused; what does not is left out with a
note. A command that is done at a place belongs to the waypoint before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from geo.formats.reading import FileRefused
from geo.missions.formats.plan_simple import Simple
from geo.missions.formats.reading import Draft, require_place
from geo.missions.model import AtEnd, HeightDatum
from geo.missions.motion import leg_between

_SAME_M = 0.5
_LAST_NAVIGATION = 95  # MAV_CMD_NAV_LAST: commands up to it move the vehicle
_NOT_KEPT = {
    112: "a delay on the way",
    114: "a condition of distance",
    181: "a relay",
    183: "a servo",
    189: "a mark of where landing begins",
    195: "pointing the camera at a place (region of interest)",
    197: "the end of pointing the camera",
    200: "video",
    201: "pointing the camera at a place (region of interest)",
    530: "the camera's mode",
    531: "zoom",
    532: "focus",
    2500: "video",
    2501: "video",
}
_MOVES = (177, 82, 3000)  # jump, spline, transition: not navigation by number, and yet
_NAMES = {
    31: "loitering to a height",
    82: "a spline waypoint",
    84: "a VTOL take-off",
    85: "a VTOL landing",
    94: "placing a payload",
    177: "a jump to another item",
    3000: "a VTOL transition",
}


@dataclass
class Flight:
    """What was read so far of the commands. `ardupilot`: the plan is for it, so that a waypoint's
    fourth parameter is no heading."""

    draft: Draft
    ardupilot: bool
    waypoints: list[dict[str, Any]] = field(default_factory=list)  # arguments of `Draft.add`
    pending: dict[str, Any] = field(default_factory=dict)  # for the next waypoint
    take_off: Simple | None = None
    ended: str = ""  # what ended it, and where

    def take(self, simple: Simple) -> None:
        """One command. Raises FileRefused."""
        handler = _HANDLERS.get(simple.command)
        if handler is None:
            self._unknown(simple)
            return
        if self.ended:
            self._after_the_end(simple)
            return
        handler(self, simple)

    def done(self) -> None:
        """The waypoints into the draft. Raises FileRefused."""
        if self.take_off is not None and not self.waypoints:
            self._keep_take_off(self.take_off)
        if self.pending.pop("speed_mps", None) is not None:
            self.draft.note("A speed behind the last waypoint is not kept.")
        for each in self.waypoints:
            self.draft.add(**each)
        if not self.ended:
            self.draft.at_end = AtEnd.HOLD
            self.draft.note("It ends without return or landing: the vehicle stays in the air.")

    # --- places -----------------------------------------------------------------------------------

    def _waypoint(self, simple: Simple, **more: Any) -> None:
        lat, lon = simple.required_place()
        height_m, datum, note = simple.height()
        if note:
            self.draft.note(note)
        if self.take_off is not None and not self.waypoints:
            self._resolve_take_off(height_m, datum)
        fields = {"height_m": height_m, "datum": datum, **self.pending, **more}
        self.pending = {}
        self.waypoints.append({"where": simple.where, "lat": lat, "lon": lon, **fields})

    def plain_waypoint(self, simple: Simple) -> None:
        more: dict[str, Any] = {"hold_s": simple.param(1) or 0.0}
        yaw = simple.param(4)
        if yaw is not None and not self.ardupilot:
            more["heading_deg"] = yaw
        elif yaw:
            self.draft.note(f"{simple.where}: ArduPilot does not use a waypoint's heading.")
        if simple.param(2) or simple.param(3):
            self.draft.note(f"{simple.where}: how near a waypoint is passed is not kept.")
        self._waypoint(simple, **more)

    def loiter_turns(self, simple: Simple) -> None:
        turns, radius_m = simple.param(1) or 0.0, simple.param(3) or 0.0
        if turns <= 0:
            self.draft.note(f"{simple.where}: an orbit of no turns is kept as a waypoint.")
            self._waypoint(simple)
            return
        if radius_m == 0:
            raise FileRefused(
                f"{simple.where}: the orbit's radius is left to the autopilot, so its way is not "
                "known. Give a radius."
            )
        if radius_m < 0:
            self.draft.note(f"{simple.where}: the orbit is kept clockwise, not the other way.")
        if turns != math.ceil(turns):
            self.draft.note(f"{simple.where}: {turns:g} turns are kept as {math.ceil(turns)}.")
        self._waypoint(simple, orbit_radius_m=abs(radius_m), orbit_turns=math.ceil(turns))

    def loiter_time(self, simple: Simple) -> None:
        if simple.param(3):
            self.draft.note(f"{simple.where}: loitering is kept as holding, without a radius.")
        self._waypoint(simple, hold_s=simple.param(1) or 0.0)

    def loiter_for_ever(self, simple: Simple) -> None:
        self._waypoint(simple)
        self.draft.at_end, self.ended = AtEnd.HOLD, f"{simple.where}, loitering without end"

    def takes_off(self, simple: Simple) -> None:
        if self.take_off is not None or self.waypoints:
            raise FileRefused(
                f"{simple.where}: a second take-off on the way. Make two missions of it."
            )
        simple.height()  # refused here, whatever becomes of it
        self.take_off = simple

    def _resolve_take_off(self, height_m: float, datum: HeightDatum) -> None:
        """A vehicle climbs to the first waypoint's height by itself; another height is kept as a
        waypoint, for what it climbs over."""
        assert self.take_off is not None
        its_m, its_datum, _ = self.take_off.height()
        if its_datum is datum and abs(its_m - height_m) <= _SAME_M:
            self.draft.note(
                f"{self.take_off.where}: the take-off is not kept as an item: a vehicle climbs to "
                "the first waypoint's height by itself."
            )
        else:
            self._keep_take_off(self.take_off)

    def _keep_take_off(self, simple: Simple) -> None:
        height_m, datum, note = simple.height()
        place = simple.place() or (self.draft.home[:2] if self.draft.home else None)
        if place is None:
            raise FileRefused(
                f"{simple.where}: the take-off has a height of its own and no place, and home has "
                "none either. Give one of them a place."
            )
        self.draft.note(f"{simple.where}: the take-off is kept as a waypoint at its height.")
        if note:
            self.draft.note(note)
        self.waypoints.append(
            {"where": simple.where, "lat": place[0], "lon": place[1], "height_m": height_m}
            | {"datum": datum, **self.pending}
        )
        self.pending = {}

    # --- ends -------------------------------------------------------------------------------------

    def returns(self, simple: Simple) -> None:
        self.draft.at_end, self.ended = AtEnd.RETURN, f"{simple.where}, the return"

    def lands(self, simple: Simple) -> None:
        place = simple.place()
        if not self.waypoints and self.take_off is not None:
            self._keep_take_off(self.take_off)
        if self.waypoints and place is not None:
            require_place(simple.where, *place)
            last = self.waypoints[-1]
            if leg_between((last["lat"], last["lon"]), place)[0] > _SAME_M:
                self.draft.note(f"{simple.where}: a waypoint is put above where it lands.")
                above = {"height_m": last["height_m"], "datum": last["datum"], **self.pending}
                self.pending = {}
                self.waypoints.append(
                    {"where": simple.where, "lat": place[0], "lon": place[1], **above}
                )
        self.draft.at_end, self.ended = AtEnd.LAND, f"{simple.where}, the landing"

    def _after_the_end(self, simple: Simple) -> None:
        if simple.command <= _LAST_NAVIGATION:
            raise FileRefused(
                f"{simple.where}: something to fly after {self.ended}. Make two missions of it."
            )
        self.draft.note(f"{simple.where} comes after the end and is not kept.")

    # --- what is done there -----------------------------------------------------------------------

    def _there(self, simple: Simple, **fields: Any) -> None:
        """At the waypoint before; before the first, at that one."""
        if self.waypoints:
            self.waypoints[-1].update(fields)
            return
        self.pending.update(fields)
        self.draft.note(f"{simple.where} is done at the first waypoint, not before it.")

    def delays(self, simple: Simple) -> None:
        seconds = simple.param(1)
        if seconds is None or seconds < 0 or not self.waypoints:
            self.draft.note(
                f"{simple.where}: a delay until a time of day, or before the first waypoint, "
                "is not kept."
            )
            return
        last = self.waypoints[-1]
        last["hold_s"] = last.get("hold_s", 0.0) + seconds

    def changes_speed(self, simple: Simple) -> None:
        kind, speed = simple.param(1) or 0.0, simple.param(2)
        if kind not in (0, 1):
            self.draft.note(f"{simple.where}: a speed of climbing or sinking is not kept.")
        elif speed is None or speed <= 0:
            if speed == -2:
                self.draft.note(
                    f"{simple.where}: going back to the vehicle's own speed is not kept."
                )
        else:
            self.pending["speed_mps"] = speed
        if (simple.param(3) or -1.0) >= 0 and simple.param(3):
            self.draft.note(f"{simple.where}: a throttle is not kept.")

    def turns_mount(self, simple: Simple) -> None:
        if simple.param(7) not in (2, None):
            self.draft.note(f"{simple.where}: a mount that is not turned by angles is not kept.")
            return
        if simple.param(2) or simple.param(3):
            self.draft.note(f"{simple.where}: of the camera only its pitch is kept.")
        self._pitch(simple)

    def turns_gimbal(self, simple: Simple) -> None:
        if simple.param(2) or simple.param(3) or simple.param(4):
            self.draft.note(f"{simple.where}: of the camera only its pitch is kept.")
        self._pitch(simple)

    def _pitch(self, simple: Simple) -> None:
        pitch = simple.param(1)
        if pitch is None:
            self.draft.note(f"{simple.where}: it gives the camera no pitch.")
        else:
            self._there(simple, gimbal_pitch_deg=pitch)

    def triggers_by_distance(self, simple: Simple) -> None:
        self._there(simple, photo_every_m=simple.param(1) or 0.0)

    def takes_pictures(self, simple: Simple) -> None:
        if simple.param(3) == 1:
            self._there(simple, photo=True)
        else:
            self.draft.note(f"{simple.where}: pictures by time are not kept.")

    def stops_pictures(self, simple: Simple) -> None:
        if any(each.get("photo_every_m") for each in self.waypoints):
            self._there(simple, photo_every_m=0.0)
        else:
            self.draft.note(f"{simple.where}: pictures by time are not kept, nor their end.")

    def controls_camera(self, simple: Simple) -> None:
        if simple.param(5) == 1:
            self._there(simple, photo=True)
        else:
            self.draft.note(f"{simple.where}: of the camera only the taking of pictures is kept.")

    def turns_nose(self, simple: Simple) -> None:
        angle = simple.param(1)
        if simple.param(4) or angle is None:
            self.draft.note(f"{simple.where}: turning the nose by an angle is not kept.")
        elif not self.waypoints:
            self.draft.note(f"{simple.where}: a heading before the first waypoint is not kept.")
        else:
            self.waypoints[-1]["heading_deg"] = angle

    def _unknown(self, simple: Simple) -> None:
        said = _NAMES.get(simple.command) or _NOT_KEPT.get(
            simple.command, f"command {simple.command}"
        )
        if simple.command <= _LAST_NAVIGATION or simple.command in _MOVES:
            raise FileRefused(
                f"{simple.where}: {said} changes the way that is flown and cannot be held here. "
                "Use plain waypoints instead."
            )
        self.draft.note(f"{simple.where}: {said} is not kept.")


_HANDLERS: dict[int, Callable[[Flight, Simple], None]] = {
    16: Flight.plain_waypoint,
    17: Flight.loiter_for_ever,
    18: Flight.loiter_turns,
    19: Flight.loiter_time,
    20: Flight.returns,
    21: Flight.lands,
    22: Flight.takes_off,
    93: Flight.delays,
    115: Flight.turns_nose,
    178: Flight.changes_speed,
    203: Flight.controls_camera,
    205: Flight.turns_mount,
    206: Flight.triggers_by_distance,
    1000: Flight.turns_gimbal,
    2000: Flight.takes_pictures,
    2001: Flight.stops_pictures,
}
