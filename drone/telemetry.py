"""What a drone agent tells of its vehicles, ten times a second."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from drone.link import VehicleLink
from drone.pose import Eye
from ground_station.core.agent_vehicles import (
    MAX_VEHICLES,
    AgentInstant,
    Telemetry,
    VehicleLinkState,
    VehicleReport,
)

log = logging.getLogger(__name__)

HEARD_WITHIN_TICKS = 30  # an autopilot's heartbeat comes once a second

_encoder = msgspec.msgpack.Encoder()
_report_decoder = msgspec.msgpack.Decoder(VehicleReport)
_telemetry_decoder = msgspec.msgpack.Decoder(Telemetry)


class TelemetryFeed:
    """On the link's loop, but for `problems`, which any thread may read.

    The station ends the connection of an agent that sends what the protocol does not allow; one
    vehicle's rubbish must not cost the others theirs. So what is sent is checked here first.

    Args:
        send: puts a message into the next batch; must not block.
        addresses: where vehicles are listened for; for what people are told.
        now: this process's clock, by which the station says when a command expires.
        eye: the camera's, whose vehicle's report names `source_key`.

    Attributes:
        problems: sentences about the whole agent.
    """

    def __init__(
        self,
        link: VehicleLink,
        send: Callable[[Telemetry], None],
        *,
        addresses: tuple[str, ...],
        eye: Eye | None = None,
        source_key: str = "",
        now: Callable[[], AgentInstant] | None = None,
    ) -> None:
        self._link = link
        self._send = send
        self._addresses = addresses
        self._eye = eye
        self._source_key = source_key
        self._now = now
        self._logged: tuple[str, ...] = ()
        self._patience = HEARD_WITHIN_TICKS
        self.problems: tuple[str, ...] = ()
        self.vehicles = 0

    def tick(self) -> None:
        """Tell of every vehicle as it is known now."""
        at = None if self._now is None else self._now()
        reports = [self._named(report) for report in self._link.reports()]
        self.vehicles = len(reports)
        problems = []
        self._patience = max(0, self._patience - 1)
        nobody = all(report.link is VehicleLinkState.NEVER for report in reports)
        if nobody and not self._patience:
            problems.append(f"No vehicle was heard yet at {', '.join(self._addresses)}.")
        if len(reports) > MAX_VEHICLES:
            problems.append(f"There are {len(reports)} vehicles; only {MAX_VEHICLES} are told of.")
        telemetry = Telemetry(reports[:MAX_VEHICLES], at=at)
        if not _is_sound(telemetry):
            telemetry, unsound = _sound_part(telemetry)
            problems += unsound
        self._note(tuple(problems))
        if telemetry.vehicles:
            self._send(telemetry)

    def _named(self, report: VehicleReport) -> VehicleReport:
        """With its camera, if it carries ours."""
        if self._eye is None or report.system_id != self._eye.system_id:
            return report
        return msgspec.structs.replace(report, source_key=self._source_key)

    def _note(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        if problems != self._logged:
            self._logged = problems
            level = logging.WARNING if problems else logging.INFO
            log.log(level, "drone_agent_problems %s", " ".join(problems) or "none")


def _is_sound(telemetry: Telemetry) -> bool:
    try:
        _telemetry_decoder.decode(_encoder.encode(telemetry))
    except (msgspec.MsgspecError, OverflowError, TypeError):
        return False
    return True


def _sound_part(telemetry: Telemetry) -> tuple[Telemetry, list[str]]:
    """The vehicles whose reports the protocol allows, and what is said of the others."""
    sound, problems = [], []
    for report in telemetry.vehicles:
        try:
            _report_decoder.decode(_encoder.encode(report))
        except (msgspec.MsgspecError, OverflowError, TypeError) as error:
            problems.append(
                f"What vehicle {report.system_id} sends cannot be passed on: {error}."[:300]
            )
        else:
            sound.append(report)
    return Telemetry(sound, at=telemetry.at), problems
