"""Where the demonstration footage comes from, and what happens when it cannot be had."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from ground_station.bootstrap import footage
from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.footage import (
    EncodeFootage,
    FetchFootage,
    Film,
    demo_footage,
    fetched_film,
)
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import Programs

CONTENT = b"a film"
SHARED = Path(__file__).resolve().parents[2].parent / "shared"
# Stand-ins: an archive that is a tar, fetched from nowhere.
APT_GET = """#!/bin/sh
case "$*" in
  *update*) touch "$LISTS"; exit 0;;
  *download*) [ -n "$NEEDS_LISTS" ] && [ ! -e "$LISTS" ] && exit 100
    mkdir -p usr/share; printf '%s' "$FILM" > usr/share/vtest.avi
    tar -cf opencv-doc_1_all.deb usr; rm -r usr;;
esac
"""


def ignore(_detail: str) -> None:
    pass


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("apt-get", APT_GET), ("dpkg-deb", '#!/bin/sh\ncat "$2"\n')):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("LISTS", str(tmp_path / "lists"))
    monkeypatch.setenv("FILM", CONTENT.decode())
    film = Film("vtest.avi", hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(footage, "PETS", film)
    monkeypatch.setattr(footage, "FILMS", (film, footage.BIKES))
    return Places(tmp_path / "checkout")


def fetcher(places: Places) -> FetchFootage:
    return FetchFootage(places, Programs(places.setup_log))


def test_the_film_comes_out_of_debians_archive(places: Places) -> None:
    assert not fetcher(places).is_done()
    assert fetcher(places).fetch(ignore) == "vtest.avi"
    assert fetcher(places).is_done()
    found = fetched_film(places)
    assert found is not None
    assert found[1].read_bytes() == CONTENT
    assert sorted(path.name for path in places.footage.iterdir()) == ["source"]


def test_without_the_systems_package_lists_it_fetches_its_own(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEEDS_LISTS", "1")
    assert fetcher(places).fetch(ignore) == "vtest.avi"


def test_another_film_is_refused_and_a_failure_is_remembered_for_an_hour(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILM", "something else")  # and there is no pip to fall back on
    with pytest.raises(SetupError) as caught:
        fetcher(places).fetch(ignore)
    assert "no footage" in caught.value.message
    assert "run.py camera" in caught.value.remedy
    assert fetched_film(places) is None
    assert fetcher(places).is_done()
    assert EncodeFootage(places, Programs(places.setup_log)).is_done()
    an_hour_ago = time.time() - 3601
    os.utime(places.footage / "not-available", (an_hour_ago, an_hour_ago))
    assert not fetcher(places).is_done()


def test_an_encoding_holds_for_its_film_and_its_encoder(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = places.root
    for name in footage.ENCODER:
        (encoder / name).parent.mkdir(parents=True, exist_ok=True)
        (encoder / name).write_text("one")
    fetcher(places).fetch(ignore)
    step = EncodeFootage(places, Programs(places.setup_log))
    assert not step.is_done()
    monkeypatch.setattr(
        Programs, "run", lambda _self, argv, **_more: Path(argv[-1]).write_bytes(b"encoded")
    )
    step.encode(ignore)
    assert step.is_done()
    (encoder / footage.ENCODER[0]).write_text("two")
    assert not step.is_done()
    step.encode(ignore)
    demo_footage(places).unlink()
    assert not step.is_done()


def test_the_encoder_is_named_by_files_that_exist() -> None:
    root = Path(__file__).resolve().parents[2]
    assert [n for n in footage.ENCODER if not (root / n).is_file()] == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the evaluation data of ../shared")
def test_debians_film_is_the_one_that_the_calibration_is_for() -> None:
    film = SHARED / "data" / "eval" / "pets09_s2l1" / "vtest.avi"
    assert hashlib.sha256(film.read_bytes()).hexdigest() == footage.PETS.sha256
