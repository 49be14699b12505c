"""Writes docs/retention.md from the table that the sweeper follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ground_station.core.retention import STORED_KINDS, TABLE_KINDS

TARGET = Path(__file__).resolve().parents[1] / "docs" / "retention.md"
HEAD = """# What is stored of people

Made by `make retention` from `ground_station/core/retention.py`; do not edit it here. The station
deletes by this same table, at its start and every hour, and writes each deletion down in the audit
log (`swept`); `GET /api/retention` shows it to whoever is signed in. Times count from the row's own
time: of a sign-in its end, of an incident its closing (an open one stays).

| what | what for | how long | tables |
|---|---|---|---|
"""
TAIL = """
Pictures, face or body embeddings and sound are not stored at all. Boxes and places of the tracks on
the map are kept in memory only.

Backups are copies, and so are `*.backup.*` and `before-restore-*` in the data folder: what was
deleted since is still in them. Delete them when they are older than the shortest time that you need
them for.
"""


def rows() -> Iterator[str]:
    for kind in STORED_KINDS:
        long = f"until {kind.until}" if kind.days is None else f"{kind.days} days"
        if kind.until.startswith("for ever"):
            long = kind.until
        tables = ", ".join(f"`{table}`" for table, of in TABLE_KINDS.items() if of == kind.kind)
        yield f"| {kind.what} | {kind.purpose} | {long} | {tables} |\n"


def document() -> str:
    return HEAD + "".join(rows()) + TAIL


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
