"""The statement for people and for programs, as one finds both from its page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from rdflib import Graph

from tests.browser.conftest import Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def test_programs_find_the_statement_and_that_global_privacy_control_counts(
    walk: Callable[..., Walk],
) -> None:
    window = walk()
    fetch = window.context.request
    window.go("/privacy/")
    linked = window.page.locator("link[rel=alternate][type='application/ld+json']").get_attribute("href")
    answer = fetch.get(window.site.url + str(linked))
    assert answer.headers["content-type"].startswith("application/ld+json")
    told = Graph().parse(data=answer.text(), format="json-ld")
    purposes = {str(thing) for thing in told.objects() if "/dpv#" in str(thing)}
    assert {name.rpartition("#")[2] for name in purposes} >= {"RequestedServiceProvision", "DirectMarketing"}
    gpc = fetch.get(f"{window.site.url}/.well-known/gpc.json").json()
    assert gpc["gpc"] is True
    assert gpc["lastUpdate"]


def test_each_clause_shows_its_mark_its_terms_and_how_it_is_kept(walk: Callable[..., Walk]) -> None:
    window = walk()
    page = window.page
    window.go("/privacy/")
    clauses = page.locator("article.clause").all()
    assert clauses
    for number, clause in enumerate(clauses, 1):
        expect(clause.locator(".mark").first).to_have_text(f"§{number}")
        clause.get_by_text("How this is kept").click()
        expect(clause.locator("code").first).to_be_visible()
        expect(clause.locator("code").first).to_contain_text("leadrush.")
    seat = page.locator("#webinar-seat").get_by_role("row", name="Your e-mail address")
    expect(seat).to_contain_text("send you what you need for a webinar")
    expect(seat).to_contain_text("30 days")
    window.look_in_each("statement-opened")

    page.get_by_text("How to see that this text never changed").click()
    file = str(page.get_by_role("link", name="the file that it is taken of").get_attribute("href"))
    bytes_ = window.context.request.get(window.site.url + file).body()
    expect(page.locator("main")).to_contain_text(hashlib.sha256(bytes_).hexdigest())
