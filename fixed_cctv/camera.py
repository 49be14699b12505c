"""What a camera is to its agent.

An address with a user name and password in it is a secret: only `CameraSpec.address` and the code
that opens it ever hold it; everything else (names, logs, errors) uses `public_address`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ground_station.core.agent_protocol import Calibration, SourceOffer


@dataclass(frozen=True, slots=True)
class CameraSpec:
    """One camera of an agent.

    Attributes:
        key: the agent's own stable name for it.
        name: what people read.
        address: a video file, `rtsp://...`, `/dev/videoN`, `usb:N`, or
            `frame-code:WIDTHxHEIGHT@FPS` (synthetic pictures with their number drawn in).
        simulated: its pictures are not of the here and now.
        note: shown with the source.
        heading_deg: of the optical axis, clockwise from true north.
        loop: for a file: begin again at its end.
        in_step_s: for a file: its length, if it is played in step with the clock: what it shows is
            as far from its beginning as the time is from a multiple of this.
    """

    key: str
    name: str
    address: str = field(repr=False)
    simulated: bool = False
    note: str = ""
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None
    calibration: Calibration | None = None
    loop: bool = True
    in_step_s: float | None = None

    def offer(self, *, publishing: bool = False) -> SourceOffer:
        """What the station is told of it."""
        return SourceOffer(
            key=self.key,
            name=self.name,
            publishing=publishing,
            simulated=self.simulated,
            note=self.note,
            lat=self.lat,
            lon=self.lon,
            heading_deg=self.heading_deg,
            calibration=self.calibration,
        )
