"""Telling nodes to end sessions, again and again until they have."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ground_station.core.agent_protocol import EndSession
from ground_station.core.clock import Clock
from ground_station.core.errors import KestrelError
from ground_station.core.lifecycle import Worker
from ground_station.core.ports import AgentChannel

log = logging.getLogger(__name__)

END_TIMEOUT_S = 3.0
FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 10.0
MAX_WAITING = 4096  # over all sessions that there can be
LOOK_S = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    node_id: str
    due_s: float
    retry_s: float


class SessionEnds:
    """Sessions that must end at their nodes. A session is forgotten once its node has confirmed, or
    is gone: a node that comes back lists what it still holds.

    Args:
        channel: the way to a node; None while it is not connected.
    """

    def __init__(self, channel: Callable[[str], AgentChannel | None], clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._lock = threading.Lock()
        self._wanted: OrderedDict[str, _Wanted] = OrderedDict()
        self._wake = threading.Event()
        self._worker = Worker("media-end-sessions", self._step)

    def __len__(self) -> int:
        with self._lock:
            return len(self._wanted)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._wake.set()
        self._worker.stop()

    @property
    def worker(self) -> Worker:
        return self._worker

    def put(self, node_id: str, session_id: str) -> None:
        """End this session, soon. From any thread; never waits.

        Asked again while the node is being told, it is told once more: it may only now have it.
        """
        with self._lock:
            self._wanted[session_id] = _Wanted(node_id, self._clock.monotonic_s(), FIRST_RETRY_S)
            while len(self._wanted) > MAX_WAITING:
                lost, _ = self._wanted.popitem(last=False)
                log.warning("session_end_given_up session=%s", lost)
        self._wake.set()

    def waits_for(self, session_id: str) -> bool:
        with self._lock:
            return session_id in self._wanted

    def tell(self) -> None:
        """Tell the nodes of all that is due."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            due = [(key, one) for key, one in self._wanted.items() if one.due_s <= now_s]
        for session_id, wanted in due:
            self._tell_one(session_id, wanted)

    def _tell_one(self, session_id: str, wanted: _Wanted) -> None:
        channel = self._channel(wanted.node_id)
        try:
            if channel is not None:
                channel.call(EndSession(session_id), END_TIMEOUT_S)
        except KestrelError as error:
            if wanted.retry_s == FIRST_RETRY_S:
                log.warning("session_not_ended session=%s reason=%s", session_id, error)
            again = _Wanted(
                wanted.node_id,
                self._clock.monotonic_s() + wanted.retry_s,
                min(wanted.retry_s * 2, LONGEST_RETRY_S),
            )
            self._settle(session_id, wanted, again)
        else:
            self._settle(session_id, wanted, None)

    def _settle(self, session_id: str, wanted: _Wanted, again: _Wanted | None) -> None:
        with self._lock:
            if self._wanted.get(session_id) is not wanted:
                return  # it was asked for anew meanwhile
            if again is None:
                del self._wanted[session_id]
            else:
                self._wanted[session_id] = again

    def _step(self) -> None:
        self._wake.wait(LOOK_S)
        self._wake.clear()
        if not self._worker.stopping:
            self.tell()
