"""What the reading process leaves in its folder."""

from __future__ import annotations

from typing import Final

import msgspec

from ground_station.core.flight_log import FlightOrigin

ENTRIES: Final = "entries.jsonl"
OUTCOME: Final = "outcome.json"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """`refused`: why nothing was read; "" where something was. The rest: see `ReadLog`."""

    refused: str = ""
    origin: FlightOrigin = FlightOrigin.ARDUPILOT_BIN
    vehicle: str = ""
    dated: bool = False
    problems: list[str] = []
