"""Other aircraft on the station: merged, aged, bounded; the alert to descend, once an encounter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.traffic import Level, Mover, approach
from ground_station.core.agent_facts import Aircraft, RemoteId, Traffic
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.agent_vehicles import FlightMode, FlightReading, LandedState
from ground_station.core.entities import Severity
from ground_station.core.ports import AgentIdentity
from ground_station.services.air_traffic import DROPPED_AFTER_S, MAX_FEEDS, AirTraffic
from ground_station.services.traffic_conflicts import MANNED_TRAFFIC, _far
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.world import World

KM = 0.009  # of latitude, about


@dataclass
class Sky:
    """Air traffic over the services' world, with one drone that flies."""

    world: World
    traffic: AirTraffic
    drone: Drone
    raised: list[dict[str, Any]] = field(default_factory=list)

    def pass_s(self, seconds: float, *heard: Aircraft) -> None:
        """Seconds pass; the drone goes on telling, the receiver what it hears then."""
        for _ in range(round(seconds)):
            self.world.clock.advance(1.0)
            self.drone.say()
            self.traffic.heard("roof", heard)
            self.traffic.tick()


@pytest.fixture
def sky(world: World) -> Sky:
    raised: list[dict[str, Any]] = []

    def raise_alert(kind: str, severity: Severity, text: str, remedy: str, **more: Any) -> str:
        raised.append({"kind": kind, "severity": severity, "text": text, "remedy": remedy, **more})
        return "an id"

    flying = drone(world)
    traffic = AirTraffic(
        fleet=world.fleet,
        raise_alert=raise_alert,
        own_organisation_id=world.sources.organisation_id,
        clock=world.clock,
    )
    world.agents.drones.traffic = traffic
    return Sky(world, traffic, flying, raised)


def helicopter(**changes: Any) -> Aircraft:
    """A kilometre to the north, 120 m above, coming."""
    figures: dict[str, Any] = {
        "icao": "400abc",
        "lat": LAT + KM,
        "lon": LON,
        "age_ms": 0,
        "callsign": "GXXXX",
        "alt_amsl_m": 185.0,
        "track_deg": 180.0,
        "speed_mps": 50.0,
        "climb_mps": 0.0,
        "category": "helicopter",
    }
    return Aircraft(**(figures | changes))


def test_a_helicopter_that_comes_is_alerted_once_an_encounter(sky: Sky) -> None:
    sky.pass_s(3, helicopter())
    [alert] = sky.raised
    assert alert["kind"] == MANNED_TRAFFIC
    assert alert["severity"] is Severity.WARNING
    assert alert["text"] == (
        "Descend now: helicopter GXXXX 1000 m north of Kestrel 1, 120 m above, closing."
    )
    assert "Heard by roof" in alert["remedy"]
    assert "nothing is done by itself" in alert["remedy"]
    assert alert["vehicle_id"] == sky.drone.vehicle_id
    assert alert["place"] == (LAT, LON)
    [meeting] = sky.traffic.picture.meetings["400abc"]
    assert (meeting.vehicle_id, meeting.approach.level) == (
        sky.drone.vehicle_id,
        Level.DESCEND,
    )
    assert sky.drone.flown() == []  # it is not commanded


def test_dithering_is_one_encounter_and_coming_back_is_another(sky: Sky) -> None:
    away = helicopter(lat=LAT + 10 * KM, track_deg=0.0)
    sky.pass_s(2, helicopter())
    sky.pass_s(20, away)
    sky.pass_s(2, helicopter())
    assert len(sky.raised) == 1
    sky.pass_s(31, away)
    sky.pass_s(1, helicopter())
    assert len(sky.raised) == 2


def test_what_is_not_known_is_said_and_counts_against_us(sky: Sky) -> None:
    unknown = helicopter(callsign="", category="", alt_amsl_m=None, track_deg=None)
    sky.pass_s(1, unknown)
    assert sky.raised[0]["text"] == (
        "Descend now: aircraft 400ABC 1000 m north of Kestrel 1, height not known, "
        "course not known."
    )


def test_a_barometers_height_may_be_off_and_that_is_said(sky: Sky) -> None:
    sky.pass_s(1, helicopter(alt_amsl_m=None, pressure_alt_m=450.0))
    assert "may be 300 m off" in sky.raised[0]["remedy"]


def test_no_alert_for_one_on_the_ground_nor_for_a_drone_on_it(sky: Sky) -> None:
    sky.pass_s(1, helicopter(on_ground=True))
    assert sky.traffic.picture.meetings == {}
    landed = FlightReading(0, armed=False, mode=FlightMode.HOLD, landed=LandedState.ON_GROUND)
    sky.drone.say(report(flight=landed))
    sky.traffic.heard("roof", [helicopter()])
    sky.traffic.tick()
    assert sky.raised == []


def test_a_vehicle_whose_place_is_old_is_said_to_be_unwatched(sky: Sky) -> None:
    sky.world.clock.advance(40.0)
    sky.traffic.heard("roof", [helicopter()])
    sky.traffic.tick()
    [one] = sky.traffic.picture.unchecked
    assert one.words.startswith("Kestrel 1: aircraft are not watched for it: its position is 40 s")


