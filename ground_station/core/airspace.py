"""What the station keeps about airspace: datasets, drawn zones, operators, permissions, requests.

Ports of the store stand below the types. Times are UTC and aware; ids are UUIDv7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from geo.airspace.plan import Authorisation, Category, ForcePolicy
from geo.zones.model import GeoZone, OperatorType, ZoneDataset

MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
DOCUMENT_TYPES = ("application/pdf", "image/jpeg", "image/png", "text/plain", "message/rfc822")


class DatasetKind(StrEnum):
    """Which of the installation's sets a file is; one of each kind is in use at a time."""

    ZONES = "zones"
    NOTAM = "notam"


class DatasetState(StrEnum):
    """A file that was read is offered; a person takes it into use, or not."""

    OFFERED = "offered"
    IN_USE = "in_use"
    RETIRED = "retired"  # another took its place
    DISCARDED = "discarded"  # its zones are gone; that it was offered is not


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """An imported file, without its zones.

    Attributes:
        file_name: as it was given. sha256: of the file, hex. format: a `geo.formats.Format`.
        airac: the AIRAC effective date, or "". effective_from, effective_until: None: not said.
        zones, refused: how many of its features are zones, and were refused.
        imported_by, decided_by: user ids, or "" for the command line.
    """

    dataset_id: str
    kind: DatasetKind
    state: DatasetState
    title: str
    file_name: str
    format: str
    sha256: str
    size_bytes: int
    airac: str
    effective_from: datetime | None
    effective_until: datetime | None
    zones: int
    refused: int
    imported_at: datetime
    imported_by: str
    decided_at: datetime | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class InUse:
    """What flights are to be checked against: ids of the datasets in use (None: there is none),
    and of the drawn zones that are not withdrawn and have not ended a day ago."""

    zones: str | None
    notams: str | None
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnZone:
    """A zone that somebody of ours drew: temporary, or of an incident. `reason`: what for.
    It holds between its zone's instants; `withdrawn_at`: from then on no more."""

    drawn_id: str
    organisation_id: str
    zone: GeoZone
    reason: str
    drawn_by: str
    drawn_at: datetime
    begins: datetime
    ends: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class OperatorProfile:
    """Who an organisation flies as. One an organisation.

    Attributes:
        operator_id: of the CAA, "GBR-OP-...". class_mark: of the aircraft, or "".
        insurance: the policy's reference.
    """

    organisation_id: str
    name: str
    type: OperatorType
    category: Category
    operator_id: str = ""
    flyer_id: str = ""
    class_mark: str = ""
    mass_kg: float | None = None
    insurance: str = ""
    force_policy: ForcePolicy | None = None
    authorisation: Authorisation | None = None
    changed_at: datetime | None = None
    changed_by: str = ""


class GivenBy(StrEnum):
    """How an answer came."""

    PAPER = "paper"
    EMAIL = "email"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class RecordedPermission:
    """A permission or exemption that the organisation holds for a zone.

    Attributes:
        zone: id or designator, as datasets have it. granted_by: the person or office that gave it.
        given_at: when they did. begins, ends: its validity; both are always said.
        document_id: of what shows it; None: a telephone clearance, typed in.
        request_id: of the request that it answers.
    """

    permission_id: str
    organisation_id: str
    zone: str
    zone_name: str
    reference: str
    begins: datetime
    ends: datetime
    given_by: GivenBy
    granted_by: str
    given_at: datetime
    conditions: str
    upper_limit_amsl_m: float | None
    document_id: str | None
    request_id: str | None
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""


class RequestState(StrEnum):
    """Of a request for a permission."""

    DRAFTED = "drafted"  # filled in; a person sends it on
    SENT = "sent"
    GRANTED = "granted"
    REFUSED = "refused"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class PermissionRequest:
    """A request to a zone's authority.

    Attributes:
        text: the whole request as it is sent, filled in with place, heights, times and aircraft.
        answer: what they said, where it was refused.
    """

    request_id: str
    organisation_id: str
    state: RequestState
    zone: str
    zone_name: str
    authority: str
    contact: str
    text: str
    begins: datetime
    ends: datetime
    made_by: str
    made_at: datetime
    changed_at: datetime
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that shows something. `body` is kept as it came, and only ever downloaded."""

    document_id: str
    organisation_id: str
    name: str
    media_type: str
    sha256: str
    added_by: str
    added_at: datetime
    body: bytes = field(repr=False)


class AirspaceRepository(Protocol):
    """Datasets and drawn zones."""

    def datasets(self) -> Sequence[DatasetRecord]:
        """Newest first, at most 200."""
        ...

    def dataset(self, dataset_id: str) -> tuple[DatasetRecord, ZoneDataset] | None:
        """With its zones and gaps; those of a discarded one are gone."""
        ...

    def in_use(self, kind: DatasetKind) -> tuple[DatasetRecord, ZoneDataset] | None: ...

    def stamp(self) -> InUse:
        """Which datasets and drawn zones there are to be used, without reading them."""
        ...

    def offer(self, record: DatasetRecord, dataset: ZoneDataset) -> None: ...

    def take_into_use(self, dataset_id: str, at: datetime, by: str) -> DatasetRecord:
        """In one transaction: the one before of its kind is retired. Conflict unless offered or
        retired; NotFound."""
        ...

    def date(self, dataset_id: str, begins: datetime, ends: datetime) -> DatasetRecord:
        """Say when it holds. Conflict unless it is offered and its file does not say; NotFound."""
        ...

    def discard(self, dataset_id: str, at: datetime, by: str) -> DatasetRecord:
        """Conflict if it is in use or discarded already; NotFound."""
        ...

    def drawn(self) -> Sequence[DrawnZone]:
        """Those that are not withdrawn and have not ended a day ago."""
        ...

    def draw(self, zone: DrawnZone) -> None: ...

    def withdraw(self, drawn_id: str, at: datetime, by: str) -> DrawnZone:
        """NotFound; Conflict if it is withdrawn already."""
        ...


class PermissionRepository(Protocol):
    """Operators, permissions, requests and documents, each of one organisation."""

    def profile(self, organisation_id: str) -> OperatorProfile | None: ...

    def put_profile(self, profile: OperatorProfile) -> None: ...

    def permissions(
        self, organisation_id: str, *, over_too: bool = False
    ) -> Sequence[RecordedPermission]:
        """Newest first, at most 1,000; those withdrawn or ended only if `over_too`."""
        ...

    def permission(self, permission_id: str) -> RecordedPermission | None: ...

    def add_permission(self, permission: RecordedPermission) -> None: ...

    def withdraw_permission(self, permission_id: str, at: datetime, by: str) -> None: ...

    def requests(
        self, organisation_id: str, *, open_only: bool = False
    ) -> Sequence[PermissionRequest]:
        """Newest first, at most 1,000; only those that are not answered if `open_only`."""
        ...

    def request(self, request_id: str) -> PermissionRequest | None: ...

    def put_request(self, request: PermissionRequest) -> None: ...

    def document(self, document_id: str) -> Document | None: ...

    def add_document(self, document: Document) -> None:
        """Conflict if the organisation has 5,000 already; NotFound: no such organisation."""
        ...

    def document_names(self, organisation_id: str) -> Mapping[str, str]:
        """By id, without reading the documents."""
        ...
