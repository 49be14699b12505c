"""Messages about other aircraft, and of the own Remote ID module."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.flight import Vector
from drone.simulator.neighbours import Neighbour, NeighbourKind
from drone.simulator.radio import NOISE, strength

if TYPE_CHECKING:
    from drone.simulator.pilot import Pilot

Message = Any
REMOTE_ID_COMPONENT = 236  # MAV_COMP_ID_ODID_TXRX_1
_REMOTE_ID_TYPE = 34  # MAV_TYPE_ODID
_KNOWN = 1 | 2 | 4 | 8 | 16 | 64 | 128  # ADSB_FLAGS: all of it, and that it is simulated
_GEOMETRIC = 1
_AIRBORNE, _SERIAL, _MULTIROTOR, _EU = 2, 1, 2, 1
_BOROUGH_MAC = bytes((0x02, 0x00, 0x5E))  # locally administered
_UNIX_2019_S = 1_546_300_800
_NOT_KNOWN_M = -1000.0


def adsb_vehicles(pilot: Pilot, boot_ms: int) -> list[Message]:
    """One of each manned aircraft that is heard now."""
    del boot_ms
    found = []
    for one in pilot.settings.neighbours:
        at = one.at(pilot.time_s) if one.kind is NeighbourKind.ADSB else None
        if at is not None:
            found.append(_adsb(pilot, one, at))
    return found


def _adsb(pilot: Pilot, one: Neighbour, at: tuple[float, float, float]) -> Message:
    lat, lon, amsl_m = pilot.degrees(Vector(*at))
    return mav.MAVLink_adsb_vehicle_message(
        *(one.address, round(lat * 1e7), round(lon * 1e7), _GEOMETRIC, round(amsl_m * 1000)),
        *(round(one.track_deg * 100) % 36000, round(one.speed_mps * 100)),
        *(round(one.climb_mps * 100), one.name.encode(), 0, 0, _KNOWN, 1200),
    )


def remote_ids(pilot: Pilot) -> list[Message]:
    """What each drone that is heard now broadcasts: who and where it is and, if it says so, who
    flies it and from where."""
    found = []
    for one in pilot.settings.neighbours:
        at = one.at(pilot.time_s) if one.kind is NeighbourKind.REMOTE_ID else None
        if at is not None:
            found.extend(_remote_id(pilot, one, at))
    return found


def _remote_id(pilot: Pilot, one: Neighbour, at: tuple[float, float, float]) -> list[Message]:
    sender = list((_BOROUGH_MAC + one.address.to_bytes(3, "big")).ljust(20, b"\0"))
    serial = list(one.name.encode().ljust(20, b"\0"))
    lat, lon, amsl_m = pilot.degrees(Vector(*at))
    told = [
        mav.MAVLink_open_drone_id_basic_id_message(0, 0, sender, _SERIAL, _MULTIROTOR, serial),
        mav.MAVLink_open_drone_id_location_message(
            *(0, 0, sender, _AIRBORNE, round(one.track_deg * 100) % 36000),
            *(round(one.speed_mps * 100), round(one.climb_mps * 100)),
            *(round(lat * 1e7), round(lon * 1e7), _NOT_KNOWN_M, amsl_m, 0, at[2]),
            *(10, 4, 0, 3, time.time() % 3600, 1),
        ),
    ]
    if one.operator_east_m is not None and one.operator_north_m is not None:
        stands = pilot.degrees(Vector(one.operator_east_m, one.operator_north_m))
        told.append(_operator_place(sender, *stands))
    if one.registered:
        text = one.registered.encode()[:20]
        told.append(mav.MAVLink_open_drone_id_operator_id_message(0, 0, sender, 0, text))
    return told


def _operator_place(sender: list[int], lat: float, lon: float, amsl_m: float) -> Message:
    return mav.MAVLink_open_drone_id_system_message(
        *(0, 0, sender, 1, _EU, round(lat * 1e7), round(lon * 1e7)),
        *(1, 0, _NOT_KNOWN_M, _NOT_KNOWN_M, 1, 0, amsl_m),
        max(0, round(time.time()) - _UNIX_2019_S),
    )


def own_remote_id(pilot: Pilot) -> list[Message]:
    """What the own module says of itself once a second, as a component of its own: a heartbeat, and
    whether it is fit to fly."""
    problem = pilot.remote_id_problem.encode()[:50]
    return [
        mav.MAVLink_heartbeat_message(_REMOTE_ID_TYPE, 8, 0, 0, 4, 3),
        mav.MAVLink_open_drone_id_arm_status_message(1 if problem else 0, problem),
    ]


def radio_status(distance_m: float) -> Message:
    """Of a telemetry radio, by how far the vehicle is from home; it hears a little worse than it
    is heard."""
    rssi = strength(distance_m)
    there = strength(distance_m, 0.9)
    return mav.MAVLink_radio_status_message(rssi, there, 100, NOISE, NOISE, 0, 0)


def home_distance_m(pilot: Pilot) -> float:
    return math.dist(pilot.position, pilot.home)
