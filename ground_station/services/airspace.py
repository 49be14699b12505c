"""What zones a flight touches, by the dataset and the terrain in use.

What cannot be checked is never clear: no dataset or one that is out of date, a place it does not
cover, a position that is old or missing, a height or speed that is not known.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import threading
from collections.abc import Sequence
from datetime import timedelta

from geo.terrain import Terrain, TrainingTerrain
from geo.zones import (
    Breach,
    GeoZone,
    Kinematics,
    Restriction,
    ZoneDataset,
    ZoneIndex,
    check_path,
    check_vehicle,
)
from geo.zones.activity import active_during, windows_between
from geo.zones.check import points_between, urgency
from geo.zones.training import training_dataset
from ground_station.core.agent_vehicles import LandedState, PositionReading, VehicleReport
from ground_station.core.clock import Clock
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus
from ground_station.core.settings import AirspaceSettings
from ground_station.services.airspace_in_use import ZonesInUse

STANDS_BELOW_MPS = 1.0
STALE_S = 3.0
POSITION_ERROR_M = 5.0
HEIGHT_ERROR_M = 5.0
LONGEST_FLIGHT = timedelta(hours=2)  # a go-to or mission that starts now is over by then
CLASS_FREE_AGL_M = 120.0
GROUND_EVERY_M = 250.0  # of a leg, where a zone's limit is above the ground
MOST_GROUND_POINTS = 200  # of one leg
DRAWN = "Drawn zones"  # the name of the set of zones that people of ours drew
NO_SPEED = "Its speed is not known, so what lies ahead of it cannot be checked."
NO_HEIGHT = "Its height is not known: it counts as inside every zone it is over or under."
NO_GROUND = "The height of the ground is not known here."
NO_FIX = ("no_gps", "no_fix")


class Airspace:
    """Safe from any thread. `use` replaces what is checked against; a training dataset's validity
    rolls.

    Args:
        dataset: None: nothing is ever clear.

    Raises:
        ValueError: the dataset holds a zone that cannot be checked exactly.
    """

    def __init__(
        self,
        *,
        dataset: ZoneDataset | None,
        terrain: Terrain | None,
        settings: AirspaceSettings,
        clock: Clock,
    ) -> None:
        self.terrain = terrain
        self.nearing_m = settings.nearing_m
        self._settings = settings
        self._look_ahead = timedelta(seconds=settings.nearing_s)
        self._clock = clock
        self._changing = threading.Lock()
        self.use(ZonesInUse(None if dataset is None else ZoneIndex(dataset)))

    def use(self, zones: ZonesInUse) -> None:
        """Check against these from now on."""
        with self._changing:
            self._in_use = zones

    @property
    def in_use(self) -> ZonesInUse:
        """What is checked against now. Read it once for one check: it may be another a moment
        later."""
        zones = self._in_use
        if not self._settings.training:
            return zones
        renewed = zones.renewed(self._clock.now())
        if renewed is not zones:
            with self._changing:
                if self._in_use is zones:  # else somebody has put others in use
                    self._in_use = renewed
        return renewed

    @property
    def dataset(self) -> ZoneDataset | None:
        """With its validity now: a training dataset's is renewed a week before it would end."""
        return self.in_use.dataset

    @property
    def training(self) -> bool:
        """Whether this station runs a simulation, and may use training zones."""
        return self._settings.training

    def notams_too_old(self) -> bool:
        """Whether NOTAMs count as not checked."""
        return self.in_use.notams_too_old(self._clock.now(), self._settings.notams_max_age_h)

    def problem(self) -> str:
        """Why nothing may be called clear; "" while the dataset may be used."""
        return self._problem(self.in_use)

    def _problem(self, zones: ZonesInUse) -> str:
        return zones.problem(self._clock.now(), training=self._settings.training)

    def near(self, lat: float, lon: float, within_m: float) -> Sequence[GeoZone]:
        """Zones within so many metres of a place at whatever height, the nearest first; none
        without a dataset."""
        return tuple(zone for index in self.in_use.all for zone in index.near(lat, lon, within_m))

    def ground_amsl_m(self, lat: float, lon: float) -> float | None:
        """By the terrain in use; None where it is not known."""
        return None if self.terrain is None else self.terrain.ground_amsl_m(lat, lon)

    # --- a vehicle now ---------------------------------------------------------------------------

    def live(self, report: VehicleReport, age_s: float) -> AirspaceFinding:
        """Of a vehicle where its newest report says it is, and of what lies ahead of it.

        Args:
            age_s: since the report came.
        """
        position = report.position
        if position is None:
            return _unknown("Its position is not known.")
        ground_m = self.ground_amsl_m(position.lat, position.lon)
        height_m = None if ground_m is None else position.alt_amsl_m - ground_m
        position_age_s = position.age_ms / 1000 + age_s
        if position_age_s > STALE_S:
            return _unknown(f"Its position is {position_age_s:.0f} s old.")
        if _on_ground(report, age_s):
            return AirspaceFinding(AirspaceState.ON_GROUND, height_agl_m=height_m)
        zones = self.in_use
        problem = self._problem(zones) or _no_fix(report, age_s)
        problem = problem or zones.not_known_at(position.lat, position.lon)
        if problem:
            return _unknown(problem, height_m)
        return self._checked(zones, report, position, age_s, ground_m)

    def _checked(
        self,
        zones: ZonesInUse,
        report: VehicleReport,
        position: PositionReading,
        age_s: float,
        ground_m: float | None,
    ) -> AirspaceFinding:
        flat = report.gps is not None and report.gps.fix == "2d"
        moves = report.velocity is not None and report.velocity.age_ms / 1000 + age_s <= STALE_S
        try:
            kinematics = _kinematics(report, position, age_s, ground_m, flat=flat, moves=moves)
        except ValueError:
            return _unknown("Its telemetry holds numbers that cannot be.")
        found = [
            breach
            for index in zones.all
            for breach in check_vehicle(
                index,
                kinematics,
                look_ahead_s=self._settings.nearing_s,
                nearing_m=self._settings.nearing_m,
            )
        ]
        height_m = None if ground_m is None else position.alt_amsl_m - ground_m
        breaches = self._active_now(found, None if flat else height_m)
        if flat:
            return AirspaceFinding(AirspaceState.UNKNOWN, breaches, NO_HEIGHT)
        return _found(breaches, moves, height_m)

    def kinematics(self, status: VehicleStatus, age_s: float) -> Kinematics | None:
        """Where a vehicle is and how it moves; None where that is not known.

        Args:
            age_s: since its report came.
        """
        report = status.report
        position = None if report is None else report.position
        if report is None or position is None:
            return None
        moves = report.velocity is not None and report.velocity.age_ms / 1000 + age_s <= STALE_S
        ground_m = self.ground_amsl_m(position.lat, position.lon)
        try:
            return _kinematics(report, position, age_s, ground_m, flat=False, moves=moves)
        except ValueError:
            return None

    def _active_now(
        self, found: Sequence[Breach], height_agl_m: float | None
    ) -> tuple[Breach, ...]:
        """Of zones that ask something of a flight at that height and are active now, or will be
        within the look ahead: those are neared."""
        now, kept = self._clock.now(), []
        for breach in found:
            zone = breach.zone
            if not _asks(zone, height_agl_m):
                continue
            if active_during(zone, now, now):
                kept.append(breach)
                continue
            windows = windows_between(zone, now, now + self._look_ahead, 1)
            if windows:
                wait_s = (windows[0][0] - now).total_seconds()
                enters_s = max(wait_s, breach.enters_in_s or 0.0)
                kept.append(dataclasses.replace(breach, inside=False, enters_in_s=enters_s))
        return tuple(sorted(kept, key=urgency))

    # --- a flight to be --------------------------------------------------------------------------

    def way(self, points: Sequence[Kinematics]) -> AirspaceFinding:
        """Of a straight flight through these points: INSIDE with every zone it touches, CLEAR, or
        UNKNOWN (with the zones that are found all the same). Where a point says no ground, the
        terrain's is taken."""
        zones = self.in_use
        problem = self._problem(zones)
        if problem:
            return _unknown(problem)
        if not points:
            return _unknown("The way has no point.")
        problem = next(filter(None, (zones.not_known_at(one.lat, one.lon) for one in points)), "")
        way = self._with_ground(points) if zones.needs_ground else points
        now = self._clock.now()
        breaches = tuple(
            each
            for index in zones.all
            for each in check_path(index, way)
            if _asks(each.zone, 0.0) and active_during(each.zone, now, now + LONGEST_FLIGHT)
        )
        if any(point.alt_amsl_m is None for point in points):
            problem = problem or "The height of the flight is not known."
        if problem:
            return AirspaceFinding(AirspaceState.UNKNOWN, breaches, problem)
        state = AirspaceState.INSIDE if breaches else AirspaceState.CLEAR
        return AirspaceFinding(state, breaches)

    def _with_ground(self, points: Sequence[Kinematics]) -> list[Kinematics]:
        """The points with the ground below them, and points between where it matters."""
        filled = [self._grounded(points[0])]
        for start, end in itertools.pairwise(points):
            leg = points_between(start, end, every_m=GROUND_EVERY_M, most=MOST_GROUND_POINTS)
            filled += [self._grounded(point) for point in (*leg, end)]
        return filled

    def _grounded(self, point: Kinematics) -> Kinematics:
        if point.ground_amsl_m is not None:
            return point
        return dataclasses.replace(point, ground_amsl_m=self.ground_amsl_m(point.lat, point.lon))


