"""Round a place by targets: where they lie, and when no further one is sent."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone import orbiting, readings
from drone.circling import Circle, ahead_m, next_target, off_circle_m, speed_on
from drone.moves import metres_between
from drone.moving import Steps
from drone.orbiting import Orbiting
from drone.orders import asking, lasting_check
from drone.vehicle_state import VehicleState
from ground_station.core.clock import ManualClock
from ground_station.core.errors import Conflict, Unavailable
from tests.drone.scripted_link import eventually

MIDDLE = (51.4958, -0.2386)
CIRCLE = Circle(*MIDDLE, 30.0, 30.0, 5.0, clockwise=True)
GUIDED, LOITER = 4, 5


# --- where the next target lies -----------------------------------------------------------------


@given(
    radius_m=st.floats(5, 1000),
    speed_mps=st.floats(0.5, 40),
    lat=st.floats(-80, 80),
    start=st.floats(0, 360),
    off=st.floats(0, 3),
    up_m=st.floats(-50, 200),
)
def test_a_target_lies_near_the_circle_and_at_its_height(
    radius_m: float, speed_mps: float, lat: float, start: float, off: float, up_m: float
) -> None:
    circle = Circle(lat, 179.999, 50.0, radius_m, speed_mps, clockwise=True)
    at = _place(circle, start, off)
    to = next_target(circle, at[0], at[1], up_m, 1.0)

    off_m = off_circle_m(circle, to.lat, to.lon)
    assert -0.01 * radius_m - 0.1 < off_m < max(2.0, 0.13 * radius_m) + 0.1
    assert to.alt_amsl_m == 50.0
    assert 0 <= to.nose_deg < 360


@pytest.mark.parametrize("radius_m", [5.0, 30.0, 300.0])
@pytest.mark.parametrize("wanted_mps", [1.5, 6.0, 20.0])
@pytest.mark.parametrize("off", [0.0, 0.6, 1.0, 2.5])
@pytest.mark.parametrize("clockwise", [True, False])
def test_it_comes_to_the_circle_and_goes_round_on_it(
    radius_m: float, wanted_mps: float, off: float, clockwise: bool
) -> None:
    """A vehicle that flies straight at each target for a second."""
    speed = speed_on(radius_m, wanted_mps)
    circle = Circle(*MIDDLE, 50.0, radius_m, speed, clockwise)
    lat, lon = _place(circle, 40.0, off)
    turned, alt_m = 0.0, 30.0
    for _second in range(round(12 * radius_m / speed) + 60):
        to = next_target(circle, lat, lon, alt_m, 1.0)
        before = _bearing(circle, lat, lon)
        share = min(1.0, speed / max(metres_between(lat, lon, to.lat, to.lon), 1e-6))
        lat, lon = lat + (to.lat - lat) * share, lon + (to.lon - lon) * share
        alt_m += max(-2.0, min(2.0, 50.0 - alt_m))
        step = (_bearing(circle, lat, lon) - before + 180) % 360 - 180
        turned += (step if clockwise else -step) if to.going_round else 0.0
        if turned > 90:
            assert abs(off_circle_m(circle, lat, lon)) < max(1.0, 0.1 * radius_m)
    assert turned > 360


def _place(circle: Circle, bearing_deg: float, off: float) -> tuple[float, float]:
    """That many radii from the middle."""
    metres, at = off * circle.radius_m, math.radians(bearing_deg)
    narrow = math.cos(math.radians(circle.lat))
    return (
        circle.lat + metres * math.cos(at) / 111_195,
        circle.lon + metres * math.sin(at) / (111_195 * narrow),
    )


def _bearing(circle: Circle, lat: float, lon: float) -> float:
    east = (lon - circle.lon) * math.cos(math.radians(circle.lat))
    return math.degrees(math.atan2(east, lat - circle.lat))


def test_the_nose_points_inwards() -> None:
    north_of_it = next_target(CIRCLE, MIDDLE[0] + 30 / 111_195, MIDDLE[1], 30.0, 1.0)
    assert 170 < north_of_it.nose_deg < 200


def test_from_its_very_middle_it_flies_out_to_the_north() -> None:
    out = next_target(CIRCLE, *MIDDLE, 30.0, 1.0)
    assert not out.going_round
    assert out.lat > MIDDLE[0]
    assert out.lon == pytest.approx(MIDDLE[1])


def test_it_climbs_first() -> None:
    assert not next_target(CIRCLE, MIDDLE[0] + 30 / 111_195, MIDDLE[1], 10.0, 1.0).going_round


def test_a_target_is_never_further_round_than_a_ninth() -> None:
    fast = Circle(*MIDDLE, 30.0, 10.0, 4.0, clockwise=True)
    assert ahead_m(fast, 1.0) <= 10 * math.tau / 9 + 1e-9
    assert speed_on(5.0, 40.0) < 4


# --- when it ends -------------------------------------------------------------------------------


class Scene:
    """A vehicle in guided mode in the air, north of the middle, and an orbit round it."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.state = VehicleState(1, "Kes", simulated=False)
        self.steps = Steps("Kes", self.clock.monotonic_s)
        self.sent = 0
        self.void = False
        self.fails = False
        self.orbiting = Orbiting(self.state, self.steps, self.clock.monotonic_s, self._send)
        self.heard()

    async def _send(self, lat: float, lon: float, alt: float, nose: float) -> None:
        if self.fails:
            raise Unavailable("Nothing can be sent to Kes.", "Check the radio.")
        self.sent += 1

    def heard(self, mode: int = GUIDED, *, armed: bool = True, landed: int = 2) -> None:
        now_s = self.clock.monotonic_s()
        base = 81 + (128 if armed else 0)
        self.state.take(readings.Heartbeat(2, 3, base, mode), now_s)
        self.state.take(readings.ExtendedSysState(landed), now_s)
        lat, lon = round((MIDDLE[0] + 30 / 111_195) * 1e7), round(MIDDLE[1] * 1e7)
        self.state.take(readings.GlobalPositionInt(1000, lat, lon, 30_000, 25_000, 0, 0, 0), now_s)

    def begin(self) -> None:
        def lasting() -> None:
            if self.void:
                raise Conflict("Orbit is void: the vehicle changed hands.")

        with asking(lambda: None, lasting):
            check = lasting_check()
        self.orbiting.begin(CIRCLE, self.steps.begin(), check)

    async def no_more(self) -> str:
        """What is said once it has ended."""
        await eventually(lambda: not self.orbiting.under_way)
        sent = self.sent
        await asyncio.sleep(0.03)
        assert self.sent == sent
        return " ".join(self.state.report(self.clock.monotonic_s()).problems)


