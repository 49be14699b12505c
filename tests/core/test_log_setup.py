"""What is logged, in which form, and what is taken out of it."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import pytest

from ground_station.cli.logs import WarningFilter
from ground_station.core.log_setup import JsonFormatter, TextFormatter
from ground_station.core.redaction import HIDDEN, redacted

SECRET = "Zm9vYmFyLXNlY3JldC12YWx1ZQ"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"headers={{'authorization': 'Bearer {SECRET}', 'Accept': '*/*'}}",
        f"sent with bearer {SECRET} to the node",
        f"Cookie: kestrel_session={SECRET}; other=1",
        f"Set-Cookie: kestrel_session={SECRET}; Path=/",
        f"kestrel_visit={SECRET}",
        f"GET /x?token={SECRET}&a=1",
        f"cannot open rtsp://user:{SECRET}@10.0.0.9/stream",
        f"postgresql://kestrel:{SECRET}@db/kestrel failed",
        f'{{"password": "{SECRET}"}}',
        f"publish_token={SECRET} source=1",
        f"static-auth-secret={SECRET}",
        f"credential: {SECRET}",
        f"token=b'{SECRET}'",
        f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
        f"-----BEGIN EC PRIVATE KEY-----\n{SECRET}",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    assert SECRET not in redacted(text)
    assert HIDDEN in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "problem reference=ab12 status=401 code=not_signed_in path=/whip/1",
        "agentlink_down station=https://10.0.0.5:8443 reason=The token is unknown.",
        "https://kestrel.lan:8443/ and someone@example.org",
        "The publish token is not the right one for this source.",
        "whip_accepted source=1 session=2",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def record(message: str, *arguments: object, failed: bool = False) -> logging.LogRecord:
    trace = None
    if failed:
        try:
            raise ValueError(f"password={SECRET}")
        except ValueError:
            trace = sys.exc_info()
    return logging.LogRecord("kestrel.x", logging.ERROR, "f", 1, message, arguments, trace)


def test_json_lines_keep_events_and_fields() -> None:
    line = JsonFormatter().format(record("source_lost id=%s reason=%s", "7", "No frame came."))
    entry = json.loads(line)
    assert entry["event"] == "source_lost"
    assert entry["fields"] == {"id": "7", "reason": "No frame came."}
    assert entry["level"] == "ERROR"
    assert entry["at"].endswith("+00:00")
    assert "\n" not in line
    assert WarningFilter()(line) == "source_lost id=7 reason=No frame came."


def test_a_plain_sentence_is_no_event() -> None:
    assert "event" not in json.loads(JsonFormatter().format(record("The disk is full.")))


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_tracebacks_are_kept_without_secrets(formatter: logging.Formatter) -> None:
    text = formatter.format(record("it_failed", failed=True))
    assert "ValueError" in text
    assert SECRET not in text


def test_one_set_up_for_all_processes() -> None:
    """Nobody sets logging up on the side."""
    root = Path(__file__).resolve().parents[2]
    own = root / "ground_station" / "core" / "log_setup.py"
    found = [
        str(file.relative_to(root))
        for package in ("ground_station", "fixed_cctv", "drone")
        for file in (root / package).rglob("*.py")
        if file != own and "logging.basicConfig" in file.read_text(encoding="utf-8")
    ]
    assert found == []
