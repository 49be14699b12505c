"""Messages of other aircraft: ADS-B (ADSB_VEHICLE) and broadcast Remote ID (OPEN_DRONE_ID_*), as
MavlinkDirect gives them, and what they say in our terms. Pure; any thread.

Each value has its own way to say that it is not known (MAVLink common; ASTM F3411); none of those
gets through as a number."""

from __future__ import annotations

import msgspec

from ground_station.core.agent_facts import Aircraft

_LONGEST_WORD = 40


class AdsbVehicle(msgspec.Struct, frozen=True):
    """`flags` say which of the fields hold anything."""

    ICAO_address: int
    lat: int
    lon: int
    altitude_type: int
    altitude: int  # millimetres
    heading: int  # hundredths of degrees
    hor_velocity: int  # cm/s
    ver_velocity: int  # cm/s, up
    callsign: str
    emitter_type: int
    tslc: int  # seconds since it was last heard
    flags: int


class BasicId(msgspec.Struct, frozen=True):
    id_or_mac: list[int]
    id_type: int
    ua_type: int
    uas_id: list[int]


class Location(msgspec.Struct, frozen=True):
    """Degrees in 1e-7, direction in hundredths of degrees, speeds in cm/s, heights in metres."""

    id_or_mac: list[int]
    status: int
    direction: int
    speed_horizontal: int
    speed_vertical: int
    latitude: int
    longitude: int
    altitude_geodetic: float | None
    height_reference: int
    height: float | None


class SelfId(msgspec.Struct, frozen=True):
    id_or_mac: list[int]
    description_type: int
    description: str


class OperatorPlace(msgspec.Struct, frozen=True):
    """OPEN_DRONE_ID_SYSTEM."""

    id_or_mac: list[int]
    operator_latitude: int
    operator_longitude: int


class OperatorId(msgspec.Struct, frozen=True):
    id_or_mac: list[int]
    operator_id: str


class MessagePack(msgspec.Struct, frozen=True):
    """Several of the others, in the bytes that go over the air."""

    id_or_mac: list[int]
    single_message_size: int
    msg_pack_size: int
    messages: list[int]


RemoteIdPart = BasicId | Location | SelfId | OperatorPlace | OperatorId
TrafficMessage = AdsbVehicle | RemoteIdPart | MessagePack

MESSAGES: dict[str, type[TrafficMessage]] = {
    "ADSB_VEHICLE": AdsbVehicle,
    "OPEN_DRONE_ID_BASIC_ID": BasicId,
    "OPEN_DRONE_ID_LOCATION": Location,
    "OPEN_DRONE_ID_SELF_ID": SelfId,
    "OPEN_DRONE_ID_SYSTEM": OperatorPlace,
    "OPEN_DRONE_ID_OPERATOR_ID": OperatorId,
    "OPEN_DRONE_ID_MESSAGE_PACK": MessagePack,
}

# ADSB_FLAGS
_COORDS, _ALTITUDE, _HEADING, _VELOCITY, _CALLSIGN = 1, 2, 4, 8, 16
_SIMULATED, _CLIMB = 64, 128
_GEOMETRIC = 1  # ADSB_ALTITUDE_TYPE
_SURFACE = (17, 18)  # ADSB_EMITTER_TYPE: vehicles on the surface
_MAX_MPS = 1_000.0
_HEIGHTS_M = (-1_000.0, 40_000.0)

UA_TYPES = (
    "",
    "aeroplane",
    "helicopter or multirotor",
    "gyroplane",
    "hybrid lift",
    "ornithopter",
    "glider",
    "kite",
    "free balloon",
    "captive balloon",
    "airship",
    "parachute",
    "rocket",
    "tethered",
    "ground obstacle",
    "other",
)
STATUSES = ("", "on the ground", "airborne", "emergency", "Remote ID failure")
_CATEGORIES = {
    1: "light aeroplane",
    2: "aeroplane",
    3: "airliner",
    4: "airliner",
    5: "airliner",
    6: "fast aeroplane",
    7: "helicopter",
    9: "glider",
    10: "balloon or airship",
    11: "parachutist",
    12: "ultralight",
    14: "uncrewed aircraft",
}
_TEXT_IDS = (1, 2)  # serial number, registration; the other kinds are bytes
NO_ID_TYPE = 0