def test_the_newest_wins_and_an_older_ones_callsign_is_kept(sky: Sky) -> None:
    sky.traffic.heard("roof", [helicopter(age_ms=3000, lat=LAT + 2 * KM)])
    sky.traffic.heard("tower", [helicopter(age_ms=1000, callsign="", category="")])
    sky.traffic.tick()
    [one] = sky.traffic.picture.aircraft
    assert (one.source, one.aircraft.lat, one.aircraft.callsign) == ("tower", LAT + KM, "GXXXX")
    assert sky.world.clock.monotonic_s() - one.heard_s == pytest.approx(1.0)


def test_it_is_dropped_after_a_minute_and_the_picture_then_rests(sky: Sky) -> None:
    sky.traffic.heard("roof", [helicopter(lat=LAT + 20 * KM)])
    sky.world.clock.advance(DROPPED_AFTER_S - 1)
    sky.traffic.tick()
    assert len(sky.traffic.picture.aircraft) == 1
    sky.world.clock.advance(1.5)
    sky.traffic.tick()
    empty = sky.traffic.picture
    assert empty.empty
    sky.traffic.tick()
    assert sky.traffic.picture is empty


def test_feeds_are_bounded_and_each_replaces_only_its_own(sky: Sky) -> None:
    many = [helicopter(icao=f"{n:06x}", lat=LAT + 20 * KM) for n in range(1, 1001)]
    sky.traffic.heard("roof", [helicopter()])
    sky.traffic.heard("liar", many)
    sky.traffic.tick()
    known = {one.aircraft.icao for one in sky.traffic.picture.aircraft}
    assert len(known) == 201
    assert "400abc" in known
    for n in range(MAX_FEEDS + 10):
        sky.traffic.heard(f"feed {n}", [])
    sky.traffic.heard("roof", [])
    sky.traffic.tick()
    assert sky.traffic.picture.aircraft == ()


def test_an_agents_traffic_comes_through_and_stays_when_it_is_gone(sky: Sky) -> None:
    message = Traffic([helicopter(lat=LAT + 20 * KM)], [RemoteId("aa:bb", 0, uas_id="X1")])
    agents, agent_id = sky.world.agents, sky.drone.identity.agent_id
    agents.agent_message(agent_id, sky.drone.channel, message)
    agents.agent_disconnected(agent_id, sky.drone.channel)
    sky.traffic.tick()
    picture = sky.traffic.picture
    assert [one.aircraft.icao for one in picture.aircraft] == ["400abc"]
    [remote] = picture.remote_ids
    assert (remote.remote_id.uas_id, remote.vehicle_id) == ("X1", None)
    assert remote.source == "drone agent"


def test_our_own_remote_id_is_known_and_a_copied_id_is_not_ours(sky: Sky) -> None:
    mine = RemoteId("vehicle 1", 0, uas_id="OURS", lat=LAT, lon=LON, own_system_id=1)
    copied = RemoteId("cc:dd", 0, uas_id="OURS", lat=LAT + KM, lon=LON)
    sky.traffic.take(sky.drone.identity, Traffic([], [mine, copied]))
    sky.traffic.tick()
    by_key = {one.remote_id.key: one.vehicle_id for one in sky.traffic.picture.remote_ids}
    assert by_key == {"vehicle 1": sky.drone.vehicle_id, "cc:dd": None}
    assert sky.raised == []


def test_one_sender_that_two_agents_hear_is_one_row(sky: Sky) -> None:
    other = AgentIdentity("other", "other agent", AgentKind.DRONE, "")
    sky.traffic.take(sky.drone.identity, Traffic([], [RemoteId("aa:bb", 2000, uas_id="X1")]))
    sky.traffic.take(other, Traffic([], [RemoteId("aa:bb", 500, uas_id="X1")]))
    sky.traffic.take(other, Traffic([], [RemoteId("aa:bb", 500, uas_id="X1")]))
    sky.traffic.tick()
    [one] = sky.traffic.picture.remote_ids
    assert one.source == "other agent"


def test_a_reported_drone_is_shown_as_that_and_raises_nothing(sky: Sky) -> None:
    told = RemoteId("dji-1", 0, uas_id="M30 1", lat=LAT, lon=LON, own_system_id=1)
    sky.traffic.reported("feed", [told])
    sky.pass_s(1)
    [one] = sky.traffic.picture.remote_ids
    assert one.reported
    assert one.vehicle_id is None  # nobody makes itself ours by saying so
    assert one.owner_id == sky.world.sources.organisation_id
    assert sky.raised == []


def test_a_figure_that_cannot_be_stops_nothing(sky: Sky) -> None:
    bad = helicopter(icao="000bad", lat=LAT, lon=LON, speed_mps=float("nan"))
    sky.pass_s(1, bad, helicopter())
    assert len(sky.raised) == 1


@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(0, 300) | st.none(), st.floats(0, 29))
def test_what_is_left_out_as_too_far_would_be_nothing(
    north: float, east: float, speed: float | None, age_s: float
) -> None:
    ours = Mover(LAT, LON, 0.5, 65.0, 15.0, 20.0, 45.0, 0.0)
    aircraft = helicopter(lat=LAT + north, lon=LON + east, speed_mps=speed)
    theirs = Mover(LAT + north, LON + east, age_s, 185.0, 60.0, speed, 180.0, 0.0)
    if _far(ours, aircraft, age_s):
        assert approach(ours, theirs).level is Level.NONE
