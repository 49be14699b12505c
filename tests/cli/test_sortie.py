"""`run.py sortie` before anything is heard: plans, options, and what is sent of a plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.missions import AtEnd, HeightDatum, Mission, MissionItem
from ground_station.bootstrap.commands import parse
from ground_station.cli.main import main
from ground_station.cli.sortie_plan import reach, upload_of, way
from ground_station.core.agent_vehicles import HomeReading
from ground_station.core.errors import Unprocessable

LINK = ["--link", "udpin://127.0.0.1:14550"]
HOME = HomeReading(0, 51.5, -0.24, 5.0)
CSV = "lat,lon,height_home_m\n51.5,-0.24,20\n51.501,-0.24,30\n"


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.csv"
    path.write_text(CSV, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--link", "nonsense"], "no address of an autopilot"),
        ([*LINK, "--permission", "EGR157"], "is no permission"),
        ([*LINK, "--as-of", "yesterday"], "no date"),
        ([*LINK, "--abort-after", "0"], "--abort-after"),
        ([*LINK, "--reserve", "2"], "--reserve"),
        ([], "--link"),
    ],
)
def test_what_is_refused(
    plan: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(["sortie", plan, *words])
    except SystemExit as ended:  # by the parser of the command line
        status = int(ended.code or 0)
    assert status != 0
    printed = "".join(capsys.readouterr())
    assert said in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        ("lat,lon\n51.5,-0.24\n", "height"),
        ("lat,lon,height_home_m\n51.5,-0.24,nan\n", "line 2"),
        ("lat,lon,height_home_m\n51.5,-0.24,20\n52.5,-0.24,20\n", "km"),
        ('{"fileType": "Plan"', "JSON"),
    ],
)
def test_a_plan_that_cannot_be_read_says_where(
    tmp_path: Path, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.plan"
    path.write_text(content, encoding="utf-8")
    assert main(["sortie", str(path), *LINK]) != 0
    printed = "".join(capsys.readouterr())
    assert said.lower() in printed.lower()
    assert "Traceback" not in printed


def test_what_is_sent_of_a_plan() -> None:
    mission = Mission(
        (MissionItem(51.5, -0.24, 20.0), MissionItem(51.501, -0.24, 40.0, HeightDatum.AMSL)),
        AtEnd.HOLD,
    )
    sent = upload_of(mission)
    assert sent.return_at_end  # nothing is left in the air
    assert [(item.height_m, item.datum.value) for item in sent.items] == [
        (20.0, "home"),
        (40.0, "amsl"),
    ]
    far_m, top_m = reach(sent, HOME)
    assert far_m == pytest.approx(111.3, abs=0.5)
    assert top_m == 35.0
    landing = upload_of(Mission(mission.items, AtEnd.LAND))
    assert (landing.return_at_end, landing.land_at_end) == (False, True)


def test_heights_above_terrain_are_refused_where_no_terrain_is_known() -> None:
    with pytest.raises(Unprocessable, match="Waypoint 1"):
        upload_of(Mission((MissionItem(51.5, -0.24, 20.0, HeightDatum.TERRAIN),)))
    with pytest.raises(Unprocessable, match="no waypoint"):
        upload_of(Mission(()))


def test_the_way_that_is_judged_goes_up_round_orbits_and_home_as_high_as_it_returns() -> None:
    mission = Mission((MissionItem(51.501, -0.24, 20.0, orbit_radius_m=30.0, orbit_turns=1),))
    found = way(upload_of(mission), HOME, 40.0)
    assert (found[0].height_m, found[1].height_m) == (5.0, 25.0)
    assert len(found) > 25  # the circle
    assert [point.height_m for point in found[-3:]] == [45.0, 45.0, 5.0]
    assert (found[-1].lat, found[-1].lon) == (51.5, -0.24)


def test_the_bench_has_named_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "drone", "--parts", "wings"]) != 0
    assert "pose, telemetry" in "".join(capsys.readouterr())
    assert main(["bench", "drone", "--parts", "fleet", "--vehicles", "51"]) != 0
    assert parse(["bench", "drone"]).vehicles == 50
