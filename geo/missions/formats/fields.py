"""An item as named texts: columns of a table, extended data of a KML, extensions of a GPX.

Numbers are written such that reading them gives the same number again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.formats.common import plain
from geo.formats.reading import FileRefused
from geo.missions.formats.reading import DefaultHeight, Draft, number_of
from geo.missions.model import AtEnd, HeightDatum, Mission, MissionItem

HEIGHTS = {
    "height_home_m": HeightDatum.HOME,
    "height_agl_m": HeightDatum.TERRAIN,
    "alt_amsl_m": HeightDatum.AMSL,
}
HEIGHT_NAMES = {datum: name for name, datum in HEIGHTS.items()}
NUMBERS = ("speed_mps", "hold_s", "gimbal_pitch_deg", "heading_deg", "photo_every_m")
ORBIT = ("orbit_radius_m", "orbit_turns")
ITEM = (*HEIGHTS, *NUMBERS, "photo", *ORBIT)
MISSION = ("name", "at_end", "home", "cruise_mps")
_YES = ("1", "yes", "true", "y")
_NO = ("0", "no", "false", "n", "")


def texts_of(item: MissionItem) -> dict[str, str]:
    """Of everything but the place; what is not asked for is left out."""
    found = {HEIGHT_NAMES[item.datum]: number(item.height_m)}
    for name in (*NUMBERS, *ORBIT):
        value = getattr(item, name)
        if value is not None and not (name == "hold_s" and value == 0):
            found[name] = number(value)
    if item.photo:
        found["photo"] = "yes"
    return found


def number(value: float) -> str:
    """As short as it reads back the same."""
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return str(int(value))
    return repr(float(value))


def item_fields(
    where: str, texts: Mapping[str, str], default: DefaultHeight | None, *, comma: bool = False
) -> dict[str, Any]:
    """The fields of `MissionItem` but the place.

    Raises:
        FileRefused: a text is no such value; no height, and no default; more than one height.
    """
    height_m, datum = _height(where, texts, default, comma=comma)
    found: dict[str, Any] = {"height_m": height_m, "datum": datum}
    for name in (*NUMBERS, *ORBIT):
        text = texts.get(name, "").strip()
        if text:
            found[name] = number_of(f"{where}, {name}", text, comma=comma)
    turns = found.get("orbit_turns")
    if turns is not None:
        if turns != int(turns):
            raise FileRefused(f"{where}, orbit_turns is {turns:g}; whole turns only.")
        found["orbit_turns"] = int(turns)
    found["photo"] = yes(f"{where}, photo", texts.get("photo", ""))
    return found


def yes(where: str, text: str) -> bool:
    said = text.strip().lower()
    if said not in (*_YES, *_NO):
        raise FileRefused(f"{where} is {text[:40]!r}; write yes or no.")
    return said in _YES


def _height(
    where: str, texts: Mapping[str, str], default: DefaultHeight | None, *, comma: bool
) -> tuple[float, HeightDatum]:
    said = [name for name in HEIGHTS if texts.get(name, "").strip()]
    if len(said) > 1:
        raise FileRefused(f"{where} has two heights, {said[0]} and {said[1]}. Keep one.")
    if said:
        return number_of(f"{where}, {said[0]}", texts[said[0]], comma=comma), HEIGHTS[said[0]]
    if default is None:
        raise FileRefused(
            f"{where} has no height with a datum. Give {', '.join(HEIGHTS)}, or say a height "
            "for all places that have none."
        )
    return default.height_m, default.datum


def one_line(name: str) -> str:
    """A name as every format can hold it."""
    return " ".join(plain(name, 200).translate({0xFFFE: None, 0xFFFF: None}).split())


def mission_texts(mission: Mission) -> dict[str, str]:
    """Of what belongs to no item; not rally points and fences."""
    found = {"at_end": mission.at_end.value}
    if mission.name:
        found["name"] = one_line(mission.name)
    if mission.home is not None:
        found["home"] = " ".join(number(each) for each in mission.home)
    if mission.cruise_mps is not None:
        found["cruise_mps"] = number(mission.cruise_mps)
    return found


def take_mission_texts(draft: Draft, texts: Mapping[str, str]) -> None:
    """Raises FileRefused."""
    draft.name = texts.get("name", draft.name)
    if "at_end" in texts:
        said = texts["at_end"].strip().lower()
        if said not in tuple(AtEnd):
            raise FileRefused(f"at_end is {said[:40]!r}; it is {', '.join(AtEnd)}.")
        draft.at_end = AtEnd(said)
    if texts.get("home", "").strip():
        parts = texts["home"].split()
        if len(parts) != 3:
            raise FileRefused("home is latitude, longitude and metres above the sea, with spaces.")
        draft.set_home("home", *(number_of("home", part) for part in parts))
    if texts.get("cruise_mps", "").strip():
        draft.set_cruise("cruise_mps", number_of("cruise_mps", texts["cruise_mps"]))
