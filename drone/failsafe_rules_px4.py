"""What PX4 does when something fails, by its parameters.

The tables are of PX4's parameter reference (docs.px4.io, advanced_config/parameter_reference, by
the names here; made from commander_params.c, geofence_params.c, battery's and navigator's
module.yaml) and its page "Safety Configuration (Failsafes)". No PX4 was connected to this. A value
that is not in its table is UNKNOWN."""

from __future__ import annotations

from collections.abc import Iterator

from drone.parameter_facts import (
    ParameterFacts,
    Params,
    Table,
    act_of,
    has_bit,
    positive,
    rule,
    used,
)
from ground_station.core.agent_facts import FailsafeAct, FailsafeEvent, FailsafeRule

PARAMETERS = (
    "NAV_DLL_ACT",
    "COM_DL_LOSS_T",
    "COM_DLL_EXCEPT",
    "NAV_RCL_ACT",
    "COM_RC_LOSS_T",
    "COM_RCL_EXCEPT",
    "COM_LOW_BAT_ACT",
    "BAT_LOW_THR",
    "BAT_CRIT_THR",
    "BAT_EMERGEN_THR",
    "GF_ACTION",
    "GF_MAX_HOR_DIST",
    "GF_MAX_VER_DIST",
    "COM_POSCTL_NAVL",
    "COM_FAIL_ACT_T",
    "RTL_RETURN_ALT",
    "BAT1_CAPACITY",
    "BAT1_N_CELLS",
)

_HOLD, _RETURN = (FailsafeAct.HOLD, ""), (FailsafeAct.RETURN, "")
_LAND, _STOP = (FailsafeAct.LAND, ""), (FailsafeAct.TERMINATE, "")
# NAV_DLL_ACT and NAV_RCL_ACT.
_LINK: Table = {
    0: (FailsafeAct.NOTHING, ""),
    1: _HOLD,
    2: _RETURN,
    3: _LAND,
    5: _STOP,
    6: (FailsafeAct.TERMINATE, "It disarms."),
}
# COM_LOW_BAT_ACT, at the critical level.
_BATTERY: Table = {
    0: (FailsafeAct.WARN, ""),
    2: _LAND,
    3: (FailsafeAct.RETURN, "At the emergency level it lands."),
}
# GF_ACTION.
_FENCE: Table = {
    0: (FailsafeAct.NOTHING, ""),
    1: (FailsafeAct.WARN, ""),
    2: _HOLD,
    3: _RETURN,
    4: _STOP,
    5: _LAND,
}
# COM_POSCTL_NAVL: of position mode only.
_POSITION_MODE = "In position mode; what it does in its other modes is not set by a parameter."
_POSITION: Table = {
    0: (FailsafeAct.MANUAL, _POSITION_MODE),
    1: (FailsafeAct.LAND, _POSITION_MODE),
}
_MISSION = 1  # of COM_RCL_EXCEPT and COM_DLL_EXCEPT


def facts_of(params: Params) -> ParameterFacts:
    """Args:
    params: those of `PARAMETERS` that the vehicle has told.
    """
    found = [*_links(params), *_batteries(params), *_fence(params), *_position(params)]
    action = params.get("GF_ACTION")
    return ParameterFacts(
        failsafes=tuple(found),
        return_height_home_m=positive(params, "RTL_RETURN_ALT"),
        fence_enabled=None if action is None else action != 0,
        fence_max_height_m=positive(params, "GF_MAX_VER_DIST"),
        fence_radius_m=positive(params, "GF_MAX_HOR_DIST"),
        battery_capacity_mah=positive(params, "BAT1_CAPACITY"),
        battery_cells=_cells(params),
        missing=tuple(_missing(params)),
    )


def _links(params: Params) -> Iterator[FailsafeRule]:
    for event, action, after, exceptions in (
        (
            FailsafeEvent.GROUND_STATION_LOST,
            "NAV_DLL_ACT",
            "COM_DL_LOSS_T",
            "COM_DLL_EXCEPT",
        ),
        (FailsafeEvent.REMOTE_LOST, "NAV_RCL_ACT", "COM_RC_LOSS_T", "COM_RCL_EXCEPT"),
    ):
        if action not in params:
            continue
        goes_on = has_bit(params, exceptions, _MISSION) and params[action] != 0
        yield rule(
            event,
            act_of(_LINK, params[action]),
            used(params, action, after, exceptions, "COM_FAIL_ACT_T"),
            after_s=positive(params, after),
            more=" ".join(
                text
                for text in (
                    "It goes on with a mission." if goes_on else "",
                    _held_first(params, params[action]),
                )
                if text
            ),
        )


def _held_first(params: Params, action: float) -> str:
    hold_s = positive(params, "COM_FAIL_ACT_T")
    return f"It holds for {hold_s:g} s first." if hold_s is not None and action else ""


def _batteries(params: Params) -> Iterator[FailsafeRule]:
    if "BAT_LOW_THR" in params:
        yield rule(
            FailsafeEvent.BATTERY_LOW,
            (FailsafeAct.WARN, ""),
            used(params, "BAT_LOW_THR"),
            threshold=_per_cent(params["BAT_LOW_THR"]),
        )
    if "COM_LOW_BAT_ACT" in params:
        critical = params.get("BAT_CRIT_THR")
        yield rule(
            FailsafeEvent.BATTERY_CRITICAL,
            act_of(_BATTERY, params["COM_LOW_BAT_ACT"]),
            used(params, "COM_LOW_BAT_ACT", "BAT_CRIT_THR", "BAT_EMERGEN_THR", "COM_FAIL_ACT_T"),
            threshold="" if critical is None else _per_cent(critical),
            more=_held_first(params, params["COM_LOW_BAT_ACT"]),
        )


def _per_cent(share: float) -> str:
    return f"{share * 100:.0f} % left"


def _fence(params: Params) -> Iterator[FailsafeRule]:
    if "GF_ACTION" in params:
        yield rule(
            FailsafeEvent.FENCE,
            act_of(_FENCE, params["GF_ACTION"]),
            used(params, "GF_ACTION", "GF_MAX_HOR_DIST", "GF_MAX_VER_DIST"),
        )


def _position(params: Params) -> Iterator[FailsafeRule]:
    if "COM_POSCTL_NAVL" in params:
        yield rule(
            FailsafeEvent.POSITION_LOST,
            act_of(_POSITION, params["COM_POSCTL_NAVL"]),
            used(params, "COM_POSCTL_NAVL"),
        )


def _cells(params: Params) -> int | None:
    cells = positive(params, "BAT1_N_CELLS")
    return None if cells is None else int(cells)


def _missing(params: Params) -> Iterator[str]:
    events = {
        "NAV_DLL_ACT": "what it does without a ground station",
        "NAV_RCL_ACT": "what it does without its remote control",
        "BAT_LOW_THR": "when it takes a battery for low",
        "COM_LOW_BAT_ACT": "what it does with a critical battery",
        "GF_ACTION": "what it does at a fence",
        "COM_POSCTL_NAVL": "what it does without a position",
    }
    unread = [f"{words} ({name})" for name, words in events.items() if name not in params]
    if unread:
        yield f"It did not tell {', '.join(unread)}."
