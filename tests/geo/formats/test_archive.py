"""Archives of zone files: what is unpacked, and what is refused before it costs anything."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib

import pytest

from geo.formats import archive
from geo.formats.archive import Entry, unpack
from geo.formats.reading import MAX_FILE_BYTES, FileRefused
from tests.geo.formats.kml_text import zipped


def refused(data: bytes, wanted: tuple[str, ...] = (".kml",)) -> str:
    with pytest.raises(FileRefused) as told:
        unpack(data, wanted)
    return str(told.value)


def test_what_is_no_archive_is_one_file() -> None:
    assert unpack(b"<kml/>", (".kml",)) == (Entry("", b"<kml/>"),)


def test_a_zip_with_a_kmz_with_a_kml() -> None:
    kmz = zipped(doc__kml=b"<kml/>", icon__png=b"x")
    assert unpack(zipped(uk__kmz=kmz, readme__txt=b"hello"), (".kml",)) == (
        Entry("doc.kml", b"<kml/>"),
    )


def test_paths_are_only_names() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("../../etc/doc.kml", b"<kml/>")
        made.writestr("C:\\windows\\two.kml", b"<kml2/>")
        made.writestr("folder/", b"")
    names = [entry.name for entry in unpack(packed.getvalue(), (".kml",))]
    assert names == ["doc.kml", "two.kml"]


def test_two_files_of_one_name_are_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("a/doc.kml", b"<kml/>")
        made.writestr("b/doc.kml", b"<kml/>")
    assert "same name" in refused(packed.getvalue())


def test_nothing_that_is_wanted_is_named() -> None:
    assert "'readme.txt'" in refused(zipped(readme__txt=b"hello"))


def test_deep_nesting_is_refused() -> None:
    data = zipped(doc__kml=b"<kml/>")
    for _ in range(archive.MAX_NESTED):
        data = zipped(inner__zip=data)
    assert "deep" in refused(data)


def test_sums_are_compared() -> None:
    digest = hashlib.sha256(b"<a/>").hexdigest()
    for text in (f"{digest} *a.xml", f"{digest}  a.xml\n", digest.upper()):
        [entry] = unpack(zipped(a__xml=b"<a/>", a__sha256=text.encode()), (".xml",))
        assert entry.verified
    assert "does not fit" in refused(zipped(a__xml=b"<b/>", a__sha256=digest.encode()), (".xml",))
    assert "no SHA-256" in refused(zipped(a__xml=b"<a/>", a__sha256=b"hello"), (".xml",))
    other = f"{digest} *other.xml".encode()
    assert "nothing in it" in refused(zipped(a__xml=b"<a/>", a__sha256=other), (".xml",))


def test_a_sum_of_what_is_not_read_is_passed_over() -> None:
    data = zipped(a__xml=b"<a/>", manual__sha256=b"0" * 64 + b" *manual.pdf", manual__pdf=b"x")
    assert not unpack(data, (".xml",))[0].verified


def test_a_bomb_by_ratio_is_stopped_early() -> None:
    said = refused(zipped(doc__kml=b" " * (64 * 1024 * 1024)))
    assert "200 times" in said
    assert "'doc.kml'" in said


def test_a_bomb_by_total_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 1000)
    noise = zlib.compress(b"x")  # no matter what
    data = zipped(a__kml=noise * 40, b__kml=noise * 40, c__kml=noise * 40)
    assert "larger than" in refused(data)


def test_a_nested_bomb_counts_its_outsides_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 500_000)
    inner = zipped(doc__kml=b"<kml/>" * 50_000)
    assert "larger than" in refused(zipped(a__kmz=inner, b__zip=zipped(c__kml=b" " * 400_000)))


def test_very_many_entries_are_refused_before_they_are_listed() -> None:
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 14 + [0, 0])
    count = 1_000_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 10, len(entry) * count, 0, 0)
    said = refused(b"PK\x03\x04" + entry * count + end)
    assert "at most 1000" in said


def test_an_entry_count_is_not_believed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for number in range(1001):
            made.writestr(f"{number}.kml", b"")
    data = bytearray(packed.getvalue())
    end = data.rindex(b"PK\x05\x06")
    data[end + 8 : end + 12] = struct.pack("<2H", 3, 3)
    assert "1001 files" in refused(bytes(data))


def test_zip64_is_refused() -> None:
    data = zipped(doc__kml=b"<kml/>")
    end = data.rindex(b"PK\x05\x06")
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    assert "ZIP64" in refused(data[:end] + locator + data[end:])


def test_encrypted_and_rarely_packed_files_are_refused() -> None:
    data = bytearray(zipped(doc__kml=b"<kml/>"))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "encrypted" in refused(bytes(data))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("doc.kml", b"<kml/>")
    assert "method" in refused(packed.getvalue())


def test_a_wrong_checksum_is_refused() -> None:
    data = bytearray(zipped(doc__kml=b"<kml/>" * 100))
    data[45] ^= 0xFF
    assert "damaged" in refused(bytes(data))


@pytest.mark.parametrize("keep", [10, 40, 60, 100])
def test_one_that_breaks_off_is_refused(keep: int) -> None:
    said = refused(zipped(doc__kml=bytes(range(256)) * 10)[:keep])
    assert "not whole" in said


def test_one_that_is_too_large_is_refused() -> None:
    assert "at most" in refused(b"\x00" * (MAX_FILE_BYTES + 1))
