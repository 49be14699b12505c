"""axe-core finds nothing to complain of, on every screen and state, in three themes and two sizes.

Against the pretended station of web/dev, which can be empty or broken on demand.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.stack import CHROMIUM, ROOT, free_port, run_scenario, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]

FEWEST_LOOKS = 290  # what there was when this was written; fewer means that screens were left out


@pytest.fixture
def fake_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not CHROMIUM.exists() or not shutil.which("node"):
        pytest.skip("no Chromium or Node: apt-get install chromium nodejs")
    if not (ROOT / "web" / "node_modules" / "axe-core").exists():
        pytest.skip("no axe-core: run python3 run.py test once")
    if not (ROOT / "web" / "dist" / "index.html").exists():
        pytest.skip("the page is not built: run python3 run.py once")
    port = free_port()
    log = tmp_path_factory.mktemp("fake") / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "web/dev/fake_station.py", "--port", str(port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(lambda: re.search("http://", log.read_text()), "no fake station", 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)


def test_axe_finds_nothing(fake_station: str) -> None:
    found = run_scenario("axe", {"address": fake_station}, 580)
    assert found["found"] == []
    assert found["looked"] >= FEWEST_LOOKS
