"""What the bench says of many vehicles, in one agent process and in one each."""

from __future__ import annotations

import socket

import pytest

from ground_station.cli import bench_flight
from ground_station.cli.bench_pilot import Seen


@pytest.mark.parametrize(
    ("processes", "named", "note"),
    [
        (1, "agents of 20 vehicles", "one agent process, 300 MB"),
        (20, "in 20 processes", "20 agent"),
    ],
)
def test_the_agents_share_is_what_is_held_to_the_goal(
    processes: int, named: str, note: str
) -> None:
    seen = [Seen(n % 20, 0.0, 100.0) for n in range(6000)]
    share, hz, age = bench_flight._fleet_figures(
        20, processes, [0.5, 0.6, 0.41], 300.0, seen, 30.0, None
    )
    assert named in share.name
    assert note in share.note
    assert (share.value, share.reached) == (0.41, False)
    assert (hz.value, hz.reached) == (10.0, True)
    assert age.value == 100.0


def test_too_few_positions_miss_the_goal_and_none_do_not_pass() -> None:
    few = [Seen(0, 0.0, 100.0)] * 5000
    _share, hz, _age = bench_flight._fleet_figures(20, 1, [0.1, 0.1, 0.1], 1.0, few, 30.0, None)
    assert hz.reached is False
    _share, hz, _age = bench_flight._fleet_figures(20, 1, [0.1, 0.1, 0.1], 1.0, [], 30.0, None)
    assert (hz.value, hz.reached) == (0.0, False)


def test_a_station_has_a_goal_of_its_own_where_one_is_set() -> None:
    seen = [Seen(n % 50, 0.0, 100.0) for n in range(15000)]
    figures = bench_flight._fleet_figures(50, 1, [0.5, 1.1, 0.41], 300.0, seen, 30.0, 1.0)
    agents, station, hz, _age = figures
    assert (agents.name, agents.reached) == ("agents of 50 vehicles", None)
    assert (station.value, station.reached) == (1.1, False)
    assert hz.reached is True


def test_ports_one_after_another() -> None:
    first = bench_flight._free_udp_ports(20)
    for port in (first, first + 19):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind(("127.0.0.1", port))
