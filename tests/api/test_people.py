"""The accounts of an organisation: who may change whom, and what ends with it."""

from __future__ import annotations

from typing import Any

import pytest

from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.errors import Conflict, NotFound
from tests.api.site import Browser, Site, problem
from tests.services.world import ANSWER, OFFER, PASSWORD, live

RING = [[-0.25, 51.47], [-0.20, 51.47], [-0.20, 51.50], [-0.25, 51.50]]


@pytest.fixture
def admin(site: Site) -> Browser:
    return site.signed_in(Role.ADMIN)


def person(browser: Browser, username: str) -> dict[str, Any]:
    people = browser.http.get("/api/people").get_json()
    found: dict[str, Any] = next(one for one in people if one["username"] == username)
    return found


def change(browser: Browser, one: dict[str, Any], **changes: Any) -> Any:
    kept = {key: one[key] for key in ("display_name", "role", "area")}
    body = kept | {"disabled": one["disabled_at"] is not None} | changes
    return browser.send("PUT", f"/api/people/{one['user_id']}", body)


def test_somebody_new_signs_in_with_the_password_shown_once(site: Site, admin: Browser) -> None:
    body = {"username": " Ada ", "display_name": "Ada  Lovelace", "role": "officer"}
    answer = admin.post("/api/people", body | {"area": [RING]})
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["person"]["username"] == "ada"
    assert made["person"]["display_name"] == "Ada Lovelace"
    assert made["person"]["area"] == [RING]
    assert person(admin, "ada") == made["person"]
    ada = site.browser()
    assert ada.sign_in("ada", made["password"]).get_json()["must_change_password"]
    assert person(admin, "ada")["signed_in"] == 1
    assert made["password"] not in admin.http.get("/api/people").text
    problem(admin.post("/api/people", body), 409)
    record = site.world.audit.read(limit=1, act=Act.USER_ADDED)[0]
    assert record.entry.subject_id == made["person"]["user_id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": ""},
        {"username": "a b"},
        {"username": "ａdmin"},
        {"username": "x" * 65},
        {"display_name": " "},
        {"display_name": "a\u202eb"},
        {"role": "king"},
        {"area": []},
        {"area": [RING[:2]]},
        {"area": [[[0, 91], [1, 1], [2, 2]]]},
        {"area": [[[1], [2], [3]]]},
    ],
)
def test_what_cannot_be_is_refused(admin: Browser, wrong: dict[str, Any]) -> None:
    body = {"username": "ada", "display_name": "Ada", "role": "officer"} | wrong
    problem(admin.post("/api/people", body), 400)


def test_a_changed_role_or_area_ends_the_sign_ins_a_name_does_not(
    site: Site, admin: Browser
) -> None:
    operator = site.signed_in()
    assert change(admin, person(admin, "operator"), display_name="New Name").status_code == 200
    assert operator.session()["display_name"] == "New Name"
    assert change(admin, person(admin, "operator"), area=[RING]).status_code == 200
    assert not operator.session()["signed_in"]
    operator = site.signed_in()
    assert change(admin, person(admin, "operator"), role="officer").status_code == 200
    assert not operator.session()["signed_in"]
    record = site.world.audit.read(limit=1, act=Act.USER_CHANGED)[0]
    assert record.entry.details["role"] == {"from": "supervisor", "to": "officer"}


def test_nothing_changed_is_not_recorded(site: Site, admin: Browser) -> None:
    assert change(admin, person(admin, "operator")).status_code == 200
    assert site.world.audit.read(limit=1, act=Act.USER_CHANGED) == []


def test_nobody_changes_their_own_role_or_locks_themselves_out(admin: Browser) -> None:
    me = person(admin, "admin")
    problem(change(admin, me, role="supervisor"), 403, "not_allowed")
    problem(change(admin, me, disabled=True), 403, "not_allowed")
    problem(change(admin, me, area=[RING]), 403, "not_allowed")
    problem(admin.post(f"/api/people/{me['user_id']}/reset"), 403, "not_allowed")
    assert change(admin, me, display_name="Still Admin").status_code == 200


