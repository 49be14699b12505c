"""What systemd is told of this process (sd_notify), where it started it as Type=notify."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


class ServiceManager:
    """Speaks to systemd, or to nobody. Takes the address out of the environment, so that children
    do not speak for us. Thread-safe."""

    def __init__(self) -> None:
        address = os.environ.pop("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        watchdog = os.environ.pop("WATCHDOG_USEC", "")
        pid = os.environ.pop("WATCHDOG_PID", "")
        ours = not pid or pid == str(os.getpid())
        self.watchdog_s = int(watchdog) / 1e6 if watchdog.isdigit() and ours else 0.0

    def ready(self, status: str) -> None:
        """Everything that must be there is there."""
        self._say(f"READY=1\nSTATUS={_line(status)}")

    def alive(self) -> None:
        """For the watchdog; to be said at least once every `watchdog_s`, if that is not 0."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def _say(self, state: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(state.encode(), self._address)


def _line(text: str) -> str:
    return " ".join(text.split())
