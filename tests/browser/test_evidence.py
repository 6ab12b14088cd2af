"""The statement with what was counted: kept, with a sentence that is broken by hand, and kept again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Walk
from tests.browser.steps import FREE, register
from tests.rig.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

BREAK = """
from leadrush.accountability.models import Counted
from leadrush.vault.models import Giving
lost = Giving.objects.filter(clause="webinar-seat", ended_at=None).order_by("at").first()
print(lost.pk, lost.lapses_at.isoformat())
Giving.objects.filter(pk=lost.pk).update(lapses_at=None)
"""
MEND = """
from datetime import datetime
from leadrush.vault.models import Giving
Giving.objects.filter(pk="{0}").update(lapses_at=datetime.fromisoformat("{1}"))
"""
# Its period is over: five minutes are more than a walk waits.
DUE = """
from leadrush.accountability.models import Counted
Counted.objects.filter(clause="webinar-seat").update(begun_at=None)
"""


def see(walk: Walk, path: str, words: str) -> None:
    """Open a page again and again until it says this; the worker counts beside it."""
    for _ in range(60):
        walk.go(path)
        if walk.page.get_by_text(words).count():
            return
        walk.page.wait_for_timeout(500)
    expect(walk.page.get_by_text(words).first).to_be_visible()


def test_a_promise_broken_by_hand_is_shown_closes_its_form_alone_and_opens_it_when_it_is_kept_again(
    site: Site, walk: Callable[..., Walk], staff: Callable[..., Walk]
) -> None:
    visitor, owner = walk(), staff()
    page = visitor.page
    see(visitor, "/privacy/", "clauses kept")
    clauses = page.locator("article.clause").count()
    told = site.command("evidence", "--run")
    assert told.returncode == 0, told.stdout + told.stderr
    kept = told.stdout.count("\nkept ")
    idle = told.stdout.count("\nnothing yet ")
    assert idle <= 2, "only where nobody has paid by card or given a gift yet is nothing to count"
    assert kept == clauses - idle
    expect(page.locator(".score")).to_contain_text(f"{kept} of {kept} kept")
    expect(page.locator("footer .seal")).to_contain_text(f"{kept} of {kept} clauses kept")
    expect(page.locator("#sealed .evidence .proof").first).to_be_visible()
    visitor.look_in_each("statement-kept")

    lost = site.run(BREAK + DUE).split()
    try:
        see(visitor, "/privacy/", "until now.")
        seat = page.locator("#webinar-seat")
        expect(seat.locator(".state")).to_have_text("Broken.")
        expect(seat.locator(".what")).to_contain_text("until now.")
        expect(page.locator(".state[data-state=broken]")).to_have_count(1)
        expect(page.locator(".score")).to_contain_text(f"{kept - 1} of {kept} kept")
        visitor.look_in_each("statement-broken")

        visitor.go(f"/webinars/{FREE}/")
        expect(page.get_by_text("We cannot take your e-mail just now.")).to_be_visible()
        expect(page.get_by_role("button", name="Keep me a seat")).to_be_disabled()
        expect(page.get_by_label("Your e-mail")).to_have_count(0)
        visitor.look_in_each("webinar-closed")
        visitor.go("/sign-in/")
        expect(page.get_by_label("Your e-mail")).to_be_visible()

        owner.go("/console/")
        expect(owner.page.get_by_role("heading", name="Not kept at the moment")).to_be_visible()
        owner.look_in_each("overview-broken")
        told = site.command("evidence")
        assert told.returncode == 1 and told.stdout.count("\nbroken ") == 1, told.stdout
    finally:
        site.run(MEND.format(*lost) + DUE)

    see(visitor, f"/webinars/{FREE}/", "The only thing we need.")
    register(visitor, "after.the.break@walk.example")
    see(visitor, "/privacy/", f"{kept} of {kept} clauses kept")
    page.locator("#webinar-seat").get_by_text("What happened").click()
    expect(page.locator("#webinar-seat .what")).to_contain_text("Nothing new was taken under this sentence")
    visitor.look_in_each("statement-kept-again")
