"""The bad network of `ground_station.simulation`, under the name the tests know."""

from __future__ import annotations

from ground_station.simulation.broken_link import BrokenLink as Proxy

__all__ = ["Proxy"]
