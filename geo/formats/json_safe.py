"""JSON from anywhere, taken apart within limits: nothing in it may fill the memory, be read two
ways, or raise anything but a refusal that says where."""

from __future__ import annotations

import json
import math
from typing import Any

from geo.formats.common import Budget, Place, Unreadable, plain, require_size
from geo.formats.reading import FileRefused

MAX_VALUES = 2_000_000  # of one file, roughly; the whole UK has about 500,000
Members = dict[str, Any]


class _Doubled(dict[str, Any]):
    """An object that has a key twice: which of the two values counts, nobody can say."""


def parsed(data: bytes) -> Members:
    """The object that a file holds.

    Raises:
        FileRefused: too large, no whole JSON (with line and column), too deep, or no object.
    """
    require_size(data)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data[:64]:
        raise FileRefused("It is not UTF-8, which JSON must be. Save it as UTF-8.")
    values = sum(data.count(mark) for mark in (b",", b"[", b"{"))
    if values > MAX_VALUES:
        raise FileRefused(f"It has more than {MAX_VALUES:,} values: no real file has.")
    try:
        found = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_refused
        )
    except UnicodeDecodeError as error:
        raise FileRefused(
            f"It is not UTF-8 at byte {error.start + 1}. Save it as UTF-8."
        ) from error
    except json.JSONDecodeError as error:
        raise FileRefused(
            f"It is no whole JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except RecursionError as error:
        raise FileRefused("Its lists and objects are in each other far too deep.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise FileRefused(f"It has a number that cannot be: {str(error)[:100]}.") from error
    if not isinstance(found, dict):
        raise FileRefused("It is JSON, but no object: a file that is read here begins with '{'.")
    if isinstance(found, _Doubled):
        raise FileRefused("Its outermost object has a key twice: which counts, nobody can say.")
    return found


def _object(pairs: list[tuple[str, Any]]) -> Members:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Doubled(found)


def _refused(constant: str) -> float:
    raise FileRefused(f"It has the number {constant}, which is none in JSON.")


def features_of(found: Members) -> list[Any]:
    """Its features. Raises FileRefused where there is no list of them."""
    if found.get("type") == "Feature":
        return [found]  # one, without its collection
    features = found.get("features")
    if not isinstance(features, list):
        raise FileRefused("It has no list 'features'.")
    return features


def members(value: Any, what: str) -> Members:
    """An object. Raises Unreadable for anything else, and for one with a key twice."""
    if not isinstance(value, dict):
        raise Unreadable(f"{what} is missing" if value is None else f"{what} is no object")
    if isinstance(value, _Doubled):
        raise Unreadable(f"{what} has a key twice: which counts, nobody can say")
    return value


def maybe_members(value: Any) -> Members:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) and not isinstance(value, _Doubled) else {}


def listed(value: Any, what: str) -> list[Any]:
    """A list. Raises Unreadable for anything else."""
    if not isinstance(value, list):
        raise Unreadable(f"{what} is missing" if value is None else f"{what} is no list")
    return value


def number(value: Any, what: str) -> float:
    """A finite number. Raises Unreadable for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"{what} is missing" if value is None else f"{what} is no number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise Unreadable(f"{what} is too large a number")
    return found


def text(value: Any, most: int = 2000) -> str:
    """A string, a whole number, a list of strings (joined by new lines) or a list of texts in
    several languages (the English one, else the first); "" for anything else."""
    if isinstance(value, str):
        return plain(value, most)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    if isinstance(value, dict):
        return text(value.get("text"), most)
    if isinstance(value, list):
        return _of_list(value[:100], most)
    return ""


def _of_list(values: list[Any], most: int) -> str:
    if any(isinstance(each, dict) for each in values):
        texts = [each for each in values if isinstance(each, dict)]
        english = [each for each in texts if str(each.get("lang", ""))[:2].lower() == "en"]
        return next((found for each in (*english, *texts) if (found := text(each, most))), "")
    return "\n".join(each for value in values if isinstance(value, str) and (each := text(value)))[
        :most
    ]


def position(value: Any, known: list[Place], what: str = "a corner") -> Place:
    """(lat, lon) of [lon, lat]; what follows (a height) is not looked at.

    Raises:
        Unreadable: it is none; with the places that were read before it.
    """
    if not isinstance(value, list) or len(value) < 2:
        raise Unreadable(f"{what} is no [longitude, latitude]", known)
    try:
        lon, lat = number(value[0], f"{what}'s longitude"), number(value[1], f"{what}'s latitude")
    except Unreadable as error:
        raise Unreadable(str(error), known) from error
    if abs(lat) > 90 or abs(lon) > 180:
        raise Unreadable(f"{what} is no place on the Earth: [{lon}, {lat}]", known)
    return lat, lon


def rings(value: Any, budget: Budget, known: list[Place]) -> list[list[Place]]:
    """The rings of a polygon's coordinates, the outer one first.

    Args:
        known: what was read of the feature before; grows.

    Raises:
        FileRefused: the file has too many points. Unreadable: they are no rings; with every corner
            that can be read, also those after the first that cannot.
    """
    found: list[list[Place]] = []
    first: Unreadable | None = None
    if not isinstance(value, list) or not value:
        raise Unreadable("its coordinates are no list of rings", known)
    for ring in value:
        if not isinstance(ring, list):
            raise Unreadable("a ring is no list", known)
        budget.spend(len(ring) + 1)
        places: list[Place] = []
        for each in ring:
            try:
                places.append(position(each, known))
            except Unreadable as error:
                first = first or error
            else:
                known.append(places[-1])
        found.append(places)
    if first is not None:
        raise Unreadable(str(first), known)
    return found
