"""The ICE servers that a WHIP endpoint names in `Link` headers (RFC 9725, section 4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MAX_SERVERS = 8
_LINK = re.compile(
    r"<((?:stuns?|turns?):[^>\s]{1,300})>"
    r'((?:\s*;\s*[a-z-]+\s*=\s*(?:"[^"]*"|[^;,"\s]+))*)'
)
_PARAMETER = re.compile(r'([a-z-]+)\s*=\s*(?:"([^"]*)"|([^;,"\s]+))')


@dataclass(frozen=True, slots=True)
class LinkedServer:
    """One STUN or TURN address, the latter with its sign-in."""

    url: str
    username: str = ""
    credential: str = field(default="", repr=False)


def ice_links(values: Iterable[str]) -> list[LinkedServer]:
    """Those that are there; whatever else the headers hold is left out."""
    found = []
    for value in values:
        for url, rest in _LINK.findall(value):
            parameters = {name: quoted or bare for name, quoted, bare in _PARAMETER.findall(rest)}
            if parameters.get("rel") == "ice-server":
                username = parameters.get("username", "")
                found.append(LinkedServer(url, username, parameters.get("credential", "")))
    return found[:MAX_SERVERS]
