"""Who the demonstration flies as, so that its verdicts judge a category: without any authority."""

from __future__ import annotations

from geo.airspace.plan import Category
from geo.zones import OperatorType
from ground_station.core.airspace import OperatorProfile, PermissionRepository
from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.clock import Clock

NAME = "Demonstration council, not a real operator"


def enter_demonstration_operator(
    permissions: PermissionRepository, organisation_id: str, audit: AuditLog, clock: Clock
) -> bool:
    """Enter a council that flies in the Open category far from people (A3), without ids,
    authorisation or permission. Nothing is done where somebody has entered an operator.

    Returns:
        whether it was entered.
    """
    if permissions.profile(organisation_id) is not None:
        return False
    profile = OperatorProfile(
        organisation_id, NAME, OperatorType.COUNCIL, Category.OPEN_A3, changed_at=clock.now()
    )
    entry = AuditEntry(
        Act.OPERATOR_CHANGED,
        Actor.COMMAND_LINE,
        organisation_id=organisation_id,
        subject_kind="operator",
        subject_id=organisation_id,
        details={
            "name": NAME,
            "type": profile.type.value,
            "category": profile.category.value,
            "why": "the demonstration",
        },
    )
    with audit.together(entry):
        permissions.put_profile(profile)
    return True
