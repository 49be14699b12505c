"""`run.py` without a command: the station, the vision node and what they have to show."""

from __future__ import annotations

import os
import sys
import threading
import time
from argparse import Namespace
from pathlib import Path

from ground_station.bootstrap.drawn_footage import DRAWN_CAMERAS, drawn_footage
from ground_station.bootstrap.footage import demo_footage
from ground_station.bootstrap.places import checkout
from ground_station.cli.child import ChildSpec
from ground_station.cli.children import MAVLINK_HOST, TOKEN_VARIABLE
from ground_station.cli.data_folder import DataFolder
from ground_station.cli.network import ask_station, free_udp_port, require_free_port
from ground_station.cli.options import arguments_for_child, settings_from, station_url
from ground_station.cli.process_board import ProcessBoardWriter
from ground_station.cli.supervisor import Supervisor
from ground_station.core.agent_protocol import AgentKind
from ground_station.core.clock import SystemClock
from ground_station.core.processes import board_file
from ground_station.core.settings import Settings
from ground_station.services.addresses import authority_file, prepare_certificates, public_url

ANALYSED_FPS_VARIABLE = "KESTREL_NODE__ANALYSED_FPS"
FORMER_STATION_ENDS_S = 5.0
LOOK_S = 0.2
LOOK_LATER_S = 5.0
SLOW_AFTER_S = 30.0
# Of each of the four sources: together what one detector on two cores carries. Asked for 10 each,
# it gave some 5.5 and dropped the rest; a tracker is better told the rate that it gets.
ANALYSED_FPS = 5.0
MAVLINK_PORT = 14550  # where ground stations listen by custom; another one if it is taken
NO_FOOTAGE = (
    "There is no demonstration footage, so there are no demonstration cameras. Add a camera or "
    "film of your own from another terminal: python3 run.py camera ADDRESS"
)


def run(arguments: Namespace) -> int:
    """Start everything and stay until Ctrl-C.

    Raises:
        ConfigError: a setting is wrong.
        Conflict: it runs already on this data folder, or the port is taken. Nothing was started.
    """
    began_s = time.monotonic()
    arguments.training_airspace = True  # nothing here is for operational use
    settings = settings_from(arguments)
    folder = DataFolder(settings.data_folder)
    if not folder.lock_file.exists():  # a new one: leave nothing behind where it cannot start
        require_free_port(settings.station.host, settings.station.port)
    folder.make()
    with folder.held(station_url(settings)) as former_one_died:
        wait_s = FORMER_STATION_ENDS_S if former_one_died else 0.0
        require_free_port(settings.station.host, settings.station.port, wait_s)
        prepare_certificates(settings, SystemClock().now())
        sign_in = prepare(folder, settings)
        prepare_operator(settings)
        begin_patrol_anew(folder.path)
        specs = child_specs(arguments, settings)
        announcer = Announcer(settings, sign_in, [spec.title for spec in specs], began_s)
        board = ProcessBoardWriter(board_file(folder.path), say)
        supervisor = Supervisor(
            specs, log_for=folder.log, say=say, warn=announcer.warn, board=board
        )
        announcer.start()
        supervisor.run()
    return 0


def begin_patrol_anew(data_folder: Path) -> None:
    """Whoever flew the demonstration drone at its last start does not hold up this one's patrol."""
    from drone.patrol_marker import MARKER, forget_person

    forget_person(data_folder / MARKER)


def prepare(folder: DataFolder, where: Settings | Path) -> str:
    """Bring the database up to date and make the first users; what to say of signing in."""
    from ground_station.app import opened_accounts, prepare_store
    from ground_station.services.accounts import first_users

    prepare_store(where)
    with opened_accounts(where) as accounts:
        for username, password in folder.first_sign_ins():
            if not accounts.password_is(username, password):  # changed in the page since
                folder.forget_first_sign_in(username)
        for made in first_users(accounts):
            folder.keep_first_sign_in(made.username, made.password)
    kept = folder.first_sign_in_text()
    if kept is not None:
        return kept
    return (
        "user names: operator watches, pilot flies, admin runs the installation\n"
        "(password forgotten? python3 run.py users password NAME)"
    )


