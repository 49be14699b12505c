"""Which WHIP and WHEP sessions there are, and the tokens that let a viewer make one."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ground_station.core.clock import Clock
from ground_station.core.errors import NotAllowed, NotFound, NotSignedIn, Throttled, Unavailable
from ground_station.core.registry import token_hash

VIEWER_TOKEN_S = 60.0
MAX_VIEWER_TOKENS = 4096
MAX_SESSIONS = 1024
MAX_VIEWERS_OF_SOURCE = 64


class Direction(StrEnum):
    """Which way the pictures go."""

    WHIP = "whip"  # in, from a publisher
    WHEP = "whep"  # out, to a viewer


@dataclass(frozen=True, slots=True)
class MediaSession:
    """One peer connection at a node.

    Attributes:
        bearer_hash: of the token that made it.
        sign_in_hash: a viewer's sign-in, with which its session ends; None for a publisher.
    """

    session_id: str
    direction: Direction
    source_id: str
    node_id: str
    bearer_hash: str = field(repr=False)
    sign_in_hash: str | None = field(default=None, repr=False)


class MediaSessions:
    """The table of sessions; bounded, thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, MediaSession] = {}
        self._clocks: dict[str, int] = {}

    def __len__(self) -> int:
        with self._lock:
            return len(self._sessions)

    def add(self, session: MediaSession) -> None:
        """Throttled when there are too many, in all or of this source's viewers."""
        with self._lock:
            if len(self._sessions) >= MAX_SESSIONS:
                raise Throttled("This station has as many video sessions as it can hold.", "", 10)
            if session.direction is Direction.WHEP:
                viewers = sum(
                    1
                    for other in self._sessions.values()
                    if other.direction is Direction.WHEP and other.source_id == session.source_id
                )
                if viewers >= MAX_VIEWERS_OF_SOURCE:
                    raise Throttled(f"This source has {viewers} viewers, as many as it may.", "", 5)
            self._sessions[session.session_id] = session

    def find(self, session_id: str) -> MediaSession | None:
        with self._lock:
            return self._sessions.get(session_id)

    def authorised(
        self, direction: Direction, source_id: str, session_id: str, token: str
    ) -> MediaSession:
        """The session, for the holder of the token that made it.

        Raises:
            NotFound: there is no such session of that source.
            NotAllowed: another token made it.
        """
        session = self.find(session_id)
        if session is None or session.direction is not direction or session.source_id != source_id:
            raise NotFound("There is no such session.", "Post the offer again for a new one.")
        if not hmac.compare_digest(session.bearer_hash, token_hash(token)):
            raise NotAllowed("Another token made this session.")
        return session

    def remove(self, session_id: str) -> MediaSession | None:
        with self._lock:
            self._clocks.pop(session_id, None)
            return self._sessions.pop(session_id, None)

    def remove_of_node(self, node_id: str) -> list[MediaSession]:
        """Everything a lost node held."""
        return self._remove_where(lambda session: session.node_id == node_id)

    def remove_of_source(self, source_id: str) -> list[MediaSession]:
        return self._remove_where(lambda session: session.source_id == source_id)

    def remove_of_sign_in(self, sign_in_hash: str) -> list[MediaSession]:
        return self._remove_where(lambda session: session.sign_in_hash == sign_in_hash)

    def viewers(self) -> list[MediaSession]:
        """Everything that somebody views."""
        with self._lock:
            found = list(self._sessions.values())
        return [session for session in found if session.direction is Direction.WHEP]

    def sign_ins(self) -> set[str]:
        """The sign-ins that somebody views with."""
        with self._lock:
            hashes = {session.sign_in_hash for session in self._sessions.values()}
        return {sign_in_hash for sign_in_hash in hashes if sign_in_hash is not None}

    def set_clock(self, session_id: str, rtp_offset: int) -> bool:
        """Remember a viewer's clock; False for a session we do not have."""
        with self._lock:
            if session_id not in self._sessions:
                return False
            self._clocks[session_id] = rtp_offset
            return True

    def clock(self, session_id: str) -> int | None:
        with self._lock:
            return self._clocks.get(session_id)

    def _remove_where(self, matches: Callable[[MediaSession], bool]) -> list[MediaSession]:
        with self._lock:
            gone = [session for session in self._sessions.values() if matches(session)]
            for session in gone:
                del self._sessions[session.session_id]
                self._clocks.pop(session.session_id, None)
            return gone


class ViewerTokens:
    """Single-use tokens, each for one source and a minute; kept by hash, bounded."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[str, tuple[str, str, float]] = OrderedDict()

    def __len__(self) -> int:
        with self._lock:
            return len(self._tokens)

    def issue(self, source_id: str, sign_in_hash: str) -> tuple[str, datetime]:
        """A token and when it ends; it also ends with the sign-in it was given to."""
        token = secrets.token_urlsafe(32)
        until_s = self._clock.monotonic_s() + VIEWER_TOKEN_S
        with self._lock:
            self._tokens[token_hash(token)] = (source_id, sign_in_hash, until_s)
            while len(self._tokens) > MAX_VIEWER_TOKENS:
                self._tokens.popitem(last=False)
        return token, self._clock.now() + timedelta(seconds=VIEWER_TOKEN_S)

    def redeem(self, token: str, source_id: str) -> str:
        """Use a token up; the hash of the sign-in it was given to.

        Raises:
            NotSignedIn: unknown, used or too old.
            NotAllowed: it is for another source.
        """
        now_s = self._clock.monotonic_s()
        with self._lock:
            held = self._tokens.pop(token_hash(token), None)
            for stale in [key for key, (_, _, until_s) in self._tokens.items() if until_s <= now_s]:
                del self._tokens[stale]
        if held is None or held[2] <= now_s:
            raise NotSignedIn(
                "The viewer token is unknown, used or too old.", "Ask for a new one: it lasts 60 s."
            )
        if held[0] != source_id:
            raise NotAllowed("The viewer token is for another source.")
        return held[1]

    def revoke_of(self, sign_in_hash: str) -> None:
        """Forget the tokens of a sign-in that has ended."""
        with self._lock:
            for key in [k for k, (_, owner, _) in self._tokens.items() if owner == sign_in_hash]:
                del self._tokens[key]


def no_node() -> Unavailable:
    """There is nobody to hand the video to."""
    return Unavailable(
        "No vision node is connected to the station.",
        "It starts beside the station; look at the system page, or start it again.",
    )
