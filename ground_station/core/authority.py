"""Who may do what: roles, permissions, areas, purposes. Pure rules; nothing here is stored.

A permission is given by role, inside the person's own organisation and area. What belongs to
another organisation is seen only under an agreement in force, and each such look is a logged
disclosure. Permissions that show personal data need a purpose, which goes into the audit log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import shapely

from ground_station.core.errors import NotAllowed


class Role(StrEnum):
    """What a person's work is."""

    PILOT = "pilot"
    OFFICER = "officer"
    DISPATCHER = "dispatcher"
    CCTV_OPERATOR = "cctv_operator"
    LFR_OPERATOR = "lfr_operator"
    ENFORCEMENT_OFFICER = "enforcement_officer"
    SUPERVISOR = "supervisor"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that can be done."""

    SEE_MAP = "see_map"  # sources, agents, anonymous tracks as places
    WATCH_VIDEO = "watch_video"  # live pictures and the boxes on them
    SEE_ALERTS = "see_alerts"
    DECIDE_ALERTS = "decide_alerts"
    MANAGE_SOURCES = "manage_sources"
    MANAGE_AGENTS = "manage_agents"
    SEE_PEOPLE = "see_people"  # the accounts of the organisation
    MANAGE_PEOPLE = "manage_people"
    SEE_SYSTEM = "see_system"  # processes, agents, figures, last errors
    READ_AUDIT = "read_audit"
    SEE_SHARING = "see_sharing"  # organisations, agreements, disclosures
    MANAGE_SHARING = "manage_sharing"
    FLY = "fly"  # take control of a vehicle and command it
    STOP_FLIGHT = "stop_flight"  # hold, return, land: with nobody's control and at once
    SEE_PAPERS = "see_papers"  # the operator's profile, permissions and requests
    RECORD_PERMISSIONS = "record_permissions"  # ask for, write down and withdraw them
    REPORT_DEFECTS = "report_defects"  # of an aircraft or a battery
    LOG_FLIGHTS = "log_flights"  # bring logs of autopilots; write occurrence reports
    MANAGE_CREW = "manage_crew"  # crew, aircraft and battery records; putting defects right
    MANAGE_AIRSPACE = "manage_airspace"  # datasets, drawn zones, the operator's profile


P = Permission
_EVERYBODY = frozenset({P.SEE_MAP})
ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.PILOT: _EVERYBODY
        | {
            P.WATCH_VIDEO,
            P.SEE_ALERTS,
            P.DECIDE_ALERTS,
            P.FLY,
            P.STOP_FLIGHT,
            P.SEE_PAPERS,
            P.RECORD_PERMISSIONS,
            P.REPORT_DEFECTS,
            P.LOG_FLIGHTS,
        },
        Role.OFFICER: _EVERYBODY | {P.WATCH_VIDEO, P.SEE_ALERTS},
        Role.DISPATCHER: _EVERYBODY | {P.WATCH_VIDEO, P.SEE_ALERTS, P.DECIDE_ALERTS},
        Role.CCTV_OPERATOR: _EVERYBODY | {P.WATCH_VIDEO, P.SEE_ALERTS, P.DECIDE_ALERTS},
        Role.LFR_OPERATOR: _EVERYBODY | {P.WATCH_VIDEO, P.SEE_ALERTS, P.DECIDE_ALERTS},
        Role.ENFORCEMENT_OFFICER: _EVERYBODY | {P.WATCH_VIDEO, P.SEE_ALERTS, P.DECIDE_ALERTS},
        Role.SUPERVISOR: _EVERYBODY
        | {
            P.WATCH_VIDEO,
            P.SEE_ALERTS,
            P.DECIDE_ALERTS,
            P.MANAGE_SOURCES,
            P.SEE_PEOPLE,
            P.SEE_SYSTEM,
            P.SEE_SHARING,
            P.STOP_FLIGHT,
            P.SEE_PAPERS,
            P.RECORD_PERMISSIONS,
            P.MANAGE_AIRSPACE,
            P.REPORT_DEFECTS,
            P.LOG_FLIGHTS,
            P.MANAGE_CREW,
        },
        Role.DATA_PROTECTION_OFFICER: _EVERYBODY
        | {P.SEE_PEOPLE, P.READ_AUDIT, P.SEE_SHARING, P.MANAGE_SHARING},
        Role.AUDITOR: _EVERYBODY
        | {P.READ_AUDIT, P.SEE_SHARING, P.SEE_PEOPLE, P.SEE_SYSTEM, P.SEE_PAPERS},
        # Runs the installation. Whoever makes accounts does not also watch people or decide about
        # them: that takes an account with such a role.
        Role.ADMIN: _EVERYBODY
        | {
            P.MANAGE_SOURCES,
            P.MANAGE_AGENTS,
            P.SEE_PEOPLE,
            P.MANAGE_PEOPLE,
            P.SEE_SYSTEM,
            P.SEE_SHARING,
            P.SEE_PAPERS,
            P.MANAGE_AIRSPACE,
        },
    }
)
# Showing what a camera sees of people: the session must say what for.
NEEDS_PURPOSE = frozenset({P.WATCH_VIDEO})
# These roles can open doors for others: a password alone is not enough.
NEEDS_SECOND_FACTOR = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.DATA_PROTECTION_OFFICER})


class Purpose(StrEnum):
    """Why personal data is looked at; the words go into the audit log."""

    OFFICER_SUPPORT = "officer_support"
    FLY_TIPPING = "fly_tipping"
    SUSPECT_TRACKING = "suspect_tracking"
    PUBLIC_SAFETY = "public_safety"
    LFR_DEPLOYMENT = "lfr_deployment"
    MAINTENANCE = "maintenance"
    TRAINING = "training"


@dataclass(frozen=True, slots=True)
class Area:
    """Where a grant holds: rings of (lon, lat) in degrees, WGS 84; the boundary is inside.

    Without any ring it is nowhere: what is kept of it cannot be read, and has to be set again.
    """

    rings: tuple[tuple[tuple[float, float], ...], ...]
    _shape: shapely.Geometry = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shape = shapely.union_all([shapely.Polygon(ring) for ring in self.rings])
        shapely.prepare(shape)
        object.__setattr__(self, "_shape", shape)

    def holds(self, lat: float, lon: float) -> bool:
        return bool(shapely.intersects_xy(self._shape, lon, lat))


NOWHERE: Final = Area(())


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person may see: whose things, and where. Two people of one scope see the same.

    Attributes:
        organisation_id: the person's own.
        shared: organisations whose things an agreement in force opens to it, with the agreement.
        area: None = everywhere.
        alerts: as `shared`, of organisations whose alerts are opened to it.
    """

    organisation_id: str
    shared: frozenset[tuple[str, str]] = frozenset()  # (organisation_id, agreement_id)
    area: Area | None = None
    alerts: frozenset[tuple[str, str]] = frozenset()

    def agreement_for(self, owner_id: str) -> str | None:
        """The agreement under which another organisation's things are seen; None without one."""
        return next((a for owner, a in sorted(self.shared) if owner == owner_id), None)

    def holds(self, owner_id: str, lat: float | None, lon: float | None) -> bool:
        """Whether a thing is in it. What has no place is only seen by whoever has no area."""
        if owner_id != self.organisation_id and self.agreement_for(owner_id) is None:
            return False
        return self._inside(lat, lon)

    def holds_alert(self, owner_id: str, lat: float | None, lon: float | None) -> bool:
        """As `holds`, of an alert; one of another organisation is recorded when it is looked at."""
        if owner_id != self.organisation_id and owner_id not in self.alert_givers():
            return False
        return self._inside(lat, lon)

    def alert_givers(self) -> list[str]:
        """The other organisations whose alerts are in it."""
        return sorted({owner for owner, _agreement in self.alerts})

    def _inside(self, lat: float | None, lon: float | None) -> bool:
        if self.area is None:
            return True
        return lat is not None and lon is not None and self.area.holds(lat, lon)


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, as every decision sees them."""

    user_id: str
    username: str
    display_name: str
    role: Role
    scope: Scope
    sign_in_id: str
    second_factor: bool  # this sign-in was made with one (a passkey counts)
    purpose: Purpose | None
    purpose_note: str
    must_change_password: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role]


class PurposeNeeded(NotAllowed):
    """The sign-in has not said what it wants to look at personal data for."""

    code = "purpose_needed"


class PasswordChangeNeeded(NotAllowed):
    """Somebody else knows the password: nothing works before the person chose their own."""

    code = "password_change_needed"


class SecondFactorNeeded(NotAllowed):
    """This role may do nothing before it has a second factor and used it."""

    code = "second_factor_needed"


def require(who: Principal, permission: Permission) -> None:
    """Return if this person may do it now.

    Raises:
        PasswordChangeNeeded, SecondFactorNeeded, NotAllowed, PurposeNeeded: with who could, or
            what to do.
    """
    if who.must_change_password:
        raise PasswordChangeNeeded(
            "Your password was made by somebody else.", "Choose your own password first."
        )
    if who.role in NEEDS_SECOND_FACTOR and not who.second_factor:
        raise SecondFactorNeeded(
            f"The role {words(who.role)} needs a second factor.",
            "Set up an authenticator app or a passkey, and sign in with it.",
        )
    if not who.may(permission):
        able = ", ".join(words(role) for role in Role if permission in ROLE_PERMISSIONS[role])
        raise NotAllowed(
            f"The role {words(who.role)} may not do this ({words(permission)}).",
            f"These roles may: {able}.",
        )
    if permission in NEEDS_PURPOSE and who.purpose is None:
        raise PurposeNeeded("Say first what you look at people for.", "Choose a purpose.")


def words(value: StrEnum) -> str:
    """A role, permission or purpose as people read it."""
    return {
        "cctv_operator": "CCTV operator",
        "lfr_operator": "LFR operator",
        "lfr_deployment": "LFR deployment",
    }.get(value.value, value.value.replace("_", " "))
