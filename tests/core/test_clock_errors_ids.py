"""Clock, error tree, ids."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground_station.core import errors
from ground_station.core.clock import ManualClock, SystemClock
from ground_station.core.errors import ERRORS_BY_CODE, KestrelError, Throttled, error_from_code
from ground_station.core.ids import is_id, new_id

# --- clock ---------------------------------------------------------------------------------------


def test_the_system_clock_is_aware_utc_and_moves() -> None:
    clock = SystemClock()
    before = clock.monotonic_s()
    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic_s() >= before


def test_a_manual_clock_stands_still_until_moved() -> None:
    clock = ManualClock(datetime(2026, 5, 1, tzinfo=UTC))
    first = (clock.now(), clock.monotonic_s())
    time.sleep(0.01)
    assert (clock.now(), clock.monotonic_s()) == first
    clock.advance(1.5)
    assert clock.now() == datetime(2026, 5, 1, 0, 0, 1, 500_000, tzinfo=UTC)
    assert clock.monotonic_s() == 1.5


def test_a_manual_clock_refuses_to_go_back_or_to_be_naive() -> None:
    with pytest.raises(ValueError, match="backwards"):
        ManualClock().advance(-0.001)
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 1, 1))  # noqa: DTZ001  the very thing that is refused


@given(st.lists(st.floats(0, 1e6), max_size=20))
def test_both_clocks_of_a_manual_clock_move_together(steps: list[float]) -> None:
    clock = ManualClock()
    start = clock.now()
    for step in steps:
        clock.advance(step)
    elapsed = timedelta(seconds=clock.monotonic_s())
    assert abs((clock.now() - start) - elapsed) <= timedelta(microseconds=1)


# --- errors --------------------------------------------------------------------------------------


def subclasses(kind: type[KestrelError]) -> set[type[KestrelError]]:
    found = set(kind.__subclasses__())
    return found | {deeper for child in found for deeper in subclasses(child)}


def test_every_error_has_its_own_code_and_is_in_the_table() -> None:
    ours = {kind for kind in subclasses(KestrelError) if kind.__module__ == errors.__name__}
    assert set(ERRORS_BY_CODE.values()) == ours
    assert len({kind.code for kind in ours} | {KestrelError.code}) == len(ours) + 1


def test_the_docstring_draws_the_whole_tree() -> None:
    assert errors.__doc__ is not None
    for kind in ERRORS_BY_CODE.values():
        assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize("code", sorted(ERRORS_BY_CODE))
def test_an_error_survives_a_process_boundary(code: str) -> None:
    error = error_from_code(code, "A thing is wrong.", "Right it.")
    assert type(error) is ERRORS_BY_CODE[code]
    assert (error.code, error.message, error.remedy) == (code, "A thing is wrong.", "Right it.")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.message, again.remedy) == (type(error), error.message, error.remedy)


def test_an_unknown_code_is_still_an_error() -> None:
    error = error_from_code("from_the_future", "What is this?")
    assert type(error) is KestrelError
    assert str(error) == "What is this?"


def test_a_remedy_follows_the_message() -> None:
    assert str(KestrelError("It broke.", "Mend it.")) == "It broke. Mend it."


def test_throttled_says_when_to_come_back() -> None:
    assert Throttled("Too many.", retry_after_s=30).retry_after_s == 30
    assert Throttled("Too many.").retry_after_s > 0


# --- ids -----------------------------------------------------------------------------------------


def test_ids_are_ids_and_differ() -> None:
    ids = {new_id() for _ in range(2_000)}
    assert len(ids) == 2_000
    assert all(is_id(text) for text in ids)


def test_ids_sort_by_the_time_they_were_made() -> None:
    early = new_id()
    time.sleep(0.005)
    assert early < new_id()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../../etc/passwd",
        "0190b8f0-0000-4000-8000-000000000000",  # version 4
        "0190B8F0-0000-7000-8000-000000000000",  # upper case is not canonical
        "0190b8f0-0000-7000-0000-000000000000",  # wrong variant
        "0190b8f0-0000-7000-8000-000000000000\n",
        " 0190b8f0-0000-7000-8000-000000000000",
        "0190b8f0000070008000000000000000",
        "{0190b8f0-0000-7000-8000-000000000000}",
        "0190b8f0-0000-7000-8000-00000000000٣",  # a digit, but not one of ours
    ],
)
def test_what_is_no_id_is_told_apart(text: str) -> None:
    assert not is_id(text)


def test_a_canonical_id_is_one() -> None:
    assert is_id("0190b8f0-0000-7000-8000-000000000000")


@given(st.text())
def test_no_text_that_could_leave_a_folder_is_an_id(text: str) -> None:
    if is_id(text):
        assert set(text) <= set("0123456789abcdef-")
