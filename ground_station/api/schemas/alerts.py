"""Alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ground_station.api.schemas.base import Wire


class AlertView(Wire, frozen=True, kw_only=True):
    """`GET /api/alerts`, newest first; the live snapshot and batches carry the organisation's own
    too. One that another organisation shares is seen, not decided about."""

    alert_id: str
    kind: str
    severity: Literal["information", "caution", "warning"]
    text: str
    remedy: str
    source_id: str | None
    agent_id: str | None
    lat: float | None
    lon: float | None
    raised_at: datetime
    received_at: datetime
    state: Literal["new", "acknowledged", "resolved", "rejected"]
    decided_at: datetime | None
    decided_by: str | None  # display name; of a shared one its organisation
    reason: str  # of a shared one ""
    vehicle_id: str | None = None
    shared_by: str | None = None  # the organisation whose alert it is; null = one's own


class DecideAlert(Wire, frozen=True, kw_only=True):
    """`POST /api/alerts/<id>/decision`."""

    state: Literal["acknowledged", "resolved", "rejected"]
    reason: str = ""
