"""Every kind of tampering is found, by the product's own check and by the stand-alone one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ground_station.core.audit import Act, Actor, AuditEntry, Detail
from ground_station.core.audit_form import canonical as canonical_of_product
from ground_station.core.audit_form import head_bytes, record_bytes, record_hash
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Unavailable
from ground_station.store.audit_chain import SIGN_EVERY_S, AuditChain
from ground_station.store.audit_export import export_lines
from ground_station.store.audit_keys import AuditKeys
from ground_station.store.audit_rows import RECORDS, head_of, record_of
from ground_station.store.audit_verifier import AuditVerifier
from ground_station.store.audit_verify import ChainBroken, check_all
from ground_station.store.engine import database_file, open_database
from tests.prepared import prepare_copy
from tools import verify_audit

STRANGER = Path(verify_audit.__file__)
TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"


class Kept:
    """A chain of eleven records: signed, its key changed once, signed again."""

    def __init__(self, folder: Path) -> None:
        prepare_copy(folder)
        self.folder = folder
        self.database = open_database(database_file(folder))
        self.clock = ManualClock()
        self.chain = AuditChain(self.database, self.clock, AuditKeys(folder))

    def fill(self) -> None:
        for number in range(4):
            self.add(number)
        self.chain.sign()  # over record 5
        self.chain.rotate_key()  # record 6
        for number in range(5):
            self.add(number)
        self.chain.sign()  # over record 11

    def add(self, number: int, organisation: str = "o-1") -> None:
        self.clock.advance(1)
        self.chain.append(
            AuditEntry(
                Act.VIDEO_WATCHED, Actor.USER, "u-1", organisation, details={"number": number}
            )
        )

    def tamper(self, *statements: str) -> None:
        """As somebody who owns the database file would."""
        with self.database.write() as session:
            for name in session.scalars(text(TRIGGERS)).all():
                session.execute(text(f"DROP TRIGGER {name}"))
            for statement in statements:
                session.execute(text(statement))

    def export(self, organisation: str | None = None) -> Path:
        file = self.folder / "export.jsonl"
        lines = export_lines(self.database, self.clock.now(), organisation)
        file.write_text("".join(lines), encoding="utf-8")
        return file


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    one = Kept(tmp_path / "var")
    one.fill()
    yield one
    one.database.close()


def stranger(file: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(STRANGER), str(file), *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=file.parent,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_whole_chain_passes(kept: Kept) -> None:
    check = check_all(kept.database)
    assert (check.up_to, check.signed_up_to, check.notices) == (11, 11, [])
    status, said = stranger(kept.export())
    assert status == 0, said
    assert "Whole: 11 records; signed up to record 11." in said


def rewritten(kept: Kept, seq: int) -> list[str]:
    """What somebody would do who changes a record and mends every hash after it."""
    with kept.database.read() as session:
        rows = [
            dict(row)
            for row in session.execute(RECORDS.select().order_by(RECORDS.c.seq)).mappings()
        ]
    statements, previous = [], ""
    for row in rows[seq - 1 :]:
        record = record_of(row)
        entry = (
            replace(record.entry, actor_id="somebody else") if row["seq"] == seq else record.entry
        )
        previous = previous or record.previous_hash
        found = record_hash(
            record_bytes(
                record.seq, record.record_id, record.recorded_at, entry, row["details"], previous
            )
        )
        statements.append(
            f"UPDATE audit_records SET actor_id = '{entry.actor_id}', hash = '{found}', "
            f"previous_hash = '{previous}' WHERE seq = {row['seq']} AND act = 'video_watched'"
        )
        previous = found
    return statements


def forged(kept: Kept) -> list[str]:
    """A head signed with a key of one's own."""
    with kept.database.read() as session:
        row = session.execute(text("SELECT * FROM audit_heads WHERE seq = 11")).mappings().one()
    known = dict(row) | {"signed_at": kept.clock.now()}
    head = head_of(known)
    signature = Ed25519PrivateKey.generate().sign(head_bytes(head)).hex()
    return [f"UPDATE audit_heads SET signature = '{signature}' WHERE seq = 11"]


