"""PostgreSQL by URL, through psycopg 3.

Writers are in one order here as in SQLite: a write transaction first takes an advisory lock, which
holds across processes and ends with the transaction. So repositories mean the same on both
databases, and READ COMMITTED is enough: whoever has the lock sees all that was committed. Reads
are REPEATABLE READ and READ ONLY: one snapshot, as in SQLite.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import Any

from psycopg.conninfo import make_conninfo
from pydantic import SecretStr
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from ground_station.core.errors import ConfigError, Unavailable

SCHEMES = frozenset({"postgresql", "postgres"})
WRITER_LOCK = int.from_bytes(b"kestrel")  # a bigint; the audit chain uses the same
LOCK_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 5
DUMP_TIMEOUT_S = 3600
CLIENT_REMEDY = "Install it: apt-get install postgresql-client."
_SETTINGS = f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS}"
_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


def parse_url(url: SecretStr) -> URL:
    """The URL of the setting store.url.

    Raises:
        ConfigError: it is none, or none of PostgreSQL. The message does not hold it.
    """
    try:
        parsed = make_url(url.get_secret_value())
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in SCHEMES or not parsed.database:
        raise ConfigError(
            "The setting store.url is not a URL of a PostgreSQL database.",
            "Write it as postgresql://user:password@host/database, or leave it out for SQLite.",
        ) from None
    return parsed.set(drivername="postgresql+psycopg")


def postgres_engine(url: URL) -> Engine:
    """An engine that keeps the order of writers; it connects when it is first used."""
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_timeout=5,
        pool_pre_ping=True,  # a database that was restarted is found again
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": _SETTINGS},
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("kestrel_write", False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
    else:
        connection.exec_driver_sql(_READ)


def dump(url: URL, target: Path) -> None:
    """Write the whole database to a new file, as it is at this moment, while others go on.

    Raises:
        Unavailable: pg_dump is not installed, cannot connect, or the disk is full; no file is
            left.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        run_client(url, "pg_dump", ["--format=custom", "--no-owner", f"--file={target}"])
        with target.open("rb") as written:
            os.fsync(written.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def run_client(url: URL, program: str, arguments: Sequence[str]) -> None:
    """Run a program of PostgreSQL on this database. The password goes by the environment, which
    only this user can read, never by the command line.

    Raises:
        Unavailable: it is not installed or fails; with the last thing it said.
    """
    path = which(program)
    if path is None:
        raise Unavailable(f"{program} is not installed.", CLIENT_REMEDY)
    conninfo, environment = client_connection(url)
    argv = [path, "--no-password", f"--dbname={conninfo}", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  our own words, and the URL of the settings
            argv,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=DUMP_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{program} did not run to its end.") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise Unavailable(
            f"{program} failed: {said[0]}.",
            "Look at the setting store.url, PostgreSQL's log and the free space. The release of "
            f"{program} must be the server's or newer.",
        )


def client_connection(url: URL) -> tuple[str, Mapping[str, str]]:
    """How PostgreSQL's programs are told where to connect: (argument, environment)."""
    _none, found = url.get_dialect()().create_connect_args(url)
    parameters: dict[str, Any] = dict(found)
    environment = dict(os.environ)
    for secret, variable in (("password", "PGPASSWORD"), ("sslpassword", "PGSSLPASSWORD")):
        value = parameters.pop(secret, None)
        if value is not None:
            environment[variable] = str(value)
    parameters.pop("context", None)
    return make_conninfo(**parameters), environment
