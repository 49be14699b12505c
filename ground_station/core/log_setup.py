"""How every process of an installation logs: to stderr, as text or JSON lines, without secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

from ground_station.core.redaction import redacted

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
OUR_PACKAGES = ("ground_station", "fixed_cctv", "drone", "geo")
SELF_MADE = ("engineio.server", "engineio.client", "socketio.server", "socketio.client")
MAX_EXCEPTION_LENGTH = 16_000
_EVENT = re.compile(r"^([a-z][a-z0-9_]*)(?: |$)")
_PAIR = re.compile(r"(?:^| )([a-z][a-z0-9_]*)=(.*?)(?= [a-z][a-z0-9_]*=|$)", re.S)
log = logging.getLogger(__name__)


class TextFormatter(logging.Formatter):
    """One line a record, and an exception's traceback below it."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, process, message; `event` and `fields` where the
    message has our form `event key=value ...`; `exception` with its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        message = redacted(record.getMessage())
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": message,
        }
        event = _EVENT.match(message)
        fields = {} if event is None else dict(_PAIR.findall(message))
        if event is not None and (fields or event.group(0) == message):
            entry["event"] = event.group(1)
            entry["fields"] = fields
        if record.exc_info and record.exc_info[0] is not None:
            trace = redacted(self.formatException(record.exc_info))
            entry["exception"] = trace[-MAX_EXCEPTION_LENGTH:]
        return json.dumps(entry, ensure_ascii=False)


def set_up_logging(level: int = logging.INFO, *, json_lines: bool = False) -> None:
    """Our own packages from `level` up, others from warnings up; also what nobody caught."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if json_lines else TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OUR_PACKAGES:
        logging.getLogger(name).setLevel(level)
    for name in SELF_MADE:
        logging.getLogger(name).setLevel(logging.ERROR)  # or they add a handler of their own
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("uncaught error=%s", kind.__name__, exc_info=(kind, error, trace))


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    name = "" if failed.thread is None else failed.thread.name
    error = failed.exc_value
    if error is None or issubclass(failed.exc_type, SystemExit):
        return
    log.critical(
        "uncaught thread=%s error=%s",
        name,
        failed.exc_type.__name__,
        exc_info=(failed.exc_type, error, failed.exc_traceback),
    )
