"""How far an agent's clock is from the station's, measured over their link as NTP does it.

Each heartbeat says when it left; the station answers with when it came and when the answer left.
Of the last exchanges the quickest is believed: it had the least room for an error, which is at most
half its round trip. It is kept against the monotonic clock, so that a wall clock set anew shows at
once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from datetime import datetime

from ground_station.core.agent_durable import ClockReading
from ground_station.core.clock import Clock

SAMPLES = 16
UNANSWERED = 16


class ClockOffset:
    """Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: OrderedDict[datetime, float] = OrderedDict()
        # round trip, and the station's time minus our monotonic one, both in seconds
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    def sent(self, sent_at: datetime) -> None:
        """A heartbeat with this time leaves now."""
        with self._lock:
            self._sent[sent_at] = self._clock.monotonic_s()
            while len(self._sent) > UNANSWERED:
                self._sent.popitem(last=False)

    def take(self, reading: ClockReading) -> None:
        """The station's answer; one to a heartbeat we did not send is ignored."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            sent_s = self._sent.pop(reading.sent_at, None)
            if sent_s is None:
                return
            there_s = (reading.replied_at - reading.received_at).total_seconds()
            round_trip_s = max(0.0, now_s - sent_s - max(0.0, there_s))
            middle = reading.received_at.timestamp() + there_s / 2
            self._samples.append((round_trip_s, middle - (sent_s + now_s) / 2))

    def measured(self) -> tuple[float, float] | None:
        """Our wall clock minus the station's, and the round trip it was measured with, both in
        milliseconds; None before the first answer."""
        with self._lock:
            if not self._samples:
                return None
            round_trip_s, station_minus_ours_s = min(self._samples)
        station_now_s = self._clock.monotonic_s() + station_minus_ours_s
        return (self._clock.now().timestamp() - station_now_s) * 1000, round_trip_s * 1000
