"""Who may use what, written down by hand: every endpoint and method, every socket event.

A new route or event must be added here on purpose; `test_authority_walk` tries every row with
every role. Nothing here is taken from the product's own tables.
"""

from __future__ import annotations

from ground_station.core.authority import Role

R = Role
EVERY_ROLE = frozenset(Role)
WATCHERS = frozenset(
    {
        R.PILOT,
        R.OFFICER,
        R.DISPATCHER,
        R.CCTV_OPERATOR,
        R.LFR_OPERATOR,
        R.ENFORCEMENT_OFFICER,
        R.SUPERVISOR,
    }
)
DECIDERS = WATCHERS - {R.OFFICER}
SOURCES = frozenset({R.SUPERVISOR, R.ADMIN})
ADMIN = frozenset({R.ADMIN})
PILOTS = frozenset({R.PILOT})
STOPPERS = frozenset({R.PILOT, R.SUPERVISOR})
AIRSPACE = frozenset({R.SUPERVISOR, R.ADMIN})
RECORDERS = frozenset({R.PILOT, R.SUPERVISOR})
CREW = frozenset({R.SUPERVISOR})
PAPERS = frozenset({R.PILOT, R.SUPERVISOR, R.AUDITOR, R.ADMIN})
SYSTEM = frozenset({R.SUPERVISOR, R.AUDITOR, R.ADMIN})
PEOPLE = frozenset({R.SUPERVISOR, R.DATA_PROTECTION_OFFICER, R.AUDITOR, R.ADMIN})
SHARING = PEOPLE
DPO = frozenset({R.DATA_PROTECTION_OFFICER})
AUDIT = frozenset({R.DATA_PROTECTION_OFFICER, R.AUDITOR})
WITH_SECOND_FACTOR = frozenset({R.SUPERVISOR, R.DATA_PROTECTION_OFFICER, R.ADMIN})

