"""What the records say of a crew, an airframe and a battery before a flight, and what a pilot looks
at themselves. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from ground_station.core.crew import Airframe, Battery, CrewMember, CrewRole, Defect
from ground_station.core.preflight import CheckState, MachineCheck

# A rule of ours: no law names a number of days. An operator's manual may ask for fewer.
CURRENT_WITHIN_DAYS: Final = 90
SOON_DAYS: Final = 14
WORN_HEALTH: Final = 0.8

# What no machine can see. In the order in which a pilot walks through them.
TICKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "place": "Take-off and landing place is clear, and people are kept away from it",
        "airframe": "Arms, propellers and motors are sound; nothing is loose",
        "battery": "The battery is undamaged, seated and locked",
        "payload": "Camera and payload are secured and their covers are off",
        "sky": "The sky was looked at and listened to: no aircraft",
        "notams": "NOTAMs and temporary restrictions were read",
        "crew": "Everybody is briefed, and the observer is in place",
        "emergency": "Emergency landing places and the answer to a fly-away are agreed",
    }
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the records hold for one flight. None: nobody chose one.

    Attributes:
        account_id: of the person who has control.
        last_flight_at: of the pilot, by the log; None: none is known.
        airframe_minutes, battery_cycles: with what was before the records.
        defects: open ones of this airframe and battery.
    """

    today: date
    account_id: str
    pilot: CrewMember | None
    observer: CrewMember | None
    observer_needed: bool
    airframe: Airframe | None
    battery: Battery | None
    defects: Sequence[Defect] = ()
    last_flight_at: datetime | None = None
    airframe_minutes: float | None = None
    battery_cycles: int | None = None


def record_checks(recorded: Recorded) -> tuple[MachineCheck, ...]:
    """Pilot, observer, airframe and battery, each as one check."""
    return (
        _pilot(recorded),
        _observer(recorded),
        _airframe(recorded),
        _battery(recorded),
    )


def _check(key: str, title: str, wrong: list[str], unknown: list[str], well: str) -> MachineCheck:
    """`wrong` before `unknown` before `well`."""
    if wrong:
        return MachineCheck(key, title, CheckState.FAILED, " ".join(wrong))
    if unknown:
        return MachineCheck(key, title, CheckState.UNKNOWN, " ".join(unknown))
    return MachineCheck(key, title, CheckState.PASSED, well)


def _over(what: str, until: date | None, today: date) -> str:
    return "" if until is None or until >= today else f"{what} ended on {until:%-d %B %Y}."


def _soon(what: str, until: date | None, today: date) -> str:
    if until is None or until > today + timedelta(days=SOON_DAYS):
        return ""
    return f" {what} ends on {until:%-d %B %Y}."


def _pilot(recorded: Recorded) -> MachineCheck:
    pilot, today = recorded.pilot, recorded.today
    if pilot is None:
        return _check("pilot", "Pilot", [], ["Nobody of the crew was chosen."], "")
    wrong = [
        "Is not on the crew any more." if pilot.retired else "",
        "" if CrewRole.PILOT in pilot.roles else "Is on the crew, but not as a pilot.",
        "" if pilot.user_id == recorded.account_id else "Is not who has control.",
        _over("The qualification", pilot.qualified_until, today),
        _over("The medical declaration", pilot.medical_until, today),
        _over("The insurance", pilot.insured_until, today),
    ]
    unknown = ["" if pilot.qualification else "No qualification is recorded."]
    current, how = _currency(recorded)
    if not current:
        unknown.append(how)
    soon = _soon("The qualification", pilot.qualified_until, today)
    words = f"{pilot.name}, {pilot.qualification}. {how}{soon}"
    return _check("pilot", "Pilot", [w for w in wrong if w], [u for u in unknown if u], words)


