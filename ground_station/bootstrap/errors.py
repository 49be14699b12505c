"""What can go wrong in set-up. The product's own error tree needs packages; this does not."""

from __future__ import annotations


class SetupError(Exception):
    """Set-up cannot go on.

    Args:
        message: one sentence that names what failed.
        remedy: what to do about it.
        tail: the last lines of the failed program's output, oldest first.
    """

    def __init__(self, message: str, remedy: str, tail: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.tail = tail


class SetupStopped(Exception):
    """A person or the system stopped the set-up while a program of it ran."""
