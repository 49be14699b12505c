"""The services over a real database, a clock that stands still, and agents made of plain code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher

from geo.terrain import Terrain
from geo.zones import Kinematics
from ground_station.core.agent_durable import Notice
from ground_station.core.agent_facts import Held
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AcceptWhep,
    AcceptWhip,
    AgentKind,
    Calibration,
    Command,
    Done,
    GroundPair,
    Heartbeat,
    Hello,
    SdpAnswer,
    SourceOffer,
    SourceReport,
    SourceReports,
)
from ground_station.core.agent_vehicles import Flown, Fly, VehicleReport
from ground_station.core.authority import Role
from ground_station.core.bus import Bus
from ground_station.core.clock import ManualClock
from ground_station.core.errors import KestrelError
from ground_station.core.fleet import AirspaceFinding, AirspaceState, VehicleStatus
from ground_station.core.ids import new_id
from ground_station.core.model import SourceCondition
from ground_station.core.ports import AgentIdentity
from ground_station.core.registry import Agent, token_hash
from ground_station.core.settings import AirspaceSettings
from ground_station.services.agent_removal import AgentRemoval
from ground_station.services.agents import Agents
from ground_station.services.air_traffic import AirTraffic
from ground_station.services.airspace import Airspace
from ground_station.services.alert_desk import Alerts
from ground_station.services.alerts import AlertInbox
from ground_station.services.auto_hold import AutoHold
from ground_station.services.conformance import Conformances, HeldPermissions
from ground_station.services.control import Controls, over_with_sign_in
from ground_station.services.enrolment import EnrolledAuthenticator, Enrolments, Warden
from ground_station.services.fleet import Fleet
from ground_station.services.flight_aids import AirspaceAids
from ground_station.services.flights import Flights
from ground_station.services.geolocate import Geolocator
from ground_station.services.identities import join_identities
from ground_station.services.identity import Identity, Stores
from ground_station.services.late_records import LateRecords
from ground_station.services.media import Media
from ground_station.services.names import Names, station_names
from ground_station.services.papers import Papers
from ground_station.services.passwords import Passwords
from ground_station.services.poses import Poses
from ground_station.services.sharing import Sharing, viewing
from ground_station.services.sources import Sources
from ground_station.services.system import SystemHealth
from ground_station.services.system_probes import add_station_probes
from ground_station.services.tracks import TrackIntake
from ground_station.services.vehicle_cameras import VehicleCameras
from ground_station.services.vehicle_desk import DeskParts, join_desk
from ground_station.services.vehicle_facts import VehicleFacts
from ground_station.store import (
    SqlAgents,
    SqlAlerts,
    SqlControls,
    SqlEnrolments,
    SqlFactors,
    SqlOrganisations,
    SqlPermissions,
    SqlReceivedMessages,
    SqlSignIns,
    SqlSources,
    SqlUsers,
    SqlVehicles,
    database_file,
    open_audit,
    open_database,
)
from tests.prepared import prepare_copy

PASSWORD = "correct horse battery"
OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
ANSWER = "v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\n"

# A camera ten metres up that looks along north: pixel rows map to distance.
CALIBRATION = Calibration(
    width_px=768,
    height_px=576,
    anchor_lat=51.48,
    anchor_lon=-0.21,
    pairs=[
        GroundPair(100, 500, -5, 10),
        GroundPair(668, 500, 5, 10),
        GroundPair(300, 200, -5, 60),
        GroundPair(468, 200, 5, 60),
    ],
    sigma_px=2.0,
    sigma_calibration_m=0.3,
)


def quick_passwords() -> Passwords:
    """Argon2id with next to no work."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass(eq=False)
