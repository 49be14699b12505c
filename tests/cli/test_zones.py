"""`run.py zones`: what it prints and the status it ends with."""

from __future__ import annotations

import json

import pytest

from ground_station.cli.bench_zones import measure
from ground_station.cli.main import main

STADIUM = ["51.4817", "-0.1910", "60"]
PARK = ["51.4958", "-0.2386", "60"]


def test_here_names_the_zone_its_heights_and_whom_to_ask(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["zones", "here", *STADIUM, "--training"]) == 1
    text = capsys.readouterr().out
    assert "training, not for operational use" in text
    assert "EGR1U043A London Heliport" in text
    assert "2,018 ft (615 m) above sea level" in text
    assert "020-7228 0181" in text


def test_here_ends_with_0_only_where_there_is_no_zone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zones", "here", *PARK, "--training"]) == 0
    assert "In none of its zones." in capsys.readouterr().out
    assert main(["zones", "here", *PARK]) == 1  # no dataset
    text = capsys.readouterr().out
    assert "No airspace dataset" in text
    assert "In none" not in text


def test_here_takes_a_height_above_the_ground_or_above_sea_level(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The heliport's zone ends 615 m above the sea; the ground there is 9 m above it."""
    above_ground = ["51.4817", "-0.1910", "604"]
    assert main(["zones", "here", *above_ground, "--training", "--amsl"]) == 1
    assert main(["zones", "here", "51.4817", "-0.1910", "625", "--training", "--amsl"]) == 0
    assert main(["zones", "here", "51.4817", "-0.1910", "615", "--training"]) == 0
    capsys.readouterr()
    assert (
        main(["zones", "here", "51.5", "0.3", "60", "--training"]) == 1
    )  # the ground is not known
    assert "Not known: The height" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["91", "0", "1"], ["nan", "0", "1"], ["51", "200", "1"]])
def test_what_is_no_place_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zones", "here", *words, "--training"]) == 2
    assert "No zone can be checked" in capsys.readouterr().err


def test_list_names_every_zone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["zones", "list", "--training"]) == 0
    text = capsys.readouterr().out
    assert text.count("\n") == 26
    assert "EGR1U077    HMP Wormwood Scrubs" in text
    assert main(["zones", "list"]) == 1
    assert capsys.readouterr().out.startswith("No airspace dataset is loaded")


def test_the_bench_gives_one_json_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Its figures are not judged here."""
    figures = json.loads(json.dumps(measure(checks=100, zones=50)))
    assert figures["training"]["zones"] == 25
    assert figures["country"]["zones"] == figures["overlapping"]["zones"] == 50
    assert figures["training"]["found_per_check"] > 0.1
    assert main(["bench", "zones", "--checks", "5"]) == 2
    assert "100 or more" in capsys.readouterr().err