def prepare_operator(settings: Settings) -> None:
    """Who the demonstration flies as: marked as none that is real, without any authority."""
    from ground_station.app_airspace import prepare_demonstration

    prepare_demonstration(settings)


def child_specs(arguments: Namespace, settings: Settings) -> list[ChildSpec]:
    """The children in starting order. Tokens are new at every start and reach only their agent."""
    from ground_station.app import issue_agent_token

    def spec(name: str, title: str, kind: AgentKind | None, *more: str) -> ChildSpec:
        # -P: no module of the folder one happens to be in; PYTHONPATH holds the checkout.
        argv = [sys.executable, "-P", "-m", "ground_station.cli", f"_{name}"]
        argv += ["--parent", str(os.getpid()), *arguments_for_child(arguments, settings)]
        environment: dict[str, str] = {}
        if kind is AgentKind.NODE:
            environment[ANALYSED_FPS_VARIABLE] = str(analysed_fps(settings))
        if kind is not None:
            argv += ["--station-url", station_url(settings)]
            authority = authority_file(settings)
            argv += [] if authority is None else ["--ca", str(authority)]
            token = issue_agent_token(settings, name=title, kind=kind)
            environment[TOKEN_VARIABLE] = token
        argv += more
        return ChildSpec(name, title, tuple(argv), environment)

    specs = [
        spec("station", "Station", None),
        spec("node", "Vision node", AgentKind.NODE),
    ]
    if not settings.agents.demo_camera:
        return specs
    if any(file.is_file() for file in demonstration_footage()):
        specs.append(spec("camera", "Demonstration cameras", AgentKind.CAMERA))
    else:
        say(NO_FOOTAGE)
    if settings.agents.demo_drone:
        port = ("--mavlink-port", str(free_udp_port(MAVLINK_HOST, MAVLINK_PORT)))
        specs.append(spec("simulator", "Drone simulator", None, *port))
        specs.append(spec("drone", "Demonstration drone", AgentKind.DRONE, *port))
    return specs


def analysed_fps(settings: Settings) -> float:
    """How many frames a second of each source the node is asked to analyse: what the settings say
    or, where they say nothing, less than their default while the demonstration's cameras run."""
    if settings.agents.demo_camera and "analysed_fps" not in settings.node.model_fields_set:
        return ANALYSED_FPS
    return settings.node.analysed_fps


def demonstration_footage() -> list[Path]:
    """What the demonstration's cameras send, there or not."""
    drawn = [drawn_footage(checkout(), key) for key in DRAWN_CAMERAS]
    return [demo_footage(checkout()), *drawn]


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(text, flush=True)


class Announcer:
    """Says where to go as soon as the station answers, and when everything else is up too."""

    def __init__(self, settings: Settings, sign_in: str, parts: list[str], began_s: float) -> None:
        self._url = station_url(settings)
        self._shown_url = public_url(settings.station)
        self._authority = authority_file(settings)
        self._sign_in = sign_in
        self._parts = parts
        self._began_s = began_s
        self._announced = threading.Event()
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def warn(self, text: str) -> None:
        """Show a part's warning; not before the station is up, which all others wait for."""
        if self._announced.is_set():
            say(text)

    def _run(self) -> None:
        slow_said = False
        while (health := ask_station(self._url, self._authority)) is None:
            if not slow_said and self._took_s() > SLOW_AFTER_S:
                slow_said = True
                say("The station does not answer yet. Its log is in the data folder: log/")
            time.sleep(LOOK_S)
        lines = [
            f"Kestrel runs ({self._took_s():.1f} s): {self._shown_url}/",
            *self._sign_in.split("\n"),
        ]
        rest = self._parts[1:]
        if rest and health.get("status") != "ok":
            lines.append(f"Still coming up: {', '.join(rest)}.")
        say("\n  ".join(lines) + "\nStop it with Ctrl-C.")
        self._announced.set()
        while health is None or health.get("status") != "ok":
            time.sleep(LOOK_S if self._took_s() < SLOW_AFTER_S else LOOK_LATER_S)
            health = ask_station(self._url, self._authority)
        say(f"Everything is up ({self._took_s():.1f} s).")

    def _took_s(self) -> float:
        return time.monotonic() - self._began_s
