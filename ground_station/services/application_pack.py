"""The pack for an application for an operational authorisation: volumes, heights, aircraft, crew,
mitigations and what the airspace verdict says, as one ZIP archive of plain files."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

import msgspec

from geo.airspace.plan import FlightPlan, Operator
from geo.airspace.verdict import Judgement
from geo.sora import (
    Aircraft,
    Coefficients,
    Descent,
    Sizes,
    Volumes,
    intrinsic_ground_risk,
    sizes_of,
    volumes_round,
)
from geo.sora_kml import volumes_kml
from geo.zones.model import Datum
from ground_station.core.agent_durable import one_line
from ground_station.core.authority import Permission, Principal, require
from ground_station.core.clock import Clock
from ground_station.core.errors import InvalidInput
from ground_station.services.papers import Papers
from ground_station.services.verdicts import Verdicts

MAX_LINES, MAX_LINE = 60, 500
TO_FILL_IN = "(to be filled in)"
NOT_AN_AUTHORISATION = (
    "Made by Kestrel from what the operator entered. It is no authorisation, and no calculation in "
    "it replaces the operator's own risk assessment."
)


@dataclass(frozen=True, slots=True)
class Application:
    """What the operator says beside the plan.

    Attributes:
        half_width_m: of the flight geography beside the way.
        people_per_km2: the most below; None: nobody has said, so no ground risk class is given.
        crew, mitigations: a line each.
    """

    title: str
    model: str
    aircraft: Aircraft
    mass_kg: float | None
    half_width_m: float
    descent: Descent
    coefficients: Coefficients
    people_per_km2: float | None
    controlled_ground: bool
    crew: tuple[str, ...]
    mitigations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The volumes of a plan, and the ground risk class; None: not said, or not covered by SORA."""

    volumes: Volumes
    ground_risk_class: int | None


class ApplicationPacks:
    """Thread-safe."""

    def __init__(self, verdicts: Verdicts, papers: Papers, clock: Clock) -> None:
        self._verdicts = verdicts
        self._papers = papers
        self._clock = clock

    def draw(self, who: Principal, plan: FlightPlan, said: Application) -> Drawn:
        """The volumes, for the map.

        Raises:
            NotAllowed; InvalidInput: heights not above the ground, or figures that cannot be.
        """
        require(who, Permission.SEE_PAPERS)
        if plan.datum is not Datum.AGL:
            raise InvalidInput(
                "SORA volumes are reckoned from heights above the ground.",
                "Give the heights of the plan above the ground (AGL).",
            )
        heights = [one.height_m for one in plan.path if one.height_m is not None]
        top = max([*heights, *([] if plan.height_m is None else [plan.height_m])], default=0.0)
        try:
            sizes = sizes_of(said.aircraft, top, said.coefficients, said.descent)
            volumes = volumes_round(
                [(one.lat, one.lon) for one in plan.path], said.half_width_m, top, sizes
            )
            risk = None
            if said.people_per_km2 is not None:
                risk = intrinsic_ground_risk(
                    said.aircraft,
                    said.people_per_km2,
                    controlled=said.controlled_ground,
                    mass_kg=said.mass_kg,
                )
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        return Drawn(volumes, risk)

    def pack(self, who: Principal, plan: FlightPlan, said: Application) -> bytes:
        """The archive.

        Raises:
            As `draw`.
        """
        drawn = self.draw(who, plan, said)
        judgement = self._verdicts.check(who, plan, changes=False)
        operator = self._papers.operator(who.scope.organisation_id)
        title = one_line(said.title).strip()[:MAX_LINE] or "Operation"
        text = self._text(title, plan, said, drawn, judgement, operator)
        return _zipped(
            {
                "application.txt": text.encode("utf-8"),
                "volumes.kml": volumes_kml(drawn.volumes, title),
                "application.json": _document(title, plan, said, drawn, judgement),
            }
        )

    def _text(
        self,
        title: str,
        plan: FlightPlan,
        said: Application,
        drawn: Drawn,
        judgement: Judgement,
        operator: Operator,
    ) -> str:
        sizes = drawn.volumes.sizes
        now = self._clock.now().astimezone(UTC)
        return "\n".join(
            [
                f"APPLICATION FOR AN OPERATIONAL AUTHORISATION: {title}",
                f"Drawn up {now:%d %B %Y %H:%M} UTC. {NOT_AN_AUTHORISATION}",
                "",
                "OPERATOR",
                f"Name: {operator.name or TO_FILL_IN}",
                f"Operator ID: {operator.operator_id or TO_FILL_IN}",
                f"Flyer ID: {operator.flyer_id or TO_FILL_IN}",
                "",
                "AIRCRAFT",
                f"Model: {one_line(said.model).strip()[:MAX_LINE] or TO_FILL_IN}",
                f"Kind: {said.aircraft.airframe.value.replace('_', ' ')}",
                f"Greatest dimension: {said.aircraft.span_m:g} m",
                f"Greatest speed: {said.aircraft.speed_mps:g} m/s",
                f"Mass: {TO_FILL_IN if said.mass_kg is None else f'{said.mass_kg:g} kg'}",
                "",
                "VOLUMES (volumes.kml), heights above the ground",
                *_sizes(drawn.volumes, sizes),
                "",
                "GROUND RISK",
                *_ground(said, drawn),
                "",
                "CREW",
                *_lines(said.crew),
                "",
                "MITIGATIONS",
                *_lines(said.mitigations),
                "",
                f"AIRSPACE: {judgement.verdict.value.replace('_', ' ').lower()}",
                *(f"- {one.text}" for one in judgement.reasons),
                *(f"- {one.text}" for one in judgement.information),
                "",
            ]
        )


