"""SORA volumes and the application's pack, over HTTP."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from ground_station.core.authority import Role
from tests.api.site import Site, problem

PLAN = {
    "path": [{"lat": 51.4958, "lon": -0.2386}, {"lat": 51.4970, "lon": -0.2380}],
    "height_m": 60.0,
    "datum": "AGL",
    "starts": "2026-11-25T12:00:00Z",
    "speed_mps": 8.0,
}
APPLICATION: dict[str, Any] = {
    "plan": PLAN,
    "title": "Park <survey> & more",
    "model": "Quad 1",
    "airframe": "rotary",
    "span_m": 1.0,
    "speed_mps": 10.0,
    "half_width_m": 20.0,
    "descent": "one_to_one",
    "people_per_km2": 11_000.0,
    "mass_kg": 0.9,
    "crew": ["A remote pilot", " "],
    "mitigations": [],
}


def test_the_volumes_of_a_plan(site: Site) -> None:
    answer = site.signed_in(Role.PILOT).post("/api/airspace/volumes", APPLICATION)
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert found["contingency_m"] == pytest.approx(22.1, abs=0.01)
    assert found["contingency_height_m"] == pytest.approx(60 + 4 + 7 + 5.1, abs=0.01)
    assert found["ground_risk_class"] == 6
    for name in ("flight", "contingency", "buffer"):
        [ring] = found[name]
        assert ring[0] == ring[-1]
        assert all(-0.3 < lon < -0.2 and 51.4 < lat < 51.6 for lon, lat in ring)


def test_the_pack_holds_all_of_it(site: Site) -> None:
    answer = site.signed_in(Role.PILOT).post("/api/airspace/application-pack", APPLICATION)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert set(files) == {"application.txt", "volumes.kml", "application.json", "SHA256SUMS"}
    for line in files["SHA256SUMS"].decode().splitlines():
        checksum, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == checksum
    text = files["application.txt"].decode()
    for words in (
        "no authorisation",
        "Contingency volume: 22.1 m outwards, ground to 76.1 m",
        "Intrinsic ground risk class: 6",
        "- A remote pilot",
        "(to be filled in)",
        "AIRSPACE:",
        "NOTAM",
    ):
        assert words in text, words
    document = ET.fromstring(files["volumes.kml"])  # our own
    space = {"k": "http://www.opengis.net/kml/2.2"}
    title = document.find("k:Document/k:name", space)
    assert title is not None
    assert title.text == APPLICATION["title"]
    tops = [
        {point.split(",")[2] for point in (one.text or "").split()}
        for one in document.findall(".//k:coordinates", space)
    ]
    assert tops == [{"60.0"}, {"76.1"}, {"0.0"}]
    assert json.loads(files["application.json"])["ground_risk_buffer_m"] == pytest.approx(
        76.6, abs=0.1
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": PLAN | {"datum": "AMSL"}},
        {"plan": PLAN | {"height_m": 0.0}},
        {"plan": PLAN | {"path": [*PLAN["path"], {"lat": 52.4, "lon": -0.2}]}},  # type: ignore[misc]
        {"span_m": 0.0},
        {"half_width_m": -1.0},
        {"airframe": "fixed_wing", "descent": "ballistic"},
        {"coefficients": {"pitch_deg": 60.0}},
        {"people_per_km2": -1.0},
        {"crew": ["x"] * 61},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_the_reason(site: Site, changes: dict[str, Any]) -> None:
    answer = site.signed_in(Role.PILOT).post(
        "/api/airspace/application-pack", APPLICATION | changes
    )
    problem(answer, 400)


def test_nobody_counted_people_so_there_is_no_class(site: Site) -> None:
    body = APPLICATION | {"people_per_km2": None}
    found = site.signed_in(Role.PILOT).post("/api/airspace/volumes", body).get_json()
    assert found["ground_risk_class"] is None
