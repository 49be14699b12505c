"""Other aircraft: what the map shows of them."""

from __future__ import annotations

from typing import Literal

from ground_station.api.schemas.base import Wire

ApproachWord = Literal["look", "descend"]
AltFrom = Literal["gnss", "barometer"] | None


class ApproachView(Wire, frozen=True, kw_only=True):
    """How an aircraft and a vehicle of ours stand to each other: reckoned by the station, as if
    both flew on straight. `above_m`: of the aircraft over the vehicle; null: not known."""

    vehicle_id: str
    level: ApproachWord
    distance_m: int  # now, horizontally
    bearing_deg: int  # from the vehicle, true
    above_m: int | None
    above_error_m: int
    closest_s: int  # until they are nearest horizontally
    closest_m: int
    closest_above_m: int | None
    closing: bool
    course_known: bool  # false: reckoned as if it came straight at the vehicle
    within_s: int  # until they are within the limits of `level`


class AircraftView(Wire, frozen=True, kw_only=True):
    """A crewed aircraft, as `source` heard it."""

    icao: str
    callsign: str  # "": it sends none
    category: str  # "helicopter", ...; "" where it is not told
    lat: float
    lon: float
    age_ms: int  # of its place, when this was sent
    alt_amsl_m: int | None
    alt_from: AltFrom
    alt_error_m: int | None
    track_deg: float | None
    speed_mps: float | None
    climb_mps: float | None
    on_ground: bool
    simulated: bool
    source: str
    approaches: list[ApproachView]  # the most urgent first


class RemoteIdView(Wire, frozen=True, kw_only=True):
    """An uncrewed aircraft nearby: by its broadcast Remote ID, or as its own system reports it.

    `vehicle_id`: of the vehicle of ours that it is; null: none that is known. `reported`: it is not
    controlled from here. Where its operator stands is told of the own organisation's only.
    """

    key: str
    uas_id: str
    operator_id: str
    ua_type: str
    status: str
    description: str
    lat: float | None
    lon: float | None
    age_ms: int
    alt_hae_m: float | None  # above the WGS 84 ellipsoid
    height_m: float | None  # above take-off, or the ground
    height_over_ground: bool
    speed_mps: float | None
    climb_mps: float | None
    course_deg: float | None
    operator_lat: float | None
    operator_lon: float | None
    source: str
    vehicle_id: str | None
    reported: bool


class TrafficView(Wire, frozen=True, kw_only=True):
    """`GET /api/traffic`; in the live snapshot, and in a batch once a second while there is any:
    it replaces the one before. `unchecked`: vehicles that cannot be warned of aircraft, and why."""

    aircraft: list[AircraftView]
    remote_ids: list[RemoteIdView]
    unchecked: list[str]
    stale_after_ms: int
