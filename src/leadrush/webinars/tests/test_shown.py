"""What the room shows on the editor's pages and to search engines."""

from __future__ import annotations

from django.test import RequestFactory

from leadrush.look import blocks, sitemap
from leadrush.webinars import registering
from leadrush.webinars.tests.conftest import Plan


def test_the_first_page_shows_the_next_webinar_and_what_follows(plan: Plan, rf: RequestFactory) -> None:
    assert blocks.render("webinars.next", rf.get("/")) == "", "no gap where none is planned"
    webinar = plan(title="Water that you carry once")
    plan(title="Not open yet", opened=False)
    drawn = blocks.render("webinars.next", rf.get("/"))
    assert "Water that you carry once" in drawn
    assert "2 of 2 seats left." in drawn
    assert "Not open yet" not in drawn
    for who in ("a", "b"):
        registering.register(webinar=webinar, address=f"{who}@mail.example")
    drawn = blocks.render("webinars.next", rf.get("/"))
    assert "All 2 seats are taken" in drawn
    assert "Put me on the list" in drawn


def test_a_search_engine_finds_open_webinars_and_no_draft(plan: Plan) -> None:
    webinar, draft = plan(), plan(opened=False)
    paths = [path for path, _changed in sitemap.addresses()]
    assert "/webinars/" in paths
    assert webinar.get_absolute_url() in paths
    assert draft.get_absolute_url() not in paths
