"""One child process of the supervisor, with everything that it starts in turn."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ground_station.cli.logs import CappedLog, LogPump
from ground_station.core.settings import NOT_SETTINGS


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run.

    Attributes:
        name: names its log file.
        title: what a person calls it.
        environment: added to ours for this child only. Secrets go here and never into `argv`,
            which every user of the machine can read; hence no repr.
    """

    name: str
    title: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


class Child:
    """A started process in a session and process group of its own.

    Raises:
        OSError: its log cannot be opened or it cannot be started; then nothing runs.
    """

    def __init__(self, spec: ChildSpec, log: Path, show: Callable[[str], None]) -> None:
        kept = CappedLog(log)  # before it runs: else a log that fails leaves it to nobody
        try:
            self._process = _started(spec)
        except OSError:
            kept.close()
            raise
        assert self._process.stdout is not None
        self._pump = LogPump(spec.name, self._process.stdout, kept, show)  # type: ignore[arg-type]

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_status(self) -> int | None:
        """None while it runs; else its status, negative for a signal, as `subprocess` says it.

        On the way what it left behind in its group is killed, before the number can be anybody
        else's.
        """
        if self._process.returncode is not None:
            return self._process.returncode
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        self._signal_group(signal.SIGKILL)
        status = self._process.wait()
        self._pump.join(1.0)
        return status

    @property
    def last_words(self) -> str:
        """The last line it printed."""
        return self._pump.last_line

    def terminate(self) -> None:
        """Ask it to end; it ends its own children."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it and its whole group at once."""
        if self._process.returncode is None:
            self._signal_group(signal.SIGKILL)

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def _started(spec: ChildSpec) -> subprocess.Popen[bytes]:
    ours = {key: value for key, value in os.environ.items() if key not in NOT_SETTINGS}
    return subprocess.Popen(  # noqa: S603  our own command line
        spec.argv,
        env={**ours, **spec.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
