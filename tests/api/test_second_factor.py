"""Authenticator apps and recovery codes, over HTTP: one request, one use, slow guessing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyotp
import pytest

from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.errors import KestrelError, Unavailable
from tests.api.site import Browser, Site, problem
from tests.services.world import PASSWORD

BODY = {"password": PASSWORD}


def code(site: Site, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(site.world.clock.now(), counter_offset=steps)


def set_up(site: Site, person: Browser) -> tuple[str, list[str]]:
    """Set an authenticator app up; its secret, and the recovery codes."""
    answer = person.post("/api/account/authenticator", BODY)
    assert answer.status_code == 200, answer.text
    offer = answer.get_json()
    confirmed = person.post(
        "/api/account/authenticator/confirm", {"code": code(site, offer["secret"])}
    )
    assert confirmed.status_code == 200, confirmed.text
    site.world.clock.advance(60)  # its code is used up
    return offer["secret"], confirmed.get_json()["codes"]


def sign_in(site: Site, **more: Any) -> tuple[Browser, Any]:
    browser = site.browser()
    browser.session()
    body = {"username": "operator", "password": PASSWORD} | more
    answer = browser.post("/api/sign-in", body)
    if answer.status_code == 200:
        browser.csrf = answer.get_json()["csrf_token"]
    return browser, answer


def test_from_first_sign_in_to_the_app_s_codes(site: Site) -> None:
    person = site.signed_in(Role.ADMIN, second_factor=False)
    problem(person.http.get("/api/people"), 403, "second_factor_needed")
    offer = person.post("/api/account/authenticator", BODY).get_json()
    assert offer["uri"].startswith("otpauth://totp/Kestrel:admin?secret=")
    assert offer["qr_svg"].startswith("<svg")
    assert not person.session()["has_second_factor"]  # not before its first code
    problem(person.post("/api/account/authenticator/confirm", {"code": "000000"}), 400)
    good = {"code": code(site, offer["secret"])}
    codes = person.post("/api/account/authenticator/confirm", good).get_json()["codes"]
    assert len(set(codes)) == 10
    assert not person.session()["second_factor_needed"]
    assert person.http.get("/api/people").status_code == 200
    problem(person.post("/api/account/authenticator", BODY), 409)


def test_code_needed_is_said_only_after_the_right_password(site: Site) -> None:
    set_up(site, site.signed_in())
    problem(sign_in(site)[1], 401, "code_needed")
    problem(sign_in(site, code="")[1], 401, "code_needed")
    problem(sign_in(site, password="wrong password")[1], 401, "not_signed_in")
    problem(sign_in(site, username="nobody")[1], 401, "not_signed_in")
    problem(sign_in(site, code="12345")[1], 401, "not_signed_in")


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_signs_in_once_and_one_step_around(site: Site, steps: int) -> None:
    secret, _ = set_up(site, site.signed_in())
    right = code(site, secret, steps)
    browser, answer = sign_in(site, code=f"{right[:3]} {right[3:]}")
    assert answer.status_code == 200, answer.text
    assert browser.http.get("/api/system").status_code == 200  # a supervisor's, so it counted
    found = problem(sign_in(site, code=right)[1], 401, "not_signed_in")
    assert "used already" in found["detail"]


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_time_is_refused(site: Site, steps: int) -> None:
    secret, _ = set_up(site, site.signed_in())
    site.world.clock.advance(60)
    problem(sign_in(site, code=code(site, secret, steps))[1], 401, "not_signed_in")


def test_no_older_code_after_a_newer_one(site: Site) -> None:
    secret, _ = set_up(site, site.signed_in())
    assert sign_in(site, code=code(site, secret, 1))[1].status_code == 200
    problem(sign_in(site, code=code(site, secret, 0))[1], 401)
    problem(sign_in(site, code=code(site, secret, -1))[1], 401)


def test_a_recovery_code_works_once(site: Site) -> None:
    _, codes = set_up(site, site.signed_in())
    browser, answer = sign_in(site, code=codes[3].upper().replace("-", " "))
    assert answer.status_code == 200, answer.text
    assert browser.http.get("/api/account").get_json()["recovery_codes_left"] == 9
    problem(sign_in(site, code=codes[3])[1], 401)
    assert site.world.audit.read(limit=5, act=Act.RECOVERY_USED)
    new = browser.post("/api/account/recovery-codes", BODY).get_json()["codes"]
    problem(sign_in(site, code=codes[4])[1], 401)  # the former ones are void
    assert sign_in(site, code=new[0])[1].status_code == 200


def test_guessing_codes_is_slow_from_wherever(site: Site) -> None:
    """The throttle of an account's codes: other addresses and code-less tries do not reset it."""
    secret, _ = set_up(site, site.signed_in())
    world = site.world
    for number in range(5):
        with pytest.raises(Exception, match="wrong or was used"):
            world.sign_in.sign_in("operator", PASSWORD, f"10.0.0.{number}", code="000000")
    with pytest.raises(Exception, match="Too many failed tries"):
        world.sign_in.sign_in("operator", PASSWORD, "10.0.9.9", code=code(site, secret))
    world.clock.advance(60)
    world.sign_in.sign_in("operator", PASSWORD, "10.0.9.9", code=code(site, secret))


