"""What the administrative screens of the pretended station show, and who signs in to it."""

from __future__ import annotations

from typing import Any

import flask
from fake_scene import DEMO, iso

from ground_station.core.authority import (
    NEEDS_SECOND_FACTOR,
    ROLE_PERMISSIONS,
    Role,
    words,
)

OURS = {"organisation_id": "o1", "name": "Hammersmith & Fulham Council", "kind": "council"}
POLICE = {"organisation_id": "o2", "name": "Metropolitan Police Service", "kind": "police"}
# The username says the role; `coded` has an authenticator (any six digits), `fresh` has to set one
# up, `newcomer` has to choose a password.
ROLES = {
    "operator": Role.CCTV_OPERATOR,
    "coded": Role.CCTV_OPERATOR,
    "newcomer": Role.CCTV_OPERATOR,
    "fresh": Role.ADMIN,
    "dpo": Role.DATA_PROTECTION_OFFICER,
}
# POST /dev/<office act> changes it: empty | full, broken | mended.
office = {"empty": False, "broken": False}


def session_of(user: dict[str, Any] | None) -> dict[str, Any]:
    """As `GET /api/session` answers."""
    role = None if user is None else role_of(user["username"])
    return {
        "signed_in": user is not None,
        "user_id": None if user is None else "p1",
        "username": None if user is None else user["username"],
        "display_name": None if user is None else f"Sam {user['username'].title()}",
        "role": role,
        "organisation": None if user is None else OURS,
        "permissions": [] if role is None else sorted(ROLE_PERMISSIONS[role]),
        "second_factor_needed": user is not None and not user["factor"],
        "has_second_factor": user is not None and user["factor"],
        "must_change_password": user is not None and user["must_change"],
        "purpose": None if user is None else user["purpose"],
        "purpose_note": "" if user is None else user["note"],
        "csrf_token": "x",
        "expires_at": None if user is None else iso(-12 * 3600),
        "software": "Kestrel 0.1.0 (fake)",
        "demo": True,
    }


def role_of(username: str) -> Role:
    if username in ROLES:
        return ROLES[username]
    return Role(username) if username in list(Role) else Role.OFFICER


def new_user(username: str) -> dict[str, Any]:
    return {
        "username": username,
        "factor": username != "fresh",
        "must_change": username == "newcomer",
        "purpose": None,
        "note": "",
    }


def person(at: int, name: str, role: str, **more: Any) -> dict[str, Any]:
    return {
        "user_id": f"p{at}",
        "username": name.lower().replace(" ", "."),
        "display_name": name,
        "role": role,
        "organisation_id": "o1",
        "area": None,
        "authenticator": False,
        "passkeys": 0,
        "disabled_at": None,
        "created_at": iso(40 * 86400),
        "signed_in": 0,
        "seen_at": iso(3 * 3600 * at),
    } | more


SQUARE = [
    [[-0.24, 51.48], [-0.21, 51.48], [-0.20, 51.51], [-0.235, 51.515], [-0.24, 51.48]],
]
PEOPLE = [
    person(1, "Asha Okafor", "admin", authenticator=True, signed_in=1, seen_at=iso(4)),
    person(2, "Ben Hughes", "cctv_operator", signed_in=2, seen_at=iso(60), area=SQUARE),
    person(3, "Carys Morgan", "supervisor", passkeys=1),
    person(4, "Dev Patel", "supervisor", seen_at=None),
    person(5, "Ellen Doyle", "officer", disabled_at=iso(86400)),
    person(6, "Farah Aziz", "data_protection_officer", authenticator=True, passkeys=2),
]


def sign_in_view(at: int, this: bool = False) -> dict[str, Any]:
    return {
        "sign_in_id": f"d{at}",
        "device": ["Firefox on Windows", "Chrome on Android"][at % 2],
        "address": f"10.4.0.{20 + at}",
        "signed_in_at": iso(7200 * at),
        "seen_at": iso(5 * at),
        "expires_at": iso(-36000),
        "second_factor": at % 2 == 0,
        "this_one": this,
    }


ACCOUNT = {
    "username": "asha.okafor",
    "authenticator": True,
    "passkeys": [
        {"passkey_id": "k1", "name": "Desk 2", "added_at": iso(9 * 86400), "used_at": iso(7200)}
    ],
    "recovery_codes_left": 8,
    "sign_ins": [sign_in_view(0, True), sign_in_view(1)],
}


