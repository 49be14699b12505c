"""Revoking a device on a station that really serves: its open page is hung up on at once."""

from __future__ import annotations

import time

import pytest

from ground_station.app import opened_accounts
from tests.api.served import Page, Served, eventually


@pytest.mark.system
def test_a_revoked_device_s_page_is_hung_up_on_at_once(served: Served) -> None:
    one, two = served.sign_in(), served.sign_in()
    page = Page(two)
    eventually(lambda: page.client.connected)
    [other] = [s for s in one.get("/api/account").json()["sign_ins"] if not s["this_one"]]
    began = time.monotonic()
    assert one.delete(f"/api/account/sign-ins/{other['sign_in_id']}").status_code == 204
    eventually(lambda: not page.client.connected, 2)
    assert time.monotonic() - began < 2  # the check of every five seconds is not what did it
    assert two.get("/api/account").status_code == 401
    assert one.get("/api/account").status_code == 200


@pytest.mark.system
def test_an_account_disabled_at_the_machine_is_out_within_seconds(served: Served) -> None:
    browser = served.sign_in()
    page = Page(browser)
    eventually(lambda: page.client.connected)
    with opened_accounts(served.folder) as accounts:
        accounts.disable("operator")
    assert browser.get("/api/account").status_code == 401
    eventually(lambda: not page.client.connected, 12)
