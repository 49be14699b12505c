#!/usr/bin/env python3
"""Check an export of Kestrel's audit log without trusting Kestrel: python3 verify_audit.py FILE

This one file needs Python 3.9 or newer and nothing else; with the package `cryptography` installed
it checks the Ed25519 signatures as well. The file comes from `run.py audit export FILE`.

Exit status: 0 whole and every signature checked; 1 something is wrong; 2 the file cannot be read;
3 the chain is whole, but the signatures were NOT checked (no `cryptography`).

What it checks: sequence numbers without gaps; each record's SHA-256 over its canonical JSON
(RFC 8785); each record's link to the one before; each signed head; each change of the signing key;
that no head speaks of records which are missing. --head SEQ:HASH compares with a head you kept
yourself, --key HEX with the public key you know: only those two show a chain that was replaced as
a whole by somebody who holds the machine.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CAN_CHECK_SIGNATURES = True
except ImportError:
    CAN_CHECK_SIGNATURES = False

FORMAT = "kestrel-audit-export-1"
FIRST = "0" * 64
COVERED = (
    "act",
    "actor",
    "actor_id",
    "details",
    "organisation_id",
    "previous_hash",
    "purpose",
    "record_id",
    "recorded_at",
    "seq",
    "subject_id",
    "subject_kind",
)
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
OK, WRONG, UNREADABLE, NOT_SIGNED = 0, 1, 2, 3


class Wrong(Exception):
    """The chain is not what was written."""


def canonical(value: Any) -> str:
    """Canonical JSON (RFC 8785) of null, booleans, whole numbers, text, lists and objects."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise Wrong("there is a number beyond 2^53")
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(_escaped(letter) for letter in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return (
            "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
        )
    raise Wrong(f"there is a {type(value).__name__}, which no record holds")


def _escaped(letter: str) -> str:
    if letter in SHORT:
        return SHORT[letter]
    return f"\\u{ord(letter):04x}" if letter < " " else letter


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode("utf-8")).hexdigest()


class Chain:
    """Walks the lines of an export."""

    def __init__(
        self, known_head: tuple[int, str] | None = None, known_key: str | None = None
    ) -> None:
        self.seq, self.hash, self.key, self.key_id = 0, FIRST, "", ""
        self.signed, self.withheld, self.unchecked = 0, 0, 0
        self.notices: list[str] = []
        self.known_head, self.known_key = known_head, known_key

    def record(self, line: dict[str, Any]) -> None:
        seq = line["seq"]
        if seq != self.seq + 1:
            raise Wrong(f"record {self.seq + 1} is missing")
        if line["previous_hash"] != self.hash:
            raise Wrong(f"record {seq} does not follow from record {self.seq}")
        if line["what"] == "withheld":
            self.withheld += 1
            if seq == 1:
                raise Wrong("the beginning of the chain is withheld")
        else:
            if set(line) != {"what", "hash", *COVERED}:
                raise Wrong(f"record {seq} has other parts than a record has")
            if sha256({name: line[name] for name in COVERED}) != line["hash"]:
                raise Wrong(f"record {seq} was changed: its hash does not fit")
            self._keys(line)
        self.seq, self.hash = seq, line["hash"]
        if self.known_head and self.known_head[0] == seq and self.known_head[1] != self.hash:
            raise Wrong(f"record {seq} is not the one you kept the hash of")

    def _keys(self, line: dict[str, Any]) -> None:
        seq, act, details = line["seq"], line["act"], line["details"]
        if (act == "chain_begun") != (seq == 1):
            raise Wrong(f"record {seq} is not where a chain begins")
        if act not in ("chain_begun", "key_rotated"):
            return
        key, key_id = details["public_key"], details["key_id"]
        if act == "key_rotated":
            self._handed_over(line)
        if key and hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32] != key_id:
            raise Wrong(f"the key that record {seq} names is not that key")
        if seq == 1 and self.known_key and key != self.known_key:
            raise Wrong("the chain was not begun with the key you know")
        if not key:
            self.notices.append("the chain was begun without a signing key")
        self.key, self.key_id = key, key_id

    def _handed_over(self, line: dict[str, Any]) -> None:
        seq, details = line["seq"], line["details"]
        if details.get("lost") is True:
            self.notices.append(
                f"at record {seq} the key was replaced without the former one's signature: it was "
                "declared lost; ask who did that, and why"
            )
            return
        covered = {
            "what": "kestrel-audit-rotation-1",
            "old_key_id": self.key_id,
            "new_public_key": details["public_key"],
            "previous_hash": line["previous_hash"],
        }
        self._verify(details["signature"], covered, f"the change of key in record {seq}")

    def head(self, line: dict[str, Any]) -> None:
        seq = line["seq"]
        if seq > self.seq:
            raise Wrong(f"record {self.seq + 1} is missing: a head is signed up to {seq}")
        if seq != self.seq or line["hash"] != self.hash:
            raise Wrong(f"the signed head over record {seq} names another hash")
        if line["key_id"] != self.key_id:
            raise Wrong(f"the head over record {seq} is signed with a wrong key")
        covered = {name: line[name] for name in ("seq", "hash", "signed_at", "key_id")}
        covered["what"] = "kestrel-audit-head-1"
        self._verify(line["signature"], covered, f"the head over record {seq}")
        self.signed = seq

    def _verify(self, signature: str, covered: dict[str, Any], what: str) -> None:
        if not CAN_CHECK_SIGNATURES:
            self.unchecked += 1
            return
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(bytes.fromhex(signature), canonical(covered).encode("utf-8"))
        except (InvalidSignature, ValueError):
            raise Wrong(f"the signature of {what} is false") from None

    def end(self, line: dict[str, Any]) -> None:
        if line["last_seq"] != self.seq:
            raise Wrong(f"record {self.seq + 1} is missing")
        if self.known_head and self.known_head[0] > self.seq:
            raise Wrong(f"records are missing: you kept the hash of record {self.known_head[0]}")


