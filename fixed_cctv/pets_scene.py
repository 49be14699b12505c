"""The demonstration camera: where its pixels fall on the ground, and where we pretend it stands.

The footage is PETS 2009 S2.L1 View 1 (`vtest.avi` of OpenCV's samples), filmed by the University
of Reading on its campus. Kestrel places it on Lillie Road Recreation Ground in Fulham, an open
field whose outline (OpenStreetMap) holds all of the ground within 120 m of the camera, so that
dots do not walk through houses.

How the four points were made (by us, 24 November 2026): the University of Reading publishes a
Tsai calibration of the view. Four well-spread pixels on visible ground (the car park's edge, the
far road, the lawn, the near road) were projected through it with its lens distortion, the ground
was turned by 275 degrees counter-clockwise about the vertical and moved to the anchor, and the
metres were rounded to centimetres. Against that calibration the plane through these four points
differs by
  - 0.03 m (median) and 0.14 m (95 %) over a grid of 420 other pixels, v >= 120 px,
  - 0.03 m (median) and 0.06 m (95 %) at the feet of the 2,396 annotated people.
The remainder is lens distortion, which a plane cannot hold; it grows to 1 m at the top corners.
"""

from __future__ import annotations

from ground_station.core.agent_protocol import Calibration, GroundPair

PETS_CALIBRATION = Calibration(
    width_px=768,
    height_px=576,
    anchor_lat=51.48278,
    anchor_lon=-0.21785,
    pairs=[
        GroundPair(190, 200, 6.56, 0.04),
        GroundPair(660, 160, -2.67, -10.79),
        GroundPair(190, 400, -4.31, 10.54),
        GroundPair(660, 500, -11.97, 9.65),
    ],
    sigma_px=3.0,  # measured: NanoDet-g feet against the annotation, docs/accuracy-ground.md
    sigma_calibration_m=0.10,  # the distortion above, and centimetres lost to rounding
)

# Below the camera's centre (17.56 m west and 22.50 m north of the anchor, 7.07 m above ground).
PETS_LAT = 51.482982
PETS_LON = -0.218103
PETS_HEADING_DEG = 139.3  # of the optical axis on the ground, clockwise from true north

PETS_NOTE = (
    "Filmed at the University of Reading (PETS 2009), placed on Lillie Road Recreation Ground "
    "for demonstration. Nobody in it was in this borough."
)
