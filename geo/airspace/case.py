"""What the parts of a verdict share: the case, and what they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from geo.airspace.plan import Authorisation, Category, FlightPlan
from geo.airspace.route import Route
from geo.airspace.rules import Rule
from geo.airspace.verdict import (
    Against,
    Information,
    InformationCode,
    Reason,
    ReasonCode,
    Verdict,
    ZoneTouched,
)
from geo.zones.heights import GeoidModel, separation_m
from geo.zones.model import OperatorType

POLICE = (OperatorType.MPS, OperatorType.POLICE)
_WORST_FIRST = (Verdict.REFUSED, Verdict.UNKNOWN, Verdict.PERMISSION_NEEDED)


@dataclass(frozen=True, slots=True)
class Case:
    """A flight, and what it is judged by. `day`: the instant whose rules hold."""

    plan: FlightPlan
    against: Against
    route: Route
    day: datetime
    rules: Mapping[str, Rule]

    @property
    def geoid(self) -> GeoidModel:
        return separation_m if self.against.index is None else self.against.index.geoid

    @property
    def authorisation(self) -> Authorisation | None:
        """That counts: of the category that it is for, and with a reference."""
        held = self.plan.operator.authorisation
        if self.plan.operator.category is not Category.AUTHORISATION or held is None:
            return None
        return held if held.reference.strip() else None

    @property
    def outside(self) -> bool:
        """A police flight outside of Regulation 2019/947, by a policy of the force."""
        operator = self.plan.operator
        policy = operator.force_policy
        return (
            operator.category is Category.OUTSIDE
            and operator.type in POLICE
            and policy is not None
            and bool(policy.reference.strip())
        )


@dataclass(slots=True)
class Findings:
    """Gathers what the parts find. Of one thread."""

    reasons: list[tuple[Verdict, Reason]] = field(default_factory=list)
    information: list[Information] = field(default_factory=list)
    zones: list[ZoneTouched] = field(default_factory=list)

    def against(self, weight: Verdict, code: ReasonCode, text: str, **more: object) -> None:
        """Something speaks against it, and how much: REFUSED, UNKNOWN or PERMISSION_NEEDED."""
        reason = Reason(code, text, **more)  # type: ignore[arg-type]
        if (weight, reason) not in self.reasons:
            self.reasons.append((weight, reason))

    def tell(self, code: InformationCode, text: str, zone_id: str = "") -> None:
        told = Information(code, text, zone_id)
        if told not in self.information:
            self.information.append(told)

    def verdict(self, leg: int | None = None) -> Verdict:
        """Of the whole flight, or of one leg: what concerns no leg in particular concerns all."""
        zones: Iterable[ZoneTouched] = self.zones
        weights = [
            weight
            for weight, reason in self.reasons
            if leg is None or not reason.legs or leg in reason.legs
        ]
        for weight in _WORST_FIRST:
            if weight in weights:
                return weight
        if any(leg is None or leg in zone.legs for zone in zones):
            return Verdict.ALLOWED_EXEMPT
        return Verdict.ALLOWED
