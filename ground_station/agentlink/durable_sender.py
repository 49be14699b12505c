"""Which durable messages go into the next batch: in order, a window at a time, again if unheard."""

from __future__ import annotations

import logging
import threading

from ground_station.agentlink.outbox import Outbox
from ground_station.core.agent_durable import Durable, Received
from ground_station.core.agent_wire import MAX_ENVELOPE_BYTES
from ground_station.core.errors import KestrelError

log = logging.getLogger(__name__)

UNDER_WAY = 200
AGAIN_AFTER_S = 5.0  # without an acknowledgement
PAUSE_S = 2.0  # after the station said that it cannot keep them


class DurableSender:
    """`take` and `restart` belong to the link's own thread, `received` to its reading one."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = threading.Lock()
        self._under_way: dict[str, float] = {}  # message id -> when it was sent, oldest first
        self._after = 0  # what comes next in the outbox
        self._not_before_s = float("-inf")
        self._station_problem = ""
        self._read_problem = ""

    @property
    def problem(self) -> str:
        return self._station_problem or self._read_problem or self._outbox.problem

    @property
    def waiting(self) -> int:
        return self._outbox.waiting

    def restart(self) -> None:
        """Begin with the oldest again: a new connection, or no acknowledgement for long."""
        with self._lock:
            self._under_way.clear()
            self._after = 0

    def take(self, now_s: float) -> list[Durable]:
        """What to send now."""
        with self._lock:
            oldest_s = next(iter(self._under_way.values()), now_s)
            if now_s < self._not_before_s:
                return []
        if now_s - oldest_s > AGAIN_AFTER_S:
            self.restart()
        with self._lock:
            room = UNDER_WAY - len(self._under_way)
            if room <= 0:
                return []
            try:
                rows = self._outbox.after(self._after, room, MAX_ENVELOPE_BYTES // 2)
                self._read_problem = ""
            except KestrelError as error:
                self._read_problem = str(error)
                return []
            for seq, message in rows:
                self._under_way[message.message_id] = now_s
                self._after = seq
            return [message for _seq, message in rows]

    def received(self, notice: Received, now_s: float) -> None:
        """The station has these, or says why it has not."""
        self._outbox.acknowledged(notice.message_ids)
        with self._lock:
            for message_id in notice.message_ids:
                self._under_way.pop(message_id, None)
            self._station_problem = notice.problem[:500]
            if notice.problem:
                self._under_way.clear()
                self._after = 0
                self._not_before_s = now_s + PAUSE_S
