"""Where a request comes from: the page's own address, and the device that asks."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask

from ground_station.services.devices import device_of
from ground_station.services.passkeys import Site


def site_of_request() -> Site:
    """The name the page was opened by, for passkeys. The front door has checked it already: a
    request with any other Host never comes here."""
    parsed = urlsplit(f"//{flask.request.host}")
    origin = f"{flask.request.scheme}://{flask.request.host}"
    return Site(host=parsed.hostname or "", origin=origin)


def address_of_request() -> str:
    return flask.request.remote_addr or "unknown"


def device_of_request() -> str:
    return device_of(flask.request.headers.get("User-Agent", ""))
