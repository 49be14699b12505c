"""What a camera would see of the simulated borough, drawn; and what is truly in the picture."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from geo.camera import Camera, Pose
from ground_station.simulation.borough import DEMO_SEED, MoverKind, moment_s, the_borough
from ground_station.simulation.car_figures import CarDrawer, place_cars
from ground_station.simulation.figures import IntArray, Placed, darken, fixed
from ground_station.simulation.ground_tiles import GroundTiles
from ground_station.simulation.ground_view import GroundView
from ground_station.simulation.people_figures import PeopleDrawer, place_people
from ground_station.simulation.town import FRAME
from ground_station.simulation.trees import TreeDrawer, crown_m, near, place_trees, plant

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

FIGURES_WITHIN_M = 420.0  # farther off they are a pixel or two
SHADOW_M = np.array([0.5, 0.74])  # on the ground, east and north, for each metre of height
SHADOWS_WITHIN_M = 160.0
NEAREST_SHADOW_M = 0.5
MARK = "SIMULATED"


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody or something in a picture, and where it truly is.

    Attributes:
        box: (left, top, right, bottom) in pixels, cut to the picture. Something nearer may hide it.
        whole: nothing of it lies outside the picture.
        foot_px: where the ground below it appears. distance_m: along the optical axis.
    """

    mover_id: str
    kind: MoverKind
    lat: float
    lon: float
    box: tuple[float, float, float, float]
    whole: bool
    foot_px: tuple[float, float]
    distance_m: float


@dataclass(frozen=True, slots=True)
class _Scene:
    """What is in view. `to_town`: 3x3, from the camera's ground frame to the town's."""

    camera: Camera
    to_town: FloatArray
    people: Placed
    cars: Placed
    trees: Placed


class BoroughCamera:
    """Draws pictures. For one thread at a time (a lock sees to it).

    Making the first of a process takes some seconds: the borough is made.
    """

    def __init__(self, seed: int = DEMO_SEED) -> None:
        self._borough = the_borough(seed)
        self._trees = plant(self._borough.town)
        self._ground = GroundView(GroundTiles(self._borough.town))
        self._lock = threading.Lock()
        self._still: tuple[Pose, int, int, Picture] | None = None

    def draw(
        self, pose: Pose, at: datetime, width_px: int, height_px: int, mark: str | None = None
    ) -> Picture:
        """(H, W, 3) uint8 BGR, with a mark burnt in that says it is a drawing.

        Args:
            at: aware; people and cars are where they are then.
            mark: said after "SIMULATED"; None: the time.
        """
        with self._lock:
            scene = self._scene(pose, moment_s(at), width_px, height_px)
            picture = self._ground_of(scene, pose)
            _draw_figures(picture, scene)
            said = at.astimezone(UTC).strftime("%H:%M:%SZ") if mark is None else mark
            _draw_mark(picture, f"{MARK} {said}".rstrip())
            return picture

    def truth(self, pose: Pose, at: datetime, width_px: int, height_px: int) -> list[Seen]:
        """Everybody and everything of which a part lies in that picture, the nearest first."""
        scene = self._scene(pose, moment_s(at), width_px, height_px)
        seen = [
            *_seen("person", scene.people, scene, (MoverKind.PERSON, MoverKind.PERSON)),
            *_seen("car", scene.cars, scene, (MoverKind.CAR, MoverKind.VAN)),
        ]
        return sorted(seen, key=lambda one: one.distance_m)

    def _ground_of(self, scene: _Scene, pose: Pose) -> Picture:
        """Kept for as long as the camera stands still."""
        camera = scene.camera
        key = (pose, camera.width_px, camera.height_px)
        if self._still is not None and self._still[:3] == key:
            return self._still[3].copy()
        picture = self._ground.draw(camera, scene.to_town)
        self._still = (*key, picture)
        return picture.copy()

    def _scene(self, pose: Pose, t_s: float, width_px: int, height_px: int) -> _Scene:
        camera = Camera(pose, width_px, height_px)
        here = FRAME.from_wgs84(pose.lat, pose.lon)
        turn = _turn(pose)
        cos, sin = math.cos(turn), math.sin(turn)
        to_town = np.array([[cos, -sin, here[0]], [sin, cos, here[1]], [0.0, 0.0, 1.0]])
        middle, radius_m = _looked_at(camera)
        around = to_town @ (*middle, 1.0)
        people = self._borough.walking.near(t_s, around[0], around[1], radius_m)
        cars = self._borough.driving.near(t_s, around[0], around[1], radius_m)
        trees = near(self._trees, around[0], around[1], radius_m)
        (people_at, people_to), (cars_at, cars_to), (trees_at, trees_to) = (
            (
                (crowd.places - here) @ to_town[:2, :2],
                np.radians(crowd.heading_deg) + turn,
            )
            for crowd in (people, cars, trees)
        )
        return _Scene(
            camera,
            to_town,
            place_people(people, people_at, people_to, camera, t_s),
            place_cars(cars, cars_at, cars_to, camera),
            place_trees(trees, trees_at, trees_to, camera),
        )