def words(text: str) -> str:
    """What of a broadcast text can be shown: anybody may send anything."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() else " " for letter in text)
    return " ".join(plain.split())[:_LONGEST_WORD]


def aircraft_of(message: AdsbVehicle) -> Aircraft | None:
    """With the age that it tells itself; None without a place or an address."""
    place = _place(message.lat, message.lon)
    if not (0 < message.ICAO_address <= 0xFFFFFF and message.flags & _COORDS) or place is None:
        return None
    flags = message.flags
    height_m = _within(message.altitude / 1000, *_HEIGHTS_M) if flags & _ALTITUDE else None
    geometric = message.altitude_type == _GEOMETRIC
    barometric = message.altitude_type == 0
    heading = message.heading / 100
    climb = message.ver_velocity / 100
    return Aircraft(
        icao=f"{message.ICAO_address:06x}",
        lat=place[0],
        lon=place[1],
        age_ms=max(message.tslc, 0) * 1000,
        callsign=words(message.callsign)[:16] if flags & _CALLSIGN else "",
        alt_amsl_m=height_m if geometric else None,
        pressure_alt_m=height_m if barometric else None,
        track_deg=heading % 360 if flags & _HEADING and 0 <= heading <= 360 else None,
        speed_mps=_within(message.hor_velocity / 100, 0, _MAX_MPS) if flags & _VELOCITY else None,
        climb_mps=_within(climb, -_MAX_MPS, _MAX_MPS) if flags & _CLIMB else None,
        on_ground=message.emitter_type in _SURFACE,
        category=_CATEGORIES.get(message.emitter_type, ""),
        simulated=bool(flags & _SIMULATED),
    )


def sender_of(id_or_mac: list[int]) -> str:
    """The sender as its receiver names it: a MAC address, or the bytes of another id; "" where it
    is the own vehicle's message, which names none."""
    named = bytes(byte & 0xFF for byte in id_or_mac[:20]).rstrip(b"\0")
    if not named:
        return ""
    if len(named) <= 6:
        return named.ljust(6, b"\0").hex(":")
    return named.hex()


def uas_id_of(message: BasicId) -> str:
    held = bytes(byte & 0xFF for byte in message.uas_id[:20])
    if message.id_type in _TEXT_IDS:
        return words(held.split(b"\0")[0].decode("ascii", "replace"))
    return held.rstrip(b"\0").hex()


def place_of(latitude: int, longitude: int) -> tuple[float, float] | None:
    """Degrees; None where it is none, or not known (0, 0)."""
    return _place(latitude, longitude)


def direction_of(message: Location) -> float | None:
    return message.direction / 100 if 0 <= message.direction < 36_000 else None


def speed_of(message: Location) -> float | None:
    return message.speed_horizontal / 100 if 0 <= message.speed_horizontal < 25_500 else None


def climb_of(message: Location) -> float | None:
    return message.speed_vertical / 100 if abs(message.speed_vertical) < 6_300 else None


def height_of(metres: float | None) -> float | None:
    """-1000 says that it is not known."""
    return None if metres is None else _within(metres, -999.5, _HEIGHTS_M[1])


def _within(value: float, least: float, most: float) -> float | None:
    return value if least <= value <= most else None


def _place(lat: int, lon: int) -> tuple[float, float] | None:
    if (lat, lon) == (0, 0) or abs(lat) > 90 * 10**7 or abs(lon) > 180 * 10**7:
        return None
    return lat / 1e7, lon / 1e7
