"""Other aircraft, as one audience may know of them.

Crewed aircraft are on the open air for everybody, so only the area counts; one that comes near a
vehicle that the audience sees is told wherever it is. Remote IDs name people: they are of the
organisation whose agent heard them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from geo.traffic import Level
from ground_station.api.live_audience import Audience
from ground_station.api.schemas import (
    AircraftView,
    AltFrom,
    ApproachView,
    RemoteIdView,
    TrafficView,
)
from ground_station.core.agent_facts import Aircraft
from ground_station.core.fleet import VehicleStatus
from ground_station.services.air_traffic import STALE_AFTER_S, HeardRemoteId, TrafficPicture
from ground_station.services.traffic_conflicts import HeardAircraft, Meeting, height_of
from ground_station.services.vehicle_state import place_of


def traffic_view(
    picture: TrafficPicture, audience: Audience, vehicles: Sequence[VehicleStatus], now_s: float
) -> TrafficView:
    """`now_s`: on the station's monotonic clock, for the ages."""
    seen = _seen(audience, vehicles)
    return TrafficView(
        aircraft=_aircraft(picture, audience, seen, now_s),
        remote_ids=[
            _remote_id(one, audience, seen, now_s)
            for one in picture.remote_ids
            if audience.scope.holds(one.owner_id, one.remote_id.lat, one.remote_id.lon)
        ],
        unchecked=[one.words for one in picture.unchecked if one.vehicle_id in seen],
        stale_after_ms=round(STALE_AFTER_S * 1000),
    )


def _seen(audience: Audience, vehicles: Sequence[VehicleStatus]) -> set[str]:
    """Ids of the vehicles that it may see now."""
    return {
        status.vehicle.vehicle_id
        for status in vehicles
        if status.vehicle.vehicle_id in audience.flies
        or audience.scope.holds(status.vehicle.organisation_id, *place_of(status))
    }


def _aircraft(
    picture: TrafficPicture, audience: Audience, seen: Collection[str], now_s: float
) -> list[AircraftView]:
    area, found = audience.scope.area, []
    for heard in picture.aircraft:
        at = heard.aircraft
        meetings = [one for one in picture.meetings.get(at.icao, ()) if one.vehicle_id in seen]
        if meetings or area is None or area.holds(at.lat, at.lon):
            found.append(_aircraft_view(heard, meetings, now_s))
    return found


def _aircraft_view(heard: HeardAircraft, meetings: Sequence[Meeting], now_s: float) -> AircraftView:
    one = heard.aircraft
    alt_m, error_m = height_of(one)
    return AircraftView(
        icao=one.icao,
        callsign=one.callsign,
        category=one.category,
        lat=one.lat,
        lon=one.lon,
        age_ms=_age_ms(heard.heard_s, now_s),
        alt_amsl_m=_whole(alt_m),
        alt_from=_alt_from(one),
        alt_error_m=None if alt_m is None else round(error_m),
        track_deg=one.track_deg,
        speed_mps=one.speed_mps,
        climb_mps=one.climb_mps,
        on_ground=one.on_ground,
        simulated=one.simulated,
        source=heard.source,
        approaches=[_approach(meeting) for meeting in meetings],
    )


def _alt_from(one: Aircraft) -> AltFrom:
    if one.alt_amsl_m is not None:
        return "gnss"
    return None if one.pressure_alt_m is None else "barometer"


def _approach(meeting: Meeting) -> ApproachView:
    met = meeting.approach
    return ApproachView(
        vehicle_id=meeting.vehicle_id,
        level="descend" if met.level is Level.DESCEND else "look",
        distance_m=round(met.distance_m),
        bearing_deg=round(met.bearing_deg) % 360,
        above_m=_whole(met.above_m),
        above_error_m=round(met.above_error_m),
        closest_s=round(met.closest_s),
        closest_m=round(met.closest_m),
        closest_above_m=_whole(met.closest_above_m),
        closing=met.closing,
        course_known=met.course_known,
        within_s=round(met.within_s or 0.0),
    )


def _remote_id(
    heard: HeardRemoteId, audience: Audience, seen: Collection[str], now_s: float
) -> RemoteIdView:
    one, own = heard.remote_id, heard.owner_id == audience.scope.organisation_id
    operator = one.operator_lat, one.operator_lon
    shown = own and audience.scope.holds(heard.owner_id, *operator)
    return RemoteIdView(
        key=one.key,
        uas_id=one.uas_id,
        operator_id=one.operator_id if own else "",
        ua_type=one.ua_type,
        status=one.status,
        description=one.description if own else "",
        lat=one.lat,
        lon=one.lon,
        age_ms=_age_ms(heard.heard_s, now_s),
        alt_hae_m=one.alt_hae_m,
        height_m=one.height_m,
        height_over_ground=one.height_over_ground,
        speed_mps=one.speed_mps,
        climb_mps=one.climb_mps,
        course_deg=one.course_deg,
        operator_lat=operator[0] if shown else None,
        operator_lon=operator[1] if shown else None,
        source=heard.source,
        vehicle_id=heard.vehicle_id if heard.vehicle_id in seen else None,
        reported=heard.reported,
    )


def _whole(metres: float | None) -> int | None:
    return None if metres is None else round(metres)


def _age_ms(heard_s: float, now_s: float) -> int:
    return max(0, round((now_s - heard_s) * 1000))
