"""The threads that carry out the station's commands, so that reading never waits for them."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

Job = Callable[[], None]


class CommandPool:
    """A few daemon threads behind a bounded queue.

    Daemons: a command that hangs must not keep the process from ending.
    """

    def __init__(self, threads: int, capacity: int) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue(capacity)
        self._threads = [
            threading.Thread(target=self._run, name=f"agentlink-command-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> bool:
        """False when the queue is full: the job will not be run."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def stop(self, timeout_s: float) -> None:
        """Drop what waits, let each thread finish what it is at, for at most `timeout_s` in all."""
        with self._jobs.mutex:
            self._jobs.queue.clear()
        for _ in self._threads:
            self.submit_end()
        deadline = timeout_s / len(self._threads)
        for thread in self._threads:
            thread.join(deadline)

    def submit_end(self) -> None:
        try:
            self._jobs.put_nowait(None)
        except queue.Full:
            log.warning("agentlink_command_pool_full_at_stop")

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("agentlink_command_failed")


class ThreadEach:
    """A daemon thread of its own for each job, so that none waits for another: for what is urgent.

    Args:
        most: jobs at a time.
    """

    def __init__(self, name: str, most: int) -> None:
        self._name = name
        self._room = threading.Semaphore(most)

    def submit(self, job: Job) -> bool:
        """False when as many run as may: the job will not be run."""
        if not self._room.acquire(blocking=False):
            return False
        try:
            threading.Thread(target=self._run, args=(job,), name=self._name, daemon=True).start()
        except RuntimeError:  # the machine has no thread left
            self._room.release()
            log.exception("agentlink_no_thread")
            return False
        return True

    def _run(self, job: Job) -> None:
        try:
            job()
        except Exception:
            log.exception("agentlink_command_failed")
        finally:
            self._room.release()
