"""/metrics, the root certificate, and ICE servers for viewers and publishers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from ground_station.api.factory import create_api
from ground_station.core.clock import ManualClock
from ground_station.core.settings import TurnSettings
from ground_station.services.addresses import certificate_probe
from ground_station.services.certificates import LocalAuthority
from ground_station.services.turn import TurnSignIns, link_headers
from tests.api.site import Site

TOKEN = "a-token-of-the-scraper"


def values(text: str) -> dict[str, float]:
    return {
        sample.name + str(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_it_says_how_the_station_does(site: Site) -> None:
    http = site.browser().http
    http.get("/nothing-here")
    answer = http.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    found = values(answer.get_data(as_text=True))
    assert found["kestrel_http_requests_total[('method', 'GET'), ('status', '4xx')]"] >= 1
    assert found["kestrel_sources[('condition', 'live')]"] == 0
    assert found["process_resident_memory_bytes[]"] > 1e6
    assert "kestrel_audit_records_total[]" in found


def test_it_says_what_each_source_is_given(site: Site) -> None:
    source = site.world.sources.all()
    text = site.browser().http.get("/metrics").get_data(as_text=True)
    for name in ("analysed_fps", "received_fps", "frames_dropped"):
        assert f"# TYPE kestrel_source_{name} gauge" in text
        assert text.count(f"kestrel_source_{name}{{") == len(source)


def test_unknown_methods_make_no_new_series(site: Site) -> None:
    http = site.browser().http
    for number in range(30):
        http.open("/health", method=f"X{number}")
    text = http.get("/metrics").get_data(as_text=True)
    assert 'method="other"' in text
    assert "X1" not in text


def test_without_a_token_only_this_machine_may_read_it(site: Site) -> None:
    http = site.browser().http
    far = http.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert far.status_code == 403
    assert "station.metrics_token" in far.get_json()["remedy"]


def test_with_a_token_only_its_holder_may(site: Site) -> None:
    api = create_api(replace(site.parts, metrics_token=SecretStr(TOKEN)))
    http = api.app.test_client()
    assert http.get("/metrics").status_code == 401
    wrong = http.get("/metrics", headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401
    assert TOKEN not in wrong.get_data(as_text=True)
    far = {"REMOTE_ADDR": "10.0.0.9"}
    good = http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, environ_overrides=far)
    assert good.status_code == 200


def test_the_root_certificate_is_for_everybody(site: Site, tmp_path: Path) -> None:
    assert site.browser().http.get("/root-certificate").status_code == 404
    authority = LocalAuthority(tmp_path)
    authority.ensure((), datetime.now(UTC))
    api = create_api(replace(site.parts, root_certificate=authority.root_file))
    http = api.app.test_client()
    der, pem = http.get("/root-certificate"), http.get("/root-certificate.pem")
    assert der.content_type == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(der.data) == x509.load_pem_x509_certificate(pem.data)
    assert b"PRIVATE" not in pem.data


def test_a_certificate_that_ends_soon_is_a_problem(tmp_path: Path) -> None:
    authority, now = LocalAuthority(tmp_path), datetime(2026, 11, 24, tzinfo=UTC)
    authority.ensure((), now)
    file = authority.served.certificate
    assert not certificate_probe(file, now).problem
    soon = certificate_probe(file, now + timedelta(days=384))
    assert "expires on" in soon.problem
    assert not soon.failed
    assert certificate_probe(file, now + timedelta(days=398)).failed


def test_turn_sign_ins_are_what_coturn_computes() -> None:
    clock = ManualClock()
    settings = TurnSettings(
        urls=("stun:t.example:3478", "turns:t.example:5349"), secret=SecretStr("s3cret"), lasts_s=60
    )
    stun, turn = TurnSignIns(settings, clock).make()
    assert (stun.urls, stun.username) == (("stun:t.example:3478",), "")
    ends = int(turn.username.partition(":")[0])
    assert ends == int(clock.now().timestamp()) + 60
    digest = hmac.new(b"s3cret", turn.username.encode(), hashlib.sha1).digest()
    assert turn.credential == base64.b64encode(digest).decode()
    assert "s3cret" not in repr(settings) + repr(turn)
    assert turn.credential not in repr(turn)
    assert TurnSignIns(settings, clock).make()[1].username != turn.username
    links = link_headers((stun, turn))
    assert links[0] == '<stun:t.example:3478>; rel="ice-server"'
    assert 'credential-type="password"' in links[1]
    assert TurnSignIns(TurnSettings(), clock).make() == ()


@pytest.fixture
def relayed(site: Site) -> Site:
    settings = TurnSettings(urls=("turn:t.example:3478",), secret=SecretStr("s3cret"))
    site.parts = replace(site.parts, ice_servers=TurnSignIns(settings, site.parts.clock).make)
    site.api = create_api(site.parts)
    return site


def test_ice_servers_are_for_those_with_a_token_only(relayed: Site) -> None:
    http = relayed.api.app.test_client()
    unknown = "0" * 32
    assert "Link" not in http.options(f"/whip/{unknown}").headers
    refused = http.options(f"/whip/{unknown}", headers={"Authorization": "Bearer nobody"})
    assert refused.status_code in (400, 401, 404)
    assert "Link" not in refused.headers
