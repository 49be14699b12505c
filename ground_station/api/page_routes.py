"""The built page. Files with a hash in their name are kept for ever, the others are asked for."""

from __future__ import annotations

from pathlib import Path

import flask
from werkzeug.exceptions import NotFound as NoSuchPath

from ground_station.api.auth import Access, access
from ground_station.api.parts import parts
from ground_station.core.errors import Unavailable

blueprint = flask.Blueprint("page", __name__)

FOR_EVER_S = 365 * 24 * 3600


@blueprint.get("/")
@access(Access.PUBLIC)
def index() -> flask.Response:
    """The page itself; it asks for a sign-in before it shows anything."""
    if not (parts().web_dist / "index.html").is_file():
        raise Unavailable(
            "The web page has not been built.",
            "Run python3 run.py, which builds it, or npm run build in web/.",
        )
    return _file(parts().web_dist, "index.html")


@blueprint.get("/<name>")
@access(Access.PUBLIC)
def top_file(name: str) -> flask.Response:
    """components.html, basemap.json, the icon: files that lie beside index.html."""
    return _file(parts().web_dist, name)


@blueprint.get("/assets/<path:name>")
@access(Access.PUBLIC)
def asset(name: str) -> flask.Response:
    """Scripts, styles, fonts: their names change with their content."""
    response = _file(parts().web_dist / "assets", name)
    response.headers["Cache-Control"] = f"public, max-age={FOR_EVER_S}, immutable"
    return response


def _file(folder: Path, name: str) -> flask.Response:
    if name.startswith("."):
        raise NoSuchPath
    response = flask.send_from_directory(folder.resolve(), name, conditional=True, etag=True)
    response.headers["Cache-Control"] = "no-cache"
    return response
