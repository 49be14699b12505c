"""Geometry of places and pictures: pure functions, no input or output, no state shared."""
