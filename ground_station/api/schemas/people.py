"""Other people's accounts."""

from __future__ import annotations

from datetime import datetime

from ground_station.api.schemas.base import Wire


class RoleView(Wire, frozen=True, kw_only=True):
    """`GET /api/roles`."""

    role: str
    words: str
    permissions: list[str]
    needs_second_factor: bool


class PersonView(Wire, frozen=True, kw_only=True):
    """`GET /api/people`."""

    user_id: str
    username: str
    display_name: str
    role: str
    organisation_id: str
    area: list[list[list[float]]] | None  # rings of [lon, lat]; null = everywhere
    authenticator: bool
    passkeys: int
    disabled_at: datetime | None
    created_at: datetime
    signed_in: int  # devices
    seen_at: datetime | None


class AddPerson(Wire, frozen=True, kw_only=True):
    """`POST /api/people`."""

    username: str
    display_name: str
    role: str
    area: list[list[list[float]]] | None = None


class PersonAdded(Wire, frozen=True, kw_only=True):
    """`POST /api/people` and `POST /api/people/<id>/reset`: the password is shown this once."""

    person: PersonView
    password: str


class ChangePerson(Wire, frozen=True, kw_only=True):
    """`PUT /api/people/<id>`. Changing the role or disabling ends that person's sign-ins."""

    display_name: str
    role: str
    area: list[list[list[float]]] | None
    disabled: bool
