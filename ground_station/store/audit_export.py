"""The chain as JSON lines, for tools/verify_audit.py and whoever keeps it elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from ground_station.core.audit_form import time_text
from ground_station.store.audit_rows import HEADS, RECORDS
from ground_station.store.engine import Database

FORMAT = "kestrel-audit-export-1"
_SLICE = 1000


def export_lines(
    database: Database, exported_at: datetime, organisation_id: str | None = None
) -> Iterator[str]:
    """One JSON object a line: what it is, each record with the heads over it, the end.

    Args:
        organisation_id: only this organisation's records and the installation's own; of the others
            only the hashes are there, so that the chain still holds together.
    """
    with database.read() as session:
        last = session.scalar(select(func.max(RECORDS.c.seq))) or 0
    yield _line(
        what=FORMAT,
        exported_at=time_text(exported_at),
        organisation_id=organisation_id,
        last_seq=last,
    )
    done = heads = 0
    while done < last:
        until = min(done + _SLICE, last)
        with database.read() as session:
            rows = [dict(row) for row in session.execute(_between(RECORDS, done, until)).mappings()]
            signed = {
                row["seq"]: dict(row)
                for row in session.execute(_between(HEADS, done, until)).mappings()
            }
        for row in rows:
            yield _line(**_shown(row, organisation_id))
            if row["seq"] in signed:
                heads += 1
                head = signed.pop(row["seq"])
                yield _line(what="head", **{**head, "signed_at": time_text(head["signed_at"])})
        for head in signed.values():  # over a record that is not there: the reader must see it
            yield _line(what="head", **{**head, "signed_at": time_text(head["signed_at"])})
        done = until
    with database.read() as session:
        beyond = select(HEADS).where(HEADS.c.seq > last).order_by(HEADS.c.seq)
        for row in [dict(one) for one in session.execute(beyond).mappings()]:
            yield _line(what="head", **{**row, "signed_at": time_text(row["signed_at"])})
    yield _line(what="end", last_seq=last)


def _between(table: Any, after: int, until: int) -> Any:
    return select(table).where(table.c.seq > after, table.c.seq <= until).order_by(table.c.seq)


def _shown(row: dict[str, Any], organisation_id: str | None) -> dict[str, object]:
    owner = row["organisation_id"]
    if organisation_id is not None and owner is not None and owner != organisation_id:
        kept = ("seq", "previous_hash", "hash")
        return {"what": "withheld", **{name: row[name] for name in kept}}
    return {
        "what": "record",
        **row,
        "recorded_at": time_text(row["recorded_at"]),
        "details": json.loads(row["details"]),
    }


def _line(**parts: object) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")) + "\n"