TAMPERED: dict[str, str] = {
    "recorded_at": "2026-01-01 00:00:09.000000",
    "act": "signed_in",
    "actor": "agent",
    "details": '{"number": 7}',
}
TAMPERINGS: dict[str, Callable[[Kept], list[str]]] = {
    f"changed {column}": lambda _, column=column: [  # type: ignore[misc]
        f"UPDATE audit_records SET {column} = '{value}' WHERE seq = 3"
        for value in [TAMPERED.get(column, "other")]
    ]
    for column in (
        "record_id",
        "recorded_at",
        "organisation_id",
        "act",
        "actor",
        "actor_id",
        "subject_kind",
        "subject_id",
        "purpose",
        "details",
        "previous_hash",
        "hash",
    )
}
TAMPERINGS |= {
    "removed one": lambda _: ["DELETE FROM audit_records WHERE seq = 4"],
    "removed the first": lambda _: ["DELETE FROM audit_records WHERE seq = 1"],
    "removed the end": lambda _: ["DELETE FROM audit_records WHERE seq > 9"],
    "removed all": lambda _: ["DELETE FROM audit_records"],
    "swapped": lambda _: [
        "UPDATE audit_records SET seq = 99 WHERE seq = 3",
        "UPDATE audit_records SET seq = 3 WHERE seq = 4",
        "UPDATE audit_records SET seq = 4 WHERE seq = 99",
    ],
    "changed and all hashes mended": lambda kept: rewritten(kept, 8),
    "changed the head": lambda _: ["UPDATE audit_heads SET key_id = 'a' WHERE seq = 11"],
    "forged a head": forged,
    "moved a head": lambda _: ["UPDATE audit_heads SET seq = 10 WHERE seq = 11"],
    "a key of one's own": lambda _: [
        'UPDATE audit_records SET details = replace(details, \'"public_key":"\', '
        '\'"public_key":"00\') WHERE seq = 6'
    ],
}


@pytest.mark.parametrize("how", sorted(TAMPERINGS))
def test_tampering_is_found_by_both(kept: Kept, how: str) -> None:
    kept.tamper(*TAMPERINGS[how](kept))
    with pytest.raises(ChainBroken) as found:
        check_all(kept.database)
    status, said = stranger(kept.export())
    assert status == 1, said
    assert said.startswith("WRONG: ")
    assert str(found.value.seq) in said or how == "removed all"


def test_a_wrong_key_in_the_folder_signs_nothing(kept: Kept) -> None:
    """Never a silently new key: the chain goes on unsigned, and says so."""
    (kept.folder / "keys" / "audit.pem").unlink()
    kept.add(6)
    kept.chain.sign()
    state = kept.chain.state()
    assert (state.last_seq, state.signed_up_to, state.broken) == (12, 11, False)
    assert "is missing" in state.problem
    assert "--lost" in state.remedy
    AuditKeys(kept.folder).make_first()  # somebody puts another one there
    kept.chain.sign()
    assert "not the one that the audit log names" in kept.chain.state().problem
    with pytest.raises(Unavailable):
        kept.chain.rotate_key()
    kept.chain.rotate_key(lost=True)
    state = kept.chain.state()
    assert (state.signed_up_to, state.problem) == (13, "")
    check = check_all(kept.database)
    assert len(check.notices) == 1
    status, said = stranger(kept.export())
    assert status == 0
    assert "at record 13 the key was replaced" in said


def test_a_damaged_key_is_a_problem_and_records_go_on(kept: Kept) -> None:
    (kept.folder / "keys" / "audit.pem").write_text("no key")
    kept.chain.start()
    assert "cannot be read" in kept.chain.state().problem
    kept.add(7)
    kept.chain.stop()
    assert check_all(kept.database).up_to == 12


def test_a_change_of_key_that_was_cut_off_is_finished(kept: Kept) -> None:
    """The record was committed, but the new key file was not yet in its place."""
    keys = kept.folder / "keys"
    old = (keys / "audit.pem").read_bytes()
    kept.chain.rotate_key()
    new = (keys / "audit.pem").read_bytes()
    (keys / "audit.next.pem").write_bytes(new)
    (keys / "audit.pem").write_bytes(old)
    kept.add(8)
    kept.chain.sign()
    assert kept.chain.state().problem == ""
    assert (keys / "audit.pem").read_bytes() == new
    assert check_all(kept.database).signed_up_to == 13


