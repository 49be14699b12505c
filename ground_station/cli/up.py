"""`run.py up --settings FILE`: an installation in service, under systemd or in a container.

Unlike the demonstration it needs a settings file, starts no camera of its own, ends with an error
where it cannot start, and tells systemd when it is ready and that it is alive.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from argparse import Namespace

from ground_station.cli.data_folder import DataFolder
from ground_station.cli.demo import FORMER_STATION_ENDS_S, child_specs, prepare
from ground_station.cli.network import ask_station, require_free_port
from ground_station.cli.options import settings_from, station_url
from ground_station.cli.process_board import ProcessBoardWriter
from ground_station.cli.service_manager import ServiceManager
from ground_station.cli.supervisor import Supervisor
from ground_station.core.clock import SystemClock
from ground_station.core.errors import ConfigError, Unavailable
from ground_station.core.log_setup import set_up_logging
from ground_station.core.processes import board_file
from ground_station.core.settings import Settings
from ground_station.services.addresses import authority_file, prepare_certificates, public_url

log = logging.getLogger(__name__)

READY_WITHIN_S = 60.0
LOOK_S = 0.2
ALIVE_EVERY_S = 5.0
NOT_STARTED = 1


def run(arguments: Namespace) -> int:
    """Start the station and the vision node and stay until SIGTERM or Ctrl-C.

    Its exit status is NOT_STARTED for what may be there at another try, like a database.

    Raises:
        ConfigError: there is no settings file, something in it is wrong, or the user is root.
        Conflict: it runs already on this data folder, or the port is taken. Nothing was started.
    """
    try:
        return _run(arguments)
    except Unavailable as error:
        print(f"{error.message} {error.remedy}".strip(), file=sys.stderr)
        return NOT_STARTED


def _run(arguments: Namespace) -> int:
    if getattr(arguments, "settings", None) is None:
        raise ConfigError(
            "An installation needs a settings file.",
            "Say: python3 run.py up --settings kestrel.toml; deploy/kestrel.toml is an example.",
        )
    if os.geteuid() == 0 and not arguments.allow_root:
        # It reads video and messages of machines it does not know: that is no work for root.
        raise ConfigError(
            "An installation should not run as root: nothing it does needs that.",
            "Give it a user of its own (docs/deploy.md), or say --allow-root.",
        )
    arguments.no_demo_camera = True
    settings = settings_from(arguments)
    set_up_logging(json_lines=settings.log.json_lines)
    manager = ServiceManager()
    folder = DataFolder(settings.data_folder)
    folder.make()
    with folder.held(station_url(settings)) as former_one_died:
        wait_s = FORMER_STATION_ENDS_S if former_one_died else 0.0
        require_free_port(settings.station.host, settings.station.port, wait_s)
        prepare_certificates(settings, SystemClock().now())
        _tell_first_sign_in(folder, settings)
        supervisor = Supervisor(
            child_specs(arguments, settings),
            log_for=folder.log,
            say=lambda text: log.info("supervisor %s", text),
            warn=lambda text: log.warning("part %s", text),
            board=ProcessBoardWriter(board_file(folder.path), lambda text: log.warning("%s", text)),
        )
        watch = StationWatch(settings, manager)
        watch.start()
        supervisor.run()
        manager.stopping()
        watch.stop()
    return NOT_STARTED if watch.gave_up else 0


def _tell_first_sign_in(folder: DataFolder, settings: Settings) -> None:
    """Once, and only to a person: what goes to a journal is kept and read by others."""
    known = folder.first_sign_in_text()
    sign_in = prepare(folder, settings)
    if len(folder.first_sign_in_text() or "") <= len(known or ""):
        return  # none was made; those changed since were forgotten
    if sys.stdout.isatty():
        print(f"  {sign_in.replace(chr(10), chr(10) + '  ')}", flush=True)
    log.info("first_sign_ins_made file=%s", folder.first_sign_in)


class StationWatch:
    """A thread that waits for the station to answer, says so, and then feeds the watchdog for as
    long as it goes on answering. A station that never answers ends the whole.

    Attributes:
        gave_up: it did not answer in time.
    """

    def __init__(
        self, settings: Settings, manager: ServiceManager, ready_within_s: float = READY_WITHIN_S
    ) -> None:
        self._settings = settings
        self._url = station_url(settings)
        self._authority = authority_file(settings)
        self._manager = manager
        self._ready_within_s = ready_within_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="station-watch", daemon=True)
        self.gave_up = False

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        began_s = time.monotonic()
        while ask_station(self._url, self._authority) is None:
            if self._stop.wait(LOOK_S):
                return
            if time.monotonic() - began_s > self._ready_within_s:
                self.gave_up = True
                log.critical(
                    "station_not_started It does not answer at %s; its log is in %s",
                    self._url,
                    self._settings.data_folder / "log",
                )
                os.kill(os.getpid(), signal.SIGTERM)
                return
        where = public_url(self._settings.station)
        log.info("kestrel_runs url=%s/ after_s=%.1f", where, time.monotonic() - began_s)
        self._manager.ready(f"Serving {where}/")
        self._feed_watchdog()

    def _feed_watchdog(self) -> None:
        if not self._manager.watchdog_s:
            return
        every_s = min(ALIVE_EVERY_S, self._manager.watchdog_s / 4)
        while True:
            # Not only that this thread runs: a station that hangs is started again as a whole.
            if ask_station(self._url, self._authority) is not None:
                self._manager.alive()
            if self._stop.wait(every_s):
                return
