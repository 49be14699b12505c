"""What the autopilot knows of its own place: from a GPS fix on, and for a while after its loss."""

from __future__ import annotations

GPS_MISSED_AFTER_S = 5.0  # the estimate lives on that long without a fix
GOOD_VARIANCE = 0.05
VARIANCE_PER_S = 0.25  # of the place, while there is no fix


class Estimator:
    """In the autopilot's own seconds, which its owner sets before it asks anything.

    Args:
        fix_after_s, ready_after_s: from boot to a fix, and to a position good enough to arm.
    """

    def __init__(self, fix_after_s: float, ready_after_s: float) -> None:
        self._fix_after_s = fix_after_s
        self._ready_after_s = ready_after_s
        self._booted_s = 0.0
        self._lost_s: float | None = None
        self.time_s = 0.0

    def reboot(self) -> None:
        """The place is to be found again."""
        self._booted_s = self.time_s

    @property
    def _up_s(self) -> float:
        return self.time_s - self._booted_s

    @property
    def _lost_for_s(self) -> float:
        return 0.0 if self._lost_s is None else self.time_s - self._lost_s

    @property
    def fix(self) -> bool:
        return self._up_s >= self._fix_after_s and self._lost_s is None

    @property
    def position_known(self) -> bool:
        """Whether it is good enough to fly by."""
        return self._up_s >= self._ready_after_s and self._lost_for_s < GPS_MISSED_AFTER_S

    @property
    def variance(self) -> float:
        """Of the place, as EKF_STATUS_REPORT has it; 1 and more is too much."""
        return GOOD_VARIANCE + VARIANCE_PER_S * min(self._lost_for_s, 2 * GPS_MISSED_AFTER_S)

    def lose(self) -> None:
        """GPS goes, where it is not gone already."""
        if self._lost_s is None:
            self._lost_s = self.time_s

    def regain(self) -> bool:
        """GPS comes back; whether it was gone."""
        was_lost, self._lost_s = self._lost_s is not None, None
        return was_lost
