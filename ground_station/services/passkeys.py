"""Passkeys (WebAuthn): discoverable, with the person verified by the device.

A challenge is good for two minutes, for the browser, host and use it was made for, and once. It
proves itself by our MAC, so that nobody can fill our memory with challenges; those used are
remembered until they would have run out.
"""

from __future__ import annotations

import base64
import hmac
import ipaddress
import json
import logging
import secrets
import struct
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ground_station.core.audit import Act
from ground_station.core.clock import Clock
from ground_station.core.errors import (
    Conflict,
    InvalidInput,
    NotSignedIn,
    Throttled,
    Unprocessable,
)
from ground_station.core.factors import Passkey
from ground_station.core.ids import new_id
from ground_station.core.registry import User
from ground_station.services.audit import by
from ground_station.services.identity import Identity, Stores
from ground_station.services.sign_in import AccountChanged, SignInService

log = logging.getLogger(__name__)

CHALLENGE_S: Final = 120
MAX_USED: Final = 10_000
MAX_PASSKEYS: Final = 10  # of one person
MAX_NAME: Final = 80
_NONCE = 16
_BAD = (WebAuthnException, ValueError, TypeError, KeyError, IndexError, AttributeError)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the page is open.

    Attributes:
        host: of a name the station is known by, without its port: the relying party.
        origin: scheme, host and port, as the browser says it.
    """

    host: str
    origin: str


class Passkeys:
    """Adding passkeys and signing in with them. Thread-safe."""

    def __init__(
        self,
        stores: Stores,
        *,
        sign_in: SignInService,
        clock: Clock,
    ) -> None:
        self._users = stores.users
        self._rows = stores.factors
        self._audit = stores.audit
        self._sign_in = sign_in
        self._clock = clock
        self._challenges = _Challenges(clock)

    def begin_adding(self, who: Identity, password: str, site: Site) -> dict[str, object]:
        """What `navigator.credentials.create` takes, in WebAuthn's JSON form.

        Raises:
            NotSignedIn, Throttled: the password. Conflict: too many passkeys.
            SecondFactorNeeded: there is a factor, and this sign-in was made without it.
            Unprocessable: no passkey works at this address.
        """
        _check_site(site)
        self._sign_in.check_may_change_factors(who, password)
        known = self._rows.passkeys(who.user.user_id)
        if len(known) >= MAX_PASSKEYS:
            raise Conflict(f"This account has {len(known)} passkeys, as many as it may.")
        options = webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name="Kestrel",
            user_id=who.user.user_id.encode(),
            user_name=who.user.username,
            user_display_name=who.user.display_name,
            challenge=self._challenges.make("add", who.session_hash, site),
            timeout=CHALLENGE_S * 1000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
                for one in known
            ],
        )
        found: dict[str, object] = json.loads(webauthn.options_to_json(options))
        return found

    def add(self, who: Identity, name: str, credential: dict[str, Any], site: Site) -> Passkey:
        """Keep a new passkey; the account's first factor ends its other sign-ins.

        Raises:
            InvalidInput: its answer does not fit. Conflict: it is known.
            SecondFactorNeeded: as `begin_adding`.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
            raise InvalidInput(f"A passkey's name has 1 to {MAX_NAME} characters.")
        challenge = self._challenges.take(_challenge_of(credential), "add", who.session_hash, site)
        try:
            verified = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except _BAD as error:
            log.warning("passkey_not_added reason=%s", type(error).__name__)
            raise InvalidInput("The passkey's answer is not valid.", "Try again.") from None
        passkey = Passkey(
            passkey_id=new_id(),
            user_id=who.user.user_id,
            credential_id=bytes_to_base64url(verified.credential_id),
            public_key=bytes_to_base64url(verified.credential_public_key),
            sign_count=verified.sign_count,
            name=name,
            added_at=self._clock.now(),
            used_at=None,
        )
        if len(passkey.credential_id) > 1400 or len(passkey.public_key) > 2000:
            raise InvalidInput("The passkey's answer is too long.", "Use another device.")
        entry = by(who.principal, Act.FACTOR_ADDED, "user", who.user.user_id, which="passkey")
        with self._audit.together(entry):
            gone = self._sign_in.before_factor_added(who)
            self._rows.add_passkey(passkey)
        self._sign_in.tell_ended(gone)
        return passkey

    def begin_sign_in(self, visit: str, site: Site) -> dict[str, object]:
        """What `navigator.credentials.get` takes; nobody has to say who they are.

        Args:
            visit: something only this browser holds. Unprocessable: see `begin_adding`.
        """
        _check_site(site)
        options = webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=self._challenges.make("sign in", visit, site),
            timeout=CHALLENGE_S * 1000,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        found: dict[str, object] = json.loads(webauthn.options_to_json(options))
        return found

    def sign_in(
        self, credential: dict[str, Any], visit: str, site: Site, address: str, device: str
    ) -> tuple[str, Identity]:
        """A new session id and who it stands for; counts as a sign-in with a second factor.

        Raises:
            NotSignedIn: unknown passkey, or an answer that is not valid. Throttled.
        """
        self._sign_in.begin_try_from(address)
        challenge = self._challenges.take(_challenge_of(credential), "sign in", visit, site)
        passkey = self._rows.passkey(_text(credential, "id"))
        user = None if passkey is None else self._users.by_id(passkey.user_id)
        if passkey is None or user is None or user.disabled_at is not None:
            self._sign_in.refused(user, address, "passkey unknown")
            raise _wrong()
        count = self._verified_count(credential, challenge, passkey, site)
        if count is None:
            self._sign_in.refused(user, address, "passkey")
            raise _wrong()
        entered = self._enter(user, passkey, count, address, device)
        self._sign_in.forgive_try_from(address)
        return entered

    def _enter(
        self, user: User, passkey: Passkey, count: int, address: str, device: str
    ) -> tuple[str, Identity]:
        def use() -> None:
            if not self._rows.passkey_used(passkey.passkey_id, count, self._clock.now()):
                raise _wrong()

        try:
            return self._sign_in.enter(
                user, address, device, "passkey", second_factor=True, before=use
            )
        except AccountChanged:
            self._sign_in.refused(user, address, "account changed")
            raise
        except NotSignedIn:  # somebody may have a copy of it
            self._sign_in.refused(user, address, "passkey counter went back")
            raise

    def _verified_count(
        self, credential: dict[str, Any], challenge: bytes, passkey: Passkey, site: Site
    ) -> int | None:
        try:
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=site.host,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=0,  # looked at when it is kept, in one step
                require_user_verification=True,
            )
            handle = base64url_to_bytes(credential["response"]["userHandle"])
        except _BAD as error:
            log.warning("passkey_refused reason=%s", type(error).__name__)
            return None
        return verified.new_sign_count if handle == passkey.user_id.encode() else None


