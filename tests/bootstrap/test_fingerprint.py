"""Markers and content hashes: what decides whether a start repeats a step."""

from __future__ import annotations

from pathlib import Path

from ground_station.bootstrap.fingerprint import Marker, files_under, fingerprint


def make(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / name).write_text(text)
    return [folder / name for name in files]


def test_the_fingerprint_follows_content_names_and_words_but_not_order(tmp_path: Path) -> None:
    paths = make(tmp_path, a="1", b="2")
    key = fingerprint(tmp_path, paths, "x")
    assert key == fingerprint(tmp_path, reversed(paths), "x")
    assert key != fingerprint(tmp_path, paths, "y")
    assert key != fingerprint(tmp_path, paths[:1], "x")
    paths[0].write_text("1 ")
    changed = fingerprint(tmp_path, paths, "x")
    assert changed != key
    paths[0].rename(tmp_path / "c")
    assert fingerprint(tmp_path, [tmp_path / "c", paths[1]], "x") != changed


def test_bytes_cannot_move_from_one_file_to_the_next_unseen(tmp_path: Path) -> None:
    before = fingerprint(tmp_path, make(tmp_path, a="12", b="3"))
    after = fingerprint(tmp_path, make(tmp_path, a="1", b="23"))
    assert before != after


def test_folders_of_products_are_not_sources(tmp_path: Path) -> None:
    for folder in ("src/deep", "node_modules/x", "src/dist"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("x")
    found = set(files_under(tmp_path, frozenset({"node_modules", "dist"})))
    assert found == {tmp_path / "src" / "deep" / "file"}


def test_a_marker_holds_for_its_own_key_only_and_until_cleared(tmp_path: Path) -> None:
    marker = Marker(tmp_path / "product" / ".made")
    assert not marker.holds("one")
    marker.write("one")
    assert marker.holds("one")
    assert not marker.holds("two")
    marker.clear()
    assert not marker.holds("one")
    assert list((tmp_path / "product").iterdir()) == []


def test_a_marker_that_is_no_text_of_ours_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "mark").write_bytes(b"\xff\xfe")
    assert not Marker(tmp_path / "mark").holds("one")
