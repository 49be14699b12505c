"""An archive of a backup or export: one tar file, readable by its owner only, which begins with a
manifest that names every other member with its size and SHA-256. It is made beside its target and
takes the target's name when it is whole and on the disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Literal

import msgspec

from ground_station.core.errors import Conflict, IntegrityError, NotFound, Unavailable

MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 4_000_000
MAX_MEMBERS = 10_000
FORM = 1  # of the archive itself
_CHUNK = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]*(/[A-Za-z0-9][A-Za-z0-9._ -]*){0,5}")


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file in an archive. `rows`: how many lines an exported table has."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the archive is.

    Attributes:
        release: of the product that made it. revision: of the database's tables.
        database: which kind the copy is of; "" in an export.
        organisation_id: whose export it is; "" in a backup.
    """

    form: int
    what: Literal["backup", "export"]
    release: str
    revision: str
    made_at: datetime
    database: Literal["sqlite", "postgresql", ""]
    organisation_id: str
    files: list[Member]


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """A private folder on the target's disk, gone at the end.

    Raises:
        Conflict: the target is there already: nothing is ever overwritten.
        Unavailable: its folder cannot be written, or the disk is full.
    """
    if target.exists() or target.is_symlink():
        raise Conflict(f"{target} is there already.", "Choose another name.")
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise _cannot_write(target, error) from error
    try:
        yield folder
    except OSError as error:
        raise _cannot_write(target, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cannot_write(target: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"{target} cannot be written: {error.strerror}.",
        "Choose a folder that you may write to, with enough free space.",
    )


def member_of(folder: Path, name: str, rows: int | None = None) -> Member:
    """The line of a file for the manifest."""
    file = folder / name
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return Member(name=name, size=file.stat().st_size, sha256=digest, rows=rows)


def write_archive(folder: Path, manifest: Manifest, target: Path) -> None:
    """Pack the files of the manifest, from the working folder.

    Raises:
        OSError: it cannot be written (`working_folder` says it in words). Conflict: the target
            came into being meanwhile.
    """
    partial = folder / ".archive.partial"
    text = folder / MANIFEST
    text.write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
    descriptor = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        with tarfile.open(fileobj=opened, mode="w", format=tarfile.PAX_FORMAT) as packed:
            for name in (MANIFEST, *(member.name for member in manifest.files)):
                packed.add(folder / name, name, recursive=False, filter=_plain)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        os.link(partial, target)  # unlike a rename it never takes the place of another file
    except FileExistsError:
        raise Conflict(f"{target} is there already.", "Choose another name.") from None
    sync_folder(target.parent)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of this machine's users."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def sync_folder(folder: Path) -> None:
    """What was renamed in it outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unpack(archive: Path, into: Path, expected: Literal["backup", "export"]) -> Manifest:
    """Take a whole archive apart, every size and hash compared.

    Args:
        into: an empty folder of ours; what is in it after an error is not to be used.

    Raises:
        NotFound: there is no such file.
        IntegrityError: it is none of ours, half-written, changed, or has a member that its
            manifest does not name or that points out of the folder.
        Unavailable: the disk is full or cannot be written.
    """
    try:
        with archive.open("rb") as opened, tarfile.open(fileobj=opened, mode="r:") as packed:
            manifest = _manifest(archive, packed, expected)
            _unpack_members(archive, packed, manifest.files, into)
    except FileNotFoundError:
        raise NotFound(f"There is no file {archive}.") from None
    except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
        raise _damaged(archive, f"it is no whole tar file ({error})") from error
    except OSError as error:
        raise Unavailable(f"{archive} cannot be unpacked to {into}: {error.strerror}.") from error
    return manifest


def _manifest(archive: Path, packed: tarfile.TarFile, expected: str) -> Manifest:
    first = packed.next()
    if first is None or first.name != MANIFEST or not first.isreg():
        raise _damaged(archive, "it does not begin with a manifest")
    if first.size > MAX_MANIFEST_BYTES:
        raise _damaged(archive, "its manifest is far too long")
    opened = packed.extractfile(first)
    assert opened is not None
    try:
        found = msgspec.json.decode(opened.read(MAX_MANIFEST_BYTES), type=Manifest)
    except msgspec.MsgspecError as error:
        raise _damaged(archive, f"its manifest cannot be read: {error}") from error
    if found.form != FORM:
        raise IntegrityError(
            f"{archive} has the form {found.form}, which this release does not know.",
            "Use the release that made it.",
        )
    if found.what != expected:
        raise _damaged(archive, f"it is a {found.what}, no {expected}")
    names = [member.name for member in found.files]
    if len(names) > MAX_MEMBERS or len(set(names)) != len(names):
        raise _damaged(archive, "its manifest names too much, or a file twice")
    for name in names:
        if _NAME.fullmatch(name) is None or name == MANIFEST:
            raise _damaged(archive, "its manifest names a file outside it")
    return found


def _unpack_members(
    archive: Path, packed: tarfile.TarFile, files: Sequence[Member], into: Path
) -> None:
    missing = {member.name: member for member in files}
    while (info := packed.next()) is not None:
        member = missing.pop(info.name, None)
        if member is None or not info.isreg() or info.size != member.size:
            raise _damaged(archive, f"{info.name[:100]!r} in it is not as its manifest says")
        source = packed.extractfile(info)
        assert source is not None
        target = into.joinpath(*PurePosixPath(member.name).parts)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _copy(source, target) != member.sha256:
            raise _damaged(archive, f"{member.name} in it is not as its manifest says")
    if missing:
        raise _damaged(archive, f"{sorted(missing)[0]} is missing in it")


def _copy(source: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            opened.write(chunk)
        opened.flush()
        os.fsync(opened.fileno())
    return digest.hexdigest()


def _damaged(archive: Path, why: str) -> IntegrityError:
    return IntegrityError(
        f"{archive} is not a whole archive of Kestrel: {why}.", "Use another backup."
    )
