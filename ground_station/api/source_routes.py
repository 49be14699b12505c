"""Adding and removing sources, and tokens to view them."""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content
from ground_station.api.parts import parts
from ground_station.api.schemas import AddSourceRequest, IceServer, SourceAdded, ViewerToken
from ground_station.core.audit import Act
from ground_station.core.authority import Permission
from ground_station.core.errors import NotAllowed, NotFound
from ground_station.services.audit import by

blueprint = flask.Blueprint("sources", __name__)


@blueprint.post("/api/sources")
@access(Access.SIGNED_IN, Permission.MANAGE_SOURCES)
def add_source() -> flask.Response:
    """A source for any WHIP client; its publish token is shown this once."""
    body = json_body(AddSourceRequest)
    who, audit = identity().principal, parts().audit
    if not who.scope.holds(who.scope.organisation_id, body.lat, body.lon):
        raise NotAllowed("A source you add must lie in your own area.", "Give its place.")
    source, token = parts().sources.add_whip(
        body.name,
        body.lat,
        body.lon,
        body.heading_deg,
        organisation_id=who.scope.organisation_id,
        record=lambda new: audit.together(
            by(who, Act.SOURCE_ADDED, "source", new.source_id, name=new.name)
        ),
    )
    added = SourceAdded(
        source_id=source.source_id, whip_path=f"/whip/{source.source_id}", publish_token=token
    )
    return json_answer(added, 201)


@blueprint.delete("/api/sources/<source_id>")
@access(Access.SIGNED_IN, Permission.MANAGE_SOURCES)
def remove_source(source_id: str) -> flask.Response:
    """Forget a source and end its publisher and viewers."""
    checked_id(source_id, "source")
    who, source = identity().principal, parts().sources.get(source_id).source
    owner = source.organisation_id
    if owner != who.scope.organisation_id or not who.scope.holds(owner, source.lat, source.lon):
        raise NotFound("There is no such source.")
    entry = by(who, Act.SOURCE_REMOVED, "source", source_id, name=source.name)
    removed = parts().sources.remove(
        source_id, parts().agents.is_connected, lambda _: parts().audit.together(entry)
    )
    parts().media.end_all_of_source(removed)
    return no_content()


@blueprint.post("/api/sources/<source_id>/viewer-token")
@access(Access.SIGNED_IN, Permission.WATCH_VIDEO)
def viewer_token(source_id: str) -> flask.Response:
    """One WHEP session of this source, within a minute. Recorded with its purpose first."""
    checked_id(source_id, "source")
    parts().sharing.watch(identity().principal, parts().sources.get(source_id).source)
    token, expires_at = parts().media.viewer_token(source_id, identity().session_hash)
    answer = ViewerToken(
        token=token,
        whep_path=f"/whep/{source_id}",
        expires_at=expires_at,
        ice_servers=[
            IceServer(urls=list(one.urls), username=one.username, credential=one.credential)
            for one in parts().ice_servers()
        ],
    )
    return json_answer(answer, 201)
