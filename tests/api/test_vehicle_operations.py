"""Operations of vehicles over HTTP: what more they are told, what they tell of themselves, and
handing them over."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ground_station.core.agent_actions import (
    Action,
    ChangeHeight,
    GeofenceRing,
    Hold,
    Orbit,
    PointCamera,
    RallyPoint,
    RecordVideo,
    ResumeMission,
    SetSpeed,
    SkipTo,
    StopPointing,
    TakePhoto,
    TurnGimbal,
    UploadGeofence,
    UploadMission,
    UploadRally,
    UsePayload,
    WireMissionItem,
    Zoom,
)
from ground_station.core.agent_facts import (
    Facts,
    FailsafeAct,
    FailsafeEvent,
    FailsafeRule,
    Held,
    PayloadFact,
    VehicleFacts,
)
from ground_station.core.agent_protocol import Command
from ground_station.core.agent_vehicles import (
    EkfReading,
    Flown,
    Fly,
    GimbalReading,
    GpsReading,
    MissionReading,
    RadioReading,
    StatusLine,
    VehicleLinkState,
    WindReading,
)
from ground_station.core.audit import Act
from ground_station.core.authority import Role
from ground_station.core.errors import TimedOut
from tests.api.site import Site, problem
from tests.api.test_live import turn
from tests.api.test_live_scopes import police
from tests.api.test_live_vehicles import everything
from tests.api.test_vehicles import UNCHECKED, at, in_control, person
from tests.services.flying import AGENT_RUN, LAT, LON, Drone, drone, report
from tests.services.test_flights import CLEAR, on_ground

PERMITTED = {"permissions": UNCHECKED}
COMMANDS: list[tuple[str, str, Any, Action]] = [
    (
        "POST",
        "orbit",
        {"lat": LAT, "lon": LON, "radius_m": 40, "speed_mps": 4, "alt_amsl_m": 60, **PERMITTED},
        Orbit(LAT, LON, 60.0, 40.0, 4.0),
    ),
    ("POST", "speed", {"speed_mps": 5}, SetSpeed(5.0)),
    ("POST", "height", {"alt_amsl_m": 70, **PERMITTED}, ChangeHeight(70.0)),
    ("POST", "mission/pause", ..., Hold()),
    ("POST", "mission/resume", PERMITTED, ResumeMission()),
    ("POST", "mission/skip", {"item": 2, **PERMITTED}, SkipTo(2)),
    (
        "PUT",
        "rally",
        {"points": [{"lat": LAT, "lon": LON, "height_home_m": 30}]},
        UploadRally([RallyPoint(LAT, LON, 30.0)]),
    ),
    ("POST", "point-camera", {"lat": LAT, "lon": LON, "alt_amsl_m": 6}, PointCamera(LAT, LON, 6.0)),
    ("POST", "stop-pointing", ..., StopPointing()),
    ("POST", "gimbal", {"pitch_deg": -45, "yaw_deg": 10}, TurnGimbal(-45.0, 10.0)),
    ("POST", "photo", ..., TakePhoto()),
    ("POST", "video", {"on": True}, RecordVideo(on=True)),
    ("POST", "zoom", {"range_fraction": 0.5}, Zoom(0.5)),
    ("POST", "payloads/spot", {"act": "on", "level": 0.5}, UsePayload("spot", "on", 0.5)),
]
FOUR = MissionReading(10, 1, 4)
MISSION = {
    "items": [{"lat": LAT + 0.001, "lon": LON, "height_m": 40, "speed_mps": 5}],
    **PERMITTED,
}


@pytest.fixture
def flying(site: Site) -> Drone:
    return drone(site.world, report(mission=FOUR))


# --- commands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "what", "body", "action"), COMMANDS, ids=str)
def test_each_reaches_the_agent(
    site: Site, flying: Drone, method: str, what: str, body: Any, action: Action
) -> None:
    answer = in_control(site, flying).send(method, at(flying, what), body)
    assert answer.status_code == 200, answer.text
    assert set(answer.get_json()) == {"command_id", "note", "took_ms"}
    assert [one.action for one in flying.flown()] == [action]


@pytest.mark.parametrize(("method", "what", "body"), [row[:3] for row in COMMANDS], ids=str)
def test_without_control_none_but_a_pause_is_sent(
    site: Site, flying: Drone, method: str, what: str, body: Any
) -> None:
    answer = person(site, "pip").send(method, at(flying, what), body)
    if what == "mission/pause":
        assert answer.status_code == 200
        return
    problem(answer, 409)
    assert flying.flown() == []


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "orbit", {"lat": LAT, "lon": LON, "radius_m": 1, "speed_mps": 4, "alt_amsl_m": 6}),
        ("POST", "orbit", {"lat": 95, "lon": LON, "radius_m": 40, "speed_mps": 4, "alt_amsl_m": 6}),
        ("POST", "speed", {"speed_mps": -1}),
        ("POST", "speed", {"speed_mps": "fast"}),
        ("POST", "height", {"alt_amsl_m": 1e9}),
        ("POST", "mission/skip", {"item": 0}),
        ("PUT", "rally", {"points": [{"lat": LAT, "lon": LON, "height_home_m": 900}]}),
        ("POST", "gimbal", {"pitch_deg": 200}),
        ("POST", "zoom", {"range_fraction": 2}),
        ("POST", "payloads/spot", {"act": ""}),
        ("POST", "payloads/" + "x" * 41, {"act": "on"}),
        ("POST", "payloads/horn", {"act": "say", "text": "x" * 301}),
    ],
)
def test_what_no_autopilot_is_told_is_refused(
    site: Site, flying: Drone, method: str, what: str, body: Any
) -> None:
    problem(in_control(site, flying).send(method, at(flying, what), body), 400, "invalid_input")
    assert flying.flown() == []


def test_a_place_without_a_height_is_on_the_ground_as_far_as_that_is_known(
    site: Site, flying: Drone
) -> None:
    browser = in_control(site, flying)
    assert browser.post(at(flying, "point-camera"), {"lat": LAT, "lon": LON}).status_code == 200
    [sent] = flying.flown()
    assert isinstance(sent.action, PointCamera)
    ground = site.parts.airspace.ground_amsl_m(LAT, LON)
    assert sent.action.alt_amsl_m == (5.0 if ground is None else ground)  # home is at 5 m
    flying.say(report(home=None))
    if site.parts.airspace.ground_amsl_m(50.0, 0.0) is None:
        problem(browser.post(at(flying, "point-camera"), {"lat": 50.0, "lon": 0.0}), 422)


def test_an_orbit_without_a_height_is_at_its_present_one(site: Site, flying: Drone) -> None:
    body = {"lat": LAT, "lon": LON, "radius_m": 40, "speed_mps": 4, **PERMITTED}
    answer = in_control(site, flying).post(at(flying, "orbit"), body)
    assert answer.status_code == 200, answer.text
    [sent] = flying.flown()
    assert isinstance(sent.action, Orbit)
    assert sent.action.alt_amsl_m == 65.0


# --- a mission with its fence --------------------------------------------------------------------


def test_a_mission_is_uploaded_with_its_fence(site: Site, flying: Drone) -> None:
    site.world.airspace.way_finding = CLEAR
    flying.say(on_ground())
    browser = in_control(site, flying)
    answer = browser.send("PUT", at(flying, "mission"), {**MISSION, "fence": True})
    assert answer.status_code == 200, answer.text
    fence = answer.get_json()["fence"]
    assert (fence["accepted"], fence["rings"], fence["kept_out"]) == (True, 1, [])
    assert [type(one.action) for one in flying.flown()] == [UploadMission, UploadGeofence]


def test_without_one_the_answer_says_nothing_of_it(site: Site, flying: Drone) -> None:
    answer = in_control(site, flying).send("PUT", at(flying, "mission"), MISSION)
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["fence"] is None


# --- facts, what is held -------------------------------------------------------------------------


def say_facts(flying: Drone) -> None:
    told = VehicleFacts(
        1,
        failsafes=[
            FailsafeRule(
                FailsafeEvent.GROUND_STATION_LOST,
                FailsafeAct.RETURN_OR_LAND,
                after_s=5.0,
                read_from={"FS_GCS_ENABLE": 1.0},
            )
        ],
        return_height_home_m=30.0,
        payloads=[PayloadFact("spot", "spotlight", "Spotlight", ["on", "off"], has_level=True)],
        firmware="ArduCopter 4.7",
    )
    world = flying.world
    world.agents.agent_message(flying.identity.agent_id, flying.channel, Facts([told]))


def test_what_it_does_when_something_fails_is_told_in_plain_words(
    site: Site, flying: Drone
) -> None:
    say_facts(flying)
    found = site.signed_in().http.get(at(flying, "facts")).get_json()
    assert found["current"] is True
    first, *rest = found["failsafes"]
    assert first["words"] == (
        "When no ground station is heard, it returns home, or lands where it cannot after 5 s."
    )
    assert first["read_from"] == {"FS_GCS_ENABLE": 1.0}
    assert len(rest) == 5
    assert all(one["act"] == "unknown" and "could not be read" in one["words"] for one in rest)
    assert found["payloads"][0]["acts"] == ["on", "off"]


def test_of_one_that_told_nothing_nothing_is_known(site: Site, flying: Drone) -> None:
    found = site.signed_in().http.get(at(flying, "facts")).get_json()
    assert (found["received_at"], found["current"], found["camera"]) == (None, False, None)


def test_another_organisations_are_not_there(site: Site, flying: Drone) -> None:
    other = police(site)
    browser = person(site, "polly", organisation_id=other)
    for what in ("facts", "held", "control/pilots"):
        problem(browser.http.get(at(flying, what)), 404)


def test_what_it_holds_is_read_off_it_and_compared(site: Site, flying: Drone) -> None:
    browser = in_control(site, flying)
    assert browser.send("PUT", at(flying, "mission"), MISSION).status_code == 200
    other = WireMissionItem(LAT + 0.001, LON, 55.0, speed_mps=5.0)
    held = Held(
        items=[other],
        return_at_end=True,
        digest="0" * 64,
        rings=[GeofenceRing([(LAT, LON), (LAT, LON + 0.01), (LAT + 0.01, LON)])],
    )
    flying.channel.answer = lambda _command: held
    answer = browser.http.get(at(flying, "held"))
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert found["mission"] == {
        "likeness": "differs",
        "differences": ["Item 1, height_m: 55 on board, 40 uploaded."],
    }
    assert found["fence"]["likeness"] == "not_uploaded"
    assert found["rings"][0]["points"][0] == [LON, LAT]
    assert found["items"][0]["datum"] == "home"


# --- handing over --------------------------------------------------------------------------------


def test_a_pilot_hands_it_over_to_another(site: Site, flying: Drone) -> None:
    pip, quin = in_control(site, flying), person(site, "quin")
    [named] = pip.http.get(at(flying, "control/pilots")).get_json()
    assert named["display_name"] == "Quin"
    answer = pip.post(at(flying, "control/offer"), {"user_id": named["user_id"]})
    assert answer.status_code == 200, answer.text
    [view] = quin.http.get("/api/vehicles").get_json()
    assert view["offer"]["to_user_id"] == named["user_id"]
    taken = quin.post(at(flying, "control/accept"))
    assert taken.status_code == 200, taken.text
    assert taken.get_json()["user_id"] == named["user_id"]
    [view] = quin.http.get("/api/vehicles").get_json()
    assert view["offer"] is None
    assert view["control"]["user_id"] == named["user_id"]
    problem(pip.post(at(flying, "speed"), {"speed_mps": 5}), 409)


def test_an_offer_is_taken_back(site: Site, flying: Drone) -> None:
    pip, quin = in_control(site, flying), person(site, "quin")
    [named] = pip.http.get(at(flying, "control/pilots")).get_json()
    to = {"user_id": named["user_id"]}
    assert pip.post(at(flying, "control/offer"), to).status_code == 200
    assert pip.delete(at(flying, "control/offer")).status_code == 204
    problem(quin.post(at(flying, "control/accept")), 409)


def test_it_is_not_offered_to_just_anybody(site: Site, flying: Drone) -> None:
    pip = in_control(site, flying)
    person(site, "sue", Role.SUPERVISOR)
    sue = site.world.accounts.find("sue")
    assert sue is not None
    problem(pip.post(at(flying, "control/offer"), {"user_id": sue.user_id}), 400)
    problem(pip.post(at(flying, "control/offer"), {"user_id": "nobody"}), 404)


# --- what pages are told -------------------------------------------------------------------------


def test_a_failsafe_is_on_the_page_while_it_goes_on(site: Site, flying: Drone) -> None:
    say_facts(flying)
    flying.say(report(status_lines=[StatusLine(100, "warning", "GCS Failsafe")]))
    [view] = site.signed_in().http.get("/api/vehicles").get_json()
    [failsafe] = view["failsafes"]
    assert failsafe["event"] == "ground_station_lost"
    assert failsafe["told_by"] == "GCS Failsafe"
    assert failsafe["does"] == "It flies as it was told."
    assert view["way_home"] == "unknown"
    flying.say(report(status_lines=[StatusLine(10, "warning", "GCS Failsafe Cleared")]))
    [view] = site.signed_in().http.get("/api/vehicles").get_json()
    assert view["failsafes"] == []
    assert site.world.late_records.write()
    assert len(site.world.audit.read(act=Act.FAILSAFE_BEGAN)) == 1


def test_telemetry_tells_wind_estimator_radio_mount_and_accuracy(site: Site, flying: Drone) -> None:
    page = site.signed_in().live()
    turn(site)
    flying.say(
        report(
            wind=WindReading(100, 4.04, 271.0),
            ekf=EkfReading(100, ok=True, velocity_ratio=0.2, compass_ratio=0.41),
            radio=RadioReading(100, rc=0.9, rc_lost=False, telemetry=0.8, received=0.97),
            gimbal=GimbalReading(100, -45.0, 0.0, -10.0),
            gps=GpsReading(100, "3d", 14, 0.9, 1.2, 2.5),
        )
    )
    turn(site, 0.0)
    told = everything(page)[2][-1].vehicles[-1]
    assert (told.wind_age_ms, told.wind_mps, told.wind_from_deg) == (100, 4.0, 271.0)
    assert (told.ekf_ok, told.ekf_ratio) == (True, 0.41)
    assert (told.rc, told.rc_lost, told.radio, told.received) == (0.9, False, 0.8, 0.97)
    assert (told.gimbal_pitch_deg, told.gimbal_yaw_deg) == (-45.0, 350.0)
    assert (told.hdop, told.gps_accuracy_m, told.gps_height_accuracy_m) == (0.9, 1.2, 2.5)


# --- at once, and while a link comes back ----------------------


def test_two_pilots_who_press_at_once_do_not_both_fly_it(site: Site, flying: Drone) -> None:
    site.world.airspace.way_finding = CLEAR
    browsers = [person(site, name) for name in ("pip", "quin")]
    gate, answers = threading.Barrier(2), []

    def press(number: int) -> None:
        gate.wait(10)
        taken = browsers[number].post(at(flying, "control"), {})
        body = {"lat": LAT + 0.001, "lon": LON, "alt_amsl_m": 60 + number}
        answers.append((taken.status_code, browsers[number].post(at(flying, "go-to"), body)))

    threads = [threading.Thread(target=press, args=(number,)) for number in (0, 1)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(taken for taken, _went in answers) == [200, 409]
    assert {(taken, went.status_code) for taken, went in answers} == {(200, 200), (409, 409)}
    assert len(flying.flown()) == 1


def test_a_command_while_the_agent_comes_back_is_not_sent_before_it_reported(
    site: Site, flying: Drone
) -> None:
    browser = in_control(site, flying)
    world, identity = site.world, flying.identity
    world.agents.agent_disconnected(identity.agent_id, flying.channel)
    body = {"lat": LAT, "lon": LON, "alt_amsl_m": 60, **PERMITTED}
    problem(browser.post(at(flying, "go-to"), body), 503)
    flying.channel = world.connect(identity)  # it is there, and has not reported
    problem(browser.post(at(flying, "go-to"), body), 503)
    problem(browser.post(at(flying, "photo")), 503)
    problem(browser.http.get(at(flying, "held")), 503)
    assert flying.flown() == []
    flying.say(report(link=VehicleLinkState.LOST))
    problem(browser.post(at(flying, "go-to"), body), 503)
    flying.say()
    assert browser.post(at(flying, "go-to"), body).status_code == 200
    [sent] = flying.flown()
    assert sent.not_after is not None
    assert sent.not_after.run == AGENT_RUN


def test_a_link_that_breaks_under_a_command_says_that_it_may_have_been_done(
    site: Site, flying: Drone
) -> None:
    def answer(command: Command) -> Flown:
        if isinstance(command, Fly):
            raise TimedOut("The agent did not answer.")
        return Flown()

    flying.channel.answer = answer
    found = problem(in_control(site, flying).post(at(flying, "speed"), {"speed_mps": 5}), 504)
    assert "may have been carried out" in found["remedy"]