def agent(at: int, name: str, kind: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "agent_id": f"a{at}",
        "name": name,
        "kind": kind,
        "state": state,
        "since": iso(3600 * at),
        "problem": "",
        "address": f"10.4.1.{at}",
        "software": "Kestrel 0.1.0",
        "enrolled_at": iso(20 * 86400),
        "token_issued_at": iso(6 * 86400),
        "clock_offset_ms": 3.2 * at,
        "round_trip_ms": 8.0,
        "messages_waiting": 0,
        "messages_dropped": 0,
        "sources": 1,
    } | more


AWAY = {
    "problem": "Its connection ended: the network cannot be reached.",
    "messages_waiting": 41,
    "clock_offset_ms": None,
    "round_trip_ms": None,
}
UNSEEN = {
    "address": "",
    "software": "",
    "enrolled_at": None,
    "token_issued_at": None,
    "clock_offset_ms": None,
    "round_trip_ms": None,
    "messages_waiting": None,
    "messages_dropped": None,
    "sources": 0,
}
OFFICE_AGENTS = [
    agent(1, "Vision node 1", "node", "connected", sources=4),
    agent(2, "Demonstration camera agent", "camera", "connected"),
    agent(3, "King Street recorder", "camera", "away", **AWAY),
    agent(4, "Ravenscourt Park", "camera", "invited", **UNSEEN),
]


def alert(at: int, severity: str, text: str, state: str, **more: Any) -> dict[str, Any]:
    decided = state != "new"
    return {
        "alert_id": f"w{at}",
        "kind": "camera_without_picture",
        "severity": severity,
        "text": text,
        "remedy": "Look at the camera and its network; it comes back by itself.",
        "source_id": None,
        "vehicle_id": None,
        "agent_id": "a3",
        "lat": None,
        "lon": None,
        "raised_at": iso(300 * at),
        "received_at": iso(300 * at - 1),
        "state": state,
        "decided_at": iso(60) if decided else None,
        "decided_by": "Ben Hughes" if decided else None,
        "reason": "Power cut, Thames Water on site" if state == "resolved" else "",
        "shared_by": None,
    } | more


ALERTS = [
    alert(
        1, "warning", "No picture from Shepherd’s Bush Green, east", "new", lat=51.5043, lon=-0.2208
    ),
    alert(2, "caution", "The clock of King Street recorder is 2.4 s ahead", "new"),
    alert(3, "information", "Vision node 1 was updated", "acknowledged"),
    alert(9, "warning", "No picture from the demonstration camera", "resolved", source_id=DEMO),
]


def drone_alert(warning: bool) -> dict[str, Any]:
    """A new alert about the drone, kept with the others."""
    text = "Kestrel 1 is inside" if warning else "Kestrel 1 nears"
    made = alert(
        0,
        "warning" if warning else "caution",
        f"{text} London Heliport flight restriction zone",
        "new",
        alert_id=f"d{len(ALERTS)}",
        kind="zone_inside" if warning else "zone_nearing",
        vehicle_id="01990000-0000-7000-8000-0000000000d1",
        lat=51.4938,
        lon=-0.2262,
        received_at=iso(),
        remedy="Hold position, or turn away. Ask London Heliport air traffic control.",
    )
    ALERTS.insert(0, made)
    return made


def process(name: str, title: str, state: str = "running", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "state": state,
        "pid": 4100,
        "since": iso(7200),
        "restarts": 0,
        "last_error": "",
        "seen_at": iso(1),
        "cpu_percent": 12.4,
        "memory_bytes": 231_000_000,
    } | more


def part(name: str, title: str, status: str = "ok", problem: str = "", remedy: str = "") -> Any:
    since = iso(7200)
    return dict(name=name, title=title, status=status, problem=problem, remedy=remedy, since=since)


SYSTEM = {
    "status": "degraded",
    "software": "Kestrel 0.1.0",
    "started_at": iso(7200),
    "processes": [
        process("station", "Station"),
        process("node", "Vision node 1", cpu_percent=88.0, memory_bytes=910_000_000),
        process(
            "camera",
            "Demonstration camera",
            "restarting",
            restarts=2,
            last_error="The footage could not be read (exit 3).",
        ),
    ],
    "parts": [
        part("database", "Database"),
        part("audit", "Audit log"),
        part(
            "certificate",
            "Certificate",
            "degraded",
            "The certificate ends in 9 days.",
            "Renew it: python3 run.py certs renew.",
        ),
    ],
    "disk_free_bytes": 81_300_000_000,
    "disk_total_bytes": 128_000_000_000,
    "pages": 3,
    "agents_connected": 2,
}


