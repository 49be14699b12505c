"""A mission and, if it is wanted, the fence of its approved flight: what the autopilot then keeps
to by itself, link or no link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from geo.airspace.fence import CLOSE_M, fence_of
from geo.zones import GeoZone, Kinematics
from ground_station.core.agent_actions import GeofenceRing, UploadGeofence, UploadMission
from ground_station.core.authority import Principal
from ground_station.core.errors import KestrelError
from ground_station.core.fleet import AirspaceState, WayCheck
from ground_station.services.conformance import CEILING_SPARE_M, HALF_WIDTH_M
from ground_station.services.control import Controls
from ground_station.services.flights import CommandDone, Flights

# Beside the way, within what the fence lets it fly: zones there are looked for.
BESIDE_M: Final = HALF_WIDTH_M + CLOSE_M


@dataclass(frozen=True, slots=True)
class FenceOutcome:
    """What became of the fence that was asked for.

    Attributes:
        accepted: the vehicle took it, and it was read back.
        rings: how many it has. kept_out: names of the zones it keeps out of.
        words: what it holds to, or why there is none; for people.
    """

    accepted: bool
    rings: int
    kept_out: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class MissionUploaded:
    """The vehicle took the mission. `fence`: None where none was asked for."""

    done: CommandDone
    fence: FenceOutcome | None


class MissionFences:
    """Thread-safe; waits for the agent on its caller's thread, once for each upload."""

    def __init__(self, *, flights: Flights, controls: Controls, airspace: WayCheck) -> None:
        self._flights = flights
        self._controls = controls
        self._airspace = airspace

    def upload(
        self,
        who: Principal,
        vehicle_id: str,
        mission: UploadMission,
        permissions: Mapping[str, str],
        *,
        fence: bool,
    ) -> MissionUploaded:
        """Upload a mission, and then its fence. A fence that is refused leaves the mission, and
        what fence the vehicle had.

        Raises:
            as `Flights.fly`, of the mission.
        """
        done = self._flights.fly(who, vehicle_id, mission, permissions)
        return MissionUploaded(done, self._fence(who, vehicle_id, mission) if fence else None)

    # --- inside ----------------------------------------------------------------------------------

    def _fence(self, who: Principal, vehicle_id: str, mission: UploadMission) -> FenceOutcome:
        if not mission.items:
            return _none("There is no fence round no mission: the one it had stays.")
        try:
            way = self._flights.way_of(self._controls.reach(who, vehicle_id), mission)
            zones, problem = self._beside(vehicle_id, way)
            rings = fence_of([(one.lat, one.lon) for one in way], HALF_WIDTH_M, zones)
            action = UploadGeofence(
                [GeofenceRing(list(ring.points), ring.keep_in) for ring in rings]
            )
            said = self._flights.fly(who, vehicle_id, action).note
        except ValueError as error:
            return _none(f"The mission was taken, its fence cannot be made: {error}")
        except KestrelError as error:
            return _none(f"The mission was taken, its fence was not: {error}")
        return FenceOutcome(
            True,
            len(rings),
            tuple(zone.name for zone in zones),
            " ".join(filter(None, (_words(zones), problem, said))),
        )

    def _beside(self, vehicle_id: str, way: Sequence[Kinematics]) -> tuple[list[GeoZone], str]:
        """Zones beside the way that no permission was given for, and what could not be checked."""
        wide = [
            replace(one, position_error_m=BESIDE_M, height_error_m=CEILING_SPARE_M) for one in way
        ]
        finding = self._airspace.way(wide)
        given = self._flights.uploaded(vehicle_id).permissions
        zones = {one.zone.zone_id: one.zone for one in finding.breaches}
        problem = ""
        if finding.state is AirspaceState.UNKNOWN:
            problem = f"The zones beside it could not be checked: {finding.problem}"
        return [zone for zone_id, zone in zones.items() if zone_id not in given], problem


def _none(words: str) -> FenceOutcome:
    return FenceOutcome(False, 0, (), words)


def _words(zones: Sequence[GeoZone]) -> str:
    said = f"It keeps within {HALF_WIDTH_M:.0f} m of its way"
    if not zones:
        return f"{said}."
    return f"{said}, and out of {', '.join(zone.name for zone in zones)}."
