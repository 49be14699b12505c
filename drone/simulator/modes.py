"""ArduCopter's flight modes, as far as the simulator flies them."""

from __future__ import annotations

from enum import IntEnum


class Mode(IntEnum):
    """`custom_mode` of the heartbeat. The names are the ones ArduCopter puts into its texts."""

    STABILIZE = 0
    ALT_HOLD = 2
    AUTO = 3
    GUIDED = 4
    LOITER = 5
    RTL = 6
    LAND = 9
    BRAKE = 17


# ArduCopter arms in no mode that flies by itself or stops: "Arm: RTL mode not armable".
NOT_ARMABLE = frozenset({Mode.AUTO, Mode.RTL, Mode.LAND, Mode.BRAKE})
# It enters none of these without knowing where it is.
NEEDS_POSITION = frozenset({Mode.AUTO, Mode.GUIDED, Mode.LOITER, Mode.RTL, Mode.BRAKE})
