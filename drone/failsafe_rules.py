"""What ArduCopter does when something fails, by its parameters.

Every table is of ArduPilot's documentation (ardupilot.org/copter/docs/parameters.html, under the
parameter's name, made from the @Param comments of the file that is named here) and, for what "RTL"
does where it cannot, of ArduCopter/events.cpp. SmartRTL flies home the way it came.
A value that is not in its table is UNKNOWN: what a later firmware means by it is not guessed."""

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
    "FS_GCS_ENABLE",
    "FS_GCS_TIMEOUT",
    "FS_THR_ENABLE",
    "RC_FS_TIMEOUT",
    "FS_OPTIONS",
    "BATT_MONITOR",
    "BATT_CAPACITY",
    "BATT_FS_LOW_ACT",
    "BATT_LOW_VOLT",
    "BATT_LOW_MAH",
    "BATT_LOW_TIMER",
    "BATT_FS_CRT_ACT",
    "BATT_CRT_VOLT",
    "BATT_CRT_MAH",
    "FENCE_ENABLE",
    "FENCE_AUTOENABLE",
    "FENCE_ACTION",
    "FENCE_TYPE",
    "FENCE_ALT_MAX",
    "FENCE_RADIUS",
    "FENCE_TOTAL",
    "FS_EKF_ACTION",
    "FS_EKF_THRESH",
    "RTL_ALT",
    "RTL_ALT_M",
    "RALLY_TOTAL",
)

_RETURN_OR_LAND = (FailsafeAct.RETURN_OR_LAND, "")
_WAY_IT_CAME = (FailsafeAct.RETURN_OR_LAND, "It returns the way it came where it can.")
_LAND = (FailsafeAct.LAND, "")
_OWN_LANDING = (
    FailsafeAct.RETURN_OR_LAND,
    "It flies the landing of its mission where that has one.",
)
_BRAKE = (FailsafeAct.HOLD, "It lands where it cannot hold.")
_CONTINUED_BEFORE_4 = (
    FailsafeAct.RETURN_OR_LAND,
    "Firmware before 4.0 goes on with a mission instead.",
)

# FS_GCS_ENABLE and FS_THR_ENABLE: ArduCopter/Parameters.cpp. They differ in 3 to 5.
_GCS: Table = {
    0: (FailsafeAct.NOTHING, ""),
    1: _RETURN_OR_LAND,
    2: _CONTINUED_BEFORE_4,
    3: _WAY_IT_CAME,
    4: _WAY_IT_CAME,
    5: _LAND,
    6: _OWN_LANDING,
    7: _BRAKE,
}
_THROTTLE: Table = {
    0: (FailsafeAct.NOTHING, ""),
    1: _RETURN_OR_LAND,
    2: _CONTINUED_BEFORE_4,
    3: _LAND,
    4: _WAY_IT_CAME,
    5: _WAY_IT_CAME,
    6: _OWN_LANDING,
    7: _BRAKE,
}
# BATT_FS_LOW_ACT, BATT_FS_CRT_ACT: AP_BattMonitor_Params.cpp, @Values{Copter}.
_BATTERY: Table = {
    0: (FailsafeAct.WARN, ""),
    1: _LAND,
    2: _RETURN_OR_LAND,
    3: _WAY_IT_CAME,
    4: _WAY_IT_CAME,
    5: (FailsafeAct.TERMINATE, ""),
    6: _OWN_LANDING,
    7: _BRAKE,
}
# FENCE_ACTION: AC_Fence.cpp, @Values{Copter}. Any of them but the first lands it 100 m outside.
_FENCE: Table = {
    0: (FailsafeAct.WARN, ""),
    1: _RETURN_OR_LAND,
    2: _LAND,
    3: _WAY_IT_CAME,
    4: _BRAKE,
    5: _WAY_IT_CAME,
}
# FS_EKF_ACTION: ArduCopter/Parameters.cpp.
_NEEDS_PLACE = "In modes that need a position; in others it flies on."
_EKF: Table = {
    0: (FailsafeAct.WARN, ""),
    1: (FailsafeAct.LAND, _NEEDS_PLACE),
    2: (FailsafeAct.MANUAL, _NEEDS_PLACE),
    3: _LAND,
}
# FENCE_TYPE's bits.
_HEIGHT, _CIRCLE = 1, 2
# FS_OPTIONS' bits.
_RC_MISSION, _GCS_MISSION, _RC_GUIDED, _LANDING, _GCS_PILOT = 1, 2, 4, 8, 16


