"""The audit log and sharing over HTTP: who may, and what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.authority import Role
from ground_station.core.entities import OrganisationKind
from ground_station.core.errors import Unavailable
from ground_station.core.ids import new_id
from tests.api.site import Browser, Site, problem


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.close()


def read(browser: Browser, query: str = "") -> dict[str, Any]:
    answer = browser.http.get(f"/api/audit{query}")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.get_json()
    return page


def note(site: Site, organisation: str | None, number: int = 0) -> None:
    entry = AuditEntry(
        Act.SWEPT, Actor.STATION, None, organisation, "source", "s-1", details={"number": number}
    )
    site.world.audit.append(entry)


def test_reading_shows_ones_own_and_is_recorded(site: Site) -> None:
    own = site.world.users.default_organisation_id()
    note(site, own)
    note(site, "another")
    note(site, None)
    auditor = site.signed_in(Role.AUDITOR)
    page = read(auditor, "?act=swept")
    assert [one["organisation_id"] for one in page["records"]] == [None, own]
    assert page["records"][0]["actor_name"] == "the station"
    (first,) = read(auditor, "?act=audit_read&subject=")["records"][1:]
    assert first["details"] == {"act": "swept"}
    assert first["actor_name"] == "Auditor"


def test_pages_follow_each_other(site: Site) -> None:
    for number in range(150):
        note(site, None, number)
    auditor = site.signed_in(Role.AUDITOR)
    page = read(auditor, "?act=swept")
    assert len(page["records"]) == 100
    rest = read(auditor, f"?act=swept&before={page['next_before']}")
    assert rest["next_before"] is None
    numbers = [one["details"]["number"] for one in page["records"] + rest["records"]]
    assert numbers == list(reversed(range(150)))


@pytest.mark.parametrize("query", ["?act=x", "?before=-1", "?before=x", "?actor=" + "x" * 201])
def test_questions_that_make_no_sense(site: Site, query: str) -> None:
    problem(site.signed_in(Role.AUDITOR).http.get(f"/api/audit{query}"), 400)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICER, Role.SUPERVISOR])
def test_others_may_not_read_it(site: Site, role: Role) -> None:
    problem(site.signed_in(role).http.get("/api/audit"), 403)


def agreement(site: Site, to_id: str, **more: object) -> dict[str, object]:
    now = site.world.clock.now()
    return {
        "name": "Town centre",
        "to_id": to_id,
        "legal_regime": "dpa_2018_part_3",
        "covers": ["map", "video"],
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=30)).isoformat(),
        **more,
    }


def police(site: Site) -> str:
    said = AuditEntry(Act.ORGANISATION_ADDED, Actor.COMMAND_LINE)
    made = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, said)
    return made.organisation_id


def test_an_agreement_from_its_making_to_its_end(site: Site) -> None:
    officer = site.signed_in(Role.DATA_PROTECTION_OFFICER)
    other = police(site)
    names = [one["name"] for one in officer.http.get("/api/organisations").get_json()]
    assert "The police" in names
    made = officer.post("/api/agreements", agreement(site, other))
    assert made.status_code == 201, made.text
    view = made.get_json()
    assert view["in_force"]
    assert view["covers"] == ["map", "video"]
    assert officer.http.get("/api/agreements").get_json() == [view]
    path = f"/api/agreements/{view['agreement_id']}/end"
    assert officer.post(path).status_code == 204
    problem(officer.post(path), 409)
    assert not officer.http.get("/api/agreements").get_json()[0]["in_force"]
    assert officer.http.get("/api/disclosures").get_json() == []


def test_agreements_are_refused_with_the_reason(site: Site) -> None:
    officer = site.signed_in(Role.DATA_PROTECTION_OFFICER)
    other = police(site)
    problem(officer.post("/api/agreements", agreement(site, new_id())), 404)
    problem(officer.post("/api/agreements", agreement(site, other, covers=["faces"])), 400)
    naive = agreement(site, other, starts_at="2026-01-01T00:00:00")
    problem(officer.post("/api/agreements", naive), 400)
    problem(officer.post(f"/api/agreements/{new_id()}/end"), 404)
    problem(officer.post("/api/agreements/x/end"), 404)
    auditor = site.signed_in(Role.AUDITOR)
    problem(auditor.post("/api/agreements", agreement(site, other)), 403)


def test_watching_is_recorded_before_the_token_is_given(site: Site) -> None:
    supervisor = site.signed_in()
    source, _ = site.world.sources.add_whip("High Street", None, None, None)
    answer = supervisor.post(f"/api/sources/{source.source_id}/viewer-token")
    assert answer.status_code == 201, answer.text
    (record,) = site.world.audit.read(act=Act.VIDEO_WATCHED)
    assert (record.entry.subject_id, record.entry.purpose) == (source.source_id, "public_safety")


def test_another_organisations_source_is_not_there(site: Site) -> None:
    supervisor = site.signed_in()
    source, _ = site.world.sources.add_whip(
        "Theirs", None, None, None, organisation_id=police(site)
    )
    problem(supervisor.post(f"/api/sources/{source.source_id}/viewer-token"), 404)
    problem(supervisor.delete(f"/api/sources/{source.source_id}"), 404)
    assert site.world.audit.read(act=Act.SOURCE_REMOVED) == []


def test_only_what_was_removed_is_recorded_as_removed(site: Site) -> None:
    _identity, _channel, source_id = site.world.camera()
    supervisor = site.signed_in()
    problem(supervisor.delete(f"/api/sources/{source_id}"), 409)  # its agent offers it
    assert site.world.audit.read(act=Act.SOURCE_REMOVED) == []
    added = supervisor.post("/api/sources", {"name": "Phone"}).get_json()["source_id"]
    assert supervisor.delete(f"/api/sources/{added}").status_code == 204
    [record] = site.world.audit.read(act=Act.SOURCE_REMOVED)
    assert record.entry.subject_id == added


@pytest.mark.parametrize("method", ["add", "remove"])
def test_what_fails_is_not_recorded_as_done(
    site: Site, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    supervisor = site.signed_in()
    source, _token = site.world.sources.add_whip("Gate", None, None, None)

    def fail(_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(site.world.source_rows, method, fail)
    if method == "add":
        problem(supervisor.post("/api/sources", {"name": "Phone"}), 503)
    else:
        problem(supervisor.delete(f"/api/sources/{source.source_id}"), 503)
    acts = {Act.SOURCE_ADDED, Act.SOURCE_REMOVED}
    assert not acts & {record.entry.act for record in site.world.audit.read()}
    assert [one.source.source_id for one in site.world.sources.all()] == [source.source_id]


@pytest.mark.parametrize("method", ["add", "remove"])
def test_what_cannot_be_recorded_is_not_done(
    site: Site, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    supervisor = site.signed_in()
    source, _token = site.world.sources.add_whip("Gate", None, None, None)

    def refuse(_session: object, *_entries: AuditEntry) -> None:
        raise Unavailable("The audit log cannot be written.")

    monkeypatch.setattr(site.world.audit, "append_in", refuse)
    if method == "add":
        problem(supervisor.post("/api/sources", {"name": "Phone"}), 503)
    else:
        problem(supervisor.delete(f"/api/sources/{source.source_id}"), 503)
    assert [one.source.source_id for one in site.world.sources.all()] == [source.source_id]
    assert [one.source_id for one in site.world.source_rows.all()] == [source.source_id]
