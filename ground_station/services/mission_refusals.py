"""What `geo.missions` refuses, as errors that a person is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from geo.missions.refused import PlanRefused
from ground_station.core.errors import InvalidInput

# A pattern's own words for its shape, where what was asked calls all of them points.
POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {"polygon": "points", "line": "points", "lat, lon": "points", "every_m": "spacing_m"}
)


@contextmanager
def told(fields: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """InvalidInput with the field and the remedy for whatever `geo.missions` refuses.

    Args:
        fields: what the asker calls a field, by the name that is refused.
    """
    try:
        yield
    except PlanRefused as error:
        name = fields.get(error.field, error.field)
        raise InvalidInput(f"{name}: {error.message}", error.remedy) from error
    except OverflowError as error:
        raise InvalidInput("A number is far too large.") from error
    except ValueError as error:  # a file, or an item, that is none: the text says which and why
        text = str(error)
        raise InvalidInput(text[:1].upper() + text[1:]) from error
