"""A camera without a picture becomes one alert, once."""

from __future__ import annotations

from ground_station.agentlink.outbox import _checked
from ground_station.core.agent_durable import Durable
from ground_station.core.clock import ManualClock
from ground_station.core.ids import new_id
from ground_station.vision.publishing.no_picture import AFTER_S, NoPictureAlarm


def test_one_alert_for_each_time() -> None:
    clock = ManualClock()
    alarm = NoPictureAlarm("gate", "Park gate", clock)
    assert alarm.look("Cannot be reached.") is None
    clock.advance(AFTER_S - 1)
    assert alarm.look("Cannot be reached.") is None
    clock.advance(1)
    alert = alarm.look("Cannot be reached.")
    assert alert is not None
    assert alert.kind == "camera_no_picture"
    assert alert.source_key == "gate"
    assert "Park gate" in alert.text
    assert "Cannot be reached." in alert.text
    clock.advance(AFTER_S * 10)
    assert alarm.look("Cannot be reached.") is None
    assert alarm.look("") is None
    assert alarm.look("Again.") is None
    clock.advance(AFTER_S)
    assert alarm.look("Again.") is not None


def test_a_short_gap_is_none() -> None:
    clock = ManualClock()
    alarm = NoPictureAlarm("gate", "Park gate", clock)
    for _ in range(10):
        assert alarm.look("Gone.") is None
        clock.advance(AFTER_S / 2)
        assert alarm.look("") is None


def test_the_longest_texts_still_fit_the_protocol() -> None:
    clock = ManualClock()
    alarm = NoPictureAlarm("k" * 80, "n" * 80, clock)
    alarm.look("p" * 1000)
    clock.advance(AFTER_S)
    alert = alarm.look("p" * 1000)
    assert alert is not None
    _checked(Durable(new_id(), clock.now(), alert))
