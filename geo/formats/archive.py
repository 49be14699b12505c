"""Archives of zone files (ZIP, KMZ, one in the other), unpacked in memory within limits.

Nothing is written anywhere, and the paths inside an archive are only names. Everything odd
(encryption, rare compression, many files, much more content than bytes) is refused.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from geo.formats.reading import MAX_FILE_BYTES, MAX_UNPACKED_BYTES, FileRefused

MAX_ENTRIES = 1000  # of one archive; the real ones have one to three
MAX_NESTED = 3  # archives in each other: NATS publishes two
MAX_RATIO = 200  # of content to bytes, of one entry; real ones have 16
_RATIO_FROM = 1024 * 1024  # below it no ratio matters
_MAX_DIRECTORY = 1024 * 1024
_READ = 64 * 1024
_ARCHIVES = (".zip", ".kmz")
_SUM = re.compile(r"\b([0-9a-fA-F]{64})\b(?:[ \t]+\*?(\S[^\r\n]*))?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its name without folders ("" if it was in no archive) and its content.

    `verified`: a SHA-256 beside it in the archive was compared, and it fits.
    """

    name: str
    data: bytes
    verified: bool = False


def is_archive(data: bytes) -> bool:
    """Whether it begins as a ZIP or KMZ does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(data: bytes, wanted: tuple[str, ...]) -> tuple[Entry, ...]:
    """The files whose names end so (".kml"), from archives at any depth allowed; what is no archive
    is one file without a name.

    Raises:
        FileRefused: too large packed or unpacked, not whole, encrypted, or odd in another way; a
            SHA-256 beside a file that does not fit it; no such file in it.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileRefused(
            f"It has {len(data) / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB are read."
        )
    if not is_archive(data):
        return (Entry("", data),)
    opened = _Opened(wanted)
    opened.archive(data, "the archive", 1)
    if not opened.found:
        raise FileRefused(
            f"The archive has no {' or '.join(wanted)} file. It has: "
            f"{', '.join(opened.seen[:10]) or 'nothing'}."
        )
    return tuple(opened.found)


