"""The autopilot: modes, arming, failsafes and what it says. It knows no wire and no clock; `step`
moves its world on. Not thread-safe; its owner calls it from one thread or under one lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from drone.simulator.arming import mode_refused, why_not_armable
from drone.simulator.battery import Battery, Monitor, current_a
from drone.simulator.camera import Camera
from drone.simulator.commands import carry_out_item
from drone.simulator.estimator import Estimator
from drone.simulator.failsafes import Failsafes
from drone.simulator.fence import Areas
from drone.simulator.fencing import Fencing
from drone.simulator.flight import STAND, Demand, FlightModel, Vector, Wind
from drone.simulator.flights import (
    Drifting,
    Flight,
    Guided,
    Landing,
    Returning,
    Stopping,
    return_place,
)
from drone.simulator.gimbal import Gimbal
from drone.simulator.ground import Ground
from drone.simulator.items import Item
from drone.simulator.landed import Landed, Result, Severity
from drone.simulator.mission import Mission
from drone.simulator.modes import NEEDS_POSITION, Mode
from drone.simulator.noise import Noise
from drone.simulator.nose import Nose
from drone.simulator.outputs import Outputs
from drone.simulator.parameters import Parameters
from drone.simulator.places import HIGHEST_M, Places
from drone.simulator.radio import Radio
from drone.simulator.settings import SimulatorSettings
from drone.simulator.steering import Limits

LONGEST_STEP_S = 0.05
MOST_TEXTS = 100


class Pilot(Places):
    """One vehicle's autopilot and the aircraft under it.

    Attributes:
        weather: the wind, to be made worse. rally: places to return to, in the model's frame.
        refuses_arming: why it shall not arm; "" = as it would.
        drain: times the battery is drained as fast as it should.
        remote_id_problem: why its Remote ID module is not fit to fly; "" = it is.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        super().__init__(settings)
        self.parameters = Parameters(
            {
                "BATT_CAPACITY": settings.battery_mah,
                **settings.parameters,
                "MAV_SYSID": settings.system_id,
            }
        )
        self.weather = Wind(
            settings.wind_mps, settings.wind_from_deg, settings.gust_mps, settings.seed
        )
        self.model = FlightModel(settings.heading_deg, self.weather)
        self.noise = Noise(settings.place_noise_m, settings.attitude_noise_deg, settings.seed)
        self.estimator = Estimator(settings.gps_after_s, settings.ready_after_s)
        self.battery = Battery(settings.battery_mah, settings.battery_remaining)
        self.monitor = Monitor(self.battery, self.parameters)
        self.gimbal = Gimbal(self.parameters)
        self.camera = Camera(self.parameters)
        self.outputs = Outputs(self.parameters)
        self.radio = Radio(settings.remote_control)
        self.nose = Nose()
        self.ground = Ground(self)
        self.rally: Sequence[Vector] = ()
        self.mission = Mission(self._item_reached, self._mission_finished)
        self.fencing = Fencing(self)
        self.failsafes = Failsafes(self)
        self.mode = Mode.STABILIZE
        self.armed = False
        self.has_home = False
        self.time_s = 0.0
        self.refuses_arming = ""
        self.drain = 1.0
        self.remote_id_problem = settings.remote_id_problem
        self.texts: deque[tuple[Severity, str]] = deque(maxlen=MOST_TEXTS)
        self.reached: deque[int] = deque(maxlen=MOST_TEXTS)
        self._flight: Flight = Stopping()
        self._speed_mps: float | None = None
        self._climb_mps: dict[str, float] = {}
        self.announce()

    # --- what flights and the wire see ---------------------------------------------------------

    @property
    def on_ground(self) -> bool:
        return self.model.on_ground

    @property
    def wind(self) -> tuple[float, float]:
        return self.model.wind

    @property
    def heading_deg(self) -> float:
        return self.model.heading_deg

    @property
    def limits(self) -> Limits:
        limits = Limits.of(self.parameters).at_speed(self._speed_mps)
        return replace(limits, **self._climb_mps) if self._climb_mps else limits

    @property
    def gps_fix(self) -> bool:
        return self.estimator.fix

    @property
    def position_known(self) -> bool:
        """Whether the estimate is good enough to fly by."""
        return self.estimator.position_known

    @property
    def return_place(self) -> Vector:
        """Where RTL goes: home or a rally point; `up` is the least height on the way."""
        return return_place(self)

    @property
    def flying(self) -> bool:
        return self.armed and not self.on_ground

    @property
    def landed(self) -> Landed:
        if not self.armed:
            return Landed.ON_GROUND if self.on_ground else Landed.IN_AIR
        return (self.mission if self.mode is Mode.AUTO else self._flight).landed(self)

    def say(self, severity: Severity, text: str) -> None:
        """A sentence for people; the wire sends it."""
        self.texts.append((severity, text))

    # --- commands ------------------------------------------------------------------------------

    def set_mode(self, number: int, *, ask_position: bool = True) -> bool:
        """Change the mode; says why where it cannot."""
        try:
            mode = Mode(number)
        except ValueError:
            self.say(Severity.WARNING, f"Mode change failed: no such mode {number}")
            return False
        if mode is self.mode:
            return True
        why_not = mode_refused(self, mode, ask_position=ask_position)
        if why_not:
            self.say(Severity.WARNING, f"Mode change to {mode.name} failed: {why_not}")
            return False
        self._enter(mode)
        return True

    def _enter(self, mode: Mode) -> None:
        if self.mode is Mode.AUTO:
            self.mission.pause()
        self._speed_mps = None
        self._climb_mps.clear()
        self.nose.reset()
        self.mode = mode
        if mode is Mode.AUTO:
            self.mission.start_or_resume(self)
        else:
            self._flight = self._flight_for(mode)

    def _flight_for(self, mode: Mode) -> Flight:
        makers: dict[Mode, Callable[[], Flight]] = {
            Mode.GUIDED: lambda: Guided(self._stop_point(), self.on_ground),
            Mode.RTL: Returning,
            Mode.LAND: Landing,
            Mode.ALT_HOLD: Drifting,
            Mode.LOITER: lambda: Stopping(self.limits.accel),
        }
        return makers.get(mode, Stopping)()

    def _stop_point(self) -> Vector:
        """Where it comes to a stop if it brakes now."""
        speed2 = self.model.velocity.east**2 + self.model.velocity.north**2
        ahead_s = speed2**0.5 / (2 * self.limits.accel)
        east, north, up = self.position
        return Vector(
            east + self.model.velocity.east * ahead_s,
            north + self.model.velocity.north * ahead_s,
            up,
        )

    def arm(self, *, forced: bool = False) -> Result:
        """Motors on. Says why where it refuses."""
        if self.armed:
            return Result.ACCEPTED
        why_not = "" if forced else why_not_armable(self)
        if why_not:
            self.say(Severity.CRITICAL, f"Arm: {why_not}")
            return Result.FAILED
        self.armed = True
        self.ground.armed()
        self.fencing.armed()
        self._home, self.has_home = self.position, True
        self._flight = self._flight_for(self.mode)
        self.say(Severity.INFO, "Arming motors")
        return Result.ACCEPTED

    def disarm(self, *, forced: bool = False) -> Result:
        """Motors off; refused in the air unless forced, and then it falls."""
        if not self.armed:
            return Result.ACCEPTED
        if self.flying and not forced:
            return Result.FAILED
        self.motors_off()
        return Result.ACCEPTED

    def motors_off(self) -> None:
        """Wherever it is."""
        self.armed = False
        self.ground.disarmed()
        self.mission.landed_and_disarmed()
        self.failsafes.disarmed()
        self.say(Severity.INFO, "Disarming motors")

    def take_off(self, height_m: float) -> Result:
        """In GUIDED, armed, on the ground, to a height above home."""
        ready = self.mode is Mode.GUIDED and self.armed and self.on_ground
        if not ready or not isinstance(self._flight, Guided):
            return Result.FAILED
        if not self.position.up - self._home.up < height_m < HIGHEST_M:  # also refuses NaN
            return Result.FAILED
        self._flight.take_off(height_m)
        return Result.ACCEPTED

    def go_to(self, lat: float, lon: float, up_m: float) -> Result:
        """GUIDED, to a place; `up_m` in the model's frame. The fence has its say; distance does
        not, and neither does being disarmed."""
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            return Result.DENIED
        if self.mode is not Mode.GUIDED and not self.set_mode(Mode.GUIDED):
            return Result.FAILED
        if not self.fencing.allows(lat, lon, up_m - self._home.up):
            self.say(Severity.WARNING, "Guided: destination outside fence")
            return Result.FAILED
        assert isinstance(self._flight, Guided)
        self.nose.reset()
        self._flight.go_to(Vector(*self.frame.from_wgs84(lat, lon), up_m))
        return Result.ACCEPTED

    def set_speed(self, speed_mps: float | None) -> None:
        """Over the ground, until the next change of mode."""
        self._speed_mps = speed_mps

    def set_climb(self, speed_mps: float, *, up: bool) -> None:
        """The same for climbing, or sinking."""
        self._climb_mps["up" if up else "down"] = max(0.1, speed_mps)

    def point_at(self, place: Vector | None) -> None:
        """A region of interest, in the model's frame: the mount looks at it, or the nose where
        there is none that can pan. None ends it."""
        self.nose.place = None if self.gimbal.pans else place
        self.gimbal.look_at(place)

    def swap_battery(self) -> None:
        """A full one is in."""
        self.battery = Battery(self.settings.battery_mah)
        self.monitor.battery = self.battery
        self.failsafes.battery_changed()

    def set_home(self, lat: float, lon: float, up_m: float) -> None:
        """Where RTL goes."""
        self._home = Vector(*self.frame.from_wgs84(lat, lon), up_m)
        self.has_home = True

    def replace_fence(self, areas: Areas, total: int) -> None:
        """A new upload."""
        self.fencing.areas = areas
        self.parameters.put("FENCE_TOTAL", min(total, 127))

    def replace_mission(self, items: list[Item]) -> None:
        """A new upload, with home's placeholder first."""
        self.mission.replace(self, items)
        self.parameters.put("MIS_TOTAL", len(items))

    def replace_rally(self, items: Sequence[Item]) -> None:
        """A new upload."""
        self.rally = [self.place_of(item) for item in items]
        self.parameters.put("RALLY_TOTAL", len(items))

    def lose_gps(self, lost: bool) -> None:
        """GPS goes or comes back."""
        if lost:
            self.estimator.lose()
        elif self.estimator.regain():
            self.say(Severity.INFO, "EKF3 IMU0 is using GPS")

    def reboot(self) -> None:
        """As PREFLIGHT_REBOOT does it on the ground: what is stored stays, and the position is to
        be found again."""
        self.armed, self.mode, self.has_home = False, Mode.STABILIZE, False
        self._flight = Stopping()
        self.nose.reset()
        self.estimator.reboot()
        self.gimbal.reboot()
        self.camera.reboot()
        self.outputs.reboot()
        self.announce()

    # --- time ----------------------------------------------------------------------------------

    def step(self, seconds: float) -> None:
        """Move the world on, in pieces short enough for the model."""
        while seconds > 1e-9:
            piece = min(seconds, LONGEST_STEP_S)
            seconds -= piece
            self._step(piece)

    def _step(self, dt_s: float) -> None:
        knew = self.position_known
        self.time_s += dt_s
        self.estimator.time_s = self.time_s
        self._notice_position(knew)
        self.model.step(dt_s, self._demand(dt_s))
        amperes = current_a(
            flying=self.flying,
            armed=self.armed,
            airspeed_mps=self.model.airspeed_mps,
            climb_mps=self.model.velocity.up,
        )
        self.battery.draw(amperes * self.drain, dt_s)
        self.noise.step(dt_s)
        self.radio.step(dt_s)
        self.gimbal.step(dt_s, self.position, self.heading_deg, self._home)
        attitude = self.heading_deg, self.model.roll_deg, self.model.pitch_deg
        self.camera.step(dt_s, self.position, attitude)
        self.ground.step(dt_s)
        self.failsafes.step(dt_s)
        self.fencing.step()

    def _notice_position(self, knew: bool) -> None:
        if self.position_known and not knew and not self.has_home:
            self.has_home, self._home = True, self.position
            self.say(Severity.INFO, "EKF3 IMU0 is using GPS")
        elif knew and not self.position_known:
            self.say(Severity.WARNING, "EKF3 IMU0 stopped aiding")

    def _demand(self, dt_s: float) -> Demand:
        if not self.armed:
            return STAND
        if self.battery.empty and self.flying:
            self.say(Severity.EMERGENCY, "Battery 1 empty: motors stopped")
            self.motors_off()
            return STAND
        if self.flying and self.mode in NEEDS_POSITION and not self.position_known:
            return Drifting().steer(self, dt_s)
        in_auto = self.mode is Mode.AUTO
        demand = (self.mission if in_auto else self._flight).steer(self, dt_s)
        heading = self.nose.heading(self.position, demand.heading_deg)
        same = heading == demand.heading_deg
        return demand if same else replace(demand, heading_deg=heading)

    # --- what the mission does and tells -------------------------------------------------------

    def next_leg(self) -> None:
        """Another item is flown."""
        self.nose.next_leg()

    def act(self, item: Item) -> None:
        """What an item of the mission that does not fly does."""
        carry_out_item(self, item)

    def heading_reached(self) -> bool:
        return self.nose.there(self.heading_deg)

    def metres_to_go(self) -> float:
        return self.mission.metres_to_go(self.position)

    def _item_reached(self, number: int) -> None:
        self.reached.append(number)
        self.say(Severity.INFO, f"Reached command #{number}")

    def _mission_finished(self) -> None:
        """On the ground: motors off. In the air it stays where it is, in AUTO."""
        if self.on_ground and self.armed and self.ground.flew:
            self.motors_off()

    def announce(self) -> None:
        """What it says when it boots."""
        self.say(Severity.INFO, "ArduCopter V4.7.0-dev (Kestrel simulator, not ArduPilot)")
        self.say(Severity.INFO, "Frame: QUAD/X")
