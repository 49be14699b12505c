"""What a vehicle must be known to be before it is moved, and how far. No MAVSDK in here."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Protocol

from drone.vehicle_state import Now
from ground_station.core.agent_actions import Action, ChangeHeight, GoTo, Orbit
from ground_station.core.agent_vehicles import FlightMode, PositionReading
from ground_station.core.errors import Conflict, Unprocessable

# Armed in one of these it moves by itself; MAVSDK's `arm()` ends the process in them.
NEVER_ARM_IN = frozenset({FlightMode.RETURN, FlightMode.LAND, FlightMode.MISSION})
FARTHEST_GO_TO_M = 20_000.0  # an autopilot without a fence was seen to accept 500 km


class Flying(Protocol):
    """What each kind of autopilot's actions can do. Each returns a note for a person.

    `nudge` sends hold, return or land once more and tells nothing of what came of it. `ready`: is
    awaited before the first step; it raises where the mission is not the one that is meant.
    """

    async def arm(self, now: Now) -> str: ...
    async def disarm(self, now: Now) -> str: ...
    async def take_off(self, now: Now, height_home_m: float) -> str: ...
    async def go_to(self, now: Now, action: GoTo) -> str: ...
    async def orbit(self, now: Now, action: Orbit) -> str: ...
    async def set_speed(self, now: Now, speed_mps: float) -> str: ...
    async def change_height(self, now: Now, action: ChangeHeight) -> str: ...
    async def hold(self) -> str: ...
    async def return_home(self) -> str: ...
    async def land(self) -> str: ...
    async def nudge(self, action: Action) -> None: ...
    async def start_mission(self, now: Now, ready: Callable[[], Awaitable[None]]) -> str: ...
    async def resume_mission(self, now: Now, ready: Callable[[], Awaitable[str]]) -> str: ...
    async def skip_to(self, now: Now, skip: Callable[[], Awaitable[str]]) -> str: ...


def on_the_ground(now: Now, name: str) -> None:
    """Raises Conflict unless that is known, and nothing moves it. What is disarmed does not fly."""
    if now.in_air is True:
        raise Conflict(f"{name} is in the air.", "Use go to, hold, return or land.")
    if now.armed and now.in_air is None:
        raise Conflict(
            f"It is not known whether {name} is on the ground.",
            "Wait for its landed state; see what it does not send.",
        )
    if now.armed and now.mode in NEVER_ARM_IN:
        raise Conflict(
            f"{name} is armed on the ground in the mode {now.mode.value}.",
            "Disarm it, or wait until it has disarmed itself.",
        )


def flies(now: Now, name: str) -> PositionReading:
    """Where it is. Raises Conflict unless it is known to fly, and where."""
    if not now.armed or now.in_air is False:
        raise Conflict(f"{name} is on the ground.", "Take off first.")
    if now.in_air is None:
        raise Conflict(
            f"It is not known whether {name} is in the air.",
            "Wait for its landed state; see what it does not send.",
        )
    if now.position is None:
        raise Conflict(f"It is not known where {name} is.", "Wait for its position.")
    return now.position


def not_too_far(
    position: PositionReading, lat: float, lon: float, alt_amsl_m: float, name: str
) -> float:
    """How far it is, in metres. Raises Unprocessable for what is no place to go to."""
    if not all(map(math.isfinite, (lat, lon, alt_amsl_m))):
        raise Unprocessable(f"What {name} shall fly to is no place.", "Give it in numbers.")
    distance_m = metres_between(position.lat, position.lon, lat, lon)
    if distance_m > FARTHEST_GO_TO_M:
        raise Unprocessable(
            f"That is {distance_m / 1000:.0f} km from {name}; {FARTHEST_GO_TO_M / 1000:.0f} km are "
            "the most.",
            "Was the place meant?",
        )
    return distance_m


def metres_between(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """On a sphere; good to half a per cent."""
    north = math.radians(lat_b - lat_a)
    east = math.radians((lon_b - lon_a + 180) % 360 - 180)
    a, b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin(north / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(east / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(math.sqrt(half), 1.0))


def paused(now: Now, name: str) -> None:
    """Raises Conflict unless it flies, and not its mission."""
    flies(now, name)
    if now.mode is FlightMode.MISSION:
        raise Conflict(f"{name} is flying its mission.", "There is nothing to go on with.")
