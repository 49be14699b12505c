"""Routes' address builders, compiled once for all stations of a test process.

Werkzeug compiles two functions for each of about a hundred routes whenever an application is made,
which is nearly half of what a test of the web side takes. They depend only on what is in the key.
"""

from __future__ import annotations

from collections.abc import Callable

from werkzeug.routing import Rule

_compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
_compile = Rule._compile_builder


def keep() -> None:
    """From now on; a second call changes nothing."""
    Rule._compile_builder = _kept  # type: ignore[method-assign, assignment]


def _kept(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if rule.defaults:
        return _compile(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _compiled:
        _compiled[key] = _compile(rule, append_unknown)
    return _compiled[key]
