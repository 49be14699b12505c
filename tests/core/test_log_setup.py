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
from ground_station.services.enrolment import make_code
from ground_station.services.passwords import make_password

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
        f"rtsp://cam/live?user=admin&pass={SECRET}",
        f"rtsp://cam/live?user=admin&pwd={SECRET}&x=1",
        f"rtsp://admin:pa/{SECRET}@cam/1",
        f"rtsp://admin:p@{SECRET}@cam/1",
        f"https://u:p?{SECRET}@h/x",
        f'{{"password": "a\\"{SECRET}"}}',
        f"password='it''{SECRET}'",
        f'body="{{\\"password\\": \\"a {SECRET}\\"}}"',
        f'{{"password": "cut off here {SECRET}',
        f'{{"otp": "{SECRET}"}}',
        f"a=ice-pwd:{SECRET}",
        f"{{'pass': '{SECRET}'}}",
    ],
)
def test_secrets_are_hidden(text: str) -> None:
    assert SECRET not in redacted(text)
    assert HIDDEN in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "GET /x?code={0} failed",
        "enrolment code {0} wrong",
        '{{"code": "{0}"}}',
        "typed {0}",
    ],
)
def test_codes_are_hidden(text: str) -> None:
    for code in (make_code(), make_code().lower(), make_password()):
        assert redacted(text.format(code)) == text.format(HIDDEN)


@pytest.mark.parametrize("code", ["123456", "123 456", "12345678"])
@pytest.mark.parametrize("text", ['{{"code": "{0}"}}', "code={0} x", "totp_code={0}", "code: {0}"])
def test_an_app_s_code_is_hidden(text: str, code: str) -> None:
    assert code not in redacted(text.format(code))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "one", ["a-", "a", "://", "a://", "a://@", "token", "password=", '"', "\\", "code=1", "a:"]
)
def test_a_long_line_takes_no_long_time(one: str) -> None:
    """Many times the longest line that a log keeps; quadratic work would take minutes."""
    redacted(one * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "problem reference=ab12 status=401 code=not_signed_in path=/whip/1",
        "agentlink_down station=https://10.0.0.5:8443 reason=The token is unknown.",
        "https://kestrel.lan:8443/ and someone@example.org",
        "The publish token is not the right one for this source.",
        "whip_accepted source=1 session=2",
        "compass=270 bypass=3 first pass: 12 frames status=401 code=1006 exit_code=137",
        "agent 0b5f7c1e-8f4b-4f0e-9a77-2f1d6c0a9b3e and photo-at-night-view",
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
