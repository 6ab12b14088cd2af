"""What a newcomer meets: the words in the terminal, an empty site, and mail that is read in the console."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import open_webinar, plan, register
from tests.rig.postman import Postman
from tests.rig.site import Site, answers, start, stop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that was started for real: empty, and without a mail server."""
    own = {"LEADRUSH_NAME": "Quill & Quarry", "LEADRUSH_OWNER": "owner@quillandquarry.example"}
    running = start(tmp_path_factory.mktemp("fresh") / "data", Postman(), demo=False, SMTP_URL="", **own)
    yield running
    stop(running)


def printed(site: Site, words: str) -> str:
    """Return the address that the terminal gave after these words."""
    found = re.search(re.escape(words) + r"\s*(https?://\S+)", site.printed())
    assert found, site.printed()
    return found[1]


def test_a_new_site_says_what_will_stand_where_and_its_mail_is_read_in_the_console(
    walk: Callable[..., Walk], fresh: Site
) -> None:
    owner, guest = walk(at=fresh), walk(390, "light", at=fresh)
    page, title = owner.page, "The first evening"
    assert printed(fresh, "The site is at") == fresh.url
    for path, what in [("/", "home"), ("/webinars/", "webinars"), ("/articles/", "articles")]:
        owner.go(path)
        owner.look_in_each(f"empty-{what}")
    owner.go(printed(fresh, "within 15 minutes:"))
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).not_to_have_text("Sign in")
    for path, what in [("", "console"), ("webinars/", "desk"), ("outbox/", "outbox")]:
        owner.go(f"/console/{path}")
        owner.look_in_each(f"empty-{what}")

    slug = plan(owner, title)
    open_webinar(guest, slug)
    register(guest, "newcomer@walk.example")
    owner.go(printed(fresh, "outgoing mail is read at"))
    expect(page.get_by_text("No mail server is set.")).to_be_visible()
    letter = page.get_by_role("row").filter(has_text="webinars.confirmation")
    letter.get_by_role("link").first.click()
    page.get_by_role("button", name="Read it").click()
    expect(page.locator(".letter h3")).to_have_text(f"Your seat: {title}")
    owner.look_in_each("message-read")

    send = "fetch(location.href, {method: 'POST', body: new FormData(document.querySelector('form.asks'))})"
    for _minute in range(3):  # tries are counted a minute, and one may have ended between these
        guest.go(f"/webinars/{slug}/")
        guest.page.evaluate(f"Promise.all(Array.from({{length: 10}}, () => {send}))")
        guest.page.get_by_label("Your e-mail").fill("newcomer@walk.example")
        guest.follow(guest.page.locator("form.asks button.btn"))
        if "Too many tries" in guest.page.locator("h1").inner_text():
            break
    expect(guest.page.locator("h1")).to_have_text("Too many tries")
    guest.look_in_each("too-many-tries")

    stop(fresh)
    assert "Ended." in fresh.printed()
    assert not answers(fresh.url), "something still serves after Ctrl-C"
