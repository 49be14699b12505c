"""Where on the ground the tracks of a calibrated camera stand."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import msgspec

from geo.ground_plane import GroundPlane
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
        """One observation a track that stands on the ground in the picture.

        A box cut by the picture's bottom edge hides its feet, and a foot point on or above the
        horizon is nowhere on the ground: those tracks get none.
        """
        if frame.width <= 0 or frame.height <= 0:
            return ()
        plane = self._fitted(calibration).plane
        # The stream may be scaled against the picture that was calibrated.
        scale_u = calibration.width_px / frame.width
        scale_v = calibration.height_px / frame.height
        observations = []
        for track in frame.tracks:
            left, _top, right, bottom = track.xyxy
            if bottom >= frame.height - CUT_BY_EDGE_PX:
                continue
            point = plane.locate((left + right) / 2 * scale_u, bottom * scale_v)
            if point is not None:
                observations.append(
                    _observation(
                        frame,
                        track,
                        (point.lat, point.lon),
                        (point.semi_major_m, point.semi_minor_m, point.orientation_deg),
                    )
                )
        return tuple(observations)

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


def _observation(
    frame: FrameTracks,
    track: Track,
    place: tuple[float, float],
    ellipse: tuple[float, float, float],
) -> GeoObservation:
    return GeoObservation(
        source_id=frame.source_id,
        session_id=frame.session_id,
        track_id=track.track_id,
        class_name=track.class_name,
        lat=place[0],
        lon=place[1],
        semi_major_m=ellipse[0],
        semi_minor_m=ellipse[1],
        orientation_deg=ellipse[2],
        observed_at=frame.captured_at,
    )
