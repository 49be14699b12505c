"""A whole day's flow over HTTPS, and then: no secret is in any log, error, argument or address."""

from __future__ import annotations

import asyncio
import io
import json
import secrets
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from ground_station.cli.main import main
from tests.media.peers import Viewer, until
from tests.stack import ROOT, USERNAME, Stack, started, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(150)]

TURN_SECRET, METRICS_TOKEN = f"turn-{secrets.token_hex(12)}", f"metrics-{secrets.token_hex(12)}"
SETTINGS = f"""
[station]
https = true
metrics_token = "{METRICS_TOKEN}"
[turn]
urls = ["turn:127.0.0.1:9"]
secret = "{TURN_SECRET}"
[log]
json_lines = true
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not (ROOT / "var" / "footage" / "demo.ts").exists():
        pytest.skip("no demonstration footage: run python3 run.py once, with a network")
    with started(tmp_path_factory.mktemp("secrets"), settings=SETTINGS) as stack:
        yield stack


class Flow:
    """One person's browser; it notes every address it asked and every answer that was an error."""

    def __init__(self, stack: Stack) -> None:
        context = ssl.create_default_context(cafile=stack.data_folder / "certs" / "root.pem")
        self.urls: list[str] = []
        self.refusals: list[str] = []
        self.http = httpx.Client(
            base_url=f"https://127.0.0.1:{stack.port}",
            verify=context,
            trust_env=False,
            timeout=20,
            event_hooks={"response": [self._note]},
        )
        self.csrf = self.http.get("/api/session").json()["csrf_token"]

    def _note(self, response: httpx.Response) -> None:
        self.urls += [str(response.request.url), response.headers.get("Location", "")]
        if response.status_code >= 400:
            self.refusals.append(response.read().decode())

    def post(self, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return self.http.post(path, json=body, headers={"X-CSRF-Token": self.csrf, **headers})

    def offer(self, path: str, token: str, sdp: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}
        return self.http.post(path, content=sdp, headers=headers)


def test_no_secret_is_written_down(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = stack.password
    used = {"password": password, "turn secret": TURN_SECRET, "metrics token": METRICS_TOKEN}
    flow = Flow(stack)
    used["visit's CSRF token"] = flow.csrf
    sign_in = {"username": USERNAME, "password": password}
    used["wrong password"] = "wrong-" + secrets.token_hex(8)
    flow.post("/api/sign-in", {"username": USERNAME, "password": used["wrong password"]})
    answer = flow.post("/api/sign-in", sign_in)
    assert answer.status_code == 200, answer.text
    flow.csrf = used["CSRF token"] = answer.json()["csrf_token"]
    used["session cookie"] = flow.http.cookies["kestrel_session"]
    purpose = flow.post("/api/session/purpose", {"purpose": "public_safety"})
    assert purpose.status_code < 300, purpose.text

    used |= watch(stack, flow)
    used |= enrol(stack, tmp_path, capsys)
    used |= tokens_of_children(stack)
    used["stranger's token"] = "stranger-" + secrets.token_hex(12)
    flow.offer(f"/whip/{secrets.token_hex(16)}", used["stranger's token"], "v=0 no offer")
    flow.http.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    stranger = used["stranger's token"]
    flow.http.get("/metrics", headers={"Authorization": f"Bearer {stranger}"})
    flow.http.get("/api/session", headers={"X-Big": "x" * 20_000})
    assert flow.refusals
    argv = arguments(stack)
    stack.child("node").kill()  # a restart is logged with its last words
    wait_for(lambda: "was killed" in stack.output(), "the restart was not said")

    texts = {f"log {file.name}": file.read_text("utf-8", "replace") for file in logs(stack)}
    texts["terminal"] = said_in_terminal(stack, password)
    texts["arguments"] = "\n".join(argv)
    texts["addresses"] = "\n".join(flow.urls)
    texts["refusals"] = "\n".join(flow.refusals)
    assert len(texts["log station.log"]) > 500
    for line in texts["log station.log"].splitlines():
        json.loads(line)
    found = [
        f"{what} in {where}"
        for what, secret in used.items()
        for where, text in texts.items()
        if secret in text
    ]
    assert found == []


def watch(stack: Stack, flow: Flow) -> dict[str, str]:
    """See video of the demonstration camera by WHEP; the secrets that this took."""
    port = stack.port
    assert port
    source_id = wait_for(lambda: live_source(stack), "the camera is not live", 40)
    answer = flow.post(f"/api/sources/{source_id}/viewer-token", {})
    assert answer.status_code == 201, answer.text
    granted = answer.json()
    (server,) = granted["ice_servers"]

    async def view() -> None:
        viewer = Viewer()
        offer = await viewer.offer()
        opened = await asyncio.to_thread(flow.offer, granted["whep_path"], granted["token"], offer)
        assert opened.status_code == 201, opened.text
        assert 'rel="ice-server"' in opened.headers["Link"]
        await viewer.answered(opened.text)
        await until(lambda: len(viewer.frames) > 3)
        await viewer.close()

    asyncio.run(view())
    return {"viewer token": granted["token"], "TURN credential": server["credential"]}


def live_source(stack: Stack) -> str | None:
    """From the database: the page learns it by the socket, which other tests cover."""
    import sqlite3

    log = (stack.data_folder / "log" / "node.log").read_text("utf-8", "replace")
    with sqlite3.connect(stack.data_folder / "kestrel.db") as database:
        rows = database.execute("select id from sources").fetchall()
    return next((str(one) for (one,) in rows if f"whip_accepted source={one}" in log), None)


def enrol(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Enrol an agent by its one-time code over HTTPS; the code and the token."""
    settings = ["--settings", str(stack.log.parent / "settings.toml"), "--port", str(stack.port)]
    data = ["--data-folder", str(stack.data_folder)]
    assert main(["agents", "add", "gate camera", *settings, *data]) == 0
    code = capsys.readouterr().out.split("Code for gate camera: ")[1].split()[0]
    root = stack.data_folder / "certs" / "root.pem"
    station = f"https://127.0.0.1:{stack.port}"
    there = ["--data-folder", str(tmp_path), "--station", station, "--ca", str(root)]
    assert main(["agents", "enrol", code, *there]) == 0
    out = capsys.readouterr()
    (file,) = (tmp_path / "agents").glob("*.json")
    (token,) = json.loads(file.read_text())["tokens"]
    assert token not in out.out + out.err
    return {"enrolment code": code, "enrolled agent's token": token}


def tokens_of_children(stack: Stack) -> dict[str, str]:
    found = {}
    for child in psutil.Process(stack.process.pid).children(recursive=True):
        token = child.environ().get("KESTREL_AGENT_TOKEN")
        if token:
            found[f"token of {child.pid}"] = token
    assert len(set(found.values())) == 3  # node, cameras and drone
    return found


def logs(stack: Stack) -> list[Path]:
    return sorted((stack.data_folder / "log").iterdir())


def said_in_terminal(stack: Stack, password: str) -> str:
    """The first password is shown there once, on purpose, by the demonstration."""
    text = stack.output()
    shown = io.StringIO()
    for line in text.splitlines():
        if line.strip() != f"password: {password}":
            shown.write(line + "\n")
    return shown.getvalue()


def arguments(stack: Stack) -> list[str]:
    parent = psutil.Process(stack.process.pid)
    return [" ".join(one.cmdline()) for one in (parent, *parent.children(recursive=True))]
