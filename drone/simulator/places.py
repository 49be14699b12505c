"""Where things are: the model's metres, and degrees and heights above the sea."""

from __future__ import annotations

from drone.simulator.estimator import Estimator
from drone.simulator.flight import FlightModel, Vector
from drone.simulator.items import Frame, Item
from drone.simulator.noise import Noise
from drone.simulator.settings import SimulatorSettings
from geo.local_frame import LocalFrame

HIGHEST_M = 100_000.0  # what is further up or down than this is no height


class Places:
    """The part of the autopilot that knows places. Degrees, and metres above mean sea level."""

    model: FlightModel
    noise: Noise
    estimator: Estimator

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.frame = LocalFrame(settings.lat, settings.lon)
        self._home = Vector()
        self._estimate = (0.0, 0.0, settings.home_amsl_m)

    @property
    def position(self) -> Vector:
        return self.model.position

    @property
    def home(self) -> Vector:
        return self._home

    def degrees(self, at: Vector) -> tuple[float, float, float]:
        """Of a place in the model's frame."""
        lat, lon = self.frame.to_wgs84(at.east, at.north)
        return lat, lon, self.settings.home_amsl_m + at.up

    def where(self) -> tuple[float, float, float]:
        """(lat, lon, metres above mean sea level)."""
        return self.degrees(self.position)

    def measured(self) -> tuple[float, float, float]:
        """`where`, with the error of the autopilot's own idea of it."""
        at, off = self.position, self.noise.place
        return self.degrees(Vector(at.east + off.east, at.north + off.north, at.up + off.up))

    def estimated(self) -> tuple[float, float, float]:
        """`measured` while the position is known; afterwards the last one asked for, 0, 0 at
        first."""
        if self.estimator.position_known:
            self._estimate = self.measured()
        return self._estimate

    def home_where(self) -> tuple[float, float, float]:
        """The same, of home."""
        return self.degrees(self._home)

    def place_of(self, item: Item) -> Vector:
        """An item's place in the model's frame; where it has none, above where the craft is."""
        up = altitude_up_m(item, self._home, self.settings.home_amsl_m)
        if not item.has_place:
            return Vector(self.position.east, self.position.north, up)
        return Vector(*self.frame.from_wgs84(item.lat, item.lon), up)


def altitude_up_m(item: Item, home: Vector, datum_amsl_m: float) -> float:
    """An item's height in the model's frame."""
    if item.stored_frame == Frame.RELATIVE:
        return home.up + item.z
    return item.z - datum_amsl_m
