"""The answer to a flight plan, and its types. Pure; no clock, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from geo.airspace.plan import FlightPlan
from geo.terrain import Terrain
from geo.zones.check import ZoneIndex
from geo.zones.model import GeoZone


class Verdict(StrEnum):
    """From best to worst; UNKNOWN is never better than what is known to speak against a flight."""

    ALLOWED = "ALLOWED"
    ALLOWED_EXEMPT = "ALLOWED_EXEMPT"  # each zone it touches by a recorded or legal exemption
    PERMISSION_NEEDED = "PERMISSION_NEEDED"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"


class ReasonCode(StrEnum):
    """Why a flight is not simply allowed."""

    ZONE = "ZONE"
    HEIGHT = "HEIGHT"
    TIME = "TIME"
    DATA_STALE = "DATA_STALE"
    DATUM_UNKNOWN = "DATUM_UNKNOWN"
    TERRAIN_UNKNOWN = "TERRAIN_UNKNOWN"
    SEPARATION = "SEPARATION"
    CATEGORY = "CATEGORY"


class InformationCode(StrEnum):
    """What a pilot should know, and which changes no verdict."""

    CONTROLLED_AIRSPACE = "CONTROLLED_AIRSPACE"
    ZONE = "ZONE"  # a zone of information, or one that is not active then
    EXEMPTION = "EXEMPTION"  # by which one a zone is satisfied
    NOT_JUDGED = "NOT_JUDGED"
    NOTAM_NOT_CHECKED = "NOTAM_NOT_CHECKED"
    AS_OF_OVERRIDE = "AS_OF_OVERRIDE"
    TRAINING_DATA = "TRAINING_DATA"
    NOT_READ = "NOT_READ"  # features of the dataset that were refused
    RULE = "RULE"  # what the rules ask of this flight that no plan can show


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks against the flight.

    Attributes:
        text: a sentence with the zone, limit, law or figure. law: of a rule that is none of a
            zone. legs: numbers of the legs it concerns (0: from point 0 to 1); none: all of it.
        from_s, until_s: after the start, where the time of the legs is known.
    """

    code: ReasonCode
    text: str
    zone_id: str = ""
    law: str = ""
    legs: tuple[int, ...] = ()
    from_s: float | None = None
    until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Information:
    """See `InformationCode`."""

    code: InformationCode
    text: str
    zone_id: str = ""


@dataclass(frozen=True, slots=True)
class ZoneTouched:
    """A zone that the flight touches, whether it is satisfied or not.

    Attributes:
        limit: its band in its own words and datum. satisfied_by: the reference of the permission,
            or the words of its law; "" if by nothing. window: when it is active, in words.
        unknown: it counts as touched only because a height or a time is not known.
    """

    zone: GeoZone
    limit: str
    legs: tuple[int, ...]
    from_s: float | None
    until_s: float | None
    satisfied_by: str = ""
    window: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """The nearest change that would make the flight legal as far as one reason goes.

    Attributes:
        kind: "lower", "later", "earlier" or "detour". text: "Stay below 84 m above sea level."
        max_amsl_m, starts, path: of that kind; path: (lat, lon) of a way round.
    """

    kind: str
    text: str
    zone_id: str = ""
    max_amsl_m: float | None = None
    starts: datetime | None = None
    path: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer.

    Attributes:
        as_of: the day whose rules were applied. leg_verdicts: one a leg (of one point: one).
    """

    verdict: Verdict
    zones: tuple[ZoneTouched, ...]
    reasons: tuple[Reason, ...]
    information: tuple[Information, ...]
    changes: tuple[Change, ...]
    leg_verdicts: tuple[Verdict, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Against:
    """What a flight is judged against.

    Attributes:
        index: the dataset; None: there is none, and nothing is allowed.
        terrain: where the plan does not say how high the ground is.
        now: the staleness of the dataset is judged for now and for the start.
        as_of: a day for which somebody asserts that the dataset was valid: staleness is then not
            judged, and AS_OF_OVERRIDE says so.
        notams_as_of: when NOTAMs were last imported; None or too old: NOTAM_NOT_CHECKED.
        more: zones beside the dataset's: drawn ones, and those of NOTAMs.
    """

    index: ZoneIndex | None
    terrain: Terrain | None
    now: datetime
    as_of: datetime | None = None
    notams_as_of: datetime | None = None
    notams_max_age_h: float = 24.0
    more: Sequence[ZoneIndex] = ()


def judge(plan: FlightPlan, against: Against, *, changes: bool = True) -> Judgement:
    """Judge a flight.

    Args:
        changes: whether to look for the nearest legal changes, which costs more than the verdict.

    Raises:
        ValueError: a place or a number that cannot be checked, by its name.
    """
    from geo.airspace.changes_part import nearest_changes
    from geo.airspace.judging import judged

    judgement = judged(plan, against)
    if not changes or not judgement.reasons:
        return judgement
    return replace(judgement, changes=nearest_changes(plan, against, judgement))
