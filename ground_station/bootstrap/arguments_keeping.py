"""Arguments of the commands that keep an installation: start, people, audit log, backups, tests;
standard library only."""

from __future__ import annotations

import argparse
from pathlib import Path


def up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--allow-root", action="store_true", help="run although the user is root")


def certs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--new-root",
        action="store_true",
        help="make a new authority; every tablet and agent must then be given it",
    )


def test(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--autopilot",
        metavar="ADDRESS",
        help="only the suite of vehicle links, on the autopilot heard at this address (such as "
        "udpin://127.0.0.1:14550): IT WILL BE FLOWN, up to 15 m high and 30 m away",
    )


def password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="who gets a new password; it is asked for")


def users_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the new user name")
    parser.add_argument("--role", required=True, help="e.g. cctv_operator, supervisor, admin")
    parser.add_argument("--display-name", help="the person's name as others see it")
    parser.add_argument("--organisation", metavar="ID", help="left out, the first one")


def user_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the user name")


def backup_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="the archive")


def export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("organisation", metavar="ORGANISATION", help="its name or id")
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file")


def organisations_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--kind", choices=("council", "police", "other"), required=True)


def audit_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def audit_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file of JSON lines")
    parser.add_argument(
        "--organisation",
        metavar="ID",
        help="only this organisation's records; of the others only the hashes",
    )


def audit_rotate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lost",
        action="store_true",
        help="the present key is gone; the log will say that it did not hand over",
    )
