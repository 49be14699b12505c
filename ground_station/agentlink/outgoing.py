"""What an agent has to say and has not sent yet: bounded, each kind with its delivery class."""

from __future__ import annotations

from collections.abc import Iterator

from ground_station.core.agent_protocol import (
    MAX_ENVELOPE_BYTES,
    AgentMessage,
    Envelope,
    FrameTimes,
    SourceReports,
    TrackBatch,
    encode,
)
from ground_station.core.mailbox import DropOldest, LatestSlot

STREAM_CAPACITY = 256  # at ten messages a second and kind: what half a minute of silence may hold
CONTROL_CAPACITY = 256


class Outgoing:
    """Messages wait here for the next batch. `put` never blocks, from any thread.

    SourceReports: only the newest. TrackBatch and FrameTimes: the oldest is dropped and counted.
    Everything else (ViewerClock, SessionEnded): a bounded queue of its own, first to be sent.
    """

    def __init__(self) -> None:
        self._control: DropOldest[AgentMessage] = DropOldest(CONTROL_CAPACITY)
        self._reports: LatestSlot[SourceReports] = LatestSlot()
        self._tracks: DropOldest[AgentMessage] = DropOldest(STREAM_CAPACITY)
        self._times: DropOldest[AgentMessage] = DropOldest(STREAM_CAPACITY)
        self._stale = 0
        self._oversized = 0

    @property
    def dropped(self) -> int:
        """Messages that were never sent, nor will be, because a newer one took their place, because
        they were too old when a connection came back, or because they were too big to send."""
        boxes = self._control.dropped + self._reports.dropped
        streams = self._tracks.dropped + self._times.dropped
        return boxes + streams + self._stale + self._oversized

    def put(self, message: AgentMessage) -> None:
        if isinstance(message, SourceReports):
            self._reports.put(message)
        elif isinstance(message, TrackBatch):
            self._tracks.put(message)
        elif isinstance(message, FrameTimes):
            self._times.put(message)
        else:
            self._control.put(message)

    def forget_streams(self) -> None:
        """Drop tracks and frame times: after a broken connection they are history."""
        self._stale += len(self._tracks.drain()) + len(self._times.drain())

    def take(self) -> list[AgentMessage]:
        """Everything that waits, control messages first."""
        messages = self._control.drain()
        reports = self._reports.take(0)
        if reports is not None:
            messages.append(reports)
        return [*messages, *self._tracks.drain(), *self._times.drain()]

    def pack(self, messages: list[AgentMessage], first_seq: int) -> Iterator[bytes]:
        """The messages in as few envelopes as the size limit allows; `seq` grows by one each."""
        seq = first_seq
        waiting = [messages] if messages else []
        while waiting:
            part = waiting.pop(0)
            payload = encode(Envelope(seq, part))
            if len(payload) <= MAX_ENVELOPE_BYTES:
                seq += 1
                yield payload
            elif len(part) > 1:
                middle = len(part) // 2
                waiting[:0] = [part[:middle], part[middle:]]
            else:
                self._oversized += 1
