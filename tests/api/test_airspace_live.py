"""Pages learn within seconds that what flights are checked against has changed."""

from __future__ import annotations

from typing import Any

from ground_station.services.airspace_library import Doer, command_line
from ground_station.store import SqlAirspace
from tests.api.site import Browser, Site
from tests.api.test_airspace import circle
from tests.api.test_live import events, turn
from tests.services.test_airspace_library import Shelf, a_zone


def told(site: Site, page: Any) -> list[str]:
    """Which versions a page was told of since it was last asked, each once, in order."""
    turn(site)
    seen = [one["airspace_version"] for one in events(page, "batch")]
    return list(dict.fromkeys(seen))


def joined(site: Site) -> tuple[Browser, Any, str]:
    browser = site.signed_in()
    page = browser.live()
    turn(site)
    [snapshot] = events(page, "snapshot")
    return browser, page, snapshot["airspace_version"]


def test_a_drawn_zone_and_its_withdrawal_are_told_at_once(site: Site) -> None:
    browser, page, first = joined(site)
    drawn = browser.post("/api/airspace/drawn", circle(site))
    assert drawn.status_code == 201, drawn.text
    [second] = told(site, page)
    assert second != first
    names = [zone["name"] for zone in browser.http.get("/api/zones").get_json()["zones"]]
    assert "Fire at the depot" in names
    browser.delete(f"/api/airspace/drawn/{drawn.get_json()['drawn_id']}")
    [third] = told(site, page)
    assert third == first  # all is as before
    names = [zone["name"] for zone in browser.http.get("/api/zones").get_json()["zones"]]
    assert "Fire at the depot" not in names


def test_what_the_command_line_takes_into_use_is_told_with_the_next_look(site: Site) -> None:
    _, page, first = joined(site)
    made = another_process(site)
    assert told(site, page) in ([], [first])  # nobody has looked yet
    site.parts.library.refresh()
    [second] = told(site, page)
    assert second != first
    assert site.parts.airspace.in_use.dataset is not None
    assert site.parts.airspace.in_use.dataset.name == made


def another_process(site: Site) -> str:
    """Imports a file with one zone and takes it into use; its title."""
    shelf = Shelf(site.world, training=False)
    shelf.gives(a_zone("1U077"))
    doer: Doer = command_line()
    made = shelf.library.import_file(doer, lambda: b"{}", "zones.json").record
    shelf.library.use(doer, made.dataset_id, 0)
    assert SqlAirspace(site.world.database, site.world.clock).stamp().zones == made.dataset_id
    return made.title


def test_a_validity_that_runs_out_is_told_with_the_next_look(site: Site) -> None:
    another_process(site)
    site.parts.library.refresh()
    site.world.clock.advance(27 * 86_400 - 30)  # half a minute before it ends
    site.parts.library.refresh()
    browser, page, first = joined(site)
    assert browser.http.get("/api/zones").get_json()["dataset"]["problem"] == ""
    site.world.clock.advance(60)
    site.parts.library.refresh()
    [second] = told(site, page)
    assert second != first
    assert "ended on" in browser.http.get("/api/zones").get_json()["dataset"]["problem"]


def test_nothing_new_is_told_while_nothing_changes(site: Site) -> None:
    _, page, first = joined(site)
    for _ in range(5):
        site.parts.library.refresh()
        assert told(site, page) in ([], [first])


def test_each_day_zones_are_read_again(site: Site) -> None:
    """Their windows of time are told for a week only."""
    first = site.parts.library.version
    site.world.clock.advance(23.9 * 3600)
    site.parts.library.refresh()
    site.world.clock.advance(600)
    site.parts.library.refresh()
    assert site.parts.library.version != first