def test_a_disabled_person_is_out_at_once_and_can_come_back(site: Site, admin: Browser) -> None:
    operator = site.signed_in()
    assert change(admin, person(admin, "operator"), disabled=True).status_code == 200
    assert not operator.session()["signed_in"]
    problem(site.browser().sign_in("operator", PASSWORD), 401, "not_signed_in")
    assert person(admin, "operator")["disabled_at"] is not None
    assert change(admin, person(admin, "operator"), disabled=False).status_code == 200
    assert site.signed_in().session()["signed_in"]


def test_the_last_admin_stays(site: Site, admin: Browser) -> None:
    """Two admins who disable each other at the same moment: the second is refused."""
    site.world.accounts.add("second", "Second", Role.ADMIN, PASSWORD)
    first = site.world.sign_in.identify_hash(site.world.enter("admin").session_hash)
    second = site.world.enter("second")
    assert first is not None
    people = site.world.identities.people

    def disable(by: Any, user_id: str) -> None:
        people.change(
            by.principal, user_id, display_name="X", role="admin", area=None, disabled=True
        )

    disable(first, second.user.user_id)
    with pytest.raises(Conflict, match="Nobody would be left"):
        disable(second, first.user.user_id)  # as it was when it was asked
    found = site.world.accounts.find("admin")
    assert found is not None
    assert found.disabled_at is None
    with pytest.raises(Conflict, match="last admin"):
        site.world.accounts.disable("admin")


def test_reset_lets_somebody_locked_out_begin_afresh(site: Site, admin: Browser) -> None:
    operator = site.signed_in()
    one = person(admin, "operator")
    answer = admin.post(f"/api/people/{one['user_id']}/reset")
    assert answer.status_code == 200
    assert not operator.session()["signed_in"]
    problem(site.browser().sign_in("operator", PASSWORD), 401)
    session = site.browser().sign_in("operator", answer.get_json()["password"]).get_json()
    assert session["must_change_password"]
    assert not session["has_second_factor"]


