"""The installation's own authority: what it makes, renews and refuses."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from ground_station.core.errors import ConfigError, IntegrityError
from ground_station.core.settings import Settings, StationSettings
from ground_station.services.addresses import (
    local_url,
    prepare_certificates,
    public_url,
    trusted_hosts,
)
from ground_station.services.certificates import (
    LocalAuthority,
    Served,
    check_served,
    read_certificate,
    shown,
)

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
NAMES = ("kestrel.example.org", "203.0.113.7")


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    made = LocalAuthority(tmp_path)
    assert made.ensure(NAMES, NOW)
    return made


def test_files_and_their_rights(authority: LocalAuthority) -> None:
    rights = {file.name: file.stat().st_mode & 0o777 for file in authority.folder.iterdir()}
    assert rights == {
        "root.pem": 0o644, "root.key": 0o600, "server.pem": 0o644, "server.key": 0o600
    }  # fmt: skip
    assert authority.folder.stat().st_mode & 0o777 == 0o700


def test_what_the_certificates_say(authority: LocalAuthority) -> None:
    root = read_certificate(authority.root_file)
    server = read_certificate(authority.served.certificate)
    assert server.not_valid_after_utc - server.not_valid_before_utc <= timedelta(days=397)
    assert root.not_valid_after_utc - NOW > timedelta(days=3650)
    names = shown(authority.served.certificate).names
    assert names == ("localhost", "127.0.0.1", "::1", *NAMES)
    usage = server.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl program")
def test_openssl_agrees_as_strictly_as_it_can(authority: LocalAuthority) -> None:
    for host in (["-verify_hostname", NAMES[0]], ["-verify_ip", "127.0.0.1"]):
        done = subprocess.run(
            [
                *("openssl", "verify", "-x509_strict", "-CAfile", str(authority.root_file)),
                *("-attime", str(int(NOW.timestamp())), *host, str(authority.served.certificate)),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_root_may_not_vouch_for_others(authority: LocalAuthority, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"bank\.example\.com") as refused:
        authority.ensure((*NAMES, "bank.example.com"), NOW)
    assert "--new-root" in refused.value.remedy
    before = authority.root_file.read_bytes()
    assert authority.ensure(("bank.example.com",), NOW, new_root=True)
    assert authority.root_file.read_bytes() != before


@pytest.mark.parametrize("name", ["10.1.2.3", "fd00::7", "station.lan", "a.kestrel.example.org"])
def test_local_names_need_no_new_root(authority: LocalAuthority, name: str) -> None:
    before = authority.root_file.read_bytes()
    assert authority.ensure((*NAMES, name), NOW)
    assert authority.root_file.read_bytes() == before


def test_it_is_renewed_when_due_and_when_names_change(authority: LocalAuthority) -> None:
    served = authority.served.certificate
    assert not authority.ensure(NAMES, NOW + timedelta(days=365))
    first = served.read_bytes()
    assert authority.ensure(NAMES, NOW + timedelta(days=368))
    second = served.read_bytes()
    assert first != second
    assert authority.ensure(NAMES[:1], NOW + timedelta(days=368))
    assert served.read_bytes() != second


@pytest.mark.parametrize("name", ["server.pem", "server.key"])
def test_a_damaged_server_certificate_is_made_again(authority: LocalAuthority, name: str) -> None:
    (authority.folder / name).write_bytes(b"half")
    assert authority.ensure(NAMES, NOW)
    check_served(authority.served, NOW)


def test_a_lost_or_strange_root_key_is_told(authority: LocalAuthority) -> None:
    shutil.copy(authority.served.private_key, authority.folder / "root.key")
    with pytest.raises(IntegrityError, match="is not the key"):
        authority.ensure(NAMES, NOW)
    (authority.folder / "root.key").unlink()
    with pytest.raises(IntegrityError, match="missing") as refused:
        authority.ensure(NAMES, NOW)
    assert "backup" in refused.value.remedy


@pytest.mark.parametrize("kept", ["root.key", "server.pem"])
def test_a_lost_root_is_told_and_not_replaced(authority: LocalAuthority, kept: str) -> None:
    """Every tablet has it: a new one in its place would lock them out without a word."""
    for file in authority.folder.iterdir():
        if file.name != kept:
            file.unlink()
    before = (authority.folder / kept).read_bytes()
    with pytest.raises(IntegrityError, match=r"root\.pem, is missing") as refused:
        authority.ensure(NAMES, NOW)
    assert "backup" in refused.value.remedy
    assert "--new-root" in refused.value.remedy
    assert {file.name for file in authority.folder.iterdir()} == {kept}
    assert (authority.folder / kept).read_bytes() == before
    assert authority.ensure(NAMES, NOW, new_root=True)


@pytest.mark.parametrize("name", ["https://x.org", "two words", "", "x..y", "-a.org", "ä.org"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="no name or address"):
        LocalAuthority(tmp_path).ensure((name,), NOW)
    assert not (tmp_path / "certs").exists()


def test_brought_certificates_are_checked(authority: LocalAuthority, tmp_path: Path) -> None:
    good = authority.served
    check_served(good, NOW)
    with pytest.raises(ConfigError, match="is not the key"):
        check_served(Served(good.certificate, authority.folder / "root.key", None), NOW)
    with pytest.raises(ConfigError, match="expired on"):
        check_served(good, NOW + timedelta(days=400))
    with pytest.raises(ConfigError, match="not valid before"):
        check_served(good, NOW - timedelta(days=1))
    with pytest.raises(ConfigError, match="cannot be read"):
        check_served(Served(tmp_path / "none.pem", good.private_key, None), NOW)
    with pytest.raises(ConfigError, match="holds no certificate"):
        check_served(Served(good.private_key, good.private_key, None), NOW)
    with pytest.raises(ConfigError, match="holds no private key"):
        check_served(Served(good.certificate, good.certificate, None), NOW)
    with pytest.raises(ConfigError, match="cannot be read"):
        check_served(Served(good.certificate, good.private_key, tmp_path / "ca.pem"), NOW)


def test_it_loads_into_a_context(authority: LocalAuthority) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.served.certificate, authority.served.private_key)


def station(**values: object) -> StationSettings:
    return StationSettings(**values)


def test_addresses() -> None:
    plain = station()
    assert local_url(plain) == public_url(plain) == "http://127.0.0.1:8080"
    everywhere = station(host="0.0.0.0", https=True, names=("kestrel.lan", "10.0.0.5"), port=443)
    assert local_url(everywhere) == "https://127.0.0.1:443"
    assert public_url(everywhere) == "https://kestrel.lan:443"
    assert set(trusted_hosts(everywhere)) == {
        "localhost", "127.0.0.1", "[::1]", "kestrel.lan", "10.0.0.5"
    }  # fmt: skip
    brought = station(
        host="::", https=True, names=("k.example",), certificate=Path("c"), private_key=Path("k")
    )
    assert local_url(brought) == "https://k.example:8080"


def test_a_station_on_every_address_must_say_its_names(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path, station=station(host="0.0.0.0", https=True))
    with pytest.raises(ConfigError, match="has no name") as refused:
        prepare_certificates(settings, NOW)
    assert "station.names" in refused.value.remedy
    assert prepare_certificates(Settings(data_folder=tmp_path), NOW) is None
