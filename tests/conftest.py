"""For every test: hypothesis sets no time limit an example, since a busy machine is no bug."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("kestrel", deadline=None)
settings.load_profile("kestrel")