def test_heads_by_time_and_at_the_stop(kept: Kept) -> None:
    kept.add(1)
    kept.chain._sign_if_due()
    assert kept.chain.state().signed_up_to == 11
    kept.clock.advance(SIGN_EVERY_S)
    kept.chain._sign_if_due()
    assert kept.chain.state().signed_up_to == 12
    kept.add(2)
    kept.chain.start()
    kept.chain.stop()
    assert kept.chain.state().signed_up_to == 13


def test_the_background_check_finds_it_too(kept: Kept) -> None:
    verifier = AuditVerifier(kept.database, kept.chain, kept.clock)
    verifier.step()
    assert kept.chain.state().verified_up_to == 11
    kept.add(1)
    verifier.step()
    assert kept.chain.state().verified_up_to == 12
    kept.tamper("UPDATE audit_records SET purpose = 'x' WHERE seq = 12")
    verifier.step()  # what it has checked, it checks again in a day
    assert not kept.chain.state().broken
    kept.clock.advance(24 * 3600)
    verifier.step()
    state = kept.chain.state()
    assert state.broken
    assert "Record 12 was changed" in state.problem


def test_an_organisations_export_withholds_the_others(kept: Kept) -> None:
    kept.add(1, organisation="o-2")
    kept.chain.sign()
    file = kept.export("o-2")
    shown = [json.loads(line) for line in file.read_text().splitlines()]
    owners = {line["organisation_id"] for line in shown if line["what"] == "record"}
    assert owners == {None, "o-2"}
    assert "u-1" not in "".join(json.dumps(x) for x in shown if x["what"] == "withheld")
    status, said = stranger(file)
    assert status == 0, said
    assert "9 records of other organisations" in said


def test_a_kept_head_shows_a_chain_that_was_replaced(kept: Kept, tmp_path: Path) -> None:
    _, said = stranger(kept.export())
    end = said.split("keep elsewhere: ")[1].strip()
    other = Kept(tmp_path / "other")
    other.fill()
    status, said = stranger(other.export())
    assert status == 0
    status, said = stranger(other.export(), "--head", end)
    assert (status, "not the one you kept" in said) == (1, True)
    kept.tamper("DELETE FROM audit_records WHERE seq > 6", "DELETE FROM audit_heads WHERE seq > 6")
    assert stranger(kept.export())[0] == 0  # nothing inside can show this
    status, said = stranger(kept.export(), "--head", end)
    assert (status, "records are missing" in said) == (1, True)
    other.database.close()


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda lines: lines[:-1], 1),  # cut off
        (lambda lines: lines[:3] + lines[4:], 1),
        (lambda lines: lines[1:], 2),
        (lambda lines: [*lines[:2], "not json\n", *lines[2:]], 2),
        (lambda lines: [*lines, lines[1]], 1),
        (lambda _: [], 2),
    ],
)
def test_spoilt_exports(kept: Kept, spoil: Callable[[list[str]], list[str]], status: int) -> None:
    file = kept.export()
    file.write_text("".join(spoil(file.read_text().splitlines(keepends=True))))
    assert stranger(file)[0] == status


def test_without_cryptography_it_says_so(kept: Kept, tmp_path: Path) -> None:
    blocked = (
        "import sys, runpy; sys.modules['cryptography'] = None; "
        f"sys.argv = ['verify', {str(kept.export())!r}]; "
        f"runpy.run_path({str(STRANGER)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", blocked], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3, done.stderr
    assert "NOT CHECKED: 4 signatures" in done.stdout


values: st.SearchStrategy[Detail] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_both_write_the_same_canonical_json(value: Detail) -> None:
    expected = rfc8785.dumps(value).decode()
    assert verify_audit.canonical(value) == expected
    assert canonical_of_product({"in": value}) == '{"in":' + expected + "}"


@given(
    st.dictionaries(st.text(max_size=20), values, max_size=3),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50),
)
def test_both_hash_the_same_record(details: dict[str, Detail], words: str) -> None:
    entry = AuditEntry(Act.SWEPT, Actor.STATION, words, None, words, words, words, details)
    at = ManualClock().now()
    covered = record_bytes(3, "id", at, entry, canonical_of_product(details), "0" * 64)
    assert verify_audit.canonical(json.loads(covered)).encode() == covered
    assert rfc8785.dumps(json.loads(covered)) == covered
