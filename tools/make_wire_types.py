"""Write web/src/wire/types.ts from ground_station/api/schemas.py.

    .venv/bin/python tools/make_wire_types.py          write the file
    .venv/bin/python tools/make_wire_types.py --check  exit 1 if the file is not up to date

A struct becomes an interface, an `array_like` struct a labelled tuple, a module-level Literal a
type alias. Times are ISO 8601 strings on the wire.
"""

from __future__ import annotations

import inspect
import sys
import typing
from pathlib import Path

import msgspec

# Run as a script: the checkout is not installed as a package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ground_station.api import schemas

TARGET = Path(__file__).resolve().parents[1] / "web" / "src" / "wire" / "types.ts"
HEADER = """\
// Made by tools/make_wire_types.py from ground_station/api/schemas.py: do not edit.
// Times are ISO 8601 UTC strings; what may be absent is null, never missing.
"""
PRIMITIVES: dict[type[msgspec.inspect.Type], str] = {
    msgspec.inspect.StrType: "string",
    msgspec.inspect.IntType: "number",
    msgspec.inspect.FloatType: "number",
    msgspec.inspect.BoolType: "boolean",
    msgspec.inspect.NoneType: "null",
    msgspec.inspect.DateTimeType: "string",
}


def make_types() -> str:
    """The whole TypeScript file.

    Raises:
        TypeError: a schema uses a type that has no rule here.
    """
    parts = [HEADER]
    for name, literal in _literals().items():
        parts.append(f"export type {name} = {_union_of_literal(literal)}\n")
    parts.extend(_struct(struct) for struct in _structs())
    return "\n".join(parts)


def _literals() -> dict[str, tuple[object, ...]]:
    """Module-level Literal aliases, by name."""
    return {
        name: typing.get_args(value)
        for name, value in vars(schemas).items()
        if typing.get_origin(value) is typing.Literal and not name.startswith("_")
    }


def _structs() -> list[type[msgspec.Struct]]:
    """The module's own public structs, in the order they are written."""
    return [
        value
        for name, value in vars(schemas).items()
        if inspect.isclass(value)
        and issubclass(value, msgspec.Struct)
        and value.__module__ == schemas.__name__
        and not name.startswith("_")
    ]


def _struct(struct: type[msgspec.Struct]) -> str:
    info = msgspec.inspect.type_info(struct)
    if not isinstance(info, msgspec.inspect.StructType):
        raise TypeError(f"{struct.__name__} is not a struct")
    fields = [(field.encode_name, _type(field.type)) for field in info.fields]
    if info.array_like:
        body = ",\n".join(f"  {name}: {kind}" for name, kind in fields)
        return f"{_comment(struct)}export type {struct.__name__} = [\n{body},\n]\n"
    body = "\n".join(f"  {name}: {kind}" for name, kind in fields)
    return f"{_comment(struct)}export interface {struct.__name__} {{\n{body}\n}}\n"


def _comment(struct: type[msgspec.Struct]) -> str:
    """The struct's own docstring (never one that it inherits) as a comment."""
    doc = struct.__dict__.get("__doc__")
    if not doc:
        return ""
    lines = inspect.cleandoc(doc).splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */\n"
    return "/**\n" + "".join(f" * {line}".rstrip() + "\n" for line in lines) + " */\n"


def _type(kind: msgspec.inspect.Type) -> str:
    if type(kind) in PRIMITIVES:
        return PRIMITIVES[type(kind)]
    if isinstance(kind, msgspec.inspect.LiteralType):
        return _literal(kind.values)
    if isinstance(kind, msgspec.inspect.UnionType):
        return " | ".join(_type(part) for part in kind.types)
    if isinstance(kind, msgspec.inspect.ListType):
        inner = _type(kind.item_type)
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if isinstance(kind, msgspec.inspect.DictType):
        return f"Record<string, {_type(kind.value_type)}>"
    if isinstance(kind, msgspec.inspect.CustomType) and kind.cls is object:
        return "unknown"
    if isinstance(kind, msgspec.inspect.StructType):
        return str(kind.cls.__name__)
    raise TypeError(f"no TypeScript for {kind!r}: add a rule to tools/make_wire_types.py")


def _literal(values: tuple[object, ...]) -> str:
    """The alias with these values, else the union itself (msgspec sorts a literal's values)."""
    for name, literal in _literals().items():
        if set(literal) == set(values):
            return name
    return _union_of_literal(values)


def _union_of_literal(values: tuple[object, ...]) -> str:
    return " | ".join(f"'{value}'" for value in values)


def main(arguments: list[str]) -> int:
    """Write the file, or with --check say whether it is up to date."""
    text = make_types()
    if arguments == ["--check"]:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        if current == text:
            return 0
        print(
            "web/src/wire/types.ts is out of date: run tools/make_wire_types.py.", file=sys.stderr
        )
        return 1
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
