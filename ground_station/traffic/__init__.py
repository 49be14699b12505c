"""Receivers of other aircraft on the network: ADS-B by SBS-1 and by aircraft.json, reported
drones by Cursor-on-Target. Nothing above the composition root imports it."""

from ground_station.traffic.addresses import Address, parse_address
from ground_station.traffic.receivers import Receivers, receivers_of

__all__ = ["Address", "Receivers", "parse_address", "receivers_of"]
