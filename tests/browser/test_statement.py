"""The statement for people and for programs, as one finds both from its page."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from rdflib import Graph

from tests.browser.conftest import Walk
from tests.rig.site import Site

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


def run(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the site's commands, as whoever runs it would."""
    return subprocess.run(
        [sys.executable, "-m", "leadrush.website.running", *arguments],
        env=os.environ | site.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_ledger_shows_a_line_a_day_and_verify_takes_one_that_was_kept(walk: Callable[..., Walk]) -> None:
    window = walk()
    page, fetch = window.page, window.context.request
    window.go("/privacy/")
    window.follow(page.get_by_role("link", name="one line a day"))
    expect(page.get_by_role("heading", level=1)).to_have_text("The ledger, day by day")
    window.look_in_each("ledger-empty")
    # What the clock does after midnight, for a day that ends tonight.
    made = run(
        window.site,
        "manage",
        "shell",
        "--no-imports",
        "-c",
        "from leadrush import look; from leadrush.look import times; from leadrush.ledger import heads; "
        "heads.close(times.today(), look.business().zone)",
    )
    assert made.returncode == 0, made.stderr
    page.reload()
    digest = page.locator("table code").first.inner_text()
    window.look_in_each("ledger")
    text = fetch.get(
        window.site.url + str(page.get_by_role("link", name="plain text").get_attribute("href"))
    ).text()
    assert digest in text
    kept = window.site.data / "kept.txt"
    kept.write_text(text)
    said = run(window.site, "verify", "--anchor-file", str(kept))
    assert said.returncode == 0, said.stdout + said.stderr
    assert "is the one that you kept" in said.stdout and "The ledger is whole" in said.stdout
