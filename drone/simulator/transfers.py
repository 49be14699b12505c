"""MAVLink's mission protocol on the vehicle's side: missions, fences and rally points up and down,
as ArduPilot speaks it (it asks with MISSION_REQUEST, and item 0 of a mission is home)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.fence import Areas, areas_of
from drone.simulator.items import (
    MOST_ITEMS,
    Cmd,
    Frame,
    Item,
    ItemKind,
    MissionResult,
    kept,
    why_refused,
)
from drone.simulator.landed import Severity
from drone.simulator.messages import Message, mission_current
from drone.simulator.pilot import Pilot

ASK_AGAIN_S = 1.0
GIVE_UP_S = 8.0
Peer = tuple[int, int]


@dataclass(slots=True)
class _Upload:
    peer: Peer
    kind: ItemKind
    count: int
    heard_s: float
    asked_s: float
    items: list[Item] = field(default_factory=list)


class Transfers:
    """Answers the mission protocol. One upload at a time, as on the vehicle.

    Args:
        answer: sends a message.

    Attributes:
        cut_after: of an upload no item after this one is heard. refuses: it does not take the item
            of this number. None: neither.
    """

    def __init__(self, pilot: Pilot, answer: Callable[[Message], None]) -> None:
        self._pilot = pilot
        self._answer = answer
        self._fence: Sequence[Item] = ()
        self._rally: Sequence[Item] = ()
        self._upload: _Upload | None = None
        self.cut_after: int | None = None
        self.refuses: int | None = None

    def waiting(self) -> bool:
        """Whether an upload is under way."""
        return self._upload is not None

    def forget_upload(self) -> None:
        """The telemetry side restarts; what was stored stays."""
        self._upload = None

    def handle(self, message: Any, peer: Peer, now_s: float) -> bool:
        """Whether it was one of ours. Requests for kinds that are none are refused."""
        handler = self._HANDLERS.get(message.get_type())
        if handler is None:
            return False
        handler(self, message, peer, now_s)
        return True

    def tick(self, now_s: float) -> None:
        """Ask again for what did not come, and give up in the end."""
        upload = self._upload
        if upload is None:
            return
        if now_s - upload.heard_s >= GIVE_UP_S:
            self._pilot.say(Severity.WARNING, "Mission upload timeout")
            self._finish(MissionResult.CANCELLED)
        elif now_s - upload.asked_s >= ASK_AGAIN_S and not self._cut(upload):
            self._ask(upload, now_s)

    def _cut(self, upload: _Upload) -> bool:
        """Whether what comes now is not heard any more."""
        return self.cut_after is not None and len(upload.items) > self.cut_after

    # --- down ------------------------------------------------------------------------------------

    def _request_list(self, message: Any, peer: Peer, now_s: float) -> None:
        del now_s
        kind = self._kind(message, peer)
        if kind is None:
            return
        if self._upload is not None:
            self._ack(peer, MissionResult.DENIED, kind)
            return
        count = len(self._stored(kind))
        self._answer(mav.MAVLink_mission_count_message(*peer, count, kind))

    def _request(self, message: Any, peer: Peer, now_s: float) -> None:
        del now_s
        kind = self._kind(message, peer)
        if kind is None:
            return
        stored = self._stored(kind)
        if self._upload is not None or not 0 <= message.seq < len(stored):
            self._ack(peer, MissionResult.ERROR, kind)
            return
        item = stored[message.seq]
        if kind is ItemKind.MISSION and message.seq == 0:
            item = self._home_item()
        params = [0.0 if value != value else value for value in item.params]  # NaN: not kept  # noqa: PLR0124
        self._answer(
            mav.MAVLink_mission_item_int_message(
                *peer,
                message.seq,
                item.stored_frame,
                item.command,
                0,
                item.autocontinue,
                *params,
                item.x,
                item.y,
                item.z,
                kind,
            )
        )

    def _home_item(self) -> Item:
        lat, lon, amsl_m = self._pilot.home_where()
        return Item(Cmd.WAYPOINT, Frame.AMSL, x=round(lat * 1e7), y=round(lon * 1e7), z=amsl_m)

    # --- up --------------------------------------------------------------------------------------

    def _count(self, message: Any, peer: Peer, now_s: float) -> None:
        kind = self._kind(message, peer)
        if kind is None:
            return
        if self._upload is not None and self._upload.peer != peer:
            self._ack(peer, MissionResult.DENIED, kind)
            return
        if message.count > MOST_ITEMS:
            self._ack(peer, MissionResult.NO_SPACE, kind)
            return
        self._upload = _Upload(peer, kind, message.count, now_s, now_s)
        if message.count == 0:
            self._finish(self._store(kind, []))
        else:
            self._ask(self._upload, now_s)

    def _ask(self, upload: _Upload, now_s: float) -> None:
        upload.asked_s = now_s
        at = len(upload.items)
        self._answer(mav.MAVLink_mission_request_message(*upload.peer, at, upload.kind))

    def _item(self, message: Any, peer: Peer, now_s: float) -> None:
        upload = self._upload
        if upload is None or upload.peer != peer or upload.kind != message.mission_type:
            return
        if self._cut(upload):
            return
        upload.heard_s = now_s
        if not (math.isfinite(message.x) and math.isfinite(message.y)):
            self._finish(MissionResult.INVALID_PARAM5)
            return
        if message.seq != len(upload.items):
            if message.seq > len(upload.items):
                self._finish(MissionResult.INVALID_SEQUENCE)
            return  # one that came twice
        item = _item_of(message)
        refused = why_refused(upload.kind, item)
        if self.refuses == message.seq:
            refused = MissionResult.UNSUPPORTED
        if refused is not MissionResult.ACCEPTED:
            self._finish(refused)
            return
        upload.items.append(item)
        if len(upload.items) < upload.count:
            if not self._cut(upload):
                self._ask(upload, now_s)
        else:
            self._finish(self._store(upload.kind, upload.items))

    def _store(self, kind: ItemKind, items: list[Item]) -> MissionResult:
        if kind is ItemKind.MISSION:
            self._pilot.replace_mission([kept(item) for item in items])
            self._pilot.say(Severity.INFO, f"Flight plan received: {len(items)} items")
        elif kind is ItemKind.FENCE:
            areas = areas_of(items)
            if not isinstance(areas, Areas):
                return areas
            self._fence = tuple(items)
            self._pilot.replace_fence(areas, len(items))
        else:
            self._rally = tuple(items)
            self._pilot.replace_rally(items)
        return MissionResult.ACCEPTED

    def _finish(self, result: MissionResult) -> None:
        upload, self._upload = self._upload, None
        assert upload is not None
        self._ack(upload.peer, result, upload.kind)

    # --- the rest --------------------------------------------------------------------------------

    def _clear_all(self, message: Any, peer: Peer, now_s: float) -> None:
        del now_s
        kind = self._kind(message, peer)
        if kind is None:
            return
        self._upload = None
        self._ack(peer, self._store(kind, []), kind)

    def _set_current(self, message: Any, peer: Peer, now_s: float) -> None:
        del peer, now_s
        if self._pilot.mission.jump_to(self._pilot, message.seq):
            self._answer(mission_current(self._pilot, 0))

    def _acknowledged(self, message: Any, peer: Peer, now_s: float) -> None:
        """The ground station has all, or gives up; neither needs an answer."""
        del now_s
        if self._upload is not None and self._upload.peer == peer and message.type != 0:
            self._upload = None

    def _kind(self, message: Any, peer: Peer) -> ItemKind | None:
        try:
            return ItemKind(message.mission_type)
        except ValueError:
            self._ack(peer, MissionResult.UNSUPPORTED, message.mission_type)
            return None

    def _stored(self, kind: ItemKind) -> Sequence[Item]:
        stored = {ItemKind.FENCE: self._fence, ItemKind.RALLY: self._rally}
        return stored.get(kind, self._pilot.mission.items)

    def _ack(self, peer: Peer, result: MissionResult, kind: int) -> None:
        self._answer(mav.MAVLink_mission_ack_message(*peer, result, kind))

    _HANDLERS: ClassVar[dict[str, Callable[[Transfers, Any, Peer, float], None]]] = {
        "MISSION_REQUEST_LIST": _request_list,
        "MISSION_REQUEST_INT": _request,
        "MISSION_REQUEST": _request,
        "MISSION_COUNT": _count,
        "MISSION_ITEM_INT": _item,
        "MISSION_ITEM": _item,
        "MISSION_CLEAR_ALL": _clear_all,
        "MISSION_SET_CURRENT": _set_current,
        "MISSION_ACK": _acknowledged,
    }


def _item_of(message: Any) -> Item:
    """Of MISSION_ITEM_INT, or of the old MISSION_ITEM, whose x and y are degrees."""
    as_int = message.get_type() == "MISSION_ITEM_INT"
    scale = 1 if as_int or message.frame == Frame.MISSION else 1e7
    return Item(
        command=message.command,
        frame=message.frame,
        params=(message.param1, message.param2, message.param3, message.param4),
        x=round(message.x * scale),
        y=round(message.y * scale),
        z=message.z,
        autocontinue=message.autocontinue,
    )
