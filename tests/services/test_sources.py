"""The source registry: what is kept, what is refused, and what may be believed of a source."""

from __future__ import annotations

import dataclasses
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import pytest

from ground_station.core.agent_protocol import AgentKind, Calibration, SourceOffer
from ground_station.core.errors import Conflict, InvalidInput, NotFound
from ground_station.core.events import SourceChanged
from ground_station.core.ids import new_id
from ground_station.core.model import SourceCondition, SourceKind
from ground_station.core.registry import Source, token_hash
from ground_station.services import sources
from tests.services.world import CALIBRATION, World, live

OFFLINE, CONNECTING = SourceCondition.OFFLINE, SourceCondition.CONNECTING
LIVE, LOST = SourceCondition.LIVE, SourceCondition.LOST


def offer(world: World, *offers: SourceOffer) -> list[str]:
    identity = world.identity("camera", AgentKind.CAMERA)
    grants = world.sources.offered(identity, SourceKind.FIXED_CAMERA, offers)
    return [grant.source_id for grant in grants]


def test_an_offered_source_is_made_once_and_updated_later(world: World) -> None:
    first = offer(world, SourceOffer("a", "Gate"), SourceOffer("b", "Pond"))
    again = offer(world, SourceOffer("a", "North gate", lat=51.5, lon=-0.2))
    assert again == first[:1]
    assert len(world.sources.all()) == 2
    assert world.sources.get(first[0]).source.name == "North gate"
    restarted = world.new_sources()
    assert restarted.get(first[0]).source.lat == 51.5
    assert restarted.get(first[0]).condition is OFFLINE
    assert "has not connected" in restarted.get(first[0]).problem


def test_agents_of_the_same_key_do_not_share_a_source(world: World) -> None:
    one = world.identity("one", AgentKind.CAMERA)
    two = world.identity("two", AgentKind.CAMERA)
    offers = [SourceOffer("a", "Gate")]
    [first] = world.sources.offered(one, SourceKind.FIXED_CAMERA, offers)
    [second] = world.sources.offered(two, SourceKind.FIXED_CAMERA, offers)
    assert first.source_id != second.source_id


TOO_MANY = msgspec.structs.replace(CALIBRATION, pairs=CALIBRATION.pairs * 17)
DEGENERATE = msgspec.structs.replace(CALIBRATION, pairs=CALIBRATION.pairs[:3])


@pytest.mark.parametrize(
    "bad",
    [
        SourceOffer("", "Gate"),
        SourceOffer("k" * 81, "Gate"),
        SourceOffer("a", " "),
        SourceOffer("a", "n" * 81),
        SourceOffer("a", "bell \x07"),
        SourceOffer("a", "Gate", note="x" * 1001),
        SourceOffer("a", "Gate", lat=51.0),
        SourceOffer("a", "Gate", lat=91.0, lon=0.0),
        SourceOffer("a", "Gate", lat=51.0, lon=181.0),
        SourceOffer("a", "Gate", lat=math.nan, lon=0.0),
        SourceOffer("a", "Gate", heading_deg=361.0),
        SourceOffer("a", "Gate", calibration=DEGENERATE),
        SourceOffer(
            "a",
            "Gate",
            calibration=msgspec.structs.replace(CALIBRATION, pairs=CALIBRATION.pairs * 17),
        ),
    ],
)
def test_a_malformed_offer_refuses_the_whole_hello(world: World, bad: SourceOffer) -> None:
    with pytest.raises(InvalidInput):
        offer(world, SourceOffer("good", "Good"), bad)
    assert world.sources.all() == []


def test_one_key_twice_and_too_many_are_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="two sources"):
        offer(world, SourceOffer("a", "Gate"), SourceOffer("a", "Pond"))
    with pytest.raises(InvalidInput, match="1001 sources"):
        offer(world, *[SourceOffer(str(n), "Gate") for n in range(1001)])


def test_a_whip_source_has_a_token_of_which_the_hash_is_kept(world: World) -> None:
    source, token = world.sources.add_whip("  Phone   of Ann ", 51.5, -0.2, 90.0)
    assert source.name == "Phone of Ann"
    assert source.publish_token_hash == token_hash(token)
    assert token not in repr(world.source_rows.all())
    with pytest.raises(InvalidInput):
        world.sources.add_whip("Phone", 51.5, None, None)
    with pytest.raises(InvalidInput):
        world.sources.add_whip("", None, None, None)


def test_removing(world: World) -> None:
    changes = world.bus.subscribe(SourceChanged)
    source, _ = world.sources.add_whip("Phone", None, None, None)
    world.sources.remove(source.source_id, lambda _agent: False)
    assert world.sources.find(source.source_id) is None
    assert world.new_sources().all() == []
    assert [event.source_id for event in changes.take_all(0)] == [source.source_id]
    with pytest.raises(NotFound):
        world.sources.remove(source.source_id, lambda _agent: False)
    with pytest.raises(NotFound):
        world.sources.get(source.source_id)


