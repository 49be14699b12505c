"""An autopilot of ours in its own process, that a ground station cannot tell from ArduCopter in
what Kestrel uses of it. What it imitates and what not: docs/simulation.md."""

from __future__ import annotations

from drone.simulator.faults import Fault, FaultKind
from drone.simulator.host import SimulatedAutopilot
from drone.simulator.modes import Mode
from drone.simulator.settings import SimulatorSettings
from drone.simulator.vehicle import Truth

__all__ = ["Fault", "FaultKind", "Mode", "SimulatedAutopilot", "SimulatorSettings", "Truth"]
