"""Copies of video that had to be encoded before it could be sent: each lives as long as it is read.

A copy is locked while it is in use, so that a copy which a crashed agent left behind can be told
from one that another agent is sending, however long that goes on.
"""

from __future__ import annotations

import fcntl
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ground_station.core.errors import Unavailable

LEFT_BEHIND_AFTER_S = 24 * 3600.0
_OURS = re.compile(r"[0-9a-f]{24}\.ts(\.\d+\.part)?")  # nothing else in the folder is touched


@contextmanager
def prepared_copy(cache: Path, make: Callable[[Path], None]) -> Iterator[Path]:
    """A new file in `cache`, written by `make`; removed at the end.

    Raises:
        Unavailable: it cannot be written. And what `make` raises.
    """
    _remove_left_behind(cache)
    copy = cache / f"{secrets.token_hex(12)}.ts"
    try:
        make(copy)
        with _in_use(copy):
            yield copy
    finally:
        with suppress(OSError):  # not made at all; or it is found here a day later
            copy.unlink()


@contextmanager
def _in_use(copy: Path) -> Iterator[None]:
    try:
        held = copy.open("rb")
    except OSError as error:
        raise Unavailable(f"Cannot read {copy.name}: {error.strerror}.") from error
    with held:
        fcntl.flock(held, fcntl.LOCK_SH)  # waits for nobody: only one just made is locked here
        yield


def _remove_left_behind(cache: Path) -> None:
    if not cache.is_dir():
        return
    for path in cache.iterdir():
        if _OURS.fullmatch(path.name):
            with suppress(OSError):  # in use, or another agent was faster
                _remove_if_left_behind(path)


def _remove_if_left_behind(path: Path) -> None:
    if time.time() - path.stat().st_mtime < LEFT_BEHIND_AFTER_S:
        return
    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
