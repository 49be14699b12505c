"""Sign-ins for a TURN server, each for one viewer or publisher and good for a limited time.

coturn's `use-auth-secret`: the user name is the time it ends and a label, the password the
HMAC-SHA1 of that by the secret that station and server share. Nothing is asked of the server, and
nothing but the time ends one, so it is short. (SHA-1 is what coturn speaks; its HMAC is sound.)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from ground_station.core.clock import Clock
from ground_station.core.settings import TurnSettings


@dataclass(frozen=True, slots=True)
class IceServer:
    """What an RTCPeerConnection is given; without a user name for STUN."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = field(default="", repr=False)


class TurnSignIns:
    """Makes them; thread-safe. Without a server in the settings there are none."""

    def __init__(self, settings: TurnSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def make(self) -> tuple[IceServer, ...]:
        """For one session. The label in the name is a random one: a TURN server's log then says
        nothing of who watches."""
        urls, secret = self._settings.urls, self._settings.secret
        stun = tuple(url for url in urls if url.startswith("stun"))
        turn = tuple(url for url in urls if url.startswith("turn"))
        found = [IceServer(stun)] if stun else []
        if turn and secret is not None:
            ends = self._clock.now() + timedelta(seconds=self._settings.lasts_s)
            username = f"{int(ends.timestamp())}:{secrets.token_hex(6)}"
            key = secret.get_secret_value().encode()
            digest = hmac.new(key, username.encode(), hashlib.sha1).digest()
            found.append(IceServer(turn, username, base64.b64encode(digest).decode()))
        return tuple(found)


def link_headers(servers: tuple[IceServer, ...]) -> list[str]:
    """As RFC 9725, section 4.4, has them: one `Link` value a URL."""
    found = []
    for server in servers:
        for url in server.urls:
            value = f'<{url}>; rel="ice-server"'
            if server.username:
                value += (
                    f'; username="{server.username}"; credential="{server.credential}"; '
                    'credential-type="password"'
                )
            found.append(value)
    return found
