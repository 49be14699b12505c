"""A second ground station on the way between a simulated vehicle and ours, as a radio has it."""

from __future__ import annotations

import queue
import select
import socket
import threading
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mav

from tests.ports import free_udp_port

STATION_ID, COMPONENT = 254, 190
WITHIN_S = 5.0
_MISSION = {"MISSION_COUNT", "MISSION_REQUEST", "MISSION_ITEM_INT", "MISSION_ACK"}


class SecondStation:
    """Passes everything between the vehicle (which sends to `port`) and ours (at `to_port`), and
    sends missions of its own.

    Attributes:
        overheard: whether ours gets what the vehicle says to this one.
    """

    def __init__(self, to_port: int) -> None:
        self.port = free_udp_port()
        self.overheard = True
        self._vehicle = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._vehicle.bind(("127.0.0.1", self.port))
        self._ours = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ours.connect(("127.0.0.1", to_port))
        self._vehicle_at: Any = None
        self._mav = mav.MAVLink(None, STATION_ID, COMPONENT)
        self._mav.robust_parsing = True
        self._heard: queue.Queue[Any] = queue.Queue(1000)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._pass_on, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(5)
        self._vehicle.close()
        self._ours.close()

    def download(self) -> list[Any]:
        """MISSION_ITEM_INTs, as the vehicle holds them."""
        self._send(mav.MAVLink_mission_request_list_message(1, 1, 0))
        count = self._next("MISSION_COUNT").count
        items = []
        for seq in range(count):
            self._send(mav.MAVLink_mission_request_int_message(1, 1, seq, 0))
            items.append(self._next("MISSION_ITEM_INT"))
        self._send(mav.MAVLink_mission_ack_message(1, 1, 0, 0))
        return items

    def upload(self, items: list[Any]) -> None:
        """Replace what the vehicle holds, and see it acknowledged."""
        self._send(mav.MAVLink_mission_count_message(1, 1, len(items), 0))
        for _ in items:
            item = items[self._next("MISSION_REQUEST").seq]
            self._send(
                mav.MAVLink_mission_item_int_message(
                    1,
                    1,
                    item.seq,
                    item.frame,
                    item.command,
                    0,
                    1,
                    item.param1,
                    item.param2,
                    item.param3,
                    item.param4,
                    item.x,
                    item.y,
                    item.z,
                    0,
                )
            )
        assert self._next("MISSION_ACK").type == 0

    def _next(self, kind: str) -> Any:
        while True:
            message = self._heard.get(timeout=WITHIN_S)
            if message.get_type() == kind:
                return message

    def _send(self, message: Any) -> None:
        self._vehicle.sendto(message.pack(self._mav), self._vehicle_at)

    def _pass_on(self) -> None:
        while not self._stop.is_set():
            ready, _, _ = select.select([self._vehicle, self._ours], [], [], 0.05)
            if self._vehicle in ready:
                data, self._vehicle_at = self._vehicle.recvfrom(65536)
                for_us = [one for one in self._mav.parse_buffer(data) or [] if _is_for_us(one)]
                for one in for_us:
                    self._heard.put(one)
                if self.overheard or not for_us:
                    self._to(self._ours, data)
            if self._ours in ready:
                data = self._ours.recv(65536)
                if self._vehicle_at is not None:
                    self._vehicle.sendto(data, self._vehicle_at)

    @staticmethod
    def _to(there: socket.socket, data: bytes) -> None:
        try:
            there.send(data)
        except ConnectionRefusedError:  # ours is not up
            return


def _is_for_us(message: Any) -> bool:
    return message.get_type() in _MISSION and message.target_system == STATION_ID
