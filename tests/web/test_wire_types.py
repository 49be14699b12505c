"""The web page's types are those of the station's schemas."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "web" / "src" / "wire" / "types.ts"


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "tools" / "make_wire_types.py"))


def test_the_committed_types_are_up_to_date(tool: dict[str, Any]) -> None:
    assert TYPES.read_text(encoding="utf-8") == tool["make_types"](), (
        "run tools/make_wire_types.py and commit web/src/wire/types.ts"
    )


def test_the_committed_authority_is_up_to_date(tool: dict[str, Any]) -> None:
    path = TYPES.with_name("authority.ts")
    assert path.read_text(encoding="utf-8") == tool["make_authority"]()


def test_a_type_of_the_station_s_own_is_refused(tool: dict[str, Any]) -> None:
    import msgspec

    with pytest.raises(TypeError, match="add a rule"):
        tool["_type"](msgspec.inspect.type_info(Path))


def test_what_the_rules_make(tool: dict[str, Any]) -> None:
    text = tool["make_types"]()
    assert "export type Condition = 'offline' | 'connecting' | 'live' | 'lost'\n" in text
    assert "  condition: Condition\n" in text
    assert "  origin: 'agent' | 'whip'\n" in text
    assert "  footprint: number[][] | null\n" in text
    assert "  tracks: BoxedTrack[]\n" in text
    assert "export type BoxedTrack = [\n  track_id: number,\n" in text
    assert "_Wire" not in text


def test_check_tells_drift(
    tool: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main = tool["main"]
    main.__globals__["TARGET"] = tmp_path / "types.ts"
    assert main(["--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "types.ts").write_text("// drifted\n")
    assert main(["--check"]) == 1


def test_a_type_without_a_rule_is_refused(tool: dict[str, Any]) -> None:
    import msgspec

    with pytest.raises(TypeError, match="add a rule"):
        tool["_type"](msgspec.inspect.type_info(dict[int, int]))
