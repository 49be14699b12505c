"""The bridge between threads and a loop."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ground_station.core.aio import AioBridge, LoopThread
from ground_station.core.errors import NotFound, TimedOut, Unavailable

SOURCES = Path(__file__).parents[2]


@pytest.fixture
def loop_thread() -> Iterator[LoopThread]:
    thread = LoopThread("test-loop")
    thread.start()
    yield thread
    thread.stop()


async def answer(value: int, after_s: float = 0.0) -> int:
    await asyncio.sleep(after_s)
    return value


def test_a_call_returns_the_result(loop_thread: LoopThread) -> None:
    assert loop_thread.bridge.call(answer(42), 5) == 42


def test_a_call_raises_what_the_coroutine_raised(loop_thread: LoopThread) -> None:
    async def fail() -> None:
        raise NotFound("Gone.")

    with pytest.raises(NotFound, match="Gone"):
        loop_thread.bridge.call(fail(), 5)


def test_a_slow_call_times_out_and_is_cancelled(loop_thread: LoopThread) -> None:
    cancelled = threading.Event()

    async def slow() -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimedOut, match=r"0\.05 s"):
        loop_thread.bridge.call(slow(), 0.05)
    assert cancelled.wait(5)


def test_a_timeout_of_the_coroutine_itself_is_not_ours(loop_thread: LoopThread) -> None:
    async def inner() -> None:
        await asyncio.wait_for(asyncio.sleep(30), 0.01)

    with pytest.raises(TimeoutError):
        loop_thread.bridge.call(inner(), 5)


def test_calling_from_the_loops_own_thread_is_refused(loop_thread: LoopThread) -> None:
    async def wrong() -> str:
        try:
            loop_thread.bridge.call(answer(1), 1)
        except RuntimeError as error:
            return str(error)
        return ""

    assert "own thread" in loop_thread.bridge.call(wrong(), 5)


def test_another_loop_may_wait_for_this_one(loop_thread: LoopThread) -> None:
    async def other() -> int:
        return loop_thread.bridge.call(answer(3), 5)

    assert asyncio.run(other()) == 3


def test_a_closed_loop_is_unavailable() -> None:
    thread = LoopThread("test-loop")
    thread.start()
    thread.stop()
    with pytest.raises(Unavailable):
        thread.bridge.call(answer(1), 1)
    assert thread.bridge.post(print) is False


def test_a_call_that_waits_while_the_loop_stops_is_unavailable() -> None:
    thread = LoopThread("test-loop")
    thread.start()
    started = threading.Event()

    async def wait_for_ever() -> None:
        started.set()
        await asyncio.sleep(60)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(thread.bridge.call, wait_for_ever(), 30)
        assert started.wait(5)
        thread.stop()
        with pytest.raises(Unavailable):
            waiting.result(5)


def test_posts_run_in_order_on_the_loop(loop_thread: LoopThread) -> None:
    seen: list[tuple[int, str]] = []
    done = threading.Event()
    for number in range(50):
        assert loop_thread.bridge.post(
            lambda n: seen.append((n, threading.current_thread().name)), number
        )
    assert loop_thread.bridge.post(done.set)
    assert done.wait(5)
    assert seen == [(number, "test-loop") for number in range(50)]


def test_many_threads_call_at_once(loop_thread: LoopThread) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda n: loop_thread.bridge.call(answer(n, 0.001), 10), range(200))
    assert list(results) == list(range(200))


def test_stopping_a_loop_that_never_ran_closes_it() -> None:
    thread = LoopThread("test-loop")
    thread.stop()
    with pytest.raises(Unavailable):
        thread.bridge.call(answer(1), 1)


def test_stopping_twice_does_no_harm(loop_thread: LoopThread) -> None:
    loop_thread.stop()
    loop_thread.stop()


def test_a_task_that_will_not_end_does_not_hold_up_the_stop() -> None:
    thread = LoopThread("test-loop")
    thread.start()
    release = threading.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    async def begin() -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(stubborn())

    task = thread.bridge.call(begin(), 5)
    started = time.monotonic()
    thread.stop(timeout_s=0.2)
    assert time.monotonic() - started < 3
    release.set()
    assert not task.cancelled()


def test_a_bridge_to_a_loop_that_runs_elsewhere() -> None:
    async def body() -> int:
        bridge = AioBridge(asyncio.get_running_loop())
        return await asyncio.to_thread(bridge.call, answer(9), 5)

    assert asyncio.run(body()) == 9


def test_only_this_module_bridges_threads_and_loops() -> None:
    offenders = []
    for folder in ("ground_station", "drone", "fixed_cctv", "geo"):
        for file in (SOURCES / folder).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if re.search(r"\brun_coroutine_threadsafe\b", text):
                offenders.append(file.relative_to(SOURCES).as_posix())
    assert offenders == ["ground_station/core/aio.py"]
