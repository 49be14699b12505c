"""The autopilot: modes, arming, failsafes and what it says. It knows no wire and no clock; `step`
moves its world on. Not thread-safe; its owner calls it from one thread or under one lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from drone.simulator.battery import Battery, current_a
from drone.simulator.failsafes import Failsafes
from drone.simulator.fence import Areas
from drone.simulator.fencing import Fencing
from drone.simulator.flight import STAND, Demand, FlightModel, Vector, Wind
from drone.simulator.flights import Flight, Guided, Landing, Returning, Stopping
from drone.simulator.items import Item
from drone.simulator.landed import Landed, Result, Severity
from drone.simulator.mission import Mission, altitude_up_m
from drone.simulator.modes import NEEDS_POSITION, NOT_ARMABLE, Mode
from drone.simulator.parameters import Parameters
from drone.simulator.settings import SimulatorSettings
from drone.simulator.steering import Limits
from geo.local_frame import LocalFrame

LONGEST_STEP_S = 0.05
GPS_MISSED_AFTER_S = 5.0  # the estimate lives on that long without a fix
LANDED_AFTER_S = 1.0
SWAP_AFTER_S = 5.0
SWAP_BELOW = 0.95
AT_HOME_M = 10.0
MOST_TEXTS = 100
HIGHEST_M = 100_000.0  # what is further up or down than this is no height


class Pilot:
    """One vehicle's autopilot and the aircraft under it.

    Attributes:
        refuses_arming: why it shall not arm; "" = as it would.
        drain: times the battery is drained as fast as it should.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.parameters = Parameters({**settings.parameters, "MAV_SYSID": settings.system_id})
        self.frame = LocalFrame(settings.lat, settings.lon)
        wind = Wind(settings.wind_mps, settings.wind_from_deg, settings.gust_mps, settings.seed)
        self.model = FlightModel(settings.heading_deg, wind)
        self.battery = Battery(settings.battery_mah, settings.battery_remaining)
        self.mission = Mission(self._item_reached, self._mission_finished)
        self.fencing = Fencing(self)
        self.failsafes = Failsafes(self)
        self.mode = Mode.STABILIZE
        self.armed = False
        self.has_home = False
        self.time_s = 0.0
        self.refuses_arming = ""
        self.drain = 1.0
        self.texts: deque[tuple[Severity, str]] = deque(maxlen=MOST_TEXTS)
        self.reached: deque[int] = deque(maxlen=MOST_TEXTS)
        self._home = Vector()
        self._estimate = (0.0, 0.0, settings.home_amsl_m)
        self._flight: Flight = Stopping()
        self._booted_s = 0.0
        self._speed_mps: float | None = None
        self._gps_lost_s: float | None = None
        self._grounded_s = 0.0
        self._flew = False
        self._parked_s = 0.0
        self._falling = False
        self.announce()

    # --- what flights and the wire see ---------------------------------------------------------

    @property
    def position(self) -> Vector:
        return self.model.position

    @property
    def on_ground(self) -> bool:
        return self.model.on_ground

    @property
    def home(self) -> Vector:
        return self._home

    @property
    def wind(self) -> tuple[float, float]:
        return self.model.wind

    @property
    def limits(self) -> Limits:
        return Limits.of(self.parameters).at_speed(self._speed_mps)

    @property
    def _up_s(self) -> float:
        return self.time_s - self._booted_s

    @property
    def gps_fix(self) -> bool:
        return self._up_s >= self.settings.gps_after_s and self._gps_lost_s is None

    @property
    def position_known(self) -> bool:
        """Whether the estimate is good enough to fly by."""
        if self._up_s < self.settings.ready_after_s:
            return False
        return self._gps_lost_s is None or self.time_s - self._gps_lost_s < GPS_MISSED_AFTER_S

    @property
    def flying(self) -> bool:
        return self.armed and not self.on_ground

    @property
    def landed(self) -> Landed:
        if not self.armed:
            return Landed.ON_GROUND if self.on_ground else Landed.IN_AIR
        return (self.mission if self.mode is Mode.AUTO else self._flight).landed(self)

    def where(self) -> tuple[float, float, float]:
        """(lat, lon, metres above mean sea level)."""
        lat, lon = self.frame.to_wgs84(self.position.east, self.position.north)
        return lat, lon, self.settings.home_amsl_m + self.position.up

    def estimated(self) -> tuple[float, float, float]:
        """`where` while the position is known; afterwards the last one asked for, 0, 0 at first."""
        if self.position_known:
            self._estimate = self.where()
        return self._estimate

    def home_where(self) -> tuple[float, float, float]:
        """The same, of home."""
        lat, lon = self.frame.to_wgs84(self._home.east, self._home.north)
        return lat, lon, self.settings.home_amsl_m + self._home.up

    def place_of(self, item: Item) -> Vector:
        """An item's place in the model's frame; where it has none, above where the craft is."""
        up = altitude_up_m(item, self._home, self.settings.home_amsl_m)
        if not item.has_place:
            return Vector(self.position.east, self.position.north, up)
        return Vector(*self.frame.from_wgs84(item.lat, item.lon), up)

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
        why_not = self._mode_refused(mode, ask_position)
        if why_not:
            self.say(Severity.WARNING, f"Mode change to {mode.name} failed: {why_not}")
            return False
        self._enter(mode)
        return True

    def _mode_refused(self, mode: Mode, ask_position: bool) -> str:
        if ask_position and mode in NEEDS_POSITION and not self.position_known:
            return "requires position"
        if mode is Mode.STABILIZE and self.flying:
            return "no pilot's throttle"
        if mode is Mode.AUTO:
            if not self.mission.present:
                return "init failed"
            if self.armed and self.on_ground and not self.mission.starts_with_take_off:
                self.say(Severity.CRITICAL, "Auto: Missing Takeoff Cmd")
                return "init failed"
        return ""

    def _enter(self, mode: Mode) -> None:
        if self.mode is Mode.AUTO:
            self.mission.pause()
        self._speed_mps = None
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
        why_not = "" if forced else self.why_not_armable()
        if why_not:
            self.say(Severity.CRITICAL, f"Arm: {why_not}")
            return Result.FAILED
        self.armed, self._flew, self._falling = True, False, False
        self._home, self.has_home = self.position, True
        self._grounded_s = 0.0
        self._flight = self._flight_for(self.mode)
        self.say(Severity.INFO, "Arming motors")
        return Result.ACCEPTED

    def why_not_armable(self) -> str:
        """Its own reason, without "Arm: "; "" = it may."""
        if self.mode in NOT_ARMABLE:
            return f"{self.mode.name} mode not armable"
        if self.refuses_arming:
            return self.refuses_arming
        if not self.position_known:
            return "Need Position Estimate"
        if self.battery.left_mah <= self.parameters["BATT_LOW_MAH"]:
            return "Battery 1 below minimum arming capacity"
        if self.fencing.breached():
            return "Vehicle breaching Polygon fence"
        return ""

    def disarm(self, *, forced: bool = False) -> Result:
        """Motors off; refused in the air unless forced, and then it falls."""
        if not self.armed:
            return Result.ACCEPTED
        if self.flying and not forced:
            return Result.FAILED
        self._motors_off()
        return Result.ACCEPTED

    def _motors_off(self) -> None:
        self.armed = False
        self._falling = not self.on_ground
        self._parked_s = 0.0
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
        self._flight.go_to(Vector(*self.frame.from_wgs84(lat, lon), up_m))
        return Result.ACCEPTED

    def set_speed(self, speed_mps: float | None) -> None:
        """Over the ground, until the next change of mode."""
        self._speed_mps = speed_mps

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

    def lose_gps(self, lost: bool) -> None:
        """GPS goes or comes back."""
        if lost and self._gps_lost_s is None:
            self._gps_lost_s = self.time_s
        elif not lost and self._gps_lost_s is not None:
            self._gps_lost_s = None
            self.say(Severity.INFO, "EKF3 IMU0 is using GPS")

    def reboot(self) -> None:
        """As PREFLIGHT_REBOOT does it on the ground: what is stored stays, and the position is to
        be found again."""
        self.armed, self.mode, self.has_home = False, Mode.STABILIZE, False
        self._flight = Stopping()
        self._booted_s = self.time_s
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
        if not knew and self.position_known and not self.has_home:
            self.has_home, self._home = True, self.position
            self.say(Severity.INFO, "EKF3 IMU0 is using GPS")
        self.model.step(dt_s, self._demand(dt_s))
        amperes = current_a(
            flying=self.flying,
            armed=self.armed,
            airspeed_mps=self.model.airspeed_mps,
            climb_mps=self.model.velocity.up,
        )
        self.battery.draw(amperes * self.drain, dt_s)
        self._watch_ground(dt_s)
        self.failsafes.step()
        self.fencing.step()

    def _demand(self, dt_s: float) -> Demand:
        if not self.armed:
            return STAND
        if self.battery.empty and self.flying:
            self.say(Severity.EMERGENCY, "Battery 1 empty: motors stopped")
            self._motors_off()
            return STAND
        if self.mode is Mode.AUTO:
            return self.mission.steer(self, dt_s)
        return self._flight.steer(self, dt_s)

    def _watch_ground(self, dt_s: float) -> None:
        if not self.on_ground:
            self._grounded_s, self._parked_s = 0.0, 0.0
            self._flew = self._flew or self.armed
            return
        if self._falling:
            self._falling = False
            self.say(
                Severity.CRITICAL, f"Crash: hit the ground at {self.model.touch_down_mps:.1f} m/s"
            )
        self._grounded_s += dt_s
        if self.armed and self.landed is not Landed.TAKING_OFF:
            comes_down = self.mode in {Mode.LAND, Mode.RTL, Mode.AUTO}
            after_s = LANDED_AFTER_S if comes_down else self.parameters["DISARM_DELAY"]
            waits_in_auto = self.mode is Mode.AUTO and not self._flew
            if not waits_in_auto and 0 < after_s <= self._grounded_s:
                self._motors_off()
        elif not self.armed:
            self._parked_s += dt_s
            self._swap_battery()

    def _swap_battery(self) -> None:
        """Somebody at home puts a full one in, where the settings ask for that."""
        if not (self.settings.swap_battery and self._flew and self._parked_s >= SWAP_AFTER_S):
            return
        self._flew = False
        off = (self.position.east - self._home.east, self.position.north - self._home.north)
        at_home = max(abs(off[0]), abs(off[1])) <= AT_HOME_M
        if at_home and self.battery.remaining < SWAP_BELOW:
            self.battery = Battery(self.settings.battery_mah)
            self.failsafes.battery_changed()
            self.say(Severity.NOTICE, "Simulator: battery swapped for a full one")

    # --- what the mission tells ----------------------------------------------------------------

    def _item_reached(self, number: int) -> None:
        self.reached.append(number)
        self.say(Severity.INFO, f"Reached command #{number}")

    def _mission_finished(self) -> None:
        """On the ground: motors off. In the air it stays where it is, in AUTO."""
        if self.on_ground and self.armed and self._flew:
            self._motors_off()

    def announce(self) -> None:
        """What it says when it boots."""
        self.say(Severity.INFO, "ArduCopter V4.7.0-dev (Kestrel simulator, not ArduPilot)")
        self.say(Severity.INFO, "Frame: QUAD/X")
