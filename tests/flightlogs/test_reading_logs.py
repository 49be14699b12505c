"""Logs of autopilots: what is read of them, and what is said of those that cannot be read."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ground_station.core.errors import Unprocessable
from ground_station.core.flight_log import FlightEvent, FlightOrigin, FlightSample, ReadLog
from ground_station.flightlogs import IsolatedReader, isolated, refusing
from ground_station.services.flight_figures import Figures, figures_of
from tests.flightlogs.made import Tlog, bin_log, heartbeat, kept, position, tlog, ulog

SHARED = Path(__file__).parents[3] / "shared" / "data" / "flightlogs"
needs_real = pytest.mark.skipif(not SHARED.is_dir(), reason="no real logs beside this checkout")
MADE = {
    FlightOrigin.ARDUPILOT_BIN: bin_log,
    FlightOrigin.MAVLINK_TLOG: tlog,
    FlightOrigin.PX4_ULOG: ulog,
}


class Log:
    """A whole log, read."""

    def __init__(self, found: ReadLog) -> None:
        self.found = found
        self.entries = list(found.entries)
        self.samples = [one for one in self.entries if isinstance(one, FlightSample)]
        self.events = [one for one in self.entries if isinstance(one, FlightEvent)]
        self.figures: Figures = figures_of(self.entries)

    def words(self, kind: str) -> list[str]:
        return [one.words for one in self.events if one.kind == kind]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes | Path], Log]:
    reader = IsolatedReader(tmp_path / "reading")

    def go(data: bytes | Path) -> Log:
        path = data if isinstance(data, Path) else kept(tmp_path, data)
        with reader(path) as found:
            log = Log(found)
        assert not list((tmp_path / "reading").iterdir())  # nothing stays behind
        return log

    return go


Read = Callable[[bytes | Path], Log]


@pytest.mark.parametrize("origin", MADE)
def test_a_hop_is_read_whatever_wrote_it(read: Read, origin: FlightOrigin) -> None:
    log = read(MADE[origin]())
    assert log.found.origin is origin
    assert log.found.dated
    began = log.samples[0].at
    assert abs((began - datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)).total_seconds()) < 1.5
    assert 98 <= len(log.samples) <= 102  # five a second
    assert log.figures.max_height_home_m == pytest.approx(10, abs=0.25)
    assert log.figures.distance_m == pytest.approx(22.1, abs=1.5)
    assert log.figures.battery_used == pytest.approx(0.19, abs=0.012)
    middle = log.samples[len(log.samples) // 2]
    assert middle.lat == pytest.approx(51.5001, abs=2e-5)
    assert middle.lon == pytest.approx(-0.2)
    assert middle.alt_amsl_m == pytest.approx(30, abs=0.5)
    assert middle.armed is True
    assert middle.voltage_v == pytest.approx(16)
    assert log.figures.took_off_at is not None
    assert log.figures.landed_at is not None


def test_an_ardupilots_words(read: Read) -> None:
    log = read(bin_log())
    assert log.found.vehicle == "ArduCopter V4.5.0 (abc)"
    assert log.found.problems == ()
    assert log.words("mode") == ["It is in guided.", "Armed.", "Disarmed."]
    assert log.words("failsafe") == ["Failsafe: battery: error 1."]
    assert log.samples[5].mode == "guided"
    assert log.samples[5].heading_deg == 90


def test_a_telemetry_logs_words(read: Read) -> None:
    log = read(tlog())
    assert log.words("command") == ["nav takeoff (22)"]
    assert log.words("answer") == ["nav takeoff (22): done."]
    [text] = [one for one in log.events if one.kind == "text"]
    assert (text.words, text.severity) == ("Low battery", "warning")
    assert log.words("mode")[:2] == ["Armed.", "It is in guided."]


def test_a_px4s_words(read: Read) -> None:
    log = read(ulog())
    assert log.found.vehicle == "PX4"
    assert log.words("text") == ["Takeoff detected"]
    assert "It took off." in log.words("mode")
    assert "It landed." in log.words("mode")
    assert log.samples[5].mode == "mission"
    assert log.samples[5].heading_deg == pytest.approx(90, abs=0.1)


def test_of_two_vehicles_one_is_read_and_that_is_said(read: Read) -> None:
    log = Tlog()
    for tenth in range(100):
        if tenth % 10 == 0:
            log.add(tenth / 10, heartbeat(True), system=7)
        if tenth % 20 == 0:
            log.add(tenth / 10, heartbeat(True), system=9)
        log.add(tenth / 10, position(tenth, 5), system=7)
        log.add(tenth / 10, position(tenth, 90), system=9)
    found = read(log.data)
    assert found.found.problems == ("Other vehicles are in it too (9): only system 7 is read.",)
    assert found.figures.max_height_home_m == 5


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "It is empty."),
        (b"PK\x03\x04 a zip file of something", "It is no log that can be read"),
        (b"time,lat,lon\n1,2,3\n", "It is no log that can be read"),
        (b"\xa3\x95\x80" + b"\x00" * 10, "is cut"),
        (b"\xa3\x95\x80" + b"\xff" * 5000, ""),
        (b"ULog\x01\x12\x35\x01", ""),
        (b"ULog\x01\x12\x35" + b"\xff" * 5000, ""),
        (b"\x00" * 8 + b"\xfe" + b"\x00" * 100, "It is no log that can be read"),
        (tlog()[:8] + b"\xfe" + b"\x01" * 3000, "No heartbeat"),
    ],
)
def test_what_is_no_log_is_refused_with_its_reason(read: Read, data: bytes, words: str) -> None:
    with pytest.raises(Unprocessable, match="This log is refused") as refused:
        read(data)
    assert words in str(refused.value)


@pytest.mark.parametrize("origin", MADE)
def test_one_that_was_cut_is_read_as_far_as_it_goes(read: Read, origin: FlightOrigin) -> None:
    data = MADE[origin]()
    log = read(data[: len(data) // 2 + 7])
    assert 30 < len(log.samples) < 70
    assert log.figures.max_height_home_m == pytest.approx(10, abs=1)


def test_a_cut_bin_says_so(read: Read) -> None:
    data = bin_log()
    log = read(data[:-10])
    [problem] = log.found.problems
    assert "cannot be read: it is cut or damaged" in problem


def test_damage_in_the_middle_costs_what_it_covers(read: Read) -> None:
    data = bytearray(bin_log())
    half = len(data) // 2
    data[half : half + 400] = os.urandom(400)
    log = read(bytes(data))
    assert len(log.samples) > 80


def test_numbers_that_are_none_are_not_known(read: Read) -> None:
    log = Tlog()
    for tenth in range(30):
        if tenth % 10 == 0:
            log.add(tenth / 10, heartbeat(True))
        log.add(tenth / 10, position(tenth, 5))
    wild = Tlog()
    wild.add(3.0, type(position(0, 0))(0, 2_000_000_000, 0, 0, 0, 0, 0, 0, 0))
    found = read(log.data + wild.data)
    assert found.samples[-1].lat is None
    assert all(one.lat is None or -90 <= one.lat <= 90 for one in found.samples)


def test_times_that_jump_are_left_out_and_told(read: Read) -> None:
    log = Tlog()
    for tenth in range(30):
        if tenth % 10 == 0:
            log.add(tenth / 10, heartbeat(True))
        log.add(tenth / 10, position(tenth, 5))
    log.add(86_400 * 30, position(30, 5))
    log.add(1.0, position(30, 5))
    found = read(log.data)
    assert found.found.problems == ("Times went back 2 times; what came so was left out.",)
    assert found.figures.last_at is not None
    assert found.figures.began_at is not None
    assert (found.figures.last_at - found.figures.began_at).total_seconds() < 4


def test_a_log_that_is_too_large_is_refused_unread(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "MAX_LOG_BYTES", 1000)
    with pytest.raises(Unprocessable, match="larger than"):
        read(tlog())


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    reader = IsolatedReader(tmp_path / "reading", max_s=0.01)
    with pytest.raises(Unprocessable, match="too long"), reader(kept(tmp_path, tlog())):
        pass
    assert not list((tmp_path / "reading").iterdir())


def test_a_reader_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated.sys, "executable", "/bin/false")  # type: ignore[attr-defined]
    reader = IsolatedReader(tmp_path / "reading")
    with pytest.raises(Unprocessable, match="Its reader ended"), reader(kept(tmp_path, tlog())):
        pass
    assert sys.executable == "/bin/false"


# --- real flights --------------------------------------------------------------------------------


@needs_real
def test_a_real_arducopter(read: Read) -> None:
    """Against what another analyser found in it."""
    folder = SHARED / "ardupilot_dronekit_la"
    expected = json.loads((folder / "log171.bin-expected-json").read_text())
    log = read(folder / "log171.bin")
    assert log.found.vehicle == "APM:Copter V3.3-dev (ae3192b8)"
    assert log.found.problems == ()
    figures = log.figures
    assert figures.max_height_home_m == pytest.approx(
        expected["maximum-altitude-relative"], abs=0.2
    )
    heights = [one.alt_amsl_m for one in log.samples if one.alt_amsl_m is not None]
    assert max(heights) == pytest.approx(expected["maximum-altitude-absolute"], abs=0.2)
    assert figures.distance_m == pytest.approx(expected["total-distance-travelled"], rel=0.06)
    armed = [one.at for one in log.samples if one.armed]
    flown_s = (armed[-1] - armed[0]).total_seconds()
    assert flown_s == pytest.approx(expected["total-flight-time"], abs=12)
    assert figures.began_at is not None
    assert figures.last_at is not None
    assert (figures.last_at - figures.began_at).total_seconds() == pytest.approx(243, abs=1)
    assert log.samples[0].at.year == 2015


@needs_real
def test_a_real_telemetry_log(read: Read) -> None:
    log = read(SHARED / "phoenix_ubc_mission1" / "2018-09-17 16-44-06.tlog")
    assert log.found.dated
    began = datetime(2018, 9, 17, 23, 44, 9, tzinfo=UTC)
    assert abs((log.samples[0].at - began).total_seconds()) < 1
    places = [(one.lat, one.lon) for one in log.samples if one.lat is not None]
    assert all(49.25 < lat < 49.27 for lat, _lon in places)
    assert log.figures.max_height_home_m == pytest.approx(20.2, abs=0.5)
    assert "APM:Copter V3.5.7 (b11c6af3)" in log.words("text")
    assert log.figures.gaps_s > 10  # the radio lost some of it


@needs_real
def test_real_px4_logs(read: Read) -> None:
    log = read(SHARED / "px4_ulog" / "sample_log_small.ulg")
    assert log.samples[0].at.date().isoformat() == "2021-04-21"
    assert log.words("text") == [
        "[commander] Takeoff detected",
        "[commander] Landing detected",
        "[commander] Disarmed by landing",
    ]
    assert log.figures.minutes == pytest.approx(1.15 / 60, abs=0.002)
    assert log.samples[10].lat == pytest.approx(63.417, abs=0.001)
    undated = read(SHARED / "px4_ulog" / "sample.ulg")
    assert not undated.found.dated
    assert undated.samples[0].at.year == 1970
    assert any("tells no date" in one for one in undated.found.problems)
    assert read(SHARED / "px4_ulog" / "sample_appended_multiple.ulg").samples


@needs_real
@pytest.mark.parametrize("share", [0.5, 0.97])
def test_a_real_log_that_was_cut(read: Read, share: float) -> None:
    for name in ("ardupilot_dronekit_la/log171.bin", "px4_ulog/sample_log_small.ulg"):
        data = (SHARED / name).read_bytes()
        assert read(data[: int(len(data) * share)]).samples


@needs_real
def test_a_real_log_of_which_only_the_beginning_is_left(read: Read) -> None:
    data = (SHARED / "px4_ulog" / "sample_log_small.ulg").read_bytes()
    with pytest.raises(Unprocessable, match="This log is refused"):
        read(data[:2000])
