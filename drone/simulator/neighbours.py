"""Other aircraft, as a script: each flies on straight, from where and when it is said to. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class NeighbourKind(StrEnum):
    """How it is heard."""

    ADSB = "adsb"  # a manned aircraft's transponder
    REMOTE_ID = "remote_id"  # a drone's broadcast


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One other aircraft.

    Attributes:
        name: its callsign (at most 8 letters), or its Remote ID's serial number (at most 20).
        address: 24 bits: ICAO's of a manned aircraft, the last three of a drone's sender (MAC).
        east_m, north_m: from where the simulated vehicle booted. height_m: above that place.
        track_deg, speed_mps, climb_mps: how it moves on.
        from_s, for_s: seconds after boot, from when and for how long it is heard.
        operator_east_m, operator_north_m: of a drone, where its operator stands; None: not told.
        registered: of a drone, its operator's number; "" = not told.
    """

    kind: NeighbourKind
    name: str
    address: int
    east_m: float
    north_m: float
    height_m: float
    track_deg: float = 0.0
    speed_mps: float = 0.0
    climb_mps: float = 0.0
    from_s: float = 0.0
    for_s: float = math.inf
    operator_east_m: float | None = None
    operator_north_m: float | None = None
    registered: str = ""

    def __post_init__(self) -> None:
        longest = 8 if self.kind is NeighbourKind.ADSB else 20
        if not 1 <= len(self.name) <= longest or not self.name.isascii():
            raise ValueError(f"A neighbour is called by 1 to {longest} letters, not {self.name!r}.")
        if not 1 <= self.address <= 0xFFFFFF:
            raise ValueError("A neighbour's address has 24 bits and is not 0.")

    def at(self, time_s: float) -> tuple[float, float, float] | None:
        """East, north, up, that long after boot; None while it is not heard."""
        passed_s = time_s - self.from_s
        if not 0 <= passed_s < self.for_s:
            return None
        way = self.speed_mps * passed_s
        track = math.radians(self.track_deg)
        return (
            self.east_m + way * math.sin(track),
            self.north_m + way * math.cos(track),
            self.height_m + self.climb_mps * passed_s,
        )


def usual_neighbours() -> tuple[Neighbour, ...]:
    """For trying things out: a helicopter that comes over low after a minute, an airliner high
    above, a drone that says who it is, and one that tells nothing but its number."""
    return (
        Neighbour(
            *(NeighbourKind.ADSB, "TEST01", 0x43FFF1, 2500.0, 400.0, 180.0),
            track_deg=262.0,
            speed_mps=50.0,
            from_s=60.0,
            for_s=120.0,
        ),
        Neighbour(
            *(NeighbourKind.ADSB, "TEST02", 0x43FFF2, -9000.0, 3000.0, 2400.0),
            track_deg=95.0,
            speed_mps=110.0,
            climb_mps=-3.0,
            for_s=240.0,
        ),
        Neighbour(
            *(NeighbourKind.REMOTE_ID, "TESTA1234567890", 0x000A11, 350.0, 150.0, 60.0),
            track_deg=250.0,
            speed_mps=3.0,
            operator_east_m=320.0,
            operator_north_m=210.0,
            registered="GBR-OP-TEST00000000",
        ),
        Neighbour(
            NeighbourKind.REMOTE_ID, "TESTB0000000001", 0x000B22, -200.0, -260.0, 40.0, from_s=30.0
        ),
    )
