"""Reports of a made-up drone, for tests of the airspace."""

from __future__ import annotations

from datetime import UTC, datetime

from ground_station.core.agent_vehicles import (
    FlightMode,
    FlightReading,
    GpsReading,
    HealthReading,
    LandedState,
    PositionReading,
    VehicleLinkState,
    VehicleReport,
    VelocityReading,
)
from ground_station.core.entities import Vehicle
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus

PARK = (51.4958, -0.2386)  # Ravenscourt Park: in no zone
STADIUM = (51.4817, -0.1910)  # Stamford Bridge: in the heliport's
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
DRONE = Vehicle("v1", "o1", "Kestrel 1", "quadrotor", "", 1, "a1", EPOCH)


def report(
    place: tuple[float, float] | None = PARK,
    alt_amsl_m: float = 65.0,
    *,
    moves: tuple[float, float, float] | None = (0.0, 0.0, 0.0),
    landed: LandedState = LandedState.IN_AIR,
    age_ms: int = 50,
    velocity_age_ms: int = 50,
    flight_age_ms: int = 50,
    fix: str | None = "3d",
    fix_age_ms: int = 50,
    relied_on: bool = True,
) -> VehicleReport:
    """A drone in the air; `moves`: metres a second north, east and up; None: not known."""
    position = None if place is None else PositionReading(age_ms, *place, alt_amsl_m)
    velocity = None
    if moves is not None:
        velocity = VelocityReading(velocity_age_ms, moves[0], moves[1], -moves[2])
    return VehicleReport(
        1,
        "Kestrel 1",
        VehicleLinkState.CONNECTED,
        flight=FlightReading(flight_age_ms, True, FlightMode.GUIDED, landed),
        position=position,
        velocity=velocity,
        gps=None if fix is None else GpsReading(fix_age_ms, fix, 12),
        health=HealthReading(500, True, relied_on, True),
    )


def status(
    finding: AirspaceFinding | None = None,
    place: tuple[float, float] | None = PARK,
    vehicle: Vehicle = DRONE,
) -> VehicleStatus:
    """The drone as the fleet has it."""
    return VehicleStatus(
        vehicle=vehicle,
        report=report(place),
        received_s=0.0,
        agent_connected=True,
        link=VehicleLinkState.CONNECTED,
        link_since=EPOCH,
        finding=finding or AirspaceFinding(AirspaceState.CLEAR),
    )
