"""One camera of an agent, as the agent's process holds it: published when the station says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ground_station.agentlink.client import AgentClient
from ground_station.core.agent_protocol import Done, FrameTimes, PublishSources, Reply
from ground_station.core.aio import AioBridge
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput, KestrelError, NotFound, Unavailable
from ground_station.core.ids import is_id
from ground_station.vision.publishing.encoded import Source
from ground_station.vision.publishing.no_picture import NoPictureAlarm
from ground_station.vision.publishing.publisher import Publisher
from ground_station.vision.publishing.whip_client import WhipClient


@dataclass(frozen=True, slots=True)
class ToStation:
    """How an agent's pictures and their times reach its station.

    Attributes:
        url: of the station, without a slash at its end.
        whip: with this agent's token; it stays the agent's to close.
        ice_host: the local address to offer for media.
        send_times: takes frame times; must not block.
    """

    url: str
    whip: WhipClient
    ice_host: str
    send_times: Callable[[FrameTimes], None]


class PublishedCamera:
    """Made on the running loop; `start`, then `close`. All on the loop unless it says otherwise.

    Args:
        key: the agent's own stable name for it. name: what people read.
        source: where its pictures come from.
        alarms: whether a minute without a picture becomes an alert; not for simulated ones.
        say: shows people at the terminal what is wrong with it, when that changes.
    """

    def __init__(
        self,
        key: str,
        name: str,
        source: Source,
        *,
        alarms: bool,
        to: ToStation,
        say: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self.key = key
        self._station_url = to.url
        self._bridge = AioBridge(asyncio.get_running_loop())
        self._say = say
        self._alarm = NoPictureAlarm(key, name, clock) if alarms else None
        self.publisher = Publisher(
            key,
            source,
            bridge=self._bridge,
            whip=to.whip,
            ice_host=to.ice_host,
            send_times=to.send_times,
            on_problem=say,
        )

    def start(self) -> None:
        self.publisher.start()

    async def close(self) -> None:
        """End the session and the capture; bounded in time."""
        await self.publisher.close()

    def publish(self, command: PublishSources) -> Reply:
        """Carry the station's order out. From any thread.

        Raises:
            InvalidInput: its path is none. NotFound: it does not name this camera.
            Unavailable: the agent is stopping.
        """
        if not command.whip_path.startswith("/") or command.whip_path.startswith("//"):
            raise InvalidInput("A WHIP path must begin with one slash.")
        for grant in command.sources:
            if grant.key == self.key and is_id(grant.source_id):
                endpoint = self._station_url + command.whip_path + grant.source_id
                if not self._bridge.post(self.publisher.publish, endpoint, grant.source_id):
                    raise Unavailable("The agent is stopping.")
                return Done()
        raise NotFound("None of these sources is of this agent.")

    async def raise_alarm(self, link: AgentClient) -> None:
        """Tell the station, for certain, when there has been no picture for long. Call it about
        once a second."""
        if self._alarm is None:
            return
        alert = self._alarm.look(self.publisher.capture.problem)
        if alert is None:
            return
        try:
            await asyncio.to_thread(link.put, alert)
        except KestrelError as error:
            self._say(str(error))

    def problems(self) -> dict[str, str]:
        """For a heartbeat: why nobody sees this camera. From any thread."""
        problem = self.publisher.problem
        return {self.key: problem} if problem else {}

    def figures(self) -> dict[str, float]:
        """For a heartbeat. From any thread."""
        return {
            "frames_sent": float(self.publisher.frames_sent),
            "frames_dropped": float(self.publisher.capture.dropped),
        }
