"""What this product is made of, and whether anything in it is known to be vulnerable.

`python -m ground_station.cli.supply_chain audit` asks the advisory services through the package
registries as they are configured here; one that cannot be asked is said to be NOT CHECKED (exit
status 77, which the summary of `run.py test` shows as skipped). `... sbom` writes var/sbom/ and
compares it with the lock files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ground_station.bootstrap.node import find_node
from ground_station.bootstrap.places import Places, checkout

GOOD, BAD, NOT_CHECKED = 0, 1, 77
TIMEOUT_S = 240
PYTHON_LOCKS = ("requirements.lock", "requirements-dev.lock")
Package = tuple[str, str]  # normal name, version


def main(words: Sequence[str]) -> int:
    """One of the two checks; its exit status."""
    places = checkout()
    if list(words) == ["audit"]:
        found = [audit_python(places, lock) for lock in PYTHON_LOCKS] + [audit_web(places)]
        return BAD if BAD in found else NOT_CHECKED if NOT_CHECKED in found else GOOD
    if list(words) == ["sbom"]:
        return make_sbom(places)
    print("usage: python -m ground_station.cli.supply_chain audit|sbom", file=sys.stderr)
    return 2


# --- advisories ----------------------------------------------------------------------------------


def audit_python(places: Places, lock: str) -> int:
    """Every package of a lock file against the Python advisories."""
    argv = [str(places.venv / "bin" / "pip-audit"), "-r", lock, "--no-deps", "--disable-pip"]
    answer = _json(places.root, [*argv, "--format", "json", "--progress-spinner", "off"])
    return judge_python(lock, answer)


def judge_python(lock: str, answer: Any) -> int:
    """What pip-audit's answer means; it says "skipped" for what it could not ask about."""
    packages = answer.get("dependencies") if isinstance(answer, dict) else None
    if not packages:
        print(f"{lock}: NOT CHECKED, the advisory service cannot be reached from here.")
        return NOT_CHECKED
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    bad = [one for one in packages if one.get("vulns")]
    for one in bad:
        for known in one["vulns"]:
            fixed = ", ".join(known.get("fix_versions", [])) or "no release yet"
            print(f"{lock}: {one['name']} {one['version']}: {known['id']}, mended in {fixed}")
    if bad:
        return BAD
    if skipped:
        print(
            f"{lock}: NOT CHECKED, {len(skipped)} of {len(packages)} packages: the advisory "
            "service has no answer for them here."
        )
        return NOT_CHECKED
    print(f"{lock}: {len(packages)} packages, none with a known vulnerability.")
    return GOOD


def audit_web(places: Places) -> int:
    """The page's packages against npm's advisories."""
    node = find_node(places)
    argv = [*node.npm, "audit", "--json", "--package-lock-only"]
    return judge_web(_json(places.root / "web", argv, node.environment))


def judge_web(answer: Any) -> int:
    """What `npm audit` answered."""
    totals = answer.get("metadata", {}).get("vulnerabilities") if isinstance(answer, dict) else None
    if not isinstance(totals, dict) or "total" not in totals:
        said = answer.get("message", "no answer") if isinstance(answer, dict) else "no answer"
        status = re.match(r"\d{3} [A-Z][\w ]*", str(said))
        print(
            "web/package-lock.json: NOT CHECKED, the advisory service cannot be reached from here"
            f" ({status[0].strip() if status else 'no answer'})."
        )
        return NOT_CHECKED
    for name, one in answer.get("vulnerabilities", {}).items():
        print(f"web/package-lock.json: {name}: {one.get('severity')}, {one.get('range')}")
    if totals["total"]:
        return BAD
    print("web/package-lock.json: no package with a known vulnerability.")
    return GOOD


# --- bill of materials ---------------------------------------------------------------------------


def make_sbom(places: Places) -> int:
    """Write one CycloneDX file for the station and one for the page; bad if either leaves out a
    package of its lock file, or has one more."""
    folder = places.var / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    node = find_node(places)
    tool = str(places.venv / "bin" / "cyclonedx-py")
    python_argv = [tool, "requirements", PYTHON_LOCKS[0], "--pyproject", "pyproject.toml"]
    made = {
        "kestrel-python.cdx.json": (
            _json(places.root, [*python_argv, "--output-reproducible", "--of", "JSON"]),
            python_packages((places.root / PYTHON_LOCKS[0]).read_text(encoding="utf-8")),
        ),
        "kestrel-web.cdx.json": (
            _json(
                places.root / "web",
                [*node.npm, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"],
                node.environment,
            ),
            web_packages(json.loads((places.root / "web/package-lock.json").read_text("utf-8"))),
        ),
    }
    result = GOOD
    for name, (document, expected) in made.items():
        problem = compare(document, expected)
        if problem:
            print(f"{name}: {problem}")
            result = BAD
            continue
        (folder / name).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"{folder / name}: {len(expected)} packages, as the lock file says.")
    return result


def compare(document: Any, expected: set[Package]) -> str:
    """What is wrong with a bill of materials; "" if it is complete."""
    if not isinstance(document, dict) or document.get("bomFormat") != "CycloneDX":
        return "no bill of materials was made"
    listed = {
        (normal(_full_name(one)), str(one.get("version", "")))
        for one in document.get("components", [])
    }
    missing, extra = sorted(expected - listed), sorted(listed - expected)
    if missing:
        return f"{len(missing)} packages of the lock file are missing, e.g. {missing[0]}"
    if extra:
        return f"{len(extra)} packages are in no lock file, e.g. {extra[0]}"
    return ""


def python_packages(lock: str) -> set[Package]:
    """What a requirements file pins, whatever its markers say."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock, re.MULTILINE)
    return {(normal(name), version) for name, version in pins}


def web_packages(lock: dict[str, Any]) -> set[Package]:
    """What package-lock.json pins, without the page itself."""
    found = set()
    for path, one in lock.get("packages", {}).items():
        if path and not one.get("link"):
            found.add((normal(one.get("name") or path.split("node_modules/")[-1]), one["version"]))
    return found


def normal(name: str) -> str:
    """A package's name as registries compare it."""
    scope, slash, rest = name.rpartition("/")
    return f"{scope}{slash}{re.sub(r'[-_.]+', '-', rest)}".lower()


def _full_name(component: dict[str, Any]) -> str:
    group = component.get("group")
    return f"{group}/{component['name']}" if group else str(component["name"])


def _json(folder: Path, argv: Sequence[str], environment: dict[str, str] | None = None) -> Any:
    """A program's answer; None if it gave none that is JSON. Its own status says less."""
    try:
        done = subprocess.run(  # noqa: S603  our own command lines
            argv,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