def _turn(pose: Pose) -> float:
    """Radians: a true bearing at the camera, less the same in the town's plane."""
    east, north = FRAME.from_wgs84(pose.lat, pose.lon)
    ahead = FRAME.from_wgs84(pose.lat + 0.001, pose.lon)  # true north of the camera
    return -math.atan2(ahead[0] - east, ahead[1] - north)


def _looked_at(camera: Camera) -> tuple[tuple[float, float], float]:
    """The middle of the ground in view and half the side of a square round it, bounded."""
    points = []
    for u in (0.0, camera.width_px / 2, float(camera.width_px)):
        for v in (0.0, camera.height_px / 2, float(camera.height_px)):
            east, north, up = camera.ray(u, v)
            reach = math.hypot(east, north)
            t = max(camera.height_m, 0.0) / -up if up < 0 else math.inf
            t = min(t, FIGURES_WITHIN_M / max(reach, 1e-9))
            points.append((t * east, t * north))
    table = np.array(points)
    low, high = table.min(axis=0), table.max(axis=0)
    radius_m = float((high - low).max()) / 2 + 8.0
    return (float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2), radius_m


def _draw_figures(picture: Picture, scene: _Scene) -> None:
    """The farthest first."""
    people, cars = (0.2, 0.2, 1.65), (2.1, 0.9, 1.3)  # half as long and wide, and high
    shadows = [*_shadows(scene, scene.people, people), *_shadows(scene, scene.cars, cars)]
    darken(picture, [*shadows, *_round_shadows(scene)])
    sorts = (scene.people, scene.cars, scene.trees)
    drawers = (PeopleDrawer(scene.people), CarDrawer(scene.cars), TreeDrawer(scene.trees))
    turns = [
        (-depth, sort, index)
        for sort, some in enumerate(sorts)
        for index, depth in enumerate(some.middles.tolist())
    ]
    for _, sort, index in sorted(turns):
        drawers[sort].draw(picture, index)


def _shadows(scene: _Scene, placed: Placed, box_m: tuple[float, float, float]) -> list[IntArray]:
    """Outlines on the ground of boxes that stand there."""
    long_m, wide_m, high_m = box_m
    (close,) = np.nonzero(placed.middles < SHADOWS_WITHIN_M)
    if not len(close):
        return []
    bearing, ground = placed.bearing[close], placed.ground[close]
    along = np.column_stack([np.sin(bearing), np.cos(bearing)]) * long_m
    aside = np.column_stack([-np.cos(bearing), np.sin(bearing)]) * wide_m
    foot = np.stack([ground + a * along + b * aside for a in (1, -1) for b in (1, -1)], axis=1)
    fall = SHADOW_M @ scene.to_town[:2, :2] * high_m
    return _outlines(scene, np.concatenate([foot, foot + fall], axis=1))


def _round_shadows(scene: _Scene) -> list[IntArray]:
    """Of the trees' crowns."""
    trees = scene.trees
    (close,) = np.nonzero(trees.middles < SHADOWS_WITHIN_M)
    if not len(close):
        return []
    radius, middle = (each[close, None, None] for each in crown_m(trees.crowd))
    angle = np.linspace(0, 2 * math.pi, 12, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])[None] * radius
    fall = (SHADOW_M @ scene.to_town[:2, :2])[None, None] * middle
    return _outlines(scene, trees.ground[close][:, None] + fall + ring)


def _outlines(scene: _Scene, ground: FloatArray) -> list[IntArray]:
    """(N, K, 2) on the ground to what each K points surround in the picture."""
    points = np.concatenate([ground, np.zeros((*ground.shape[:2], 1))], axis=2)
    pixels, depths = scene.camera.pixels(points.reshape(-1, 3))
    outlines = fixed(pixels).reshape(-1, ground.shape[1], 2)
    in_front = depths.reshape(-1, ground.shape[1]).min(axis=1) > NEAREST_SHADOW_M
    return [cv2.convexHull(outline) for outline in outlines[in_front]]


def _seen(
    word: str, placed: Placed, scene: _Scene, kinds: tuple[MoverKind, MoverKind]
) -> list[Seen]:
    crowd = placed.crowd
    width, height = scene.camera.width_px, scene.camera.height_px
    lats, lons = FRAME.to_wgs84_many(crowd.places[:, 0], crowd.places[:, 1])
    flat = np.column_stack([placed.ground, np.zeros(len(lats))])
    feet, _ = scene.camera.pixels(flat)
    columns = zip(
        crowd.index.tolist(),
        crowd.large.tolist(),
        lats.tolist(),
        lons.tolist(),
        placed.boxes().tolist(),
        feet.tolist(),
        placed.middles.tolist(),
        strict=True,
    )
    found = []
    for index, large, lat, lon, (left, top, right, bottom), (u, v), depth in columns:
        box = (max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height))
        whole = box == (left, top, right, bottom)
        found.append(Seen(f"{word}-{index}", kinds[large], lat, lon, box, whole, (u, v), depth))
    return found


def _draw_mark(picture: Picture, text: str) -> None:
    """Small, in the lower left corner, readable on any ground."""
    height = picture.shape[0]
    scale = max(0.32, height / 360 * 0.38)
    at = (round(0.022 * height), height - round(0.026 * height))
    for colour, thick in (((40, 40, 40), 3), ((238, 238, 238), 1)):
        cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, thick, cv2.LINE_AA)
