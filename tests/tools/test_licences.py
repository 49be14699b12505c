"""Licences: the full text, the notices, and the list of dependencies made from their metadata."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tools import make_licences

ROOT = Path(__file__).parents[2]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_licence_is_the_whole_apache_licence_unchanged() -> None:
    text = read("LICENSE")
    assert text.strip().startswith("Apache License")
    assert text.strip().endswith("limitations under the License.")
    words = " ".join(text.split()).encode()
    known = "0ffddef9e48f8a09aed5caf2d44f7ba1c1be2d9b8e0a6f693b1635b2d5566645"
    assert hashlib.sha256(words).hexdigest() == known


def test_the_list_of_dependencies_is_up_to_date_and_permissive() -> None:
    assert make_licences.main(["--check"]) == 0


def test_what_was_decided_one_by_one_is_explained_and_still_used() -> None:
    used = {make_licences.name_of(one.metadata["Name"]) for one in make_licences.python_packages()}
    for name, licence in make_licences.DECIDED.items():
        assert f"**{name}**" in read("docs/licences.md")
        assert not make_licences.is_allowed(licence)
        assert name in used


def test_another_licence_of_the_same_package_needs_a_new_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(make_licences.DECIDED, "psycopg", "LGPL-2.1")
    assert make_licences.main(["--check"]) == 1


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-3-Clause", True),
        ("(MIT OR Apache-2.0)", True),
        ("MPL-2.0 AND MIT", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("LGPL-2.1", False),
        ("MIT AND GPL-2.0", False),
        ("SSPL-1.0", False),
        ("", False),
        ("UNKNOWN", False),
    ],
)
def test_licences_that_bind_our_code_are_told_apart(expression: str, allowed: bool) -> None:
    assert make_licences.is_allowed(expression) is allowed


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("NOTICE", ["Open Database License", "OpenStreetMap contributors", "derived database"]),
        ("NOTICE", ["NanoDet", "RangiLyu", "Vladimir Mandic", "University of Reading"]),
        ("docs/licences.md", ["ODbL", "University of Reading", "Inter", "x264", "AGPL-3.0"]),
    ],
)
def test_the_notices_name_whom_they_must(file: str, words: list[str]) -> None:
    text = read(file)
    for word in words:
        assert word in text
