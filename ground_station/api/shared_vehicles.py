"""What an agreement tells other organisations of a vehicle: where it flies, and no more.

Each field of the two wire structs stands in exactly one of the lists here; a test walks them, so
that a new field is told to nobody else before somebody has decided on it.
"""

from __future__ import annotations

from typing import Any, Final

from ground_station.api.schemas import VehicleTelemetry, VehicleView

# What it is, whose, where it stands in the air, and whether it is heard: what whoever shares the
# sky with it needs. Its camera is a source of its own, told of under the same agreement; with its
# id the page knows that the two belong together.
TOLD: Final = (
    "vehicle_id",
    "number",
    "name",
    "organisation_id",
    "source_id",
    "airframe",
    "simulated",
    "link",
    "link_since",
    "landed",
    "airspace",
)
# Who flies it, how it runs and what it is about to do stays with its own organisation. The value is
# what the field says where nothing is known.
WITHHELD: Final[dict[str, Any]] = {
    "agent_id": None,
    "system_id": None,
    "autopilot": "unknown",
    "armed": None,
    "mode": "unknown",
    "home_lat": None,
    "home_lon": None,
    "home_amsl_m": None,
    "mission_current": None,
    "mission_total": None,
    "gps_fix": "unknown",
    "satellites": None,
    "armable": None,
    "control": None,
    "offer": None,
    "failsafes": [],
    "way_home": None,
    "way_home_words": "",
    "airspace_problem": "",
    "breaches": [],
    "conformance": None,
    "conformance_s": None,
    "conformance_words": "",
    "approved_volume": False,
    "auto_hold": False,
    "problems": [],
    "status_texts": [],
}
# Not its height above home: with that above the sea it tells how high home lies.
TOLD_OF_MOTION: Final = (
    "vehicle",
    "heartbeat_age_ms",
    "position_age_ms",
    "lat",
    "lon",
    "alt_amsl_m",
    "height_agl_m",
    "velocity_age_ms",
    "speed_mps",
    "course_deg",
    "climb_mps",
    "attitude_age_ms",
    "heading_deg",
)
WITHHELD_OF_MOTION: Final = (
    "height_home_m",
    "roll_deg",
    "pitch_deg",
    "battery_age_ms",
    "battery",
    "voltage_v",
    "battery_minutes",
    "wind_age_ms",
    "wind_mps",
    "wind_from_deg",
    "ekf_age_ms",
    "ekf_ok",
    "ekf_ratio",
    "radio_age_ms",
    "rc_lost",
    "rc",
    "radio",
    "received",
    "gimbal_age_ms",
    "gimbal_pitch_deg",
    "gimbal_yaw_deg",
    "gps_age_ms",
    "hdop",
    "gps_accuracy_m",
    "gps_height_accuracy_m",
)


def shared_vehicle_view(view: VehicleView) -> VehicleView:
    """Another organisation's vehicle, as an agreement shows it."""
    told = {name: getattr(view, name) for name in TOLD}
    return VehicleView(**told, **WITHHELD)


def shared_telemetry(words: VehicleTelemetry) -> VehicleTelemetry:
    """Where another organisation's vehicle is and how it moves, as an agreement shows it."""
    told: dict[str, Any] = {name: getattr(words, name) for name in TOLD_OF_MOTION}
    told.update(dict.fromkeys(WITHHELD_OF_MOTION))
    return VehicleTelemetry(**told)
