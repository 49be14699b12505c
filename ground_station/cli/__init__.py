"""The commands of `run.py`, after set-up: entry points that join settings to the parts."""
