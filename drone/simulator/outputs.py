"""Relays and servo outputs: what a spotlight or a loudspeaker hangs on."""

from __future__ import annotations

from drone.simulator.parameters import Parameters

RELAYS = 4
MOTORS = 4  # the outputs 1 to 4 turn the propellers
SERVOS = 16
LEAST_US, MOST_US = 500, 2500
TOGGLE = 2


class Outputs:
    """Attributes:
    servos: microseconds by output, counted from 1; what was never set is not in it.
    """

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._on = [False] * RELAYS
        self.servos: dict[int, int] = {}

    def reboot(self) -> None:
        """All relays off."""
        self._on = [False] * RELAYS
        self.servos.clear()

    @property
    def present(self) -> list[bool]:
        """Which relays RELAYn_FUNCTION makes one of."""
        return [self._parameters[f"RELAY{n + 1}_FUNCTION"] == 1 for n in range(RELAYS)]

    @property
    def on(self) -> list[bool]:
        return [on and there for on, there in zip(self._on, self.present, strict=True)]

    def switch(self, relay: int, state: int) -> bool:
        """Counted from 0; 0 off, 1 on, 2 the other. False where it is none."""
        if not 0 <= relay < RELAYS or not self.present[relay] or not 0 <= state <= TOGGLE:
            return False
        self._on[relay] = not self._on[relay] if state == TOGGLE else state == 1
        return True

    def why_not(self, servo: int) -> str:
        """Why an output may not be set; "" = it may."""
        if not 1 <= servo <= SERVOS:
            return f"ServoRelayEvent: Channel {servo} is not there"
        if servo <= MOTORS:
            return f"ServoRelayEvent: Channel {servo} is already in use"
        return ""

    def set_servo(self, servo: int, microseconds: int) -> bool:
        """False where it may not be, or the value is none."""
        if self.why_not(servo) or not LEAST_US <= microseconds <= MOST_US:
            return False
        self.servos[servo] = microseconds
        return True
