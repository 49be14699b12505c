"""Failsafes, facts and what is held on board, as what goes over the wire."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from ground_station.api.parts import Parts
from ground_station.api.schemas import (
    Compared,
    ControlOfferView,
    FactsView,
    FailsafeRuleView,
    FailsafeView,
    FenceRing,
    HeldView,
    MissionPoint,
    PayloadView,
    RallyPlace,
)
from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, FailsafeRule
from ground_station.core.agent_facts import VehicleFacts as Told
from ground_station.core.fleet import VehicleStatus
from ground_station.services.conformance import Conformance
from ground_station.services.control_offers import Offer
from ground_station.services.failsafe_words import rule_words
from ground_station.services.failsafes import FailsafeNow
from ground_station.services.held import Compared as Found
from ground_station.services.held import HeldFound
from ground_station.services.home_watch import HomeNow
from ground_station.services.vehicle_facts import KnownFacts


@dataclass(frozen=True, slots=True)
class InFlight:
    """What the station has found out of a vehicle, and who may take it over.

    Attributes:
        conformance: None: nothing was heard yet. auto_hold: whether it is set.
    """

    conformance: Conformance | None = None
    auto_hold: bool = False
    offer: ControlOfferView | None = None
    failsafes: list[FailsafeView] = field(default_factory=list)
    home: HomeNow | None = None


NOTHING: Final = InFlight()


def in_flight(
    site: Parts, status: VehicleStatus, former: ControlOfferView | None = None
) -> InFlight:
    """Of one vehicle. `former`: the offer as it was told before, whose name is known."""
    vehicle_id, desk = status.vehicle.vehicle_id, site.desk
    return InFlight(
        site.conformances.of(vehicle_id),
        site.auto_hold.is_on(vehicle_id),
        offer_view(desk.offers.of(vehicle_id), site.alerts.display_name, former),
        [failsafe_view(one) for one in desk.failsafes.of(status)],
        desk.home.of(vehicle_id),
    )


def offer_view(
    offer: Offer | None,
    display_name: Callable[[str], str],
    former: ControlOfferView | None = None,
) -> ControlOfferView | None:
    if offer is None:
        return None
    same = former is not None and (former.to_user_id, former.ends_at) == (
        offer.to_user_id,
        offer.ends_at,
    )
    if same and former is not None and former.to_name:
        return former
    return ControlOfferView(
        to_user_id=offer.to_user_id,
        to_name=display_name(offer.to_user_id),
        ends_at=offer.ends_at,
    )


def failsafe_view(one: FailsafeNow) -> FailsafeView:
    return FailsafeView(
        event=one.event.value,
        words=one.said,
        told_by=one.told_by,
        since=one.since,
        does=one.does,
        acts_as_said=one.acts_as_said,
    )


def facts_view(known: KnownFacts | None) -> FactsView:
    """None: nothing was told of it."""
    told = Told(1) if known is None else known.told
    rules = {rule.event: rule for rule in told.failsafes}
    return FactsView(
        received_at=None if known is None else known.received_at,
        age_s=None if known is None else round(known.age_s, 1),
        current=known is not None and known.current,
        failsafes=[_rule_view(event, rules.get(event)) for event in FailsafeEvent],
        return_height_home_m=told.return_height_home_m,
        fence_enabled=told.fence_enabled,
        fence_rings=told.fence_rings,
        fence_max_height_m=told.fence_max_height_m,
        fence_radius_m=told.fence_radius_m,
        rally_points=told.rally_points,
        battery_capacity_mah=told.battery_capacity_mah,
        battery_cells=told.battery_cells,
        camera=told.camera,
        gimbal=told.gimbal,
        remote_id=told.remote_id,
        remote_id_problem=told.remote_id_problem,
        payloads=[
            PayloadView(
                key=one.key,
                kind=one.kind,
                name=one.name,
                acts=list(one.acts),
                has_level=one.has_level,
                takes_text=one.takes_text,
            )
            for one in told.payloads
        ],
        firmware=told.firmware,
        problem=told.problem,
    )


def _rule_view(event: FailsafeEvent, rule: FailsafeRule | None) -> FailsafeRuleView:
    return FailsafeRuleView(
        event=event.value,
        act=FailsafeAct.UNKNOWN.value if rule is None else rule.act.value,
        words=rule_words(event, rule),
        after_s=None if rule is None else rule.after_s,
        threshold="" if rule is None else rule.threshold,
        read_from={} if rule is None else dict(rule.read_from),
    )


def held_view(found: HeldFound) -> HeldView:
    held = found.held
    return HeldView(
        mission=_compared(found.mission),
        fence=_compared(found.fence),
        rally=_compared(found.rally),
        items=[
            MissionPoint(**{**msgspec.structs.asdict(item), "datum": item.datum.value})
            for item in held.items
        ],
        return_at_end=held.return_at_end,
        land_at_end=held.land_at_end,
        foreign=list(held.foreign),
        rings=[
            FenceRing(points=_lon_lat(ring.points), keep_in=ring.keep_in) for ring in held.rings
        ],
        points=[
            RallyPlace(lat=one.lat, lon=one.lon, height_home_m=one.height_home_m)
            for one in held.rally
        ],
        problem=held.problem,
    )


def _compared(found: Found) -> Compared:
    return Compared(
        likeness=found.likeness.value,
        differences=list(found.differences),
    )


def _lon_lat(points: Sequence[tuple[float, float]]) -> list[list[float]]:
    return [[lon, lat] for lat, lon in points]