def _unknown(problem: str, height_agl_m: float | None = None) -> AirspaceFinding:
    return AirspaceFinding(AirspaceState.UNKNOWN, problem=problem, height_agl_m=height_agl_m)


def _found(
    breaches: tuple[Breach, ...], moves: bool, height_agl_m: float | None
) -> AirspaceFinding:
    """`moves`: whether its speed is known. A zone that is found stands whatever is not known."""
    problem = "" if moves else NO_SPEED
    if any(breach.inside for breach in breaches):
        state = AirspaceState.INSIDE
    elif breaches:
        state = AirspaceState.NEARING
    else:
        state = AirspaceState.CLEAR if moves else AirspaceState.UNKNOWN
    if not problem and height_agl_m is None:
        problem = NO_GROUND
    return AirspaceFinding(state, breaches, problem, height_agl_m)


def _on_ground(report: VehicleReport, age_s: float) -> bool:
    """Only while it says so itself and lately. What it says of landing may be older than its
    heartbeat, so with its motors on it must not be moving either."""
    flight, velocity = report.flight, report.velocity
    if flight is None or flight.landed is not LandedState.ON_GROUND:
        return False
    if flight.armed and velocity is not None:
        speed_mps = math.hypot(velocity.north_mps, velocity.east_mps, velocity.down_mps)
        if speed_mps > STANDS_BELOW_MPS:
            return False
    return flight.age_ms / 1000 + age_s <= STALE_S


