"""Importing a file through the station as it is served."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from ground_station.app import opened_accounts
from ground_station.core.authority import Role
from ground_station.core.registry import token_hash
from ground_station.store import SqlSignIns, database_file, open_database
from tests.api.airspace_files import padded, zones_file
from tests.api.served import ROOT, Page, Served, eventually
from tests.services.world import PASSWORD

pytestmark = pytest.mark.system
MB = 2**20


@pytest.fixture
def supervisor(served: Served) -> Iterator[httpx.Client]:
    """Signed in, as if with a second factor."""
    with opened_accounts(served.folder) as accounts:
        accounts.add("sue", "Sue", Role.SUPERVISOR, PASSWORD)
    with httpx.Client(base_url=served.url, timeout=30) as browser:
        token = browser.get("/api/session").json()["csrf_token"]
        answer = browser.post(
            "/api/sign-in",
            json={"username": "sue", "password": PASSWORD},
            headers={"X-CSRF-Token": token},
        )
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        with contextlib.closing(open_database(database_file(served.folder))) as database:
            SqlSignIns(database).set_second_factor(token_hash(browser.cookies["kestrel_session"]))
        yield browser


def send(browser: httpx.Client, body: bytes | Iterator[bytes], **headers: str) -> Any:
    return browser.post(
        "/api/airspace/datasets",
        content=body,
        headers={"Content-Type": "application/octet-stream", "X-File-Name": "z.json", **headers},
    )


def test_files_up_to_the_limit_are_taken_and_larger_ones_refused_in_plain_words(
    supervisor: httpx.Client,
) -> None:
    body = zones_file(datetime.now(UTC))
    for length in (MB, 64 * MB):
        answer = send(supervisor, padded(body, length))
        assert answer.status_code == 201, answer.text
        assert answer.json()["row"]["size_bytes"] == length
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    refused = send(supervisor, padded(body, 65 * MB))
    assert refused.status_code == 413
    assert refused.json()["detail"] == "An airspace file has at most 64 MB."
    assert len(supervisor.get("/api/airspace/datasets").json()) == 2  # it serves on
    row = send(supervisor, body).json()["row"]
    used = supervisor.post(
        f"/api/airspace/datasets/{row['dataset_id']}/decide", json={"decision": "use"}
    )
    assert used.status_code == 200, used.text
    assert supervisor.get("/api/zones").json()["dataset"]["name"] == "AIRAC of the test"


def test_one_that_does_not_say_its_length_is_not_taken(
    supervisor: httpx.Client,
) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += MB
            yield bytes(MB)

    with contextlib.suppress(httpx.TransportError):
        answer = send(supervisor, endless())
        assert answer.status_code == 411, answer.text
    assert sent < 80 * MB
    assert supervisor.get("/api/airspace/datasets").json() == []


def test_a_letter_comes_back_as_a_download(supervisor: httpx.Client) -> None:
    added = supervisor.post(
        "/api/airspace/documents",
        content=b"<script>alert(1)</script>",
        headers={"Content-Type": "text/plain", "X-File-Name": "a.html"},
    ).json()
    answer = supervisor.get(f"/api/airspace/documents/{added['document_id']}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == b"<script>alert(1)</script>"


def test_what_the_command_line_takes_into_use_reaches_station_and_page_within_seconds(
    served: Served, supervisor: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = Page(supervisor)
    try:
        eventually(lambda: bool(page.events))
        first = page.events[0][1]["airspace_version"]
        assert supervisor.get("/api/zones").json()["dataset"] is None  # no simulation
        file = tmp_path_factory.mktemp("files") / "zones.json"
        file.write_bytes(zones_file(datetime.now(UTC)))
        told = zones_command(served, "import", str(file), "--use")
        assert "in use" in told
        eventually(lambda: page.events[-1][1].get("airspace_version") not in (first, None))
        found = supervisor.get("/api/zones").json()
        assert found["dataset"]["name"] == "AIRAC of the test"
        assert [zone["zone_id"] for zone in found["zones"]] == ["1U077"]
        [row] = supervisor.get("/api/airspace/datasets").json()
        assert (row["state"], row["imported_by"]) == ("in_use", "the command line")
    finally:
        page.client.disconnect()


def zones_command(served: Served, *words: str) -> str:
    """`run.py zones ...` in a process of its own; what it prints."""
    command = [sys.executable, "run.py", "zones", *words, "--data-folder", str(served.folder)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
