"""Files of zones to import over HTTP, and what sends them as the page does."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.api.site import Browser, Site
from tests.geo.formats.samples import CROSSED, collection, feature, layered, polygon

PLACE = (51.5, -0.225)  # in the zone of `zones_file`
RING = [[-0.25, 51.48], [-0.2, 51.48], [-0.2, 51.52], [-0.25, 51.52], [-0.25, 51.48]]


def validity(now: datetime, *, days_old: float = 1.0) -> dict[str, Any]:
    begins = now - timedelta(days=days_old)
    return {
        "validFrom": begins.isoformat(),
        "validTo": (begins + timedelta(days=28)).isoformat(),
        "issued": begins.isoformat(),
        "provider": [{"text": "A provider", "lang": "en-GB"}],
    }


def zones_file(now: datetime, *, crossed: int = 0, days_old: float = 1.0) -> bytes:
    """An ED-318 file with HMP Somewhere and so many features that cross themselves."""
    bad = [
        feature(layered(polygon(CROSSED)), identifier=f"BAD{number}") for number in range(crossed)
    ]
    return collection(
        feature(), *bad, title="AIRAC of the test", metadata=validity(now, days_old=days_old)
    )


def padded(body: bytes, length: int) -> bytes:
    """The same JSON with white space behind it."""
    return body + b" " * (length - len(body))


def send_file(browser: Browser, body: bytes, name: str = "zones.json", **headers: str) -> Any:
    """As the page sends one."""
    return browser.http.post(
        "/api/airspace/datasets",
        data=body,
        headers={
            "X-CSRF-Token": browser.csrf,
            "X-File-Name": quote(name),
            "Content-Type": "application/octet-stream",
            **headers,
        },
    )


def imported(browser: Browser, body: bytes, name: str = "zones.json") -> dict[str, Any]:
    answer = send_file(browser, body, name)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def decide(browser: Browser, dataset_id: str, decision: str, accept_refused: int = 0) -> Any:
    return browser.post(
        f"/api/airspace/datasets/{dataset_id}/decide",
        {"decision": decision, "accept_refused": accept_refused},
    )


def in_use(site: Site, browser: Browser | None = None, **how: Any) -> dict[str, Any]:
    """The file of `zones_file`, imported and taken into use: its row."""
    browser = browser or site.signed_in()
    row = imported(browser, zones_file(site.world.clock.now(), **how))["row"]
    answer = decide(browser, row["dataset_id"], "use", row["refused"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def text_of(value: object) -> bytes:
    return json.dumps(value).encode()