def test_asking_without_a_code_does_not_help_a_guesser(site: Site) -> None:
    set_up(site, site.signed_in())
    seen = [sign_in(site)[1].status_code for _ in range(7)]
    assert seen[:5] == [401] * 5
    assert 429 in seen


def test_changing_factors_needs_the_password_again(site: Site) -> None:
    person = site.signed_in()
    set_up(site, person)
    wrong = {"password": "not the password"}
    problem(person.delete("/api/account/authenticator", wrong), 401)
    problem(person.post("/api/account/recovery-codes", wrong), 401)
    problem(person.delete("/api/account/authenticator", BODY), 409)  # a supervisor's only one
    officer = site.signed_in(Role.OFFICER)
    set_up(site, officer)
    account = officer.delete("/api/account/authenticator", BODY).get_json()
    assert not account["authenticator"]
    assert account["recovery_codes_left"] == 0
    problem(officer.post("/api/account/recovery-codes", BODY), 409)
    assert site.signed_in(Role.OFFICER).session()["signed_in"]  # the password is enough again


def test_guessing_the_password_on_an_unlocked_screen_is_slow(site: Site) -> None:
    person = site.signed_in()
    wrong = {"password": "not the password"}
    answers = [person.post("/api/account/authenticator", wrong).status_code for _ in range(7)]
    assert answers[:5] == [401] * 5
    assert 429 in answers


def test_secrets_are_kept_sealed_or_hashed(site: Site) -> None:
    secret, codes = set_up(site, site.signed_in())
    with site.world.database.engine.connect() as connection:
        kept = str(connection.exec_driver_sql("SELECT * FROM authenticators").fetchall())
        kept += str(connection.exec_driver_sql("SELECT * FROM recovery_codes").fetchall())
        kept += str(connection.exec_driver_sql("SELECT * FROM audit_records").fetchall())
    assert secret not in kept
    assert all(one not in kept and one.replace("-", "") not in kept for one in codes)


def test_another_password_ends_the_other_sign_ins(site: Site) -> None:
    one, two = site.signed_in(), site.signed_in()
    page = two.live()
    assert page.is_connected("/live")
    change = {"old_password": PASSWORD, "new_password": "quite another one"}
    problem(one.post("/api/account/password", change | {"new_password": "short"}), 400)
    problem(one.post("/api/account/password", change | {"new_password": PASSWORD}), 409)
    problem(one.post("/api/account/password", change | {"old_password": "wrong"}), 401)
    assert one.post("/api/account/password", change).status_code == 204
    assert one.session()["signed_in"]
    assert not two.session()["signed_in"]
    assert site.world.audit.read(limit=1, act=Act.PASSWORD_CHANGED)


def test_one_s_devices_are_listed_and_can_be_signed_out(site: Site) -> None:
    one, two = site.signed_in(), site.browser()
    two.session()
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    answer = two.http.post(
        "/api/sign-in",
        json={"username": "operator", "password": PASSWORD},
        headers={"X-CSRF-Token": two.csrf, "User-Agent": firefox},
    )
    assert answer.status_code == 200
    listed = one.http.get("/api/account").get_json()["sign_ins"]
    [other] = [s for s in listed if not s["this_one"]]
    assert other["device"] == "Firefox on Linux"
    assert one.delete(f"/api/account/sign-ins/{other['sign_in_id']}").status_code == 204
    assert not two.session()["signed_in"]
    problem(one.delete(f"/api/account/sign-ins/{other['sign_in_id']}"), 404)


def test_another_station_key_says_what_to_do(site: Site) -> None:
    from ground_station.services.sealing import Sealer

    secret, _ = set_up(site, site.signed_in())
    site.world.identities.factors._sealer = Sealer("another key" * 4, "second factors")
    found = problem(sign_in(site, code=code(site, secret))[1], 500, "integrity")
    assert "reset-factors" in found["remedy"]


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_in_many_requests_at_once_signs_in_once(site: Site, kind: str) -> None:
    secret, codes = set_up(site, site.signed_in())
    given = code(site, secret) if kind == "app" else codes[0]
    world = site.world

    def attempt(number: int) -> bool:
        try:
            world.sign_in.sign_in("operator", PASSWORD, f"10.0.0.{number}", code=given)
        except KestrelError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_an_offered_app_is_written_down_or_not_offered(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each offer replaces the one before, which somebody may be about to confirm."""
    person = site.signed_in()
    first = person.post("/api/account/authenticator", BODY).get_json()["secret"]
    [begun] = site.world.audit.read(act=Act.FACTOR_BEGUN)
    assert begun.entry.details == {"which": "authenticator app"}
    assert first not in repr(begun)

    def refuse(_session: object, *_entries: object) -> None:
        raise Unavailable("The audit log cannot be written.")

    with monkeypatch.context() as patch:
        patch.setattr(site.world.audit, "append_in", refuse)
        problem(person.post("/api/account/authenticator", BODY), 503)
    good = {"code": code(site, first)}  # it was not replaced
    assert person.post("/api/account/authenticator/confirm", good).status_code == 200
