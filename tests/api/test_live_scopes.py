"""What a page is told is what its person may see: by organisation, agreement, area and role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ground_station.api.live_picture import LivePicture
from ground_station.api.schemas import Batch, Snapshot
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.authority import Area, Role
from ground_station.core.entities import LegalRegime, OrganisationKind, Severity, Shareable
from ground_station.core.errors import Unavailable
from ground_station.core.ids import new_id
from ground_station.services.sharing import NewAgreement
from ground_station.services.system import Finding
from tests.api.site import Site
from tests.api.test_live import events, seen, streaming, turn
from tests.services.world import PASSWORD, live

BY_CLI = AuditEntry(Act.ORGANISATION_ADDED, Actor.COMMAND_LINE)
AROUND_CAMERA = ((-0.22, 51.47), (-0.20, 51.47), (-0.20, 51.49), (-0.22, 51.49), (-0.22, 51.47))
ELSEWHERE = ((0.0, 51.47), (0.1, 51.47), (0.1, 51.49), (0.0, 51.49), (0.0, 51.47))
JUST_THE_CAMERA = tuple(
    (lon, lat)
    for lon, lat in (
        (-0.21001, 51.47999),
        (-0.20999, 51.47999),
        (-0.20999, 51.48001),
        (-0.21001, 51.48001),
        (-0.21001, 51.47999),
    )
)


def police(site: Site) -> str:
    made = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
    return made.organisation_id


def council(site: Site) -> str:
    """The organisation that the agents and sources are of."""
    operator = site.world.accounts.find("operator")
    assert operator is not None
    return operator.organisation_id


def page_of(
    site: Site, name: str, role: Role = Role.OFFICER, organisation_id: str | None = None
) -> Any:
    """The live link of a new person's page."""
    owner_id = organisation_id or council(site)
    site.world.accounts.add(name, name.title(), role, PASSWORD, organisation_id=owner_id)
    browser = site.browser()
    assert browser.sign_in(name, PASSWORD).status_code == 200
    assert browser.post("/api/session/purpose", {"purpose": "public_safety"}).status_code == 200
    client = browser.live()
    assert client.is_connected("/live")
    return client


def set_area(site: Site, name: str, ring: Sequence[tuple[float, float]] | None) -> None:
    user = site.world.accounts.find(name)
    assert user is not None
    site.world.users.update(replace(user, area=None if ring is None else Area((tuple(ring),))))


def share(site: Site, to_id: str, *covers: Shareable) -> str:
    """An agreement by which the council gives."""
    officer = Role.DATA_PROTECTION_OFFICER
    site.world.accounts.add("dpo", "D", officer, PASSWORD, organisation_id=council(site))
    who = replace(site.world.enter("dpo").principal, second_factor=True)
    now = site.world.clock.now()
    new = NewAgreement(
        "Town centre",
        to_id,
        LegalRegime.DPA_2018_PART_3,
        frozenset(covers),
        now,
        now + timedelta(days=1),
    )
    return site.world.sharing.make(who, new).agreement_id


def end(site: Site, agreement_id: str) -> None:
    who = replace(site.world.enter("dpo").principal, second_factor=True)
    site.world.sharing.end(who, agreement_id)


def snapshot_of(page: Any) -> Snapshot:
    [one] = events(page, "snapshot")
    return msgspec.convert(one, Snapshot)


def batches_of(page: Any) -> list[Batch]:
    return [msgspec.convert(one, Batch) for one in events(page, "batch")]


def told_anything(batches: list[Batch]) -> bool:
    return any(
        b.sources or b.figures or b.removed_sources or b.agents or b.tracks or b.alerts
        for b in batches
    )


def raise_alert(site: Site) -> None:
    site.world.inbox.raise_own(
        kind="disk_full", severity=Severity.WARNING, text="The disk is full.", remedy="Make room."
    )
    site.world.inbox.drain()


