"""The whole web side over the services' world, used through Flask's own test clients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from ground_station.api.factory import Api, create_api
from ground_station.api.parts import Parts
from ground_station.app_airspace import join_airspace
from ground_station.app_flight_log import flight_imports, flight_reports
from ground_station.app_operations import join_missions, join_operations
from ground_station.core.authority import Role
from ground_station.core.registry import token_hash
from ground_station.core.settings import AirspaceSettings
from ground_station.services.audit_reading import AuditReading
from ground_station.services.flight_reading import FlightReading
from ground_station.store import FileJournals, SqlFlights, SqlOrganisations
from tests.api import kept_rules
from tests.services.world import PASSWORD, World

kept_rules.keep()

INDEX = "<!doctype html><title>Kestrel</title>"


def make_dist(folder: Path) -> Path:
    """A built page, as far as the station can tell."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "components.html").write_text(INDEX)
    (folder / "basemap.json").write_text('{"type":"FeatureCollection","features":[]}')
    (folder / "assets" / "index-abc123.js").write_text("export const a = 1\n" * 100)
    return folder


class Site:
    """A station's web side, not served but called."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder / "var")
        self.world.add_operator(Role.SUPERVISOR)  # watches, and manages sources
        airspace = join_airspace(
            AirspaceSettings(training=True),
            self.world.database,
            self.world.audit,
            self.world.clock,
            self.world.bus,
        )
        airspace.library.refresh()
        operations = join_operations(
            database=self.world.database,
            audit=self.world.audit,
            clock=self.world.clock,
            controls=self.world.controls,
            flights=self.world.flights,
            facts=self.world.facts,
            verdicts=airspace.verdicts,
        )
        missions = join_missions(
            database=self.world.database,
            audit=self.world.audit,
            clock=self.world.clock,
            controls=self.world.controls,
            facts=self.world.facts,
            airspace=airspace.airspace,
            verdicts=airspace.verdicts,
        )
        reading = FlightReading(
            SqlFlights(self.world.database), FileJournals(folder / "var"), lambda _record_id: None
        )
        self.parts = Parts(
            audit=self.world.audit,
            audit_reading=AuditReading(self.world.audit),
            sharing=self.world.sharing,
            names=self.world.names,
            sign_in=self.world.sign_in,
            identities=self.world.identities,
            organisation=SqlOrganisations(self.world.database).get,
            sources=self.world.sources,
            agents=self.world.agents,
            alerts=self.world.alerts,
            enrolments=self.world.enrolments,
            warden=self.world.warden,
            media=self.world.media,
            system=self.world.system,
            geolocator=self.world.geolocator,
            poses=self.world.poses,
            fleet=self.world.fleet,
            airspace=airspace.airspace,
            library=airspace.library,
            papers=airspace.papers,
            verdicts=airspace.verdicts,
            packs=airspace.packs,
            controls=self.world.controls,
            desk=self.world.desk,
            flights=self.world.flights,
            preflights=operations.preflights,
            crew_records=operations.crew_records,
            crew_history=operations.crew_history,
            flight_reading=reading,
            flight_reports=flight_reports(
                reading,
                database=self.world.database,
                operations=operations,
                papers=airspace.papers,
                display_name=lambda user_id: user_id and "Operator",
                audit=self.world.audit,
                clock=self.world.clock,
            ),
            flight_imports=flight_imports(
                self.world.database, folder / "var", self.world.audit, self.world.clock
            ),
            missions=missions.kept,
            planning=missions.planning,
            conformances=self.world.conformances,
            auto_hold=self.world.auto_hold,
            traffic=self.world.traffic,
            cameras=self.world.cameras,
            bus=self.world.bus,
            clock=self.world.clock,
            secret_key="k" * 64,
            check_database=self.world.database.check,
            web_dist=make_dist(folder / "dist"),
            software="Kestrel test",
            demo=False,
            trusted_hosts=("localhost", "127.0.0.1"),
            max_sockets=8,
        )
        self.api: Api = create_api(self.parts)
        self.api.seal()

    def close(self) -> None:
        self.world.close()

    def browser(self) -> Browser:
        return Browser(self)

    def signed_in(self, role: Role | None = None, *, second_factor: bool = True) -> Browser:
        """A browser whose person has signed in and said what for.

        Args:
            role: None = the operator, who is a supervisor; else somebody of that role and name.
            second_factor: as if the sign-in was made with one.
        """
        name = "operator" if role is None else role.value
        if role is not None and self.world.accounts.find(name) is None:
            self.world.accounts.add(name, name.title(), role, PASSWORD)
        browser = self.browser()
        answer = browser.sign_in(name, PASSWORD)
        assert answer.status_code == 200, answer.text
        if second_factor:
            cookie = browser.http.get_cookie("kestrel_session")
            assert cookie is not None
            self.world.sign_ins.set_second_factor(token_hash(cookie.value))
        answer = browser.post("/api/session/purpose", {"purpose": "public_safety"})
        assert answer.status_code == 200, answer.text
        return browser


class ClosingClient(FlaskClient):
    """Reads every answer whole, so that no file stays open behind it."""

    def open(self, *arguments: Any, **more: Any) -> Any:
        return super().open(*arguments, **{"buffered": True, **more})


class Browser:
    """One browser: keeps cookies, and the CSRF token as the page does."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.http: FlaskClient = ClosingClient(site.api.app, use_cookies=True)
        self.csrf = ""

    def session(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.get("/api/session").get_json()
        self.csrf = answer["csrf_token"]
        return answer

    def sign_in(self, username: str, password: str) -> Any:
        self.session()
        answer = self.post("/api/sign-in", {"username": username, "password": password})
        if answer.status_code == 200:
            self.csrf = answer.get_json()["csrf_token"]
        return answer

    def post(self, path: str, body: object = ...) -> Any:
        headers = {"X-CSRF-Token": self.csrf, "Content-Type": "application/json"}
        text = b"" if body is ... else json.dumps(body).encode("utf-8", "surrogatepass")
        return self.http.post(path, data=text, headers=headers)

    def delete(self, path: str, body: object = ...) -> Any:
        return self.send("DELETE", path, body)

    def send(self, method: str, path: str, body: object = ...) -> Any:
        """Any request, with the CSRF token as the page sends it."""
        headers = {"X-CSRF-Token": self.csrf}
        more: dict[str, Any] = {} if body is ... else {"json": body}
        return self.http.open(path, method=method, headers=headers, **more)

    def live(self, **headers: str) -> Any:
        """A Socket.IO connection with this browser's cookies."""
        return self.site.api.socketio.test_client(
            self.site.api.app,
            namespace="/live",
            flask_test_client=self.http,
            headers=headers or None,
        )


def problem(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem details of an answer, after checking that they are all there."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    found: dict[str, Any] = answer.get_json(force=True)
    assert set(found) == {"type", "title", "status", "detail", "code", "remedy", "reference"}
    assert found["status"] == status
    assert found["detail"]
    assert len(found["reference"]) == 8
    if code is not None:
        assert found["code"] == code
    return found
