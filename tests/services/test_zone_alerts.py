"""Alerts of zones: once for each vehicle, zone and entry."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from geo.zones import Breach, Circle, Datum, GeoZone, Layer, Limit, Restriction
from ground_station.core.clock import ManualClock
from ground_station.core.entities import Severity
from ground_station.core.fleet import AirspaceFinding, AirspaceState
from ground_station.core.settings import AirspaceSettings
from ground_station.services import zone_alerts
from ground_station.services.airspace import station_airspace
from ground_station.services.zone_alerts import (
    INSIDE,
    NEARING,
    ZoneAlerts,
    alert_text,
    follow_findings,
    remedy,
)
from tests.services.made_up_drone import DRONE, PARK, STADIUM, report, status
from tests.services.world import World

S = AirspaceState
CLEAR = AirspaceFinding(S.CLEAR)
ON_GROUND = AirspaceFinding(S.ON_GROUND)
UNKNOWN = AirspaceFinding(S.UNKNOWN, problem="Its position is 9 s old.")
PLACE = (51.0, 0.0)


def zone(zone_id: str) -> GeoZone:
    return GeoZone(
        zone_id,
        f"Zone {zone_id}",
        "aerodrome",
        Restriction.PERMISSION,
        (
            Layer(
                (Circle(*PLACE, 1_000.0),),
                Limit(0.0, Datum.SURFACE),
                Limit(615.0864, Datum.AMSL, "2,000 ft above the aerodrome's level of 18 ft"),
            ),
        ),
        "Heliport control",
        "020-7228 0181",
        "a law",
        "a test",
    )


ONE, TWO = zone("Z1"), zone("Z2")


def nearing(each: GeoZone = ONE, distance_m: float = 80.0) -> AirspaceFinding:
    return AirspaceFinding(S.NEARING, (Breach(each, False, 20.0, distance_m, "within"),))


def inside(each: GeoZone = ONE) -> AirspaceFinding:
    return AirspaceFinding(S.INSIDE, (Breach(each, True, 0.0, 0.0, "within"),))


class Desk:
    """Takes what is raised."""

    def __init__(self) -> None:
        self.raised: list[dict[str, Any]] = []

    def __call__(self, kind: str, severity: Severity, text: str, remedy: str, **more: Any) -> str:
        self.raised.append(
            {"kind": kind, "severity": severity, "text": text, "remedy": remedy, **more}
        )
        return "id"

    def kinds(self) -> list[str]:
        found = [each["kind"] for each in self.raised]
        self.raised.clear()
        return found


class Scene:
    """Alerts, a clock, and whether the zone still counts as near."""

    def __init__(self) -> None:
        self.desk, self.clock = Desk(), ManualClock()
        self.close: list[GeoZone] = []
        self.alerts = ZoneAlerts(
            self.desk, self.clock, near=lambda _lat, _lon, _within_m: self.close, nearing_m=100.0
        )

    def for_s(self, seconds: float, finding: AirspaceFinding) -> list[str]:
        """Ten findings a second for so long; the kinds of alerts that were raised."""
        for _ in range(max(1, round(seconds * 10))):
            self.alerts.follow(status(finding), finding)
            self.clock.advance(0.1)
        return self.desk.kinds()


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_nearing_is_a_caution_and_inside_a_warning_once_each(scene: Scene) -> None:
    assert scene.for_s(5, CLEAR) == []
    assert scene.for_s(5, nearing()) == [NEARING]
    assert scene.for_s(60, inside()) == [INSIDE]
    assert scene.for_s(5, nearing(distance_m=10.0)) == []


def test_the_alert_says_which_vehicle_which_zone_and_whom_to_ask(scene: Scene) -> None:
    scene.alerts.follow(status(nearing()), nearing())
    scene.alerts.follow(status(inside()), inside())
    caution, warning = scene.desk.raised
    assert caution["severity"] is Severity.CAUTION
    assert caution["text"] == (
        "Kestrel 1 is nearing Zone Z1 (Z1, the surface to 2,018 ft (615 m) above sea level): "
        "on its present course it is inside in 20 s."
    )
    assert caution["remedy"] == (
        "Turn away, or hold the permission of Heliport control. Ask: 020-7228 0181."
    )
    assert warning["severity"] is Severity.WARNING
    assert warning["text"].startswith("Kestrel 1 is inside Zone Z1 (Z1, ")
    assert warning["remedy"].startswith("Leave it, or hold the permission of Heliport control")
    for alert in (caution, warning):
        assert alert["vehicle_id"] == "v1"
        assert alert["organisation_id"] == "o1"
        assert alert["place"] == PARK


def test_a_zone_that_is_near_but_not_ahead_says_how_far() -> None:
    text = alert_text(DRONE, Breach(ONE, False, None, 62.4, "within"))
    assert text.endswith("its edge is 62 m away.")
    unknown = alert_text(DRONE, Breach(ONE, True, 0.0, 0.0, "unknown"))
    assert "whether it is at its height is not known" in unknown
    assert "Leave it" in remedy(Breach(ONE, True, 0.0, 0.0, "unknown"))


def test_dithering_at_the_edge_is_told_once(scene: Scene) -> None:
    raised = []
    for _ in range(30):
        raised += scene.for_s(3, inside())
        raised += scene.for_s(3, nearing(distance_m=8.0))
    assert raised == [INSIDE]


def test_dithering_where_nearing_begins_is_told_once(scene: Scene) -> None:
    scene.close = [ONE]
    raised = []
    for _ in range(30):
        raised += scene.for_s(3, nearing(distance_m=99.0))
        raised += scene.for_s(3, CLEAR)
        raised += scene.for_s(12, nearing(distance_m=99.0))
        raised += scene.for_s(12, CLEAR)
    assert raised == [NEARING]


def test_a_new_entry_is_told_once_it_was_left_by_the_margin_for_ten_seconds(scene: Scene) -> None:
    assert scene.for_s(1, inside()) == [INSIDE]
    assert scene.for_s(9, nearing(distance_m=60.0)) == []
    assert scene.for_s(1, inside()) == []  # too soon
    assert scene.for_s(11, nearing(distance_m=60.0)) == []
    assert scene.for_s(1, inside()) == [INSIDE]
    assert scene.for_s(60, nearing(distance_m=20.0)) == []
    assert scene.for_s(1, inside()) == []  # never left by the margin


def test_after_it_went_away_it_is_told_anew(scene: Scene) -> None:
    assert scene.for_s(1, nearing()) == [NEARING]
    assert scene.for_s(11, CLEAR) == []
    assert scene.for_s(1, nearing()) == [NEARING]
    scene.close = [ONE]  # gone by time, not by distance: above it, say
    assert scene.for_s(30, CLEAR) == []
    assert scene.for_s(1, nearing()) == []
    assert scene.for_s(61, CLEAR) == []
    assert scene.for_s(1, nearing()) == [NEARING]


def test_an_entry_from_above_is_told_though_the_zone_was_never_far(scene: Scene) -> None:
    scene.close = [ONE]
    assert scene.for_s(1, inside()) == [INSIDE]
    assert scene.for_s(11, CLEAR) == []  # climbed out of it
    assert scene.for_s(1, inside()) == [INSIDE]


def test_while_nothing_is_known_nothing_counts_as_left(scene: Scene) -> None:
    assert scene.for_s(1, inside()) == [INSIDE]
    assert scene.for_s(5, CLEAR) == []
    assert scene.for_s(120, UNKNOWN) == []
    assert scene.for_s(5, CLEAR) == []
    assert scene.for_s(1, inside()) == []
    assert scene.for_s(11, CLEAR) == []
    assert scene.for_s(1, inside()) == [INSIDE]


def test_inside_by_want_of_a_height_is_told(scene: Scene) -> None:
    found = AirspaceFinding(S.UNKNOWN, (Breach(ONE, True, 0.0, 0.0, "unknown"),), "No height.")
    assert scene.for_s(5, found) == [INSIDE]


def test_on_the_ground_there_is_no_alert_and_taking_off_again_is_a_new_entry(
    scene: Scene,
) -> None:
    assert scene.for_s(5, ON_GROUND) == []
    assert scene.for_s(5, inside()) == [INSIDE]
    assert scene.for_s(60, ON_GROUND) == []
    assert scene.for_s(5, inside()) == [INSIDE]


def test_each_zone_and_each_vehicle_is_told_of_apart(scene: Scene) -> None:
    both = AirspaceFinding(
        S.INSIDE,
        (Breach(ONE, True, 0.0, 0.0, "within"), Breach(TWO, False, None, 50.0, "within")),
    )
    assert scene.for_s(5, both) == [INSIDE, NEARING]
    assert scene.for_s(5, inside(TWO)) == [INSIDE]
    other = status(inside(), vehicle=dataclasses.replace(DRONE, vehicle_id="v2", name="K2"))
    scene.alerts.follow(other, inside())
    [alert] = scene.desk.raised
    assert alert["vehicle_id"] == "v2"
    assert alert["text"].startswith("K2 is inside")


def test_no_more_vehicles_are_remembered_than_a_fleet_has(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was heard longest ago goes first."""
    monkeypatch.setattr(zone_alerts, "MAX_VEHICLES", 2)
    for name in ("v1", "v2", "v1", "v3", "v1", "v2"):
        vehicle = dataclasses.replace(DRONE, vehicle_id=name)
        scene.alerts.follow(status(inside(), vehicle=vehicle), inside())
    assert [each["vehicle_id"] for each in scene.desk.raised] == ["v1", "v2", "v3", "v2"]


def test_a_vehicle_without_a_position_is_told_of_without_a_place(scene: Scene) -> None:
    scene.alerts.follow(status(inside(), place=None), inside())
    assert scene.desk.raised[0]["place"] is None


def test_what_the_station_finds_becomes_an_alert_on_the_disk(world: World) -> None:
    """The real check, the real inbox."""

    class Findings:
        def on_finding(self, callback: Any) -> None:
            self.callback = callback

    findings = Findings()
    airspace = station_airspace(AirspaceSettings(training=True), world.clock)
    follow_findings(findings, airspace, world.inbox.raise_own, world.clock)
    for _ in range(20):
        found = airspace.live(report(STADIUM), 0.0)
        own = dataclasses.replace(DRONE, organisation_id="")
        findings.callback(status(found, STADIUM, own), found)
        world.clock.advance(0.1)
    world.inbox.drain()
    own_id = world.users.default_organisation_id()
    [alert] = world.alert_rows.recent(organisation_ids=[own_id])
    assert alert.kind == INSIDE
    assert alert.severity is Severity.WARNING
    assert alert.vehicle_id == "v1"
    assert (alert.lat, alert.lon) == STADIUM
    assert "London Heliport" in alert.text
    assert "020-7228 0181" in alert.remedy
