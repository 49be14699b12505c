"""`/metrics` for Prometheus, and the authority's certificate for tablets."""

from __future__ import annotations

import hmac
import ipaddress
from typing import cast

import flask

from ground_station.api.auth import Access, access, bearer_token
from ground_station.api.metrics import Metrics
from ground_station.api.parts import METRICS, parts
from ground_station.core.errors import NotAllowed, NotFound, NotSignedIn
from ground_station.services.certificates import root_as_der

blueprint = flask.Blueprint("metrics", __name__)

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
DER = "application/x-x509-ca-cert"  # what tablets open their installer for
PEM = "application/pem-certificate-chain"


@blueprint.get("/metrics")
@access(Access.METRICS)
def metrics() -> flask.Response:
    """For whoever has the token of station.metrics_token; without one, for loopback only."""
    _check_scraper()
    text = cast(Metrics, flask.current_app.extensions[METRICS]).text()
    response = flask.Response(text, content_type=TEXT_FORMAT)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/root-certificate")
@access(Access.PUBLIC)
def root_certificate() -> flask.Response:
    """The station's own authority, as a tablet installs it (DER)."""
    file = parts().root_certificate
    if file is None:
        raise _no_root()
    return _certificate(root_as_der(file), DER, "kestrel-root.crt")


@blueprint.get("/root-certificate.pem")
@access(Access.PUBLIC)
def root_certificate_pem() -> flask.Response:
    """The same for agents and programs (PEM)."""
    file = parts().root_certificate
    if file is None:
        raise _no_root()
    return _certificate(file.read_bytes(), PEM, "kestrel-root.pem")


def _check_scraper() -> None:
    token = parts().metrics_token
    if token is not None:
        given, wanted = bearer_token(), token.get_secret_value()
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            raise NotSignedIn("The metrics token is not the right one.")
        return
    try:
        local = ipaddress.ip_address(flask.request.remote_addr or "").is_loopback
    except ValueError:
        local = False
    if not local:
        raise NotAllowed(
            "The metrics are for this machine only.",
            "Set station.metrics_token to read them from another.",
        )


def _no_root() -> NotFound:
    return NotFound("This station has no authority of its own: its certificate is of another.")


def _certificate(content: bytes, media_type: str, name: str) -> flask.Response:
    response = flask.Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-cache"
    return response
