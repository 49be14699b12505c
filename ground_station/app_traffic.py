"""Joins receivers of other aircraft; a part of the composition root `app`."""

from __future__ import annotations

from ground_station.core.clock import Clock
from ground_station.core.settings import TrafficSettings
from ground_station.services.air_traffic import AirTraffic
from ground_station.services.system import WELL, Finding, SystemHealth
from ground_station.traffic import Receivers, receivers_of


def join_traffic(
    settings: TrafficSettings, traffic: AirTraffic, system: SystemHealth, clock: Clock
) -> Receivers:
    """A service; with a part on the system page where there is any receiver.

    Raises:
        ConfigError: an address is none.
    """
    receivers = receivers_of(settings.receivers, traffic, clock)
    if settings.receivers:
        system.add("traffic", "Air traffic receivers", lambda: receivers_probe(receivers))
    return receivers


def receivers_probe(receivers: Receivers) -> Finding:
    """Failed when none of them is read: then nobody is warned of what they alone would hear."""
    states = receivers.states()
    wrong = [one for one in states if one.problem]
    if not wrong:
        return WELL
    words = "; ".join(f"{one.name}: {one.problem}" for one in wrong)
    return Finding(
        f"Aircraft are not heard by {len(wrong)} of {len(states)} receivers. {words}."[:500],
        "Look at the receiver and the network, and at traffic.receivers in the settings.",
        failed=len(wrong) == len(states),
    )
