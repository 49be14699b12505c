"""Signing in over HTTP: cookies, CSRF before there is a session, throttling."""

from __future__ import annotations

from tests.api.site import Site, problem
from tests.services.world import PASSWORD


def test_from_stranger_to_signed_in_and_out_again(site: Site) -> None:
    browser = site.browser()
    stranger = browser.session()
    known = {"csrf_token": browser.csrf, "software": "Kestrel test"}
    assert {key: value for key, value in stranger.items() if value} == known
    answer = browser.sign_in("operator", PASSWORD)
    session = answer.get_json()
    assert (session["username"], session["display_name"]) == ("operator", "Operator")
    assert (session["role"], session["expires_at"]) == ("supervisor", "2026-01-01T12:00:00Z")
    assert "watch_video" in session["permissions"]
    assert session["second_factor_needed"]
    assert not session["has_second_factor"]
    assert session["organisation"]["name"] == "Hammersmith & Fulham (demonstration)"
    assert browser.session() == session
    assert browser.post("/api/sign-out").status_code == 204
    assert not browser.session()["signed_in"]
    problem(browser.post("/api/sources", {"name": "Phone"}), 401)


def test_cookies_are_kept_from_scripts_and_other_sites(site: Site) -> None:
    browser = site.browser()
    visit = browser.http.get("/api/session").headers["Set-Cookie"]
    answer = browser.sign_in("operator", PASSWORD)
    cookies = [visit, *answer.headers.getlist("Set-Cookie")]
    assert len(cookies) == 3  # the visit, the session, the visit's end
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie  # the test speaks http, where a Secure cookie would be lost
    assert "Max-Age=43200" in cookies[1]


def test_cookies_are_secure_over_https(site: Site) -> None:
    answer = site.browser().http.get("/api/session", base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_the_session_id_is_only_in_the_cookie(site: Site) -> None:
    browser = site.signed_in()
    cookie = browser.http.get_cookie("kestrel_session")
    assert cookie is not None
    assert cookie.value not in browser.http.get("/api/session").text
    with site.world.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM sign_in_sessions").fetchall()
    assert len(rows) == 1
    assert cookie.value not in str(rows)


def test_signing_in_needs_a_visit_and_its_token(site: Site) -> None:
    body = {"username": "operator", "password": PASSWORD}
    browser = site.browser()
    problem(browser.post("/api/sign-in", body), 403)
    browser.session()
    token, browser.csrf = browser.csrf, "wrong"
    problem(browser.post("/api/sign-in", body), 403)
    browser.http.set_cookie("kestrel_visit", "forged")
    browser.csrf = token
    problem(browser.post("/api/sign-in", body), 403)


def test_one_browsers_token_does_not_work_in_another(site: Site) -> None:
    one, two = site.browser(), site.browser()
    one.session()
    two.session()
    assert one.csrf != two.csrf
    two.csrf = one.csrf
    problem(two.post("/api/sign-in", {"username": "operator", "password": PASSWORD}), 403)


def test_a_visit_keeps_its_token(site: Site) -> None:
    browser = site.browser()
    assert browser.session()["csrf_token"] == browser.session()["csrf_token"]


def test_a_wrong_password(site: Site) -> None:
    found = problem(site.browser().sign_in("operator", "wrong"), 401, "not_signed_in")
    assert found["detail"] == "The name or the password is wrong."
    assert problem(site.browser().sign_in("nobody", "wrong"), 401)["detail"] == found["detail"]


def test_guessing_is_throttled_with_a_time(site: Site) -> None:
    browser = site.browser()
    for _ in range(5):
        problem(browser.sign_in("operator", "wrong"), 401)
    answer = browser.sign_in("operator", PASSWORD)
    problem(answer, 429, "throttled")
    assert int(answer.headers["Retry-After"]) >= 1
    site.world.clock.advance(2)
    assert browser.sign_in("operator", PASSWORD).status_code == 200


def test_signing_in_again_ends_the_former_session(site: Site) -> None:
    browser = site.signed_in()
    former = browser.http.get_cookie("kestrel_session")
    assert former is not None
    assert browser.sign_in("operator", PASSWORD).status_code == 200
    assert site.world.sign_in.identify(former.value) is None
    now = browser.http.get_cookie("kestrel_session")
    assert now is not None
    assert now.value != former.value


def test_a_session_runs_out(site: Site) -> None:
    browser = site.signed_in()
    site.world.clock.advance(12 * 3600)
    problem(browser.post("/api/sources", {"name": "Phone"}), 401)
    assert not browser.session()["signed_in"]
