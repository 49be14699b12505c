"""Passkeys over HTTP, with a device made of code that really signs."""

from __future__ import annotations

from typing import Any

import pytest

from ground_station.core.audit import Act
from ground_station.core.authority import Role
from tests.api.site import Browser, Site, problem
from tests.api.software_key import SoftwareKey, b64, unb64
from tests.services.world import PASSWORD


def begin(person: Browser) -> dict[str, Any]:
    answer = person.post("/api/account/passkeys/begin", {"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.get_json()["options"]
    return options


def added(person: Browser, key: SoftwareKey) -> str:
    """Add the key to somebody's account; its passkey id."""
    made = {"name": "My key", "credential": key.create(begin(person))}
    answer = person.post("/api/account/passkeys", made)
    assert answer.status_code == 201, answer.text
    passkey_id: str = answer.get_json()["passkey_id"]
    return passkey_id


def ask(browser: Browser) -> dict[str, Any]:
    browser.session()
    answer = browser.post("/api/sign-in/passkey/begin")
    assert answer.status_code == 200, answer.text
    options: dict[str, Any] = answer.get_json()["options"]
    return options


def enter(browser: Browser, credential: dict[str, Any]) -> Any:
    answer = browser.post("/api/sign-in/passkey", {"credential": credential})
    if answer.status_code == 200:
        browser.csrf = answer.get_json()["csrf_token"]
    return answer


@pytest.fixture
def key(site: Site) -> SoftwareKey:
    """A passkey of the operator's."""
    made = SoftwareKey()
    added(site.signed_in(), made)
    return made


def test_a_passkey_signs_in_without_name_or_password(site: Site, key: SoftwareKey) -> None:
    browser = site.browser()
    options = ask(browser)
    assert options["rpId"] == "localhost"
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    session = enter(browser, key.get(options)).get_json()
    assert session["username"] == "operator"
    assert session["has_second_factor"]
    assert not session["second_factor_needed"]
    assert browser.http.get("/api/system").status_code == 200  # a supervisor's, so it counted
    [passkey] = browser.http.get("/api/account").get_json()["passkeys"]
    assert passkey["name"] == "My key"
    assert passkey["used_at"] is not None
    record = site.world.audit.read(limit=1, act=Act.SIGNED_IN)[0]
    assert record.entry.details["how"] == "passkey"


def test_a_first_passkey_lets_its_own_sign_in_go_on(site: Site) -> None:
    person = site.signed_in(Role.ADMIN, second_factor=False)
    assert person.session()["second_factor_needed"]
    added(person, SoftwareKey())
    assert not person.session()["second_factor_needed"]
    assert person.http.get("/api/people").status_code == 200


def test_a_challenge_is_good_once(site: Site, key: SoftwareKey) -> None:
    browser = site.browser()
    credential = key.get(ask(browser))
    browser_two = site.browser()
    browser_two.session()
    problem(enter(browser_two, credential), 401)  # not the browser it was made for
    assert enter(browser, credential).status_code == 200
    again = site.browser()
    again.http.set_cookie("kestrel_visit", "")
    problem(enter(again, credential), 403)


def test_the_same_answer_twice_is_refused(site: Site, key: SoftwareKey) -> None:
    browser = site.browser()
    options = ask(browser)
    wrong = key.get(options, signature=b64(b"wrong"))
    problem(enter(browser, wrong), 401)
    found = problem(enter(browser, key.get(options)), 401)
    assert found["detail"] == "This answer was used already."


def test_a_challenge_runs_out(site: Site, key: SoftwareKey) -> None:
    browser = site.browser()
    credential = key.get(ask(browser))
    site.world.clock.advance(121)
    problem(enter(browser, credential), 401)


def test_a_counter_that_goes_back_is_refused_and_recorded(site: Site, key: SoftwareKey) -> None:
    browser = site.browser()
    key.count = 7
    assert enter(browser, key.get(ask(browser))).status_code == 200
    key.count = 3  # a copy that was used less
    problem(enter(site_browser := site.browser(), key.get(ask(site_browser))), 401)
    record = site.world.audit.read(limit=1, act=Act.SIGN_IN_REFUSED)[0]
    assert record.entry.details["why"] == "passkey counter went back"
    key.count = 7  # the same count again is a copy too
    key.count -= 1
    problem(enter(site_browser := site.browser(), key.get(ask(site_browser))), 401)


def test_a_device_that_never_counts_is_taken(site: Site, key: SoftwareKey) -> None:
    for _ in range(2):
        key.count = -1
        browser = site.browser()
        assert enter(browser, key.get(ask(browser))).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://evil.example"},
        {"origin": "https://localhost"},
        {"rp_id": "evil.example"},
        {"verifies_user": False},
        {"user_handle": b64(b"somebody else")},
    ],
)
def test_what_is_not_exactly_right_is_refused(
    site: Site, key: SoftwareKey, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(key, name, value)
    browser = site.browser()
    problem(enter(browser, key.get(ask(browser))), 401, "not_signed_in")
    assert not browser.session()["signed_in"]


def test_another_key_and_another_s_signature_are_refused(site: Site, key: SoftwareKey) -> None:
    stranger = SoftwareKey(user_handle=key.user_handle)
    browser = site.browser()
    problem(enter(browser, stranger.get(ask(browser))), 401)
    stranger.credential_id = key.credential_id
    problem(enter(browser, stranger.get(ask(browser))), 401)


def test_adding_checks_its_challenge_and_its_answer(site: Site) -> None:
    one, two = site.signed_in(), site.signed_in()
    key = SoftwareKey()
    problem(one.post("/api/account/passkeys/begin", {"password": "wrong password"}), 401)
    credential = key.create(begin(one))
    problem(two.post("/api/account/passkeys", {"name": "K", "credential": credential}), 401)
    unverified = SoftwareKey(verifies_user=False).create(begin(one))
    problem(one.post("/api/account/passkeys", {"name": "K", "credential": unverified}), 400)
    other_site = SoftwareKey(origin="http://evil.example").create(begin(one))
    problem(one.post("/api/account/passkeys", {"name": "K", "credential": other_site}), 400)
    made = {"name": "K", "credential": credential}
    assert one.post("/api/account/passkeys", made).status_code == 201
    assert len(one.http.get("/api/account").get_json()["passkeys"]) == 1


def test_one_key_is_not_added_twice(site: Site, key: SoftwareKey) -> None:
    browser = site.browser()
    assert enter(browser, key.get(ask(browser))).status_code == 200
    options = begin(browser)
    assert options["excludeCredentials"][0]["id"] == b64(key.credential_id)
    again = {"name": "Again", "credential": key.create(options)}
    problem(browser.post("/api/account/passkeys", again), 409)


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"response": None},
        {"response": {"clientDataJSON": 5}},
        {"response": {"clientDataJSON": "!!!"}},
        {"response": {"clientDataJSON": b64(b"[]")}},
        {"response": {"clientDataJSON": b64(b'{"challenge": 5}')}},
        {"response": {"clientDataJSON": b64(b'{"challenge": "AAAA"}')}},
        {"response": {"clientDataJSON": b64(b"[" * 3000)}},
    ],
)
def test_nonsense_is_refused_without_a_fault(site: Site, credential: dict[str, Any]) -> None:
    browser = site.browser()
    browser.session()
    assert enter(browser, credential).status_code in (400, 401)
    person = site.signed_in()
    made = {"name": "K", "credential": credential}
    assert person.post("/api/account/passkeys", made).status_code in (400, 401)


