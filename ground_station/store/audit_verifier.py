"""Checks the chain in the background, a little at a time, and again from its beginning each day."""

from __future__ import annotations

import logging
import threading

from ground_station.core.clock import Clock
from ground_station.core.errors import Unavailable
from ground_station.core.lifecycle import Worker
from ground_station.store.audit_chain import AuditChain
from ground_station.store.audit_verify import ChainBroken, ChainCheck, check_some
from ground_station.store.engine import Database

log = logging.getLogger(__name__)

AGAIN_S = 24 * 3600.0
PAUSE_BEHIND_S = 0.2  # 500 records take some 20 ms: a tenth of a core while it catches up
PAUSE_S = 1.0


class AuditVerifier:
    """A service of the station; what it finds is in `AuditLog.state`."""

    def __init__(self, database: Database, chain: AuditChain, clock: Clock) -> None:
        self._database = database
        self._chain = chain
        self._clock = clock
        self._check = ChainCheck()
        self._began_s = clock.monotonic_s()
        self._broken: ChainBroken | None = None
        self._stopping = threading.Event()
        self._worker = Worker("audit-verifier", self._turn)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """After the slice at hand; the next start checks from the beginning again."""
        self._stopping.set()
        self._worker.stop()

    def _turn(self) -> None:
        if not self._stopping.is_set():
            self._stopping.wait(PAUSE_BEHIND_S if self.step() else PAUSE_S)

    def step(self) -> bool:
        """One slice; whether there may be more to check at once."""
        if self._clock.monotonic_s() - self._began_s >= AGAIN_S:
            self._check, self._began_s = ChainCheck(), self._clock.monotonic_s()
            self._broken = None
        if self._broken is not None:
            return False  # it stays broken, and said so
        try:
            more = check_some(self._database, self._check)
        except Unavailable:
            return False  # the database's own part says so
        except ChainBroken as error:
            self._broken = error
            log.critical("audit_chain_broken seq=%d problem=%s", error.seq, error.message)
            self._chain.verified(self._check.up_to, self._clock.now(), error)
            return False
        self._chain.verified(self._check.up_to, self._clock.now(), None)
        return more
