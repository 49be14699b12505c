"""What every HTTP route takes and answers, by its endpoint: one table.

The OpenAPI description is made of this, of the routes themselves and of what they declare about
access; a test fails for a route that is not here, and for an entry that no route has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec

from ground_station.api import schemas as s

JSON = "application/json"
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
HTML = "text/html"
ANY = "*/*"
TEXT = "text/plain"
BYTES = "application/octet-stream"


class Health(msgspec.Struct, frozen=True):
    """`GET /health`."""

    status: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A success. `body`: a type of `schemas`, None for no body, or a media type of plain text."""

    body: Any = None
    media_type: str = JSON


@dataclass(frozen=True, slots=True)
class Speaks:
    """One route.

    Attributes:
        request: a type of `schemas`; None for no body.
        query: names of query parameters, each an optional text unless a type is given.
    """

    answers: Mapping[int, Answer]
    request: Any = None
    request_media: str = JSON
    query: Mapping[str, type] = field(default_factory=dict)


def _json(body: Any, request: Any = None, *, status: int = 200, **query: type) -> Speaks:
    return Speaks({status: Answer(body)}, request, query=query)


def _done(request: Any = None) -> Speaks:
    return Speaks({204: Answer()}, request)


def _file(media_type: str = ANY) -> Speaks:
    # 206, 304 and 416 come of Range and If-None-Match
    return Speaks({200: Answer(str, media_type), 206: Answer(str, media_type), 304: Answer()})


def _offer() -> Speaks:
    return Speaks({201: Answer(str, SDP)}, str, SDP)


