"""What a device is called in the list of sign-ins: "Firefox on Linux"."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 60
# The first that fits: every Edge says Chrome too, every Chrome says Safari.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """A short name of printable ASCII letters; nothing of a strange header goes further."""
    text = user_agent[:500]
    browser = next((name for mark, name in _BROWSERS if mark in text), None)
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    if browser is None:
        program = re.match(r"[A-Za-z][A-Za-z0-9._-]{0,30}", text)
        browser = program.group() if program else "Unknown program"
    return (f"{browser} on {system}" if system else browser)[:MAX_LENGTH]
