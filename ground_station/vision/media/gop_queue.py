"""A bounded queue of encoded frames that, when it must drop, drops to the next keyframe."""

from __future__ import annotations

from collections import deque

from ground_station.vision.media.encoded import EncodedFrame


class GopQueue:
    """Not thread-safe: its owner locks it, or uses it from one thread.

    It starts at a keyframe, starts again at one after something was lost, and when full goes on at
    the newest one it holds, or else waits for the next: what is shown is fresh and undamaged.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._capacity = capacity
        self._frames: deque[EncodedFrame] = deque()
        self._started = False
        self._waiting = True
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def needs_keyframe(self) -> bool:
        """Nothing more can be taken until a keyframe comes."""
        return self._waiting

    def put(self, frame: EncodedFrame) -> None:
        """Append, or drop and count."""
        if frame.after_loss:
            self._waiting = True
        if len(self._frames) >= self._capacity:
            self._make_room(frame)
        if self._waiting and not frame.keyframe:
            self.dropped += self._started  # waiting for the very first picture is no drop
            return
        self._started = True
        self._waiting = False
        self._frames.append(frame)

    def _make_room(self, newcomer: EncodedFrame) -> None:
        """Drop what is older than the newest keyframe; all, if that is the oldest frame here."""
        held = len(self._frames)
        kept: deque[EncodedFrame] = deque()
        while self._frames and not newcomer.keyframe:
            kept.appendleft(self._frames.pop())
            if kept[0].keyframe:
                break
        if len(kept) == held:
            kept.clear()
        self._waiting = self._waiting or not kept
        self._frames = kept
        self.dropped += held - len(kept)

    def restart(self) -> None:
        """What was taken last could not be used: go on at the next keyframe."""
        while self._frames and not self._frames[0].keyframe:
            self._frames.popleft()
            self.dropped += 1
        self._waiting = self._waiting or not self._frames

    def take(self) -> EncodedFrame | None:
        return self._frames.popleft() if self._frames else None
