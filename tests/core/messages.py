"""Strategies that make any message of the agent protocol, from its type annotations."""

from __future__ import annotations

import types
import typing
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

import msgspec
from hypothesis import strategies as st

from ground_station.core import agent_durable, agent_wire
from ground_station.core import agent_protocol as protocol
from ground_station.core.ids import new_id

_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: _texts,
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    agent_wire.Finite: st.floats(-1e15, 1e15),
    agent_wire.Latitude: st.floats(-90, 90),
    agent_wire.Longitude: st.floats(-180, 180),
    agent_wire.AwareTime: st.integers(0, 4 * 10**15).map(
        lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    ),
    agent_wire.WireRtpTimestamp: st.integers(0, 2**32 - 1),
    agent_wire.MessageId: st.builds(new_id),
    type(None): st.none(),
}


def of_type(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value that the annotation allows."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _annotated(arguments[0], annotation.__metadata__[0])
    if origin in (tuple, list, dict):
        return _several(origin, [of_type(argument) for argument in arguments])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*[of_type(argument) for argument in arguments])
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    return struct(annotation)


def _several(origin: Any, parts: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    if origin is tuple:
        return st.tuples(*parts)
    return st.lists(*parts, max_size=3) if origin is list else st.dictionaries(*parts, max_size=3)


def _annotated(base: Any, meta: msgspec.Meta) -> st.SearchStrategy[Any]:
    """A number, list or text within its bounds."""
    if base is int:
        assert meta.ge is not None
        assert meta.le is not None
        return st.integers(int(meta.ge), int(meta.le))
    if base is float:
        low, high = meta.ge, meta.le
        return st.floats(
            low if low is not None else meta.gt,
            high if high is not None else meta.lt,
            exclude_min=low is None and meta.gt is not None,
            exclude_max=high is None and meta.lt is not None,
        )
    if typing.get_origin(base) is list:
        of = of_type(typing.get_args(base)[0])
        low = meta.min_length or 0
        return st.lists(of, min_size=low, max_size=min(meta.max_length or 3, low + 3))
    if meta.pattern is not None and meta.max_length is None:
        return st.from_regex(meta.pattern)
    return st.text(  # a bounded text with a pattern is one line
        st.characters(codec="utf-8", exclude_categories=["Cc"]),
        min_size=meta.min_length or 0,
        max_size=meta.max_length,
    )


def struct(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    if not issubclass(kind, msgspec.Struct):
        raise TypeError(f"no strategy for {kind}")
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {name: of_type(hints[name]) for name in kind.__struct_fields__}
    return st.builds(kind, **fields)


envelopes = st.builds(
    protocol.Envelope,
    seq=st.integers(0, 2**40),
    messages=st.lists(of_type(protocol.AgentMessage), max_size=4),
)
commands = of_type(protocol.Command)
replies = of_type(protocol.Reply)
notices = of_type(agent_durable.Notice)
