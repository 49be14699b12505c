"""docs/authority.md says what the station does."""

from __future__ import annotations

from ground_station.core.authority import Permission, Role, words
from tests.api.authority_table import EVENTS, EVERYTHING
from tools.make_authority_doc import TARGET, document


def test_the_document_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run: make authority"


def test_it_names_every_role_permission_route_and_event() -> None:
    text = document()
    for name in (*Role, *Permission):
        assert words(name) in text
    for method, rule in EVERYTHING:
        assert f"| `{rule}` | {method} |" in text
    for event in EVENTS:
        assert f"| `{event}` |" in text