def facts_of(params: Params) -> ParameterFacts:
    """Args:
    params: those of `PARAMETERS` that the vehicle has told.
    """
    found = [*_links(params), *_batteries(params), *_fence(params), *_position(params)]
    fence_on, kinds = _fence_on(params), params.get("FENCE_TYPE")
    return ParameterFacts(
        failsafes=tuple(found),
        return_height_home_m=_return_height_m(params),
        fence_enabled=fence_on,
        fence_rings=0 if params.get("FENCE_TOTAL") == 0 else None,
        fence_max_height_m=_of_fence(params, kinds, _HEIGHT, "FENCE_ALT_MAX"),
        fence_radius_m=_of_fence(params, kinds, _CIRCLE, "FENCE_RADIUS"),
        rally_points=int(params["RALLY_TOTAL"]) if "RALLY_TOTAL" in params else None,
        battery_capacity_mah=positive(params, "BATT_CAPACITY"),
        missing=tuple(_missing(params)),
    )


def _links(params: Params) -> Iterator[FailsafeRule]:
    if "FS_GCS_ENABLE" in params:
        yield rule(
            FailsafeEvent.GROUND_STATION_LOST,
            act_of(_GCS, params["FS_GCS_ENABLE"]),
            used(params, "FS_GCS_ENABLE", "FS_GCS_TIMEOUT", "FS_OPTIONS"),
            after_s=positive(params, "FS_GCS_TIMEOUT"),
            more=_options(
                params,
                params["FS_GCS_ENABLE"],
                ((_GCS_MISSION, "flies a mission"), (_GCS_PILOT, "is flown by hand")),
            ),
        )
    if "FS_THR_ENABLE" in params:
        yield rule(
            FailsafeEvent.REMOTE_LOST,
            act_of(_THROTTLE, params["FS_THR_ENABLE"]),
            used(params, "FS_THR_ENABLE", "RC_FS_TIMEOUT", "FS_OPTIONS"),
            after_s=positive(params, "RC_FS_TIMEOUT"),
            more=_options(
                params,
                params["FS_THR_ENABLE"],
                ((_RC_MISSION, "flies a mission"), (_RC_GUIDED, "is in guided mode")),
            ),
        )


def _options(params: Params, enabled: float, bits: tuple[tuple[int, str], ...]) -> str:
    """What FS_OPTIONS lets it go on with; it has no say where the failsafe is off."""
    if enabled == 0:
        return ""
    whiles = [words for bit, words in bits if has_bit(params, "FS_OPTIONS", bit)]
    if has_bit(params, "FS_OPTIONS", _LANDING):
        whiles.append("lands")
    return f"It goes on as it was while it {' or '.join(whiles)}." if whiles else ""


def _batteries(params: Params) -> Iterator[FailsafeRule]:
    for event, short in (
        (FailsafeEvent.BATTERY_LOW, "LOW"),
        (FailsafeEvent.BATTERY_CRITICAL, "CRT"),
    ):
        action, volts, charge = f"BATT_FS_{short}_ACT", f"BATT_{short}_VOLT", f"BATT_{short}_MAH"
        if action in params:
            yield _battery(params, event, (action, volts, charge))


