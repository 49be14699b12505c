"""Content hashes, and the markers that say which content a finished step was made from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

CHUNK_BYTES = 1 << 20


def sha256_of_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(root: Path, files: Iterable[Path], *words: str) -> str:
    """Hex SHA-256 over each file's path relative to `root` and its bytes, and over `words`.

    The order in which files are given does not matter; a missing file raises FileNotFoundError.
    """
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path.relative_to(root).as_posix()}\0{sha256_of_file(path)}\n".encode())
    for word in words:
        total.update(f"\0{word}\n".encode())
    return total.hexdigest()


def files_under(folder: Path, leave_out: frozenset[str]) -> Iterator[Path]:
    """Every file below `folder`; folders whose name is in `leave_out` are not entered."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in leave_out]
        for name in names:
            path = Path(parent, name)
            if path.is_file():
                yield path


class Marker:
    """A small file beside a step's product, holding the fingerprint of what it was made from.

    It is removed before the work starts and written whole after it ends, so that work that was
    interrupted, at any point, is never taken for finished.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def holds(self, key: str) -> bool:
        """Whether the finished work was made from this."""
        try:
            return self._path.read_text(encoding="ascii").strip() == key
        except (OSError, UnicodeDecodeError):
            return False

    def exists(self) -> bool:
        return self._path.exists()

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def write(self, key: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(self._path.name + ".partial")
        partial.write_text(key + "\n", encoding="ascii")
        partial.replace(self._path)
