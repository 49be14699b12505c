"""How many audit records a second the chain takes: hashed, linked, committed to the disk.

Each figure is of records whose `append` had returned, so that a power cut could not take them.
SQLite runs with synchronous=FULL; PostgreSQL as its server is set.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from pydantic import SecretStr

from ground_station.core.audit import Act, Actor, AuditEntry, AuditLog
from ground_station.core.clock import SystemClock
from ground_station.core.ids import new_id

THREADS = 64
BATCH = 100


class AuditFigures(TypedDict):
    """One way of appending."""

    records: int
    seconds: float
    records_per_s: float
    append_p50_ms: float
    append_p95_ms: float
    cpu_us_per_record: float


class AuditBench(TypedDict):
    """What `measure` gives.

    `threads`: 64 threads, each appending one record at a time. `batched`: one thread, 100 at a
    time. `verify_records_per_s`: the whole chain checked again afterwards.
    """

    store: str
    threads: AuditFigures
    batched: AuditFigures
    verify_records_per_s: float
    signed_up_to: int
    last_seq: int


def measure(
    folder: Path | None = None,
    *,
    url: SecretStr | None = None,
    records: int = 50_000,
    say: Callable[[str], None] = lambda _: None,
) -> AuditBench:
    """Append to a fresh chain, in both ways, and check it.

    Args:
        folder: where the database is made and removed again; None = the temporary folder, which
            may be memory: name one on the disk that matters.
        url: of an empty PostgreSQL database instead of SQLite.
        records: in each way.
    """
    from ground_station.store import (
        check_all,
        open_audit,
        open_station_database,
        prepare_database,
    )

    place = Path(tempfile.mkdtemp(prefix="kestrel-bench-audit-", dir=folder))
    try:
        prepare_database(place, url)
        database = open_station_database(place, url)
        try:
            audit = open_audit(database, place, SystemClock())
            audit.start()
            say(f"audit: {records} records from {THREADS} threads")
            threads = _appended(audit, records, THREADS, 1)
            say(f"audit: {records} records, {BATCH} at a time")
            batched = _appended(audit, records, 1, BATCH)
            audit.stop()
            state = audit.state()
            began_s = time.perf_counter()
            checked = check_all(database)
            seconds = time.perf_counter() - began_s
            return AuditBench(
                store="sqlite, synchronous=FULL" if url is None else "postgresql",
                threads=threads,
                batched=batched,
                verify_records_per_s=round(checked.up_to / seconds, 1),
                signed_up_to=state.signed_up_to,
                last_seq=state.last_seq,
            )
        finally:
            database.close()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _appended(audit: AuditLog, records: int, threads: int, batch: int) -> AuditFigures:
    entries = [_entry() for _ in range(batch)]
    calls = records // (threads * batch)
    waits_s: list[float] = []
    errors: list[Exception] = []
    lock = threading.Lock()

    def append() -> None:
        mine: list[float] = []
        try:
            for _ in range(calls):
                began_s = time.perf_counter()
                audit.append(*entries)
                mine.append(time.perf_counter() - began_s)
        except Exception as error:  # noqa: BLE001  told by whoever waits for the threads
            errors.append(error)
        with lock:
            waits_s.extend(mine)

    running = [threading.Thread(target=append) for _ in range(threads)]
    began_s, cpu_s = time.perf_counter(), time.process_time()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    seconds, cpu_s = time.perf_counter() - began_s, time.process_time() - cpu_s
    if errors:
        raise errors[0]
    waits_s.sort()
    done = calls * threads * batch
    return AuditFigures(
        records=done,
        seconds=round(seconds, 3),
        records_per_s=round(done / seconds, 1),
        append_p50_ms=round(waits_s[len(waits_s) // 2] * 1000, 2),
        append_p95_ms=round(waits_s[int(len(waits_s) * 0.95)] * 1000, 2),
        cpu_us_per_record=round(cpu_s / done * 1e6, 1),
    )


def _entry() -> AuditEntry:
    """As long as a real one: somebody watched a camera."""
    return AuditEntry(
        Act.VIDEO_WATCHED,
        Actor.USER,
        actor_id=new_id(),
        organisation_id=new_id(),
        subject_kind="source",
        subject_id=new_id(),
        purpose="public_safety",
        details={"note": "Saturday market, report 4711", "session": new_id()},
    )
