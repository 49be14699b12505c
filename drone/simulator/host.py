"""The loop that lets simulated vehicles live, and the thread of one for tests."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TypeVar

from drone.simulator.faults import FOR_EVER_S, Fault, FaultKind
from drone.simulator.pilot import Pilot
from drone.simulator.settings import SimulatorSettings
from drone.simulator.vehicle import Address, Arrival, SimulatedVehicle, Truth

T = TypeVar("T")
SHORTEST_WAIT_S = 0.0005
LOOK_S = 0.01


class Host:
    """Runs vehicles in the calling thread.

    Args:
        lock: held during every turn, so that others may look at the vehicles under it.
    """

    def __init__(self, vehicles: Sequence[SimulatedVehicle], lock: threading.Lock) -> None:
        self._vehicles = vehicles
        self._lock = lock
        self._stop = threading.Event()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_in.setblocking(False)

    def stop(self) -> None:
        """End `run` soon. From any thread, and from a signal handler."""
        self._stop.set()
        try:
            self._wake_in.send(b"x")
        except OSError:  # it has ended, or enough is in it
            return

    def run(self) -> None:
        """Until `stop`; then the vehicles are closed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_out, selectors.EVENT_READ)
            for vehicle in self._vehicles:
                selector.register(vehicle.socket, selectors.EVENT_READ, vehicle)
            try:
                while not self._stop.is_set():
                    self._turn(selector)
            finally:
                for vehicle in self._vehicles:
                    vehicle.close()
                self._wake_out.close()
                self._wake_in.close()

    def _turn(self, selector: selectors.BaseSelector) -> None:
        soonest_s = min(vehicle.next_s() for vehicle in self._vehicles)
        wait_s = max(SHORTEST_WAIT_S, soonest_s - time.monotonic())
        heard = {key.data for key, _ in selector.select(wait_s)}
        now_s = time.monotonic()
        with self._lock:
            for vehicle in self._vehicles:
                if vehicle in heard or vehicle.next_s() <= now_s:
                    vehicle.turn(now_s)


class SimulatedAutopilot:
    """One vehicle on a thread of its own. All methods from any thread.

    Args:
        port: where the ground station listens on this machine.

    Use as a context manager, or `start` and `stop`; it starts once.

    Raises:
        OSError: no socket can be had.
    """

    def __init__(
        self, port: int, settings: SimulatorSettings | None = None, *, host: str = "127.0.0.1"
    ) -> None:
        self.settings = settings or SimulatorSettings()
        self._target: Address = (host, port)
        self._lock = threading.Lock()
        self._vehicle = SimulatedVehicle(self.settings, self._target, time.monotonic())
        self._host = Host([self._vehicle], self._lock)
        name = f"simulated-{self.settings.system_id}"
        self._thread = threading.Thread(target=self._host.run, name=name, daemon=True)

    def __enter__(self) -> SimulatedAutopilot:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """It boots."""
        self._thread.start()

    def stop(self) -> None:
        """As if it were switched off: no word of farewell."""
        self._host.stop()
        if self._thread.ident is None:
            self._vehicle.close()
        else:
            self._thread.join(5.0)

    def fault(
        self,
        kind: FaultKind,
        *,
        for_s: float = FOR_EVER_S,
        value: float | None = None,
        count: int = 1,
    ) -> None:
        """Let something go wrong from now on; `clear` ends it before its time."""
        now_s = time.monotonic()
        with self._lock:
            self._vehicle.begin(Fault(kind, 0.0, for_s, value, count), now_s)

    def clear(self, kind: FaultKind | None = None) -> None:
        """End that fault, or all."""
        with self._lock:
            self._vehicle.clear(kind, time.monotonic())

    def by_hand(self, do: Callable[[Pilot], T]) -> T:
        """As its own pilot at the sticks, or a test, has it done: not over the link."""
        with self._lock:
            return do(self._vehicle.pilot)

    def truth(self) -> Truth:
        """What really is, as of its last turn."""
        with self._lock:
            return self._vehicle.truth()

    @property
    def commands(self) -> list[tuple[int, tuple[float, ...]]]:
        """(MAV_CMD, its first four parameters) of the last ones heard, oldest first."""
        with self._lock:
            return list(self._vehicle.commands)

    @property
    def arrivals(self) -> list[Arrival]:
        """The last commands and SET_MODE messages, in the order of their arrival."""
        with self._lock:
            return list(self._vehicle.arrivals)

    @property
    def texts(self) -> list[str]:
        """The last STATUSTEXTs it sent, oldest first."""
        with self._lock:
            return list(self._vehicle.texts)

    @property
    def rates(self) -> dict[int, float]:
        """Seconds between messages by id, as they were asked for."""
        with self._lock:
            return self._vehicle.rates

    def parameter(self, name: str) -> float:
        """A parameter's value now."""
        with self._lock:
            return self._vehicle.pilot.parameters[name]

    def set_parameter(self, name: str, value: float) -> None:
        """As if a ground station had set it.

        Raises:
            KeyError: there is none. ValueError: its type cannot hold that.
        """
        with self._lock:
            if not self._vehicle.pilot.parameters.put(name, value):
                raise ValueError(f"{name} cannot be {value}.")

    def set_battery(self, remaining: float) -> None:
        """Charge it to this fraction, 0-1."""
        with self._lock:
            battery = self._vehicle.pilot.battery
            battery.used_mah = battery.capacity_mah * (1.0 - remaining)

    def wait(self, condition: Callable[[Truth], bool], timeout_s: float = 10.0) -> Truth:
        """The truth once the condition holds.

        Raises:
            TimeoutError: it did not in time; says the last truth.
        """
        deadline_s = time.monotonic() + timeout_s
        while True:
            truth = self.truth()
            if condition(truth):
                return truth
            if time.monotonic() >= deadline_s:
                raise TimeoutError(f"Not within {timeout_s} s; the last was {truth}")
            time.sleep(LOOK_S)
