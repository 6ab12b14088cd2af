"""The running site, its mail, and a browser at each width and in each light.

The site is started as a newcomer would start it, on data of its own. Pages that a walk looks at are checked
by axe and kept as pictures in `shots/` (not committed).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from leadrush.look.parts import modules
from tests.rig import postman as rig
from tests.rig import processor, sampling
from tests.rig.site import Site, start, stop

SHOTS = Path("shots")
CHROMIUM = "/usr/bin/chromium"
CALM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A camera and a microphone that are none, allowed without being asked; media from this machine itself.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    # A bare page does not come over the network, and what does is then taken for somebody's own network.
    "--disable-features=LocalNetworkAccessChecks",
]
PATIENCE = 30_000
"""How long a page may take, in ms: other tests run beside, on few cores."""
expect.set_options(timeout=PATIENCE)
HEIGHT = 900
PLACES = itertools.count(1)
VIEWS = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")]


@pytest.fixture(scope="session")
def cards() -> Iterator[processor.Processor]:
    with processor.running() as at:
        yield at


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, cards: processor.Processor) -> Iterator[Site]:
    with rig.running() as postman:
        # As behind a proxy, so that each window comes from a place of its own, as visitors do: what may be
        # tried from one place is counted there.
        folder = tmp_path_factory.mktemp("site") / "data"
        running = start(folder, postman, LEADRUSH_PROXY="127.0.0.1", **cards.environment)
        cards.hears = f"{running.url}/hooks/stripe/"
        yield running
        stop(running)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CALM)
        yield browser
        browser.close()


@dataclass
class Walk:
    """A browser window on the site, which remembers what it asked of others and what went wrong."""

    site: Site
    page: Page
    context: BrowserContext
    name: str
    elsewhere: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a path of the site."""
        answer = self.page.goto(path if path.startswith("http") else self.site.url + path)
        assert answer is not None
        assert answer.status < 500, f"{path}: {answer.status}"

    def follow(self, to: Locator) -> None:
        """Click what brings another page, and wait until it is there: a browser that is sent elsewhere, or
        asked to load the page again, before it has left may forget what it was about to send."""
        with self.page.expect_navigation():
            to.click()

    def look(self, what: str) -> None:
        """Hold the page to what every page promises, and keep its picture."""
        self.page.wait_for_load_state("networkidle")
        assert not self.elsewhere, f"{what} asked another site: {self.elsewhere}"
        assert not self.faults, f"{what}: {self.faults}"
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{what} scrolls sideways by {wide} px at {self.name}"
        assert self.page.locator("h1").count() == 1, f"{what} has not one h1"
        blank = self.page.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        )
        assert not blank, f"{what} shows no picture where one should be: {blank}"
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{what}-{self.name}.png", full_page=True)
        found = self.page.evaluate(
            "async () => (await axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21aa','wcag22aa',"
            "'best-practice']})).violations.map(v => v.id + ': ' + v.help + ' ' +"
            " v.nodes.map(n => n.target.join(' ')).join(', '))"
        )
        assert not found, f"{what} at {self.name}: {found}"

    def look_in_each(self, what: str) -> None:
        """Look at one page at each width and in each light that is drawn for it; the way is walked once."""
        before = self.name
        for width, scheme in sampling.drawn(VIEWS, what):
            self._as(f"{width}-{scheme}")
            self.look(what)
        self._as(before)

    def _as(self, name: str) -> None:
        width, scheme = name.split("-")
        self.page.set_viewport_size({"width": int(width), "height": HEIGHT})
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        self.name = name

    def reload_until(self, shown: Locator) -> None:
        """Open the page again until it shows something that the worker brings about."""
        until = time.monotonic() + PATIENCE / 1000
        while not shown.count():
            assert time.monotonic() < until, f"{self.page.url} never showed {shown}"
            self.page.reload()


@pytest.fixture
def walk(site: Site, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Walk]]:
    """Open windows: `walk(width, scheme)`, of another site with `at`; each has cookies of its own."""
    opened: list[BrowserContext] = []
    axe = (modules(site.data) / "axe-core" / "axe.min.js").read_text()

    def open_window(
        width: int = 1280, scheme: str = "light", *, at: Site | None = None, **options: Any
    ) -> Walk:
        place = {"X-Forwarded-For": f"10.0.{next(PLACES)}.1"}
        headers = place | options.pop("extra_http_headers", {})
        context = chromium.new_context(
            extra_http_headers=headers,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",  # a colour that is still changing is no colour to judge
            **{"locale": "en-GB", "timezone_id": "Europe/Berlin"} | options,  # type: ignore[arg-type]
        )
        opened.append(context)
        # Injected as the browser's own, so that the page's policy need not allow it.
        if options.get("java_script_enabled", True):
            context.add_init_script(axe)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        window = Walk(at or site, page, context, f"{width}-{scheme}")
        page.on("request", lambda asked: _note(window, asked.url))
        page.on("pageerror", lambda fault: window.faults.append(str(fault)))
        page.on(
            "console",
            lambda said: window.faults.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return window

    yield open_window
    for context in opened:
        context.close()


def _note(window: Walk, url: str) -> None:
    if not url.startswith((window.site.url, "data:", "blob:")):
        window.elsewhere.append(url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Walk what has a `window` or a `desk` at each width and in each light that is drawn for it."""
    ways = sampling.drawn(VIEWS, metafunc.function.__name__)
    for name in {"window", "desk"}.intersection(metafunc.fixturenames):
        metafunc.parametrize(name, ways, indirect=True, ids=[f"{width}-{scheme}" for width, scheme in ways])


@pytest.fixture
def window(request: pytest.FixtureRequest, walk: Callable[..., Walk]) -> Walk:
    """A visitor's window."""
    width, scheme = request.param
    return walk(width, scheme)


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """The cookies of those who work here, by address: each signs in once, as people do."""
    return {}


@pytest.fixture
def staff(walk: Callable[..., Walk], signed_in: dict[str, Any]) -> Callable[..., Walk]:
    """Open windows of somebody who works here, the owner if nobody else is named: `staff()`."""
    from tests.browser.steps import sign_in

    def open_window(
        width: int = 1280, scheme: str = "light", *, address: str = "maren@tarnandtiller.example"
    ) -> Walk:
        window = walk(width, scheme, storage_state=signed_in.get(address))
        if address not in signed_in:
            sign_in(window, address)
            signed_in[address] = window.context.storage_state()
        return window

    return open_window


@pytest.fixture
def desk(request: pytest.FixtureRequest, staff: Callable[..., Walk]) -> Walk:
    """A window of the owner's."""
    width, scheme = request.param
    return staff(width, scheme)
