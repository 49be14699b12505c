"""The port to one or more autopilots, as the agent uses it. Adapter: `mavsdk_link`; a fake of it
for tests: `tests/drone/fake_link.py`. One contract suite runs on both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drone.gimbal_angles import Pointing
from ground_station.core.agent_actions import Action
from ground_station.core.agent_facts import Held, Traffic, VehicleFacts
from ground_station.core.agent_vehicles import VehicleReport


@dataclass(frozen=True, slots=True)
class VehiclePose:
    """Where a vehicle was and how it was turned, interpolated to one instant.

    Attributes:
        at: aware UTC. uncertain: the instant lies more than 0.3 s outside of what was heard.
        pointing: of the camera's mount, yaw from north; None where the vehicle never told of one,
            and where it told before but not near that instant: then `pointing_lost`.
    """

    at: datetime
    lat: float
    lon: float
    alt_amsl_m: float
    height_home_m: float | None
    home_amsl_m: float | None
    roll_deg: float
    pitch_deg: float
    heading_deg: float
    uncertain: bool
    pointing: Pointing | None = None
    pointing_lost: bool = False


class VehicleLink(Protocol):
    """All methods on the event loop it was made on."""

    async def open(self) -> None:
        """Listen at the given addresses; returns at once, vehicles come when they are heard.

        Raises:
            ConfigError: an address is none. Conflict: its port is taken on this machine.
        """
        ...

    async def close(self) -> None:
        """End everything; no vehicle is commanded by it. Nothing works afterwards."""
        ...

    def reports(self) -> Sequence[VehicleReport]:
        """Every vehicle that was ever heard, as it is known now. Never waits."""
        ...

    def facts(self) -> Sequence[VehicleFacts]:
        """What changes seldom, of every vehicle that was ever heard, as it is known now: nothing
        but a `problem` until it was read. Never waits."""
        ...

    def traffic(self) -> Traffic:
        """Other aircraft and Remote IDs that the vehicles hear, of the last minute. Never waits."""
        ...

    def pose_at(self, system_id: int, at: datetime) -> VehiclePose | None:
        """None where nothing near that instant is known."""
        ...

    async def carry_out(self, system_id: int, action: Action) -> str:
        """Have the autopilot do it; what it had to say, once it has acknowledged. `URGENT` actions
        wait for no other action.

        Raises:
            NotFound: there is no such vehicle.
            Unavailable: its link is lost. TimedOut: it did not answer.
            Conflict: the vehicle is not in a state for it, or another transfer is under way.
            Unprocessable: the autopilot refused, with its own words.
        """
        ...

    async def read_held(self, system_id: int) -> Held:
        """Mission, fence and rally points as the vehicle holds them now, read one after the other;
        as long as a person's transfer it is one. What it would not say of fence and rally points is
        said in `problem`.

        Raises:
            NotFound, Unavailable, TimedOut, Conflict, Unprocessable: as `carry_out`.
        """
        ...
