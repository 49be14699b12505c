"""Takes secrets out of a text before it is written down: the last line of defence, not the first.

Nothing of ours logs a secret. But an error of a library may carry a header, an address with a
password or a whole request, and a log is copied to places a secret must not go.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
_KEY = r"[\w-]*(?:password|passwd|passphrase|secret|token|credential|api[_-]?key|totp)"
_VALUE = r"""(?:"[^"]*"|'[^']*'|b'[^']*'|[^\s,;&"'})\]]+)"""
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)", re.S),
        HIDDEN,
    ),
    # A header, in HTTP's own form or as a dictionary's or key=value's: the rest of line or string.
    (
        re.compile(
            r"""(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-csrf-token)(["']?\s*[:=]\s*)"""
            r"""(?:b?"[^"]*"|b?'[^']*'|[^\r\n"']+)"""
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b(kestrel_(?:session|visit))=[^\s;,\"']+"), rf"\1={HIDDEN}"),
    (re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*://)[^/\s@\"'<>]+@"), rf"\1{HIDDEN}@"),
    (re.compile(rf"(?i)\b({_KEY})([\"']?\s*[:=]\s*){_VALUE}"), rf"\1\2{HIDDEN}"),
)


def redacted(text: str) -> str:
    """The text without what looks like a token, password, cookie, credential or private key."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
