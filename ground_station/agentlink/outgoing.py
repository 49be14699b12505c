"""What an agent has to say and has not sent yet: bounded, each kind with its delivery class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ground_station.core.agent_protocol import (
    AgentMessage,
    Envelope,
    encode,
)
from ground_station.core.agent_wire import MAX_ENVELOPE_BYTES
from ground_station.core.delivery import DELIVERY, DeliveryClass
from ground_station.core.errors import InvalidInput
from ground_station.core.mailbox import DropOldest, LatestSlot

STREAM_CAPACITY = 256  # at ten messages a second and kind: what half a minute of silence may hold
CONTROL_CAPACITY = 256


class Outgoing:
    """Messages wait here for the next batch. `put` never blocks, from any thread.

    What is kept of each kind is its row in `core.delivery.DELIVERY`. NEVER_LOST messages do not
    come here: they wait on the disk, in `agentlink.outbox`.
    """

    def __init__(self) -> None:
        self._control: DropOldest[AgentMessage] = DropOldest(CONTROL_CAPACITY)
        self._latest: dict[type[AgentMessage], LatestSlot[AgentMessage]] = {}
        self._streams: dict[type[AgentMessage], DropOldest[AgentMessage]] = {}
        for kind, delivery in DELIVERY.items():
            if delivery is DeliveryClass.LATEST:
                self._latest[kind] = LatestSlot()
            elif delivery is DeliveryClass.STREAM:
                self._streams[kind] = DropOldest(STREAM_CAPACITY)
        self._stale = 0
        self._oversized = 0

    @property
    def dropped(self) -> int:
        """Messages that were never sent, nor will be, because a newer one took their place, because
        they were too old when a connection came back, or because they were too big to send."""
        latest = sum(slot.dropped for slot in self._latest.values())
        streams = sum(stream.dropped for stream in self._streams.values())
        return self._control.dropped + latest + streams + self._stale + self._oversized

    def put(self, message: AgentMessage) -> None:
        """Raises InvalidInput for what must never be lost: nothing here would keep it."""
        kind = type(message)
        delivery = DELIVERY[kind]
        if delivery is DeliveryClass.LATEST:
            self._latest[kind].put(message)
        elif delivery is DeliveryClass.STREAM:
            self._streams[kind].put(message)
        elif delivery is DeliveryClass.DROP_OLDEST:
            self._control.put(message)
        else:
            raise InvalidInput(f"A {kind.__name__} message goes through the outbox.")

    def forget_streams(self) -> None:
        """Drop tracks and frame times: after a broken connection they are history."""
        self._stale += sum(len(stream.drain()) for stream in self._streams.values())

    def take(self) -> list[AgentMessage]:
        """Everything that waits, control messages first."""
        messages = self._control.drain()
        for slot in self._latest.values():
            latest = slot.take(0)
            if latest is not None:
                messages.append(latest)
        for stream in self._streams.values():
            messages += stream.drain()
        return messages

    def pack(self, messages: Sequence[AgentMessage], first_seq: int) -> Iterator[bytes]:
        """The messages in as few envelopes as the size limit allows; `seq` grows by one each."""
        seq = first_seq
        waiting = [list(messages)] if messages else []
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
