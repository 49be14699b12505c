"""Where set-up keeps things, all inside the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Paths of one checkout.

    `.venv/` Python packages · `web/node_modules/` npm packages · `web/dist/` the built page ·
    `var/setup.lock` held while a set-up runs · `var/log/setup.log` what its programs printed ·
    `var/footage/` demonstration footage · `var/node/` Node.js, where the system has none.
    """

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def venv_python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def setup_lock(self) -> Path:
        return self.var / "setup.lock"

    @property
    def setup_log(self) -> Path:
        return self.var / "log" / "setup.log"

    @property
    def web(self) -> Path:
        return self.root / "web"

    @property
    def node(self) -> Path:
        return self.var / "node"

    @property
    def footage(self) -> Path:
        return self.var / "footage"

    @property
    def model_pack(self) -> Path:
        return self.root / "ground_station" / "vision" / "inference" / "packs" / "core"


def checkout() -> Places:
    """The checkout that this very file belongs to."""
    return Places(Path(__file__).resolve().parents[2])
