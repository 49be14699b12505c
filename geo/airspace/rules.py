"""The rules of the air for drones that verdicts rest on, as one dated table.

A rule holds from `since` to `until`, both days included. What changed on 1 January 2026 carries
that date. Where a date before the last century stands, the rule is older than this table needs.
Who changes a rule here changes `VERSION`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

VERSION = "2026-11-24"
_UAS = FIRST_DAY = date(2020, 12, 31)  # Regulation 2019/947 as United Kingdom law
_NEW = date(2026, 1, 1)
_BEFORE_NEW = date(2025, 12, 31)
_OPEN = "UK Regulation (EU) 2019/947"
_SI_2025 = f"{_OPEN} as amended by SI 2025/1106"
_PDRA = "UKPDRA01 (CAP 722H), under UK Regulation (EU) 2019/947 art 12"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        code: its name here; of two with the same, only one holds on any day.
        until: None: until further notice. figure: in the unit that the text says; None: it has
            none. text: a sentence for people.
    """

    code: str
    since: date
    until: date | None
    law: str
    figure: float | None
    text: str

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


RULES: tuple[Rule, ...] = (
    Rule(
        "HEIGHT",
        _UAS,
        None,
        f"{_OPEN} art 4(1)(e)",
        120.0,
        "A drone stays within 120 m of the closest point of the surface of the earth.",
    ),
    Rule("VLOS", _UAS, None, f"{_OPEN} art 4(1)(d)", None, "The pilot keeps the drone in sight."),
    Rule(
        "ASSEMBLY",
        _UAS,
        None,
        f"{_OPEN} art 4(1)(c)",
        None,
        "Assemblies of people are never overflown.",
    ),
    Rule("MASS", _UAS, None, f"{_OPEN} art 4(1)(b)", 25.0, "A drone is lighter than 25 kg."),
    Rule(
        "A1_MASS",
        _UAS,
        None,
        f"{_OPEN} UAS.OPEN.020",
        0.25,
        "A1 without a class mark is for drones lighter than 250 g.",
    ),
    Rule(
        "A1_MARKS",
        _UAS,
        _BEFORE_NEW,
        f"{_OPEN} UAS.OPEN.020",
        None,
        "No class mark gives a right to fly over uninvolved people.",
    ),
    Rule(
        "A1_MARKS",
        _NEW,
        None,
        f"{_SI_2025}, UAS.OPEN.020",
        1.0,
        "UK0 and UK1 may fly over uninvolved people.",
    ),
    Rule(
        "A2_MARKED",
        _UAS,
        None,
        f"{_OPEN} UAS.OPEN.030",
        30.0,
        "With class mark 2, stay 30 m horizontally from uninvolved people (5 m in low-speed mode).",
    ),
    Rule(
        "A2_LEGACY",
        _UAS,
        None,
        f"{_OPEN} UAS.OPEN.030",
        50.0,
        "Without a class mark, stay 50 m horizontally from uninvolved people.",
    ),
    Rule(
        "A2_LEGACY_MASS",
        _UAS,
        None,
        f"{_OPEN} UAS.OPEN.030",
        2.0,
        "A2 without a class mark is for drones lighter than 2 kg.",
    ),
    Rule(
        "A3_BUILT_UP",
        _UAS,
        None,
        f"{_OPEN} UAS.OPEN.040",
        150.0,
        "Stay 150 m horizontally from residential, commercial, industrial and recreational areas.",
    ),
    Rule(
        "A3_PEOPLE",
        _UAS,
        None,
        f"{_OPEN} UAS.OPEN.040",
        50.0,
        "Stay 50 m horizontally from uninvolved people.",
    ),
    Rule(
        "PDRA01_PEOPLE",
        _UAS,
        None,
        _PDRA,
        50.0,
        "Stay 50 m from uninvolved people.",
    ),
    Rule(
        "PDRA01_TAKE_OFF",
        _UAS,
        None,
        _PDRA,
        30.0,
        "In take-off and landing, stay 30 m from uninvolved people.",
    ),
    Rule("PDRA01_RANGE", _UAS, None, _PDRA, 500.0, "Stay within 500 m of the pilot, in sight."),
    Rule(
        "PDRA01_ASSEMBLY",
        _UAS,
        None,
        _PDRA,
        50.0,
        "Stay 50 m horizontally from assemblies of people.",
    ),
    Rule(
        "SUBCATEGORIES",
        _UAS,
        _BEFORE_NEW,
        f"{_OPEN} UAS.OPEN.020 to 040",
        None,
        "The sub-categories of the Open category are A1, A2 and A3.",
    ),
    Rule(
        "SUBCATEGORIES",
        _NEW,
        None,
        _SI_2025,
        None,
        "The sub-categories are Over People (A1), Near People (A2) and Far from People (A3).",
    ),
    Rule(
        "FLYER_ID",
        _UAS,
        _BEFORE_NEW,
        _OPEN,
        0.25,
        "A Flyer ID is needed from 250 g.",
    ),
    Rule("FLYER_ID", _NEW, None, _SI_2025, 0.1, "A Flyer ID is needed from 100 g."),
    Rule(
        "OPERATOR_ID",
        _UAS,
        _BEFORE_NEW,
        _OPEN,
        0.25,
        "An Operator ID is needed from 250 g, and below with a camera.",
    ),
    Rule(
        "OPERATOR_ID",
        _NEW,
        None,
        _SI_2025,
        0.1,
        "An Operator ID is needed from 250 g, or from 100 g with a camera.",
    ),
    Rule(
        "NIGHT_LIGHT",
        _NEW,
        None,
        _SI_2025,
        None,
        "At night a green flashing light is on.",
    ),
    Rule(
        "UK_MARKS",
        _NEW,
        None,
        _SI_2025,
        None,
        "New models carry a UK class mark, UK0 to UK6.",
    ),
    Rule(
        "C_MARKS",
        _UAS,
        date(2027, 12, 31),
        _SI_2025,
        None,
        "European class marks, C0 to C6, are recognised until 31 December 2027.",
    ),
    Rule(
        "REMOTE_ID_MARKED",
        _NEW,
        None,
        _SI_2025,
        None,
        "Direct remote identification is on for UK1, UK2, UK3, UK5 and UK6.",
    ),
    Rule(
        "REMOTE_ID_OTHERS",
        date(2028, 1, 1),
        None,
        _SI_2025,
        0.1,
        "Direct remote identification is on for UK0 from 100 g with a camera, UK4, and privately "
        "built and unmarked drones from 100 g with a camera.",
    ),
    Rule(
        "POLICE_OUTSIDE",
        date(2018, 9, 11),
        None,
        "Regulation (EU) 2018/1139 art 2",
        None,
        "Only police flights are outside of Regulation 2019/947; the Air Navigation Order 2016 "
        "binds them too.",
    ),
)


def rules_as_of(day: date) -> Mapping[str, Rule]:
    """The rules that hold on a day, by their code."""
    return MappingProxyType({rule.code: rule for rule in RULES if rule.holds(day)})


def rules_on(day: date) -> Mapping[str, Rule]:
    """As `rules_as_of`; for a day before the table begins, those of its first day."""
    return rules_as_of(max(day, FIRST_DAY))
