"""The outbox: what it returned for is there again, and what it cannot keep it refuses."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ground_station.agentlink import outbox_file
from ground_station.agentlink.durable_sender import AGAIN_AFTER_S, PAUSE_S, UNDER_WAY, DurableSender
from ground_station.agentlink.outbox import Outbox
from ground_station.core.agent_durable import AlertRaised, Durable, Received
from ground_station.core.clock import ManualClock
from ground_station.core.entities import Severity
from ground_station.core.errors import InvalidInput, Unavailable

Open = Callable[..., Outbox]


def alert(text: str = "Something fell.") -> AlertRaised:
    return AlertRaised("camera_moved", Severity.CAUTION, text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "outbox.db"


@pytest.fixture
def opened(file: Path) -> Iterator[Open]:
    made: list[Outbox] = []

    def make(**bounds: int) -> Outbox:
        made.append(Outbox(file, ManualClock(), **bounds))
        return made[-1]

    yield make
    for outbox in made:
        outbox.close()


def texts(outbox: Outbox) -> list[str]:
    return [m.payload.text for _seq, m in outbox.after(0, 10_000, 10**9)]


def test_messages_are_there_again_in_order(opened: Open, file: Path) -> None:
    outbox = opened()
    ids = [outbox.put(alert(str(n))) for n in range(20)]
    outbox.close()
    assert file.stat().st_mode & 0o777 == 0o600
    again = opened()
    assert [m.message_id for _seq, m in again.after(0, 100, 10**9)] == ids
    assert texts(again) == [str(n) for n in range(20)]
    assert again.waiting == 20


def test_what_is_acknowledged_is_forgotten_also_on_the_disk(opened: Open) -> None:
    outbox = opened()
    ids = [outbox.put(alert(str(n))) for n in range(5)]
    outbox.acknowledged([*ids[:2], "of somebody else"])
    assert texts(outbox) == ["2", "3", "4"]
    outbox.close()
    assert texts(opened()) == ["2", "3", "4"]


def test_what_was_put_survives_kill_9(file: Path) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ground_station.agentlink.outbox import Outbox\n"
        "from ground_station.core.clock import SystemClock\n"
        "from tests.agentlink.test_outbox import alert\n"
        "box = Outbox(Path(sys.argv[1]), SystemClock())\n"
        "while True:\n"
        "    print(box.put(alert()), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    kept = [process.stdout.readline().strip() for _ in range(50)]
    process.send_signal(signal.SIGKILL)
    kept += [line.strip() for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait()
    outbox = Outbox(file, ManualClock())
    found = [m.message_id for _seq, m in outbox.after(0, 10**6, 10**9)]
    outbox.close()
    assert found[: len(kept)] == kept
    assert len(found) - len(kept) <= 1  # written, and killed before it could say so


def test_many_threads_share_commits(opened: Open) -> None:
    outbox = opened()
    threads = [
        threading.Thread(target=lambda: [outbox.put(alert()) for _ in range(25)]) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outbox.waiting == 500
    assert len({m.message_id for _seq, m in outbox.after(0, 1000, 10**9)}) == 500


@pytest.mark.parametrize("bounds", [{"max_messages": 3}, {"max_bytes": 600}])
def test_a_full_outbox_refuses_and_keeps_what_it_has(opened: Open, bounds: dict[str, int]) -> None:
    outbox = opened(**bounds)
    ids = []
    with pytest.raises(Unavailable, match=r"full.*wait for the station"):
        ids += [outbox.put(alert()) for _ in range(4)]
    kept = texts(outbox)
    assert 1 <= len(kept) <= 3
    if "max_messages" in bounds:
        assert "full" in outbox.problem
    outbox.acknowledged([m.message_id for _seq, m in outbox.after(0, 1, 10**9)])
    outbox.put(alert("again"))
    assert texts(outbox)[-1] == "again"


def test_a_full_disk_refuses_and_loses_nothing(opened: Open) -> None:
    outbox = opened()
    first = outbox.put(alert("first"))
    pages = outbox._database.execute("PRAGMA page_count").fetchone()[0]
    outbox._database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(Unavailable, match="disk is full") as refused:
        outbox.put_all([alert("x" * 400)] * 100)
    assert "space" in refused.value.remedy
    assert "disk is full" in outbox.problem
    assert outbox.after(0, 1, 10**9)[0][1].message_id == first
    count = len(texts(outbox))
    assert outbox.waiting == count
    outbox._database.execute("PRAGMA max_page_count = 100000")
    outbox.put(alert("after"))
    assert outbox.problem == ""
    assert len(texts(outbox)) == count + 1


def test_a_read_only_disk_refuses(opened: Open) -> None:
    outbox = opened()
    outbox.put(alert("kept"))
    outbox._database.execute("PRAGMA query_only = ON")
    with pytest.raises(Unavailable, match="read-only"):
        outbox.put(alert())
    assert texts(outbox) == ["kept"]


@pytest.mark.parametrize("damage", ["no database", "cut short", "other tables", "newer layout"])
def test_a_damaged_file_is_kept_aside_and_named(opened: Open, file: Path, damage: str) -> None:
    outbox = opened()
    for number in range(200):
        outbox.put(alert(f"{number} " + "x" * 200))
    outbox.close()
    before = file.read_bytes()
    if damage == "no database":
        file.write_bytes(b"not a database" * 1000)
    elif damage == "cut short":
        file.write_bytes(before[: len(before) // 2])
    else:
        database = sqlite3.connect(file)
        database.execute(
            "PRAGMA user_version = 99" if damage == "newer layout" else "PRAGMA user_version = 0"
        )
        database.close()
    again = opened()
    [aside] = file.parent.glob("outbox.db.damaged-*Z")
    assert aside.name in again.problem
    again.put(alert("new"))
    assert texts(again)[-1] == "new"
    if damage in ("other tables", "newer layout"):
        assert len(texts(again)) == 201  # what could be read of it


class Killed(BaseException):
    """Nothing in between catches it."""


def damage_one(file: Path) -> None:
    database = sqlite3.connect(file)
    database.execute("INSERT INTO messages (message_id, body) VALUES ('x', 'no message')")
    database.commit()
    database.close()


@pytest.mark.parametrize("step", ["before the move", "moved", "new one made", "before the name"])
def test_a_process_killed_while_it_saves_a_damaged_file_goes_on_at_the_next_start(
    opened: Open, file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    outbox = opened()
    outbox.put_all([alert(str(number)) for number in range(50)])
    outbox.close()
    damage_one(file)
    with monkeypatch.context() as patch:
        kill_at(patch, step)
        with pytest.raises(Killed):
            opened()
    again = opened()
    assert texts(again) == [str(number) for number in range(50)]
    [kept] = file.parent.glob("outbox.db.damaged-*Z")
    assert kept.name in again.problem
    again.acknowledged([m.message_id for _seq, m in again.after(0, 100, 10**9)])
    again.close()
    last = opened()  # and it is not saved over and over
    assert texts(last) == []
    assert last.problem == ""


def kill_at(patch: pytest.MonkeyPatch, step: str) -> None:
    def die(*_args: object) -> None:
        raise Killed

    rename, renames = Path.rename, [0]

    def rename_or_die(path: Path, to: Path) -> Path:
        renames[0] += 1
        if step == "before the move" or renames[0] > 1:
            raise Killed
        return rename(path, to)

    if step == "moved":
        patch.setattr(outbox_file, "_sync_folder", die)
    elif step == "new one made":
        patch.setattr(outbox_file, "_readable", die)
    else:
        patch.setattr(Path, "rename", rename_or_die)


def test_a_damaged_file_of_which_only_a_part_was_moved(opened: Open, file: Path) -> None:
    outbox = opened()
    outbox.put_all([alert(str(number)) for number in range(50)])
    live = file.read_bytes(), Path(f"{file}-wal").read_bytes()  # as a power cut leaves them
    outbox.close()
    file.unlink()
    assert live[1]
    file.with_name(f"{file.name}.unsalvaged-20261124T000000000000Z").write_bytes(live[0])
    Path(f"{file}-wal").write_bytes(live[1])
    again = opened()
    assert texts(again) == [str(number) for number in range(50)]
    assert "damaged-20261124T000000000000Z" in again.problem


def test_two_processes_never_share_one(opened: Open, file: Path) -> None:
    opened()
    with pytest.raises(Unavailable, match="another process"):
        Outbox(file, ManualClock())


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be opened"):
        Outbox(tmp_path / "file" / "outbox.db", ManualClock())


def test_what_breaks_the_protocol_is_refused_at_once(opened: Open) -> None:
    outbox = opened()
    for wrong in (
        AlertRaised("Camera Moved", Severity.CAUTION, "x"),
        AlertRaised("camera_moved", Severity.CAUTION, ""),
        AlertRaised("camera_moved", Severity.CAUTION, "x" * 501),
        AlertRaised("camera_moved", Severity.CAUTION, "x", lat=91.0),
        AlertRaised("camera_moved", Severity.CAUTION, "\ud800"),
        AlertRaised("camera_moved", Severity.CAUTION, "NUL \x00"),
        AlertRaised("camera_moved", Severity.CAUTION, "x", "two\nlines"),
        AlertRaised("camera_moved", Severity.CAUTION, "x", source_key="cam\x1b"),
    ):
        with pytest.raises(InvalidInput):
            outbox.put(wrong)
    assert outbox.waiting == 0


def test_a_closed_outbox_refuses(opened: Open) -> None:
    outbox = opened()
    outbox.close()
    with pytest.raises(Unavailable, match="closed"):
        outbox.put(alert())


# --- the window ----------------------------------------------------------------------------------


def ids_of(messages: list[Durable]) -> list[str]:
    return [message.message_id for message in messages]


def test_the_window_moves_with_acknowledgements(opened: Open) -> None:
    outbox = opened()
    ids = outbox.put_all([alert(str(n)) for n in range(UNDER_WAY + 50)])
    sender = DurableSender(outbox)
    assert ids_of(sender.take(0.0)) == ids[:UNDER_WAY]
    assert sender.take(0.1) == []
    sender.received(Received(ids[:30]), 0.2)
    assert ids_of(sender.take(0.3)) == ids[UNDER_WAY : UNDER_WAY + 30]
    sender.received(Received(ids[30 : UNDER_WAY + 30]), 0.4)
    assert ids_of(sender.take(0.5)) == ids[UNDER_WAY + 30 :]
    sender.received(Received(ids), 0.6)
    assert sender.take(0.7) == []
    assert sender.waiting == 0


def test_what_is_unheard_is_sent_again_from_the_oldest(opened: Open) -> None:
    outbox = opened()
    ids = outbox.put_all([alert(str(n)) for n in range(3)])
    sender = DurableSender(outbox)
    sender.take(0.0)
    sender.received(Received(ids[1:2]), 0.1)
    assert sender.take(AGAIN_AFTER_S - 0.1) == []
    assert ids_of(sender.take(AGAIN_AFTER_S + 0.1)) == [ids[0], ids[2]]
    sender.restart()  # a new connection
    assert ids_of(sender.take(AGAIN_AFTER_S + 0.2)) == [ids[0], ids[2]]


def test_a_station_that_cannot_keep_them_is_asked_again_later(opened: Open) -> None:
    outbox = opened()
    ids = outbox.put_all([alert("1"), alert("2")])
    sender = DurableSender(outbox)
    sender.take(0.0)
    sender.received(Received([], "The station's disk is full."), 1.0)
    assert sender.problem == "The station's disk is full."
    assert sender.take(1.0 + PAUSE_S - 0.1) == []
    assert ids_of(sender.take(1.0 + PAUSE_S + 0.1)) == ids
    sender.received(Received(ids), 5.0)
    assert sender.problem == ""


def test_no_envelope_grows_beyond_its_bounds(opened: Open) -> None:
    outbox = opened()
    outbox.put_all([alert("ä" * 500)] * 10)
    assert len(outbox.after(0, 10, 2500)) == 2
    assert len(outbox.after(0, 10, 1)) == 1


def test_its_folder_is_private(opened: Open, file: Path) -> None:
    opened()
    assert file.parent.stat().st_mode & 0o777 == 0o700