class FakeChannel:
    """The way to an agent that answers at once, or as it is told to."""

    commands: list[Command] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    address: str = "127.0.0.1"
    answer: Callable[[Command], Done | SdpAnswer | Flown | Held] | None = None
    error: KestrelError | None = None
    closed: bool = False

    def call(self, command: Command, timeout_s: float) -> Done | SdpAnswer | Flown | Held:
        self.commands.append(command)
        if self.error is not None:
            raise self.error
        if self.answer is not None:
            return self.answer(command)
        if isinstance(command, Fly):
            return Flown()
        return SdpAnswer(ANSWER) if isinstance(command, AcceptWhip | AcceptWhep) else Done()

    def notify(self, notice: Notice) -> None:
        self.notices.append(notice)

    def close(self) -> None:
        self.closed = True

    def of(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.commands if isinstance(command, kind)]


NOT_CHECKED = AirspaceFinding(AirspaceState.UNKNOWN, problem="No airspace dataset.")


@dataclass(eq=False)
class FakeAirspace:
    """Says what it was told to; as long as it was told nothing, that nothing can be checked."""

    finding: AirspaceFinding = NOT_CHECKED
    way_finding: AirspaceFinding = NOT_CHECKED
    terrain: Terrain | None = None
    asked: list[tuple[VehicleReport, float]] = field(default_factory=list)
    ways: list[Sequence[Kinematics]] = field(default_factory=list)

    def live(self, report: VehicleReport, age_s: float) -> AirspaceFinding:
        self.asked.append((report, age_s))
        return self.finding

    def way(self, points: Sequence[Kinematics]) -> AirspaceFinding:
        self.ways.append(points)
        return self.way_finding


