"""`run.py agents ...`: letting agents in and out, on the station's machine and on the agent's.

On the station's machine these write the database; a running station notices within two seconds.
"""

from __future__ import annotations

import getpass
import ipaddress
import re
import socket
import ssl
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from ground_station.agentlink.token_file import (
    AgentFile,
    Tokens,
    read_agent_file,
    write_agent_file,
)
from ground_station.cli.options import settings_from, station_url
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.audit import Actor
from ground_station.core.clock import SystemClock
from ground_station.core.enrolment import Enrolment
from ground_station.core.errors import (
    ConfigError,
    InvalidInput,
    NotFound,
    TimedOut,
    Unavailable,
    error_from_code,
)
from ground_station.core.settings import Settings
from ground_station.services.enrolment import By, Enrolments

AGENTS_FOLDER = "agents"
ASK_TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 64_000
AT_THE_MACHINE = By(Actor.COMMAND_LINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """What an enrolled machine connects with."""

    url: str
    tokens: Tokens
    ca_file: str


class _Enrolled(msgspec.Struct):
    agent_id: str
    name: str
    kind: str
    token: str


class _Problem(msgspec.Struct):
    detail: str = ""
    code: str = ""
    remedy: str = ""


# --- on the station's machine --------------------------------------------------------------------


def add(arguments: Namespace) -> int:
    """Print a one-time code, and the command for the other machine."""
    kind = AgentKind(arguments.kind)
    settings = settings_from(arguments)
    with _enrolments(arguments) as (enrolments, organisation_id):
        invited = enrolments.invite(organisation_id, arguments.name, kind, AT_THE_MACHINE)
    url, authority = _address_for_others(settings)
    print(f"Code for {arguments.name}: {invited.code}")
    print(f"It works once, until {invited.expires_at:%H:%M} UTC. On the other machine, which asks")
    print("for it, so that it stays out of the list of processes and the shell's history:")
    print(f"  python3 run.py agents enrol --station {url}{authority}")
    if kind is AgentKind.CAMERA:
        print(f"  python3 run.py camera ADDRESS --station {url}")
    if kind is AgentKind.DRONE:
        print(f"  python3 run.py drone ADDRESS --station {url}")
    if authority:
        print("FILE is a copy of this station's authority: docs/agents.md")
    elif not settings.station.https:
        print("Without HTTPS that is this machine itself; for others: docs/agents.md")
    return 0


def show(arguments: Namespace) -> int:
    """Print every agent."""
    with _enrolments(arguments) as (enrolments, organisation_id):
        found = enrolments.all(organisation_id)
    if not found:
        print("There are no agents. Let one in: python3 run.py agents add NAME")
    for one in found:
        print(f"{one.agent.name}  ({one.agent.kind})  {_words(one)}")
    return 0


def revoke(arguments: Namespace) -> int:
    """Shut an agent out."""
    with _enrolments(arguments) as (enrolments, organisation_id):
        agent_id = enrolments.named(organisation_id, arguments.name).agent.agent_id
        enrolments.revoke(organisation_id, agent_id, AT_THE_MACHINE)
    print(f"{arguments.name} is shut out; a running station drops it within two seconds.")
    return 0


def rotate(arguments: Namespace) -> int:
    """Have a new token given to an agent."""
    with _enrolments(arguments) as (enrolments, organisation_id):
        agent_id = enrolments.named(organisation_id, arguments.name).agent.agent_id
        enrolments.rotate(organisation_id, agent_id, AT_THE_MACHINE)
    print(f"{arguments.name} gets a new token as soon as it is connected.")
    return 0


@contextmanager
def _enrolments(arguments: Namespace) -> Iterator[tuple[Enrolments, str]]:
    """The use cases over this installation's database, and its organisation."""
    from ground_station.app import migrate_store, opened_enrolments

    settings = settings_from(arguments)
    migrate_store(settings)
    with opened_enrolments(settings) as opened:
        yield opened


def _address_for_others(settings: Settings) -> tuple[str, str]:
    """Where agents reach this station, and the option that names its authority ("" = none)."""
    station = settings.station
    if not station.https:
        return station_url(settings), ""
    host = next(iter(station.names), station.host)
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared, not listened on
        host = socket.gethostname()
    of_public_authority = station.certificate is not None and station.authority is None
    host = f"[{host}]" if ":" in host else host
    return f"https://{host}:{station.port}", "" if of_public_authority else " --ca FILE"


def _words(one: Enrolment) -> str:
    if one.agent.revoked_at is not None:
        return f"revoked {one.agent.revoked_at:%Y-%m-%d %H:%M} UTC"
    if one.code_expires_at is not None and one.enrolled_at is None:
        late = one.code_expires_at <= SystemClock().now()
        return "invited; its code ran out" if late else "invited; its code waits to be used"
    if one.token_issued_at is None:
        return "started by run.py, with a new token at each start"
    rotating = "; gets a new one when connected" if one.rotation_asked_at is not None else ""
    return f"token of {one.token_issued_at:%Y-%m-%d %H:%M} UTC{rotating}"


# --- on the agent's machine ----------------------------------------------------------------------


def enrol(arguments: Namespace) -> int:
    """Trade the code for a token and keep it (0600) in the data folder."""
    url = checked_station_url(arguments.station)
    code = arguments.code or _ask_code()
    answer, path = enrol_machine(settings_from(arguments), url, code, arguments.ca)
    print(f"This machine is enrolled as {answer.name} ({answer.kind}). Its token is in {path}")
    if answer.kind == AgentKind.CAMERA:
        print(f"Start it: python3 run.py camera ADDRESS --station {url}")
    if answer.kind == AgentKind.DRONE:
        print(f"Start it: python3 run.py drone ADDRESS --station {url}")
    return 0


def enrol_machine(
    settings: Settings, station: str, code: str, ca: Path | None
) -> tuple[_Enrolled, Path]:
    """Trade a code for a token and keep it; what was answered, and where it is kept.

    Raises:
        InvalidInput, NotAllowed: the address, or the code, is not good. Unavailable.
    """
    url = checked_station_url(station)
    ca_file = "" if ca is None else str(ca.resolve())
    answer = _trade(url, code, ca_file)
    path = settings.data_folder / AGENTS_FOLDER / f"{_file_name(answer.name)}.json"
    write_agent_file(
        path, AgentFile(url, answer.agent_id, answer.name, answer.kind, [answer.token], ca_file)
    )
    return answer, path


def enrolled(data_folder: Path, station: str, token_file: Path | None) -> Kept:
    """What this machine connects to that station with.

    Raises:
        Unavailable: it is not enrolled there. ConfigError: it is enrolled several times.
    """
    url = checked_station_url(station)
    path = token_file or _only_file(data_folder / AGENTS_FOLDER, url)
    kept = read_agent_file(path)
    if kept.station_url != url:
        raise ConfigError(
            f"The token in {path} is for {kept.station_url}, not for {url}.",
            "Name the station as it was named when this machine was enrolled.",
        )
    return Kept(url, Tokens.of_file(path), kept.ca_file)


def checked_station_url(text: str) -> str:
    """`https://host[:port]`, or plain HTTP on this machine itself; InvalidInput otherwise."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, host, port = urlsplit(""), "", ""
    if not host or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query:
        raise InvalidInput(f"{text[:80]} is no station's address.", "Say: https://HOST:PORT")
    if parts.scheme == "http" and not _is_this_machine(host):
        raise InvalidInput(
            "A token must not cross a network in the clear.",
            "Use https://, with --ca FILE for the station's own authority.",
        )
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _trade(url: str, code: str, ca_file: str) -> _Enrolled:
    try:
        verify = ssl.create_default_context(cafile=ca_file or None)
        answer = httpx.post(
            f"{url}/api/agents/enrol",
            json={"code": code},
            timeout=ASK_TIMEOUT_S,
            trust_env=False,
            verify=verify,
        )
    except httpx.TimeoutException as error:
        raise TimedOut(f"The station at {url} did not answer.") from error
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"The authority {ca_file} cannot be read: {error}.") from error
    except httpx.HTTPError as error:
        raise Unavailable(
            f"The station at {url} cannot be reached: {error}.",
            "Check the address; with a certificate of the station's own, give --ca FILE.",
        ) from error
    content = answer.content[:MAX_ANSWER_BYTES]
    if answer.status_code != HTTPStatus.CREATED:
        raise _refusal(content, answer.status_code)
    try:
        return msgspec.json.decode(content, type=_Enrolled)
    except msgspec.MsgspecError as error:
        raise Unavailable(f"What answers at {url} is no Kestrel station.") from error


def _refusal(content: bytes, status: int) -> Exception:
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except msgspec.MsgspecError:
        problem = _Problem()
    message = problem.detail[:500] or f"The station refused with HTTP status {status}."
    return error_from_code(problem.code, message, problem.remedy[:500])


def _only_file(folder: Path, url: str) -> Path:
    files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = [path for path in files if read_agent_file(path).station_url == url]
    if not found:
        raise NotFound(
            f"This machine is not enrolled at {url}.",
            f"Enrol it first: python3 run.py agents enrol --station {url}",
        )
    if len(found) > 1:
        names = ", ".join(str(path) for path in found)
        raise ConfigError(
            f"This machine is enrolled there more than once: {names}.", "Choose: --token-file FILE"
        )
    return found[0]


def _file_name(name: str) -> str:
    from ground_station.cli.agent_station import key_of

    return re.sub(r"[^a-z0-9-]", "-", key_of(name))


def _ask_code() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("Code: ")
    return sys.stdin.readline().strip()
