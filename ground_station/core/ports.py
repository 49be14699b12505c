"""What the core asks of adapters. `app.py` and the process entry points alone join them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ground_station.core.agent_durable import Durable, Notice
from ground_station.core.agent_facts import Held
from ground_station.core.agent_protocol import (
    AgentKind,
    AgentMessage,
    Command,
    Done,
    Hello,
    SdpAnswer,
)
from ground_station.core.agent_vehicles import Flown
from ground_station.core.model import Detections, Frame, Track


@dataclass(frozen=True, slots=True)
class DetectorCard:
    """What a detector is, for the pages and `/health`.

    Attributes:
        input_width, input_height: the picture size `Detector.detect` wants; frames are converted
            straight to the size that fits inside it, top left, aspect kept.
    """

    model_id: str
    class_names: tuple[str, ...]
    input_width: int
    input_height: int


class Detector(Protocol):
    """Finds objects. Used by one thread only, the one that called `load`."""

    card: DetectorCard

    def load(self) -> None:
        """Open the weights and run once; ModelPackError when they are not what they should be."""
        ...

    def detect(self, frames: Sequence[Frame]) -> Sequence[Detections]:
        """One `Detections` a frame, in pixels of the source picture."""
        ...

    def close(self) -> None: ...


class Tracker(Protocol):
    """Links one source's detections over time; one instance a session."""

    def update(
        self, detections: Detections, at_s: float, picture: NDArray[np.uint8] | None = None
    ) -> tuple[Track, ...]:
        """Tracks seen in this frame. `at_s`: seconds on the source's own media clock."""
        ...


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """Who a token belongs to: the station decides this, an agent only has its token.

    Attributes:
        admitted_at: when the token was looked up, or a moment before.
    """

    agent_id: str
    name: str
    kind: AgentKind
    organisation_id: str = ""
    admitted_at: datetime | None = field(default=None, compare=False)


class AgentAuthenticator(Protocol):
    """Turns an agent's secret token into who it is."""

    def agent_for_token(self, token: str) -> AgentIdentity | None:
        """None for an unknown, revoked or malformed token."""
        ...


class AgentChannel(Protocol):
    """The way back to one connected agent.

    Attributes:
        address: where it is connected from, as people read it.
    """

    @property
    def address(self) -> str: ...

    def call(self, command: Command, timeout_s: float) -> Done | SdpAnswer | Flown | Held:
        """Send a command and wait for its reply; from any thread but the agent's own handlers.

        Raises:
            TimedOut: no acknowledgement in time.
            Unavailable: the agent is gone.
            KestrelError: the agent refused; the class is the one the refusal named.
        """
        ...

    def notify(self, notice: Notice) -> None:
        """Send what needs no answer; lost if the connection has ended. From any thread."""
        ...

    def close(self) -> None:
        """Drop the connection; the agent will try again by itself."""
        ...


class AgentListener(Protocol):
    """What the station does with agents. Called from transport threads; must not block long."""

    def agent_connected(self, identity: AgentIdentity, hello: Hello, channel: AgentChannel) -> None:
        """A checked hello came. A KestrelError raised here refuses the agent with its message.
        A second connection of the same agent, from the same address, replaces the first."""
        ...

    def agent_message(self, agent_id: str, channel: AgentChannel, message: AgentMessage) -> None:
        """A message from a connected agent, in order. `channel` tells an old connection's
        straggler from the present one."""
        ...

    def agent_durable(
        self, agent_id: str, channel: AgentChannel, messages: Sequence[Durable]
    ) -> None:
        """All durable messages of one envelope, in order. Whoever takes them acknowledges them
        with `Received`, once they are on the disk; what is not acknowledged comes again."""
        ...

    def agent_twice(self, identity: AgentIdentity, address: str) -> None:
        """Somebody at another address tried this agent's token while it is connected. The
        newcomer was refused."""
        ...

    def agent_disconnected(self, agent_id: str, channel: AgentChannel) -> None: ...
