"""What one simulated vehicle is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from drone.simulator.faults import Fault
from drone.simulator.neighbours import Neighbour
from geo.terrain import TrainingTerrain

HOME_LAT, HOME_LON = 51.4958, -0.2386  # Ravenscourt Park, Hammersmith
HOME_AMSL_M = 5.0
# Parameters of a vehicle that carries a mount, a camera that records and zooms, and a relay.
FITTED = {"MNT1_TYPE": 1.0, "CAM1_TYPE": 4.0, "RELAY1_FUNCTION": 1.0}


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """One vehicle.

    Attributes:
        lat, lon, home_amsl_m: where it stands when it boots; the ground is flat at that height.
        gps_after_s, ready_after_s: from boot to a GPS fix, and to a position good enough to arm.
            A real ArduCopter needed 41 s.
        wind_mps, wind_from_deg, gust_mps: the steady wind, where it comes from, and the strength
            of what comes and goes on top.
        seed: of the gusts and of the faults' rubbish.
        battery_mah, battery_remaining: capacity, and the fraction that is in it at boot.
        place_noise_m, attitude_noise_deg: standard deviations of what it tells against what is,
            along each of east and north (of the height twice that), and of each angle.
        remote_control: somebody's is there and heard. telemetry_radio: one tells how it hears.
        remote_id: there is a module that broadcasts. remote_id_problem: why it is not fit to fly.
        neighbours: other aircraft that it hears of.
        swap_battery: put a full one in after each landing at home, and say so.
        speedup: simulated seconds a second; for tests. Telemetry keeps its real rates, and the
            speeds it tells are the ones of the simulated world.
        phase: 0-1, where in each tenth of a second it sends; keeps vehicles from bursting at once.
        parameters: ArduPilot parameters that differ from `parameters.DEFAULTS`.
        faults: what shall go wrong, and when.
    """

    system_id: int = 1
    lat: float = HOME_LAT
    lon: float = HOME_LON
    home_amsl_m: float = HOME_AMSL_M
    heading_deg: float = 0.0
    gps_after_s: float = 0.5
    ready_after_s: float = 1.5
    wind_mps: float = 3.0
    wind_from_deg: float = 240.0
    gust_mps: float = 1.0
    seed: int = 1
    battery_mah: float = 6000.0
    battery_remaining: float = 1.0
    place_noise_m: float = 0.0
    attitude_noise_deg: float = 0.0
    remote_control: bool = False
    telemetry_radio: bool = False
    remote_id: bool = False
    remote_id_problem: str = ""
    neighbours: tuple[Neighbour, ...] = ()
    swap_battery: bool = False
    speedup: float = 1.0
    phase: float = 0.0
    parameters: Mapping[str, float] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        numbers = (self.home_amsl_m, self.heading_deg, self.wind_mps, self.wind_from_deg)
        if not all(map(math.isfinite, (*numbers, self.gust_mps, self.battery_mah))):
            raise ValueError("A simulated vehicle's numbers must be finite.")
        noise = (self.place_noise_m, self.attitude_noise_deg)
        if not all(math.isfinite(size) and size >= 0 for size in noise):
            raise ValueError("Noise is a standard deviation: 0 or more.")
        if self.wind_mps < 0 or self.gust_mps < 0 or self.battery_mah <= 0:
            raise ValueError("Wind is not below 0 m/s, and a battery holds more than nothing.")
        if not 1 <= self.system_id <= 255:
            raise ValueError(f"A system id is 1 to 255, not {self.system_id}.")
        if not (-89 <= self.lat <= 89 and -180 <= self.lon <= 180):
            raise ValueError(f"There is no home at {self.lat}, {self.lon}.")
        if not 0.0 < self.speedup <= 50.0:
            raise ValueError(f"A speedup is above 0 and up to 50, not {self.speedup}.")
        if not 0.0 < self.battery_remaining <= 1.0:
            raise ValueError("The battery's charge is a fraction above 0 and up to 1.")


def home_amsl_m(lat: float, lon: float) -> float:
    """The training terrain's height at a place, so that what stands there is 0 m above it; the
    simulator's own default where that terrain does not reach."""
    found = TrainingTerrain().ground_amsl_m(lat, lon)
    return HOME_AMSL_M if found is None else found