class _Challenges:
    """nonce · end (s, monotonic) · MAC over these and what it is for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)  # a restart ends what is under way
        self._lock = threading.Lock()
        self._used: OrderedDict[bytes, float] = OrderedDict()

    def make(self, use: str, holder: str, site: Site) -> bytes:
        ends_s = self._clock.monotonic_s() + CHALLENGE_S
        head = secrets.token_bytes(_NONCE) + struct.pack(">d", ends_s)
        return head + self._mac(head, use, holder, site)

    def take(self, challenge: bytes, use: str, holder: str, site: Site) -> bytes:
        """The challenge, if it is ours and fresh; NotSignedIn if not, or used before."""
        head, mac = challenge[: _NONCE + 8], challenge[_NONCE + 8 :]
        ours = len(head) == _NONCE + 8 and hmac.compare_digest(
            mac, self._mac(head, use, holder, site)
        )
        now_s = self._clock.monotonic_s()
        ends_s = struct.unpack(">d", head[_NONCE:])[0] if ours else 0.0
        if not ours or now_s >= ends_s:
            raise NotSignedIn("The passkey took too long, or was for another page.", "Try again.")
        with self._lock:
            self._forget(now_s)
            if head in self._used:
                raise NotSignedIn("This answer was used already.", "Try again.")
            if len(self._used) >= MAX_USED:
                raise Throttled("Too many people are signing in.", "Try again in a minute.", 60)
            self._used[head] = ends_s
        return challenge

    def _forget(self, now_s: float) -> None:
        while self._used and next(iter(self._used.values())) <= now_s:
            self._used.popitem(last=False)

    def _mac(self, head: bytes, use: str, holder: str, site: Site) -> bytes:
        text = "\0".join((use, holder, site.host, site.origin)).encode()
        return hmac.digest(self._key, head + text, "sha256")


def _challenge_of(credential: dict[str, Any]) -> bytes:
    """The challenge that the browser says it signed; checked by its MAC and the signature."""
    try:
        client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        return base64.urlsafe_b64decode(_padded(client_data["challenge"]))
    except (*_BAD, RecursionError):
        raise InvalidInput("The passkey's answer cannot be read.", "Try again.") from None


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _text(credential: dict[str, Any], key: str) -> str:
    found = credential.get(key)
    return found[:1400] if isinstance(found, str) else ""


def _wrong() -> NotSignedIn:
    return NotSignedIn(
        "This passkey does not open an account here.", "Sign in with your name and password."
    )


def _check_site(site: Site) -> None:
    """Browsers make passkeys for names only, over HTTPS or on this very machine."""
    try:
        ipaddress.ip_address(site.host.strip("[]"))
    except ValueError:
        pass
    else:
        raise Unprocessable(
            "Passkeys do not work at a bare IP address.",
            "Open the page by the station's name, or as http://localhost with the same port.",
        )
    if not site.origin.startswith("https://") and site.host != "localhost":
        raise Unprocessable("Passkeys need HTTPS.", "Open the page with https://.")
