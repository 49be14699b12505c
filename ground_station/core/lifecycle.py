"""Things that start and stop: in order up, in reverse order down, each with a deadline."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Protocol

log = logging.getLogger(__name__)
_running: weakref.WeakSet[Worker] = weakref.WeakSet()
_running_lock = threading.Lock()


def running_workers() -> list[Worker]:
    """The workers of this process that were started and not stopped, so that a person can be told
    which of them fail."""
    with _running_lock:
        return sorted(_running, key=lambda worker: worker.name)


class Service(Protocol):
    """Something with a life: started once, stopped once."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class ServiceGroup:
    """Starts services in order and stops them in reverse; a failed start stops what had started."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = list(services)
        self._started: list[Service] = []

    def start(self) -> None:
        for service in self._services:
            try:
                service.start()
            except BaseException:
                self.stop()
                raise
            self._started.append(service)

    def stop(self) -> None:
        while self._started:
            service = self._started.pop()
            try:
                service.stop()
            except Exception:
                log.exception("service_stop_failed service=%s", type(service).__name__)


class Worker:
    """A named thread that calls `step` until stopped.

    A `step` that raises is logged with its traceback, counted, and tried again after a pause that
    doubles up to 5 s, so that one bad input cannot end a service and a lasting fault cannot spin.

    Args:
        name: thread name, seen in dumps.
        step: one turn of work; it must return within a second or so, so that `stop` is quick.
    """

    def __init__(self, name: str, step: Callable[[], None]) -> None:
        self._step = step
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.failures = 0
        self.last_error = ""
        self._failed_s = float("-inf")
        self._failing = False

    def start(self) -> None:
        self._thread.start()
        with _running_lock:
            _running.add(self)

    def stop(self, timeout_s: float = 3.0) -> None:
        self._stop.set()
        with _running_lock:
            _running.discard(self)
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    @property
    def name(self) -> str:
        return self._thread.name

    def fails(self, within_s: float) -> bool:
        """Whether a turn of it failed so recently."""
        return time.monotonic() - self._failed_s < within_s

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def _run(self) -> None:
        pause_s = 0.1
        while not self._stop.is_set():
            try:
                self._step()
                pause_s = 0.1
                if self._failing:
                    self._failing = False
                    log.warning("worker_recovered worker=%s", self.name)
            except Exception as error:  # noqa: BLE001  the worker goes on; see `_note`
                self._note(error)
                self._stop.wait(pause_s)
                pause_s = min(pause_s * 2, 5.0)

    def _note(self, error: Exception) -> None:
        """Logged when it is news, not at every turn that fails the same way."""
        text = f"{type(error).__name__}: {error}"
        if not self._failing or text != self.last_error:
            log.exception("worker_failed worker=%s count=%d", self.name, self.failures + 1)
        self._failing = True
        self.failures += 1
        self.last_error = text
        self._failed_s = time.monotonic()
