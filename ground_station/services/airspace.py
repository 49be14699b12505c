"""What zones a flight touches, by the dataset and the terrain in use.

What cannot be checked is never clear: no dataset or one that is out of date, a place it does not
cover, a position that is old or missing, a height or speed that is not known.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.terrain import Terrain, TrainingTerrain
from geo.zones import (
    Breach,
    Datum,
    Gap,
    GeoZone,
    Kinematics,
    ZoneDataset,
    ZoneIndex,
    check_path,
    check_vehicle,
)
from geo.zones.activity import active_during, windows_between
from geo.zones.check import points_between, urgency
from geo.zones.training import WINDOW, training_dataset
from ground_station.core.agent_vehicles import LandedState, PositionReading, VehicleReport
from ground_station.core.clock import Clock
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.core.settings import AirspaceSettings

STANDS_BELOW_MPS = 1.0
STALE_S = 3.0
POSITION_ERROR_M = 5.0
HEIGHT_ERROR_M = 5.0
LONGEST_FLIGHT = timedelta(hours=2)  # a go-to or mission that starts now is over by then
GROUND_EVERY_M = 250.0  # of a leg, where a zone's limit is above the ground
MOST_GROUND_POINTS = 200  # of one leg
DRAWN = "Drawn zones"  # the name of the set of zones that people of ours drew
NO_DATASET = "No airspace dataset is loaded: no place is known to be clear."
NOT_TRAINING = (
    "The airspace dataset is for training, and this station does not run a simulation: "
    "no place is known to be clear."
)
NO_SPEED = "Its speed is not known, so what lies ahead of it cannot be checked."
NO_HEIGHT = "Its height is not known: it counts as inside every zone it is over or under."
NO_GROUND = "The height of the ground is not known here."
NO_FIX = ("no_gps", "no_fix")


@dataclass(frozen=True, slots=True)
class ZonesInUse:
    """What flights are checked against, as one: it is replaced as a whole.

    Attributes:
        index: of the dataset; None: there is none, and nothing is clear.
        more: of the zones beside it: NOTAMs, and those that people of ours drew.
        notams_as_of: when the NOTAMs in use were imported; None: there are none.
        airac: the dataset's AIRAC effective date; "" if it does not say.
        trouble: why what is stored could not be taken into use; nothing is clear then.
    """

    index: ZoneIndex | None
    more: tuple[ZoneIndex, ...] = ()
    notams_as_of: datetime | None = None
    airac: str = ""
    trouble: str = ""

    @property
    def all(self) -> tuple[ZoneIndex, ...]:
        """Of the dataset and beside it."""
        return self.more if self.index is None else (self.index, *self.more)


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
        self.use(ZonesInUse(None if dataset is None else ZoneIndex(dataset)))

    def use(self, zones: ZonesInUse) -> None:
        """Check against these from now on."""
        self._needs_ground = any(
            _above_ground(zone) for index in zones.all for zone in index.dataset.zones
        )
        self._in_use = zones
        self._dataset = None if zones.index is None else zones.index.dataset

    @property
    def in_use(self) -> ZonesInUse:
        return self._in_use

    @property
    def dataset(self) -> ZoneDataset | None:
        """With its validity now: a training dataset's is renewed a week before it would end."""
        dataset = self._dataset
        if dataset is not None and dataset.training and self._settings.training:
            now = self._clock.now()
            half = WINDOW / 2
            ends = dataset.effective_until or now
            if not (dataset.effective_from or now) <= now < ends - half / 2:
                dataset = dataclasses.replace(
                    dataset, effective_from=now - half, effective_until=now + half
                )
                self._dataset = dataset
        return dataset

    @property
    def index(self) -> ZoneIndex | None:
        """Of the dataset, with its validity now; None: nothing can be checked against."""
        index, dataset = self._in_use.index, self.dataset
        if index is None or dataset is None or self._in_use.trouble:
            return None
        return index if index.dataset is dataset else index.dated(dataset)

    def notams_too_old(self) -> bool:
        """Whether NOTAMs count as not checked."""
        as_of, most = self._in_use.notams_as_of, self._settings.notams_max_age_h
        return as_of is None or self._clock.now() - as_of > timedelta(hours=most)

    def problem(self) -> str:
        """Why nothing may be called clear; "" while the dataset may be used."""
        dataset = self.dataset
        if self._in_use.trouble or dataset is None:
            return self._in_use.trouble or NO_DATASET
        if dataset.training and not self._settings.training:
            return NOT_TRAINING
        now = self._clock.now()
        if dataset.effective_from is None or dataset.effective_until is None:
            return f"{dataset.name} does not say when it holds: no place is known to be clear."
        if now >= dataset.effective_until:
            return _out_of_date(dataset, "ended on", dataset.effective_until)
        if now < dataset.effective_from:
            return _out_of_date(dataset, "begins only on", dataset.effective_from)
        return self._gap_anywhere()

    def near(self, lat: float, lon: float, within_m: float) -> Sequence[GeoZone]:
        """Zones within so many metres of a place at whatever height, the nearest first; none
        without a dataset."""
        return tuple(zone for index in self._in_use.all for zone in index.near(lat, lon, within_m))

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
        problem = self.problem() or _no_fix(report, age_s) or self._not_known(position)
        if problem:
            return _unknown(problem, height_m)
        return self._checked(report, position, age_s, ground_m)

    def _checked(
        self, report: VehicleReport, position: PositionReading, age_s: float, ground_m: float | None
    ) -> AirspaceFinding:
        flat = report.gps is not None and report.gps.fix == "2d"
        moves = report.velocity is not None and report.velocity.age_ms / 1000 + age_s <= STALE_S
        try:
            kinematics = _kinematics(report, position, age_s, ground_m, flat=flat, moves=moves)
        except ValueError:
            return _unknown("Its telemetry holds numbers that cannot be.")
        found = [
            breach
            for index in self._in_use.all
            for breach in check_vehicle(
                index,
                kinematics,
                look_ahead_s=self._settings.nearing_s,
                nearing_m=self._settings.nearing_m,
            )
        ]
        breaches = self._active_now(found)
        if flat:
            return AirspaceFinding(AirspaceState.UNKNOWN, breaches, NO_HEIGHT)
        height_m = None if ground_m is None else position.alt_amsl_m - ground_m
        return _found(breaches, moves, height_m)

    def _active_now(self, found: Sequence[Breach]) -> tuple[Breach, ...]:
        """Of zones that are active now, or will be within the look ahead: those are neared."""
        now, kept = self._clock.now(), []
        for breach in found:
            zone = breach.zone
            if active_during(zone, now, now):
                kept.append(breach)
                continue
            windows = windows_between(zone, now, now + self._look_ahead, 1)
            if windows:
                wait_s = (windows[0][0] - now).total_seconds()
                enters_s = max(wait_s, breach.enters_in_s or 0.0)
                kept.append(dataclasses.replace(breach, inside=False, enters_in_s=enters_s))
        return tuple(sorted(kept, key=urgency))

    def _not_known(self, place: PositionReading | Kinematics) -> str:
        """Why the zones of a place are not known."""
        dataset = self._dataset
        if dataset is None:
            return ""
        if dataset.covers is not None and not dataset.covers.holds(place.lat, place.lon):
            return f"{dataset.name}: it covers {dataset.covers.name} only."
        for index in self._in_use.all:
            for gap in index.dataset.gaps:
                if any(area.holds(place.lat, place.lon) for area in gap.areas):
                    return _gap_words(gap)
        return ""

    def _gap_anywhere(self) -> str:
        for index in self._in_use.all:
            for gap in index.dataset.gaps:
                if not gap.areas:
                    return _gap_words(gap)
        return ""

    # --- a flight to be --------------------------------------------------------------------------

    def way(self, points: Sequence[Kinematics]) -> AirspaceFinding:
        """Of a straight flight through these points: INSIDE with every zone it touches, CLEAR, or
        UNKNOWN (with the zones that are found all the same). Where a point says no ground, the
        terrain's is taken."""
        problem = self.problem()
        if problem:
            return _unknown(problem)
        if not points:
            return _unknown("The way has no point.")
        problem = next(filter(None, map(self._not_known, points)), "")
        way = self._with_ground(points)
        now = self._clock.now()
        breaches = tuple(
            each
            for index in self._in_use.all
            for each in check_path(index, way)
            if active_during(each.zone, now, now + LONGEST_FLIGHT)
        )
        if any(point.alt_amsl_m is None for point in points):
            problem = problem or "The height of the flight is not known."
        if problem:
            return AirspaceFinding(AirspaceState.UNKNOWN, breaches, problem)
        state = AirspaceState.INSIDE if breaches else AirspaceState.CLEAR
        return AirspaceFinding(state, breaches)

    def _with_ground(self, points: Sequence[Kinematics]) -> list[Kinematics]:
        """The points with the ground below them, and points between where it matters."""
        if not self._needs_ground:
            return list(points)
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


def _above_ground(zone: GeoZone) -> bool:
    return any(
        layer.lower.datum is Datum.AGL or layer.upper.datum in (Datum.AGL, Datum.SURFACE)
        for layer in zone.layers
    )


def _gap_words(gap: Gap) -> str:
    return f"A feature of the airspace dataset could not be read: {gap.feature} ({gap.reason})."


def _out_of_date(dataset: ZoneDataset, what: str, day: datetime) -> str:
    return (
        f"The airspace dataset ({dataset.name}) {what} {day:%d %B %Y}: no place is known to be "
        "clear. Import the present one."
    )


def station_airspace(settings: AirspaceSettings, clock: Clock) -> Airspace:
    """The training zones and terrain if the settings say so, else none: then nothing is clear."""
    if not settings.training:
        return Airspace(dataset=None, terrain=None, settings=settings, clock=clock)
    return Airspace(
        dataset=training_dataset(clock.now()),
        terrain=TrainingTerrain(),
        settings=settings,
        clock=clock,
    )
