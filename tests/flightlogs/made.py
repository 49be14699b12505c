"""Small logs made here, byte by byte, so that what is read of them is known."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from pymavlink.dialects.v20 import ardupilotmega as mav

MADE_US: Final = 1_700_000_000_000_000  # 14 November 2023

# --- ArduPilot -----------------------------------------------------------------------------------

_FMT: Final = 0x80
_SIZES: Final = {"Q": "Q", "I": "I", "L": "i", "f": "f", "B": "B", "H": "H", "n": "4s", "Z": "64s"}


class Bin:
    """Writes messages after having said how each kind is written."""

    def __init__(self) -> None:
        self.data = b""
        self._kinds: dict[str, tuple[int, str]] = {}
        self._format(_FMT, "FMT", "BBnNZ", "Type,Length,Name,Format,Columns", 89)

    def kind(self, name: str, form: str, columns: str) -> None:
        number = len(self._kinds) + 1
        size = 3 + struct.calcsize("<" + "".join(_SIZES[one] for one in form))
        self._kinds[name] = (number, form)
        self._format(number, name, form, columns, size)

    def add(self, name: str, *values: object) -> None:
        number, form = self._kinds[name]
        packed = struct.pack(
            "<" + "".join(_SIZES[one] for one in form),
            *[one.encode() if isinstance(one, str) else one for one in values],
        )
        self.data += bytes([0xA3, 0x95, number]) + packed

    def _format(self, number: int, name: str, form: str, columns: str, size: int) -> None:
        body = struct.pack(
            "<BB4s16s64s", number, size, name.encode(), form.encode(), columns.encode()
        )
        self.data += bytes([0xA3, 0x95, _FMT]) + body


def bin_log(seconds: int = 20) -> bytes:
    """A hop of an ArduCopter to 10 m and back, at ten positions a second."""
    log = Bin()
    log.kind("MSG", "QZ", "TimeUS,Message")
    log.kind("GPS", "QBIHBLLf", "TimeUS,Status,GMS,GWk,NSats,Lat,Lng,Alt")
    log.kind("POS", "QLLff", "TimeUS,Lat,Lng,Alt,RelHomeAlt")
    log.kind("ATT", "Qfff", "TimeUS,Roll,Pitch,Yaw")
    log.kind("BAT", "QBffB", "TimeUS,Inst,Volt,Curr,RemPct")
    log.kind("MODE", "QBB", "TimeUS,Mode,ModeNum")
    log.kind("EV", "QB", "TimeUS,Id")
    log.kind("ERR", "QBB", "TimeUS,Subsys,ECode")
    log.add("MSG", 1_000_000, "ArduCopter V4.5.0 (abc)")
    # 14 November 2023 22:13:20 UTC in GPS weeks (with 18 leap seconds)
    log.add("GPS", 1_000_000, 3, 252_818_000, 2288, 14, 515000000, -2000000, 20.0)
    log.add("MODE", 1_000_000, 4, 4)
    log.add("EV", 1_000_000, 10)
    for tenth in range(seconds * 10):
        at_us = 1_000_000 + tenth * 100_000
        height_m = min(tenth / 10, seconds - tenth / 10)
        log.add("POS", at_us, 515000000 + tenth * 10, -2000000, 20.0 + height_m, height_m)
        log.add("ATT", at_us, 1.0, -2.0, 90.0)
        if tenth % 10 == 0:
            log.add("BAT", at_us, 0, 16.0, 5.0, 90 - tenth // 10)
    log.add("ERR", seconds * 1_000_000 + 950_000, 6, 1)
    log.add("EV", seconds * 1_000_000 + 1_000_000, 11)
    log.add("POS", seconds * 1_000_000 + 1_100_000, 515000000, -2000000, 20.0, 0.0)
    return log.data


# --- MAVLink -------------------------------------------------------------------------------------


class Tlog:
    """Messages, each with the time at which a ground station had it."""

    def __init__(self) -> None:
        self.data = b""
        self._sides: dict[tuple[int, int], mav.MAVLink] = {}

    def add(
        self, at_s: float, message: mav.MAVLink_message, system: int = 1, part: int = 1
    ) -> None:
        side = self._sides.setdefault((system, part), mav.MAVLink(None, system, part))
        stamp = MADE_US + round(at_s * 1e6)
        self.data += struct.pack(">Q", stamp) + message.pack(side)


def heartbeat(armed: bool, mode: int = 4) -> mav.MAVLink_message:
    return mav.MAVLink_heartbeat_message(2, 3, 128 | 1 if armed else 1, mode, 4, 3)


def position(tenth: int, height_m: float) -> mav.MAVLink_message:
    return mav.MAVLink_global_position_int_message(
        tenth * 100, 515000000 + tenth * 10, -2000000, 20000 + round(height_m * 1000),
        round(height_m * 1000), 100, 200, -50, 9000,
    )  # fmt: skip


def tlog(seconds: int = 20) -> bytes:
    """A hop like `bin_log`, with a ground station beside it."""
    log = Tlog()
    for tenth in range(seconds * 10):
        at_s = tenth / 10
        height_m = min(at_s, seconds - at_s)
        if tenth % 10 == 0:
            log.add(at_s, heartbeat(armed=tenth < seconds * 10 - 10))
            log.add(at_s, mav.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3), 255, 190)
            log.add(
                at_s,
                mav.MAVLink_sys_status_message(
                    0, 0, 0, 0, 16000, 500, 90 - tenth // 10, 0, 0, 0, 0, 0, 0
                ),
            )
        log.add(at_s, position(tenth, height_m))
        if tenth == 20:
            take_off = mav.MAVLink_command_long_message(1, 1, 22, 0, 0, 0, 0, 0, 0, 0, 10)
            log.add(at_s, take_off, 255, 190)
            log.add(at_s, mav.MAVLink_command_ack_message(22, 0))
            log.add(at_s, mav.MAVLink_statustext_message(4, b"Low battery"))
    return log.data


# --- PX4 -----------------------------------------------------------------------------------------


class Ulog:
    """Topics as PX4 writes them."""

    def __init__(self, formats: dict[str, str]) -> None:
        self.data = b"ULog\x01\x12\x35\x01" + struct.pack("<Q", 1_000_000)
        self._flags()
        self._ids = {name: index for index, name in enumerate(formats)}
        for name, fields in formats.items():
            self._message("F", f"{name}:uint64_t timestamp;{fields}".encode())
        self._info("sys_name", b"PX4")
        for name, index in self._ids.items():
            self._message("A", struct.pack("<BH", 0, index) + name.encode())

    def add(self, name: str, at_us: int, packed: bytes) -> None:
        self._message("D", struct.pack("<HQ", self._ids[name], at_us) + packed)

    def text(self, at_us: int, words: str) -> None:
        self._message("L", b"6" + struct.pack("<Q", at_us) + words.encode())

    def _flags(self) -> None:
        self._message("B", bytes(40))

    def _info(self, key: str, value: bytes) -> None:
        name = f"char[{len(value)}] {key}".encode()
        self._message("I", bytes([len(name)]) + name + value)

    def _message(self, kind: str, body: bytes) -> None:
        self.data += struct.pack("<HB", len(body), ord(kind)) + body


def ulog(seconds: int = 20) -> bytes:
    """A hop like the others."""
    log = Ulog(
        {
            "vehicle_global_position": "double lat;double lon;float alt;",
            "vehicle_attitude": "float[4] q;",
            "vehicle_status": "uint8_t nav_state;uint8_t arming_state;bool failsafe;",
            "battery_status": "float voltage_v;float current_a;float remaining;bool connected;",
            "home_position": "float alt;bool valid_alt;",
            "vehicle_gps_position": "uint64_t time_utc_usec;int32_t lat;uint8_t fix_type;"
            "uint8_t satellites_used;",
            "vehicle_land_detected": "bool landed;",
        }
    )
    log.add("home_position", 1_000_000, struct.pack("<f?", 20.0, True))
    log.add(
        "vehicle_gps_position",
        1_000_000,
        struct.pack("<QiBB", MADE_US, 515000000, 3, 14),
    )
    log.add("vehicle_status", 1_000_000, struct.pack("<BB?", 3, 2, False))
    log.add("vehicle_land_detected", 1_000_000, struct.pack("<?", True))
    log.add("vehicle_land_detected", 2_000_000, struct.pack("<?", False))
    log.text(3_000_000, "Takeoff detected")
    for tenth in range(seconds * 10):
        at_us = 1_000_000 + tenth * 100_000
        height_m = min(tenth / 10, seconds - tenth / 10)
        log.add(
            "vehicle_global_position",
            at_us,
            struct.pack("<ddf", 51.5 + tenth * 1e-6, -0.2, 20.0 + height_m),
        )
        log.add("vehicle_attitude", at_us, struct.pack("<4f", 0.7071068, 0, 0, 0.7071068))
        if tenth % 10 == 0:
            left = 0.9 - tenth / 1000
            log.add("battery_status", at_us, struct.pack("<fff?", 16.0, 5.0, left, True))
    log.add("vehicle_land_detected", seconds * 1_000_000, struct.pack("<?", True))
    log.add("vehicle_status", seconds * 1_000_000 + 500_000, struct.pack("<BB?", 3, 1, False))
    return log.data


def kept(folder: Path, data: bytes, name: str = "log") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
