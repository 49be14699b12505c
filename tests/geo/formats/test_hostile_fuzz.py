"""The fuzzer's targets, without the fuzzer: each reader of airspace files with bytes that are
nearly right. A reading or a refusal comes of it, and what was read can be checked against."""

from __future__ import annotations

import importlib.util
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.formats.reading import Format, Reading
from ground_station.cli.bench_fuzz import fuzz_all, readers, seeds, tried

READERS, SEEDS = readers(), seeds()
EACH = pytest.mark.parametrize("kind", list(Format), ids=str)
ODD = (
    b"-",
    b"9",
    b"NaN",
    b"1e999",
    b" ",
    b"<",
    b"{",
    b"[",
    b'"',
    b"\x00",
    b"0" * 50,
    b"\n",
    b"null",
)


@EACH
def test_every_seed_is_read_whole(kind: Format) -> None:
    for seed in SEEDS[kind]:
        reading = READERS[kind](seed)
        assert reading.zones
        assert reading.gaps == ()


@EACH
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_mutations_of_every_format(kind: Format, seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(chance.choice(SEEDS[kind]))
    for _ in range(chance.randint(1, 10)):
        at = chance.randrange(max(1, len(data)))
        match chance.randrange(4):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 60)]
            case _:
                data[at:at] = chance.choice(ODD)
    tried(READERS[kind], bytes(data))


@EACH
def test_seeds_broken_off(kind: Format) -> None:
    for seed in SEEDS[kind]:
        for hundredth in range(0, 100, 4):
            tried(READERS[kind], seed[: len(seed) * hundredth // 100])


@EACH
@pytest.mark.parametrize("other", list(Format), ids=str)
def test_files_of_one_format_read_as_another(kind: Format, other: Format) -> None:
    tried(READERS[kind], SEEDS[other][0])


def test_without_atheris_nothing_is_said_to_have_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    outcomes = fuzz_all(1)
    assert {each.format for each in outcomes} == set(Format)
    assert all(each.not_run.startswith("NOT RUN: atheris") and not each.runs for each in outcomes)


def test_a_finding_is_a_finding() -> None:
    def careless(data: bytes) -> Reading:
        raise KeyError(data)

    with pytest.raises(KeyError):
        tried(careless, b"x")
