"""What can go wrong with a simulated vehicle, as one list of named kinds with a time each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_FOR_S = 10.0
FOR_EVER_S = 1e9


class FaultKind(StrEnum):
    """`value` of a fault is used by the kinds that say so."""

    # Nothing in or out; the vehicle flies on and its failsafe sees it. value: the share lost, 0-1.
    LINK_LOSS = "link_loss"
    FROZEN = "frozen"  # the link's computer hangs: nothing in or out, no failsafe either
    REFUSE_ARMING = "refuse_arming"
    REFUSE_COMMAND = "refuse_command"  # value: the MAV_CMD; 0 = every one that flies
    REBOOT = "reboot"  # of the telemetry side: its clock starts again, asked rates are forgotten
    NAN_POSITION = "nan_position"  # positions and attitudes that are no numbers
    RUBBISH = "rubbish"  # bytes between the messages that are none
    DUPLICATE_ID = "duplicate_id"  # a second vehicle speaks with the same system id
    GPS_LOSS = "gps_loss"
    RC_LOSS = "rc_loss"  # of the remote control, where there is one
    REMOTE_ID_LOSS = "remote_id_loss"  # its own module says that it is not fit to fly
    WIND_GUST = "wind_gust"  # value: m/s on top of the wind, from where it comes
    SLOW = "slow"  # answers come late; value: seconds
    NO_ANSWER = "no_answer"  # telemetry comes, answers to commands and transfers do not
    # The command is carried out and its next acknowledgements, `count` of them, do not arrive.
    LOST_ACK = "lost_ack"  # value: the MAV_CMD; 0 = every one
    # Each command's answer is IN_PROGRESS at once and again each second; what came of it is told
    # later. value: seconds later
    IN_PROGRESS = "in_progress"
    # An upload ends in silence: the vehicle hears no item after this one. value: its number
    UPLOAD_CUT = "upload_cut"
    REFUSE_ITEM = "refuse_item"  # value: the number of the item that it does not take
    BATTERY_DRAIN = "battery_drain"  # value: times as fast as it should
    BATTERY_DROP = "battery_drop"  # at once; value: the fraction that is left, 0-1


INSTANT = frozenset({FaultKind.REBOOT, FaultKind.BATTERY_DROP})
_DEFAULT_VALUES = {
    FaultKind.LINK_LOSS: 1.0,
    FaultKind.SLOW: 1.5,
    FaultKind.IN_PROGRESS: 3.0,
    FaultKind.WIND_GUST: 10.0,
    FaultKind.BATTERY_DRAIN: 20.0,
    FaultKind.BATTERY_DROP: 0.15,
}
_SPEC = re.compile(
    r"(?P<kind>[a-z_-]+)(?:=(?P<value>\d+(?:\.\d+)?))?(?:x(?P<count>[1-9]\d{0,5}))?"
    r"@(?P<at>\d+(?:\.\d+)?)"
    r"(?:\+(?P<for>\d+(?:\.\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        at_s: real seconds after the start. for_s: how long it lasts.
        value: see `FaultKind`; None = the kind's usual one.
        count: how often, for the kinds that say so.
    """

    kind: FaultKind
    at_s: float = 0.0
    for_s: float = DEFAULT_FOR_S
    value: float | None = None
    count: int = 1

    @property
    def strength(self) -> float:
        """`value`, or what is usual for the kind."""
        return _DEFAULT_VALUES.get(self.kind, 0.0) if self.value is None else self.value


def parse_fault(text: str) -> Fault:
    """KIND[=VALUE][xCOUNT]@SECONDS[+DURATION], e.g. "link_loss@60+15", "slow=2@30" or
    "lost_ack=192x3@60".

    Raises:
        ValueError: it reads otherwise, or there is no such kind; the message names the kinds.
    """
    found = _SPEC.fullmatch(text.strip().lower())
    kinds = ", ".join(kind.value for kind in FaultKind)
    if found is None:
        raise ValueError(
            f"{text!r} is no fault: write KIND@SECONDS, KIND@SECONDS+DURATION, "
            f"KIND=VALUE@SECONDS or KIND=VALUExCOUNT@SECONDS. Kinds: {kinds}."
        )
    name = found["kind"].replace("-", "_")
    try:
        kind = FaultKind(name)
    except ValueError:
        raise ValueError(f"There is no fault {name!r}. Kinds: {kinds}.") from None
    return Fault(
        kind,
        at_s=float(found["at"]),
        for_s=float(found["for"] or DEFAULT_FOR_S),
        value=float(found["value"]) if found["value"] else None,
        count=int(found["count"] or 1),
    )


class FaultPlan:
    """Which faults are on at a time. Times are seconds on one clock of the owner's choosing."""

    def __init__(self, faults: Iterable[Fault] = (), started_s: float = 0.0) -> None:
        self._until_s: dict[FaultKind, tuple[float, Fault]] = {}
        self._left: dict[FaultKind, int] = {}
        self._started_s = started_s
        self._waiting = sorted(faults, key=lambda fault: fault.at_s)

    def begin(self, fault: Fault, now_s: float) -> None:
        """From now on, whatever its `at_s` says."""
        self._until_s[fault.kind] = (now_s + fault.for_s, fault)
        self._left[fault.kind] = fault.count

    def clear(self, kind: FaultKind | None = None) -> None:
        """End this one, or all, those still to come included."""
        if kind is None:
            self._until_s.clear()
            self._waiting.clear()
        else:
            self._until_s.pop(kind, None)
            self._waiting = [one for one in self._waiting if one.kind is not kind]

    def due(self, now_s: float) -> list[Fault]:
        """Faults whose time has come since the last call; from now on they are on."""
        begun = []
        while self._waiting and self._waiting[0].at_s <= now_s - self._started_s:
            fault = self._waiting.pop(0)
            self.begin(fault, now_s)
            begun.append(fault)
        return begun

    def active(self, kind: FaultKind, now_s: float) -> Fault | None:
        """The fault of that kind that is on."""
        held = self._until_s.get(kind)
        if held is None:
            return None
        if now_s >= held[0]:
            del self._until_s[kind]
            return None
        return held[1]

    def use_up(self, kind: FaultKind) -> None:
        """It happened once more; the last time of its `count` ends it."""
        self._left[kind] -= 1
        if self._left[kind] <= 0:
            self._until_s.pop(kind, None)
