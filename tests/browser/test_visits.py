"""Visits, walked: one browser says yes and one no, nginx keeps its log in front, and the owner counts."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE, Walk
from tests.rig import postman as rig
from tests.rig.proxy import Proxy, before
from tests.rig.site import Site, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
OWNER = "owner@small.example"
PAGES = ("/webinars/", "/articles/", "/privacy/", "/privacy/versions/")


@dataclass
class Street:
    """A new, empty site behind nginx: the site itself, and the site as visitors reach it."""

    own: Site
    front: Site
    proxy: Proxy


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    # Held until nginx takes it, or another test may be given the same one meanwhile.
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    with rig.running() as postman:
        site = start(
            folder / "data",
            postman,
            demo=False,
            LEADRUSH_NAME="Small",
            LEADRUSH_OWNER=OWNER,
            LEADRUSH_PROXY="127.0.0.1",
            SITE_URL=f"http://localhost:{port}",
        )
        held.close()
        with before(site.url, folder / "nginx", port) as proxy:
            yield Street(site, replace(site, url=proxy.url), proxy)
        stop(site)


def visit(window: Walk, answer: str) -> int:
    """Answer the cookie question and walk five pages; return how many pages were loaded, counted by hand."""
    window.go("/")
    window.follow(window.page.get_by_role("button", name=answer, exact=True))
    for path in PAGES:
        window.page.wait_for_timeout(120)  # long enough for a page to be read by its own script
        window.go(path)
    window.page.wait_for_timeout(200)
    return 2 + len(PAGES)


def number(window: Walk, title: str) -> int:
    """Return a figure of the visits page."""
    shown = window.page.locator(".figures > div").filter(has=window.page.get_by_text(title, exact=True))
    return int(re.sub(r"\D", "", shown.locator("dd").inner_text().split("\n")[0]))


def counted(window: Walk, views: int) -> None:
    """Open the visits page until the worker has counted so many views."""
    until = time.monotonic() + PATIENCE / 1000
    while window.go("/console/visits/") or number(window, "Pages viewed") < views:
        assert time.monotonic() < until, window.page.locator(".figures").inner_text()
        window.page.wait_for_timeout(500)


def test_a_yes_and_a_no_are_counted_three_ways_alike_and_only_a_yes_is_remembered(
    walk: Callable[..., Walk], street: Street
) -> None:
    yes = walk(at=street.front, user_agent=AGENT)
    no = walk(at=street.front, user_agent=AGENT)
    by_hand = visit(yes, "Remember") + visit(no, "Don’t remember")
    assert {cookie["name"] for cookie in yes.context.cookies()} == {"choice", "browser"}
    assert [(cookie["name"], cookie["value"]) for cookie in no.context.cookies()] == [("choice", "no")]
    assert no.page.evaluate("localStorage.length + sessionStorage.length") == 0

    owner = walk(at=street.front)
    owner.go(street.own.staff_link())
    owner.page.locator("main form button").first.click()
    counted(owner, by_hand)
    assert (number(owner, "Visits"), number(owner, "Visitors")) == (2, 2)
    assert number(owner, "Pages viewed") == by_hand
    shown = owner.page.locator("section", has=owner.page.get_by_role("heading", name="Can these numbers"))
    until = time.monotonic() + PATIENCE / 1000
    while shown.locator("tfoot .num").first.inner_text() != "0":
        assert time.monotonic() < until, shown.inner_text()
        owner.page.wait_for_timeout(500)
        owner.go("/console/visits/")
    assert "The error is 0.00%" in shown.inner_text()

    told = street.own.command("count-log", str(street.proxy.log))
    assert told.returncode == 0, told.stdout + told.stderr
    owner.go("/console/visits/")
    assert number(owner, "Pages viewed") == by_hand, "the log of a counted time was counted on top"
    log = shown.locator("table").nth(1)
    assert [cell.inner_text() for cell in log.locator(".num").all()][1:] == [
        str(by_hand), f"− {by_hand}", "0",
    ]  # fmt: skip
    owner.look_in_each("visits")
    held = b"".join(file.read_bytes() for file in (street.own.data / "visits").rglob("*") if file.is_file())
    assert not re.search(rb"10\.0\.\d+\.1\b", held), "an internet address lies there in clear"


def test_somebody_joins_their_browser_sees_their_visits_and_erases_them(
    walk: Callable[..., Walk], street: Street
) -> None:
    window = walk(at=street.front, user_agent=AGENT)
    visit(window, "Remember")
    window.go("/sign-in/")
    window.page.get_by_label("Your e-mail").fill(OWNER)
    window.follow(window.page.get_by_role("button", name="Send me a code"))
    window.page.get_by_label("Six figures").fill(rig.code(street.own.postman.wait(OWNER, "lets you in")))
    window.page.get_by_role("button", name="Let me in").click()
    window.page.wait_for_url(lambda url: "/code/" not in url)
    window.go("/me/")
    expect(window.page.get_by_role("heading", name="Your visits")).to_be_visible()
    window.page.get_by_role("link", name="See the visits that are joined to you").click()
    expect(window.page.get_by_text("No browser is joined to you")).to_be_visible()
    window.look("own-visits-none")
    window.follow(window.page.get_by_role("button", name="Join the visits of this browser to me"))
    row = window.page.locator("table tbody tr").filter(has_text="Privacy statement")
    window.reload_until(row)
    expect(row.first).to_contain_text("10.0.")
    window.look_in_each("own-visits")
    window.page.get_by_role("link", name="Erase it with its visits").click()
    window.look("own-visits-erase")
    window.page.locator("main form button").last.click()
    window.go("/me/visits/")
    expect(window.page.get_by_text("No browser is joined to you")).to_be_visible()


def test_a_page_without_script_is_counted_and_a_request_is_found_by_its_number(
    walk: Callable[..., Walk], street: Street
) -> None:
    window = walk(
        at=street.front, user_agent=AGENT.replace("Windows", "X11; Linux"), java_script_enabled=False
    )
    window.go("/webinars/")
    window.go("/no-such-page/")
    said = window.page.locator("footer").inner_text()
    asked = re.search(r"Request (\S+)", said)
    assert asked, said
    owner = walk(at=street.front)
    owner.go(street.own.staff_link())
    owner.page.locator("main form button").first.click()
    owner.go("/console/visits/requests/")
    owner.page.get_by_label("Number of the request").fill(asked[1])
    owner.follow(owner.page.get_by_role("button", name="Find it"))
    owner.reload_until(owner.page.get_by_role("heading", name=asked[1]))
    expect(owner.page.locator(".facts")).to_contain_text("404")
    owner.look("request")
    owner.go("/console/visits/?software=Chrome")
    expect(owner.page.get_by_text("Ran no script, and fetched the plain dot instead")).to_be_visible()
    dots = owner.page.locator("tr", has_text="fetched the plain dot").locator(".num")
    expect(dots).to_have_text("− 1")
    owner.page.get_by_role("link", name="Take out: with Chrome").click()
    expect(owner.page.locator(".word")).to_have_count(1)
