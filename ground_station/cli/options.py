"""From parsed arguments to settings, and back to the arguments of a child process."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from ground_station.bootstrap.places import checkout
from ground_station.core.settings import Settings, load_settings
from ground_station.services.addresses import local_url


def settings_from(arguments: Namespace) -> Settings:
    """Settings of the file, the environment and the command line, which wins in that order.

    A data folder named on the command line is relative to where one stands; one from a file or
    the environment, like the default, is relative to the checkout. The result is absolute.
    """
    overrides: dict[str, Any] = {}
    if hasattr(arguments, "port"):
        overrides["station"] = {"port": arguments.port}
    if hasattr(arguments, "data_folder"):
        overrides["data_folder"] = arguments.data_folder.resolve()
    agents = {
        f"demo_{what}": False
        for what in ("camera", "drone")
        if getattr(arguments, f"no_demo_{what}", False)
    }
    if agents:
        overrides["agents"] = agents
    if getattr(arguments, "training_airspace", False):
        overrides["airspace"] = {"training": True}
    settings = load_settings(getattr(arguments, "settings", None), overrides)
    folder = checkout().root / settings.data_folder
    return settings.model_copy(update={"data_folder": folder})


def arguments_for_child(arguments: Namespace, settings: Settings) -> list[str]:
    """Options that give a child the same settings. Nothing secret is among them."""
    options = ["--port", str(settings.station.port), "--data-folder", str(settings.data_folder)]
    if not settings.agents.demo_camera:
        options.append("--no-demo-camera")
    if not settings.agents.demo_drone:
        options.append("--no-demo-drone")
    if settings.airspace.training:
        options.append("--training-airspace")
    file: Path | None = getattr(arguments, "settings", None)
    if file is not None:
        options += ["--settings", str(file.resolve())]
    return options


def station_url(settings: Settings) -> str:
    """Where the station answers, for programs on this machine."""
    return local_url(settings.station)
