"""Publishing a camera over WHIP: what camera agents and drone agents share."""
