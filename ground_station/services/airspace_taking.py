"""From what is stored to what flights are checked against. Only what changed is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from geo.zones import ZoneDataset, ZoneIndex
from ground_station.core.airspace import AirspaceRepository, DatasetRecord, DatasetState, InUse
from ground_station.core.errors import Unavailable
from ground_station.services.airspace import DRAWN
from ground_station.services.airspace_in_use import ZonesInUse


class TakingUp:
    """Reads what is in use.

    Args:
        training: the zones in use while no dataset is; None: then there are none.
    """

    def __init__(
        self, repository: AirspaceRepository, training: Callable[[], ZoneDataset] | None
    ) -> None:
        self._repository = repository
        self._training = training

    def taken(self, stamp: InUse, before: InUse | None, kept: ZonesInUse) -> ZonesInUse:
        """What `stamp` says is in use.

        Args:
            before: what `kept` was made of; None: that is not known, all is read.

        Raises:
            Unavailable, IntegrityError, ValueError: it cannot be read or used.
        """
        zones = replace(kept, trouble="")
        if before is None or stamp.zones != before.zones or zones.index is None:
            zones = self._with_dataset(zones, stamp.zones)
        if before is None or stamp.notams != before.notams:
            zones = self._with_notams(zones, stamp.notams)
        if before is None or stamp.drawn != before.drawn:
            drawn = tuple(one.zone for one in self._repository.drawn())
            ours = ZoneIndex(ZoneDataset(DRAWN, False, None, None, drawn)) if drawn else None
            zones = replace(zones, drawn=ours)
        return zones

    def _with_dataset(self, zones: ZonesInUse, dataset_id: str | None) -> ZonesInUse:
        if dataset_id is not None:
            record, dataset = self._read_back(dataset_id)
            return replace(zones, index=ZoneIndex(dataset), airac=record.airac)
        training = None if self._training is None else ZoneIndex(self._training())
        return replace(zones, index=training, airac="")

    def _with_notams(self, zones: ZonesInUse, dataset_id: str | None) -> ZonesInUse:
        if dataset_id is None:
            return replace(zones, notams=None, notams_as_of=None)
        record, dataset = self._read_back(dataset_id)
        return replace(zones, notams=ZoneIndex(dataset), notams_as_of=record.imported_at)

    def _read_back(self, dataset_id: str) -> tuple[DatasetRecord, ZoneDataset]:
        found = self._repository.dataset(dataset_id)
        if found is None or found[0].state is DatasetState.DISCARDED:
            raise Unavailable("The dataset in use changed while it was read.", "Wait a moment.")
        return found
