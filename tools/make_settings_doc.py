"""Writes docs/settings.md from the settings' own names, defaults, limits and descriptions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ground_station.core.settings import ENV_PREFIX, Settings

TARGET = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Made by `make settings` from `ground_station/core/settings.py`; do not edit it here.

Three places, the later wins: a TOML file (`python3 run.py --settings FILE`), environment variables,
the command line (`--port`, `--data-folder`, `--no-demo-camera`). A key or variable that does not
exist is refused with its path, so a slip of the pen cannot go unnoticed. A relative data folder is
inside the checkout, except after `--data-folder`, where it is inside the folder one stands in.

    # kestrel.toml
    [station]
    port = 8443

is the same as the environment variable `KESTREL_STATION__PORT=8443`.

| setting | variable | default | allowed | what it is |
|---|---|---|---|---|
"""
FOLDERS = """
Two variables are no settings: `KESTREL_CAMERA_ADDRESS` gives `run.py camera` an address that holds
a password without showing it in the list of processes; `KESTREL_AGENT_TOKEN` is how the supervisor
hands each agent its own token.

## The data folder

`var/` in the checkout, unless the setting `data_folder` says otherwise. Only its owner may read it.

| what | for |
|---|---|
| `kestrel.db` | the database (while it runs also `-wal`, `-shm`), and copies of it before updates |
| `kestrel.lock` | held by the supervisor: a second one on the same folder is refused |
| `first-sign-in.txt` | the sign-in made for this installation, until `run.py users password` |
| `station.key` | the key of the station's cookies |
| `certs/` | the station's certificate authority and certificate: [deploy.md](deploy.md) |
| `log/station.log`, `node.log`, `camera.log` | what each part printed; 5 MB, then one older file |

Set-up keeps its own things in the checkout's `var/`, whatever the data folder is: `setup.lock`,
`log/setup.log`, `footage/` (the demonstration film, fetched and encoded once, and what the drawn
cameras show, drawn once), `node/` (Node.js,
where the system has none) and `test/` (reports of the last test run). All of it can be deleted; the
next start makes it again.
"""
LIMITS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def rows(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    """One table row a setting, top level first."""
    branches = []
    for name, info in model.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            branches.append((kind, (*path, name)))
        else:
            yield row((*path, name), info)
    for kind, below in branches:
        yield from rows(kind, below)


def row(path: tuple[str, ...], info: FieldInfo) -> str:
    variable = ENV_PREFIX + "__".join(path).upper()
    cells = [f"`{'.'.join(path)}`", f"`{variable}`", f"`{shown(info.default)}`"]
    return "| " + " | ".join([*cells, allowed(info), info.description or ""]) + " |\n"


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def allowed(info: FieldInfo) -> str:
    parts = []
    for limit in info.metadata:
        for name, sign in LIMITS.items():
            if hasattr(limit, name):
                parts.append(f"{sign} {getattr(limit, name):g}")
    return ", ".join(parts)


def document() -> str:
    """The whole page."""
    return HEAD + "".join(rows(Settings)) + FOLDERS


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET.name}\n")
