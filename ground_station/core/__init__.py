"""Domain types, ports, bus and settings: what every other package may import, and nothing above."""