class _Opened:
    """What was found so far, and how many bytes that took."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.wanted = wanted
        self.found: list[Entry] = []
        self.seen: list[str] = []
        self._unpacked = 0

    def archive(self, data: bytes, called: str, depth: int) -> None:
        if depth > MAX_NESTED:
            raise FileRefused(f"{called}: archives are in each other more than {MAX_NESTED} deep.")
        _check_directory(data, called)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                entries = [self._entry(opened, info) for info in _infos(opened, called)]
        except FileRefused:
            raise
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            struct.error,
            UnicodeError,
            ValueError,
            OSError,
            RuntimeError,  # zipfile's word for a password
        ) as error:
            raise FileRefused(f"{called} is damaged: {str(error)[:150]}.") from error
        unpacked = [entry for entry in entries if entry is not None]
        for entry in _verified(unpacked, called, (*self.wanted, *_ARCHIVES)):
            if entry.name.lower().endswith(_ARCHIVES):
                self.archive(entry.data, f"{called}'s {entry.name!r}", depth + 1)
            elif entry.name.lower().endswith(self.wanted):
                self.found.append(entry)

    def _entry(self, opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Entry | None:
        """An entry that matters, unpacked; None of others, which are not unpacked at all."""
        name = re.split(r"[/\\]", info.filename)[-1][:120]
        if not name or name.startswith("."):
            return None  # a folder, or what a file system hides
        self.seen.append(repr(name))
        if not name.lower().endswith((*self.wanted, *_ARCHIVES, ".sha256")):
            return None
        if info.flag_bits & 0x1:
            raise FileRefused(f"{name!r} in the archive is encrypted.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FileRefused(f"{name!r} in the archive is packed by a method that is not read.")
        content = bytearray()
        with opened.open(info) as stream:
            while chunk := stream.read(_READ):
                content += chunk
                self._count(name, len(chunk), len(content), info.compress_size)
        return Entry(name, bytes(content))

    def _count(self, name: str, more: int, content: int, packed: int) -> None:
        self._unpacked += more
        if self._unpacked > MAX_UNPACKED_BYTES:
            raise FileRefused(
                f"Its content is larger than {MAX_UNPACKED_BYTES / 1e6:.0f} MB unpacked "
                f"(at {name!r}); it was not unpacked further."
            )
        if content > _RATIO_FROM and content > MAX_RATIO * max(packed, 1):
            raise FileRefused(
                f"{name!r} in the archive holds more than {MAX_RATIO} times its packed size, as "
                "files do that are made to fill a memory; it was not unpacked further."
            )


def _check_directory(data: bytes, called: str) -> None:
    """Refuses a directory of very many entries before anything makes a list of it."""
    end = len(data) - 22
    if end < 0 or data[end : end + 4] != b"PK\x05\x06" or data[-2:] != b"\x00\x00":
        end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if end < 0 or len(data) < end + 22:
        raise FileRefused(f"{called} is not whole: its directory, at the end, is missing.")
    entries, size = struct.unpack("<HI", data[end + 10 : end + 16])
    if data[max(0, end - 20) : end - 16] == b"PK\x06\x07":
        raise FileRefused(f"{called} is of the kind for very large content (ZIP64): not read.")
    if entries > MAX_ENTRIES or size > _MAX_DIRECTORY:
        raise FileRefused(
            f"{called} lists {entries} files or more; at most {MAX_ENTRIES} are read."
        )


def _infos(opened: zipfile.ZipFile, called: str) -> list[zipfile.ZipInfo]:
    infos = opened.infolist()
    if len(infos) > MAX_ENTRIES:  # its directory said fewer
        raise FileRefused(f"{called} lists {len(infos)} files; at most {MAX_ENTRIES} are read.")
    return infos


def _verified(entries: list[Entry], called: str, read: tuple[str, ...]) -> list[Entry]:
    """The entries without the sums, each compared with the sums that are meant for it. `read`: how
    the names end of what is unpacked."""
    sums = [entry for entry in entries if entry.name.lower().endswith(".sha256")]
    files = {entry.name: entry for entry in entries if not entry.name.lower().endswith(".sha256")}
    if len(files) + len(sums) < len(entries):
        raise FileRefused(f"{called} holds two files of the same name.")
    for each in sums:
        found = _SUM.search(each.data[:4096].decode("utf-8", "replace"))
        if found is None:
            raise FileRefused(f"{called}: {each.name!r} holds no SHA-256.")
        meant = _meant(each.name, found[2] or "", files)
        if meant is None and found[2] and not found[2].strip().lower().endswith(read):
            continue  # of something that is not unpacked at all
        if meant is None:
            raise FileRefused(f"{called}: nothing in it is what {each.name!r} is the SHA-256 of.")
        if hashlib.sha256(meant.data).hexdigest() != found[1].lower():
            raise FileRefused(
                f"{meant.name!r} does not fit its SHA-256 in {each.name!r}: it was changed or "
                "damaged after it was published. Fetch it again."
            )
        files[meant.name] = Entry(meant.name, meant.data, verified=True)
    return list(files.values())


def _meant(name: str, said: str, files: dict[str, Entry]) -> Entry | None:
    """The file that a sum is of: the one it names, else that of the same stem, else the only."""
    by_lower = {each.lower(): entry for each, entry in files.items()}
    said = re.split(r"[/\\]", said.strip())[-1].lower()
    if said:
        return by_lower.get(said)
    stem = name[: -len(".sha256")].lower()
    same = [entry for each, entry in by_lower.items() if each == stem or each[:-4] == stem]
    if len(same) == 1:
        return same[0]
    return next(iter(files.values())) if len(files) == 1 else None
