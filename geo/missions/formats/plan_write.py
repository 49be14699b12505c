"""Writes QGroundControl's `.plan`, for ArduPilot's multicopters, as plain SimpleItems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from geo.formats.writing import Written, as_json
from geo.missions.formats.fields import one_line
from geo.missions.model import AtEnd, HeightDatum, Mission, MissionItem

_FRAMES = {HeightDatum.AMSL: 0, HeightDatum.HOME: 3, HeightDatum.TERRAIN: 10}
_MODES = {HeightDatum.HOME: 1, HeightDatum.AMSL: 2, HeightDatum.TERRAIN: 4}
_NO_PLACE_FRAME = 2
_ARDUPILOT, _QUADROTOR = 3, 2
_MOUNT_BY_ANGLES = 2
_SPEED_OF_PLANS = 5.0  # QGroundControl demands one; it is shown there and sent to no vehicle


def write_plan(mission: Mission) -> Written:
    """Places, heights and speeds as exact as they are; headings within 0 to 360.

    `read_plan` gives the same mission back, but for headings, which are then 0 to 360.
    """
    made = _Items()
    notes = []
    if mission.items:
        made.take_off(mission)
        for item in mission.items:
            made.item(item)
        made.end(mission)
    if mission.cruise_mps is None:
        notes.append(
            f"The plan has no cruise speed; QGroundControl demands one and shows "
            f"{_SPEED_OF_PLANS:g} m/s, which it sends to no vehicle."
        )
    if mission.home is None:
        notes.append("Home is not known: the file has the first place without a height for it.")
    document: dict[str, Any] = {
        "fileType": "Plan",
        "geoFence": _fence(mission),
        "groundStation": "QGroundControl",
        "mission": _mission(mission, made.items),
        "rallyPoints": {
            "points": [[each.lat, each.lon, each.height_home_m] for each in mission.rally],
            "version": 2,
        },
        "version": 1,
    }
    own = _own(mission)
    if own:
        document["kestrel"] = own
    return Written(as_json(document), tuple(notes))


def _mission(mission: Mission, items: list[dict[str, Any]]) -> dict[str, Any]:
    speed = mission.cruise_mps if mission.cruise_mps is not None else _SPEED_OF_PLANS
    return {
        "cruiseSpeed": speed,
        "firmwareType": _ARDUPILOT,
        "globalPlanAltitudeMode": 1,
        "hoverSpeed": speed,
        "items": items,
        "plannedHomePosition": _home(mission),
        "vehicleType": _QUADROTOR,
        "version": 2,
    }


def _fence(mission: Mission) -> dict[str, Any]:
    polygons = [
        {"inclusion": each.keep_in, "polygon": [[*at] for at in each.ring], "version": 1}
        for each in mission.fences
    ]
    return {"circles": [], "polygons": polygons, "version": 2}


def _own(mission: Mission) -> dict[str, Any]:
    """What QGroundControl has no room for, and leaves alone."""
    own: dict[str, Any] = {}
    if mission.name:
        own["name"] = one_line(mission.name)
    if mission.cruise_mps is None:
        own["cruiseSpeedSaid"] = False
    if mission.home is not None and mission.home[2] == 0:
        own["homeHeightSaid"] = True
    return own


def _home(mission: Mission) -> list[float | None]:
    if mission.home is not None:
        return [*mission.home]
    if mission.items:
        return [mission.items[0].lat, mission.items[0].lon, None]
    return [0.0, 0.0, 0.0]


@dataclass
class _Items:
    items: list[dict[str, Any]] = field(default_factory=list)

    def take_off(self, mission: Mission) -> None:
        """To the first item's height, where home is: a vehicle does it by itself, other programs
        want it said."""
        first = mission.items[0]
        at = mission.home[:2] if mission.home is not None else (first.lat, first.lon)
        self._placed(22, [0, 0, 0, 0], at, first)

    def item(self, item: MissionItem) -> None:
        at = (item.lat, item.lon)
        if item.speed_mps is not None:
            self._plain(178, [1, item.speed_mps, -1, 0, 0, 0, 0])
        if item.orbit_radius_m is not None:
            self._placed(18, [item.orbit_turns, 0, item.orbit_radius_m, 0], at, item)
            if item.hold_s:
                self._plain(93, [item.hold_s, -1, -1, -1, 0, 0, 0])
        else:
            self._placed(16, [item.hold_s, 0, 0, 0], at, item)
        if item.heading_deg is not None:
            self._plain(115, [item.heading_deg % 360 % 360, 0, 0, 0, 0, 0, 0])
        if item.gimbal_pitch_deg is not None:
            self._plain(205, [item.gimbal_pitch_deg, 0, 0, 0, 0, 0, _MOUNT_BY_ANGLES])
        if item.photo_every_m is not None:
            on = 1 if item.photo_every_m else 0
            self._plain(206, [item.photo_every_m, 0, on, 0, 0, 0, 0])
        if item.photo:
            self._plain(2000, [0, 0, 1, 0, 0, 0, 0])

    def end(self, mission: Mission) -> None:
        last = mission.items[-1]
        if mission.at_end is AtEnd.RETURN:
            self._plain(20, [0, 0, 0, 0, 0, 0, 0])
        elif mission.at_end is AtEnd.LAND:
            params = [0, 0, 0, 0, last.lat, last.lon, 0]
            self._add(21, 3, params, Altitude=0, AltitudeMode=1, AMSLAltAboveTerrain=None)

    def _placed(
        self, command: int, four: list[Any], at: tuple[float, float], item: MissionItem
    ) -> None:
        self._add(
            command,
            _FRAMES[item.datum],
            [*four, *at, item.height_m],
            Altitude=item.height_m,
            AltitudeMode=_MODES[item.datum],
            AMSLAltAboveTerrain=item.height_m if item.datum is HeightDatum.AMSL else None,
        )

    def _plain(self, command: int, params: list[Any]) -> None:
        self._add(command, _NO_PLACE_FRAME, params)

    def _add(self, command: int, frame: int, params: list[Any], **more: Any) -> None:
        self.items.append(
            {
                **more,
                "autoContinue": True,
                "command": command,
                "doJumpId": len(self.items) + 1,
                "frame": frame,
                "params": params,
                "type": "SimpleItem",
            }
        )
