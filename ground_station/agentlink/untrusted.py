"""A certificate that is not the station's, in one sentence."""

from __future__ import annotations

import ssl

from ground_station.core.errors import Unavailable

REMEDY = (
    "Give the authority that the station shows (python3 run.py certs, on its machine): --ca FILE."
)


def untrusted(url: str, error: BaseException) -> Unavailable | None:
    """What to say if this error, or one that led to it, is that the certificate was not trusted."""
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return None
        if isinstance(seen, ssl.SSLCertVerificationError):
            return Unavailable(
                f"The certificate of {url} is not to be trusted: {_why(seen)}.", REMEDY
            )
        if isinstance(seen, ssl.SSLError):
            return Unavailable(f"{url} does not speak TLS as it should.", "Is the port right?")
        seen = seen.__cause__ or seen.__context__
    return None


def _why(error: ssl.SSLCertVerificationError) -> str:
    return str(error.verify_message or "it is not of a known authority").rstrip(".").lower()
