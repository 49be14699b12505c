"""Write web/src/wire/types.ts from ground_station/api/schemas/, and authority.ts beside it.

    .venv/bin/python tools/make_wire_types.py          write the files
    .venv/bin/python tools/make_wire_types.py --check  exit 1 if one is not up to date

A struct becomes an interface, an `array_like` struct a labelled tuple, a module-level Literal a
type alias. Times are ISO 8601 strings on the wire. authority.ts holds who may do what, so that a
control that is not allowed can say who could; the station decides all the same.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

# Run as a script: the checkout is not installed as a package.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ground_station.api import schemas
from ground_station.core import authority
from ground_station.core.audit import Act

TARGET = Path(__file__).resolve().parents[1] / "web" / "src" / "wire" / "types.ts"
HEADER = """\
// Made by tools/make_wire_types.py from ground_station/api/schemas/: do not edit.
// Times are ISO 8601 UTC strings; what may be absent is null, never missing.
"""
AUTHORITY_HEADER = """\
// Made by tools/make_wire_types.py from ground_station/core/authority.py and audit.py: do not edit.
// For words and reasons only: the station decides.
"""
PRIMITIVES: dict[type[msgspec.inspect.Type], str] = {
    msgspec.inspect.StrType: "string",
    msgspec.inspect.IntType: "number",
    msgspec.inspect.FloatType: "number",
    msgspec.inspect.BoolType: "boolean",
    msgspec.inspect.NoneType: "null",
    msgspec.inspect.DateTimeType: "string",
    msgspec.inspect.DateType: "string",  # 2026-11-24
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
    """The package's public structs, module by module in the order they are written."""
    return [
        value
        for name, value in vars(schemas).items()
        if inspect.isclass(value)
        and issubclass(value, msgspec.Struct)
        and value.__module__.startswith(f"{schemas.__name__}.")
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
    primitive = PRIMITIVES.get(type(kind))
    if primitive is not None:
        return primitive
    rule = RULES.get(type(kind))
    if rule is None or (isinstance(kind, msgspec.inspect.CustomType) and kind.cls is not object):
        raise TypeError(f"no TypeScript for {kind!r}: add a rule to tools/make_wire_types.py")
    return rule(kind)


def _list(kind: Any) -> str:
    inner = _type(kind.item_type)
    return f"({inner})[]" if " " in inner else f"{inner}[]"


def _dict(kind: Any) -> str:
    if not isinstance(kind.key_type, msgspec.inspect.StrType):
        raise TypeError("no TypeScript for a dict whose keys are not strings: add a rule")
    return f"Record<string, {_type(kind.value_type)}>"


RULES: dict[type[msgspec.inspect.Type], Callable[[Any], str]] = {
    msgspec.inspect.LiteralType: lambda kind: _literal(kind.values),
    msgspec.inspect.UnionType: lambda kind: " | ".join(_type(part) for part in kind.types),
    msgspec.inspect.ListType: _list,
    msgspec.inspect.DictType: _dict,
    msgspec.inspect.CustomType: lambda _kind: "unknown",  # object: whatever JSON there is
    msgspec.inspect.AnyType: lambda _kind: "unknown",
    msgspec.inspect.StructType: lambda kind: str(kind.cls.__name__),
}


def _literal(values: tuple[object, ...]) -> str:
    """The alias with these values, else the union itself (msgspec sorts a literal's values)."""
    for name, literal in _literals().items():
        if set(literal) == set(values):
            return name
    return _union_of_literal(values)


def _union_of_literal(values: tuple[object, ...]) -> str:
    return " | ".join(f"'{value}'" for value in values)


def make_authority() -> str:
    """The whole of authority.ts: roles, permissions, purposes and acts, with their words."""
    parts = [AUTHORITY_HEADER]
    for enum in (authority.Role, authority.Permission, authority.Purpose, Act):
        values = "\n  | ".join(f"'{value}'" for value in enum)
        parts.append(f"export type {enum.__name__} =\n  | {values}\n")
    parts.append(_words("ROLE_WORDS", authority.Role))
    parts.append(_words("PERMISSION_WORDS", authority.Permission))
    parts.append(_words("PURPOSE_WORDS", authority.Purpose))
    parts.append(_words("ACT_WORDS", Act))
    rows = "".join(
        f"  {role}: [{', '.join(repr(str(p)) for p in sorted(granted))}],\n"
        for role, granted in authority.ROLE_PERMISSIONS.items()
    )
    parts.append(
        "export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {\n" + rows + "}\n"
    )
    return "\n".join(parts)


def _words(name: str, enum: type[StrEnum]) -> str:
    rows = "".join(f"  {value}: '{_capital(authority.words(value))}',\n" for value in enum)
    return f"export const {name}: Record<{enum.__name__}, string> = {{\n{rows}}}\n"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def main(arguments: list[str]) -> int:
    """Write the files, or with --check say whether they are up to date."""
    made = {TARGET: make_types(), TARGET.with_name("authority.ts"): make_authority()}
    if arguments == ["--check"]:
        old = [
            path
            for path, text in made.items()
            if (path.read_text(encoding="utf-8") if path.exists() else "") != text
        ]
        for path in old:
            print(f"{path.name} is out of date: run tools/make_wire_types.py.", file=sys.stderr)
        return 1 if old else 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
