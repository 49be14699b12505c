"""`python -m ground_station.cli`: what `run.py` becomes once everything is set up."""

from __future__ import annotations

import sys

from ground_station.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
