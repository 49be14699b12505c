"""The live namespace: who may join, what is pushed, and what a slow page costs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest

from ground_station.api import live_clients, pusher
from ground_station.api.schemas import Batch, Frames, Snapshot
from ground_station.core.agent_protocol import (
    SourceReport,
    TrackBatch,
    ViewerClock,
    WireFrameTracks,
    WireTrack,
)
from ground_station.core.ids import new_id
from ground_station.core.model import CapturedAtFrom
from tests.api.served import eventually
from tests.api.site import Site
from tests.services.world import OFFER, live


def events(client: Any, name: str) -> list[Any]:
    """What a page got of one kind since it was last asked; the others are dropped."""
    return [e["args"][0] for e in client.get_received("/live") if e["name"] == name]


def turn(site: Site, seconds: float = 0.1) -> None:
    site.world.clock.advance(seconds)
    site.api.pusher.turn()


def streaming(site: Site) -> tuple[Any, str, str]:
    """A node, and a calibrated camera that it receives."""
    node = site.world.node()
    _, _, source_id = site.world.camera()
    opened = site.world.media.publish(source_id, "token of camera", OFFER)
    site.world.report(node, live(source_id, opened.session_id))
    return node, source_id, opened.session_id


def troubled(source_id: str, session_id: str, problem: str) -> SourceReport:
    return msgspec.structs.replace(live(source_id, session_id), problem=problem)


def seen(site: Site, node: Any, source_id: str, session_id: str, seq: int = 1) -> None:
    """The node tells of one frame with one person in it."""
    track = WireTrack(4, "person", 0.9, 374, 300, 394, 400, 1.5, 2.5)
    frame = WireFrameTracks(
        source_id,
        session_id,
        seq,
        2**32 + 3000 * seq,
        site.world.clock.now(),
        CapturedAtFrom.AGENT,
        768,
        576,
        [track],
    )
    site.world.agents.agent_message(node[0].agent_id, node[1], TrackBatch([frame]))


def test_strangers_may_not_join(site: Site) -> None:
    stranger = site.browser().live()
    assert not stranger.is_connected("/live")
    browser = site.signed_in()
    browser.http.set_cookie("kestrel_session", "forged")
    assert not browser.live().is_connected("/live")


def test_pages_of_other_origins_may_not_join(site: Site) -> None:
    browser = site.signed_in()
    assert not browser.live(Origin="https://evil.example").is_connected("/live")
    assert not browser.live(Origin="null").is_connected("/live")
    assert browser.live(Origin="http://localhost").is_connected("/live")


def test_other_namespaces_do_not_exist(site: Site) -> None:
    browser = site.signed_in()
    for namespace in ("/", "/other"):
        client = site.api.socketio.test_client(
            site.api.app, namespace=namespace, flask_test_client=browser.http
        )
        assert not client.is_connected(namespace)


def test_a_snapshot_then_only_what_changes(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = site.signed_in().live()
    turn(site)
    [snapshot] = events(page, "snapshot")
    told = msgspec.convert(snapshot, Snapshot)
    [source] = told.sources
    assert (source.source_id, source.session_id) == (source_id, session_id)
    assert (source.condition, source.located, source.codec) == ("live", True, "H264")
    assert source.footprint is not None
    assert len(source.footprint) >= 4
    assert {agent.name for agent in told.agents} == {"node", "camera"}
    assert told.detector == "nanodet-g-416"

    turn(site, 0.3)
    assert events(page, "batch") == []  # nothing has changed, and it is not a second yet
    site.world.report(node, troubled(source_id, session_id, "The picture is dark."))
    turn(site, 0.1)
    [batch] = events(page, "batch")
    [told_source] = msgspec.convert(batch, Batch).sources
    assert (told_source.source_id, told_source.problem) == (source_id, "The picture is dark.")
    site.world.report(node, troubled(source_id, session_id, "The picture is very dark."))
    turn(site, 0.05)
    assert events(page, "batch") == []  # at most every 100 ms
    turn(site, 0.05)
    assert len(events(page, "batch")) == 1


def test_silence_is_broken_every_second(site: Site) -> None:
    page = site.signed_in().live()
    turn(site)
    page.get_received("/live")
    got = []
    for _ in range(30):
        turn(site, 0.1)
        got += events(page, "batch")
    assert len(got) == 3
    assert got[-1]["sources"] == []


def test_places_of_tracks_come_with_the_batches(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = site.signed_in().live()
    turn(site)
    page.get_received("/live")
    seen(site, node, source_id, session_id)
    turn(site, 0.3)
    [batch] = events(page, "batch")
    [of_source] = msgspec.convert(batch, Batch).tracks
    assert of_source.age_ms is not None
    assert 0 <= of_source.age_ms < 1000
    [place] = of_source.places
    assert (place.track_id, place.class_name) == (4, "person")
    assert 51_480_000 < place.lat_e6 < 51_480_600
    turn(site, 1.0)
    [batch] = events(page, "batch")
    assert batch["tracks"] == []


def test_removed_sources_are_named(site: Site) -> None:
    page = site.signed_in().live()
    source, _ = site.world.sources.add_whip("Phone", None, None, None)
    turn(site)
    page.get_received("/live")
    site.world.sources.remove(source.source_id, lambda _agent: False)
    turn(site, 0.3)
    [batch] = events(page, "batch")
    assert batch["removed_sources"] == [source.source_id]


def test_frames_go_only_to_who_watches(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    watcher, other = site.signed_in().live(), site.signed_in().live()
    wanted = {"source_id": source_id, "viewer_session_id": new_id()}
    assert watcher.emit("watch", wanted, namespace="/live", callback=True) == {"ok": True}
    seen(site, node, source_id, session_id, 1)
    seen(site, node, source_id, session_id, 2)
    turn(site)
    [message] = events(watcher, "frames")
    assert events(other, "frames") == []
    first, second = msgspec.convert(message, Frames).frames
    assert (first.seq, second.seq) == (1, 2)
    assert first.rtp_timestamp == 3000
    assert message["frames"][0]["tracks"] == [[4, "person", 0.9, 374, 300, 394, 400, 1.5, 2.5]]
    assert watcher.emit("unwatch", wanted, namespace="/live", callback=True) == {"ok": True}
    seen(site, node, source_id, session_id, 3)
    turn(site)
    assert events(watcher, "frames") == []


def test_a_page_is_told_the_stations_time(site: Site) -> None:
    page = site.signed_in().live()
    answer = page.emit("clock", namespace="/live", callback=True)
    assert answer["ok"]
    assert datetime.fromisoformat(answer["now"]) == site.world.clock.now()


def test_two_views_of_one_source_end_one_by_one(site: Site) -> None:
    node, source_id, session_id = streaming(site)
    page = site.signed_in().live()
    views = [{"source_id": source_id, "viewer_session_id": new_id()} for _ in range(2)]
    for view in views:
        page.emit("watch", view, namespace="/live", callback=True)
    page.emit("unwatch", views[0], namespace="/live", callback=True)
    seen(site, node, source_id, session_id)
    turn(site)
    assert len(events(page, "frames")) == 1


def test_viewer_clocks_whichever_comes_first(site: Site) -> None:
    node, source_id, _ = streaming(site)
    browser = site.signed_in()
    page = browser.live()
    turn(site)
    viewers = []
    for _ in range(2):
        token, _until = site.world.media.viewer_token(source_id, site.world.signed_in())
        viewers.append(site.world.media.view(source_id, token, OFFER).session_id)

    def known(viewer: str, offset: int) -> None:
        message = ViewerClock(viewer, offset)
        site.world.agents.agent_message(node[0].agent_id, node[1], message)
        turn(site)

    def watch(viewer: str) -> None:
        wanted = {"source_id": source_id, "viewer_session_id": viewer}
        page.emit("watch", wanted, namespace="/live", callback=True)

    watch(viewers[0])
    known(viewers[0], 111)
    assert events(page, "viewer_clock") == [{"viewer_session_id": viewers[0], "rtp_offset": 111}]
    known(viewers[1], 222)
    assert events(page, "viewer_clock") == []
    watch(viewers[1])
    assert events(page, "viewer_clock") == [{"viewer_session_id": viewers[1], "rtp_offset": 222}]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        5,
        "x",
        [],
        {},
        {"source_id": 5, "viewer_session_id": "x"},
        {"source_id": "x", "viewer_session_id": "y"},
        {"source_id": new_id(), "viewer_session_id": new_id()},
        {"source_id": new_id(), "viewer_session_id": new_id(), "more": 1},
    ],
)
def test_malformed_and_unknown_watches_are_answered(site: Site, payload: object) -> None:
    page = site.signed_in().live()
    answer = page.emit("watch", payload, namespace="/live", callback=True)
    assert answer["ok"] is False
    assert answer["detail"]
    assert page.is_connected("/live")


def test_watches_are_bounded(site: Site) -> None:
    _, source_id, _ = streaming(site)
    page = site.signed_in().live()
    answers = [
        page.emit(
            "watch",
            {"source_id": source_id, "viewer_session_id": new_id()},
            namespace="/live",
            callback=True,
        )["ok"]
        for _ in range(live_clients.MAX_WATCHES + 1)
    ]
    assert answers == [True] * live_clients.MAX_WATCHES + [False]


def test_signing_out_disconnects_that_persons_pages_only(site: Site) -> None:
    one, two = site.signed_in(), site.signed_in()
    first, second, other = one.live(), one.live(), two.live()
    one.post("/api/sign-out")
    assert not first.is_connected("/live")
    assert not second.is_connected("/live")
    assert other.is_connected("/live")
    assert len(site.api.pusher._clients) == 1


def test_expired_sign_ins_are_disconnected(site: Site) -> None:
    page = site.signed_in().live()
    turn(site, 6)
    assert page.is_connected("/live")
    turn(site, 12 * 3600)
    assert not page.is_connected("/live")


def test_a_password_changed_elsewhere_disconnects_soon(site: Site) -> None:
    page = site.signed_in().live()
    site.world.accounts.set_password("operator", "another password")
    turn(site, 5.1)
    assert not page.is_connected("/live")


def test_a_slow_page_is_left_out_then_brought_up_to_date(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = site.signed_in().live(), site.signed_in().live()
    turn(site)
    slow.get_received("/live")
    sid = site.api.pusher._clients.all()[0].sid
    backlog = {sid: pusher.MAX_BACKLOG + 1}
    monkeypatch.setattr(
        site.api.pusher._queues, "backlog", lambda which, _namespace: backlog.get(which, 0)
    )
    for _ in range(10):
        turn(site, 1.0)
    assert slow.get_received("/live") == []
    assert len(events(quick, "batch")) == 10
    backlog[sid] = 0
    turn(site, 1.0)
    assert len(events(slow, "snapshot")) == 1
    turn(site, 1.0)
    assert len(events(slow, "batch")) == 1
    backlog[sid] = pusher.MAX_BACKLOG + 1
    for _ in range(17):
        turn(site, 1.0)
    assert not slow.is_connected("/live")
    assert quick.is_connected("/live")


def test_a_page_that_goes_is_forgotten(site: Site) -> None:
    page = site.signed_in().live()
    assert len(site.api.pusher._clients) == 1
    page.disconnect(namespace="/live")
    assert len(site.api.pusher._clients) == 0
    turn(site)


def test_a_page_that_floods_us_is_hung_up_on(site: Site) -> None:
    page = site.signed_in().live()
    wanted = {"source_id": new_id(), "viewer_session_id": new_id()}
    answers = [
        page.emit("unwatch", wanted, namespace="/live", callback=True)
        for _ in range(live_clients.EVENT_BURST)
    ]
    assert all(answer["ok"] for answer in answers)
    refused = page.emit("unwatch", wanted, namespace="/live", callback=True)
    assert refused["code"] == "throttled"
    eventually(lambda: not page.is_connected("/live"))
    other = site.signed_in().live()
    assert other.emit("unwatch", wanted, namespace="/live", callback=True)["ok"]


def test_a_page_may_go_on_at_a_sensible_rate(site: Site) -> None:
    page = site.signed_in().live()
    wanted = {"source_id": new_id(), "viewer_session_id": new_id()}
    for _ in range(2 * live_clients.EVENT_BURST):
        site.world.clock.advance(1 / live_clients.EVENTS_PER_S)
        assert page.emit("unwatch", wanted, namespace="/live", callback=True)["ok"]
