"""The installation's own certificate authority, and the certificate its station serves HTTPS with.

All of it lies in `<data>/certs/`. The root is made once and put on the tablets; it may vouch only
for the names it was made for, names of local networks and private addresses (RFC 5280 name
constraints), so whoever steals its key cannot pretend to be anybody else. The station's own
certificate is made again whenever it is due.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ground_station.core.errors import ConfigError, IntegrityError, Unavailable

FOLDER = "certs"
ROOT_LASTS = timedelta(days=3652)
SERVER_LASTS = timedelta(days=397)  # browsers take no longer ones
RENEW_BEFORE = timedelta(days=30)
BACKDATED = timedelta(hours=1)  # for tablets whose clock is a little slow
ALWAYS = ("localhost", "127.0.0.1", "::1")
LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")
PRIVATE_NETWORKS = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
NEW_ROOT = "Make a new authority (python3 run.py certs --new-root), then put it on every tablet."
_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_-]{1,63})*")

_Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Served:
    """What an HTTPS server needs.

    Attributes:
        certificate: PEM file, the server's own first.
        private_key: PEM file.
        authority: PEM file of who vouches for it; None = the system knows them.
    """

    certificate: Path
    private_key: Path = field(repr=False)
    authority: Path | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate in words.

    Attributes:
        fingerprint: SHA-256 of its DER form, as AA:BB:...
    """

    names: tuple[str, ...]
    fingerprint: str
    not_after: datetime


