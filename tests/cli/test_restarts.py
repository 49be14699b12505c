"""Back-off of children that end by themselves, and when it is called degraded."""

from __future__ import annotations

from ground_station.cli.restarts import RestartPolicy


def test_the_delay_doubles_up_to_five_seconds_and_then_it_is_degraded() -> None:
    policy, now_s, delays = RestartPolicy(), 100.0, []
    for _ in range(7):
        restart = policy.after_exit(now_s)
        delays.append((restart.delay_s, restart.degraded))
        now_s += restart.delay_s
    assert delays == [
        (0.5, False), (1.0, False), (2.0, False), (4.0, False), (5.0, False),
        (48.0, True), (30.0, True),
    ]  # fmt: skip


def test_there_are_never_more_than_five_restarts_in_a_minute() -> None:
    policy, now_s, restarts = RestartPolicy(), 0.0, []
    for _ in range(200):
        now_s += policy.after_exit(now_s).delay_s
        restarts.append(now_s)
    for number, at_s in enumerate(restarts):
        assert sum(at_s <= other < at_s + 60 for other in restarts[number:]) <= 5


def test_a_minute_without_trouble_forgives() -> None:
    policy = RestartPolicy()
    for _ in range(6):
        policy.after_exit(0.0)
    assert policy.after_exit(200.0) == RestartPolicy().after_exit(0.0)


def test_degraded_ends_when_the_child_holds_out() -> None:
    policy, now_s = RestartPolicy(), 0.0
    for _ in range(6):
        now_s += policy.after_exit(now_s).delay_s
    assert policy.after_exit(now_s + 59).degraded is False
