"""Heights of the ground out of files. Nothing above the composition root imports it."""

from ground_station.terrain.geotiff import GeoTiffTerrain

__all__ = ["GeoTiffTerrain"]
