"""An autopilot's own sentences (STATUSTEXT): long ones come in pieces, only the newest are kept."""

from __future__ import annotations

from collections import deque

from drone.readings import SEVERITIES, StatusText
from ground_station.core.agent_vehicles import StatusLine

KEPT = 8
_PIECE = 50  # characters of one message
_MAX_PIECES = 6
_MAX_AGE_MS = 10**9


class StatusTexts:
    """Not thread-safe: `VehicleState` holds its lock."""

    def __init__(self) -> None:
        self._lines: deque[tuple[float, str, str]] = deque(maxlen=KEPT)
        self._begun: tuple[int, list[str]] = (0, [])

    def take(self, message: StatusText, arrived_s: float) -> None:
        """A text longer than 50 characters is shown piece by piece in one line."""
        known = 0 <= message.severity < len(SEVERITIES)
        severity = SEVERITIES[message.severity] if known else "unknown"
        text = "".join(letter for letter in message.text if letter.isprintable())
        number, pieces = self._begun
        carries_on = (
            message.id != 0
            and message.id == number
            and message.chunk_seq == len(pieces)
            and 0 < len(pieces) < _MAX_PIECES
            and bool(self._lines)
        )
        if carries_on:
            pieces.append(text)
            self._lines[-1] = (arrived_s, severity, "".join(pieces))
            return
        self._begun = (message.id, [text])
        if text.strip():
            self._lines.append((arrived_s, severity, text.strip() if message.id == 0 else text))

    def lines(self, now_s: float) -> list[StatusLine]:
        """Newest first."""
        return [
            StatusLine(min(max(round((now_s - at_s) * 1000), 0), _MAX_AGE_MS), severity, text[:300])
            for at_s, severity, text in reversed(self._lines)
        ]

    def since(self, at_s: float) -> list[str]:
        """What was said from that instant on, in order."""
        return [text for said_s, _severity, text in self._lines if said_s >= at_s]
