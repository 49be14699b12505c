"""The other end of a publication: a station's WHIP endpoint and a node that only receives."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime

import av
import flask
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from numpy.typing import NDArray

from ground_station.core.agent_protocol import FrameTimes, PublishSources, SourceGrant
from ground_station.core.aio import LoopThread
from ground_station.core.ids import new_id
from ground_station.vision.media.aiortc_private import EncodedTap, TappedFrame, use_ice_host
from tests.agentlink.station import Station

HOST = "127.0.0.1"
TOKEN = "camera-token"


@dataclass
class Publication:
    """One WHIP session as the far side sees it."""

    source_id: str
    session_id: str
    pc: RTCPeerConnection
    offer: str
    authorization: str
    frames: list[TappedFrame] = field(default_factory=list)
    deleted: bool = False
    tap: EncodedTap | None = None


class FarSide:
    """A station with `/whip/<source>`; refuses with `refuse` (status, problem) when it is set."""

    def __init__(self) -> None:
        self.station = Station(routes=self._routes)
        self.publications: list[Publication] = []
        self.refuse: tuple[int, dict[str, object]] | None = None
        self.refused = 0
        self.mute = False  # answers lead to no connection
        self.source_id = new_id()
        self._loop = LoopThread("far-side")
        self._lock = threading.Lock()

    def start(self) -> FarSide:
        self._loop.start()
        self.station.start()
        return self

    def stop(self) -> None:
        self.station.stop()
        for publication in self.publications:
            self._loop.bridge.call(publication.pc.close(), 5)
        self._loop.stop()

    def tell_to_publish(self, key: str) -> None:
        grants = [SourceGrant(key, self.source_id)]
        self.station.listener.channels[-1].call(PublishSources("/whip/", grants), 2)

    def kill_node(self) -> None:
        """The node's connections end without a goodbye to the station."""
        for publication in self.publications:
            self._loop.bridge.call(publication.pc.close(), 5)

    def times(self) -> dict[int, datetime]:
        """captured_at of every wire RTP timestamp the agent told of."""
        batches = [m for m in self.station.listener.messages if isinstance(m, FrameTimes)]
        assert all(batch.source_id == self.source_id for batch in batches)
        return {time.rtp_timestamp: time.captured_at for batch in batches for time in batch.times}

    def _routes(self, app: flask.Flask) -> None:
        app.add_url_rule("/whip/<source_id>", view_func=self._post, methods=["POST"])
        app.add_url_rule(
            "/whip/<source_id>/<session_id>", view_func=self._delete, methods=["DELETE"]
        )

    def _post(self, source_id: str) -> flask.Response:
        if self.refuse is not None:
            self.refused += 1
            status, problem = self.refuse
            response = flask.jsonify(problem)
            response.status_code = status
            response.content_type = "application/problem+json"
            return response
        offer = flask.request.get_data(as_text=True)
        authorization = flask.request.headers.get("Authorization", "")
        publication = self._loop.bridge.call(self._answer(source_id, offer, authorization), 5)
        answer = publication.pc.localDescription.sdp
        if self.mute:
            answer = re.sub(r"a=ice-pwd:\S+", "a=ice-pwd:" + 22 * "x", answer)
        response = flask.Response(answer, 201, content_type="application/sdp")
        response.headers["Location"] = f"/whip/{source_id}/{publication.session_id}"
        return response

    def _delete(self, source_id: str, session_id: str) -> flask.Response:
        for publication in self.publications:
            if publication.session_id == session_id:
                publication.deleted = True
        return flask.Response(status=200)

    async def _answer(self, source_id: str, offer: str, authorization: str) -> Publication:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        publication = Publication(source_id, new_id(), pc, offer, authorization)

        @pc.on("track")
        def on_track(track: MediaStreamTrack) -> None:
            receiver = pc.getTransceivers()[0].receiver
            publication.tap = EncodedTap(receiver, publication.frames.append, lambda: None)

        await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        use_ice_host(pc, HOST)
        await pc.setLocalDescription(await pc.createAnswer())
        self.publications.append(publication)
        return publication


def decoded(frames: list[TappedFrame]) -> list[NDArray[np.uint8]]:
    """BGR pictures; the first frame must be one a decoder can start at."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    packets = [av.Packet(frame.data) for frame in frames]
    pictures = [picture for packet in [*packets, None] for picture in decoder.decode(packet)]
    return [np.asarray(p.to_ndarray(format="bgr24"), dtype=np.uint8) for p in pictures]
