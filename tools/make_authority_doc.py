"""Writes docs/authority.md from the roles' permissions and what routes and events declare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import flask

from ground_station.api.auth import Access, access_of, permission_of
from ground_station.api.factory import register_routes
from ground_station.api.live import LiveEvents
from ground_station.core.authority import (
    NEEDS_PURPOSE,
    NEEDS_SECOND_FACTOR,
    ROLE_PERMISSIONS,
    Permission,
    Purpose,
    Role,
    words,
)

TARGET = Path(__file__).resolve().parents[1] / "docs" / "authority.md"
EVENTS = ("connect", "disconnect", "watch", "unwatch", "clock")
HEAD = """# Who may do what

Made by `make authority` from `core/authority.py` and what routes and socket events declare;
do not edit it here. `tests/api/test_authority_walk.py` tries each row with each role against a
table of its own, and fails for a route or event that is in neither.

## The rules

- **Refused by default.** A route or event for signed-in people that names no permission stops the
  station's start, except one's own account and session.
- **Role, organisation, area, purpose.** A permission comes with the role and holds in the person's
  own organisation and area. What belongs to another organisation is seen only under an agreement in
  force, and each look is a recorded disclosure. What shows people needs a purpose on the sign-in,
  which goes into the audit log with every look.
- **What is outside is not there.** A source, person or alert of another organisation or outside the
  area answers 404, as if it did not exist.
- **Written down first.** An act that cannot be written into the audit log is refused (503).
- **Whoever makes accounts does not watch.** An admin sees no video; that takes another account.

## Signing in

{signing_in}
Purposes: {purposes}.

The first start makes two accounts: `operator` (CCTV operator) and `admin` (admin, who sets up a
second factor before anything else works). On the machine: `run.py users add|list|password|disable|
enable|reset-factors`.

## Roles

"""


SIGNING_IN = (
    (
        "password",
        "10 to 256 characters, kept as argon2id; one made by somebody else must be changed first",
    ),
    (
        "authenticator app",
        "TOTP, 30 s, one step on either side, each step once; its secret is sealed with "
        "AES-256-GCM under a key derived (HKDF) from `station.key`",
    ),
    ("recovery codes", "ten, 95 bits, kept by hash, each once"),
    (
        "passkey",
        "WebAuthn, discoverable, the device verifies the person; counts as second factor; at a "
        "name over HTTPS, or on `localhost`; a counter that goes back is refused and recorded",
    ),
    (
        "guessing",
        "5 free tries of a name from an address, 30 of an address, 30 of a name and 5 codes of an "
        "account from wherever; then waits that double, up to 5 minutes (10 s for an address, and "
        "for a name from wherever). IPv6 addresses count by their /64",
    ),
    ("second factor", "{second_factor}: without one only the own account works"),
    (
        "a sign-in ends",
        "after `station.session_hours`; idle for 2 h for the roles above; at sign-out; when its "
        "role, area or password changes, or its account's first second factor is set up in another "
        "one; when it is revoked. Its page, pictures and unused "
        "tokens end at once",
    ),
    ("a purpose lapses", "after 8 h, and pictures opened with it within 5 s"),
    (
        "locked out",
        "an admin's reset, or on the machine: `python3 run.py users reset-factors NAME`",
    ),
)


def _signing_in() -> str:
    needs = ", ".join(words(role) for role in Role if role in NEEDS_SECOND_FACTOR)
    rows = "".join(f"| {what} | {how.format(second_factor=needs)} |\n" for what, how in SIGNING_IN)
    return f"| what | how |\n|---|---|\n{rows}"


def _roles() -> Iterator[str]:
    yield "| role | may |\n|---|---|\n"
    for role in Role:
        names = ", ".join(words(p) for p in Permission if p in ROLE_PERMISSIONS[role])
        yield f"| {words(role)} | {names} |\n"


def _routes() -> Iterator[str]:
    app = flask.Flask("kestrel", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    register_routes(app)
    yield "\n## Addresses\n\n| address | method | who |\n|---|---|---|\n"
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.rule, str(one.methods))):
        function = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD"}):
            yield f"| `{rule.rule}` | {method} | {_who(function)} |\n"


def _events() -> Iterator[str]:
    yield "\n## Socket events of `/live`\n\n| event | who |\n|---|---|\n"
    for event in EVENTS:
        yield f"| `{event}` | {_who(getattr(LiveEvents, event))} |\n"


def _who(function: object) -> str:
    permission = permission_of(function)
    if permission is not None:
        purpose = ", with a purpose" if permission in NEEDS_PURPOSE else ""
        return f"{words(permission)}{purpose}"
    kind = access_of(function)
    return {
        Access.PUBLIC: "anybody",
        Access.METRICS: "this machine, or the metrics token",
        Access.VISITOR: "anybody, with this visit's CSRF token",
        Access.SIGNED_IN: "oneself, when signed in",
        Access.AGENT: "an agent's token",
        Access.PUBLISHER: "the source's publish token, or its agent's",
        Access.VIEWER: "a viewer token",
        None: "nobody",
    }[kind]


def document() -> str:
    head = HEAD.format(
        signing_in=_signing_in(),
        purposes=", ".join(words(purpose) for purpose in Purpose),
    )
    return head + "".join(_roles()) + "".join(_routes()) + "".join(_events())


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