def test_nothing_of_another_organisation_reaches_a_page(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    phone, _ = site.world.sources.add_whip("Phone", 51.48, -0.21, None)
    page = page_of(site, "sergeant", organisation_id=police(site))
    own = page_of(site, "warden")
    turn(site)
    told = snapshot_of(page)
    assert (told.sources, told.agents, told.tracks, told.alerts) == ([], [], [], [])
    assert {s.source_id for s in snapshot_of(own).sources} == {source_id, phone.source_id}
    seen(site, node, source_id, session_id)
    site.world.report(node, live(source_id, session_id))
    raise_alert(site)
    turn(site, 2.1)
    site.world.report(node, live(source_id, session_id))  # its figures are due
    turn(site, 2.1)
    site.world.sources.remove(phone.source_id, lambda _agent: False)
    turn(site, 0.3)
    others, owns = batches_of(page), batches_of(own)
    assert len(others) == 3
    assert not told_anything(others)
    assert owns[0].tracks
    assert owns[0].alerts
    assert owns[1].figures
    assert owns[2].removed_sources == [phone.source_id]


def test_frames_of_another_organisation_are_refused(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = page_of(site, "sergeant", organisation_id=police(site))
    wanted = {"source_id": source_id, "viewer_session_id": new_id()}
    assert page.emit("watch", wanted, namespace="/live", callback=True)["ok"] is False
    seen(site, node, source_id, session_id)
    turn(site)
    assert events(page, "frames") == []


def test_an_agreement_opens_the_map_and_its_end_closes_it_within_seconds(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    other = police(site)
    page = page_of(site, "sergeant", organisation_id=other)
    turn(site)
    assert snapshot_of(page).sources == []
    agreement_id = share(site, other, Shareable.MAP)
    turn(site, 2.1)
    turn(site)
    told = snapshot_of(page)
    assert [s.source_id for s in told.sources] == [source_id]
    assert told.agents == []  # how they run is not shared
    assert len(list(site.world.audit.read(act=Act.DISCLOSED))) == 2  # for both controllers
    seen(site, node, source_id, session_id)
    turn(site, 0.3)
    assert any(batch.tracks for batch in batches_of(page))
    end(site, agreement_id)
    turn(site, 2.1)
    turn(site)
    assert snapshot_of(page).sources == []
    seen(site, node, source_id, session_id, 2)
    site.world.sources.remove(source_id, lambda _agent: False)
    turn(site, 0.3)
    assert not told_anything(batches_of(page))


def test_what_cannot_be_recorded_is_not_shown(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    streaming(site)
    other = police(site)
    share(site, other, Shareable.MAP)

    def refuse(*_arguments: object) -> None:
        raise Unavailable("The audit log cannot be written.")

    monkeypatch.setattr(site.world.sharing, "disclose", refuse)
    page = page_of(site, "sergeant", organisation_id=other)
    turn(site)
    assert snapshot_of(page).sources == []
    monkeypatch.undo()
    turn(site, 2.1)
    turn(site)
    assert len(snapshot_of(page).sources) == 1


def test_an_area_holds_for_sources_tracks_and_removals(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = page_of(site, "warden")
    turn(site)
    assert len(snapshot_of(page).sources) == 1
    set_area(site, "warden", ELSEWHERE)
    turn(site, 2.1)
    turn(site)
    told = snapshot_of(page)
    assert (told.sources, told.agents) == ([], [])
    seen(site, node, source_id, session_id)
    turn(site, 0.3)
    assert not told_anything(batches_of(page))
    set_area(site, "warden", AROUND_CAMERA)
    turn(site, 2.1)
    turn(site)
    assert len(snapshot_of(page).sources) == 1
    seen(site, node, source_id, session_id, 2)
    turn(site, 0.3)
    assert any(group.places for batch in batches_of(page) for group in batch.tracks)


def test_a_track_outside_the_area_is_not_shown_though_its_camera_is_inside(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = page_of(site, "warden")
    set_area(site, "warden", JUST_THE_CAMERA)
    turn(site)
    snapshot_of(page)
    turn(site, 2.1)
    turn(site)
    assert len(snapshot_of(page).sources) == 1
    seen(site, node, source_id, session_id)
    turn(site, 0.3)
    groups = [group for batch in batches_of(page) for group in batch.tracks]
    assert groups
    assert all(group.places == [] for group in groups)


def test_alerts_and_what_is_wrong_go_to_the_roles_that_may_see_them(site: Site) -> None:
    full = Finding("The disk is full.", "Make room.", failed=True)
    site.world.system.add("disk", "Disk", lambda: full)
    site.world.system.look()
    raise_alert(site)
    pages = {
        role: page_of(site, role.value, role)
        for role in (Role.OFFICER, Role.AUDITOR)  # alerts, but not the system; the other way round
    }
    turn(site)
    officer = snapshot_of(pages[Role.OFFICER])
    auditor = snapshot_of(pages[Role.AUDITOR])
    assert [alert.kind for alert in officer.alerts] == ["disk_full"]
    assert auditor.alerts == []
    assert officer.system.status == auditor.system.status == "degraded"
    assert officer.system.problems == []
    assert "disk" in [trouble.name for trouble in auditor.system.problems]
    raise_alert(site)
    turn(site, 0.3)
    assert batches_of(pages[Role.OFFICER])[-1].alerts
    assert batches_of(pages[Role.AUDITOR])[-1].alerts == []


def test_a_role_that_may_not_watch_any_more_gets_no_more_boxes(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = page_of(site, "warden")
    wanted = {"source_id": source_id, "viewer_session_id": new_id()}
    assert page.emit("watch", wanted, namespace="/live", callback=True) == {"ok": True}
    seen(site, node, source_id, session_id)
    turn(site)
    assert len(events(page, "frames")) == 1
    user = site.world.accounts.find("warden")
    assert user is not None
    site.world.users.update(replace(user, role=Role.AUDITOR))
    turn(site, 2.1)
    seen(site, node, source_id, session_id, 2)
    turn(site)
    assert events(page, "frames") == []


def test_pages_of_one_scope_share_one_batch(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    node, source_id, session_id = streaming(site)
    pages = [page_of(site, f"warden{n}") for n in range(4)]
    pages.append(page_of(site, "sergeant", organisation_id=police(site)))
    turn(site)
    built = []
    batch = LivePicture.batch

    def counted(*arguments: Any) -> Batch:
        built.append(1)
        return batch(*arguments)

    monkeypatch.setattr(LivePicture, "batch", counted)
    seen(site, node, source_id, session_id)
    turn(site, 0.3)
    assert len(built) == 2
    assert all(len(events(page, "batch")) == 1 for page in pages)


def test_shared_alerts_are_told_by_number_and_read_with_a_record(site: Site) -> None:
    other = police(site)
    share(site, other, Shareable.ALERTS)
    page = page_of(site, "sergeant", Role.DISPATCHER, organisation_id=other)
    stranger = page_of(site, "auditor", Role.AUDITOR, organisation_id=other)
    raise_alert(site)
    turn(site)
    assert snapshot_of(page).alerts == []
    batches_of(page)
    raise_alert(site)
    turn(site, 0.3)
    [told] = batches_of(page)
    assert (told.alerts, told.shared_alerts) == ([], 1)
    assert [batch.shared_alerts for batch in batches_of(stranger)] == [0]
    assert list(site.world.audit.read(act=Act.DISCLOSED)) == []
    browser = site.browser()
    assert browser.sign_in("sergeant", PASSWORD).status_code == 200
    alerts = browser.http.get("/api/alerts").get_json()
    assert {alert["shared_by"] for alert in alerts} == {"Hammersmith & Fulham (demonstration)"}
    assert len(list(site.world.audit.read(act=Act.DISCLOSED))) == 4  # two alerts, two controllers
    path = f"/api/alerts/{alerts[0]['alert_id']}/decision"
    assert browser.post(path, {"state": "resolved"}).status_code == 404
