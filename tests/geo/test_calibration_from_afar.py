"""A calibration that came over the wire: whatever it says, it fits or is refused in words."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from fixed_cctv.pets_scene import PETS_CALIBRATION
from geo.ground_plane import GroundPlane
from ground_station.core.agent_protocol import (
    PROTOCOL_VERSION,
    AgentKind,
    Calibration,
    Envelope,
    GroundPair,
    Hello,
    SourceOffer,
    decode_envelope,
    encode,
)
from tests.core.messages import of_type

near = st.floats(-100, 100)
likely = st.builds(
    Calibration,
    width_px=st.integers(1, 4000),
    height_px=st.integers(1, 4000),
    anchor_lat=st.floats(-90, 90),
    anchor_lon=st.floats(-180, 180),
    pairs=st.lists(st.builds(GroundPair, near, near, near, near), min_size=4, max_size=6),
    sigma_px=st.floats(0, 50),
    sigma_calibration_m=st.floats(0, 50),
)


def fit(c: Calibration) -> GroundPlane:
    return GroundPlane.fit(
        width_px=c.width_px,
        height_px=c.height_px,
        anchor_lat=c.anchor_lat,
        anchor_lon=c.anchor_lon,
        pairs=[(p.u_px, p.v_px, p.east_m, p.north_m) for p in c.pairs],
        sigma_px=c.sigma_px,
        sigma_calibration_m=c.sigma_calibration_m,
    )


@given(st.one_of(of_type(Calibration), likely), st.floats(0, 1), st.floats(0, 1))
def test_any_calibration_fits_or_is_refused_in_words(
    calibration: Calibration, across: float, down: float
) -> None:
    try:
        plane = fit(calibration)
    except ValueError as refusal:
        assert str(refusal).endswith(".")  # noqa: PT017  either way is right
        return
    point = plane.locate(across * calibration.width_px, down * calibration.height_px)
    if point is not None:
        assert -90 <= point.lat <= 90
        assert -180 <= point.lon <= 180
        assert math.isfinite(point.semi_major_m)
        assert 0 <= point.orientation_deg < 180
    for lon, lat in plane.footprint():
        assert -90 <= lat <= 90
        assert -180 <= lon <= 180


def test_the_demo_calibration_survives_the_wire() -> None:
    offer = SourceOffer("pets", "Demo", calibration=PETS_CALIBRATION)
    sent = Hello(PROTOCOL_VERSION, AgentKind.CAMERA, "camera", "kestrel", [offer])
    (got,) = decode_envelope(encode(Envelope(0, [sent]))).messages
    assert isinstance(got, Hello)
    (arrived,) = got.sources
    assert arrived.calibration is not None
    assert fit(arrived.calibration) == fit(PETS_CALIBRATION)
