"""The footage of the demonstration's drawn cameras: drawn once, again when its drawing changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.fingerprint import Marker, fingerprint
from ground_station.bootstrap.packages import PACKAGES_STEP
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

DRAW_STEP = "draw"
DRAWN_CAMERAS = ("drawn-park", "drawn-lyric-square")  # keys of fixed_cctv.drawn_scene.SCENES
# Footage is drawn again when one of these changes.
DRAWN_FROM = (
    "fixed_cctv/drawn_scene.py",
    "fixed_cctv/footage.py",
    "geo/camera.py",
    "geo/local_frame.py",
    "ground_station/vision/publishing/encode.py",
    "web/public/basemap.json",
    *(
        f"ground_station/simulation/{name}.py"
        for name in (
            "borough",
            "borough_camera",
            "car_figures",
            "crowd",
            "figures",
            "ground_layers",
            "ground_tiles",
            "ground_view",
            "paths_in_time",
            "people_figures",
            "town",
            "traffic",
            "trees",
            "walkers",
        )
    ),
)
DRAW = (
    "import sys; from pathlib import Path; from fixed_cctv.drawn_scene import draw_all; "
    "draw_all(Path(sys.argv[1]), lambda text: print(text, flush=True))"
)


def drawn_footage(places: Places, key: str) -> Path:
    """What the drawn camera with that key sends, there or not."""
    return places.footage / f"{key}.ts"


def drawn_step(places: Places, programs: Programs) -> Step:
    draw = DrawFootage(places, programs)
    return Step(
        DRAW_STEP, "Drawn cameras", (PACKAGES_STEP,), draw.is_done, draw.draw, optional=True
    )


class DrawFootage:
    """One drawing for all later starts."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._marker = Marker(places.footage / ".kestrel-drawn")

    def is_done(self) -> bool:
        return all(file.is_file() for file in self._files()) and self._marker.holds(self._key())

    def draw(self, report: Report) -> str:
        """Raises SetupError."""
        self._marker.clear()
        report("drawing two minutes of the simulated borough, once")
        self._places.footage.mkdir(parents=True, exist_ok=True)
        python, folder = self._places.venv_python, self._places.footage
        try:
            self._programs.run(
                [str(python), "-P", "-c", DRAW, str(folder)],
                cwd=self._places.root,
                env={"PYTHONPATH": str(self._places.root)},
                on_line=report,
            )
        except ProgramFailed as error:
            raise SetupError(
                "the drawn cameras cannot be drawn, so the demonstration goes without them",
                "Report it with var/log/setup.log. " + " / ".join(error.tail[-2:]),
                error.tail,
            ) from error
        self._marker.write(self._key())
        return f"{sum(file.stat().st_size for file in self._files()) / 1e6:.1f} MB"

    def _files(self) -> Iterator[Path]:
        return (drawn_footage(self._places, key) for key in DRAWN_CAMERAS)

    def _key(self) -> str:
        root = self._places.root
        return fingerprint(root, [root / name for name in DRAWN_FROM], *DRAWN_CAMERAS)
