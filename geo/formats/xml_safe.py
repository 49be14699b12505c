"""XML from strangers, read piece by piece.

The parser is expat with every document type declaration refused: without one there are no
entities to expand, no external files and no parameter entities. Only the elements asked for are
kept, each until its reader has seen it, so that 100 MB of XML need little memory. Namespaces are
dropped: elements and attributes go by their local names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

# expat itself: the hardened wrappers are this with these handlers, in slower Python.
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from geo.formats.reading import FileRefused

MAX_DEPTH = 200  # of elements in each other; the formats here need about 25
MAX_PIECE_NODES = 200_000  # elements of one feature
MAX_PIECE_CHARS = 8 * 1024 * 1024  # and its text with its attributes
MAX_NODES = 5_000_000  # elements of one file; the whole UK has about 300,000
_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """One element that was asked for.

    Attributes:
        element: with its whole inside; None: it is larger than a feature may be.
        name: its local name. parent: the local name of the one it is in; "" of the root.
        trail: for each element that it is in, its `name` child as far as read ("" if none).
        line: where it begins, from 1.
    """

    element: Element | None
    name: str
    parent: str
    trail: tuple[str, ...]
    line: int


class Broken(Exception):
    """The XML ends or errs in the middle: what came before it was given."""


def root_of(data: bytes) -> str:
    """The local name of the root element; "" where none is found in the first part.

    Raises:
        FileRefused: it has a document type declaration, or is no XML at all from its first line.
    """
    parser = _Parser(())
    try:
        parser.feed(data[:_CHUNK], last=len(data) <= _CHUNK)
    except Broken as error:
        if not parser.root:
            raise FileRefused(f"It is not XML: {error}") from error
    return parser.root


def pieces(data: bytes, wanted: Collection[str]) -> Iterator[Piece]:
    """Every outermost element of these local names, in the order of the file.

    Raises:
        FileRefused: a document type declaration (with it entities), or elements nested too deep;
            with the line.
        Broken: not well formed, from the line that it says on.
    """
    parser = _Parser(wanted)
    for start in range(0, max(len(data), 1), _CHUNK):
        chunk = data[start : start + _CHUNK]
        try:
            parser.feed(chunk, last=start + _CHUNK >= len(data))
        except Broken:
            yield from parser.taken()  # what was whole before the fault
            raise
        yield from parser.taken()


class _Parser:
    """expat's handlers; what they collect is taken after each chunk."""

    def __init__(self, wanted: Collection[str]) -> None:
        self.root = ""
        self._wanted = frozenset(wanted)
        self._open: list[str] = []
        self._names: list[str] = []  # the `name` child of each open element
        self._found: list[Piece] = []
        self._builder: TreeBuilder | None = None
        self._inside = 0  # depth at which the present piece began; 0: none
        self._line = 0
        self._nodes = 0
        self._all_nodes = 0
        self._chars = 0
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.EntityDeclHandler = self._entity
        self._expat.ExternalEntityRefHandler = self._external
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text

    def feed(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._expat.Parse(chunk, last)
        except FileRefused:  # a ValueError, of the handlers here
            raise
        except expat.ExpatError as error:
            raise Broken(
                f"line {error.lineno}: {expat.errors.messages.get(error.code, 'not well formed')}."
            ) from error
        except (ValueError, LookupError) as error:  # an encoding Python does not have
            raise Broken(f"its encoding cannot be read: {str(error)[:100]}.") from error

    def taken(self) -> list[Piece]:
        found, self._found = self._found, []
        return found

    def _doctype(self, name: str, *_rest: object) -> None:
        raise FileRefused(
            f"It declares a document type ({name[:40]!r}, line "
            f"{self._expat.CurrentLineNumber}), which can hide entities that expand without end "
            "or read other files. Files that are read here need none."
        )

    def _entity(self, name: str, *_rest: object) -> None:
        raise FileRefused(f"It declares an entity ({name[:40]!r}), which is not read.")

    def _external(self, *_rest: object) -> int:
        raise FileRefused("It refers to an external entity, which is not read.")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        self._all_nodes += 1
        if len(self._open) >= MAX_DEPTH or self._all_nodes > MAX_NODES:
            raise FileRefused(
                f"Line {self._expat.CurrentLineNumber}: elements are nested more than "
                f"{MAX_DEPTH} deep, or there are more than {MAX_NODES:,}."
            )
        if not self._open:
            self.root = name
        if not self._inside and name in self._wanted:
            self._inside = len(self._open) + 1
            self._line = self._expat.CurrentLineNumber
            self._nodes = self._chars = 0
            self._builder = TreeBuilder()
        self._open.append(name)
        self._names.append("")
        if self._inside:
            self._begun(name, attributes)

    def _begun(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        self._chars += sum(len(key) + len(value) for key, value in attributes.items())
        if self._builder is not None:
            if self._nodes > MAX_PIECE_NODES or self._chars > MAX_PIECE_CHARS:
                self._builder = None
            else:
                self._builder.start(name, {_local(key): attributes[key] for key in attributes})

    def _end(self, tag: str) -> None:
        name = self._open.pop()
        self._names.pop()
        if not self._inside:
            return
        if self._builder is not None:
            self._builder.end(name)
        if len(self._open) + 1 == self._inside:
            self._inside = 0
            element = None if self._builder is None else self._builder.close()
            self._builder = None
            parent = self._open[-1] if self._open else ""
            if name == "name" and element is not None and self._names:
                self._names[-1] = (element.text or "").strip()[:200]
            self._found.append(Piece(element, name, parent, tuple(self._names), self._line))

    def _text(self, data: str) -> None:
        if self._inside and self._builder is not None:
            self._chars += len(data)
            if self._chars > MAX_PIECE_CHARS:
                self._builder = None
            else:
                self._builder.data(data)


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2].rpartition(":")[2]


def child(element: Element, *names: str) -> Element | None:
    """The first child of the first of these names, then its child of the next, and so on."""
    at: Element | None = element
    for name in names:
        at = None if at is None else at.find(name)
    return at


def text(element: Element | None, *names: str) -> str:
    """The text of `child`, its whitespace at the ends removed; "" if there is none."""
    found = None if element is None else child(element, *names)
    return "" if found is None else "".join(found.itertext()).strip()
