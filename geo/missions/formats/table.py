"""Missions as CSV: a line an item, columns named with their unit, the height's with its datum.

Lines before the header that begin with '#' say what belongs to no item (`# at_end: return`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from geo.formats.common import decoded
from geo.formats.reading import FileRefused
from geo.formats.writing import Written
from geo.missions.formats.fields import (
    HEIGHTS,
    ITEM,
    MISSION,
    item_fields,
    mission_texts,
    number,
    take_mission_texts,
    texts_of,
)
from geo.missions.formats.reading import (
    DefaultHeight,
    Draft,
    ReadMission,
    number_of,
    require_size,
)
from geo.missions.model import Mission
from geo.missions.refused import MAX_ITEMS

_PLACE = {"latitude": "lat", "longitude": "lon", "lng": "lon", "long": "lon"}
_COLUMNS = ("lat", "lon", *ITEM)
_NUMBERED = ("item", "number", "index", "seq", "no")
_HEIGHT_WORDS = ("height", "alt", "elev", "ele", "agl", "amsl", "msl")
_SEPARATORS = ",;\t"
_MOST_COLUMNS = 100


def read_csv(data: bytes, default: DefaultHeight | None = None) -> ReadMission:
    """Separated by commas, semicolons or tabs; with the last two a comma may be the decimal mark.

    Raises:
        FileRefused: with the line, the column and the reason.
    """
    require_size(data)
    lines = decoded(data).splitlines()
    draft = Draft()
    start = _remarks(lines, draft)
    if start >= len(lines):
        raise FileRefused("It has no header: a line that names the columns.")
    header_line = lines[start]
    separator = max(_SEPARATORS, key=header_line.count)
    rows = _rows(lines[start:], separator, start + 1)
    _, header = next(rows, (0, []))
    columns = _columns(header, draft)
    filled = 0
    for line, row in rows:
        if not any(each.strip() for each in row):
            continue
        filled += 1
        if filled > MAX_ITEMS:
            raise FileRefused(
                f"Line {line}: there are more than {MAX_ITEMS} items, which no vehicle takes. "
                "Split the mission."
            )
        if len(row) > len(header):
            raise FileRefused(f"Line {line} has {len(row)} values; the header {len(header)}.")
        texts = {name: row[at] for name, at in columns.items() if at < len(row) and row[at].strip()}
        _item(f"line {line}", texts, draft, default, comma=separator != ",")
    return draft.finished()


def _remarks(lines: Sequence[str], draft: Draft) -> int:
    """What the lines with '#' say; how many lines come before the header."""
    texts: dict[str, str] = {}
    at = 0
    for line in lines:
        if line.strip() and not line.startswith("#"):
            break
        at += 1
        key, colon, value = line.lstrip("# ").partition(":")
        if colon and key.strip() in MISSION:
            texts[key.strip()] = value.strip()
        elif line.strip(" #"):
            draft.note(f"Line {at} is a remark that is not kept.")
    take_mission_texts(draft, texts)
    if "at_end" not in texts:
        draft.note("It does not say what happens at the end: the vehicle returns home.")
    return at


def _rows(lines: Sequence[str], separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(f"Line {first + reader.line_num - 1}: {error}.") from error
        yield first + reader.line_num - 1, row


def _columns(header: Sequence[str], draft: Draft) -> dict[str, int]:
    """Where each known column is. Raises FileRefused for heights whose datum is not said."""
    if len(header) > _MOST_COLUMNS:
        raise FileRefused(f"Its header names {len(header)} columns; at most {_MOST_COLUMNS}.")
    found: dict[str, int] = {}
    for at, each in enumerate(header):
        said = each.strip().lower()
        name = _PLACE.get(said, said)
        if name in found:
            raise FileRefused(f"Two columns are named {name!r}. Keep one.")
        if name in _COLUMNS:
            found[name] = at
        elif any(word in name for word in _HEIGHT_WORDS):
            raise FileRefused(
                f"Column {each[:40]!r} is a height without a datum, or in another unit. Name it "
                f"{', '.join(HEIGHTS)} (in metres)."
            )
        elif name and name not in _NUMBERED:
            draft.note(f"Column {each.strip()[:40]!r} is not known and not kept.")
    missing = [name for name in ("lat", "lon") if name not in found]
    if missing:
        raise FileRefused(
            f"Its first line names no column {' and none '.join(map(repr, missing))}. The columns "
            f"are: {', '.join(_COLUMNS)}."
        )
    return found


def _item(
    where: str, texts: dict[str, str], draft: Draft, default: DefaultHeight | None, *, comma: bool
) -> None:
    lat, lon = (
        number_of(f"{where}, {name}", texts.get(name, ""), comma=comma) for name in ("lat", "lon")
    )
    draft.add(where, lat, lon, **item_fields(where, texts, default, comma=comma))


def write_csv(mission: Mission) -> Written:
    """Everything of the items exact; rally points and fences are not in it (noted)."""
    notes = []
    if mission.rally:
        notes.append(f"CSV has no rally points: its {len(mission.rally)} are not in the file.")
    if mission.fences:
        notes.append(f"CSV has no fences: its {len(mission.fences)} are not in the file.")
    rows = [
        {"lat": number(item.lat), "lon": number(item.lon), **texts_of(item)}
        for item in mission.items
    ]
    used = [name for name in _COLUMNS if any(name in row for row in rows)]
    out = io.StringIO()
    for key, value in mission_texts(mission).items():
        if value.strip():  # a line without a value is not read as one
            out.write(f"# {key}: {value}\n")
    writer = csv.DictWriter(out, used or ["lat", "lon"], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Written(out.getvalue().encode(), tuple(notes))