def _battery(params: Params, event: FailsafeEvent, names: tuple[str, str, str]) -> FailsafeRule:
    """Of the first battery. A threshold of 0 is none."""
    action, volts, charge = names
    read_from = used(params, *names, "BATT_LOW_TIMER", "BATT_MONITOR")
    volt, mah = positive(params, volts), positive(params, charge)
    limits = [
        text
        for text in (
            "" if volt is None else f"{volt:g} V",
            "" if mah is None else f"{mah:g} mAh left",
        )
        if text
    ]
    if params.get("BATT_MONITOR") == 0:
        return rule(event, (FailsafeAct.NOTHING, "Its battery is not watched."), read_from)
    if not limits and (volts not in params or charge not in params):
        return rule(event, (FailsafeAct.UNKNOWN, "Its threshold could not be read."), read_from)
    if not limits:
        note = f"It never comes to it: {volts} and {charge} are 0."
        return rule(event, (FailsafeAct.NOTHING, note), read_from)
    return rule(
        event,
        act_of(_BATTERY, params[action]),
        read_from,
        after_s=params.get("BATT_LOW_TIMER") if volt is not None else None,
        threshold=" or ".join(limits),
    )


def _fence(params: Params) -> Iterator[FailsafeRule]:
    on = _fence_on(params)
    if on is None or "FENCE_ACTION" not in params:
        return
    read_from = used(
        params,
        *("FENCE_ENABLE", "FENCE_AUTOENABLE", "FENCE_ACTION", "FENCE_TYPE"),
        *("FENCE_ALT_MAX", "FENCE_RADIUS"),
    )
    if not on:
        off = (FailsafeAct.NOTHING, "Its fence is switched off.")
        yield rule(FailsafeEvent.FENCE, off, read_from)
        return
    later = params.get("FENCE_ENABLE") == 0
    yield rule(
        FailsafeEvent.FENCE,
        act_of(_FENCE, params["FENCE_ACTION"]),
        read_from,
        more="It switches the fence on by itself (FENCE_AUTOENABLE)." if later else "",
    )


def _fence_on(params: Params) -> bool | None:
    """None where it is not known. FENCE_AUTOENABLE (4.6) switches it on at arming or take-off."""
    if "FENCE_ENABLE" not in params:
        return None
    return params["FENCE_ENABLE"] != 0 or params.get("FENCE_AUTOENABLE", 0.0) != 0


def _of_fence(params: Params, kinds: float | None, bit: int, name: str) -> float | None:
    if kinds is None or not int(kinds) & bit:
        return None
    return positive(params, name)


def _position(params: Params) -> Iterator[FailsafeRule]:
    if "FS_EKF_ACTION" not in params:
        return
    read_from = used(params, "FS_EKF_ACTION", "FS_EKF_THRESH")
    if params.get("FS_EKF_THRESH") == 0:
        off = (FailsafeAct.NOTHING, "It does not watch its estimator (FS_EKF_THRESH is 0).")
        yield rule(FailsafeEvent.POSITION_LOST, off, read_from)
        return
    yield rule(FailsafeEvent.POSITION_LOST, act_of(_EKF, params["FS_EKF_ACTION"]), read_from)


def _return_height_m(params: Params) -> float | None:
    """RTL_ALT_M is in metres (4.7), RTL_ALT before it in centimetres; 0 is the height it has."""
    if "RTL_ALT_M" in params:
        return positive(params, "RTL_ALT_M")
    height_cm = positive(params, "RTL_ALT")
    return None if height_cm is None else height_cm / 100


def _missing(params: Params) -> Iterator[str]:
    if params.get("RTL_ALT_M", params.get("RTL_ALT")) == 0:
        yield "It returns at the height that it has."
    events = {
        "FS_GCS_ENABLE": "what it does without a ground station",
        "FS_THR_ENABLE": "what it does without its remote control",
        "BATT_FS_LOW_ACT": "what it does with a low battery",
        "BATT_FS_CRT_ACT": "what it does with a critical battery",
        "FENCE_ENABLE": "whether it keeps to a fence",
        "FS_EKF_ACTION": "what it does without a position",
    }
    unread = [f"{words} ({name})" for name, words in events.items() if name not in params]
    if unread:
        yield f"It did not tell {', '.join(unread)}."
