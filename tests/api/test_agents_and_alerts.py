"""Agents and alerts over HTTP."""

from __future__ import annotations

from typing import Any

from ground_station.core.agent_durable import AlertRaised, Durable
from ground_station.core.agent_protocol import (
    AgentKind,
    Heartbeat,
)
from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.entities import Severity
from ground_station.core.ids import new_id
from tests.api.site import Browser, Site, problem


def admin(site: Site) -> Browser:
    return site.signed_in(Role.ADMIN)


def listed(browser: Browser) -> dict[str, dict[str, Any]]:
    answer = browser.http.get("/api/agents")
    assert answer.status_code == 200, answer.text
    return {agent["name"]: agent for agent in answer.get_json()}


def invite(browser: Browser, name: str = "Gate") -> dict[str, Any]:
    answer = browser.post("/api/agents", {"name": name, "kind": "camera"})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def test_an_agent_from_invitation_to_removal(site: Site) -> None:
    browser = admin(site)
    invited = invite(browser)
    assert listed(browser)["Gate"]["state"] == "invited"
    stranger = site.browser()
    answer = stranger.post("/api/agents/enrol", {"code": invited["code"].lower()})
    assert answer.status_code == 201, answer.text
    enrolled = answer.get_json()
    assert (enrolled["agent_id"], enrolled["name"], enrolled["kind"]) == (
        invited["agent_id"],
        "Gate",
        "camera",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert listed(browser)["Gate"]["state"] == "away"
    problem(stranger.post("/api/agents/enrol", {"code": invited["code"]}), 401, "not_signed_in")

    identity = site.world.authenticator.agent_for_token(enrolled["token"])
    assert identity is not None
    channel = site.world.connect(identity)
    beat = Heartbeat(
        site.world.clock.now(),
        figures={"outbox_waiting": 3.0, "messages_dropped": 0.0},
        clock_offset_ms=7_200_000.0,
        round_trip_ms=4.0,
    )
    site.world.agents.agent_message(identity.agent_id, channel, beat)
    agent = listed(browser)["Gate"]
    assert agent["state"] == "connected"
    assert agent["problem"] == "Its clock is 2 h ahead; set it by NTP."
    assert (agent["messages_waiting"], agent["round_trip_ms"]) == (3, 4.0)
    assert agent["address"] == "127.0.0.1"
    assert "token" not in str(agent).replace("token_issued_at", "")

    path = f"/api/agents/{invited['agent_id']}"
    assert browser.post(f"{path}/rotate").status_code == 204
    assert browser.post(f"{path}/revoke").status_code == 204
    site.world.warden.look()
    assert channel.closed
    assert listed(browser)["Gate"]["state"] == "revoked"
    assert browser.delete(path).status_code == 204
    assert listed(browser) == {}
    problem(browser.delete(path), 404, "not_found")


def test_who_may(site: Site) -> None:
    operator = site.signed_in(Role.CCTV_OPERATOR)
    problem(operator.http.get("/api/agents"), 403)
    problem(operator.post("/api/agents", {"name": "x", "kind": "camera"}), 403)
    auditor = site.signed_in(Role.AUDITOR)
    assert auditor.http.get("/api/agents").status_code == 200
    problem(auditor.post("/api/agents", {"name": "x", "kind": "camera"}), 403)
    problem(admin(site).http.get("/api/alerts"), 403)
    problem(site.browser().http.get("/api/agents"), 401)


def test_guessing_codes_is_slowed_down(site: Site) -> None:
    stranger = site.browser()
    statuses = [
        stranger.post("/api/agents/enrol", {"code": f"{n:020}"}).status_code for n in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2


def test_bad_requests(site: Site) -> None:
    browser = admin(site)
    problem(browser.post("/api/agents", {"name": "", "kind": "camera"}), 400)
    problem(browser.post("/api/agents", {"name": "x", "kind": "toaster"}), 400)
    problem(browser.post("/api/agents/enrol", {"code": 5}), 400)
    problem(browser.post("/api/agents/no-id/revoke"), 404)
    invite(browser)
    problem(browser.post(f"/api/agents/{new_id()}/rotate"), 404)


def raised(site: Site) -> str:
    identity = site.world.identity("camera", AgentKind.CAMERA)
    channel = site.world.connect(identity)
    alert = AlertRaised("fly_tipping", Severity.CAUTION, "A sofa was left.", lat=51.5, lon=-0.2)
    message = Durable(new_id(), site.world.clock.now(), alert)
    site.world.agents.agent_durable(identity.agent_id, channel, [message])
    site.world.inbox.drain()
    return message.message_id


def test_an_alert_is_seen_and_decided(site: Site) -> None:
    alert_id = raised(site)
    browser = site.signed_in(Role.CCTV_OPERATOR)
    [alert] = browser.http.get("/api/alerts").get_json()
    assert (alert["alert_id"], alert["state"], alert["decided_by"]) == (alert_id, "new", None)
    path = f"/api/alerts/{alert_id}/decision"
    answer = browser.post(path, {"state": "rejected", "reason": "A stage prop."})
    assert answer.status_code == 200, answer.text
    decided = answer.get_json()
    assert (decided["state"], decided["reason"]) == ("rejected", "A stage prop.")
    assert decided["decided_by"]
    problem(browser.post(path, {"state": "resolved"}), 409, "conflict")
    [record] = site.world.audit.read(act=Act.ALERT_DECIDED)
    assert record.entry.subject_id == alert_id


def test_bad_decisions(site: Site) -> None:
    alert_id = raised(site)
    browser = site.signed_in(Role.CCTV_OPERATOR)
    problem(browser.post(f"/api/alerts/{alert_id}/decision", {"state": "new"}), 400)
    long = {"state": "resolved", "reason": "x" * 501}
    problem(browser.post(f"/api/alerts/{alert_id}/decision", long), 400)
    problem(browser.post(f"/api/alerts/{new_id()}/decision", {"state": "resolved"}), 404)
    problem(browser.post("/api/alerts/nothing/decision", {"state": "resolved"}), 404)
    officer = site.signed_in(Role.OFFICER)  # sees alerts, decides about none
    assert len(officer.http.get("/api/alerts").get_json()) == 1
    problem(officer.post(f"/api/alerts/{alert_id}/decision", {"state": "resolved"}), 403)
