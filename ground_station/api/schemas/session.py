"""Problems, signing in, and the session."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire


class Problem(Wire, frozen=True, kw_only=True):
    """RFC 9457 problem details, media type application/problem+json, for every HTTP error."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str
    reference: str  # an id to quote; the log has the same


class SignInRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/sign-in`. `code` is of the authenticator app or a recovery code; without one an
    account that has a second factor answers 401 with code `code_needed`."""

    username: str
    password: str
    code: str | None = None


class PurposeRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/session/purpose`: what this sign-in looks at personal data for, from now on."""

    purpose: str
    note: str = ""


class OrganisationView(Wire, frozen=True, kw_only=True):
    organisation_id: str
    name: str
    kind: Literal["council", "police", "other"]


class Session(Wire, frozen=True, kw_only=True):
    """`GET /api/session`, and the answer to everything that changes it."""

    signed_in: bool
    user_id: str | None
    username: str | None
    display_name: str | None
    role: str | None
    organisation: OrganisationView | None
    permissions: list[str]  # what the role allows; the page disables the rest and says why
    second_factor_needed: bool  # the role needs one and this sign-in was made without it
    has_second_factor: bool  # the account has one set up
    must_change_password: bool  # nothing but the account works before; see NewPassword
    purpose: str | None
    purpose_note: str
    csrf_token: str  # send as X-CSRF-Token with every request that changes something
    expires_at: datetime | None
    software: str
    demo: bool  # the station runs with demonstration footage
