"""Services that start and stop together, and workers that do not give up."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from ground_station.core.lifecycle import ServiceGroup, Worker


class Recorder:
    def __init__(self, name: str, log: list[str], fails: str = "") -> None:
        self.name, self.log, self.fails = name, log, fails

    def start(self) -> None:
        if "start" in self.fails:
            raise RuntimeError(f"{self.name} will not start")
        self.log.append(f"+{self.name}")

    def stop(self) -> None:
        self.log.append(f"-{self.name}")
        if "stop" in self.fails:
            raise RuntimeError(f"{self.name} will not stop")


def test_up_in_order_and_down_in_reverse() -> None:
    log: list[str] = []
    group = ServiceGroup([Recorder(name, log) for name in "abc"])
    group.start()
    group.stop()
    assert log == ["+a", "+b", "+c", "-c", "-b", "-a"]


def test_a_failed_start_stops_what_had_started() -> None:
    log: list[str] = []
    group = ServiceGroup(
        [Recorder("a", log), Recorder("b", log), Recorder("c", log, "start"), Recorder("d", log)]
    )
    with pytest.raises(RuntimeError, match="c will not start"):
        group.start()
    assert log == ["+a", "+b", "-b", "-a"]


def test_a_failed_stop_does_not_keep_the_others_running(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[str] = []
    group = ServiceGroup([Recorder("a", log), Recorder("b", log, "stop")])
    group.start()
    with caplog.at_level(logging.ERROR):
        group.stop()
    assert log == ["+a", "+b", "-b", "-a"]
    assert "service_stop_failed" in caplog.text


def test_stopping_twice_or_before_the_start_does_nothing() -> None:
    log: list[str] = []
    group = ServiceGroup([Recorder("a", log)])
    group.stop()
    group.start()
    group.stop()
    group.stop()
    assert log == ["+a", "-a"]


def test_a_group_can_start_again() -> None:
    log: list[str] = []
    group = ServiceGroup([Recorder("a", log)])
    for _ in range(2):
        group.start()
        group.stop()
    assert log == ["+a", "-a", "+a", "-a"]


def test_a_worker_turns_until_stopped() -> None:
    turns = threading.Semaphore(0)

    def step() -> None:
        turns.release()
        time.sleep(0.001)

    worker = Worker("turner", step)
    worker.start()
    for _ in range(5):
        assert turns.acquire(timeout=5)
    worker.stop()
    assert worker.stopping
    assert not any(thread.name == "turner" for thread in threading.enumerate())


def test_a_failing_step_is_counted_logged_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    recovered = threading.Event()
    calls = 0

    def step() -> None:
        nonlocal calls
        calls += 1
        if calls <= 2:
            raise ValueError(f"bad input {calls}")
        recovered.set()
        time.sleep(0.01)

    worker = Worker("sometimes", step)
    with caplog.at_level(logging.ERROR):
        worker.start()
        assert recovered.wait(10)
        worker.stop()
    assert worker.failures == 2
    assert worker.last_error == "ValueError: bad input 2"
    assert "bad input 1" in caplog.text


def test_a_step_that_always_fails_does_not_spin(caplog: pytest.LogCaptureFixture) -> None:
    def step() -> None:
        raise ValueError("always")

    worker = Worker("never", step)
    with caplog.at_level(logging.CRITICAL):
        worker.start()
        time.sleep(0.5)
        started = time.monotonic()
        worker.stop()
    assert time.monotonic() - started < 1  # stopping does not wait for the pause
    assert 1 <= worker.failures <= 4


def test_a_worker_may_stop_itself() -> None:
    done = threading.Event()

    def step() -> None:
        worker.stop()
        done.set()

    worker = Worker("self", step)
    worker.start()
    assert done.wait(5)


def test_a_worker_that_never_started_can_be_stopped() -> None:
    Worker("idle", lambda: None).stop()
