"""Every subcommand of `run.py`, as data: the one place where one is added; standard library only.

A command's code is named here and imported only after set-up, in the environment. `--help` lists
them in this order.
"""

from __future__ import annotations

from ground_station.bootstrap import (
    arguments,
    arguments_agents,
    arguments_flying,
    arguments_keeping,
)
from ground_station.bootstrap.command import Command, Needs

COMMANDS: tuple[Command, ...] = (
    Command("demo", "", "ground_station.cli.demo:run", Needs.DEMO),
    Command(
        "up",
        "run an installation: --settings FILE, no demonstration (docs/deploy.md)",
        "ground_station.cli.up:run",
        Needs.PAGE,
        configure=arguments_keeping.up,
    ),
    Command(
        "certs",
        "make or show the HTTPS certificates, and what to install on tablets",
        "ground_station.cli.certs:run",
        configure=arguments_keeping.certs,
    ),
    Command("health", "does the station answer? 0 if so", "ground_station.cli.health:run"),
    Command(
        "camera",
        "publish a camera or film of your own to the running station",
        "ground_station.cli.camera:run",
        configure=arguments_agents.camera,
    ),
    Command(
        "drone",
        "connect drones of your own to the running station",
        "ground_station.cli.drone:run",
        configure=arguments_agents.drone,
    ),
    Command(
        "sortie",
        "fly a whole mission without a station: check, upload, compare, fly, land, log",
        "ground_station.cli.sortie:run",
        configure=arguments_flying.sortie,
    ),
    Command(
        "users password",
        "set somebody's password",
        "ground_station.cli.users:set_new_password",
        configure=arguments_keeping.password,
    ),
    Command(
        "users add",
        "add somebody; prints a first password",
        "ground_station.cli.users:add",
        configure=arguments_keeping.users_add,
    ),
    Command("users list", "every account and its role", "ground_station.cli.users:show"),
    Command(
        "users disable",
        "shut somebody out and sign them out everywhere",
        "ground_station.cli.users:disable",
        configure=arguments_keeping.user_name,
    ),
    Command(
        "users enable",
        "let somebody in again",
        "ground_station.cli.users:enable",
        configure=arguments_keeping.user_name,
    ),
    Command(
        "users reset-factors",
        "for somebody locked out: no second factor, and a new password",
        "ground_station.cli.users:reset_factors",
        configure=arguments_keeping.user_name,
    ),
    Command(
        "bench system",
        "measure the whole line, camera to browser, on this machine",
        "ground_station.cli.bench:run",
        Needs.TESTS,
        configure=arguments.bench,
    ),
    Command(
        "organisations list",
        "list the organisations of this installation",
        "ground_station.cli.organisations:show",
    ),
    Command(
        "organisations add",
        "add another organisation, a controller of its own",
        "ground_station.cli.organisations:add",
        configure=arguments_keeping.organisations_add,
    ),
    Command(
        "audit verify",
        "check the audit log: gaps, hashes, links, signatures",
        "ground_station.cli.audit:verify",
        configure=arguments_keeping.audit_verify,
    ),
    Command(
        "audit export",
        "write the audit log to a file that tools/verify_audit.py checks anywhere",
        "ground_station.cli.audit:export",
        configure=arguments_keeping.audit_export,
    ),
    Command(
        "audit rotate-key",
        "sign the audit log with a new key from now on",
        "ground_station.cli.audit:rotate_key",
        configure=arguments_keeping.audit_rotate,
    ),
    Command(
        "agents add",
        "let an agent in: a one-time code, and what to type on its machine",
        "ground_station.cli.agents:add",
        configure=arguments_agents.agents_add,
    ),
    Command(
        "agents list", "every agent, and when it got its token", "ground_station.cli.agents:show"
    ),
    Command(
        "agents revoke",
        "shut an agent out at once",
        "ground_station.cli.agents:revoke",
        configure=arguments_agents.agent_name,
    ),
    Command(
        "agents rotate",
        "give an agent a new token",
        "ground_station.cli.agents:rotate",
        configure=arguments_agents.agent_name,
    ),
    Command(
        "agents enrol",
        "on the agent's machine: trade a code for its token",
        "ground_station.cli.agents:enrol",
        configure=arguments_agents.agents_enrol,
    ),
    Command(
        "bench station",
        "measure one station: load, delivery, audit and restart",
        "ground_station.cli.bench_station:run",
        Needs.TESTS,
        configure=arguments.bench_station,
    ),
    Command(
        "bench zones",
        "measure how long one check of a vehicle against the zones takes",
        "ground_station.cli.bench_zones:run",
        configure=arguments.bench_zones,
    ),
    Command(
        "bench drone",
        "measure 50 vehicles, commands, telemetry, and a camera's pixels on the ground",
        "ground_station.cli.bench_drone:run",
        configure=arguments_flying.bench_drone,
    ),
    Command(
        "bench airspace",
        "measure verdicts, imports and the live check, and probe them against an exact oracle",
        "ground_station.cli.bench_airspace:run",
        configure=arguments.bench_airspace,
    ),
    Command(
        "zones list",
        "the airspace zones that flights are checked against",
        "ground_station.cli.zones:show",
        configure=arguments.zones_of_file,
    ),
    Command(
        "zones here",
        "is a drone at this place and height in a zone? 0 if in none",
        "ground_station.cli.zones:here",
        configure=arguments.zones_here,
    ),
    Command(
        "zones check",
        "may this flight be flown? 0 if it is allowed",
        "ground_station.cli.zones_check:check",
        configure=arguments.zones_check,
    ),
    Command(
        "zones import",
        "what a file of zones holds, what of it is refused and why",
        "ground_station.cli.zones_check:show_import",
        configure=arguments.zones_import,
    ),
    Command(
        "zones datasets",
        "the files of zones that the installation keeps",
        "ground_station.cli.zones_store:datasets",
        configure=arguments.zones_datasets,
    ),
    Command(
        "zones date",
        "say when a dataset holds, where its file does not",
        "ground_station.cli.zones_store:date",
        configure=arguments.zones_date,
    ),
    Command(
        "zones use",
        "check flights against one of them from now on",
        "ground_station.cli.zones_store:use",
        configure=arguments.zones_use,
    ),
    Command(
        "zones discard",
        "give one of them up",
        "ground_station.cli.zones_store:discard",
        configure=arguments.zones_dataset_id,
    ),
    Command(
        "zones export",
        "write zones in another format",
        "ground_station.cli.zones_export:export",
        configure=arguments.zones_export,
    ),
    Command(
        "bench delivery",
        "kill agent and station at random: is any message lost or doubled?",
        "ground_station.cli.bench_delivery:run",
        configure=arguments.bench_delivery,
    ),
    Command(
        "backup",
        "write everything the station needs to one file, while it runs",
        "ground_station.cli.backup:back_up",
        configure=arguments_keeping.backup_file,
    ),
    Command(
        "restore",
        "put a backup back; what was there is kept beside it",
        "ground_station.cli.backup:restore",
        configure=arguments_keeping.backup_file,
    ),
    Command(
        "export",
        "write everything of one organisation to a file",
        "ground_station.cli.backup:export",
        configure=arguments_keeping.export,
    ),
    Command(
        "simulate drone",
        "simulated drones that speak MAVLink, to try things out with",
        "ground_station.cli.simulate:drone",
        configure=arguments_agents.simulate_drone,
    ),
    Command(
        "test",
        "run every check and test",
        "ground_station.cli.checks:run",
        Needs.TESTS,
        configure=arguments_keeping.test,
    ),
    Command(
        "_station", "", "ground_station.cli.children:station", configure=arguments_agents.child
    ),
    Command(
        "_node", "", "ground_station.cli.children:node", configure=arguments_agents.child_of_station
    ),
    Command(
        "_camera",
        "",
        "ground_station.cli.children:camera",
        configure=arguments_agents.child_of_station,
    ),
    Command(
        "_simulator",
        "",
        "ground_station.cli.children:simulator",
        configure=arguments_agents.child_simulator,
    ),
    Command(
        "_drone", "", "ground_station.cli.children:drone", configure=arguments_agents.child_drone
    ),
    Command("_page", "", "ground_station.cli.checks:page_is_built", Needs.PAGE),
)
DEFAULT_COMMAND = "demo"
GROUPS = {
    "agents": "cameras, nodes and drones that connect",
    "audit": "the log of every act",
    "bench": "measurements",
    "simulate": "things that are made up, to try the product with",
    "organisations": "who answers for people and things here",
    "users": "people who sign in",
    "zones": "airspace zones",
}
