"""What is kept of a sortie that was flown without a station: a folder with its track and steps."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ground_station.core.agent_actions import UploadMission
from ground_station.core.agent_vehicles import VehicleReport
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput

if TYPE_CHECKING:
    from drone.sortie import Step

COLUMNS: Final = (
    "at_utc",
    "lat",
    "lon",
    "alt_amsl_m",
    "height_home_m",
    "north_mps",
    "east_mps",
    "down_mps",
    "roll_deg",
    "pitch_deg",
    "heading_deg",
    "battery_fraction",
    "voltage_v",
    "satellites",
    "mode",
    "armed",
    "waypoint",
    "link",
)


class SortieLog:
    """Written as it goes, so that a killed program leaves what was flown till then.

    Args:
        folder: None: nothing is kept.

    Raises:
        InvalidInput: the folder cannot be written to.
    """

    def __init__(self, folder: Path | None, clock: Clock) -> None:
        self._clock = clock
        self._folder: Path | None = None
        if folder is None:
            return
        name = f"sortie-{clock.now():%Y%m%dT%H%M%SZ}"
        self._folder = folder / name
        try:
            self._folder.mkdir(parents=True)
            self._track = (self._folder / "track.csv").open("x", newline="", encoding="utf-8")
            self._steps = (self._folder / "steps.jsonl").open("x", encoding="utf-8")
        except OSError as error:
            raise InvalidInput(
                f"The log cannot be written to {folder}: {error.strerror}.",
                "Give another folder with --log.",
            ) from error
        self._rows = csv.writer(self._track)
        self._rows.writerow(COLUMNS)

    def take(self, report: VehicleReport) -> None:
        """One row; what is not known is left empty."""
        if self._folder is None:
            return
        self._rows.writerow(
            [
                self._clock.now().isoformat(timespec="milliseconds"),
                *_fields(report.position, "lat", "lon", "alt_amsl_m", "height_home_m"),
                *_fields(report.velocity, "north_mps", "east_mps", "down_mps"),
                *_fields(report.attitude, "roll_deg", "pitch_deg", "heading_deg"),
                *_fields(report.battery, "remaining", "voltage_v"),
                *_fields(report.gps, "satellites"),
                *_fields(report.flight, "mode", "armed"),
                *_fields(report.mission, "current"),
                report.link.value,
            ]
        )
        self._track.flush()

    def step(self, step: Step) -> None:
        if self._folder is None:
            return
        line = asdict(step) | {"at": step.at.isoformat(timespec="milliseconds")}
        self._steps.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._steps.flush()

    def close(self, result: str, mission: UploadMission) -> str:
        """Where it is; "" where nothing was kept."""
        if self._folder is None:
            return ""
        self._track.close()
        self._steps.close()
        summary = {"result": result, "mission": msgspec.to_builtins(mission)}
        (self._folder / "sortie.json").write_text(
            json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        return str(self._folder)


def _fields(group: Any, *names: str) -> list[Any]:
    """Its fields, none of them where the group is old or was never heard."""
    if group is None or group.age_ms > 2000:
        return [""] * len(names)
    found = (getattr(group, name) for name in names)
    return ["" if value is None else getattr(value, "value", value) for value in found]
