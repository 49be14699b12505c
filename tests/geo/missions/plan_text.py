"""Plans as QGroundControl writes them, typed by hand after its file format's description."""

from __future__ import annotations

import json
from typing import Any

HOME = [51.4958, -0.2386, 5.0]


def simple(
    command: int,
    params: list[float | None],
    frame: int = 3,
    *,
    altitude: float | None = None,
    mode: int | None = None,
    amsl: float | None = None,
    jump: int = 1,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "autoContinue": True,
        "command": command,
        "doJumpId": jump,
        "frame": frame,
        "params": params,
        "type": "SimpleItem",
    }
    if mode is not None:
        found |= {"AMSLAltAboveTerrain": amsl, "Altitude": altitude, "AltitudeMode": mode}
    return found


def waypoint(
    lat: float, lon: float, height: float, *, hold: float = 0, yaw: float | None = None
) -> dict[str, Any]:
    return simple(16, [hold, 0, 0, yaw, lat, lon, height], altitude=height, mode=1)


def take_off(height: float, lat: float = HOME[0], lon: float = HOME[1]) -> dict[str, Any]:
    return simple(22, [0, 0, 0, None, lat, lon, height], altitude=height, mode=1)


RETURN = simple(20, [0, 0, 0, 0, 0, 0, 0], 2)


def plan(
    *items: Any,
    fence: Any = None,
    rally: Any = None,
    mission: dict[str, Any] | None = None,
    **top: Any,
) -> bytes:
    document = {
        "fileType": "Plan",
        "geoFence": fence or {"circles": [], "polygons": [], "version": 2},
        "groundStation": "QGroundControl",
        "mission": {
            "cruiseSpeed": 15,
            "firmwareType": 12,
            "globalPlanAltitudeMode": 1,
            "hoverSpeed": 5,
            "items": list(items),
            "plannedHomePosition": HOME,
            "vehicleType": 2,
            "version": 2,
        }
        | (mission or {}),
        "rallyPoints": rally or {"points": [], "version": 2},
        "version": 1,
    } | top
    return json.dumps(document, indent=4).encode()


def survey(*inner: Any, kind: str = "survey") -> dict[str, Any]:
    """With what QGroundControl keeps beside the items that it made."""
    corners = [[51.4960, -0.2390], [51.4970, -0.2390], [51.4970, -0.2375], [51.4960, -0.2375]]
    return {
        "TransectStyleComplexItem": {
            "CameraCalc": {
                "AdjustedFootprintFrontal": 25,
                "AdjustedFootprintSide": 25,
                "CameraName": "Manual (no camera specs)",
                "DistanceMode": 1,
                "DistanceToSurface": 50,
                "version": 2,
            },
            "CameraShots": 12,
            "CameraTriggerInTurnAround": False,
            "HoverAndCapture": False,
            "Items": list(inner),
            "Refly90Degrees": False,
            "TurnAroundDistance": 10,
            "VisualTransectPoints": corners,
            "version": 2,
        },
        "angle": 0,
        "complexItemType": kind,
        "entryLocation": 0,
        "flyAlternateTransects": False,
        "polygon": corners,
        "splitConcavePolygons": False,
        "type": "ComplexItem",
        "version": 5,
    }
