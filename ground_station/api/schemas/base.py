"""What all wire types have in common."""

from __future__ import annotations

import msgspec


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every struct: unknown fields are refused."""
