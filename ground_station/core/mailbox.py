"""Where threads of different speed meet: always bounded, always counting what was dropped.

Measured (shared STYLE.md): 30 fps into a 100 ms consumer aged 55 ms at most through a slot and
5.9 s through an unbounded queue. So there is no unbounded queue anywhere in Kestrel.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)
K = TypeVar("K", bound=Hashable)


class Mailbox(Protocol[T_contra]):
    """What a publisher needs of any mailbox."""

    @property
    def dropped(self) -> int: ...
    def put(self, item: T_contra) -> None: ...
    def close(self) -> None: ...


class LatestSlot(Generic[T]):
    """Holds one item, the newest. An item overwritten before it was taken counts as dropped."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._item: T | None = None
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        with self._ready:
            return self._dropped

    def put(self, item: T) -> None:
        """Replace what is held; never blocks. After `close` the item is dropped."""
        with self._ready:
            if self._closed or self._item is not None:
                self._dropped += 1
            if self._closed:
                return
            self._item = item
            self._ready.notify_all()

    def take(self, timeout_s: float | None = None) -> T | None:
        """The newest item, waiting for one; None on timeout (0 = do not wait) or once closed."""
        with self._ready:
            self._ready.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Wake every waiter; what is held can still be taken."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()


class DropOldest(Generic[T]):
    """A bounded queue that forgets its oldest item, and counts it, rather than block."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("capacity must be at least 1")
        self._ready = threading.Condition()
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        with self._ready:
            return self._dropped

    def __len__(self) -> int:
        with self._ready:
            return len(self._items)

    def put(self, item: T) -> None:
        """Append; never blocks. After `close` the item is dropped."""
        with self._ready:
            if self._closed:
                self._dropped += 1
                return
            if len(self._items) >= self._capacity:
                self._items.popleft()
                self._dropped += 1
            self._items.append(item)
            self._ready.notify_all()

    def take(self, timeout_s: float | None = None) -> T | None:
        """The oldest item, waiting for one; None on timeout (0 = do not wait) or once closed."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._items) or self._closed, timeout_s)
            return self._items.popleft() if self._items else None

    def drain(self) -> list[T]:
        """Everything held, oldest first, without waiting."""
        with self._ready:
            items = list(self._items)
            self._items.clear()
            return items

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify_all()


class LatestByKey(Generic[K, T]):
    """The newest item of each key, bounded in keys (the key idle longest goes, and is counted)."""

    def __init__(self, max_keys: int) -> None:
        if max_keys < 1:
            raise ValueError("max_keys must be at least 1")
        self._ready = threading.Condition()
        self._items: OrderedDict[K, T] = OrderedDict()
        self._max_keys = max_keys
        self._closed = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        with self._ready:
            return self._dropped

    def put(self, key: K, item: T) -> None:
        """Replace the item of `key`; never blocks."""
        with self._ready:
            if self._closed:
                self._dropped += 1
                return
            if key in self._items:
                self._dropped += 1
                self._items.move_to_end(key)
            elif len(self._items) >= self._max_keys:
                self._items.popitem(last=False)
                self._dropped += 1
            self._items[key] = item
            self._ready.notify_all()

    def take_all(self, timeout_s: float | None = None) -> dict[K, T]:
        """Everything held, waiting for at least one item; empty on timeout or once closed."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._items) or self._closed, timeout_s)
            items = dict(self._items)
            self._items.clear()
            return items

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._ready.notify_all()