CONTRACT: Mapping[str, Speaks] = MappingProxyType(
    {
        # one's own session and account
        "session.read_session": _json(s.Session),
        "session.sign_in": _json(s.Session, s.SignInRequest),
        "session.begin_passkey_sign_in": _json(s.PasskeyOptions),
        "session.passkey_sign_in": _json(s.Session, s.PasskeySignIn),
        "session.set_purpose": _json(s.Session, s.PurposeRequest),
        "session.sign_out": _done(),
        "account.read_account": _json(s.Account),
        "account.begin_authenticator": _json(s.AuthenticatorOffer, s.PasswordOnly),
        "account.confirm_authenticator": _json(s.RecoveryCodes, s.ConfirmCode),
        "account.remove_authenticator": _json(s.Account, s.PasswordOnly),
        "account.begin_passkey": _json(s.PasskeyOptions, s.PasswordOnly),
        "account.add_passkey": _json(s.PasskeyView, s.NewPasskey, status=201),
        "account.remove_passkey": _json(s.Account, s.PasswordOnly),
        "account.new_recovery_codes": _json(s.RecoveryCodes, s.PasswordOnly),
        "account.change_password": _done(s.NewPassword),
        "account.revoke_own_sign_in": _done(),
        # people
        "people.list_roles": _json(list[s.RoleView]),
        "people.list_people": _json(list[s.PersonView]),
        "people.add_person": _json(s.PersonAdded, s.AddPerson, status=201),
        "people.change_person": _json(s.PersonView, s.ChangePerson),
        "people.reset_person": _json(s.PersonAdded),
        "people.list_sign_ins": _json(list[s.SignInView]),
        "people.revoke_sign_in": _done(),
        # agents, alerts, sources
        "agents.agents": _json(list[s.AgentDetail]),
        "agents.invite": _json(s.AgentInvited, s.InviteAgent, status=201),
        "agents.enrol": _json(s.AgentEnrolled, s.EnrolAgent, status=201),
        "agents.revoke": _done(),
        "agents.rotate": _done(),
        "agents.remove": _done(),
        "alerts.alerts": _json(list[s.AlertView]),
        "alerts.decide": _json(s.AlertView, s.DecideAlert),
        "sources.add_source": _json(s.SourceAdded, s.AddSourceRequest, status=201),
        "sources.remove_source": _done(),
        "sources.viewer_token": _json(s.ViewerToken, status=201),
        # vehicles
        "vehicles.list_vehicles": _json(list[s.VehicleView]),
        "vehicles.take_control": _json(s.ControlView, s.TakeControl),
        "vehicles.release_control": _done(),
        "vehicles.set_auto_hold": _done(s.AutoHoldRequest),
        "vehicles.hold": _json(s.CommandAnswer),
        "vehicles.return_home": _json(s.CommandAnswer),
        "vehicles.land": _json(s.CommandAnswer),
        "vehicles.arm": _json(s.CommandAnswer),
        "vehicles.disarm": _json(s.CommandAnswer),
        "vehicles.take_off": _json(s.CommandAnswer, s.TakeOffRequest),
        "vehicles.go_to": _json(s.CommandAnswer, s.GoToRequest),
        "vehicles.check_go_to": _json(s.GoToCheck, s.GoToRequest),
        "vehicles.put_mission": _json(s.MissionAnswer, s.MissionRequest),
        "vehicles.start_mission": _json(s.CommandAnswer),
        "vehicles.put_geofence": _json(s.CommandAnswer, s.FenceRequest),
        "vehicles.list_pilots": _json(list[s.PilotView]),
        "vehicles.offer_control": _json(s.ControlOfferView, s.OfferControl),
        "vehicles.withdraw_offer": _done(),
        "vehicles.accept_control": _json(s.ControlView),
        "vehicles.read_facts": _json(s.FactsView),
        "vehicles.read_held": _json(s.HeldView),
        "flights.orbit": _json(s.CommandAnswer, s.OrbitRequest),
        "flights.set_speed": _json(s.CommandAnswer, s.SpeedRequest),
        "flights.change_height": _json(s.CommandAnswer, s.HeightRequest),
        "flights.pause_mission": _json(s.CommandAnswer),
        "flights.resume_mission": _json(s.CommandAnswer, s.ResumeRequest),
        "flights.skip_to": _json(s.CommandAnswer, s.SkipRequest),
        "flights.put_rally": _json(s.CommandAnswer, s.RallyRequest),
        "cameras.point_camera": _json(s.CommandAnswer, s.PointRequest),
        "cameras.stop_pointing": _json(s.CommandAnswer),
        "cameras.turn_gimbal": _json(s.CommandAnswer, s.GimbalRequest),
        "cameras.take_photo": _json(s.CommandAnswer),
        "cameras.record_video": _json(s.CommandAnswer, s.VideoRequest),
        "cameras.zoom": _json(s.CommandAnswer, s.ZoomRequest),
        "cameras.use_payload": _json(s.CommandAnswer, s.PayloadRequest),
        "traffic.traffic": _json(s.TrafficView),
        "zones.zones": Speaks({200: Answer(s.ZonesView), 304: Answer()}),
        # airspace
        "airspace.datasets": _json(list[s.DatasetRow]),
        "airspace.dataset": _json(s.DatasetDetail),
        "airspace.import_dataset": Speaks({201: Answer(s.DatasetDetail)}, bytes, BYTES),
        "airspace.date_dataset": _json(s.DatasetRow, s.DateDataset),
        "airspace.decide_dataset": _json(s.DatasetRow, s.DecideDataset),
        "airspace.drawn": _json(list[s.DrawnZoneView]),
        "airspace.draw": _json(s.DrawnZoneView, s.DrawZone, status=201),
        "airspace.withdraw": _done(),
        "airspace.check": _json(s.VerdictView, s.CheckPlan),
        "airspace.here": _json(s.VerdictView, s.WhatHere),
        "papers.operator": _json(s.OperatorView | None),
        "papers.put_operator": _json(s.OperatorView, s.OperatorView),
        "papers.permissions": _json(list[s.PermissionView], over=str),
        "papers.record_permission": _json(s.PermissionView, s.RecordPermission, status=201),
        "papers.withdraw_permission": _done(),
        "papers.requests": _json(list[s.RequestView]),
        "papers.ask_permission": _json(s.RequestView, s.AskPermission, status=201),
        "papers.change_request": _json(s.RequestView, s.ChangeRequest),
        "papers.add_document": Speaks({201: Answer(s.DocumentAdded)}, bytes, ANY),
        "sora.volumes": _json(s.VolumesView, s.Application),
        "sora.application_pack": Speaks({200: Answer(bytes, "application/zip")}, s.Application),
        "papers.document": Speaks({200: Answer(bytes, BYTES)}),
        # the flight log
        "flight_log.flights": _json(list[s.FlightRowView], before=str),
        "flight_log.flight": _json(s.FlightView),
        "flight_log.track": Speaks(
            {200: Answer(s.FlightTrackView)}, query={"from": str, "to": str}
        ),
        "flight_log.export": Speaks({200: Answer(bytes, ANY)}, query={"format": str}),
        "flight_log.import_flight": Speaks({201: Answer(s.FlightView)}, bytes, BYTES),
        "flight_log.compare": _json(s.ComparisonView),
        "flight_log.occurrence": Speaks({200: Answer(str, TEXT)}, s.OccurrenceRequest),
        # preflights and records
        "preflight.preflight": _json(s.PreflightView | None),
        "preflight.open_preflight": _json(s.PreflightView, s.ChooseCrew, status=201),
        "preflight.choose_crew": _json(s.PreflightView, s.ChooseCrew),
        "preflight.tick": _json(s.PreflightView, s.TickRequest),
        "preflight.type_weather": _json(s.PreflightView, s.WeatherView),
        "preflight.sign_preflight": _json(s.PreflightView, s.SignRequest),
        "preflight.operations_records": _json(s.OperationsRecords),
        "preflight.put_crew_member": _json(s.CrewView, s.CrewView),
        "preflight.put_airframe": _json(s.AirframeView, s.AirframeView),
        "preflight.put_battery": _json(s.BatteryView, s.BatteryView),
        "preflight.report_defect": _json(s.DefectView, s.ReportDefect, status=201),
        "preflight.fix_defect": _json(s.DefectView, s.FixDefect),
        # missions
        "missions.missions": _json(list[s.KeptMissionRow]),
        "missions.mission": _json(s.KeptMissionView),
        "missions.keep_mission": _json(s.KeptMissionView, s.SaveMission, status=201),
        "missions.change_mission": _json(s.KeptMissionView, s.SaveMission),
        "missions.remove_mission": _done(),
        "missions.pattern": _json(s.PatternView, s.PatternRequest),
        "missions.estimate": _json(s.EstimateView, s.PlanFor),
        "missions.check_mission": _json(s.VerdictView, s.PlanFor),
        "missions.follow_terrain": _json(s.ReadMissionView, s.PlanFor),
        "missions.import_mission": Speaks(
            {200: Answer(s.ReadMissionView)},
            bytes,
            BYTES,
            query={"default_height_m": float, "default_datum": str},
        ),
        "missions.export_mission": Speaks({200: Answer(bytes, ANY)}, s.ExportMission),
        # audit, sharing
        "audit.audit": _json(s.AuditPage, before=int, act=str, actor=str, subject=str),
        "sharing.organisations": _json(list[s.OrganisationView]),
        "sharing.agreements": _json(list[s.AgreementView]),
        "sharing.make_agreement": _json(s.AgreementView, s.MakeAgreement, status=201),
        "sharing.end_agreement": _done(),
        "sharing.disclosures": _json(list[s.DisclosureView], before=str),
        "retention.retention": _json(list[s.RetentionRow]),
        # the system
        "system.system": _json(s.SystemView),
        "system.openapi": _json(dict[str, Any]),
        "health.health": _json(Health),
        "metrics.metrics": Speaks({200: Answer(str, TEXT)}),
        "metrics.root_certificate": _file("application/x-x509-ca-cert"),
        "metrics.root_certificate_pem": _file("application/pem-certificate-chain"),
        # video
        "media.whip_options": _done(),
        "media.whip_session_options": _done(),
        "media.publish": _offer(),
        "media.view": _offer(),
        "media.trickle_publisher": Speaks({204: Answer()}, str, FRAGMENT),
        "media.trickle_viewer": Speaks({204: Answer()}, str, FRAGMENT),
        "media.end_publisher": Speaks({200: Answer(str, HTML)}),
        "media.end_viewer": Speaks({200: Answer(str, HTML)}),
        # the page
        "page.index": _file(),
        "page.top_file": _file(),
        "page.asset": _file(),
    }
)
