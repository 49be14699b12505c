"""People and sign-ins as they go over the wire."""

from __future__ import annotations

from ground_station.api.schemas import OrganisationView, PersonView, SignInView
from ground_station.core.entities import Organisation
from ground_station.core.registry import SignIn
from ground_station.services.people import Person


def sign_in_view(sign_in: SignIn, this_one: str) -> SignInView:
    """Args: this_one: the sign-in id of who asks."""
    return SignInView(
        sign_in_id=sign_in.sign_in_id,
        device=sign_in.device,
        address=sign_in.address,
        signed_in_at=sign_in.signed_in_at,
        seen_at=sign_in.seen_at,
        expires_at=sign_in.expires_at,
        second_factor=sign_in.second_factor,
        this_one=sign_in.sign_in_id == this_one,
    )


def person_view(person: Person) -> PersonView:
    user = person.user
    area = None
    if user.area is not None:
        area = [[[lon, lat] for lon, lat in ring] for ring in user.area.rings]
    return PersonView(
        user_id=user.user_id,
        username=user.username,
        display_name=user.display_name,
        role=user.role.value,
        organisation_id=user.organisation_id,
        area=area,
        authenticator=person.authenticator,
        passkeys=person.passkeys,
        disabled_at=user.disabled_at,
        created_at=user.created_at,
        signed_in=len(person.sign_ins),
        seen_at=person.seen_at,
    )


def organisation_view(organisation: Organisation) -> OrganisationView:
    return OrganisationView(
        organisation_id=organisation.organisation_id,
        name=organisation.name,
        kind=organisation.kind.value,
    )
