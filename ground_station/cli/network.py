"""Is the port free, and does the station answer?"""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ground_station.core.errors import Conflict, InvalidInput

POLL_S = 0.1
_NOT_OURS = frozenset({errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN})


def require_free_port(host: str, port: int, wait_s: float = 0.0) -> None:
    """Return once the port can be listened on.

    Args:
        wait_s: how long it may stay taken, where a former station of ours is just ending.

    Raises:
        Conflict: another program listens on it.
        InvalidInput: the address is none of this machine's.
    """
    deadline = time.monotonic() + wait_s
    while not _can_listen(host, port):
        if time.monotonic() >= deadline:
            raise Conflict(
                f"Port {port} of {host} is used by another program.",
                f"Stop that program, or choose another port: --port {_suggestion(port)}.",
            )
        time.sleep(POLL_S)


def ask_health(host: str, port: int, timeout_s: float = 2.0) -> dict[str, Any] | None:
    """What `/health` of the station with plain HTTP says, or None while it does not answer."""
    return ask_station(f"http://{f'[{host}]' if ':' in host else host}:{port}", None, timeout_s)


def ask_station(url: str, authority: Path | None, timeout_s: float = 2.0) -> dict[str, Any] | None:
    """What the station's `/health` says, or None while it does not answer.

    Args:
        url: its address, without a slash at the end.
        authority: PEM file to check its certificate with; None = the system's.
    """
    where = urlsplit(url)
    connection: http.client.HTTPConnection | None = None
    try:
        if where.scheme == "https":
            context = ssl.create_default_context(cafile=authority)
            connection = http.client.HTTPSConnection(
                where.hostname or "", where.port, timeout=timeout_s, context=context
            )
        else:
            connection = http.client.HTTPConnection(
                where.hostname or "", where.port, timeout=timeout_s
            )
        connection.request("GET", "/health", headers={"Accept": "application/json"})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        if connection is not None:
            connection.close()
    return answer if isinstance(answer, dict) else None


def _can_listen(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        # As the station does: the remains of closed connections do not count as "in use".
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1)
        except PermissionError as error:
            raise InvalidInput(
                f"This user may not listen on port {port}.", "Choose one from 1024 up: --port 8080."
            ) from error
        except OSError as error:
            if error.errno in _NOT_OURS:
                raise InvalidInput(
                    f"{host} is no address of this machine.",
                    "Correct the setting station.host (see docs/settings.md).",
                ) from error
            return False
    return True


def free_udp_port(host: str, wanted: int) -> int:
    """`wanted`, or another one of this machine that nobody listens on just now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (wanted, 0):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Conflict(f"No UDP port of {host} is free.", "End some of the programs that hold them.")


def _suggestion(port: int) -> int:
    return port + 1 if port < 65535 else port - 1
