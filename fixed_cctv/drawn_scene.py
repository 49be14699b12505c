"""Two drawn cameras of the simulated borough, for the demonstration.

What they show is drawn once, as footage as long as the borough's period, so that showing it costs
no more than showing a film. It is played in step with the clock: what it shows at any moment is
what every other camera of the simulated borough shows then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av

from fixed_cctv.camera import CameraSpec
from fixed_cctv.footage import encode_pictures
from geo.camera import Camera, Pose
from ground_station.core.agent_protocol import Calibration, GroundPair
from ground_station.core.errors import NotFound
from ground_station.simulation.borough import PERIOD_S
from ground_station.simulation.borough_camera import BoroughCamera
from ground_station.simulation.town import FRAME

Progress = Callable[[str], None]

WIDTH_PX, HEIGHT_PX, FPS = 640, 360, 10
GROUND_AMSL_M = 5.0
SIGMA_PX = 3.0  # of a detector's box
SIGMA_CALIBRATION_M = 0.05  # the geometry is exact but for centimetres lost to rounding
NOTE = (
    "A drawing of the simulated borough, not a picture: nobody in it is real. The place is real, "
    "what stands there is not drawn after it."
)


@dataclass(frozen=True, slots=True)
class DrawnScene:
    """A fixed camera in the simulated borough.

    Attributes:
        place: (east, north) metres of the town's anchor. height_m: above the ground.
    """

    key: str
    name: str
    place: tuple[float, float]
    height_m: float
    yaw_deg: float
    pitch_deg: float
    hfov_deg: float

    @property
    def pose(self) -> Pose:
        lat, lon = FRAME.to_wgs84(*self.place)
        return Pose(
            lat,
            lon,
            GROUND_AMSL_M + self.height_m,
            GROUND_AMSL_M,
            self.yaw_deg,
            self.pitch_deg,
            0.0,
            self.hfov_deg,
        )


PARK = DrawnScene("drawn-park", "Ravenscourt Park, paths", (17.0, -25.0), 5.0, 325.0, -13.0, 50.0)
LYRIC_SQUARE = DrawnScene(
    "drawn-lyric-square", "Lyric Square, Hammersmith", (846.0, -262.0), 6.0, 176.0, -15.0, 60.0
)
SCENES = (PARK, LYRIC_SQUARE)


def calibration(scene: DrawnScene) -> Calibration:
    """Pixels of the scene's picture and the ground they show, from the pose it is drawn with."""
    camera = Camera(scene.pose, WIDTH_PX, HEIGHT_PX)
    pairs = []
    for across, down in ((0.1, 0.98), (0.9, 0.98), (0.5, 0.7), (0.1, 0.42), (0.9, 0.42)):
        u, v = round(across * WIDTH_PX), round(down * HEIGHT_PX)
        place = camera.ground(u, v)
        assert place is not None, "the scenes look down"
        pairs.append(GroundPair(u, v, round(place[0], 2), round(place[1], 2)))
    return Calibration(
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
        anchor_lat=scene.pose.lat,
        anchor_lon=scene.pose.lon,
        pairs=pairs,
        sigma_px=SIGMA_PX,
        sigma_calibration_m=SIGMA_CALIBRATION_M,
    )


def drawn_camera(scene: DrawnScene, footage: Path) -> CameraSpec:
    """The camera that shows what `draw_footage` drew.

    Raises:
        NotFound: there is no such footage.
    """
    if not footage.is_file():
        raise NotFound(
            f"There is no footage {footage.name} of {scene.name}.",
            "Start run.py again: its set-up draws it.",
        )
    return CameraSpec(
        key=scene.key,
        name=scene.name,
        address=str(footage),
        simulated=True,
        note=NOTE,
        lat=scene.pose.lat,
        lon=scene.pose.lon,
        heading_deg=scene.yaw_deg,
        calibration=calibration(scene),
        in_step_s=PERIOD_S,
    )


def draw_all(folder: Path, progress: Progress) -> None:
    """The footage of every scene, each in a file of its key.

    Raises:
        Unavailable: a file cannot be written. NotFound, IntegrityError: there is no basemap.
    """
    for scene in SCENES:
        draw_footage(scene, folder / f"{scene.key}.ts", progress)


def draw_footage(
    scene: DrawnScene, out: Path, progress: Progress, seconds: float = PERIOD_S
) -> None:
    """Draw and encode one; `out` appears last, when everything is there. Raises as `draw_all`."""
    pictures = _pictures(scene, BoroughCamera(), round(seconds * FPS), progress)
    encode_pictures(pictures, WIDTH_PX, HEIGHT_PX, Fraction(FPS), out)


def _pictures(
    scene: DrawnScene, camera: BoroughCamera, count: int, progress: Progress
) -> Iterator[av.VideoFrame]:
    began = datetime.fromtimestamp(0, UTC)  # the beginning of a period
    for number in range(count):
        if number % max(1, count // 10) == 0:
            progress(f"Drawing {scene.name}: {round(100 * number / count)} %")
        at = began + timedelta(seconds=number / FPS)
        mark = f"{at:%M:%S} of a loop of {PERIOD_S:.0f} s"
        picture = camera.draw(scene.pose, at, WIDTH_PX, HEIGHT_PX, mark)
        yield av.VideoFrame.from_ndarray(picture, format="bgr24")
