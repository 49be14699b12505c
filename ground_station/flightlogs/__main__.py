"""The process that reads one log: `python -m ground_station.flightlogs FILE FOLDER`.

It holds itself to a measure of memory, time and disk, and always leaves an outcome, unless it runs
into one of them.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from pathlib import Path
from typing import Final

import msgspec

from ground_station.core.flight_lines import line_of
from ground_station.core.flight_log import FlightEntry, FlightOrigin
from ground_station.flightlogs.gathering import Gathering
from ground_station.flightlogs.outcome import ENTRIES, OUTCOME, Outcome
from ground_station.flightlogs.refusing import LogRefused, origin_of

MAX_MEMORY_BYTES: Final = 4 * 2**30  # the file itself is mapped, and its index is in memory
MAX_CPU_S: Final = 300
MAX_WRITTEN_BYTES: Final = 512 * 2**20


def read(file: Path, folder: Path) -> Outcome:
    """Read a log; its entries are in the folder then.

    Raises:
        LogRefused, or whatever a reader says of a file that is made to break it.
    """
    origin = origin_of(file)
    with (folder / ENTRIES).open("wb") as opened:

        def write(entry: FlightEntry) -> None:
            opened.write(line_of(entry))

        gathering = Gathering(write)
        reader = _reader(origin, gathering)
        dated, said = reader.read(file)
        said += gathering.finish()
    return Outcome(origin=origin, vehicle=reader.vehicle, dated=dated, problems=said)


def _reader(origin: FlightOrigin, gathering: Gathering):  # type: ignore[no-untyped-def]
    # Each brings a library of its own: only one is loaded.
    if origin is FlightOrigin.ARDUPILOT_BIN:
        from ground_station.flightlogs.ardupilot_bin import BinReader

        return BinReader(gathering)
    if origin is FlightOrigin.MAVLINK_TLOG:
        from ground_station.flightlogs.tlog import TlogReader

        return TlogReader(gathering)
    from ground_station.flightlogs.ulog import UlogReader

    return UlogReader(gathering)


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_CPU_S),
        (resource.RLIMIT_FSIZE, MAX_WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))
    with contextlib.suppress(OSError):
        os.nice(10)


def main(file: Path, folder: Path) -> int:
    """0; what was found is in the folder."""
    _limit()
    os.environ["MAVLINK20"] = "1"
    os.environ["MAVLINK_DIALECT"] = "ardupilotmega"
    try:
        outcome = read(file, folder)
    except LogRefused as refused:
        outcome = Outcome(refused=str(refused))
    except MemoryError:
        outcome = Outcome(refused="It needs more memory to read than it may.")
    except Exception as error:  # noqa: BLE001  a reader meets a file that was made to break it
        outcome = Outcome(
            refused=f"It is damaged, or of a kind not known ({type(error).__name__})."
        )
    (folder / OUTCOME).write_bytes(msgspec.json.encode(outcome))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