# Everything that anybody may see, on purpose.
PUBLIC = frozenset(
    {
        ("GET", "/"),
        ("GET", "/<name>"),
        ("GET", "/assets/<path:name>"),
        ("GET", "/api/session"),
        ("GET", "/health"),
        ("GET", "/metrics"),  # from this machine, or with the metrics token: test_metrics.py
        ("GET", "/root-certificate"),
        ("GET", "/root-certificate.pem"),
        ("OPTIONS", "/whip/<source_id>"),
        ("OPTIONS", "/whip/<source_id>/<session_id>"),
        ("POST", "/api/agents/enrol"),  # the one-time code in its body is the proof
    }
)
# Anybody, with the CSRF token of this browser's visit.
VISITOR = frozenset(
    {
        ("POST", "/api/sign-in"),
        ("POST", "/api/sign-in/passkey/begin"),
        ("POST", "/api/sign-in/passkey"),
    }
)
# One's own account: any role, also before there is a second factor.
OWN = frozenset(
    {
        ("POST", "/api/sign-out"),
        ("POST", "/api/session/purpose"),
        ("GET", "/api/account"),
        ("POST", "/api/account/authenticator"),
        ("DELETE", "/api/account/authenticator"),
        ("POST", "/api/account/authenticator/confirm"),
        ("POST", "/api/account/passkeys"),
        ("POST", "/api/account/passkeys/begin"),
        ("DELETE", "/api/account/passkeys/<passkey_id>"),
        ("POST", "/api/account/password"),
        ("POST", "/api/account/recovery-codes"),
        ("DELETE", "/api/account/sign-ins/<sign_in_id>"),
    }
)
# A Bearer token of an agent, a publisher or a viewer; never a cookie.
BEARER = frozenset(
    (method, path)
    for direction in ("whip", "whep")
    for method, path in (
        ("POST", f"/{direction}/<source_id>"),
        ("PATCH", f"/{direction}/<source_id>/<session_id>"),
        ("DELETE", f"/{direction}/<source_id>/<session_id>"),
    )
)
ROLES: dict[tuple[str, str], frozenset[Role]] = {
    ("GET", "/api/agents"): SYSTEM,
    ("POST", "/api/agents"): ADMIN,
    ("DELETE", "/api/agents/<agent_id>"): ADMIN,
    ("POST", "/api/agents/<agent_id>/revoke"): ADMIN,
    ("POST", "/api/agents/<agent_id>/rotate"): ADMIN,
    ("GET", "/api/agreements"): SHARING,
    ("POST", "/api/agreements"): DPO,
    ("POST", "/api/agreements/<agreement_id>/end"): DPO,
    ("GET", "/api/alerts"): WATCHERS,
    ("POST", "/api/alerts/<alert_id>/decision"): DECIDERS,
    ("GET", "/api/audit"): AUDIT,
    ("GET", "/api/disclosures"): SHARING,
    ("GET", "/api/openapi.json"): EVERY_ROLE,
    ("GET", "/api/organisations"): SHARING,
    ("GET", "/api/people"): PEOPLE,
    ("POST", "/api/people"): ADMIN,
    ("PUT", "/api/people/<user_id>"): ADMIN,
    ("POST", "/api/people/<user_id>/reset"): ADMIN,
    ("GET", "/api/people/<user_id>/sign-ins"): ADMIN,
    ("DELETE", "/api/people/<user_id>/sign-ins/<sign_in_id>"): ADMIN,
    ("GET", "/api/retention"): EVERY_ROLE,
    ("GET", "/api/roles"): PEOPLE,
    ("POST", "/api/sources"): SOURCES,
    ("DELETE", "/api/sources/<source_id>"): SOURCES,
    ("POST", "/api/sources/<source_id>/viewer-token"): WATCHERS,
    ("GET", "/api/system"): SYSTEM,
    ("GET", "/api/traffic"): EVERY_ROLE,
    ("GET", "/api/zones"): EVERY_ROLE,
    ("GET", "/api/airspace/datasets"): AIRSPACE,
    ("GET", "/api/airspace/datasets/<dataset_id>"): AIRSPACE,
    ("POST", "/api/airspace/datasets"): AIRSPACE,
    ("POST", "/api/airspace/datasets/<dataset_id>/date"): AIRSPACE,
    ("POST", "/api/airspace/datasets/<dataset_id>/decide"): AIRSPACE,
    ("GET", "/api/airspace/drawn"): EVERY_ROLE,
    ("POST", "/api/airspace/drawn"): AIRSPACE,
    ("DELETE", "/api/airspace/drawn/<drawn_id>"): AIRSPACE,
    ("POST", "/api/airspace/check"): EVERY_ROLE,
    ("POST", "/api/airspace/here"): EVERY_ROLE,
    ("POST", "/api/airspace/volumes"): PAPERS,
    ("POST", "/api/airspace/application-pack"): PAPERS,
    ("GET", "/api/airspace/operator"): PAPERS,
    ("PUT", "/api/airspace/operator"): AIRSPACE,
    ("GET", "/api/airspace/permissions"): PAPERS,
    ("POST", "/api/airspace/permissions"): RECORDERS,
    ("DELETE", "/api/airspace/permissions/<permission_id>"): RECORDERS,
    ("GET", "/api/airspace/requests"): PAPERS,
    ("POST", "/api/airspace/requests"): RECORDERS,
    ("POST", "/api/airspace/requests/<request_id>"): RECORDERS,
    ("POST", "/api/airspace/documents"): RECORDERS,
    ("GET", "/api/airspace/documents/<document_id>"): PAPERS,
    ("GET", "/api/vehicles"): EVERY_ROLE,
    ("POST", "/api/vehicles/<vehicle_id>/control"): PILOTS,
    ("DELETE", "/api/vehicles/<vehicle_id>/control"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/auto-hold"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/hold"): STOPPERS,
    ("POST", "/api/vehicles/<vehicle_id>/return"): STOPPERS,
    ("POST", "/api/vehicles/<vehicle_id>/land"): STOPPERS,
    ("POST", "/api/vehicles/<vehicle_id>/arm"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/disarm"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/take-off"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/go-to"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/go-to/check"): PILOTS,
    ("PUT", "/api/vehicles/<vehicle_id>/mission"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/mission/start"): PILOTS,
    ("PUT", "/api/vehicles/<vehicle_id>/geofence"): PILOTS,
    ("GET", "/api/vehicles/<vehicle_id>/facts"): EVERY_ROLE,
    ("GET", "/api/vehicles/<vehicle_id>/held"): PILOTS,
    ("GET", "/api/vehicles/<vehicle_id>/control/pilots"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/control/offer"): PILOTS,
    ("DELETE", "/api/vehicles/<vehicle_id>/control/offer"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/control/accept"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/orbit"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/speed"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/height"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/mission/pause"): STOPPERS,
    ("POST", "/api/vehicles/<vehicle_id>/mission/resume"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/mission/skip"): PILOTS,
    ("PUT", "/api/vehicles/<vehicle_id>/rally"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/point-camera"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/stop-pointing"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/gimbal"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/photo"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/video"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/zoom"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/payloads/<key>"): PILOTS,
    ("GET", "/api/vehicles/<vehicle_id>/preflight"): PAPERS,
    ("POST", "/api/vehicles/<vehicle_id>/preflight"): PILOTS,
    ("PUT", "/api/vehicles/<vehicle_id>/preflight/crew"): PILOTS,
    ("PUT", "/api/vehicles/<vehicle_id>/preflight/ticks"): PILOTS,
    ("PUT", "/api/vehicles/<vehicle_id>/preflight/weather"): PILOTS,
    ("POST", "/api/vehicles/<vehicle_id>/preflight/sign"): PILOTS,
    ("GET", "/api/flights"): PAPERS,
    ("GET", "/api/flights/<flight_id>"): PAPERS,
    ("GET", "/api/flights/<flight_id>/track"): PAPERS,
    ("GET", "/api/flights/<flight_id>/export"): PAPERS,
    ("GET", "/api/flights/<flight_id>/compare/<other_id>"): PAPERS,
    ("POST", "/api/flights/<flight_id>/occurrence"): RECORDERS,
    ("POST", "/api/flights/import"): RECORDERS,
    ("GET", "/api/crew"): PAPERS,
    ("PUT", "/api/crew"): CREW,
    ("PUT", "/api/airframes"): CREW,
    ("PUT", "/api/batteries"): CREW,
    ("POST", "/api/defects"): RECORDERS,
    ("POST", "/api/defects/<defect_id>/fixed"): CREW,
    ("GET", "/api/missions"): PAPERS,
    ("POST", "/api/missions"): PILOTS,
    ("GET", "/api/missions/<mission_id>"): PAPERS,
    ("PUT", "/api/missions/<mission_id>"): PILOTS,
    ("DELETE", "/api/missions/<mission_id>"): PILOTS,
    ("POST", "/api/missions/pattern"): PILOTS,
    ("POST", "/api/missions/estimate"): PILOTS,
    ("POST", "/api/missions/check"): PILOTS,
    ("POST", "/api/missions/follow-terrain"): PILOTS,
    ("POST", "/api/missions/import"): PILOTS,
    ("POST", "/api/missions/export"): PILOTS,
}
NEEDS_PURPOSE = frozenset({("POST", "/api/sources/<source_id>/viewer-token")})

EVENTS: dict[str, frozenset[Role]] = {
    "connect": EVERY_ROLE,
    "disconnect": EVERY_ROLE,
    "watch": WATCHERS,
    "unwatch": EVERY_ROLE,
    "clock": EVERY_ROLE,
}
EVENTS_NEED_PURPOSE = frozenset({"watch"})

EVERYTHING = PUBLIC | VISITOR | OWN | BEARER | frozenset(ROLES)
