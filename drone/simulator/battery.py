"""The flight battery: what flying costs, and what the autopilot's monitor reads of it. Pure."""

from __future__ import annotations

from drone.simulator.parameters import Parameters

CELLS = 4
IDLE_A = 0.4  # electronics only
ARMED_A = 3.0  # propellers turning on the ground
HOVER_A = 14.0
CLIMB_A_PER_MPS = 2.5
SPEED_A_PER_CUBE = 0.0022  # of the airspeed
CELL_OHM = 0.004


def current_a(*, flying: bool, armed: bool, airspeed_mps: float, climb_mps: float) -> float:
    """What is drawn in a state of flight. Flying slowly costs a little less than hovering."""
    if not armed:
        return IDLE_A
    if not flying:
        return ARMED_A
    lift = HOVER_A * (1.0 - 0.12 * min(airspeed_mps, 8.0) / 8.0)
    drag = SPEED_A_PER_CUBE * airspeed_mps**3
    return max(ARMED_A, lift + drag + CLIMB_A_PER_MPS * climb_mps)


class Battery:
    """A lithium battery of four cells.

    Args:
        capacity_mah: when full. remaining: fraction of it that is there.
    """

    def __init__(self, capacity_mah: float, remaining: float = 1.0) -> None:
        self.capacity_mah = capacity_mah
        self.used_mah = capacity_mah * (1.0 - remaining)
        self.current_a = IDLE_A
        self._mean_a = HOVER_A

    @property
    def remaining(self) -> float:
        """0-1 of the capacity."""
        return max(0.0, 1.0 - self.used_mah / self.capacity_mah)

    @property
    def left_mah(self) -> float:
        return max(0.0, self.capacity_mah - self.used_mah)

    @property
    def voltage_v(self) -> float:
        """At its clamps: falls with the charge, and with the current drawn."""
        left = self.remaining
        cell = 3.3 + 0.75 * left + 0.15 * left**8 if left > 0.08 else 3.0 + 4.5 * left
        return CELLS * (cell - self.current_a * CELL_OHM)

    @property
    def seconds_left(self) -> float:
        """At the current drawn lately."""
        return self.left_mah * 3.6 / max(self._mean_a, IDLE_A)

    @property
    def empty(self) -> bool:
        return self.used_mah >= self.capacity_mah

    def draw(self, amperes: float, dt_s: float) -> None:
        """Take that current for that long."""
        self.current_a = amperes
        self.used_mah += amperes * dt_s / 3.6
        self._mean_a += (amperes - self._mean_a) * min(1.0, dt_s / 20.0)


class Monitor:
    """What the autopilot reads of its battery: it counts what was drawn, and takes BATT_CAPACITY
    for what was in it, whether that is so or not. What was missing at boot counts as drawn ("ours":
    an ArduPilot takes every battery for full)."""

    def __init__(self, battery: Battery, parameters: Parameters) -> None:
        self.battery = battery
        self._parameters = parameters

    @property
    def there(self) -> bool:
        return self._parameters["BATT_MONITOR"] > 0

    @property
    def voltage_v(self) -> float:
        return self.battery.voltage_v

    @property
    def used_mah(self) -> float:
        return self.battery.used_mah

    @property
    def left_mah(self) -> float | None:
        """None: BATT_CAPACITY is 0, or there is no monitor."""
        capacity = self._parameters["BATT_CAPACITY"]
        if not self.there or capacity <= 0:
            return None
        return max(0.0, capacity - self.used_mah)

    @property
    def percent(self) -> int:
        """-1: not known."""
        left = self.left_mah
        return -1 if left is None else round(100 * left / self._parameters["BATT_CAPACITY"])

    def why_not_armable(self) -> str:
        """As an ArduPilot says it, in the order that it looks; "" = it may be flown with."""
        if not self.there:
            return ""
        held, volts, left = self._parameters, self.voltage_v, self.left_mah
        below_volts = [
            ("BATT_ARM_VOLT", "below minimum arming voltage"),
            ("BATT_LOW_VOLT", "low voltage failsafe"),
            ("BATT_CRT_VOLT", "critical voltage failsafe"),
        ]
        below_mah = [
            ("BATT_ARM_MAH", "below minimum arming capacity"),
            ("BATT_LOW_MAH", "low capacity failsafe"),
            ("BATT_CRT_MAH", "critical capacity failsafe"),
        ]
        for (by_volts, volts_words), (by_mah, mah_words) in zip(
            below_volts, below_mah, strict=True
        ):
            if held[by_volts] > 0 and volts < held[by_volts]:
                return f"Battery 1 {volts_words}"
            if held[by_mah] > 0 and left is not None and left < held[by_mah]:
                return f"Battery 1 {mah_words}"
        return self._inverted()

    def _inverted(self) -> str:
        held = self._parameters
        if 0 < held["BATT_LOW_MAH"] <= held["BATT_CRT_MAH"]:
            return "Battery 1 capacity failsafe critical >= low"
        if 0 < held["BATT_LOW_VOLT"] <= held["BATT_CRT_VOLT"]:
            return "Battery 1 voltage failsafe critical >= low"
        return ""
