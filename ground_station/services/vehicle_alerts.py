"""The alert of a link that was lost in the air."""

from __future__ import annotations

from ground_station.core.agent_facts import FailsafeEvent
from ground_station.core.agent_vehicles import VEHICLE_LOST_AFTER_S
from ground_station.core.entities import Severity
from ground_station.core.fleet import VehicleStatus
from ground_station.services.failsafe_words import rule_words
from ground_station.services.failsafes import RuleOf
from ground_station.services.fleet import OnLost
from ground_station.services.vehicle_state import place_of
from ground_station.services.zone_alerts import RaiseAlert

LINK_LOST = "vehicle_link_lost"


def link_alerts(raise_alert: RaiseAlert, rule: RuleOf) -> OnLost:
    """For `Fleet.on_lost`: a warning with the place where the vehicle was known last, and with what
    it said it does without a ground station (`rule`). Whether its own agent is lost to it too,
    nobody here can tell."""

    def lost(status: VehicleStatus) -> None:
        vehicle, (lat, lon) = status.vehicle, place_of(status)
        said = rule(vehicle.vehicle_id, FailsafeEvent.GROUND_STATION_LOST)
        does = rule_words(FailsafeEvent.GROUND_STATION_LOST, said)
        who = "its autopilot" if status.agent_connected else "its agent"
        raise_alert(
            LINK_LOST,
            Severity.WARNING,
            f"The link to {vehicle.name} was lost in the air: nothing was heard from {who} for "
            f"{VEHICLE_LOST_AFTER_S:.0f} s.",
            f"Its own failsafe flies it now. {does} The map shows where it was known last, and "
            "how old that is.",
            organisation_id=vehicle.organisation_id,
            vehicle_id=vehicle.vehicle_id,
            place=None if lat is None or lon is None else (lat, lon),
        )

    return lost
