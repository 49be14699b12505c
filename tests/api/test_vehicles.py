"""Vehicles over HTTP: who sees them, who flies them, and what reaches the agent."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import pytest

from ground_station.api.parts import COMMAND_GATE
from ground_station.core.agent_actions import (
    GoTo,
    Hold,
    Land,
    Return,
    TakeOff,
    UploadGeofence,
    UploadMission,
)
from ground_station.core.agent_protocol import Command
from ground_station.core.agent_vehicles import FlightMode, FlightReading, Flown, Fly, LandedState
from ground_station.core.audit import Act
from ground_station.core.authority import Area, Role
from ground_station.core.entities import LegalRegime, OrganisationKind, Shareable
from ground_station.core.errors import Conflict, NotSignedIn, TimedOut
from ground_station.core.ids import new_id
from ground_station.services.sharing import NewAgreement
from tests.api.site import Browser, Site, problem
from tests.api.test_live_scopes import BY_CLI
from tests.services.flying import LAT, LON, Drone, drone, report
from tests.services.world import PASSWORD

AROUND = ((-0.25, 51.49), (-0.23, 51.49), (-0.23, 51.50), (-0.25, 51.50), (-0.25, 51.49))
ELSEWHERE = ((0.0, 51.47), (0.1, 51.47), (0.1, 51.49), (0.0, 51.49), (0.0, 51.47))
UNCHECKED = [{"zone_id": "unchecked", "reference": "LHR ATC 17 by telephone"}]
COMMANDS = [
    ("POST", "control", {}),
    ("DELETE", "control", ...),
    ("POST", "hold", ...),
    ("POST", "return", ...),
    ("POST", "land", ...),
    ("POST", "arm", ...),
    ("POST", "disarm", ...),
    ("POST", "take-off", {"height_home_m": 10}),
    ("POST", "go-to", {"lat": LAT, "lon": LON, "alt_amsl_m": 60}),
    ("POST", "go-to/check", {"lat": LAT, "lon": LON}),
    ("PUT", "mission", {"items": []}),
    ("POST", "mission/start", ...),
    ("PUT", "geofence", {"rings": []}),
]


def at(flying: Drone, what: str) -> str:
    return f"/api/vehicles/{flying.vehicle_id}/{what}"


def person(
    site: Site,
    name: str,
    role: Role = Role.PILOT,
    *,
    area: Any = None,
    organisation_id: str | None = None,
) -> Browser:
    """Somebody who has signed in; `area`: a ring of (lon, lat)."""
    made = site.world.accounts.add(
        name, name.title(), role, PASSWORD, organisation_id=organisation_id
    )
    if area is not None:
        site.world.users.update(dataclasses.replace(made, area=Area((tuple(area),))))
    browser = site.browser()
    assert browser.sign_in(name, PASSWORD).status_code == 200
    return browser


def in_control(site: Site, flying: Drone, name: str = "pip", **more: Any) -> Browser:
    browser = person(site, name, **more)
    assert browser.post(at(flying, "control"), {}).status_code == 200
    return browser


# --- what there is -------------------------------------------------------------------------------


def test_the_list_says_what_is_known_of_each(site: Site) -> None:
    flying = drone(site.world)
    [told] = person(site, "olive", Role.OFFICER).http.get("/api/vehicles").get_json()
    assert told["vehicle_id"] == flying.vehicle_id
    assert (told["name"], told["simulated"], told["link"]) == ("Kestrel 1", True, "connected")
    assert (told["armed"], told["mode"], told["landed"]) == (True, "guided", "in_air")
    assert told["source_id"] == flying.source_id
    assert (told["home_lat"], told["home_lon"], told["satellites"]) == (LAT, LON, 14)
    assert told["control"] is None
    assert told["airspace"] == "unknown"  # no zones are loaded, so nothing is clear
    assert told["airspace_problem"]


def test_a_vehicle_that_was_never_heard_of_is_unknown_in_everything(site: Site) -> None:
    flying = drone(site.world)
    site.world.fleet = fresh = type(site.world.fleet)(
        vehicles=site.world.fleet._vehicles,
        audit=site.world.audit,
        bus=site.world.bus,
        clock=site.world.clock,
        airspace=site.world.fleet._airspace,
        sources=site.world.sources,
    )
    [status] = fresh.all()
    assert status.report is None
    object.__setattr__(site.parts, "fleet", fresh)
    [told] = person(site, "olive", Role.OFFICER).http.get("/api/vehicles").get_json()
    assert told["vehicle_id"] == flying.vehicle_id
    assert (told["link"], told["mode"], told["armed"], told["landed"]) == (
        "never",
        "unknown",
        None,
        "unknown",
    )
    assert (told["gps_fix"], told["satellites"], told["armable"]) == ("unknown", None, None)


def test_the_list_holds_what_is_in_one_s_area(site: Site) -> None:
    drone(site.world)
    inside = person(site, "ines", Role.OFFICER, area=AROUND)
    outside = person(site, "otto", Role.OFFICER, area=ELSEWHERE)
    assert len(inside.http.get("/api/vehicles").get_json()) == 1
    assert outside.http.get("/api/vehicles").get_json() == []


def test_an_agreement_shows_where_it_flies_but_not_who_flies_it(site: Site) -> None:
    flying = drone(site.world, report(problems=["Two vehicles speak with system id 1."]))
    in_control(site, flying)
    police = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
    sergeant = person(site, "sergeant", Role.OFFICER, organisation_id=police.organisation_id)
    assert sergeant.http.get("/api/vehicles").get_json() == []
    site.world.accounts.add("dpo", "D", Role.DATA_PROTECTION_OFFICER, PASSWORD)
    dpo = dataclasses.replace(site.world.enter("dpo").principal, second_factor=True)
    now = site.world.clock.now()
    new = NewAgreement(
        "Town centre",
        police.organisation_id,
        LegalRegime.DPA_2018_PART_3,
        frozenset({Shareable.MAP}),
        now,
        now.replace(year=now.year + 1),
    )
    site.world.sharing.make(dpo, new)
    [told] = sergeant.http.get("/api/vehicles").get_json()
    assert told["control"] is None
    assert told["problems"] == []
    assert len(list(site.world.audit.read(act=Act.DISCLOSED))) == 2  # for both controllers


@pytest.mark.parametrize(("method", "what", "body"), COMMANDS)
def test_others_vehicles_are_not_there(site: Site, method: str, what: str, body: Any) -> None:
    flying = drone(site.world)
    police = site.world.sharing.add_organisation("The police", OrganisationKind.POLICE, BY_CLI)
    stranger = person(site, "sergeant", organisation_id=police.organisation_id)
    outside = person(site, "otto", area=ELSEWHERE)
    unknown = f"/api/vehicles/{new_id()}/{what}"
    found = problem(outside.send(method, unknown, body), 404, "not_found")
    for browser in (stranger, outside):
        answer = problem(browser.send(method, at(flying, what), body), 404, "not_found")
        assert (answer["detail"], answer["remedy"]) == (found["detail"], found["remedy"])
    problem(outside.send(method, f"/api/vehicles/1/{what}", body), 404, "not_found")
    assert flying.flown() == []


# --- control -------------------------------------------------------------------------------------


def test_control_is_taken_shown_and_given_up(site: Site) -> None:
    flying = drone(site.world)
    browser = person(site, "pip")
    taken = browser.post(at(flying, "control"), {})
    assert taken.status_code == 200, taken.text
    told = browser.http.get("/api/vehicles").get_json()[0]["control"]
    assert told == taken.get_json()
    assert browser.delete(at(flying, "control")).status_code == 204
    assert browser.http.get("/api/vehicles").get_json()[0]["control"] is None
    problem(browser.delete(at(flying, "control")), 409, "conflict")


def test_taking_over_needs_a_reason_and_names_who_has_it(site: Site) -> None:
    flying = drone(site.world)
    in_control(site, flying)
    other = person(site, "quin")
    refused = problem(other.post(at(flying, "control"), {}), 409, "conflict")
    assert "Operator has control of Kestrel 1" in refused["detail"]
    problem(other.post(at(flying, "control"), {"take_over": True}), 400)
    body = {"take_over": True, "reason": "Shift change"}
    assert other.post(at(flying, "control"), body).status_code == 200
    [record, _first] = site.world.audit.read(act=Act.CONTROL_TAKEN)
    assert record.entry.details["reason"] == "Shift change"


# --- to safety -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "kind"), [("hold", Hold), ("return", Return), ("land", Land)])
def test_a_supervisor_stops_it_without_control(site: Site, what: str, kind: type) -> None:
    flying = drone(site.world)
    in_control(site, flying)
    answer = site.signed_in(Role.SUPERVISOR).post(at(flying, what))
    assert answer.status_code == 200, answer.text
    assert set(answer.get_json()) == {"command_id", "note", "took_ms"}
    [command] = flying.flown()
    assert isinstance(command.action, kind)
    assert (command.system_id, command.by) == (1, "supervisor")
    assert command.command_id == answer.get_json()["command_id"]


def test_whoever_has_control_stops_it_outside_of_their_area(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying, area=AROUND)
    flying.say(report(lat=51.6))
    assert len(browser.http.get("/api/vehicles").get_json()) == 1
    assert browser.post(at(flying, "return")).status_code == 200
    assert isinstance(flying.flown()[0].action, Return)


def test_stops_find_a_thread_while_other_commands_wait(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    gate = site.api.app.extensions[COMMAND_GATE]
    for _ in range(site.parts.commands_at_once):
        assert gate.acquire(blocking=False)
    held_back = problem(browser.post(at(flying, "disarm")), 429, "throttled")
    assert "under way" in held_back["detail"]
    assert flying.flown() == []
    assert browser.post(at(flying, "hold")).status_code == 200
    gate.release()
    assert browser.send("PUT", at(flying, "geofence"), {"rings": []}).status_code == 200


def test_a_command_that_fails_holds_no_place(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    flying.channel.error = TimedOut("The agent did not answer within 6 s.")
    for _ in range(site.parts.commands_at_once + 2):
        problem(browser.send("PUT", at(flying, "geofence"), {"rings": []}), 504, "timed_out")
    flying.channel.error = None
    assert browser.send("PUT", at(flying, "geofence"), {"rings": []}).status_code == 200


# --- commands ------------------------------------------------------------------------------------


def test_without_control_nothing_is_sent(site: Site) -> None:
    flying = drone(site.world)
    browser = person(site, "pip")
    body = {"lat": LAT, "lon": LON, "alt_amsl_m": 60, "permissions": UNCHECKED}
    refused = problem(browser.post(at(flying, "go-to"), body), 409, "conflict")
    assert "Nobody has control of Kestrel 1" in refused["detail"]
    assert flying.flown() == []


def test_a_flight_that_cannot_be_checked_needs_a_permission(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    body: dict[str, Any] = {"lat": LAT + 0.001, "lon": LON, "speed_mps": 8}
    refused = problem(browser.post(at(flying, "go-to"), body), 409, "zone_permission_needed")
    assert "could not be checked" in refused["detail"]
    assert flying.flown() == []
    answer = browser.post(at(flying, "go-to"), body | {"permissions": UNCHECKED})
    assert answer.status_code == 200, answer.text
    [command] = flying.flown()
    assert command.action == GoTo(LAT + 0.001, LON, 65.0, 8.0)  # at its present height
    [record] = site.world.audit.read(act=Act.FLIGHT_COMMANDED)
    assert "LHR ATC 17 by telephone" in str(record.entry.details)


def test_go_to_at_an_unknown_height_is_not_guessed(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    flying.say(report(position=None))
    body = {"lat": LAT, "lon": LON, "permissions": UNCHECKED}
    refused = problem(browser.post(at(flying, "go-to"), body), 422, "unprocessable")
    assert "height" in refused["detail"]
    assert flying.flown() == []


def test_the_check_of_a_flight_sends_nothing(site: Site) -> None:
    flying = drone(site.world)
    browser = person(site, "pip")
    body = {"lat": LAT + 0.001, "lon": LON, "speed_mps": 10}
    answer = browser.post(at(flying, "go-to/check"), body)
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert 110 < told["distance_m"] < 112
    assert 11 < told["seconds"] < 11.2
    assert (told["alt_amsl_m"], told["airspace"]) == (65.0, "unknown")
    assert "Nobody has control" in told["why_not"]
    assert browser.post(at(flying, "control"), {}).status_code == 200
    assert browser.post(at(flying, "go-to/check"), body).get_json()["why_not"] == ""
    assert flying.flown() == []


def test_take_off(site: Site) -> None:
    flight = FlightReading(200, armed=False, mode=FlightMode.GUIDED, landed=LandedState.ON_GROUND)
    flying = drone(site.world, report(flight=flight))
    browser = in_control(site, flying)
    body = {"height_home_m": 30, "permissions": UNCHECKED}
    answer = browser.post(at(flying, "take-off"), body)
    assert answer.status_code == 200, answer.text
    assert flying.flown()[0].action == TakeOff(30.0)


def test_a_mission_of_seven_hundred_points(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    point = {"lat": 51.4958123, "lon": -0.2386123, "height_m": 50.0, "speed_mps": 5.0}
    body = {"items": [point] * 700, "permissions": UNCHECKED}
    answer = browser.send("PUT", at(flying, "mission"), body)
    assert answer.status_code == 200, answer.text
    action = flying.flown()[0].action
    assert isinstance(action, UploadMission)
    assert len(action.items) == 700
    assert (action.items[0].speed_mps, action.return_at_end) == (5.0, True)
    assert browser.send("PUT", at(flying, "mission"), {"items": [point] * 701}).status_code == 400


def test_a_fence_s_corners_are_the_page_s_the_other_way_round(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    stands = FlightReading(100, armed=False, mode=FlightMode.HOLD, landed=LandedState.ON_GROUND)
    flying.say(report(flight=stands))
    ring = {"points": [[-0.24, 51.49], [-0.23, 51.49], [-0.23, 51.5]], "keep_in": True}
    assert browser.send("PUT", at(flying, "geofence"), {"rings": [ring]}).status_code == 200
    action = flying.flown()[0].action
    assert isinstance(action, UploadGeofence)
    assert action.rings[0].points[0] == (51.49, -0.24)
    turned = {"points": [[51.49, -0.24, 3.0]] * 3}
    problem(browser.send("PUT", at(flying, "geofence"), {"rings": [turned]}), 400)


@pytest.mark.parametrize(
    ("what", "body", "word"),
    [
        ("go-to", {"lat": 91, "lon": 0, "alt_amsl_m": 60}, "lat"),
        ("go-to", {"lat": 51, "lon": 0, "alt_amsl_m": 60, "speed_mps": 0}, "speed_mps"),
        ("go-to", {"lat": 51, "lon": 0, "alt_amsl_m": 99999}, "alt_amsl_m"),
        ("go-to/check", {"lat": 51, "lon": 181}, "lon"),
        ("take-off", {"height_home_m": 1}, "height_home_m"),
        ("take-off", {}, "height_home_m"),
    ],
)
def test_numbers_out_of_bounds_are_named(site: Site, what: str, body: Any, word: str) -> None:
    flying = drone(site.world)
    refused = problem(in_control(site, flying).post(at(flying, what), body), 400, "invalid_input")
    assert word in refused["detail"]
    assert flying.flown() == []


@pytest.mark.parametrize(
    "permissions",
    [
        [{"zone_id": "unchecked", "reference": "  "}],
        [{"zone_id": "", "reference": "A"}],
        [{"zone_id": "a", "reference": "A"}, {"zone_id": "a", "reference": "B"}],
        [{"zone_id": "a", "reference": "A" * 201}],
        [{"zone_id": str(n), "reference": "A"} for n in range(51)],
    ],
)
def test_permissions_that_say_nothing(site: Site, permissions: Any) -> None:
    flying = drone(site.world)
    body = {"lat": LAT, "lon": LON, "alt_amsl_m": 60, "permissions": permissions}
    problem(in_control(site, flying).post(at(flying, "go-to"), body), 400, "invalid_input")
    assert flying.flown() == []


def test_a_refusal_is_in_the_autopilot_s_own_words(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    flying.channel.error = Conflict("Kestrel 1 refused: PreArm: Compass not calibrated")
    refused = problem(browser.send("PUT", at(flying, "geofence"), {"rings": []}), 409, "conflict")
    assert "Compass not calibrated" in refused["detail"]


def test_what_an_agent_says_of_itself_signs_nobody_out(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    flying.channel.error = NotSignedIn("The agent has no token.")
    problem(browser.post(at(flying, "hold")), 503, "unavailable")


def test_two_commands_at_once_do_not_wait_for_each_other(site: Site) -> None:
    flying = drone(site.world)
    browser = in_control(site, flying)
    began, go_on = threading.Event(), threading.Event()

    def answer(command: Command) -> Flown:
        assert isinstance(command, Fly)
        if isinstance(command.action, UploadGeofence):
            began.set()
            assert go_on.wait(5)
        return Flown()

    flying.channel.answer = answer
    done: list[int] = []
    upload = threading.Thread(
        target=lambda: done.append(
            browser.send("PUT", at(flying, "geofence"), {"rings": []}).status_code
        )
    )
    upload.start()
    assert began.wait(5)
    second = person(site, "sue")
    assert second.post(at(flying, "hold")).status_code == 200
    go_on.set()
    upload.join(5)
    assert done == [200]
