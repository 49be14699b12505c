"""Mailboxes: bounded, never blocking on put, and honest about what was dropped."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core.mailbox import DropOldest, LatestByKey, LatestSlot


def test_a_slot_gives_what_was_put() -> None:
    slot: LatestSlot[str] = LatestSlot()
    slot.put("a")
    assert slot.take(0) == "a"
    assert slot.take(0) is None
    assert slot.dropped == 0


def test_a_slot_keeps_the_newest_and_counts_the_rest() -> None:
    slot: LatestSlot[int] = LatestSlot()
    for number in range(5):
        slot.put(number)
    assert slot.take(0) == 4
    assert slot.dropped == 4


@pytest.mark.parametrize("falsy", [0, "", (), False])
def test_a_slot_holds_falsy_items(falsy: object) -> None:
    slot: LatestSlot[object] = LatestSlot()
    slot.put(falsy)
    assert slot.take(0) == falsy


def test_a_slot_times_out() -> None:
    slot: LatestSlot[int] = LatestSlot()
    started = time.monotonic()
    assert slot.take(0.05) is None
    assert time.monotonic() - started >= 0.045


def test_a_waiting_taker_is_woken_by_a_put() -> None:
    slot: LatestSlot[int] = LatestSlot()
    got: list[int | None] = []
    taker = threading.Thread(target=lambda: got.append(slot.take(10)))
    taker.start()
    slot.put(7)
    taker.join(5)
    assert got == [7]


@pytest.mark.parametrize("box", [LatestSlot(), DropOldest(3)])
def test_close_wakes_a_taker_who_waits_for_ever(box: LatestSlot[int] | DropOldest[int]) -> None:
    got: list[int | None] = []
    taker = threading.Thread(target=lambda: got.append(box.take(None)))
    taker.start()
    box.close()
    taker.join(5)
    assert not taker.is_alive()
    assert got == [None]


def test_what_a_closed_slot_holds_can_still_be_taken_and_later_items_are_dropped() -> None:
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.close()
    slot.put(2)
    assert slot.dropped == 1
    assert slot.take(None) == 1
    assert slot.take(None) is None


def test_a_queue_keeps_order() -> None:
    box: DropOldest[int] = DropOldest(3)
    for number in range(3):
        box.put(number)
    assert [box.take(0) for _ in range(4)] == [0, 1, 2, None]


def test_a_full_queue_forgets_its_oldest() -> None:
    box: DropOldest[int] = DropOldest(3)
    for number in range(5):
        box.put(number)
    assert len(box) == 3
    assert box.dropped == 2
    assert box.drain() == [2, 3, 4]
    assert box.drain() == []


def test_a_closed_queue_takes_no_more() -> None:
    box: DropOldest[int] = DropOldest(3)
    box.put(1)
    box.close()
    box.put(2)
    assert box.dropped == 1
    assert box.take(0) == 1
    assert box.take(0) is None


@pytest.mark.parametrize("capacity", [0, -1])
def test_capacity_must_hold_something(capacity: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        DropOldest(capacity)
    with pytest.raises(ValueError, match="at least 1"):
        LatestByKey(capacity)


def test_by_key_the_newest_of_each_key_stays() -> None:
    box: LatestByKey[str, int] = LatestByKey(10)
    for key, item in [("a", 1), ("b", 2), ("a", 3)]:
        box.put(key, item)
    assert box.take_all(0) == {"b": 2, "a": 3}
    assert box.take_all(0) == {}
    assert box.dropped == 1


def test_by_key_the_key_idle_longest_goes_first() -> None:
    box: LatestByKey[str, int] = LatestByKey(2)
    for key, item in [("a", 1), ("b", 2), ("a", 3), ("c", 4)]:
        box.put(key, item)
    assert box.take_all(0) == {"a": 3, "c": 4}
    assert box.dropped == 2


def test_by_key_close_wakes_and_refuses() -> None:
    box: LatestByKey[str, int] = LatestByKey(2)
    box.put("a", 1)
    box.close()
    box.put("b", 2)
    assert box.take_all(None) == {"a": 1}
    assert box.take_all(None) == {}
    assert box.dropped == 1


@given(st.integers(1, 5), st.lists(st.one_of(st.integers(), st.none()), max_size=60))
def test_a_queue_loses_nothing_uncounted(capacity: int, actions: list[int | None]) -> None:
    """None takes, a number is put; whatever went in came out, is held, or is counted."""
    box: DropOldest[int] = DropOldest(capacity)
    model: list[int] = []
    dropped = 0
    for action in actions:
        if action is None:
            assert box.take(0) == (model.pop(0) if model else None)
        else:
            box.put(action)
            model.append(action)
            if len(model) > capacity:
                model.pop(0)
                dropped += 1
        assert len(box) == len(model) <= capacity
    assert box.dropped == dropped
    assert box.drain() == model


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 6), st.integers()), max_size=60))
def test_by_key_everything_put_is_held_or_counted(most: int, puts: list[tuple[int, int]]) -> None:
    box: LatestByKey[int, int] = LatestByKey(most)
    for key, item in puts:
        box.put(key, item)
    held = box.take_all(0)
    assert len(held) <= most
    assert len(held) + box.dropped == len(puts)
    newest = dict(puts)
    assert all(newest[key] == item for key, item in held.items())


def test_many_threads_lose_nothing_uncounted() -> None:
    box: DropOldest[int] = DropOldest(64)
    taken: list[int] = []
    done = threading.Event()

    def take() -> None:
        while (item := box.take(0.02)) is not None or not done.is_set():
            if item is not None:
                taken.append(item)

    taker = threading.Thread(target=take)
    taker.start()

    def put() -> None:
        for number in range(2_000):
            box.put(number)

    putters = [threading.Thread(target=put) for _ in range(4)]
    for putter in putters:
        putter.start()
    for putter in putters:
        putter.join()
    done.set()
    taker.join(10)
    assert len(taken) + box.dropped + len(box) == 8_000
