"""Set-up as data: steps, and what each comes after; independent ones overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ground_station.bootstrap.console import Console
from ground_station.bootstrap.errors import SetupError, SetupStopped
from ground_station.bootstrap.programs import Programs

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that must be there before Kestrel starts.

    Attributes:
        after: names of the steps that must be done before; names that are not part of this set-up
            count as done.
        is_done: quick; looks at markers only. Asked once, when the steps before are done.
        run: does the work, reporting what it does now; returns a few words for the finished line.
            Raises SetupError. Called in a thread of its own.
        optional: its failure is reported, and Kestrel starts without it.
    """

    name: str
    title: str
    after: tuple[str, ...]
    is_done: Callable[[], bool]
    run: Callable[[Report], str]
    optional: bool = False


def run_steps(steps: Sequence[Step], console: Console, programs: Programs) -> None:
    """Do whatever is not done yet.

    Raises:
        SetupError: of the first step that failed, once the steps that ran beside it have ended:
            what they finish need not be done again. No other step was started.
        KeyboardInterrupt: passed on, after the running programs are stopped.
    """
    _Run(steps, console, programs).to_the_end()


class _Run:
    def __init__(self, steps: Sequence[Step], console: Console, programs: Programs) -> None:
        self._waiting = {step.name: step for step in steps}
        self._console = console
        self._programs = programs
        self._running: dict[str, threading.Thread] = {}
        self._failure: SetupError | None = None
        self._results: queue.SimpleQueue[tuple[Step, BaseException | None]] = queue.SimpleQueue()

    def to_the_end(self) -> None:
        try:
            self._start_ready()
            while self._running:
                self._take_result()
                if self._failure is None:
                    self._start_ready()
        except BaseException:
            self._programs.stop_all()
            for thread in self._running.values():
                thread.join(timeout=5)
            raise
        if self._failure is not None:
            raise self._failure

    def _start_ready(self) -> None:
        """Skip what is done and start what may run, until nothing changes any more."""
        moved = True
        while moved:
            moved = False
            for step in list(self._waiting.values()):
                if self._blocked(step):
                    continue
                moved = True
                del self._waiting[step.name]
                if not step.is_done():
                    self._start(step)

    def _blocked(self, step: Step) -> bool:
        return any(name in self._waiting or name in self._running for name in step.after)

    def _start(self, step: Step) -> None:
        self._console.begin(step.title)
        thread = threading.Thread(target=self._work, args=(step,), name=step.name, daemon=True)
        self._running[step.name] = thread
        thread.start()

    def _work(self, step: Step) -> None:
        try:
            note = step.run(lambda detail: self._console.progress(step.title, detail))
        except BaseException as error:  # noqa: BLE001  handed to the main thread, which raises it
            self._results.put((step, error))
        else:
            self._console.end(step.title, note)
            self._results.put((step, None))

    def _take_result(self) -> None:
        step, error = self._results.get()
        self._running.pop(step.name).join()
        if error is None:
            return
        if isinstance(error, SetupStopped):
            raise KeyboardInterrupt
        if not isinstance(error, SetupError):
            raise error
        self._console.fail(step.title, error.message)
        if step.optional:
            self._console.say(f"      {error.remedy}")
        elif self._failure is None:
            self._failure = error
