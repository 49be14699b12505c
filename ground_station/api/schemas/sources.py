"""Sources, and watching them."""

from __future__ import annotations

from datetime import datetime

from ground_station.api.schemas.base import Wire


class AddSourceRequest(Wire, frozen=True, kw_only=True):
    """`POST /api/sources`: a source that any WHIP client may publish to."""

    name: str
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None


class SourceAdded(Wire, frozen=True, kw_only=True):
    """The publish token is shown once and only its hash is kept."""

    source_id: str
    whip_path: str
    publish_token: str


class IceServer(Wire, frozen=True, kw_only=True):
    """A TURN server with a sign-in that ends by itself, or a STUN server without one."""

    urls: list[str]
    username: str
    credential: str


class ViewerToken(Wire, frozen=True, kw_only=True):
    """`POST /api/sources/<id>/viewer-token`: one WHEP session, within a minute."""

    token: str
    whep_path: str
    expires_at: datetime
    ice_servers: list[IceServer]
