"""When a camera that gives no picture becomes an alert."""

from __future__ import annotations

from ground_station.core.agent_durable import AlertRaised, one_line
from ground_station.core.clock import Clock
from ground_station.core.entities import Severity

AFTER_S = 60.0


class NoPictureAlarm:
    """One alert for each time a camera has a problem for a minute; for one thread."""

    def __init__(self, key: str, name: str, clock: Clock) -> None:
        self._key = key
        self._name = name
        self._clock = clock
        self._since_s: float | None = None
        self._raised = False

    def look(self, problem: str) -> AlertRaised | None:
        """Call it about once a second with what is wrong with the camera ("" = nothing)."""
        if not problem:
            self._since_s, self._raised = None, False
            return None
        now_s = self._clock.monotonic_s()
        if self._since_s is None:
            self._since_s = now_s
        if self._raised or now_s - self._since_s < AFTER_S:
            return None
        self._raised = True
        return AlertRaised(
            kind="camera_no_picture",
            severity=Severity.CAUTION,
            text=one_line(f"{self._name} has given no picture for a minute. {problem}")[:500],
            remedy="Check the camera, its power and its network.",
            source_key=self._key,
        )