class World:
    """Everything under the web side."""

    def __init__(self, folder: Path) -> None:
        prepare_copy(folder)
        self.folder = folder
        self.clock = ManualClock()
        self.bus = Bus()
        self.database = open_database(database_file(folder))
        self.audit = open_audit(self.database, folder, self.clock)
        self.organisations = SqlOrganisations(self.database)
        self.sharing = Sharing(self.organisations, self.audit, self.clock)
        self.users = SqlUsers(self.database)
        self.agent_rows = SqlAgents(self.database)
        self.source_rows = SqlSources(self.database)
        self.sign_ins = SqlSignIns(self.database)
        self.factor_rows = SqlFactors(self.database)
        self.identities = join_identities(
            Stores(self.users, self.sign_ins, self.factor_rows, self.audit),
            station_key="k" * 64,
            passwords=quick_passwords(),
            clock=self.clock,
            session_hours=12,
            scope_of=self.sharing.scope_of,
        )
        self.sign_in = self.identities.sign_in
        self.accounts = self.identities.accounts
        self.geolocator = Geolocator()
        self.enrolment_rows = SqlEnrolments(self.database)
        self.authenticator = EnrolledAuthenticator(self.agent_rows, self.enrolment_rows, self.clock)
        self.sources = self.new_sources()
        self.poses = Poses(self.clock)
        self.tracks = TrackIntake(
            sources=self.sources, geolocator=self.geolocator, poses=self.poses, bus=self.bus
        )
        self.agents = Agents(
            sources=self.sources, tracks=self.tracks, bus=self.bus, clock=self.clock
        )
        self.media = Media(
            sources=self.sources,
            agents=self.agents,
            authenticator=self.authenticator,
            still_signed_in=self.sign_in.may_still_watch,
            may_view=viewing(self.sign_in.identify_hash, self.sharing),
            poses=self.poses,
            bus=self.bus,
            clock=self.clock,
        )
        self.agents.attach(self.media)
        self.sharing.on_ended(lambda _: self.media.check_agreements())
        self.airspace = FakeAirspace()
        self.fleet = Fleet(
            vehicles=SqlVehicles(self.database),
            audit=self.audit,
            bus=self.bus,
            clock=self.clock,
            airspace=self.airspace,
            sources=self.sources,
        )
        self.controls = Controls(
            repository=SqlControls(self.database),
            fleet=self.fleet,
            audit=self.audit,
            why_over=over_with_sign_in(self.sign_in),
            display_name=lambda user_id: user_id and "Operator",
            bus=self.bus,
            clock=self.clock,
        )
        self.fleet.attach_holder(self.controls.holder)
        self.agents.attach_fleet(self.fleet)
        self.sign_in.on_ended(self.controls.sign_in_ended)
        self.late_records = LateRecords(self.audit)
        self.papers = Papers(SqlPermissions(self.database, self.clock), self.audit, self.clock)
        self.held = HeldPermissions(lambda own: self.papers.operator(own).permissions)
        self.raised: list[str] = []  # kinds of alerts that conformance raised
        self.conformances = Conformances(
            held=self.held,
            late=self.late_records,
            raise_alert=self._raised,
            kinematics=self._kinematics,
            bus=self.bus,
            clock=self.clock,
        )
        self.fleet.on_finding(self.conformances.follow)
        self.facts = VehicleFacts(find=self.fleet.find, clock=self.clock)
        self.flights = Flights(
            controls=self.controls,
            channel=self.agents.channel,
            airspace=self.airspace,
            audit=self.audit,
            late=self.late_records,
            clock=self.clock,
            airspace_aids=AirspaceAids(
                self.held, self.conformances, return_height_m=self.facts.return_height_m
            ),
        )
        self.auto_hold = AutoHold(
            controls=self.controls,
            flights=self.flights,
            audit=self.audit,
            changed=lambda _vehicle_id: None,
            clock=self.clock,
        )
        self.conformances.on_worse(self.auto_hold.follow)
        self.desk = join_desk(
            DeskParts(
                fleet=self.fleet,
                agents=self.agents,
                controls=self.controls,
                flights=self.flights,
                airspace=self.airspace,
                people=self.users.all,
                raise_alert=self._raised,
                audit=self.audit,
                late=self.late_records,
                bus=self.bus,
                clock=self.clock,
            ),
            self.facts,
        )
        self.cameras = VehicleCameras(
            fleet=self.fleet,
            sources=self.sources,
            poses=self.poses,
            bus=self.bus,
            clock=self.clock,
        )
        self.system = SystemHealth(data_folder=folder, bus=self.bus, clock=self.clock)
        add_station_probes(
            self.system,
            agents=self.agents,
            check_database=self.database.check,
            data_folder=folder,
            clock=self.clock,
        )
        self.alert_rows = SqlAlerts(self.database)
        self.received = SqlReceivedMessages(self.database)
        self.inbox = AlertInbox(
            received=self.received,
            alerts=self.alert_rows,
            audit=self.audit,
            sources=self.sources,
            organisation_id=self.users.default_organisation_id(),
            bus=self.bus,
            clock=self.clock,
        )
        self.agents.attach_inbox(self.inbox)
        self.traffic = AirTraffic(
            fleet=self.fleet,
            raise_alert=self.inbox.raise_own,
            own_organisation_id=self.sources.organisation_id,
            clock=self.clock,
        )
        self.agents.drones.traffic = self.traffic
        self.alerts = Alerts(
            alerts=self.alert_rows,
            audit=self.audit,
            sharing=self.sharing,
            display_name=lambda user_id: user_id and "Operator",
            bus=self.bus,
            clock=self.clock,
        )
        self.enrolments = Enrolments(
            repository=self.enrolment_rows,
            own_organisation_id=self.sources.organisation_id,
            audit=self.audit,
            clock=self.clock,
        )
        self.warden = Warden(
            repository=self.enrolment_rows,
            channel=self.agents.channel,
            connected=self.agents.admitted,
            shut_out=self.media.end_all_of_agent,
            forget=AgentRemoval(
                sources=self.sources,
                media=self.media,
                fleet=self.fleet,
                facts=self.facts,
                audit=self.audit,
            ).forget,
            clock=self.clock,
        )
        self.sign_in.on_ended(self.media.sign_in_ended)

    def _raised(self, kind: str, *_words: object, **_more: object) -> str:
        self.raised.append(kind)
        return ""

    def _kinematics(self, status: VehicleStatus) -> Kinematics | None:
        """As the station's airspace has it, over ground of 5 m."""
        flat = Airspace(dataset=None, terrain=None, settings=AirspaceSettings(), clock=self.clock)
        return flat.kinematics(status, self.clock.monotonic_s() - status.received_s)

    def new_sources(self) -> Sources:
        """The registry as a station that starts now would have it."""
        return Sources(
            repository=self.source_rows,
            organisation_id=self.users.default_organisation_id(),
            check_calibration=self.geolocator.check,
            bus=self.bus,
            clock=self.clock,
        )

    def close(self) -> None:
        self.database.close()

    def signed_in(self) -> str:
        """The hash of the operator's new sign-in, which has a purpose and a second factor."""
        if not self.accounts.any():
            self.add_operator()
        return self.enter("operator").session_hash

    def enter(self, username: str, purpose: str = "public_safety") -> Identity:
        """Sign somebody in, as if with a second factor, and say what for."""
        who = self.sign_in.sign_in(username, PASSWORD, "127.0.0.1")[1]
        self.sign_ins.set_second_factor(who.session_hash)
        return self.sign_in.set_purpose(who, purpose, "") if purpose else who

    def names(self) -> Names:
        return station_names(
            self.users,
            self.sources,
            SqlEnrolments(self.database),
            self.organisations,
            self.fleet,
        )

    def add_operator(self, role: Role = Role.CCTV_OPERATOR) -> None:
        self.accounts.add("operator", "Operator", role, PASSWORD)

    def identity(self, name: str, kind: AgentKind, token: str = "") -> AgentIdentity:
        """Issue a token and say who holds it."""
        token = token or f"token of {name}"
        agent = self.agent_rows.issue(
            Agent(
                new_id(),
                self.users.default_organisation_id(),
                name,
                kind,
                token_hash(token),
                None,
            )
        )
        return AgentIdentity(agent.agent_id, agent.name, agent.kind, agent.organisation_id)

    def connect(self, identity: AgentIdentity, *offers: SourceOffer) -> FakeChannel:
        """An agent says hello."""
        channel = FakeChannel()
        hello = Hello(PROTOCOL_VERSION, identity.kind, identity.name, "test", list(offers))
        self.agents.agent_connected(identity, hello, channel)
        return channel

    def node(self, name: str = "node") -> tuple[AgentIdentity, FakeChannel]:
        identity = self.identity(name, AgentKind.NODE)
        return identity, self.connect(identity)

    def camera(self, name: str = "camera") -> tuple[AgentIdentity, FakeChannel, str]:
        """A connected camera agent with one calibrated source, and that source's id."""
        identity = self.identity(name, AgentKind.CAMERA)
        offer = SourceOffer("cam-1", "Park gate", lat=51.48, lon=-0.21, calibration=CALIBRATION)
        channel = self.connect(identity, offer)
        [status] = self.sources.of_agent(identity.agent_id)
        return identity, channel, status.source.source_id

    def beat(self, identity: AgentIdentity, channel: FakeChannel, **problems: str) -> None:
        self.agents.agent_message(
            identity.agent_id, channel, Heartbeat(self.clock.now(), dict(problems))
        )

    def report(
        self,
        node: tuple[AgentIdentity, FakeChannel],
        *reports: SourceReport,
        detector_problem: str = "",
    ) -> None:
        message = SourceReports(list(reports), "nanodet-g-416", detector_problem)
        self.agents.agent_message(node[0].agent_id, node[1], message)


def live(source_id: str, session_id: str, age_s: float = 0.05) -> SourceReport:
    """A node's word on a session whose pictures come."""
    return SourceReport(
        source_id,
        session_id,
        SourceCondition.LIVE,
        codec="H264",
        width=768,
        height=576,
        received_fps=10.0,
        last_frame_age_s=age_s,
    )
