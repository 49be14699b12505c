#!/usr/bin/env python3
"""Kestrel's only entry point: `python3 run.py` sets up what is missing and starts. See --help."""

import sys

if sys.version_info < (3, 11):
    sys.exit(
        "Kestrel needs Python 3.11 or newer, and this is Python %d.%d. "
        "Start it with a newer one, for example: python3.11 run.py" % sys.version_info[:2]
    )

from ground_station.bootstrap.start import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