def watching(site: Site, browser: Browser) -> tuple[Any, str, str]:
    """A page with its socket open and a picture on it: the socket, the node, the session."""
    node = site.world.node()
    _, _, source_id = site.world.camera()
    opened = site.world.media.publish(source_id, "token of camera", OFFER)
    site.world.report(node, live(source_id, opened.session_id))
    token = browser.post(f"/api/sources/{source_id}/viewer-token").get_json()["token"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
    answer = browser.http.post(f"/whep/{source_id}", data=OFFER, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.text == ANSWER
    return browser.live(), source_id, answer.headers["Location"].rsplit("/", 1)[1]


def test_revoking_a_device_ends_its_page_and_pictures_at_once(site: Site, admin: Browser) -> None:
    operator = site.signed_in()
    page, source_id, session_id = watching(site, operator)
    unused = operator.post(f"/api/sources/{source_id}/viewer-token").get_json()["token"]
    assert page.is_connected("/live")
    assert site.world.media.sessions.find(session_id) is not None
    one = person(admin, "operator")
    [device] = admin.http.get(f"/api/people/{one['user_id']}/sign-ins").get_json()
    path = f"/api/people/{one['user_id']}/sign-ins/{device['sign_in_id']}"
    assert admin.delete(path).status_code == 204
    assert site.world.media.sessions.find(session_id) is None
    assert not operator.session()["signed_in"]
    headers = {"Authorization": f"Bearer {unused}", "Content-Type": "application/sdp"}
    problem(operator.http.post(f"/whep/{source_id}", data=OFFER, headers=headers), 401)
    problem(operator.post(f"/api/sources/{source_id}/viewer-token"), 401)
    problem(admin.delete(path), 404)
    record = site.world.audit.read(limit=1, act=Act.SIGN_IN_REVOKED)[0]
    assert record.entry.subject_id == one["user_id"]


def test_revoking_hangs_up_on_the_socket(site: Site, admin: Browser) -> None:
    operator = site.signed_in()
    operator.live()
    hung_up: list[str] = []
    site.world.sign_in.on_ended(hung_up.append)
    one = person(admin, "operator")
    assert change(admin, one, disabled=True).status_code == 200
    assert len(hung_up) == 1
    assert site.api.pusher._clients.all() == []


def test_pictures_end_when_the_purpose_has_lapsed(site: Site) -> None:
    site.world.accounts.add("cctv", "CCTV", Role.CCTV_OPERATOR, PASSWORD)
    browser = site.browser()
    browser.sign_in("cctv", PASSWORD)
    assert browser.post("/api/session/purpose", {"purpose": "fly_tipping"}).status_code == 200
    _, _, session_id = watching(site, browser)
    site.world.clock.advance(8 * 3600 - 10)
    site.world.media.check_sign_ins()
    assert site.world.media.sessions.find(session_id) is not None
    site.world.clock.advance(20)
    site.world.media.check_sign_ins()
    assert site.world.media.sessions.find(session_id) is None
    assert browser.session()["purpose"] is None
    assert browser.session()["signed_in"]


def test_a_purpose_is_one_of_ours_and_recorded(site: Site) -> None:
    person = site.signed_in()
    problem(person.post("/api/session/purpose", {"purpose": "curiosity"}), 400)
    problem(person.post("/api/session/purpose", {"purpose": "training", "note": "x" * 201}), 400)
    said = {"purpose": "fly_tipping", "note": "Case  12/26"}
    session = person.post("/api/session/purpose", said).get_json()
    assert (session["purpose"], session["purpose_note"]) == ("fly_tipping", "Case 12/26")
    assert person.session() == session
    record = site.world.audit.read(limit=1, act=Act.PURPOSE_SET)[0]
    assert (record.entry.purpose, record.entry.details["note"]) == ("fly_tipping", "Case 12/26")


def test_each_watch_is_recorded_with_its_purpose(site: Site) -> None:
    browser = site.signed_in()
    _, source_id, _ = watching(site, browser)
    record = site.world.audit.read(limit=1, act=Act.VIDEO_WATCHED)[0]
    assert (record.entry.subject_id, record.entry.purpose) == (source_id, "public_safety")


def test_a_role_with_a_second_factor_is_signed_out_when_idle(site: Site) -> None:
    supervisor, officer = site.signed_in(), site.signed_in(Role.OFFICER)
    for _ in range(3):
        site.world.clock.advance(3600)
        assert supervisor.session()["signed_in"]
    site.world.clock.advance(2 * 3600)
    assert not supervisor.session()["signed_in"]
    assert officer.session()["signed_in"]


def test_when_somebody_was_seen_is_kept_once_a_minute(site: Site, admin: Browser) -> None:
    operator = site.signed_in()
    before = person(admin, "operator")["seen_at"]
    site.world.clock.advance(59)
    operator.session()
    assert person(admin, "operator")["seen_at"] == before
    site.world.clock.advance(2)
    operator.session()
    assert person(admin, "operator")["seen_at"] > before


def test_an_act_that_cannot_be_recorded_is_not_done(
    site: Site, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ground_station.core.errors import Unavailable

    def full(*_: Any, **__: Any) -> Any:
        raise Unavailable("The disk is full.")

    operator = person(admin, "operator")
    monkeypatch.setattr(type(site.world.audit), "together", full)
    problem(change(admin, operator, disabled=True), 503)
    problem(admin.post("/api/session/purpose", {"purpose": "training"}), 503)
    monkeypatch.undo()
    assert person(admin, "operator")["disabled_at"] is None


def test_the_command_line_accounts(site: Site) -> None:
    accounts = site.world.accounts
    with pytest.raises(NotFound):
        accounts.disable("nobody")
    operator = site.signed_in()
    accounts.disable("operator")
    assert not operator.session()["signed_in"]
    with pytest.raises(Conflict):
        accounts.disable("operator")
    accounts.enable("operator")
    password = accounts.reset_factors("operator")
    assert site.browser().sign_in("operator", password).get_json()["must_change_password"]
