"""docs/retention.md says what the sweeper does."""

from __future__ import annotations

from ground_station.core.retention import STORED_KINDS, TABLE_KINDS
from tools.make_retention_doc import TARGET, document


def test_the_document_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run: make retention"


def test_it_names_every_kind_and_table_of_people() -> None:
    for kind in STORED_KINDS:
        assert kind.what in document()
    for table, kind_name in TABLE_KINDS.items():
        assert (f"`{table}`" in document()) == bool(kind_name)