def test_what_a_connected_agent_offers_cannot_be_removed(world: World) -> None:
    [source_id] = offer(world, SourceOffer("a", "Gate"))
    with pytest.raises(Conflict):
        world.sources.remove(source_id, lambda _agent: True)
    world.sources.remove(source_id, lambda _agent: False)


def test_what_a_connected_agent_no_longer_offers_can_be_removed(world: World) -> None:
    kept, dropped = offer(world, SourceOffer("a", "Gate"), SourceOffer("b", "Pond"))
    offer(world, SourceOffer("a", "Gate"))
    with pytest.raises(Conflict):
        world.sources.remove(kept, lambda _agent: True)
    world.sources.remove(dropped, lambda _agent: True)
    assert world.sources.find(dropped) is None


def test_a_session_that_ended_is_not_taken_over_from_reports_on_their_way(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    ended, another = new_id(), new_id()
    world.sources.session_began(source.source_id, ended, "node")
    world.sources.reported("node", [live(source.source_id, ended)])
    world.sources.session_ended(source.source_id, ended, "", lost=False)
    world.clock.advance(sources.ENDED_FOR_S)
    world.sources.reported("node", [live(source.source_id, ended)])
    assert world.sources.get(source.source_id).session_id is None
    assert world.sources.get(source.source_id).condition is OFFLINE
    world.sources.reported("node", [live(source.source_id, another)])
    assert world.sources.get(source.source_id).session_id == another


def test_ended_sessions_are_remembered_in_bounded_memory(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    for _ in range(sources.MAX_ENDED + 10):
        world.sources.session_ended(source.source_id, new_id(), "", lost=True)
    assert len(world.sources._ended) == sources.MAX_ENDED


def test_a_session_from_connecting_to_live_to_its_end(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    session = new_id()
    world.clock.advance(5)
    assert world.sources.session_began(source.source_id, session, "node") is None
    began = world.sources.get(source.source_id)
    assert (began.condition, began.session_id) == (CONNECTING, session)
    assert began.condition_since == world.clock.now()
    world.clock.advance(1)
    world.sources.reported("node", [live(source.source_id, session, age_s=0.2)])
    seen = world.sources.get(source.source_id)
    assert seen.condition is LIVE
    assert seen.last_frame_at == world.clock.now() - timedelta(seconds=0.2)
    world.clock.advance(1)
    world.sources.reported("node", [live(source.source_id, session)])
    assert world.sources.get(source.source_id).condition_since == seen.condition_since
    world.sources.session_ended(source.source_id, session, "", lost=False)
    ended = world.sources.get(source.source_id)
    assert (ended.condition, ended.session_id, ended.problem) == (OFFLINE, None, "")


def test_a_live_session_that_ends_by_itself_is_lost_with_its_reason(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    session = new_id()
    world.sources.session_began(source.source_id, session, "node")
    world.sources.reported("node", [live(source.source_id, session)])
    world.sources.session_ended(source.source_id, "an older one", "stale", lost=True)
    assert world.sources.get(source.source_id).condition is LIVE
    world.sources.session_ended(source.source_id, session, "The connection broke.", lost=True)
    status = world.sources.get(source.source_id)
    assert (status.condition, status.problem) == (LOST, "The connection broke.")


def test_a_session_that_never_had_a_picture_cannot_be_lost(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    session = new_id()
    world.sources.session_began(source.source_id, session, "node")
    world.sources.session_ended(source.source_id, session, "No connection was made.", lost=True)
    status = world.sources.get(source.source_id)
    assert (status.condition, status.problem) == (OFFLINE, "No connection was made.")


def test_a_session_missing_from_the_reports_has_ended(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    session = new_id()
    world.sources.session_began(source.source_id, session, "node")
    world.sources.reported("node", [])  # it was on its way before the session was made
    assert world.sources.get(source.source_id).condition is CONNECTING
    world.sources.reported("node", [live(source.source_id, session)])
    world.sources.reported("another node", [])
    assert world.sources.get(source.source_id).condition is LIVE
    world.sources.reported("node", [])
    assert world.sources.get(source.source_id).condition is LOST


def test_a_session_the_node_never_reports_ends_too(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    world.sources.session_began(source.source_id, new_id(), "node")
    world.clock.advance(3.1)
    world.sources.reported("node", [])
    assert world.sources.get(source.source_id).condition is OFFLINE


def test_a_session_older_than_this_station_is_taken_over(world: World) -> None:
    [source_id] = offer(world, SourceOffer("a", "Gate"))
    session = new_id()
    world.sources.reported("node", [live(source_id, session), live(new_id(), new_id())])
    status = world.sources.get(source_id)
    assert (status.condition, status.session_id) == (LIVE, session)
    assert world.sources.node_of(source_id) == "node"


def test_a_new_session_replaces_the_former(world: World) -> None:
    source, _ = world.sources.add_whip("Phone", None, None, None)
    first, second = new_id(), new_id()
    world.sources.session_began(source.source_id, first, "node")
    assert world.sources.session_began(source.source_id, second, "node 2") == ("node", first)
    assert world.sources.session_began(source.source_id, second, "node 2") is None
    world.sources.reported("node", [live(source.source_id, first)])
    assert world.sources.get(source.source_id).condition is CONNECTING
    with pytest.raises(NotFound):
        world.sources.session_began(new_id(), new_id(), "node")


def test_a_lost_agent_and_the_frames_still_on_their_way(world: World) -> None:
    identity = world.identity("camera", AgentKind.CAMERA)
    [grant] = world.sources.offered(identity, SourceKind.FIXED_CAMERA, [SourceOffer("a", "Gate")])
    source_id, session = grant.source_id, new_id()
    world.sources.session_began(source_id, session, "node")
    world.sources.reported("node", [live(source_id, session)])
    world.sources.agent_lost(identity.agent_id, "camera stopped answering.")
    lost = world.sources.get(source_id)
    assert (lost.condition, lost.problem) == (LOST, "camera stopped answering.")
    world.clock.advance(0.5)
    world.sources.reported("node", [live(source_id, session, age_s=0.4)])
    assert world.sources.get(source_id).condition is LOST  # no flicker
    world.clock.advance(1.0)
    world.sources.reported("node", [live(source_id, session, age_s=0.1)])
    still = world.sources.get(source_id)
    assert still.condition is LIVE  # only its link was lost, the picture is real
    assert "link" in still.problem


def test_problems_an_agent_tells_of(world: World) -> None:
    identity = world.identity("camera", AgentKind.CAMERA)
    grants = world.sources.offered(
        identity, SourceKind.FIXED_CAMERA, [SourceOffer("a", "Gate"), SourceOffer("b", "Pond")]
    )
    world.sources.agent_problems(identity.agent_id, {"a": "The file cannot be read."})
    assert world.sources.get(grants[0].source_id).problem == "The file cannot be read."
    assert world.sources.get(grants[1].source_id).problem == ""
    world.sources.agent_problems(identity.agent_id, {})
    assert world.sources.get(grants[0].source_id).problem == ""


def test_only_what_is_offered_now_is_to_be_published(world: World) -> None:
    identity = world.identity("camera", AgentKind.CAMERA)
    both = [SourceOffer("a", "Gate"), SourceOffer("b", "Pond")]
    grants = world.sources.offered(identity, SourceKind.FIXED_CAMERA, both)
    assert world.sources.without_session(identity.agent_id) == grants
    world.sources.offered(identity, SourceKind.FIXED_CAMERA, both[1:])
    assert world.sources.without_session(identity.agent_id) == grants[1:]
    world.sources.session_began(grants[1].source_id, new_id(), "node")
    assert world.sources.without_session(identity.agent_id) == []


def test_calibrations_survive_a_restart_exactly(world: World) -> None:
    [source_id] = offer(world, SourceOffer("a", "Gate", calibration=CALIBRATION))
    kept = world.new_sources().get(source_id).source.calibration
    assert kept == CALIBRATION
    assert isinstance(kept, Calibration)
    assert dataclasses.is_dataclass(world.sources.get(source_id).source)


# --- a database that makes people wait -----------------------------------------------------------


@contextmanager
def stalled(world: World, act: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The repository's `add`, `update` or `remove` waits to the end of this; set once it does."""
    waits, goes_on = threading.Event(), threading.Event()
    real = getattr(world.source_rows, act)

    def slowly(what: Source | str) -> None:
        waits.set()
        goes_on.wait(20.0)
        real(what)

    with monkeypatch.context() as patch:
        patch.setattr(world.source_rows, act, slowly)
        try:
            yield waits
        finally:
            goes_on.set()


@pytest.mark.parametrize("act", ["add", "update", "remove"])
def test_nobody_who_reads_waits_for_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    identity, _channel, source_id = world.camera()
    node = world.node()
    acts = {
        "add": lambda: world.sources.add_whip("Pond", None, None, None),
        "update": lambda: world.connect(identity, SourceOffer("cam-1", "Moved")),
        "remove": lambda: world.sources.remove(source_id, lambda _: False),
    }

    def read_and_report() -> None:
        world.sources.all()
        world.sources.session_began(source_id, session_id, node[0].agent_id)
        world.report(node, live(source_id, session_id))

    session_id = new_id()
    changer = threading.Thread(target=acts[act])
    reader = threading.Thread(target=read_and_report)
    with stalled(world, act, monkeypatch) as waits:
        changer.start()
        assert waits.wait(10.0)
        reader.start()
        reader.join(10.0)
        waited = reader.is_alive()
    changer.join(10.0)
    reader.join(10.0)
    assert not waited
    expected = {"add": "Park gate", "update": "Moved", "remove": None}[act]
    found = world.sources.find(source_id)
    assert (found and found.source.name) == expected
    if found is not None:
        assert found.session_id == session_id


def test_the_last_status_of_what_is_removed_has_a_session_that_began_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _identity, _channel, source_id = world.camera()
    removed = []
    changer = threading.Thread(
        target=lambda: removed.append(world.sources.remove(source_id, lambda _: False))
    )
    session_id = new_id()
    with stalled(world, "remove", monkeypatch) as waits:
        changer.start()
        assert waits.wait(10.0)
        world.sources.session_began(source_id, session_id, "node")
    changer.join(10.0)
    assert [status.session_id for status in removed] == [session_id]
