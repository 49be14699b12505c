"""Encoded fan-out: one publisher's frames to many viewers, never decoded, never encoded again."""

from __future__ import annotations

import asyncio

from ground_station.vision.media.encoded import EncodedFrame
from ground_station.vision.media.gop_queue import GopQueue

VIEWER_QUEUE_FRAMES = 60


class ViewerFeed:
    """One viewer's own bounded queue; starts at a keyframe. Used on the loop only."""

    def __init__(self, capacity: int = VIEWER_QUEUE_FRAMES) -> None:
        self._queue = GopQueue(capacity)
        self._ready = asyncio.Event()
        self._ended = False
        self.sent = 0

    @property
    def dropped(self) -> int:
        """Frames this viewer did not get, because it was slow or what they refer to was lost."""
        return self._queue.dropped

    @property
    def needs_keyframe(self) -> bool:
        return self._queue.needs_keyframe

    def put(self, frame: EncodedFrame) -> None:
        self._queue.put(frame)
        self._ready.set()

    async def take(self) -> EncodedFrame | None:
        """The next frame; None once the feed has ended."""
        while not self._ended:
            frame = self._queue.take()
            if frame is not None:
                self.sent += 1
                return frame
            self._ready.clear()
            await self._ready.wait()
        return None

    def end(self) -> None:
        self._ended = True
        self._ready.set()


class Relay:
    """The feeds of one publisher's session. Used on the loop only."""

    def __init__(self) -> None:
        self._feeds: list[ViewerFeed] = []
        self._ended = False
        self._dropped_before = 0

    @property
    def needs_keyframe(self) -> bool:
        """A viewer can go on only at a keyframe."""
        return any(feed.needs_keyframe for feed in self._feeds)

    @property
    def dropped(self) -> int:
        """Of all viewers, also of those that have left."""
        return self._dropped_before + sum(feed.dropped for feed in self._feeds)

    def attach(self) -> ViewerFeed:
        """A new viewer's feed; one that has ended already when the source has."""
        feed = ViewerFeed()
        if self._ended:
            feed.end()
        else:
            self._feeds.append(feed)
        return feed

    def detach(self, feed: ViewerFeed) -> None:
        feed.end()
        if feed in self._feeds:
            self._feeds.remove(feed)
            self._dropped_before += feed.dropped

    def put(self, frame: EncodedFrame) -> None:
        for feed in self._feeds:
            feed.put(frame)

    def end(self) -> None:
        """The source stopped: every feed ends."""
        self._ended = True
        for feed in list(self._feeds):
            self.detach(feed)
