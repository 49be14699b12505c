"""Takes secrets out of a text before it is written down: the last line of defence, not the first.

Nothing of ours logs a secret. But an error of a library may carry a header, an address with a
password or a whole request, and a log is copied to places a secret must not go.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
_KEY = r"(?:password|passwd|passphrase|secret|token|credential|api[_-]?key|totp)"
# Words that are ends of others (compass, bypass): only whole ones.
_SHORT_KEY = r"(?<![a-z])(?:pwd|otp)"
_IS = r"""((?:\\?["'])?\s*[:=]\s*)"""
# A string with escaped or doubled quotes, open at the end where the text was cut, or one word.
_VALUE = (
    r"""(?:\\["'](?:(?!\\["']).)*+(?:\\["'])?"""
    r"""|b?"(?:[^"\\]|\\.?|"")*+"?|b?'(?:[^'\\]|\\.?|'')*+'?"""
    r"""|[^\s,;&"'})\]]+)"""
)
# Of an authenticator app; a status or closing code is shorter.
_DIGITS = r"""(?:b?\\?["'])?\d{3}[ -]?\d{3}(?:\d\d)?\b(?:\\?["'])?"""
# As `agents add` prints codes, and as passwords and recovery codes are made.
_CODE = (
    r"(?<![\w-])(?:[0-9a-hjkmnp-tv-z]{5}(?:-[0-9a-hjkmnp-tv-z]{5}){3}"
    r"|[b-df-hjkmnp-tv-xz2-9]{4}(?:-[b-df-hjkmnp-tv-xz2-9]{4}){4})(?![\w-])"
)
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
    # To the last @: a password may hold one, or a slash. Bounded, so that no line takes long.
    (re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]{0,30}://)[^\s\"'<>]{1,500}@"), rf"\1{HIDDEN}@"),
    (re.compile(rf"(?is)({_KEY}|{_SHORT_KEY}){_IS}{_VALUE}"), rf"\1\2{HIDDEN}"),
    (re.compile(rf"(?is)((?<![a-z])pass)(\s*=\s*|\\?[\"']\s*[:=]\s*){_VALUE}"), rf"\1\2{HIDDEN}"),
    (re.compile(rf"(?i)(code){_IS}{_DIGITS}"), rf"\1\2{HIDDEN}"),
    (re.compile(rf"(?i){_CODE}"), HIDDEN),
)


def redacted(text: str) -> str:
    """The text without what looks like a token, password, cookie, credential or private key."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
