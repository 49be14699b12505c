"""Where the nose points, beside where it flies: ArduCopter's automatic yaw."""

from __future__ import annotations

from dataclasses import dataclass

from drone.simulator.flight import Vector
from drone.simulator.steering import course_deg, flat_distance_m

NEAR_M = 1.0
THERE_DEG = 2.0


@dataclass(slots=True)
class Nose:
    """Attributes:
    place: what it looks at, in the model's frame. fixed_deg: a heading it was told.
    """

    place: Vector | None = None
    fixed_deg: float | None = None

    def reset(self) -> None:
        """Another mode."""
        self.place = self.fixed_deg = None

    def next_leg(self) -> None:
        """Another item of a mission: a heading ends then, a place does not."""
        self.fixed_deg = None

    def fix(self, degrees: float, now_deg: float, *, relative: bool, direction: float) -> None:
        """As MAV_CMD_CONDITION_YAW has it."""
        if relative:
            degrees = now_deg + degrees * (-1.0 if direction < 0 else 1.0)
        self.fixed_deg = degrees % 360.0

    def heading(self, at: Vector, otherwise: float | None) -> float | None:
        """What the aircraft shall turn to; `otherwise` where nobody said anything."""
        if self.fixed_deg is not None:
            return self.fixed_deg
        if self.place is not None and flat_distance_m(at, self.place) > NEAR_M:
            return course_deg(at, self.place)
        return otherwise

    def there(self, now_deg: float) -> bool:
        """Whether the heading that it was told is reached."""
        if self.fixed_deg is None:
            return True
        return abs((self.fixed_deg - now_deg + 180.0) % 360.0 - 180.0) <= THERE_DEG
