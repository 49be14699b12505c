"""Logs of autopilots that strangers bring: ArduPilot .bin, MAVLink .tlog, PX4 .ulg.

They are read by a process of its own, which may use so much memory and time and no more: a file
that is made to break its reader breaks nothing else. Nothing above the composition root imports
this.
"""

from ground_station.flightlogs.isolated import IsolatedReader

__all__ = ["IsolatedReader"]
