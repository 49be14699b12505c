"""SET_POSITION_TARGET_GLOBAL_INT as ArduCopter takes it: in GUIDED only, never acknowledged."""

from __future__ import annotations

import math
from typing import Any

from drone.simulator.items import Frame
from drone.simulator.landed import Result
from drone.simulator.modes import Mode
from drone.simulator.pilot import Pilot
from drone.simulator.places import HIGHEST_M

_NO_POSITION, _NO_SPEED, _NO_YAW = 0b111, 0b111_000, 0b100_0000_0000  # POSITION_TARGET_TYPEMASK


def take(pilot: Pilot, message: Any) -> None:
    """A place, with or without a heading. In another mode, without a place or with a speed, of an
    unknown frame or of no number it is left alone, without a word."""
    mask = message.type_mask
    if pilot.mode is not Mode.GUIDED or mask & _NO_POSITION or mask & _NO_SPEED != _NO_SPEED:
        return
    if not abs(message.alt) < HIGHEST_M:  # also refuses NaN
        return
    if message.coordinate_frame in {Frame.AMSL, Frame.AMSL_INT}:
        up_m = message.alt - pilot.settings.home_amsl_m
    elif message.coordinate_frame in {Frame.RELATIVE, Frame.RELATIVE_INT}:
        up_m = pilot.home.up + message.alt
    else:
        return
    taken = pilot.go_to(message.lat_int * 1e-7, message.lon_int * 1e-7, up_m)
    if taken is Result.ACCEPTED and not mask & _NO_YAW and math.isfinite(message.yaw):
        heading_deg = math.degrees(message.yaw)
        pilot.nose.fix(heading_deg, pilot.heading_deg, relative=False, direction=0.0)