def on_loop(test: Callable[[Scene], Awaitable[None]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orbiting, "EVERY_S", 0.005)

    async def main() -> None:
        scene = Scene()
        scene.begin()
        await eventually(lambda: scene.sent >= 2)
        await test(scene)
        await scene.orbiting.close()

    asyncio.run(main())


@pytest.mark.parametrize("how", ["hold", "changed hands", "silence", "sticks", "landed", "send"])
def test_anything_that_is_not_as_it_should_be_ends_it(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {
        "hold": "was told to hold, return or land",
        "changed hands": "changed hands",
        "silence": "Its link is lost.",
        "sticks": "It is in the mode hold.",
        "landed": "It is not in the air.",
        "send": "Nothing can be sent",
    }

    async def test(scene: Scene) -> None:
        if how == "hold":
            scene.steps.safety_first()
        scene.void, scene.fails = how == "changed hands", how == "send"
        if how == "silence":
            scene.clock.advance(3.5)
        if how == "sticks":
            scene.heard(LOITER)
        if how == "landed":
            scene.heard(armed=False, landed=1)
        assert said[how] in await scene.no_more()
        scene.clock.advance(31)
        scene.orbiting.look_after()
        later = " ".join(scene.state.report(scene.clock.monotonic_s()).problems)
        assert "fly round" not in later

    on_loop(test, monkeypatch)


def test_ended_by_a_command_it_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(scene: Scene) -> None:
        scene.orbiting.end()
        assert await scene.no_more() == ""

    on_loop(test, monkeypatch)


def test_the_end_of_its_commands_time_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which every step of the command itself asks for."""

    async def test(scene: Scene) -> None:
        def too_late() -> None:
            raise Conflict("It came too late.")

        with asking(too_late, lambda: None):
            scene.orbiting.begin(CIRCLE, scene.steps.begin(), lasting_check())
        sent = scene.sent
        await eventually(lambda: scene.sent > sent + 2)

    on_loop(test, monkeypatch)


def test_a_mode_that_no_heartbeat_ever_showed_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reports say guided on the acknowledgement; the heartbeats say otherwise."""

    async def test(scene: Scene) -> None:
        for _second in range(4):
            scene.clock.advance(1.0)
            scene.heard(LOITER)
            scene.state.acknowledged(custom_mode=GUIDED)
        assert "does not fly round the place any more: It is in" in await scene.no_more()

    on_loop(test, monkeypatch)
