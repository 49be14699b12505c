"""Takes tracks from the nodes, puts them on the map and hands both on over the bus."""

from __future__ import annotations

import logging
import math

from geo.ground_plane import GroundPlane
from ground_station.core.agent_protocol import Calibration, TrackBatch, WireFrameTracks
from ground_station.core.bus import Bus
from ground_station.core.errors import InvalidInput
from ground_station.core.events import TracksLocated, TracksObserved
from ground_station.core.model import FrameTracks, GeoObservation, Track
from ground_station.services.geolocate import Geolocator
from ground_station.services.pose_locate import locate
from ground_station.services.poses import Poses
from ground_station.services.sources import Sources

log = logging.getLogger(__name__)


class TrackIntake:
    """Drops what belongs to no present session: an old node's last words would move dots."""

    def __init__(self, *, sources: Sources, geolocator: Geolocator, poses: Poses, bus: Bus) -> None:
        self._sources = sources
        self._geolocator = geolocator
        self._poses = poses
        self._bus = bus

    def take(self, batch: TrackBatch) -> None:
        """Publish `TracksObserved` for each frame, and `TracksLocated` where the camera is
        calibrated, or the pose of that very frame has come."""
        calibrated: list[tuple[FrameTracks, GroundPlane, Calibration]] = []
        for wire in batch.frames:
            status = self._sources.find(wire.source_id)
            if status is None or status.session_id != wire.session_id:
                continue
            frame = _frame(wire)
            self._bus.publish(TracksObserved(frame))
            calibration = status.source.calibration
            if calibration is None:
                self._by_pose(frame)
                continue
            try:
                calibrated.append((frame, self._geolocator.plane(calibration), calibration))
            except InvalidInput as error:
                log.warning("not_located source=%s reason=%s", wire.source_id, error)
        located = self._geolocator.locate_all(calibrated)
        for (frame, _plane, _calibration), observations in zip(calibrated, located, strict=True):
            self._located(frame, observations)

    def _by_pose(self, frame: FrameTracks) -> None:
        """The node holds tracks back until the frame's time has come through here, and its pose
        comes with that: one that is not here now is not waited for."""
        pose = self._poses.at(frame.source_id, frame.rtp_timestamp)
        if pose is None:
            return
        try:
            observations = locate(frame, pose)
        except ValueError as error:
            log.warning("not_located source=%s reason=%s", frame.source_id, error)
            return
        self._located(frame, observations)

    def _located(self, frame: FrameTracks, observations: tuple[GeoObservation, ...]) -> None:
        self._bus.publish(
            TracksLocated(frame.source_id, frame.session_id, frame.captured_at, observations)
        )


def _frame(wire: WireFrameTracks) -> FrameTracks:
    return FrameTracks(
        source_id=wire.source_id,
        session_id=wire.session_id,
        seq=wire.seq,
        rtp_timestamp=wire.rtp_timestamp,
        captured_at=wire.captured_at,
        captured_at_from=wire.captured_at_from,
        width=wire.width,
        height=wire.height,
        tracks=tuple(
            Track(
                track_id=track.track_id,
                class_name=track.class_name,
                confidence=track.confidence,
                xyxy=(track.left, track.top, track.right, track.bottom),
                velocity_px_s=(track.du_px_s, track.dv_px_s),
            )
            for track in wire.tracks
            # JSON has no NaN: one would break the page, and it is nowhere in the picture anyway.
            if all(math.isfinite(x) for x in (track.left, track.top, track.right, track.bottom))
        ),
    )
