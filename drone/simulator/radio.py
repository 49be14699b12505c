"""The remote control's receiver and the telemetry radio, where the vehicle has them: how strong
they are, by how far it is from home."""

from __future__ import annotations

import math

FULL, WORST = 254, 10  # RSSI; 255 says that it is not known
FADES_OVER_M = 1500.0  # to a third
NOISE = 45
PULSE_US = 1500
CHANNELS = 8


def strength(distance_m: float, scale: float = 1.0) -> int:
    """RSSI, 0-254. `scale`: of how well it carries."""
    return max(WORST, round(FULL * math.exp(-distance_m / (FADES_OVER_M * scale))))


class Radio:
    """Attributes:
    fitted: there is a receiver, and somebody's remote control was heard by it.
    lost_s: for how long it has been silent; 0 where it is heard, or not fitted.
    """

    def __init__(self, fitted: bool) -> None:
        self.fitted = fitted
        self.lost_s = 0.0
        self._off = False

    def switch_off(self, off: bool) -> None:
        """The remote control goes silent, or comes back."""
        self._off = off and self.fitted

    def step(self, dt_s: float) -> None:
        self.lost_s = self.lost_s + dt_s if self._off else 0.0

    @property
    def heard(self) -> bool:
        return self.fitted and not self._off
