"""The interface's description is whole, and the station answers as it says: Schemathesis.

Examples are the same at every run; `make fuzz` draws many more, and others each time.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from typing import Any

import flask
import pytest
import schemathesis
import schemathesis.openapi
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

from ground_station.api.factory import register_routes
from ground_station.api.openapi import describe, undeclared
from ground_station.core.authority import Role
from ground_station.core.ids import new_id
from tests.api.site import Browser, Site
from tests.services.flying import drone
from tests.services.world import PASSWORD
from tools.make_openapi import TARGET, openapi_text

EXAMPLES = int(os.environ.get("KESTREL_FUZZ_EXAMPLES", "6"))
STRANGER = "stranger"
WHO = (STRANGER, Role.ADMIN, Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER)
WHO_FLIES = (STRANGER, Role.SUPERVISOR, Role.PILOT)
VICTIM = "victim"  # whose account the examples may change
AWAY = (503, 504)  # a node that is not there is no fault of the station


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def _plain_text(_context: Any, value: Any) -> bytes:
    return str(value).encode("utf-8", "replace")


def _bare() -> flask.Flask:
    app = flask.Flask("kestrel", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    register_routes(app)
    return app


DESCRIPTION = describe(_bare(), "test")
SCHEMA = schemathesis.openapi.from_dict(DESCRIPTION)
OPERATIONS: dict[str, Any] = {
    f"{method.upper()} {path}": SCHEMA[path][method.upper()]
    for path, methods in DESCRIPTION["paths"].items()
    for method in methods
}
NAMES = ["status_code_conformance", "content_type_conformance", "response_schema_conformance"]
CONFORMS: list[Any] = [CHECKS.get_one(name) for name in NAMES]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("openapi"))
    made.world.node()
    made.world.camera()
    drone(made.world)
    made.world.accounts.add(VICTIM, "Victim", Role.OFFICER, PASSWORD)
    yield made
    made.close()


def test_every_route_says_what_it_speaks_and_nothing_else_is_said(site: Site) -> None:
    assert undeclared(site.api.app) == (set(), set())


def test_the_file_in_docs_is_this_one() -> None:
    assert TARGET.read_text(encoding="utf-8") == openapi_text(), "run: make openapi"


def test_it_is_served_to_whoever_is_signed_in(site: Site) -> None:
    assert site.browser().http.get("/api/openapi.json").status_code == 401
    answer = site.signed_in().http.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.get_json()["paths"].keys() == DESCRIPTION["paths"].keys()


def test_every_operation_says_who_may_use_it() -> None:
    for path in DESCRIPTION["paths"].values():
        for operation in path.values():
            assert operation["x-access"]
            assert operation["summary"]


def _who(name: str) -> tuple[str, ...]:
    """Who tries an operation; where nobody's sign-in is looked at, one is enough."""
    method, path = name.split()
    access = DESCRIPTION["paths"][path][method.lower()]["x-access"]
    if access not in ("signed_in", "visitor"):
        return WHO[:1]
    return WHO_FLIES if path.startswith("/api/vehicles") else WHO


def test_an_answer_that_is_not_as_described_is_noticed(site: Site) -> None:
    case = OPERATIONS["GET /api/session"].Case()
    answer = _send(site.browser(), case)
    case.validate_response(answer, checks=CONFORMS)
    answer.set_data(answer.get_data().replace(b'"csrf_token"', b'"crumb"'))
    with pytest.raises(FailureGroup):
        case.validate_response(answer, checks=CONFORMS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_answers_as_described(site: Site, name: str) -> None:
    """Each example is sent by everybody: to make one takes longer than to send it."""
    site.world.clock.advance(60)  # what former examples were held back for is over
    browsers = [
        site.browser() if who == STRANGER else site.signed_in(Role(who)) for who in _who(name)
    ]
    for browser in browsers:
        browser.session()

    @settings(
        max_examples=EXAMPLES,
        derandomize="KESTREL_FUZZ_EXAMPLES" not in os.environ,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(name), real=st.booleans())
    def answers(case: Case[Any], real: bool) -> None:
        drawn = case.path_parameters
        for browser in browsers:
            if real:
                case.path_parameters = {
                    key: _known(site, key, value) for key, value in (drawn or {}).items()
                }
            answer = _send(browser, case)
            assert answer.status_code < 500 or answer.status_code in AWAY, answer.text
            case.validate_response(answer, checks=CONFORMS)

    answers()


@functools.cache
def _cases(name: str) -> st.SearchStrategy[Case[Any]]:
    """What the description allows, and what it forbids. Dear to make, so made once for all."""
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    return st.one_of([OPERATIONS[name].as_strategy(generation_mode=mode) for mode in modes])


def _send(browser: Browser, case: Case[Any]) -> Any:
    """As Schemathesis would, but with this browser's cookies."""
    arguments = case.as_transport_kwargs(base_url="http://localhost")
    headers = dict(arguments.get("headers") or {})
    headers.pop("X-CSRF-Token", None)
    headers.pop("Cookie", None)
    headers["X-CSRF-Token"] = browser.csrf
    client: FlaskClient = browser.http
    return client.open(
        path=arguments["url"] if "url" in arguments else arguments["path"],
        method=arguments["method"],
        headers=headers,
        query_string=arguments.get("query_string") or arguments.get("params"),
        json=arguments.get("json"),
        data=arguments.get("data"),
    )


def _known(site: Site, name: str, otherwise: Any) -> Any:
    """Ids that exist, so that the way behind "there is no such" is tried too."""
    if name == "source_id":
        return site.world.sources.all()[0].source.source_id
    if name == "agent_id":
        return site.world.agents.all()[0].agent_id
    if name == "vehicle_id":
        return site.world.fleet.all()[0].vehicle.vehicle_id
    if name == "user_id":
        found = site.world.accounts.find(VICTIM)
        return otherwise if found is None else found.user_id
    return new_id() if name.endswith("_id") else otherwise