def _asks(zone: GeoZone, height_agl_m: float | None) -> bool:
    """Whether a zone asks anything of a flight so high above the ground. No flight that the station
    sends is above 120 m, up to which controlled airspace asks nothing (`geo.airspace`)."""
    if zone.restriction is Restriction.INFORMATION:
        return False
    low = height_agl_m is not None and height_agl_m <= CLASS_FREE_AGL_M
    return not (zone.kind == "controlled" and low)


def _no_fix(report: VehicleReport, age_s: float) -> str:
    """An autopilot goes on telling a position without a fix, by dead reckoning."""
    gps, health = report.gps, report.health
    if gps is None or gps.age_ms / 1000 + age_s > STALE_S:
        return "Whether it has a satellite fix is not known now."
    if gps.fix in NO_FIX:
        return "It has no satellite fix: where it is is not known."
    if health is not None and not health.global_position_ok:
        return "Its autopilot says that its position is not to be relied on."
    return ""


def _kinematics(
    report: VehicleReport,
    position: PositionReading,
    age_s: float,
    ground_m: float | None,
    *,
    flat: bool,
    moves: bool,
) -> Kinematics:
    """Where it is and how it moves, as far as that is known. It may have moved since its position
    was heard: the errors grow by that. ValueError for numbers that make no sense."""
    north = east = climb = 0.0
    if report.velocity is not None:
        velocity = report.velocity
        north, east, climb = velocity.north_mps, velocity.east_mps, -velocity.down_mps
    old_s = position.age_ms / 1000 + age_s
    return Kinematics(
        lat=position.lat,
        lon=position.lon,
        alt_amsl_m=None if flat else position.alt_amsl_m,
        ground_amsl_m=ground_m,
        north_mps=north if moves else 0.0,
        east_mps=east if moves else 0.0,
        climb_mps=climb if moves else 0.0,
        position_error_m=POSITION_ERROR_M + math.hypot(north, east) * old_s,
        height_error_m=HEIGHT_ERROR_M + abs(climb) * old_s,
    )


def station_airspace(
    settings: AirspaceSettings, clock: Clock, terrain: Terrain | None = None
) -> Airspace:
    """The training zones and terrain if the settings say so, else none: then nothing is clear.

    Args:
        terrain: of a file; it goes before the training terrain.
    """
    if not settings.training:
        return Airspace(dataset=None, terrain=terrain, settings=settings, clock=clock)
    return Airspace(
        dataset=training_dataset(clock.now()),
        terrain=terrain or TrainingTerrain(),
        settings=settings,
        clock=clock,
    )
