"""The OpenAPI 3.1 description of the HTTP interface, made of the routes as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import flask
import msgspec
from werkzeug.routing import Rule

from ground_station.api.auth import (
    BEARER,
    CSRF_HEADER,
    SAFE_METHODS,
    SESSION_COOKIE,
    Access,
    access_of,
    permission_of,
)
from ground_station.api.contract import CONTRACT, Answer, Speaks
from ground_station.api.errors import PROBLEM_TYPE
from ground_station.api.schemas import Problem

REFERENCES = "#/components/schemas/{name}"
ID_PATTERN = "^[0-9a-f-]{36}$"
Json = dict[str, Any]


def describe(app: flask.Flask, version: str) -> Json:
    """The description of every route of the application.

    Raises:
        KeyError: a route is not in the table of `contract`.
    """
    types = _types()
    schemas, components = msgspec.json.schema_components(
        types, schema_hook=_anything, ref_template=REFERENCES
    )
    schema_of = dict(zip(map(_key, types), schemas, strict=True)).__getitem__
    paths: dict[str, Json] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        view = app.view_functions[rule.endpoint]
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD"}):
            paths.setdefault(path, {})[method.lower()] = _operation(
                rule, method, view, lambda kind: schema_of(_key(kind))
            )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kestrel station",
            "version": version,
            "description": "Errors are problem details (RFC 9457). A change made with the session "
            f"cookie carries the session's CSRF token as {CSRF_HEADER}.",
        },
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _schemes()},
    }


def undeclared(app: flask.Flask) -> tuple[set[str], set[str]]:
    """Routes that the table lacks, and entries that no route has."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    return endpoints - CONTRACT.keys(), CONTRACT.keys() - endpoints


def _types() -> list[Any]:
    found: dict[str, Any] = {_key(Problem): Problem}
    for speaks in CONTRACT.values():
        for kind in (speaks.request, *(answer.body for answer in speaks.answers.values())):
            if kind not in (None, str):
                found[_key(kind)] = kind
        for kind in speaks.query.values():
            found[_key(kind)] = kind
    return [found[key] for key in sorted(found)]


def _anything(kind: type) -> Json:
    if kind is object:
        return {"description": "Any JSON value."}  # msgspec takes no empty schema
    raise NotImplementedError  # how a msgspec hook says that it has no schema for a type


def _key(kind: Any) -> str:
    return repr(kind)


def _operation(
    rule: Rule, method: str, view: Callable[..., Any], schema_of: Callable[[Any], Json]
) -> Json:
    speaks = CONTRACT[rule.endpoint]
    access, permission = access_of(view), permission_of(view)
    lines = (view.__doc__ or "").strip().split("\n")
    operation: Json = {
        "operationId": f"{rule.endpoint}.{method.lower()}",
        "summary": lines[0],
        "parameters": _parameters(rule, method, speaks, access, schema_of),
        "responses": _responses(speaks, schema_of),
        "security": _security(access),
        "x-access": access.value if access else None,
        "x-permission": permission.value if permission else None,
    }
    if speaks.request is not None and method not in SAFE_METHODS:
        schema = {"type": "string"} if speaks.request is str else schema_of(speaks.request)
        operation["requestBody"] = {
            "required": True,
            "content": {speaks.request_media: {"schema": schema}},
        }
    return operation


def _parameters(
    rule: Rule,
    method: str,
    speaks: Speaks,
    access: Access | None,
    schema_of: Callable[[Any], Json],
) -> list[Json]:
    found: list[Json] = []
    for name in sorted(rule.arguments):
        schema: Json = {"type": "string", "minLength": 1}
        if name.endswith("_id"):
            schema["pattern"] = ID_PATTERN
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    for name, kind in speaks.query.items():
        found.append({"name": name, "in": "query", "required": False, "schema": schema_of(kind)})
    if access in (Access.SIGNED_IN, Access.VISITOR) and method not in SAFE_METHODS:
        found.append(
            {"name": CSRF_HEADER, "in": "header", "required": True, "schema": {"type": "string"}}
        )
    return found


def _responses(speaks: Speaks, schema_of: Callable[[Any], Json]) -> Json:
    problem = {PROBLEM_TYPE: {"schema": schema_of(Problem)}}
    found: Json = {
        str(status): _response(status, answer, schema_of)
        for status, answer in sorted(speaks.answers.items())
    }
    found["4XX"] = {"description": "It is refused; the problem says why.", "content": problem}
    found["503"] = {"description": "A part is away just now.", "content": problem}
    found["504"] = {"description": "A part did not answer in time.", "content": problem}
    return found


def _response(status: int, answer: Answer, schema_of: Callable[[Any], Json]) -> Json:
    response: Json = {"description": HTTPStatus(status).phrase}
    if answer.body is not None:
        schema = {"type": "string"} if answer.body is str else schema_of(answer.body)
        response["content"] = {answer.media_type: {"schema": schema}}
    return response


def _security(access: Access | None) -> list[Mapping[str, list[str]]]:
    if access is Access.SIGNED_IN:
        return [{"session": []}]
    if access in BEARER:
        return [{"bearer": []}]
    return []


def _schemes() -> Json:
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A publish token, a viewer token, or an agent's token.",
        },
    }
