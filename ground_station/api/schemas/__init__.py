"""What goes over the wire to browsers. `web/src/wire/types.ts` is generated from these modules.

Times are ISO 8601 UTC strings. Optional values are null, never missing.
"""

from __future__ import annotations

from ground_station.api.schemas.account import (
    Account,
    AuthenticatorOffer,
    ConfirmCode,
    NewPasskey,
    NewPassword,
    PasskeyOptions,
    PasskeySignIn,
    PasskeyView,
    PasswordOnly,
    RecoveryCodes,
    SignInView,
)
from ground_station.api.schemas.agents import (
    AgentDetail,
    AgentEnrolled,
    AgentInvited,
    EnrolAgent,
    InviteAgent,
)
from ground_station.api.schemas.alerts import (
    AlertView,
    DecideAlert,
)
from ground_station.api.schemas.live import (
    AgentView,
    AnalysedFrame,
    Batch,
    BoxedTrack,
    Condition,
    Frames,
    Snapshot,
    SourceFigures,
    SourceTracks,
    SourceView,
    TrackPlace,
    ViewerClock,
    Watch,
)
from ground_station.api.schemas.people import (
    AddPerson,
    ChangePerson,
    PersonAdded,
    PersonView,
    RoleView,
)
from ground_station.api.schemas.records import (
    AgreementView,
    AuditPage,
    AuditRecordView,
    DisclosureView,
    MakeAgreement,
    RetentionRow,
)
from ground_station.api.schemas.session import (
    OrganisationView,
    Problem,
    PurposeRequest,
    Session,
    SignInRequest,
)
from ground_station.api.schemas.sources import (
    AddSourceRequest,
    IceServer,
    SourceAdded,
    ViewerToken,
)
from ground_station.api.schemas.system import (
    PartView,
    ProcessView,
    SystemSummary,
    SystemView,
    Trouble,
)

__all__ = [
    "Account",
    "AddPerson",
    "AddSourceRequest",
    "AgentDetail",
    "AgentEnrolled",
    "AgentInvited",
    "AgentView",
    "AgreementView",
    "AlertView",
    "AnalysedFrame",
    "AuditPage",
    "AuditRecordView",
    "AuthenticatorOffer",
    "Batch",
    "BoxedTrack",
    "ChangePerson",
    "Condition",
    "ConfirmCode",
    "DecideAlert",
    "DisclosureView",
    "EnrolAgent",
    "Frames",
    "IceServer",
    "InviteAgent",
    "MakeAgreement",
    "NewPasskey",
    "NewPassword",
    "OrganisationView",
    "PartView",
    "PasskeyOptions",
    "PasskeySignIn",
    "PasskeyView",
    "PasswordOnly",
    "PersonAdded",
    "PersonView",
    "Problem",
    "ProcessView",
    "PurposeRequest",
    "RecoveryCodes",
    "RetentionRow",
    "RoleView",
    "Session",
    "SignInRequest",
    "SignInView",
    "Snapshot",
    "SourceAdded",
    "SourceFigures",
    "SourceTracks",
    "SourceView",
    "SystemSummary",
    "SystemView",
    "TrackPlace",
    "Trouble",
    "ViewerClock",
    "ViewerToken",
    "Watch",
]
