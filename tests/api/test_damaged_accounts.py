"""One account that cannot be read: it gets nothing, and nobody else loses anything."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from ground_station.core.authority import NOWHERE, Role
from ground_station.core.errors import IntegrityError
from ground_station.services.identity import Identity
from tests.api.site import Browser, Site, problem
from tests.services.world import OFFER, World


def damage(world: World, column: str, username: str = "cctv_operator") -> None:
    with world.database.write() as session:
        session.execute(
            text(f"UPDATE users SET {column} = 'damaged' WHERE username = :name"),
            {"name": username},
        )


def watching(world: World, *people: Identity) -> None:
    world.node()
    source, token = world.sources.add_whip("Gate", 51.5, -0.2, None)
    world.media.publish(source.source_id, token, OFFER)
    for who in people:
        viewer_token, _ = world.media.viewer_token(source.source_id, who.session_hash)
        world.media.view(source.source_id, viewer_token, OFFER)


def viewers(world: World) -> set[str | None]:
    return {session.sign_in_hash for session in world.media.sessions.viewers()}


@pytest.fixture
def two(site: Site) -> tuple[Identity, Identity]:
    """Two who watch; the first one's account gets damaged."""
    for role in (Role.CCTV_OPERATOR, Role.OFFICER):
        site.world.accounts.add(role.value, role.value, role, "correct horse battery")
    found = site.world.enter("cctv_operator"), site.world.enter("officer")
    watching(site.world, *found)
    return found


@pytest.mark.parametrize("order", [1, -1])
def test_pictures_of_others_still_end(
    site: Site, two: tuple[Identity, Identity], monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    damage(site.world, "role")
    site.world.sign_ins.remove(two[1].session_hash)  # as another process does
    hashes = [who.session_hash for who in two][::order]
    monkeypatch.setattr(site.world.media.sessions, "sign_ins", lambda: hashes)
    site.world.media.check_sign_ins()
    assert viewers(site.world) == set()


def test_pages_of_others_are_still_hung_up_on(site: Site, two: tuple[Identity, Identity]) -> None:
    browsers = [site.signed_in(Role.CCTV_OPERATOR), site.signed_in(Role.OFFICER)]
    for browser in browsers:
        browser.live()
    assert len(site.api.pusher._clients.all()) == 2
    damage(site.world, "role")
    site.world.accounts.disable("officer")
    site.world.clock.advance(10)
    for _ in range(20):
        site.api.pusher._check_sign_ins(site.world.clock.monotonic_s())
    assert site.api.pusher._clients.all() == []


def test_a_damaged_area_is_nowhere(site: Site, two: tuple[Identity, Identity]) -> None:
    world, who = site.world, two[0]
    damage(world, "area")
    now = world.sign_in.identify_hash(who.session_hash)
    assert now is not None
    assert now.principal.scope.area == NOWHERE
    assert not now.principal.scope.holds(now.user.organisation_id, 51.5, -0.2)
    assert not now.principal.scope.holds(now.user.organisation_id, None, None)


def people(browser: Browser) -> dict[str, dict[str, Any]]:
    answer = browser.http.get("/api/people")
    assert answer.status_code == 200, answer.text
    return {one["username"]: one for one in answer.get_json()}


def test_an_admin_sees_it_and_can_disable_or_repair_it(
    site: Site, two: tuple[Identity, Identity]
) -> None:
    admin = site.signed_in(Role.ADMIN)
    damage(site.world, "area")
    found = people(admin)["cctv_operator"]
    assert found["area"] == []
    path = f"/api/people/{found['user_id']}"
    body = {"display_name": "X", "role": "cctv_operator", "area": [], "disabled": True}
    assert admin.send("PUT", path, body).status_code == 200
    with site.world.database.read() as session:  # what is damaged is not overwritten
        kept = session.scalar(text("SELECT area FROM users WHERE username = 'cctv_operator'"))
    assert kept == "damaged"
    body |= {"disabled": False, "area": None}
    assert admin.send("PUT", path, body).status_code == 200
    assert people(admin)["cctv_operator"]["area"] is None
    problem(admin.send("PUT", path, body | {"area": []}), 400)  # that is said of damage only


@pytest.mark.parametrize("column", ["area", "role"])
def test_the_machine_can_disable_others_and_the_page_shows_them(
    site: Site, two: tuple[Identity, Identity], column: str
) -> None:
    admin = site.signed_in(Role.ADMIN)
    damage(site.world, column)
    site.world.accounts.disable("officer")
    assert people(admin)["officer"]["disabled_at"] is not None
    if column == "area":
        site.world.accounts.disable("cctv_operator")
    else:
        with pytest.raises(IntegrityError, match="stored role of cctv_operator"):
            site.world.accounts.disable("cctv_operator")


def test_a_damaged_purpose_is_none(site: Site, two: tuple[Identity, Identity]) -> None:
    with site.world.database.write() as session:
        session.execute(text("UPDATE sign_in_sessions SET purpose = 'damaged'"))
    now = site.world.sign_in.identify_hash(two[0].session_hash)
    assert now is not None
    assert now.principal.purpose is None