def walk(lines: Iterator[str], chain: Chain) -> None:
    """Check every line; Wrong says what is wrong first."""
    first, ended = json.loads(next(lines, "null")), False
    if not isinstance(first, dict) or first.get("what") != FORMAT:
        raise ValueError("this is no export of Kestrel's audit log")
    for text in lines:
        if ended:
            raise Wrong("something follows the end")
        line = json.loads(text)
        what = line["what"]
        if what in ("record", "withheld"):
            chain.record(line)
        elif what == "head":
            chain.head(line)
        elif what == "end":
            chain.end(line)
            ended = True
        else:
            raise ValueError(f"there is a line of another kind: {what!r}")
    if not ended:
        raise Wrong(f"the export is cut off after record {chain.seq}")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an export of Kestrel's audit log.")
    parser.add_argument("file")
    parser.add_argument("--head", metavar="SEQ:HASH", help="a head that you kept yourself")
    parser.add_argument("--key", metavar="HEX", help="the first public key, as you know it")
    given = parser.parse_args(argv)
    try:
        seq, _, kept = (given.head or "").partition(":")
        known = (int(seq), kept) if given.head else None
        chain = Chain(known, given.key)
        with Path(given.file).open(encoding="utf-8") as lines:
            walk(iter(lines), chain)
    except Wrong as wrong:
        print(f"WRONG: {wrong}.")
        return WRONG
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        print(f"The file cannot be read: {type(error).__name__}: {error}")
        return UNREADABLE
    for notice in chain.notices:
        print(f"Note: {notice}.")
    if chain.withheld:
        print(f"Note: {chain.withheld} records of other organisations are here as hashes only.")
    print(f"Whole: {chain.seq} records; signed up to record {chain.signed}.")
    print(f"Its end, to keep elsewhere: {chain.seq}:{chain.hash}")
    if not CAN_CHECK_SIGNATURES:
        print(f"NOT CHECKED: {chain.unchecked} signatures (install `cryptography`).")
        return NOT_SIGNED
    return OK


if __name__ == "__main__":
    sys.exit(main())