def _sizes(volumes: Volumes, sizes: Sizes) -> list[str]:
    return [
        f"Flight geography: ground to {volumes.flight_height_m:.1f} m",
        f"Contingency volume: {sizes.contingency_m:.1f} m outwards, ground to "
        f"{sizes.contingency_height_m:.1f} m",
        f"Ground risk buffer: {sizes.ground_risk_m:.1f} m outwards of that",
        *(f"  {name}: {value:.2f} m" for name, value in sizes.steps),
    ]


def _ground(said: Application, drawn: Drawn) -> list[str]:
    if said.people_per_km2 is None:
        return ["People below: nobody has counted them. No ground risk class is given."]
    where = "controlled ground area" if said.controlled_ground else "not controlled"
    found = drawn.ground_risk_class
    return [
        f"People below: at most {said.people_per_km2:g} per square kilometre; {where}",
        "Intrinsic ground risk class: "
        + ("not covered by SORA 2.5" if found is None else str(found)),
    ]


def _lines(said: Sequence[str]) -> list[str]:
    if len(said) > MAX_LINES:
        raise InvalidInput(f"At most {MAX_LINES} lines of crew or mitigations.")
    made = [f"- {one_line(one).strip()[:MAX_LINE]}" for one in said if one.strip()]
    return made or [TO_FILL_IN]


def _document(
    title: str, plan: FlightPlan, said: Application, drawn: Drawn, judgement: Judgement
) -> bytes:
    sizes = drawn.volumes.sizes
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "title": title,
                "note": NOT_AN_AUTHORISATION,
                "path": [[one.lon, one.lat] for one in plan.path],
                "flight_height_agl_m": drawn.volumes.flight_height_m,
                "half_width_m": said.half_width_m,
                "contingency_m": round(sizes.contingency_m, 2),
                "contingency_height_agl_m": round(sizes.contingency_height_m, 2),
                "ground_risk_buffer_m": round(sizes.ground_risk_m, 2),
                "steps_m": {name: round(value, 3) for name, value in sizes.steps},
                "coefficients": said.coefficients,
                "aircraft": said.aircraft,
                "mass_kg": said.mass_kg,
                "descent": said.descent.value,
                "people_per_km2": said.people_per_km2,
                "controlled_ground": said.controlled_ground,
                "intrinsic_ground_risk_class": drawn.ground_risk_class,
                "airspace_verdict": judgement.verdict.value,
            }
        ),
        indent=2,
    )


def _zipped(files: dict[str, bytes]) -> bytes:
    """With a list of what is in it and its SHA-256."""
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {**files, "SHA256SUMS": sums.encode()}.items():
            archive.writestr(name, body)
    return made.getvalue()
