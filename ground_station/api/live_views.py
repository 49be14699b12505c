"""What the live pages are told of where moving cameras look.

The place of a moving camera's source follows its vehicle once a second: whether a view is told is
judged by the pose it is of, each time anew, and never by where the source last was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ground_station.api.parts import Parts
from ground_station.api.schemas import ViewFootprint
from ground_station.core.agent_vehicles import CameraPose
from ground_station.services.pose_locate import footprint
from ground_station.services.poses import StampedPose

log = logging.getLogger(__name__)

EVERY_S = 0.2  # of one camera
SLACK_S = 0.005  # a turn that is so much early is the one that was meant
FORGET_AFTER_S = 60.0  # without a pose; a camera's last view is no news any more

Ring = list[list[float]]
# A source's number for the pose that is about to be told; None where it is not told of, or was not
# in the audience's area at that very pose.
NumberOf = Callable[[str, CameraPose], int | None]


@dataclass(slots=True)
class _View:
    stamped: StampedPose
    ring: Ring
    told_s: float


class LiveViews:
    """Follows the poses. One thread, the pusher's."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._views: dict[str, _View] = {}
        self._moved: dict[str, _View] = {}  # in this turn

    def collect(self, now_s: float) -> bool:
        """Look which cameras have moved and are due; whether any."""
        self._moved = {}
        present = set()
        for source_id, stamped in self._parts.poses.all():
            if now_s - stamped.heard_s > FORGET_AFTER_S:
                continue
            present.add(source_id)
            view = self._views.get(source_id)
            if view is not None and (
                view.stamped is stamped or now_s - view.told_s < EVERY_S - SLACK_S
            ):
                continue
            ring = self._ring(source_id, stamped)
            if ring is not None:
                self._views[source_id] = self._moved[source_id] = _View(stamped, ring, now_s)
        for source_id in self._views.keys() - present:
            del self._views[source_id]
        return bool(self._moved)

    def moved(self, number_of: NumberOf, now_s: float) -> list[ViewFootprint]:
        """Those of this turn."""
        return _in_words(self._moved, number_of, now_s)

    def all(self, number_of: NumberOf, now_s: float) -> list[ViewFootprint]:
        """Every camera's last view, with its age: for a fresh snapshot."""
        return _in_words(self._views, number_of, now_s)

    def _ring(self, source_id: str, stamped: StampedPose) -> Ring | None:
        """None as long as the shape of its picture is not known."""
        status = self._parts.sources.find(source_id)
        if status is None or status.report is None or status.report.width <= 0:
            return None
        try:
            ring = footprint(stamped.pose, status.report.width, status.report.height)
        except ValueError as error:
            log.warning("view_not_drawn source=%s reason=%s", source_id, error)
            return []
        return [[round(lon, 6), round(lat, 6)] for lon, lat in ring]


def _in_words(views: dict[str, _View], number_of: NumberOf, now_s: float) -> list[ViewFootprint]:
    found = []
    for source_id, view in views.items():
        number = number_of(source_id, view.stamped.pose)
        if number is not None:
            age_ms = max(0, round((now_s - view.stamped.heard_s) * 1000))
            found.append(ViewFootprint(number, age_ms, view.ring))
    return found
