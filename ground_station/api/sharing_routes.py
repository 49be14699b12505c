"""Organisations, agreements between them, and what was disclosed under them."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content
from ground_station.api.parts import parts
from ground_station.api.schemas import (
    AgreementView,
    DisclosureView,
    MakeAgreement,
    OrganisationView,
)
from ground_station.core.authority import Permission
from ground_station.core.entities import Agreement, LegalRegime, Shareable
from ground_station.core.errors import InvalidInput
from ground_station.services.sharing import NewAgreement

blueprint = flask.Blueprint("sharing", __name__)


@blueprint.get("/api/organisations")
@access(Access.SIGNED_IN, Permission.SEE_SHARING)
def organisations() -> flask.Response:
    """The organisations of this installation."""
    return json_answer(
        [
            OrganisationView(
                organisation_id=one.organisation_id, name=one.name, kind=one.kind.value
            )
            for one in parts().sharing.organisations()
        ]
    )


@blueprint.get("/api/agreements")
@access(Access.SIGNED_IN, Permission.SEE_SHARING)
def agreements() -> flask.Response:
    """Those the person's organisation gives or receives under, newest first."""
    found = parts().sharing.agreements(identity().principal)
    return json_answer([_agreement(one) for one in found])


@blueprint.post("/api/agreements")
@access(Access.SIGNED_IN, Permission.MANAGE_SHARING)
def make_agreement() -> flask.Response:
    """Let another organisation see some of one's own."""
    body = json_body(MakeAgreement)
    if body.starts_at.tzinfo is None or body.ends_at.tzinfo is None:
        raise InvalidInput("Times are given with their zone, e.g. 2026-12-01T00:00:00Z.")
    made = parts().sharing.make(
        identity().principal,
        NewAgreement(
            name=body.name,
            to_id=body.to_id,
            legal_regime=LegalRegime(body.legal_regime),
            covers=frozenset(Shareable(one) for one in body.covers),
            starts_at=body.starts_at,
            ends_at=body.ends_at,
        ),
    )
    return json_answer(_agreement(made), 201)


@blueprint.post("/api/agreements/<agreement_id>/end")
@access(Access.SIGNED_IN, Permission.MANAGE_SHARING)
def end_agreement(agreement_id: str) -> flask.Response:
    """End one now; what was opened under it closes."""
    checked_id(agreement_id, "agreement")
    parts().sharing.end(identity().principal, agreement_id)
    return no_content()


@blueprint.get("/api/disclosures")
@access(Access.SIGNED_IN, Permission.SEE_SHARING)
def disclosures() -> flask.Response:
    """The newest hundred; `?before=` an id of one for those before it."""
    before = flask.request.args.get("before") or None
    if before is not None:
        checked_id(before, "disclosure")
    who, names = identity().principal, parts().names()
    agreed = {one.agreement_id: one.name for one in parts().sharing.agreements(who)}
    return json_answer(
        [
            DisclosureView(
                disclosure_id=one.disclosure_id,
                agreement_name=agreed.get(one.agreement_id, one.agreement_id),
                from_id=one.from_id,
                to_id=one.to_id,
                what=one.what.value,
                subject_name=names.of("source", one.subject_id),
                user_name=names.of("user", one.user_id),
                purpose=one.purpose,
                disclosed_at=one.disclosed_at,
            )
            for one in parts().sharing.disclosures(who, before)
        ]
    )


def _agreement(one: Agreement) -> AgreementView:
    return AgreementView(
        agreement_id=one.agreement_id,
        name=one.name,
        from_id=one.from_id,
        to_id=one.to_id,
        legal_regime=one.legal_regime.value,
        covers=sorted(each.value for each in one.covers),
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        ended_at=one.ended_at,
        in_force=one.in_force(parts().clock.now()),
    )
