"""The accounts of one's own organisation."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content
from ground_station.api.parts import parts
from ground_station.api.schemas import AddPerson, ChangePerson, PersonAdded, RoleView
from ground_station.api.views_people import person_view, sign_in_view
from ground_station.core.authority import (
    NEEDS_SECOND_FACTOR,
    ROLE_PERMISSIONS,
    Permission,
    Role,
    words,
)

blueprint = flask.Blueprint("people", __name__)


@blueprint.get("/api/roles")
@access(Access.SIGNED_IN, Permission.SEE_PEOPLE)
def list_roles() -> flask.Response:
    """Every role, and what it may do."""
    views = [
        RoleView(
            role=role.value,
            words=words(role),
            permissions=sorted(ROLE_PERMISSIONS[role]),
            needs_second_factor=role in NEEDS_SECOND_FACTOR,
        )
        for role in Role
    ]
    return json_answer(views)


@blueprint.get("/api/people")
@access(Access.SIGNED_IN, Permission.SEE_PEOPLE)
def list_people() -> flask.Response:
    """Everybody of one's own organisation."""
    people = parts().identities.people.all(identity().principal)
    return json_answer([person_view(person) for person in people])


@blueprint.post("/api/people")
@access(Access.SIGNED_IN, Permission.MANAGE_PEOPLE)
def add_person() -> flask.Response:
    """A new account; its first password is shown this once."""
    body = json_body(AddPerson)
    person, password = parts().identities.people.add(
        identity().principal, body.username, body.display_name, body.role, body.area
    )
    return json_answer(PersonAdded(person=person_view(person), password=password), 201)


@blueprint.put("/api/people/<user_id>")
@access(Access.SIGNED_IN, Permission.MANAGE_PEOPLE)
def change_person(user_id: str) -> flask.Response:
    """Another name, role or area; disabled or not."""
    checked_id(user_id, "person")
    body = json_body(ChangePerson)
    person = parts().identities.people.change(
        identity().principal,
        user_id,
        display_name=body.display_name,
        role=body.role,
        area=body.area,
        disabled=body.disabled,
    )
    return json_answer(person_view(person))


@blueprint.post("/api/people/<user_id>/reset")
@access(Access.SIGNED_IN, Permission.MANAGE_PEOPLE)
def reset_person(user_id: str) -> flask.Response:
    """For somebody locked out: a new first password, no second factors, signed out everywhere."""
    checked_id(user_id, "person")
    person, password = parts().identities.people.reset(identity().principal, user_id)
    return json_answer(PersonAdded(person=person_view(person), password=password))


@blueprint.get("/api/people/<user_id>/sign-ins")
@access(Access.SIGNED_IN, Permission.MANAGE_PEOPLE)
def list_sign_ins(user_id: str) -> flask.Response:
    """The devices somebody is signed in on."""
    checked_id(user_id, "person")
    who = identity().principal
    person = parts().identities.people.get(who, user_id)
    return json_answer([sign_in_view(one, who.sign_in_id) for one in person.sign_ins])


@blueprint.delete("/api/people/<user_id>/sign-ins/<sign_in_id>")
@access(Access.SIGNED_IN, Permission.MANAGE_PEOPLE)
def revoke_sign_in(user_id: str, sign_in_id: str) -> flask.Response:
    """Sign a device out at once: its page, its pictures and its unused tokens."""
    checked_id(user_id, "person")
    checked_id(sign_in_id, "sign-in")
    parts().identities.people.revoke(identity().principal, user_id, sign_in_id)
    return no_content()
