"""A passkey on a station that really serves, over its own HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.served import Served
from tests.api.software_key import SoftwareKey


@pytest.fixture
def https(tmp_path: Path) -> Iterator[Served]:
    station = Served(tmp_path / "var", https=True)
    yield station
    station.close()


@pytest.mark.system
def test_a_passkey_over_https(https: Served) -> None:
    origin = f"https://localhost:{https.port}"
    key = SoftwareKey(origin=origin)
    with httpx.Client(base_url=origin, verify=https.verify()) as browser:
        name = {"username": "operator", "password": https.password}
        post(browser, "/api/sign-in", name)
        options = post(browser, "/api/account/passkeys/begin", {"password": https.password})
        made = {"name": "Key", "credential": key.create(options["options"])}
        post(browser, "/api/account/passkeys", made)
        post(browser, "/api/sign-out", None)
        options = post(browser, "/api/sign-in/passkey/begin", None)
        body = {"credential": key.get(options["options"])}
        assert post(browser, "/api/sign-in/passkey", body)["username"] == "operator"


def post(browser: httpx.Client, path: str, body: Any) -> Any:
    """As the page does, with the CSRF token of now."""
    token = browser.get("/api/session").json()["csrf_token"]
    answer = browser.post(path, json=body, headers={"X-CSRF-Token": token})
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None
