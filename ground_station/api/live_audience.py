"""Who gets the same bytes, and what each look under an agreement asks for first."""

from __future__ import annotations

import dataclasses
import logging
from dataclasses import dataclass

from ground_station.core.authority import Permission, Principal, Scope, require
from ground_station.core.entities import Shareable
from ground_station.core.errors import KestrelError
from ground_station.core.registry import Source
from ground_station.services.fleet import Fleet
from ground_station.services.sharing import Sharing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Audience:
    """Pages that may see the same: a scope, with what the role may see of it.

    Attributes:
        flies: vehicles that are seen wherever they are, see `flown_by`.
    """

    scope: Scope
    sees_alerts: bool
    sees_system: bool
    flies: frozenset[str] = frozenset()


def audience_of(who: Principal, fleet: Fleet) -> Audience:
    """What this person may be told."""
    return Audience(
        who.scope,
        who.may(Permission.SEE_ALERTS),
        who.may(Permission.SEE_SYSTEM),
        flown_by(who, fleet),
    )


def flown_by(who: Principal, fleet: Fleet) -> frozenset[str]:
    """The vehicles that somebody with an area has control of: they stay in sight where they leave
    it, so that they can be brought back."""
    if who.scope.area is None:
        return frozenset()
    return frozenset(
        status.vehicle.vehicle_id
        for status in fleet.all()
        if status.control is not None
        and status.control.user_id == who.user_id
        and status.vehicle.organisation_id == who.scope.organisation_id
    )


def admitted(who: Principal, sharing: Sharing, fleet: Fleet) -> Audience:
    """The audience that a page of this person joins. That it sees another organisation's map is
    recorded first; where that fails it does not see it, until it can be."""
    audience = audience_of(who, fleet)
    kept = set()
    for owner_id, agreement_id in audience.scope.shared:
        try:
            sharing.disclose(who, Shareable.MAP, owner_id, owner_id)
        except KestrelError as error:
            log.warning("map_not_shown owner=%s reason=%s", owner_id, error)
        else:
            kept.add((owner_id, agreement_id))
    if len(kept) == len(audience.scope.shared):
        return audience
    scope = dataclasses.replace(audience.scope, shared=frozenset(kept))
    return dataclasses.replace(audience, scope=scope)


def may_go_on_watching(who: Principal, source: Source, sharing: Sharing) -> bool:
    """Whether a page that watches a source still may; its look was recorded when it began."""
    try:
        require(who, Permission.WATCH_VIDEO)
    except KestrelError:
        return False
    own = Scope(source.organisation_id, area=who.scope.area)
    return own.holds(source.organisation_id, source.lat, source.lon) and sharing.may(
        who, Shareable.VIDEO, source.organisation_id
    )
