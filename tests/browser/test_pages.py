"""The pages that no other walk passes: each is looked at once, at every width and in each light."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import plan
from tests.rig import postman as rig

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_visitor_finds_every_article_and_an_old_link_says_that_it_is_over(
    walk: Callable[..., Walk],
) -> None:
    window = walk()
    window.go("/articles/")
    expect(window.page.locator("main img").first).to_be_visible()
    window.look_in_each("articles")
    window.go("/privacy/versions/1/")
    window.look_in_each("version")
    window.go("/l/there-is-no-such-link/")
    expect(window.page.locator("h1")).to_have_text("This link is over")
    window.look_in_each("link-over")


def test_a_host_says_who_they_are_on_their_webinars_and_takes_it_back(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    desk, guest = staff(address="tove@tarnandtiller.example"), walk()
    page = desk.page
    desk.go("/console/webinars/host/")
    desk.look_in_each("host")
    page.get_by_label("The name you go by as a host").fill("Tove of the four beds")
    page.get_by_role("button", name="Show it on my webinars").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    slug = plan(desk, "Muddy hands", host="Tove of the four beds")
    guest.go(f"/webinars/{slug}/")
    expect(guest.page.get_by_text("Tove of the four beds.")).to_be_visible()
    desk.go("/console/webinars/host/")
    page.get_by_role("button", name="Take it back and erase it").click()
    expect(page.get_by_text("Your name and words are erased.")).to_be_visible()
    guest.page.reload()
    expect(guest.page.get_by_text("Tove of the four beds.")).to_have_count(0)


def test_whoever_proves_who_they_are_once_more_is_asked_in_so_many_words(
    staff: Callable[..., Walk],
) -> None:
    address = "perrin@tarnandtiller.example"
    window = staff(address=address)
    window.go("/sign-in/again/")
    window.look_in_each("again")
    had = len(window.site.postman.to(address))
    window.follow(window.page.locator("main form button").first)
    window.look_in_each("prove")
    mail = window.site.postman.wait(address, after=had)
    window.page.get_by_label("Six figures").fill(rig.code(mail))
    window.page.get_by_role("button", name="Go on").click()
    expect(window.page.locator("h1")).to_have_text("What we hold about you")


def test_an_editor_writes_an_article_and_a_visitor_reads_it_once_it_is_published(
    walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    editor, visitor = staff(), walk(390, "light")
    page, title = editor.page, "What a frost is good for"
    editor.go("/edit/pages/")
    editor.follow(page.get_by_role("link", name="Tarn & Tiller").first)
    editor.go("/edit/pages/add/website/articlepage/" + re.findall(r"/pages/(\d+)/", page.url)[0] + "/")
    page.locator("#id_title").fill(title)
    page.locator("#id_intro").fill("It breaks the clay while you sleep. Leave the spade where it is.")
    page.get_by_role("button", name="More actions").click()
    editor.follow(page.get_by_role("button", name="Publish"))
    assert not editor.elsewhere, f"the editor asked another site: {editor.elsewhere}"
    visitor.go("/articles/")
    visitor.follow(visitor.page.get_by_role("link", name=title).first)
    expect(visitor.page.locator("h1")).to_have_text(title)
    visitor.look_in_each("article-new")
