"""Where on the ground the tracks of a calibrated camera stand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from geo.ground_plane import GroundPlane, GroundPoint, locate_each
from ground_station.core.agent_protocol import Calibration
from ground_station.core.errors import InvalidInput
from ground_station.core.model import FrameTracks, GeoObservation, Track

MAX_PLANES: Final = 4096
CUT_BY_EDGE_PX: Final = 2.0  # a box that ends so near the bottom edge goes on outside the picture


@dataclass(frozen=True, slots=True)
class _Fitted:
    plane: GroundPlane
    footprint: list[list[float]]


class Geolocator:
    """Puts foot points on the ground plane; one fitted plane is kept for each calibration."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planes: OrderedDict[bytes, _Fitted] = OrderedDict()

    def check(self, calibration: Calibration) -> None:
        """Raises InvalidInput, with the reason, for a calibration that gives no ground plane."""
        self._fitted(calibration)

    def footprint(self, calibration: Calibration) -> list[list[float]]:
        """The ground a camera sees, as a ring of [lon, lat]."""
        return self._fitted(calibration).footprint

    def locate(self, frame: FrameTracks, calibration: Calibration) -> tuple[GeoObservation, ...]:
        """`locate_all` for one frame."""
        return self.locate_all([(frame, self.plane(calibration), calibration)])[0]

    def plane(self, calibration: Calibration) -> GroundPlane:
        """The fitted plane; InvalidInput for a calibration that gives none."""
        return self._fitted(calibration).plane

    def locate_all(
        self, frames: Sequence[tuple[FrameTracks, GroundPlane, Calibration]]
    ) -> list[tuple[GeoObservation, ...]]:
        """For each frame one observation a track that stands on the ground in the picture.

        A box cut by the picture's bottom edge hides its feet, and a foot point on or above the
        horizon is nowhere on the ground: those tracks get none. All of a batch is computed at once:
        twenty cameras of two people each take less than one of them did by itself.
        """
        feet: list[tuple[int, Track]] = []
        pixels: list[tuple[float, float]] = []
        for number, (frame, _plane, calibration) in enumerate(frames):
            if frame.width <= 0 or frame.height <= 0:
                continue
            # The stream may be scaled against the picture that was calibrated.
            scale_u = calibration.width_px / frame.width
            scale_v = calibration.height_px / frame.height
            for track in frame.tracks:
                left, _top, right, bottom = track.xyxy
                if bottom < frame.height - CUT_BY_EDGE_PX:
                    feet.append((number, track))
                    pixels.append(((left + right) / 2 * scale_u, bottom * scale_v))
        points = locate_each(
            [plane for _frame, plane, _calibration in frames],
            np.array([number for number, _track in feet], dtype=np.int64),
            np.array(pixels, dtype=np.float64).reshape(-1, 2),
        )
        found: list[list[GeoObservation]] = [[] for _ in frames]
        for (number, track), point in zip(feet, points, strict=True):
            if point is not None:
                found[number].append(_observation(frames[number][0], track, point))
        return [tuple(observations) for observations in found]

    def _fitted(self, calibration: Calibration) -> _Fitted:
        key = msgspec.msgpack.encode(calibration)
        with self._lock:
            fitted = self._planes.get(key)
            if fitted is not None:
                self._planes.move_to_end(key)
                return fitted
        fitted = _fit(calibration)
        with self._lock:
            self._planes[key] = fitted
            while len(self._planes) > MAX_PLANES:
                self._planes.popitem(last=False)
        return fitted


def _fit(calibration: Calibration) -> _Fitted:
    try:
        plane = GroundPlane.fit(
            width_px=calibration.width_px,
            height_px=calibration.height_px,
            anchor_lat=calibration.anchor_lat,
            anchor_lon=calibration.anchor_lon,
            pairs=[(p.u_px, p.v_px, p.east_m, p.north_m) for p in calibration.pairs],
            sigma_px=calibration.sigma_px,
            sigma_calibration_m=calibration.sigma_calibration_m,
        )
    except ValueError as error:
        raise InvalidInput(f"The camera's calibration cannot be used: {error}") from error
    return _Fitted(plane, [[lon, lat] for lon, lat in plane.footprint()])


def _observation(frame: FrameTracks, track: Track, point: GroundPoint) -> GeoObservation:
    return GeoObservation(
        source_id=frame.source_id,
        session_id=frame.session_id,
        track_id=track.track_id,
        class_name=track.class_name,
        lat=point.lat,
        lon=point.lon,
        semi_major_m=point.semi_major_m,
        semi_minor_m=point.semi_minor_m,
        orientation_deg=point.orientation_deg,
        observed_at=frame.captured_at,
    )
