"""One supervisor a data folder, and the first sign-in kept for its owner's eyes."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ground_station.cli.data_folder import DataFolder, Running
from ground_station.core.errors import Conflict, Unavailable

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import os, sys, time
from pathlib import Path
from ground_station.cli.data_folder import DataFolder
with DataFolder(Path(sys.argv[1])).held("http://127.0.0.1:8081"):
    print(os.getpid(), flush=True)
    time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.make()
    return folder


def test_a_second_holder_is_told_where_the_first_runs(folder: DataFolder) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None
        pid = int(first.stdout.readline())
        with pytest.raises(Conflict) as caught, folder.held("http://127.0.0.1:9"):
            pass
        running = folder.running()
        first.kill()
    assert f"already runs on http://127.0.0.1:8081 (pid {pid})" in caught.value.message
    assert "--data-folder" in caught.value.remedy
    assert running == Running(pid, "http://127.0.0.1:8081")
    assert folder.running() is None
    with folder.held("http://127.0.0.1:9") as former_one_died:
        assert former_one_died
    with folder.held("http://127.0.0.1:9") as former_one_died:
        assert not former_one_died


def test_the_data_folder_is_its_owners_alone(folder: DataFolder) -> None:
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be used: Not a directory"):
        DataFolder(tmp_path / "file" / "data").make()


def test_the_first_password_is_kept_until_it_is_changed(folder: DataFolder) -> None:
    assert folder.first_sign_in_text() is None
    folder.keep_first_sign_in("operator", "abcd-efgh")
    assert stat.S_IMODE(folder.first_sign_in.stat().st_mode) == 0o600
    assert folder.first_sign_in_text() == "user name: operator\npassword: abcd-efgh"
    folder.forget_first_sign_in("opera")
    assert folder.first_sign_in.exists()
    folder.forget_first_sign_in("operator")
    assert not folder.first_sign_in.exists()
    folder.forget_first_sign_in("operator")