def _currency(recorded: Recorded) -> tuple[bool, str]:
    at = recorded.last_flight_at
    pilot = recorded.pilot
    assert pilot is not None
    if at is None:
        if pilot.current_until is not None and pilot.current_until >= recorded.today:
            return True, f"Current until {pilot.current_until:%-d %B %Y}, as recorded."
        return False, "No flight is in the log, and no currency is recorded."
    days = (recorded.today - at.date()).days
    if days > CURRENT_WITHIN_DAYS:
        if pilot.current_until is not None and pilot.current_until >= recorded.today:
            return True, f"Current until {pilot.current_until:%-d %B %Y}, as recorded."
        return False, f"Flew last {days} days ago; {CURRENT_WITHIN_DAYS} are the most."
    return True, "Flew today." if days <= 0 else f"Flew last {days} days ago."


def _observer(recorded: Recorded) -> MachineCheck:
    observer = recorded.observer
    if observer is None:
        if recorded.observer_needed:
            return _check("observer", "Observer", ["This flight needs one, and has none."], [], "")
        return _check("observer", "Observer", [], [], "None was chosen; this flight needs none.")
    wrong = [
        f"{observer.name} is not on the crew any more." if observer.retired else "",
        "" if CrewRole.OBSERVER in observer.roles else f"{observer.name} is not an observer.",
        "Pilot and observer are the same person." if observer == recorded.pilot else "",
    ]
    return _check("observer", "Observer", [w for w in wrong if w], [], f"{observer.name}.")


def _airframe(recorded: Recorded) -> MachineCheck:
    craft, today = recorded.airframe, recorded.today
    if craft is None:
        return _check("airframe", "Aircraft", [], ["No aircraft of the records was chosen."], "")
    minutes = recorded.airframe_minutes
    due = craft.maintenance_due_minutes
    worn = due is not None and minutes is not None and minutes >= due
    wrong = [
        "It is out of service." if craft.retired else "",
        *(f"Grounded: {one.words}" for one in recorded.defects if _of(one, craft) and one.grounds),
        _over("The insurance", craft.insured_until, today),
        ""
        if craft.maintenance_due is None or craft.maintenance_due >= today
        else f"Maintenance was due on {craft.maintenance_due:%-d %B %Y}.",
        f"Maintenance was due at {due / 60:.0f} h in the air." if worn and due is not None else "",
    ]
    unknown = [
        "" if craft.insured_until is not None else "No insurance is recorded.",
        "" if due is None or minutes is not None else "Its time in the air is not known.",
    ]
    known = [one.words for one in recorded.defects if _of(one, craft) and not one.grounds]
    more = f" Known: {'; '.join(known)}." if known else ""
    soon = _soon("The insurance", craft.insured_until, today)
    hours = "" if minutes is None else f", {minutes / 60:.1f} h in the air"
    words = f"{craft.name}{hours}.{more}{soon}"
    return _check("airframe", "Aircraft", [w for w in wrong if w], [u for u in unknown if u], words)


def _of(defect: Defect, craft: Airframe) -> bool:
    return defect.airframe_id == craft.record_id and defect.fixed_at is None


def _battery(recorded: Recorded) -> MachineCheck:
    battery = recorded.battery
    if battery is None:
        unknown = ["No battery of the records was chosen."]
        return _check("battery_record", "Battery record", [], unknown, "")
    cycles, most = recorded.battery_cycles, battery.most_cycles
    over = cycles is not None and most is not None and cycles >= most
    wrong = [
        "It is out of service." if battery.retired else "",
        *(
            f"Grounded: {one.words}"
            for one in recorded.defects
            if one.battery_id == battery.record_id and one.grounds and one.fixed_at is None
        ),
        f"{cycles} cycles; {most} are the most." if over else "",
        f"Only {battery.health:.0%} of its first capacity is left; {WORN_HEALTH:.0%} is the least."
        if battery.health is not None and battery.health < WORN_HEALTH
        else "",
    ]
    count = "" if cycles is None else f", {cycles} cycles"
    words = f"{battery.label}{count}."
    return _check("battery_record", "Battery record", [w for w in wrong if w], [], words)
