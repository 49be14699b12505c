"""What lies in deploy/ is whole: it is parsed, and names what exists."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from ipaddress import ip_network
from pathlib import Path

import pytest

from ground_station.bootstrap.commands import parse
from ground_station.cli.main import EXPECTED_ERROR
from ground_station.cli.up import NOT_STARTED
from ground_station.core.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCS = ROOT / "docs" / "deploy.md"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(file: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=True)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(file.read_text(encoding="utf-8"))
    return found


def test_the_example_settings_load() -> None:
    settings = load_settings(DEPLOY / "kestrel.toml")
    assert settings.station.https
    assert settings.station.names
    assert settings.node.ice_port_last is not None


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_units_are_hardened_and_start_what_there_is(file: Path) -> None:
    service = unit(file)["Service"]
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "LockPersonality"):
        assert service[key] == "yes", key
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["User"] == "kestrel"
    words = service["ExecStart"].split()
    assert words[1:4] == ["-P", "-m", "ground_station.cli"]
    parse(words[4:])  # ends the test if there is no such command or option


def test_a_drone_s_unit_is_as_hardened_as_a_camera_s_and_keeps_its_address_off_the_line() -> None:
    camera = unit(DEPLOY / "systemd" / "kestrel-camera@.service")["Service"]
    drone = unit(DEPLOY / "systemd" / "kestrel-drone@.service")["Service"]
    own = {"EnvironmentFile", "Environment", "ExecStart", "TimeoutStopSec"}
    assert set(camera) == set(drone)
    assert {key: drone[key] for key in drone if key not in own} == {
        key: camera[key] for key in camera if key not in own
    }
    assert drone["EnvironmentFile"] == "/etc/kestrel/drone-%i.env"
    assert "CAMERA" not in drone["ExecStart"]


def test_a_drone_s_unit_says_to_the_command_what_its_file_says() -> None:
    """Put together as systemd does: ${NAME} is one word, $NAME as many as it holds."""
    service = unit(DEPLOY / "systemd" / "kestrel-drone@.service")["Service"]
    file = {
        "AUTOPILOTS": "udpin://127.0.0.1:14550 tcpout://10.0.0.3:5760",
        "OPTIONS": "--camera-pitch -45 --camera-rigid",
        "NAME": "Kestrel 1",
        "STATION": "https://station.example:8443",
    }
    words: list[str] = []
    for word in service["ExecStart"].split():
        if word.startswith("${"):
            words.append(file[word[2:-1]])
        else:
            words += file[word[1:]].split() if word.startswith("$") else [word]
    given = parse(words[4:])
    assert given.command.name == "drone"
    assert given.addresses == file["AUTOPILOTS"].split()
    assert (given.camera_pitch, given.camera_rigid, given.camera) == (-45.0, True, None)
    assert (given.name, given.station) == (file["NAME"], file["STATION"])


def test_the_station_tells_systemd() -> None:
    service = unit(DEPLOY / "systemd" / "kestrel.service")["Service"]
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) > 0
    assert int(service["TimeoutStopSec"]) > 5
    assert service["RestartPreventExitStatus"] == str(EXPECTED_ERROR)
    assert NOT_STARTED != EXPECTED_ERROR


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_systemd_understands_the_units(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / file.name.replace("@", "@x")
    text = file.read_text().replace("/opt/kestrel/.venv/bin/python", "/bin/true")
    copy.write_text(text.replace("User=kestrel", "User=root").replace("Group=kestrel", ""))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if copy.name in line]
    assert not ours, ours


def test_the_container_file_copies_what_there_is() -> None:
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source
    assert re.search(r"^USER kestrel$", text, re.M)
    for command in ("CMD", "ENTRYPOINT"):
        assert json.loads(re.findall(rf"^{command} (\[.*\])$", text, re.M)[-1])
    health = json.loads(re.findall(r"HEALTHCHECK .* CMD (\[.*\])", text)[0])
    parse(health[3:])
    parse(json.loads(re.findall(r"^CMD (\[.*\])$", text, re.M)[-1]))


def test_the_container_builds_the_page_with_a_node_that_vite_takes() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    (major,) = re.findall(r"^FROM docker\.io/library/node:(\d+)-", text, re.M)
    vite = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    assert f">={major}." in vite["node_modules/vite"]["engines"]["node"]
    assert "nodejs" not in text  # Debian's, which is older


def test_only_what_the_container_file_copies_goes_to_its_build() -> None:
    rules = (ROOT / ".containerignore").read_text().splitlines()
    assert rules[1] == "*"
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = set()
    for line in (DEPLOY / "Containerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= {source.split("/")[0] for source in line.split()[1:-1]}
    assert let_in == copied
    assert {"web/node_modules", "web/dist"} <= set(rules)


def test_the_settings_are_installed_for_the_service_only() -> None:
    """They may hold the database's password and the relay's secret."""
    (line,) = re.findall(r"^ *install .* deploy/kestrel\.toml .*$", DOCS.read_text(), re.M)
    assert "-m 0640 -g kestrel " in line


def test_coturn_relays_to_the_node_only_and_knows_its_options() -> None:
    lines = [
        line.split("=")[0]
        for line in (DEPLOY / "turnserver.conf").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert {"use-auth-secret", "static-auth-secret", "denied-peer-ip", "allowed-peer-ip"} <= set(
        lines
    )
    denied = [
        line.split("=")[1].split("-")
        for line in (DEPLOY / "turnserver.conf").read_text().splitlines()
        if line.startswith("denied-peer-ip=")
    ]
    whole = [[str(net[0]), str(net[-1])] for net in map(ip_network, ("0.0.0.0/0", "::/0"))]
    assert denied == whole  # a relay that reaches IPv6 is a way around the one address
    program = shutil.which("turnserver")
    if program is not None:
        done = subprocess.run([program, "-h"], capture_output=True, text=True, check=False)
        known = set(re.findall(r"--([a-z0-9_-]+)", done.stdout + done.stderr))
        assert not set(lines) - known
