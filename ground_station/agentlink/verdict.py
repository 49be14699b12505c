"""The station's word on a connection: the one event the transport adds to the agent protocol.

Event `verdict` (station -> agent) carries one `Reply`: `Done` after a good hello, or `Refused`
just before the station hangs up. A Socket.IO acknowledgement would not do for it: a binary
acknowledgement is two packets, which the server library may mix with a command's packets.
"""

from __future__ import annotations

from typing import Any

from ground_station.core.agent_protocol import Refused
from ground_station.core.errors import KestrelError, NotSignedIn, error_from_code

VERDICT_EVENT = "verdict"
HELLO_WITHIN_S = 5.0
SILENT_FOR_S = 10.0  # an agent sends a heartbeat every second: this one's peer or path is dead


def refusal_of_connect(reason: object) -> KestrelError:
    """The error in a refused connect's data: {"message": ..., "data": {"code", "remedy"}}."""
    fields: dict[str, Any] = reason if isinstance(reason, dict) else {}
    details = fields.get("data")
    details = details if isinstance(details, dict) else {}
    message = str(fields.get("message") or "The station refused the connection.")[:500]
    code = str(details.get("code") or NotSignedIn.code)
    return error_from_code(code, message, str(details.get("remedy") or "")[:500])


def refusal_of_verdict(reply: Refused) -> KestrelError:
    """The error a `Refused` verdict stands for."""
    return error_from_code(reply.code, reply.message, reply.remedy)
