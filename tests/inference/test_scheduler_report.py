"""What the node tells the station of a session whose frames cannot be analysed."""

from __future__ import annotations

import pytest

from ground_station.core.model import SourceCondition
from ground_station.vision.inference.scheduler import AnalysisFigures
from tests.media.peers import run, until
from tests.media.test_node import Analyser, running


def test_a_sessions_own_problem_is_reported_with_its_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = "The detector failed: ValueError."

    async def scenario() -> None:
        async with running() as ours:
            await ours.publish("p")
            await until(lambda: ours.condition() is SourceCondition.LIVE)
            await until(lambda: ours.newest().reports[0].problem == "", 5)
            failing = AnalysisFigures(problem=problem)
            monkeypatch.setattr(Analyser, "figures", lambda self, session_id: failing)
            await until(lambda: ours.newest().reports[0].problem == problem, 0.5)
            assert ours.newest().detector_problem == ""

    run(scenario())
