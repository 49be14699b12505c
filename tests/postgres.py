"""A PostgreSQL server of the tests' own: in a temporary folder, on loopback, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from pydantic import SecretStr

from ground_station.bootstrap.postgres import server_programs
from ground_station.core.ids import new_id
from tests.ports import free_port

USER = "kestrel"
PASSWORD = "p@ss/w:rd of the tests"
TEMPLATE = "kestrel_template"
WITHOUT_SAFETY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresServer:
    """A running server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str, password: str = PASSWORD) -> SecretStr:
        """As it is written in the setting store.url."""
        return SecretStr(
            f"postgresql://{USER}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"
        )

    def make_database(self, template: str = "template0") -> SecretStr:
        """A new database, a copy of that template; its URL."""
        name = f"t_{new_id().replace('-', '')}"
        with closing(self._connect()) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return self.url(name)

    def rename(self, url: SecretStr, name: str) -> None:
        old = url.get_secret_value().rsplit("/", 1)[1]
        with closing(self._connect()) as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(old), sql.Identifier(name)
                )
            )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url("postgres").get_secret_value(), autocommit=True)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server and end it. Needs `server_programs`; root runs it as another user."""
    programs = server_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="kestrel-postgres-"))
    try:
        before = _as_another_user(folder)
        password = folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        password.chmod(0o644)
        subprocess.run(
            [
                *before,
                str(programs / "initdb"),
                f"--pgdata={folder / 'data'}",
                f"--username={USER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        yield from _serve([*before, str(programs / "postgres")], folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(program: list[str], folder: Path) -> Iterator[PostgresServer]:
    port = free_port()
    settings = [*WITHOUT_SAFETY, f"port={port}", "listen_addresses=127.0.0.1"]
    settings += [f"unix_socket_directories={folder}", "max_connections=60"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*program, "-D", str(folder / "data"), *(f"--{one}" for one in settings)],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,  # Ctrl-C is for the tests
        )
    try:
        server = PostgresServer(port)
        _wait_for(server, process, folder / "log")
        yield server
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.url("postgres").get_secret_value()).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text(errors="replace")[-2000:]) from None
            time.sleep(0.1)


def _as_another_user(folder: Path) -> list[str]:
    """What goes before a program that root may not run; it ends if the tests are killed."""
    words = ["setpriv", "--pdeathsig=INT"]
    if os.geteuid() == 0:
        user = _unprivileged()
        os.chown(folder, user.pw_uid, user.pw_gid)
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return words


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
