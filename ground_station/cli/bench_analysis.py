"""What each source was asked for and given while the load was measured: frames analysed a second.

A load means little where the node saves it by dropping frames. What is asked is what the node is
told for each source; how much of that must be given is one share for all of them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
from prometheus_client.parser import text_string_to_metric_families

from ground_station.cli.bench_figures import Figure
from ground_station.core.errors import Unavailable

SHARE = 0.9  # of what is asked; the rest is for frames that come late on a busy machine
FAMILIES = {
    "kestrel_source_analysed_fps": "analysed_fps",
    "kestrel_source_received_fps": "received_fps",
    "kestrel_source_frames_dropped": "dropped",
}
LOOK_EVERY_S = 2.0  # the node reports once a second, of its last three


@dataclass(slots=True)
class Given:
    """One source, as the station told of it each time."""

    analysed_fps: list[float] = field(default_factory=list)
    received_fps: list[float] = field(default_factory=list)
    dropped: list[float] = field(default_factory=list)  # due, but not analysed; counted up


class Analysis:
    """Asks the station for its metrics, which it tells this machine.

    Args:
        client: closed by whoever made it.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.given: dict[str, Given] = {}

    def watch(self, seconds: float) -> None:
        """Look from time to time, for so long; in place of `time.sleep`."""
        end_s = time.monotonic() + seconds
        while True:
            self.look()
            left_s = end_s - time.monotonic()
            time.sleep(max(0.0, min(LOOK_EVERY_S, left_s)))
            if left_s <= LOOK_EVERY_S:
                return

    def look(self) -> None:
        """Raises Unavailable when the station does not tell."""
        answer = self._client.get("/metrics")
        if answer.is_error:
            raise Unavailable(f"The station did not tell its figures: {answer.text[:300]}")
        for family in text_string_to_metric_families(answer.text):
            kind = FAMILIES.get(family.name)
            for sample in family.samples if kind else ():
                given = self.given.setdefault(sample.labels["source"], Given())
                getattr(given, kind or "").append(float(sample.value))

    def figures(self, asked_fps: float) -> list[Figure]:
        """One of each source; one that is not live has 0. Raises Unavailable if there was none."""
        if not self.given:
            raise Unavailable("The demonstration has no source whose frames are analysed.")
        return [analysed(name, given, asked_fps) for name, given in sorted(self.given.items())]


def analysed(name: str, given: Given, asked_fps: float) -> Figure:
    """The mean over all looks, against the share of what was asked."""
    fps, received = _mean(given.analysed_fps), _mean(given.received_fps)
    dropped = max(0, round(given.dropped[-1] - given.dropped[0]))
    note = (
        f"{fps / asked_fps:.0%} of the {asked_fps:g} asked; {received:.1f} received;"
        f" {dropped} dropped that were due"
    )
    return Figure(
        f"frames analysed, {name}",
        *(round(fps, 2), "fps", goal(asked_fps), fps >= SHARE * asked_fps, note),
    )


def goal(asked_fps: float) -> str:
    return f"≥ {SHARE * asked_fps:g} ({SHARE:.0%} of {asked_fps:g})"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
