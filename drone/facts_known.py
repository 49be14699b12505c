"""What one vehicle has told of itself beside telemetry: parameters, firmware, what it carries, its
Remote ID. Filled by MAVSDK's callback thread, read by the event loop; one lock. Bounded: a value a
parameter that is asked for."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass

from drone import facts_messages as heard
from drone import failsafe_rules, failsafe_rules_px4
from drone.parameter_facts import ParameterFacts
from ground_station.core.agent_facts import VehicleFacts
from ground_station.core.agent_vehicles import Autopilot

REMOTE_ID_KNOWN_S = 10.0  # its module speaks once a second
_LONGEST_LINE = 300
_AUTOPILOT = 1
# MAV_TYPE, and the components that MAVLink sets aside (MAV_COMP_ID).
_CAMERA_TYPE, _GIMBAL_TYPE = 30, 26
_CAMERAS = range(100, 106)
_GIMBALS = (154, *range(171, 176))
# ArduPilot's simulated vehicles have it (libraries/SITL/SITL.cpp), no firmware for a real one does.
SIMULATION = "SIM_SPEEDUP"
_WANTED = frozenset({*failsafe_rules.PARAMETERS, *failsafe_rules_px4.PARAMETERS, SIMULATION})
_UNREAD = "Its parameters have not been read yet."


@dataclass(frozen=True, slots=True)
class Kind:
    """What parameters mean depends on it."""

    autopilot: Autopilot
    copter: bool

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those to ask for; none where their meaning is not known here."""
        if self.autopilot is Autopilot.PX4:
            return failsafe_rules_px4.PARAMETERS
        if self.autopilot is Autopilot.ARDUPILOT and self.copter:
            return (*failsafe_rules.PARAMETERS, SIMULATION)
        return ()


class FactsKnown:
    """Of one vehicle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._params: dict[str, tuple[heard.ParamValue, float]] = {}
        self._version: heard.AutopilotVersion | None = None
        self._camera = self._gimbal = False
        self._looked = False
        self._remote_id: tuple[heard.RemoteIdArmStatus, float] | None = None
        self._problem = _UNREAD
        self._made: tuple[tuple[Kind, bool | None, str], VehicleFacts] | None = None

    # --- MAVSDK's callback thread ----------------------------------------------------------------

    def take(self, message: heard.FactsMessage, component: int, at_s: float) -> None:
        with self._lock:
            match message:
                case heard.Beat():
                    self._take_beat(message, component)
                case heard.ParamValue():
                    if component == _AUTOPILOT and message.param_id in _WANTED:
                        self._params[message.param_id] = message, at_s
                        self._made = None
                case heard.AutopilotVersion():
                    if component == _AUTOPILOT:
                        self._version, self._made = message, None
                case heard.CameraInformation():
                    self._carries(camera=True)
                case heard.GimbalInformation() | heard.GimbalSpeaks():
                    self._carries(gimbal=True)
                case heard.RemoteIdArmStatus():
                    self._remote_id = message, at_s

    def _take_beat(self, beat: heard.Beat, component: int) -> None:
        if component == _AUTOPILOT:
            return
        self._carries(
            camera=beat.type == _CAMERA_TYPE or component in _CAMERAS,
            gimbal=beat.type == _GIMBAL_TYPE or component in _GIMBALS,
        )

    def _carries(self, *, camera: bool = False, gimbal: bool = False) -> None:
        if (camera and not self._camera) or (gimbal and not self._gimbal):
            self._camera, self._gimbal = self._camera or camera, self._gimbal or gimbal
            self._made = None

    # --- the event loop --------------------------------------------------------------------------

    def forget(self) -> None:
        """It was started anew, maybe with other firmware; what it carries shows again."""
        with self._lock:
            self._params.clear()
            self._version = None
            self._camera = self._gimbal = self._looked = False
            self._remote_id = None
            self._problem, self._made = _UNREAD, None

    def told_since(self, at_s: float) -> frozenset[str]:
        """The names of the parameters that came from then on."""
        with self._lock:
            return frozenset(name for name, (_v, then_s) in self._params.items() if then_s >= at_s)

    def drop_before(self, at_s: float, names: Collection[str]) -> None:
        """Those that it no longer tells, although it tells others."""
        with self._lock:
            for name in names:
                if name in self._params and self._params[name][1] < at_s:
                    del self._params[name]
                    self._made = None

    def looked_for_payloads(self) -> None:
        """From now on a camera or gimbal that was not heard is not there."""
        with self._lock:
            self._looked, self._made = True, None

    def say(self, problem: str) -> None:
        """Why the parameters are not known; "": they were read, as far as it has them."""
        with self._lock:
            self._problem, self._made = problem, None

    def facts(self, system_id: int, kind: Kind, now_s: float) -> VehicleFacts:
        """As it is known now; made anew only where something changed."""
        with self._lock:
            works, why_not = self._own_remote_id(now_s)
            if self._made is None or self._made[0] != (kind, works, why_not):
                self._made = (kind, works, why_not), self._make(system_id, kind, works, why_not)
            return self._made[1]

    def _make(self, system_id: int, kind: Kind, works: bool | None, why_not: str) -> VehicleFacts:
        values = {
            name: value
            for name, (message, _at_s) in self._params.items()
            if (value := heard.value_of(message, kind.autopilot)) is not None
        }
        by = _by_parameters(values, kind)
        version = self._version
        problems = [self._problem] if self._problem else list(by.missing)
        return VehicleFacts(
            system_id=system_id,
            failsafes=list(by.failsafes),
            return_height_home_m=by.return_height_home_m,
            fence_enabled=by.fence_enabled,
            fence_rings=by.fence_rings,
            fence_max_height_m=by.fence_max_height_m,
            fence_radius_m=by.fence_radius_m,
            rally_points=by.rally_points,
            battery_capacity_mah=by.battery_capacity_mah,
            battery_cells=by.battery_cells,
            camera=self._there(self._camera),
            gimbal=self._there(self._gimbal),
            remote_id=works,
            remote_id_problem=why_not[:_LONGEST_LINE],
            firmware=(
                "" if version is None else heard.firmware_of(version, kind.autopilot, kind.copter)
            ),
            simulator=self._simulator(kind),
            problem=" ".join(problems)[:_LONGEST_LINE],
        )

    def _simulator(self, kind: Kind) -> bool | None:
        if SIMULATION not in kind.parameters or self._problem:
            return None
        return SIMULATION in self._params

    def _there(self, heard_of_it: bool) -> bool | None:
        return True if heard_of_it else False if self._looked else None

    def _own_remote_id(self, now_s: float) -> tuple[bool | None, str]:
        if self._remote_id is None:
            return None, ""
        status, at_s = self._remote_id
        if now_s - at_s > REMOTE_ID_KNOWN_S:
            return None, "Its Remote ID module is not heard any more."
        if status.status == 0:
            return True, ""
        words = "".join(letter for letter in status.error if letter.isprintable()).strip()
        return False, words or "Its Remote ID module does not say why."


def _by_parameters(values: dict[str, float], kind: Kind) -> ParameterFacts:
    if not kind.parameters:
        return ParameterFacts(
            missing=("It is no ArduCopter and no PX4: what its parameters mean is not known here.",)
        )
    if kind.autopilot is Autopilot.PX4:
        return failsafe_rules_px4.facts_of(values)
    return failsafe_rules.facts_of(values)
