"""The page over HTTPS in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stack import USERNAME, run_scenario, started

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(120)]


def test_the_page_works_over_https_without_a_violation(browser: None, tmp_path: Path) -> None:
    with started(tmp_path, "--no-demo-camera", settings="[station]\nhttps = true\n") as stack:
        address = f"https://127.0.0.1:{stack.port}"
        options = {"address": address, "username": USERNAME, "password": stack.password}
        found = run_scenario("https", options, 90)
    assert found["violations"] == []
    assert found["errors"] == []
    assert found["secure"]
    assert found["cookies"]
    assert all(found["cookies"])
