"""Files of airspace zones, read and written."""
