"""Write docs/licences-dependencies.md: every package Kestrel runs on, with its licence.

    python -m tools.make_licences [--check]

Python packages are found by following the requirements of pyproject.toml through the metadata of
what is installed; npm packages are read from web/package-lock.json. Versions are left out: the
lock files hold them. `--check` writes nothing and fails if the file is out of date.

Fails when a package states no licence that we know, or one that would bind our own code.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
OUT = ROOT / "docs" / "licences-dependencies.md"

# Packages whose metadata says it in free text or not at all: what their own files say.
STATED_ELSEWHERE = {
    "pymavlink": "LGPL-3.0-only",  # its metadata says LGPLv3
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "insightface": "MIT",  # the code; Kestrel installs none of its models
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "PSF-2.0",
    "protobuf": "BSD-3-Clause",
    "scikit-image": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "@mapbox/jsonlint-lines-primitives": "MIT",  # stated from 2.0.3 on, not yet in 2.0.2
    "xmlhttprequest-ssl": "MIT",
}
SPELLINGS = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "OFL-1.1",
        "PSF-2.0",
        "Zlib",
    }
)
# Decided one by one, for this licence only; docs/licences.md says why and what to heed.
DECIDED = {
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
    "pymavlink": "LGPL-3.0-only",
}


def name_of(text: str) -> str:
    return re.sub(r"[-_.]+", "-", text).lower()


def python_packages() -> Iterator[metadata.Distribution]:
    """What pyproject.toml's dependencies bring, themselves included, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()  # with each extra that was asked for, and without
    waiting = [(text, frozenset({""})) for text in project["dependencies"]]
    while waiting:
        text, extras = waiting.pop()
        requirement = Requirement(text)
        name = name_of(requirement.name)
        marker = requirement.marker
        asked = {(name, extra) for extra in (*requirement.extras, "")} - seen
        if asked and (marker is None or any(marker.evaluate({"extra": one}) for one in extras)):
            found[name] = metadata.distribution(requirement.name)
            seen |= asked
            wanted = frozenset(extra for _name, extra in asked)
            waiting += [(inner, wanted) for inner in found[name].requires or []]
    yield from (found[name] for name in sorted(found))


def python_licence(package: metadata.Distribution) -> str:
    """An SPDX expression; "" where the metadata says nothing that we understand."""
    about = package.metadata
    name = name_of(about["Name"])
    if name in STATED_ELSEWHERE:
        return STATED_ELSEWHERE[name]
    classifiers = [
        text.rsplit(" :: ", 1)[1]
        for text in about.get_all("Classifier") or []
        if text.startswith("License ::") and text != "License :: OSI Approved"
    ]
    expressions = [str(text) for text in about.get_all("License-Expression") or []]
    stated = [*expressions, *map(str, about.get_all("License") or []), *classifiers]
    known = [SPELLINGS.get(text, text) for text in stated if is_allowed(SPELLINGS.get(text, text))]
    return known[0] if known and not expressions else "".join(expressions)


def npm_packages() -> Iterator[tuple[str, str]]:
    """(name, licence) of what ends up in the page."""
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    found = {
        path.rsplit("node_modules/", 1)[1]: str(about.get("license", ""))
        for path, about in lock["packages"].items()
        if path and not about.get("dev") and not about.get("optional")
    }
    for name, licence in sorted(found.items()):
        yield name, licence or STATED_ELSEWHERE.get(name, "")


def is_allowed(expression: str) -> bool:
    """Whether a licence expression names only licences that let our code stay Apache-2.0."""
    terms = re.split(r"\s+(?:AND|OR)\s+", expression.strip("()"))
    return all(term.strip("()") in ALLOWED for term in terms)


def table(rows: list[tuple[str, str]]) -> str:
    lines = [f"| {name} | {licence or 'not stated'} |" for name, licence in rows]
    return "\n".join(["| package | licence |", "|---|---|", *lines])


def document(python: list[tuple[str, str]], npm: list[tuple[str, str]]) -> str:
    return (
        "# Licences of dependencies\n\n"
        "Made by `python -m tools.make_licences`; do not edit it here. `docs/licences.md`\n"
        "says what to heed about some of them.\n\n"
        f"## Python ({len(python)})\n\n{table(python)}\n\n"
        f"## In the web page ({len(npm)})\n\n{table(npm)}\n"
    )


def main(arguments: list[str]) -> int:
    python = [(name_of(p.metadata["Name"]), python_licence(p)) for p in python_packages()]
    npm = list(npm_packages())
    bad = [
        f"{name}: {licence or 'none stated'}"
        for name, licence in python + npm
        if not is_allowed(licence) and DECIDED.get(name) != licence
    ]
    if bad:
        sys.stderr.write("Licences that need a decision of ours:\n  " + "\n  ".join(bad) + "\n")
        return 1
    content = document(python, npm)
    if "--check" in arguments:
        if OUT.read_text(encoding="utf-8") == content:
            return 0
        sys.stderr.write(f"{OUT.name} is out of date: run python -m tools.make_licences.\n")
        return 1
    OUT.write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