class LocalAuthority:
    """The files of one installation's authority. Not for two processes at once: `run.py` holds the
    data folder, and the station's start runs alone."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder / FOLDER

    @property
    def root_file(self) -> Path:
        """What is put on the tablets."""
        return self.folder / "root.pem"

    @property
    def served(self) -> Served:
        return Served(self.folder / "server.pem", self.folder / "server.key", self.root_file)

    def ensure(self, names: Sequence[str], now: datetime, *, new_root: bool = False) -> bool:
        """Make what is missing, due or of other names; whether a server certificate was made.

        Args:
            names: further names and addresses of the station.
            new_root: throw the authority away; every tablet must then be given the new one.

        Raises:
            ConfigError: a name is none, or is outside what the root may vouch for.
            IntegrityError: a file of the root is missing, or they do not belong together.
            Unavailable: a file cannot be read or written.
        """
        wanted = _general_names((*ALWAYS, *names))
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if new_root or self._is_first():
                self._make_root(wanted, now)
            root, key = self._root(now)
            _check_allowed(root, wanted)
            if not self._is_good(wanted, root, now):
                self._make_server(wanted, root, key, now)
                return True
        except OSError as error:
            raise Unavailable(
                f"The certificates in {self.folder} cannot be read or made: {error.strerror}."
            ) from error
        return False

    def _is_first(self) -> bool:
        """Whether there never was an authority. One that lost its certificate is on the tablets:
        a new one in its place would be refused by each of them."""
        if self.root_file.exists():
            return False
        if (self.folder / "root.key").exists() or self.served.certificate.exists():
            raise IntegrityError(
                f"The certificate of this station's authority, {self.root_file}, is missing.",
                f"Put it back from a backup. Or: {NEW_ROOT}",
            )
        return True

    def _make_root(self, wanted: list[x509.GeneralName], now: datetime) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Kestrel"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"Kestrel station, made {now:%Y-%m-%d}"),
            ]
        )
        builder = _builder(name, name, key, now, ROOT_LASTS)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        builder = builder.add_extension(_usage(certificates=True), True)
        builder = builder.add_extension(
            x509.NameConstraints(permitted_subtrees=_permitted(wanted), excluded_subtrees=None),
            True,
        )
        root = builder.sign(key, hashes.SHA256())
        # The key first: if it ends between them, no root was given to anybody, and it is told.
        _write(self.folder / "root.key", _key_pem(key), 0o600)
        _write(self.root_file, root.public_bytes(serialization.Encoding.PEM), 0o644)

    def _root(self, now: datetime) -> tuple[x509.Certificate, _Key]:
        key_file = self.folder / "root.key"
        if not key_file.exists():
            raise IntegrityError(
                f"The key of this station's authority, {key_file}, is missing.",
                f"Put it back from a backup. Or: {NEW_ROOT}",
            )
        root = read_certificate(self.root_file)
        key = read_key(key_file)
        if not isinstance(key, _Key) or not _belong(root, key):
            raise IntegrityError(
                f"{key_file} is not the key of {self.root_file}.",
                f"Put both back from one backup. Or: {NEW_ROOT}",
            )
        if root.not_valid_after_utc <= now:
            raise IntegrityError("This station's certificate authority has expired.", NEW_ROOT)
        return root, key

    def _is_good(
        self, wanted: list[x509.GeneralName], root: x509.Certificate, now: datetime
    ) -> bool:
        served = self.served
        try:
            certificate = read_certificate(served.certificate)
            key = read_key(served.private_key)
            certificate.verify_directly_issued_by(root)
            found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        except (ConfigError, InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
            return False  # whatever is wrong with them: they are made again
        names = found.value
        fresh = (
            certificate.not_valid_before_utc
            <= now
            < (certificate.not_valid_after_utc - RENEW_BEFORE)
        )
        return fresh and _belong(certificate, key) and set(names) == set(wanted)

    def _make_server(
        self, wanted: list[x509.GeneralName], root: x509.Certificate, root_key: _Key, now: datetime
    ) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Kestrel station")])
        lasts = min(SERVER_LASTS - BACKDATED, root.not_valid_after_utc - now)
        builder = _builder(name, root.subject, key, now, lasts, issuer_key=root_key)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        builder = builder.add_extension(_usage(certificates=False), True)
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False
        )
        builder = builder.add_extension(x509.SubjectAlternativeName(wanted), False)
        certificate = builder.sign(root_key, hashes.SHA256())
        _write(self.served.private_key, _key_pem(key), 0o600)
        _write(self.served.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def check_served(served: Served, now: datetime) -> None:
    """Refuse a certificate that was brought and cannot be served.

    Raises:
        ConfigError: a file cannot be read, they do not belong together, or it is not valid now.
    """
    certificate = read_certificate(served.certificate)
    if not _belong(certificate, read_key(served.private_key)):
        raise ConfigError(
            f"{served.private_key} is not the key of the certificate {served.certificate}.",
            "Set station.private_key to the key that the certificate was asked for with.",
        )
    if certificate.not_valid_after_utc <= now:
        raise ConfigError(
            f"The certificate {served.certificate} expired on "
            f"{certificate.not_valid_after_utc:%Y-%m-%d}.",
            "Have it renewed, or leave station.certificate out to use this station's own.",
        )
    if certificate.not_valid_before_utc > now:
        raise ConfigError(
            f"The certificate {served.certificate} is not valid before "
            f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC.",
            "See whether this machine's clock is right.",
        )
    if served.authority is not None:
        read_certificate(served.authority)


def shown(file: Path) -> Shown:
    """The first certificate of a PEM file, in words. Raises ConfigError."""
    certificate = read_certificate(file)
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = tuple(str(name.value) for name in extension.value)
    except x509.ExtensionNotFound:
        names = ()
    digest = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Shown(names, digest, certificate.not_valid_after_utc)


def root_as_der(file: Path) -> bytes:
    """The first certificate of a PEM file as DER, which Android and Windows ask for."""
    return read_certificate(file).public_bytes(serialization.Encoding.DER)


def read_certificate(file: Path) -> x509.Certificate:
    """The first certificate of a PEM file; ConfigError if there is none to be read."""
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())[0]
    except OSError as error:
        raise ConfigError(f"The certificate {file} cannot be read: {error.strerror}.") from error
    except (ValueError, IndexError) as error:
        raise ConfigError(
            f"{file} holds no certificate.", "It must be PEM: -----BEGIN CERTIFICATE-----."
        ) from error


def read_key(file: Path) -> object:
    """A private key; ConfigError if there is none to be read without a password."""
    try:
        return serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise ConfigError(f"The private key {file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(
            f"{file} holds no private key that can be used.", "It must be PEM, without a password."
        ) from error


# --- inside --------------------------------------------------------------------------------------


def _general_names(names: Sequence[str]) -> list[x509.GeneralName]:
    found: dict[x509.GeneralName, None] = {}
    for name in names:
        try:
            found[x509.IPAddress(ipaddress.ip_address(name))] = None
        except ValueError:
            lower = name.lower()
            if not _NAME.fullmatch(lower):
                raise ConfigError(
                    f"{name!r} is no name or address of a machine.",
                    "Correct station.names: names like kestrel.example.org, without https://.",
                ) from None
            found[x509.DNSName(lower)] = None
    return list(found)


def _permitted(wanted: list[x509.GeneralName]) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in LOCAL_NAMES]
    names += [x509.IPAddress(ipaddress.ip_network(network)) for network in PRIVATE_NETWORKS]
    for one in wanted:
        if isinstance(one, x509.DNSName):
            names.append(one)
        elif isinstance(one, x509.IPAddress):
            names.append(x509.IPAddress(ipaddress.ip_network(str(one.value))))
    return list(dict.fromkeys(names))


def _check_allowed(root: x509.Certificate, wanted: list[x509.GeneralName]) -> None:
    constraints = root.extensions.get_extension_for_class(x509.NameConstraints).value
    allowed = constraints.permitted_subtrees or []
    for one in wanted:
        if not any(_covers(subtree, one) for subtree in allowed):
            raise ConfigError(
                f"This station's authority was not made for the name {one.value}.", NEW_ROOT
            )


def _covers(subtree: x509.GeneralName, name: x509.GeneralName) -> bool:
    if isinstance(subtree, x509.DNSName) and isinstance(name, x509.DNSName):
        return name.value == subtree.value or name.value.endswith(f".{subtree.value}")
    if isinstance(subtree, x509.IPAddress) and isinstance(name, x509.IPAddress):
        address = ipaddress.ip_address(str(name.value))
        return address in ipaddress.ip_network(str(subtree.value))
    return False


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: _Key,
    now: datetime,
    lasts: timedelta,
    *,
    issuer_key: _Key | None = None,
) -> x509.CertificateBuilder:
    authority = (issuer_key or key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - BACKDATED)
        .not_valid_after(now.astimezone(UTC) + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), False)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _belong(certificate: x509.Certificate, key: object) -> bool:
    def plain(public: object) -> bytes:
        return public.public_bytes(  # type: ignore[attr-defined,no-any-return]
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    public = key.public_key()  # type: ignore[attr-defined]
    return plain(certificate.public_key()) == plain(public)


def _key_pem(key: _Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(file: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, also through a power cut."""
    partial = file.with_name(f".{file.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(file)