@pytest.mark.parametrize("field", ["attestationObject", "clientDataJSON"])
def test_a_damaged_answer_is_refused_without_a_fault(site: Site, field: str) -> None:
    person = site.signed_in()
    for cut in (0, 1, 30, 60, 100):
        credential = SoftwareKey().create(begin(person))
        raw = unb64(credential["response"][field])
        credential["response"][field] = b64(raw[:cut])
        answer = person.post("/api/account/passkeys", {"name": "K", "credential": credential})
        assert answer.status_code in (400, 401), (cut, answer.text)


def test_no_passkey_at_a_bare_address_or_without_https(site: Site) -> None:
    browser = site.browser()
    browser.session()
    headers = {"X-CSRF-Token": browser.csrf}
    cookies = browser.http.get_cookie("kestrel_visit")
    assert cookies is not None
    browser.http.set_cookie("kestrel_visit", cookies.value, domain="127.0.0.1")
    answer = browser.http.post(
        "/api/sign-in/passkey/begin", headers=headers, base_url="http://127.0.0.1"
    )
    assert "IP address" in problem(answer, 422)["detail"]


def test_a_disabled_account_is_not_opened(site: Site, key: SoftwareKey) -> None:
    site.world.accounts.disable("operator")
    browser = site.browser()
    problem(enter(browser, key.get(ask(browser))), 401)


def test_the_last_factor_of_a_role_that_needs_one_stays(site: Site) -> None:
    person = site.signed_in()
    first, second = added(person, SoftwareKey()), added(person, SoftwareKey())
    body = {"password": PASSWORD}
    problem(person.delete(f"/api/account/passkeys/{first}", {"password": "wrong one!"}), 401)
    assert person.delete(f"/api/account/passkeys/{first}", body).status_code == 200
    found = problem(person.delete(f"/api/account/passkeys/{second}", body), 409, "conflict")
    assert "last second factor" in found["detail"]
    problem(person.delete(f"/api/account/passkeys/{first}", body), 404)


@pytest.mark.parametrize("field", ["authenticatorData", "signature", "userHandle"])
def test_a_damaged_sign_in_is_refused_without_a_fault(
    site: Site, key: SoftwareKey, field: str
) -> None:
    for cut in (0, 1, 20, 36):
        browser = site.browser()
        credential = key.get(ask(browser))
        raw = unb64(credential["response"][field])
        credential["response"][field] = b64(raw[:cut] + b"\xff")
        problem(enter(browser, credential), 401, "not_signed_in")
    browser = site.browser()
    credential = key.get(ask(browser))
    credential["response"][field] = None
    problem(enter(browser, credential), 401, "not_signed_in")


def test_the_first_passkey_ends_the_other_sign_ins(site: Site) -> None:
    """They were made with the password alone, which may be somebody else's who knows it."""
    owner, other = site.signed_in(second_factor=False), site.signed_in(second_factor=False)
    options = begin(other)  # under way when the owner's is kept
    added(owner, SoftwareKey())
    late = {"name": "Mine", "credential": SoftwareKey().create(options)}
    problem(other.post("/api/account/passkeys", late), 401)
    assert owner.http.get("/api/people").status_code == 200  # a supervisor, with a factor now
    assert len(owner.http.get("/api/account").get_json()["passkeys"]) == 1
