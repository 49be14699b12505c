"""The bench's edge hosts: each one connection that sends its cameras' tracks in one batch.

Run as a process of its own by `bench_edge`. Standard input: one JSON line {"port", "tokens",
"cameras", "tracks", "hz"}; a later line (or its end) stops it. Standard output: "ready", and at the
end one JSON line {"batches", "late_ms", "closed"}.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
from datetime import UTC, datetime
from typing import Any

from ground_station.cli.bench_socket import LeanSocket, connected, when_told
from ground_station.core.agent_protocol import (
    MESSAGE_EVENT,
    NAMESPACE,
    PROTOCOL_VERSION,
    AgentKind,
    AgentMessage,
    Calibration,
    Envelope,
    GroundPair,
    Heartbeat,
    Hello,
    SourceOffer,
    TrackBatch,
    WireFrameTracks,
    WireTrack,
    encode,
)
from ground_station.core.ids import new_id
from ground_station.core.model import CapturedAtFrom

WIDTH, HEIGHT = 1280, 720
HEARTBEAT_S = 1.0
HOSTS_IN_A_ROW = 6
GRID_DEG = 0.004
SOUTH, WEST = 51.45, -0.02  # the made-up cameras stand in Greenwich


def offers(host: int, cameras: int) -> list[SourceOffer]:
    """Calibrated cameras, each in a place of its own."""
    made = []
    for number in range(cameras):
        lat = SOUTH + GRID_DEG * (host // HOSTS_IN_A_ROW) + 0.0007 * (number // 5)
        lon = WEST + GRID_DEG * 2 * (host % HOSTS_IN_A_ROW) + 0.0014 * (number % 5)
        pairs = [
            GroundPair(100, 700, -6, 6),
            GroundPair(1180, 700, 6, 6),
            GroundPair(900, 300, 12, 45),
            GroundPair(380, 300, -12, 45),
        ]
        made.append(
            SourceOffer(
                key=f"camera-{number}",
                name=f"Bench {host + 1}-{number + 1}",
                edge=True,
                simulated=True,
                lat=lat,
                lon=lon,
                calibration=Calibration(WIDTH, HEIGHT, lat, lon, pairs, 2.0, 0.5),
            )
        )
    return made


def _ignored(_event: object, _ms: float) -> None:
    """What the station says back."""


class Host:
    """One edge host: its connection, and what its cameras see now."""

    def __init__(self, number: int, cameras: int, tracks: int, hz: float) -> None:
        self._number = number
        self._offers = offers(number, cameras)
        self._session = new_id()
        self._tracks = tracks
        self._hz = hz
        self._seq = 0
        self._frame = 0
        self.late_ms = 0.0
        self.socket: LeanSocket | None = None

    async def connect(self, port: int, token: str) -> None:
        auth = json.dumps({"token": token})
        self.socket = await connected(
            "127.0.0.1", port, NAMESPACE, lambda _event, _ms: None, auth=auth
        )
        name = f"bench-{self._number}"
        self._send(Hello(PROTOCOL_VERSION, AgentKind.CAMERA, name, "bench", self._offers))

    async def run(self, stop: asyncio.Event) -> None:
        """Send a batch every 1/hz seconds, at a phase of its own."""
        loop = asyncio.get_running_loop()
        period_s = 1 / self._hz
        due_s = loop.time() + period_s * ((self._number * 0.618) % 1)
        beat_s = 0.0
        while not stop.is_set():
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            self.late_ms = max(self.late_ms, (loop.time() - due_s) * 1000)
            messages: list[AgentMessage] = []
            if loop.time() - beat_s >= HEARTBEAT_S:
                beat_s = loop.time()
                messages.append(Heartbeat(datetime.now(UTC)))
            messages.append(self._batch())
            self._send(*messages)
            due_s += period_s

    @property
    def batches(self) -> int:
        return self._frame

    def _send(self, *messages: AgentMessage) -> None:
        if self.socket is not None:
            self.socket.event(MESSAGE_EVENT, encode(Envelope(self._seq, list(messages))))
            self._seq += 1

    def _batch(self) -> TrackBatch:
        now = datetime.now(UTC)
        self._frame += 1
        return TrackBatch(
            [
                WireFrameTracks(
                    source_id=offer.key,
                    session_id=self._session,
                    seq=self._frame,
                    rtp_timestamp=self._frame * 18_000,
                    captured_at=now,
                    captured_at_from=CapturedAtFrom.AGENT,
                    width=WIDTH,
                    height=HEIGHT,
                    tracks=[self._track(camera, n) for n in range(self._tracks)],
                )
                for camera, offer in enumerate(self._offers)
            ]
        )

    def _track(self, camera: int, number: int) -> WireTrack:
        at_s = self._frame / self._hz
        phase = camera * 0.7 + number * 2.1
        u = 640 + 300 * math.sin(at_s * 0.4 + phase)
        v = 500 + 150 * math.sin(at_s * 0.23 + phase)
        return WireTrack(number + 1, "person", 0.9, u - 20, v - 90, u + 20, v, 1.0, 1.0)


async def _main(config: dict[str, Any]) -> None:
    stop = asyncio.Event()
    when_told(stop)
    hosts = [
        Host(number, config["cameras"], config["tracks"], config["hz"])
        for number in range(len(config["tokens"]))
    ]
    for host, token in zip(hosts, config["tokens"], strict=True):
        await host.connect(config["port"], token)
    print("ready", flush=True)
    await asyncio.gather(*(host.run(stop) for host in hosts))
    closed = sum(host.socket is None or host.socket.closed for host in hosts)
    for host in hosts:
        if host.socket is not None:
            host.socket.close()
    late_ms = round(max(host.late_ms for host in hosts), 1)
    batches = sum(host.batches for host in hosts)
    print(json.dumps({"batches": batches, "late_ms": late_ms, "closed": closed}), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.stdin.readline())))
