"""An agent that says what it likes: Engine.IO and Socket.IO by hand over a WebSocket."""

from __future__ import annotations

import json

import websocket

from ground_station.agentlink.verdict import VERDICT_EVENT
from ground_station.core.agent_protocol import Envelope, Refused, decode_reply, encode
from tests.agentlink.station import NODE, Station, hello_of


class RawAgent:
    """Connected to the namespace; `hello` and the rest are the test's to send."""

    def __init__(self, station: Station, token: str = "node-token") -> None:
        url = f"ws://127.0.0.1:{station.port}/socket.io/?EIO=4&transport=websocket"
        self.socket = websocket.create_connection(url, timeout=5)
        self.socket.recv()  # the Engine.IO open packet
        self.socket.send("40/agents," + json.dumps({"token": token}))
        self.answer = str(self.socket.recv())

    def hello(self) -> RawAgent:
        self.envelope(encode(Envelope(0, [hello_of(NODE)])))
        assert self.verdict() is None
        return self

    def envelope(self, payload: bytes) -> None:
        self.socket.send('451-/agents,["m",{"_placeholder":true,"num":0}]')
        self.socket.send_binary(payload)

    def verdict(self) -> Refused | None:
        """The next verdict: None for an acceptance."""
        while VERDICT_EVENT not in str(self.socket.recv()):
            pass
        attachment = self.socket.recv()
        assert isinstance(attachment, bytes)
        reply = decode_reply(attachment)
        return reply if isinstance(reply, Refused) else None

    def dropped(self) -> bool:
        """Whether the station hangs up within the socket's timeout."""
        try:
            while self.socket.recv():
                pass
        except (websocket.WebSocketConnectionClosedException, ConnectionError):
            return True
        except websocket.WebSocketTimeoutException:
            return False
        return True

    def close(self) -> None:
        self.socket.shutdown()  # type: ignore[no-untyped-call]
