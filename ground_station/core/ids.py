"""Ids are UUIDv7 strings: unique everywhere, and sortable by the time they were made."""

from __future__ import annotations

import re

import uuid_utils

ID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"
_UUID7 = re.compile(ID_PATTERN)


def new_id() -> str:
    """A new UUIDv7 in its canonical lower-case form."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether `text` is a canonical UUIDv7, so safe to use as a key or in a path."""
    return _UUID7.fullmatch(text) is not None