def record(seq: int, act: str, name: str, subject: str, purpose: str = "") -> dict[str, Any]:
    return {
        "seq": seq,
        "recorded_at": iso((400 - seq) * 31),
        "act": act,
        "actor": "user",
        "actor_id": "p2",
        "actor_name": name,
        "organisation_id": "o1",
        "subject_kind": "source",
        "subject_id": "s1",
        "subject_name": subject,
        "purpose": purpose,
        "details": {"address": "10.4.0.21", "view": "live"},
        "hash": f"{seq:04x}" * 16,
    }


def audit_page(before: int | None) -> dict[str, Any]:
    top = min(399, (before or 400) - 1)
    acts = [
        ("video_watched", "Ben Hughes", "Demonstration camera", "public_safety"),
        ("signed_in", "Ben Hughes", "", ""),
        ("user_changed", "Asha Okafor", "Dev Patel", ""),
    ]
    records = [record(seq, *acts[seq % 3]) for seq in range(top, max(top - 25, 0), -1)]
    return {
        "records": [] if office["empty"] else records,
        "next_before": top - 24 if top > 25 else None,
        "signed_up_to": 380,
        "verified_up_to": 397,
        "verified_at": iso(120),
        "problem": "",
    }


AGREEMENT = {
    "agreement_id": "g1",
    "name": "Football season 2026",
    "from_id": "o1",
    "to_id": "o2",
    "legal_regime": "dpa_2018_part_3",
    "covers": ["map", "video"],
    "starts_at": iso(60 * 86400),
    "ends_at": iso(-120 * 86400),
    "ended_at": None,
    "in_force": True,
}
DISCLOSURE = {
    "disclosure_id": "x1",
    "agreement_name": "Football season 2026",
    "from_id": "o1",
    "to_id": "o2",
    "what": "video",
    "subject_name": "King Street, Town Hall",
    "user_name": "PC Jo Lane",
    "purpose": "public_safety",
    "disclosed_at": iso(5400),
}
RETENTION = [
    {
        "kind": "audit_records",
        "what": "Audit records",
        "purpose": "To show who looked at what, and why",
        "days": 2555,
        "until": "seven years after they were written",
    },
    {
        "kind": "alerts",
        "what": "Alerts and their decisions",
        "purpose": "To answer for what was decided",
        "days": 90,
        "until": "after they were decided",
    },
    {
        "kind": "accounts",
        "what": "Accounts",
        "purpose": "To sign in",
        "days": None,
        "until": "the person works here",
    },
]


def serve_office(app: flask.Flask) -> None:
    """Every administrative endpoint; what is changed is forgotten when the fake ends."""
    lists: dict[str, Any] = {
        "people": PEOPLE,
        "agents": OFFICE_AGENTS,
        "alerts": ALERTS,
        "organisations": [OURS, POLICE],
        "agreements": [AGREEMENT],
        "disclosures": [DISCLOSURE],
        "retention": RETENTION,
    }
    for name, rows in lists.items():
        answer = lambda rows=rows: flask.jsonify([] if office["empty"] else rows)  # noqa: E731
        app.add_url_rule(f"/api/{name}", f"list_{name}", answer)

    @app.get("/api/roles")
    def roles() -> flask.Response:
        return flask.jsonify(
            [
                {
                    "role": role,
                    "words": words(role),
                    "permissions": sorted(ROLE_PERMISSIONS[role]),
                    "needs_second_factor": role in NEEDS_SECOND_FACTOR,
                }
                for role in Role
            ]
        )

    @app.get("/api/account")
    def account() -> flask.Response:
        return flask.jsonify(ACCOUNT)

    @app.get("/api/system")
    def system() -> flask.Response:
        return flask.jsonify(SYSTEM)

    @app.get("/api/audit")
    def audit() -> flask.Response:
        return flask.jsonify(audit_page(flask.request.args.get("before", type=int)))

    @app.get("/api/people/<_user>/sign-ins")
    def devices(_user: str) -> flask.Response:
        return flask.jsonify([] if office["empty"] else [sign_in_view(1), sign_in_view(2)])

    @app.post("/api/people")
    @app.post("/api/people/<_user>/reset")
    def made(_user: str = "") -> tuple[flask.Response, int]:
        return flask.jsonify({"person": PEOPLE[1], "password": "made up, opens nothing"}), 201

    @app.post("/api/agents")
    def invite() -> tuple[flask.Response, int]:
        return flask.jsonify(
            {"agent_id": "a9", "code": "KXQ7-made-up", "expires_at": iso(-3600)}
        ), 201

    @app.post("/api/alerts/<alert_id>/decision")
    def decide(alert_id: str) -> flask.Response:
        found = next(one for one in ALERTS if one["alert_id"] == alert_id)
        body = flask.request.json or {}
        found.update(body, decided_at=iso(), decided_by="Sam")
        return flask.jsonify(found)
