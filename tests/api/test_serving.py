"""The real station: gunicorn, real sockets, a real agent; started and stopped as in service."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from ground_station.agentlink.client import AgentClient
from ground_station.app import (
    build_station,
    ensure_first_users,
    issue_agent_token,
    prepare_store,
    serve,
    set_password,
)
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AcceptWhip,
    AgentKind,
    Command,
    Done,
    Heartbeat,
    Hello,
    PublishSources,
    Reply,
    SdpAnswer,
    SourceOffer,
    SourceReports,
)
from ground_station.core.clock import SystemClock
from ground_station.core.errors import Conflict, InvalidInput, Unavailable
from ground_station.core.settings import Settings, StationSettings
from tests.api.served import Page, Served, eventually
from tests.api.site import make_dist
from tests.services.world import ANSWER, CALIBRATION, OFFER, live


def agent(
    station: Served, name: str, kind: AgentKind, answer: Callable[[Command], Reply], *offers: Any
) -> AgentClient:
    token = issue_agent_token(station.folder, name=name, kind=kind)
    clock = SystemClock()
    return AgentClient(
        station_url=station.url,
        token=token,
        hello=lambda: Hello(PROTOCOL_VERSION, kind, name, "test", list(offers)),
        on_command=answer,
        heartbeat=lambda: Heartbeat(clock.now()),
        clock=clock,
    )


@pytest.mark.system
def test_it_stops_quickly_with_open_pages_and_half_sent_requests(served: Served) -> None:
    browser = served.sign_in()
    pages = [Page(browser) for _ in range(3)]
    eventually(lambda: all(page.events for page in pages))
    with socket.create_connection(("127.0.0.1", served.port)) as half:
        half.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        time.sleep(0.2)
        status, seconds = served.stop()
    assert status == 0
    assert seconds < 3
    eventually(lambda: not any(page.client.connected for page in pages))
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # closed ones may linger
        again.bind(("127.0.0.1", served.port))  # the port is free
    output = served.close()
    assert "Traceback" not in output
    assert not list(served.folder.glob("**/*.ctl"))  # gunicorn's control socket


@pytest.mark.system
def test_ctrl_c_stops_it_too(served: Served) -> None:
    os.killpg(served.process.pid, signal.SIGINT)  # as a terminal does
    assert served.process.wait(5) == 0


@pytest.mark.system
def test_a_worker_that_dies_is_replaced_and_sign_ins_last(served: Served) -> None:
    browser, pid = served.sign_in(), served.process.pid
    [worker] = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGKILL)

    def back() -> bool:
        try:
            return bool(browser.get("/api/session").json()["signed_in"])
        except httpx.TransportError:
            return False

    eventually(back)


@pytest.mark.system
def test_agents_publish_and_a_page_sees_it_live_and_lost(served: Served) -> None:
    told = threading.Event()
    grants: list[PublishSources] = []
    accepted: list[AcceptWhip] = []

    def as_camera(command: Command) -> Reply:
        if isinstance(command, PublishSources):
            grants.append(command)
            told.set()
        return Done()

    def as_node(command: Command) -> Reply:
        if isinstance(command, AcceptWhip):
            accepted.append(command)
            return SdpAnswer(ANSWER)
        return Done()

    offer = SourceOffer("gate", "Park gate", calibration=CALIBRATION)
    camera = agent(served, "camera", AgentKind.CAMERA, as_camera, offer)
    node = agent(served, "node", AgentKind.NODE, as_node)
    camera.start()
    node.start()
    try:
        assert told.wait(10)
        source_id = grants[0].sources[0].source_id
        token = issue_agent_token(served.folder, name="camera", kind=AgentKind.CAMERA)
        answer = httpx.post(
            f"{served.url}{grants[0].whip_path}{source_id}",
            content=OFFER,
            headers={"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 201, answer.text
        session_id = accepted[0].session_id
        page = Page(served.sign_in())
        node.send(SourceReports([live(source_id, session_id)], "nanodet-g-416"))
        eventually(lambda: "live" in page.conditions())
        node.stop()
        eventually(lambda: page.conditions()[-1:] == ["lost"], 3.0)
        page.client.disconnect()
    finally:
        camera.stop()
        node.stop()


def station_settings(folder: Path, **station: Any) -> Settings:
    return Settings(data_folder=folder, station=StationSettings(**station))


def test_a_port_in_use_is_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} of 127.0.0.1 is in use") as refused:
            serve(station_settings(tmp_path, port=port))
    assert "station.port" in refused.value.remedy


def test_a_station_needs_its_database(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no database"):
        build_station(station_settings(tmp_path))


def test_a_built_station_starts_and_stops_in_one_process(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    before = {thread.name for thread in threading.enumerate()}
    station = build_station(station_settings(tmp_path), web_dist=make_dist(tmp_path / "dist"))
    station.start()
    assert "live-push" in {thread.name for thread in threading.enumerate()}
    client = station.wsgi.test_client()
    assert client.get("/health").get_json() == {"status": "degraded"}
    station.stop()
    assert {thread.name for thread in threading.enumerate()} <= before


def test_the_first_sign_ins_are_made_once(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    made = ensure_first_users(tmp_path)
    assert [one.username for one in made] == ["operator", "admin", "pilot"]
    assert ensure_first_users(tmp_path) == []
    stored = (tmp_path / "kestrel.db").read_bytes()
    assert all(one.password.encode() not in stored for one in made)
    set_password(tmp_path, "operator", "another password")
    with pytest.raises(InvalidInput):
        set_password(tmp_path, "operator", "short")


def test_the_key_for_visits_is_private_and_lasts(tmp_path: Path) -> None:
    prepare_store(tmp_path)
    for _ in range(2):
        station = build_station(station_settings(tmp_path))
        station.stop()
    key = tmp_path / "station.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.write_text("")
    with pytest.raises(Unavailable, match="damaged"):
        build_station(station_settings(tmp_path))
