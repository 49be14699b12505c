"""One SimpleItem of a QGroundControl plan: a MAVLink command with its numbers, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geo.formats.common import Unreadable
from geo.formats.json_safe import Members, listed, number
from geo.formats.reading import FileRefused
from geo.missions.model import HeightDatum

_FRAMES = {
    0: HeightDatum.AMSL,
    5: HeightDatum.AMSL,
    3: HeightDatum.HOME,
    6: HeightDatum.HOME,
    10: HeightDatum.TERRAIN,
    11: HeightDatum.TERRAIN,
}
_MODES = {1: HeightDatum.HOME, 2: HeightDatum.AMSL, 4: HeightDatum.TERRAIN}
_RECKONED = 3  # AltitudeMode: above terrain, reckoned into a height above the sea by QGroundControl
_SAME_M = 0.01
_WORDS = {
    HeightDatum.HOME: "above home",
    HeightDatum.AMSL: "above the sea",
    HeightDatum.TERRAIN: "above terrain",
}


@dataclass(frozen=True, slots=True)
class Simple:
    """`where`: its place in the file, for people. `params`: MAVLink's seven; None: left open."""

    where: str
    command: int
    frame: int
    params: tuple[float | None, ...]
    altitude_mode: int | None
    altitude_m: float | None

    def param(self, number_from_1: int) -> float | None:
        return self.params[number_from_1 - 1]

    def place(self) -> tuple[float, float] | None:
        """(lat, lon); None where it is left open. Raises FileRefused for half of one."""
        lat, lon = self.params[4], self.params[5]
        if (lat is None) != (lon is None):
            raise FileRefused(f"{self.where}: it has a latitude or a longitude, not both.")
        if lat is None or lon is None or (lat == 0 and lon == 0):
            return None
        return lat, lon

    def required_place(self) -> tuple[float, float]:
        found = self.place()
        if found is None:
            raise FileRefused(f"{self.where} has no place (none, or 0, 0). Place it on the map.")
        return found

    def height(self) -> tuple[float, HeightDatum, str]:
        """(metres, above what, a note or ""). Raises FileRefused where that is not sure."""
        z = self.params[6]
        datum = _FRAMES.get(self.frame)
        if datum is None:
            raise FileRefused(
                f"{self.where}: frame {self.frame} does not say what its height is above. "
                "Known are 0 (sea), 3 (home) and 10 (terrain)."
            )
        if self.altitude_mode == _RECKONED and datum is HeightDatum.AMSL:
            return self._reckoned()
        if z is None:
            raise FileRefused(f"{self.where} has no height.")
        self._require_agreement(z, datum)
        return z, datum, ""

    def _reckoned(self) -> tuple[float, HeightDatum, str]:
        if self.altitude_m is None:
            raise FileRefused(
                f"{self.where}: its height is above terrain, and 'Altitude' does not say it. "
                "Open it in QGroundControl and save it again."
            )
        note = (
            "Heights that QGroundControl reckoned above terrain are kept as heights above terrain; "
            "its own heights above the sea are not."
        )
        return self.altitude_m, HeightDatum.TERRAIN, note

    def _require_agreement(self, z: float, datum: HeightDatum) -> None:
        """What QGroundControl shows and what a vehicle is sent must be one height."""
        said = _MODES.get(self.altitude_mode or 0, datum)
        if said is not datum:
            raise FileRefused(
                f"{self.where}: AltitudeMode {self.altitude_mode} says {_WORDS[said]}, frame "
                f"{self.frame} {_WORDS[datum]}. Open it in QGroundControl and save it again."
            )
        if self.altitude_m is not None and abs(self.altitude_m - z) > _SAME_M:
            raise FileRefused(
                f"{self.where}: 'Altitude' is {self.altitude_m:g} m and the height in 'params' "
                f"{z:g} m. Open it in QGroundControl and save it again."
            )


def simple_of(found: Members, where: str) -> Simple:
    """Raises FileRefused for what is no whole SimpleItem."""
    try:
        params = listed(found.get("params"), "'params'")
        if len(params) != 7:
            raise Unreadable(f"'params' has {len(params)} numbers, not 7")
        return Simple(
            where,
            _whole(found.get("command"), "'command'"),
            _whole(found.get("frame"), "'frame'"),
            tuple(maybe_number(each, f"parameter {n}") for n, each in enumerate(params, 1)),
            None
            if found.get("AltitudeMode") is None
            else _whole(found["AltitudeMode"], "'AltitudeMode'"),
            maybe_number(found.get("Altitude"), "'Altitude'"),
        )
    except Unreadable as error:
        raise FileRefused(f"{where}: {error}.") from error


def maybe_number(value: Any, what: str) -> float | None:
    """None for null. Raises Unreadable."""
    return None if value is None else number(value, what)


def _whole(value: Any, what: str) -> int:
    found = number(value, what)
    if found != int(found) or abs(found) > 1_000_000:
        raise Unreadable(f"{what} is {found:g}, not a whole number")
    return int(found)
