"""The newest of what a vehicle need not send: estimator, wind, radios, gimbal, and how much of it
all arrives. Not thread-safe: `VehicleState` holds its lock."""

from __future__ import annotations

from dataclasses import dataclass

from drone import condition
from drone.gimbal_angles import GimbalAttitude, MountMessage, Pointing, gimbal_of, pointing_of
from drone.received_share import ReceivedShare
from drone.slots import Slot, age_ms
from ground_station.core.agent_vehicles import (
    EkfReading,
    GimbalReading,
    RadioReading,
    WindReading,
)

OLDER_LEFT_OUT_S = 5.0  # of one radio's word against the newest of another
_NEWER_PROTOCOL_S = 2.0  # while a gimbal speaks v2, its older messages are not listened to


@dataclass(slots=True)
class _Said:
    """One radio's word. None: it says that it does not know."""

    value: float | None = None
    at_s: float | None = None


class ConditionState:
    """Attributes:
    received: of the stream of attitudes.
    """

    def __init__(self) -> None:
        self.ekf: Slot[EkfReading] = Slot()
        self.wind: Slot[WindReading] = Slot()
        self.gimbal: Slot[GimbalReading] = Slot()
        self.received = ReceivedShare()
        self._newer_gimbal_s: float | None = None
        self._rc, self._rc_lost, self._telemetry = _Said(), _Said(), _Said()

    def take(self, message: condition.Condition, at_s: float) -> None:
        """Raises Nonsense."""
        match message:
            case condition.EkfStatusReport() | condition.EstimatorStatus():
                self.ekf.put(condition.ekf_of(message), at_s)
            case condition.Wind() | condition.WindCov():
                self.wind.put(condition.wind_of(message), at_s)
            case condition.RcChannels():
                self._rc = _Said(condition.rc_of(message), at_s)
            case condition.RadioStatus():
                self._telemetry = _Said(condition.telemetry_of(message), at_s)

    def take_rc_lost(self, lost: bool | None, at_s: float) -> None:
        self._rc_lost = _Said(None if lost is None else float(lost), at_s)

    def take_gimbal(
        self, message: MountMessage, heading_deg: float | None, at_s: float
    ) -> Pointing | None:
        """Where it points, as it said; None where that is not known or the message is left out.

        Raises:
            Nonsense: see `gimbal_of`.
        """
        if isinstance(message, GimbalAttitude):
            self._newer_gimbal_s = at_s
        elif self._newer_gimbal_s is not None and at_s - self._newer_gimbal_s < _NEWER_PROTOCOL_S:
            return None
        self.gimbal.put(gimbal_of(message, heading_deg), at_s)
        return pointing_of(message)

    def radio(self, now_s: float) -> RadioReading | None:
        """As old as the oldest word in it; a word much older than the newest is left out. The
        share received is reckoned now."""
        said = [one for one in (self._rc, self._rc_lost, self._telemetry) if one.at_s is not None]
        newest_s = max((one.at_s for one in said if one.at_s is not None), default=now_s)

        def told(one: _Said) -> float | None:
            old = one.at_s is None or newest_s - one.at_s > OLDER_LEFT_OUT_S
            return None if old else one.value

        rc, lost, telemetry = told(self._rc), told(self._rc_lost), told(self._telemetry)
        received = self.received.share(now_s)
        if rc is None and lost is None and telemetry is None and received is None:
            return None
        oldest_s = min(
            (one.at_s for one in said if one.at_s is not None and told(one) is not None),
            default=now_s,
        )
        return RadioReading(
            age_ms(now_s - oldest_s), rc, None if lost is None else bool(lost), telemetry, received
        )
