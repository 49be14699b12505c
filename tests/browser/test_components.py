"""The component page looks as it did when somebody last looked at it.

After a wanted change: look at test-artifacts/components-*.png, then
`UPDATE_PICTURES=1 python -m pytest tests/browser/test_components.py` writes the references.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.stack import CHROMIUM, ROOT, started

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(120)]

THEMES = ("dark", "night", "daylight")
REFERENCES = Path(__file__).parent / "references"
# Text is drawn a little differently by each Chromium; a moved or missing part changes far more.
DIFFERENT_BY = 40  # of 255
MAX_DIFFERENT = 0.01  # of the pixels


def test_component_page_in_each_theme(tmp_path: Path) -> None:
    if not CHROMIUM.exists() or not shutil.which("node"):
        pytest.skip("no Chromium or Node: apt-get install chromium nodejs")
    if not (ROOT / "web" / "node_modules" / "playwright-core").exists():
        pytest.skip("no playwright-core: run python3 run.py test once")
    pictures = ROOT / "test-artifacts"
    pictures.mkdir(exist_ok=True)
    taken = {theme: str(pictures / f"components-{theme}.png") for theme in THEMES}
    with started(tmp_path, "--no-demo-camera") as stack:
        found = stack.scenario("components", themes=taken)
    assert found["faults"] == []
    for theme, picture in taken.items():
        reference = REFERENCES / f"components-{theme}.png"
        if os.environ.get("UPDATE_PICTURES"):
            REFERENCES.mkdir(exist_ok=True)
            _half(Path(picture)).quantize(64).save(reference, optimize=True)
            continue
        now, then = _pixels(_half(Path(picture))), _pixels(Image.open(reference).convert("RGB"))
        assert now.shape == then.shape, f"{theme}: the page is {now.shape}, it was {then.shape}"
        different = float((np.abs(now - then).max(axis=2) > DIFFERENT_BY).mean())
        assert different < MAX_DIFFERENT, f"{theme}: {different:.1%} of the pixels differ"


def _half(picture: Path) -> Image.Image:
    image = Image.open(picture).convert("RGB")
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)


def _pixels(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image, dtype=np.int16)
