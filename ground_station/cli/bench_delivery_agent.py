"""The agent of `bench_delivery`: a process of its own that only puts messages into its outbox.

Says on stdout, one line each, what is on its disk: the message id and its text. Each incarnation
has its own number in the texts, so that nothing is ever put twice under one text.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from ground_station.agentlink.client import AgentClient
from ground_station.agentlink.outbox import Outbox
from ground_station.cli.children import TOKEN_VARIABLE
from ground_station.core.agent_durable import AlertRaised
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Command,
    Done,
    Heartbeat,
    Hello,
    Reply,
)
from ground_station.core.clock import SystemClock
from ground_station.core.entities import Severity
from ground_station.core.errors import KestrelError

KIND = "bench_delivery"
THREADS = 4
NAME = "Bench: delivery"


def main(station_url: str, outbox_file: Path, incarnation: int, rate_hz: float) -> int:
    """Put messages at this rate until stdin ends; then stay until killed or stdin says `stop`."""
    clock = SystemClock()
    outbox = Outbox(outbox_file, clock)

    def carry_out(_command: Command) -> Reply:
        return Done()

    client = AgentClient(
        station_url=station_url,
        token=os.environ.pop(TOKEN_VARIABLE),
        hello=lambda: Hello(PROTOCOL_VERSION, AgentKind.CAMERA, NAME, "bench"),
        on_command=carry_out,
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
        outbox=outbox,
    )
    client.start()
    enough = threading.Event()
    writing = threading.Lock()

    def put(thread: int) -> None:
        number = 0
        while not enough.is_set():
            text = f"{incarnation}.{thread}.{number}"
            number += 1
            try:
                message_id = client.put(AlertRaised(KIND, Severity.INFORMATION, text))
            except KestrelError as error:
                print(f"agent: {error}", file=sys.stderr, flush=True)
                time.sleep(0.5)
                continue
            with writing:
                sys.stdout.write(f"{message_id} {text}\n")
                sys.stdout.flush()
            enough.wait(THREADS / rate_hz)

    threads = [threading.Thread(target=put, args=(n,), daemon=True) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for line in sys.stdin:
        if line.strip() == "enough":
            enough.set()
        elif line.strip() == "stop":
            break
    enough.set()
    client.stop()
    outbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
