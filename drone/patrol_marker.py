"""The file that says that a person ended the patrol, read and written off the event loop.

A disk may hang: that holds up a thread of its own here, and neither the loop nor a thread that a
flight command needs.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

log = logging.getLogger(__name__)

MARKER = "patrol-ended-by-a-person"


class Marker:
    """Of one patrol. All methods on the loop; none waits for the disk but `there`.

    Attributes:
        problem: why the disk does not hold what it should; "" while it does. This process goes by
            what it knows all the same.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._wanted: bool | None = None
        self._writing = False
        self.problem = ""

    async def there(self) -> bool:
        """Whether it is; where that cannot be read, it is taken to be."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[bool] = loop.create_future()

        def settle(value: bool) -> None:
            if not found.done():
                found.set_result(value)

        def look() -> None:
            value = self._look()
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, value)

        threading.Thread(target=look, name="patrol-marker-read", daemon=True).start()
        return await found

    def _look(self) -> bool:
        try:
            self._path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            self._fail("read", error)
        return True

    def keep(self, present: bool) -> None:
        """Make it so, soon; of several the last one counts."""
        with self._lock:
            self._wanted = present
            if self._writing:
                return
            self._writing = True
        threading.Thread(target=self._write, name="patrol-marker", daemon=True).start()

    def _write(self) -> None:
        while True:
            with self._lock:
                wanted, self._wanted = self._wanted, None
                if wanted is None:
                    self._writing = False
                    return
            try:
                if wanted:
                    self._path.touch()
                else:
                    self._path.unlink(missing_ok=True)
                self.problem = ""
            except OSError as error:
                self._fail("written" if wanted else "removed", error)

    def _fail(self, what: str, error: OSError) -> None:
        log.error("patrol_marker_not_%s file=%s error=%s", what, self._path, error)
        self.problem = (
            f"{self._path.name} could not be {what} ({error.strerror or error}): if the agent is "
            "started again, it may not know who flew last. Look at the disk of the data folder."
        )


def forget_person(marker: Path) -> None:
    """The demonstration begins anew: the patrol may fly although a person ended it before. Where
    the disk does not let it, the log says so and the patrol stays ended. Blocks."""
    try:
        marker.unlink(missing_ok=True)
    except OSError as error:
        log.warning(
            "patrol_stays_ended file=%s error=%s remedy=%s",
            marker,
            error.strerror or error,
            "remove the file by hand",
        )
