"""The heads of the ledger, for whoever wants to keep one: a page, JSON and lines of text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from leadrush import gate, look, statement
from leadrush.accountability import heads
from leadrush.gate import rooms
from leadrush.ledger import anchors, verifying
from leadrush.ledger.models import Head
from leadrush.ledger.tests.tampering import write
from leadrush.look.models import Business
from tests.rig.questions import of_page

pytestmark = pytest.mark.django_db
URLS = ("/privacy/ledger/", "/privacy/ledger/heads.json", "/privacy/ledger/heads.txt")


@pytest.fixture
def days(published: statement.Version) -> list[Head]:
    """Two days: one of many entries, one of few."""
    write(12, began=datetime(2026, 3, 1, 9, tzinfo=UTC))
    write(3, began=datetime(2026, 3, 2, 9, tzinfo=UTC))
    for day in (2, 3):
        with time_machine.travel(datetime(2026, 3, day, 0, 0, 30, tzinfo=UTC), tick=False):
            gate.tasks.get("accountability.heads").run()
    return list(Head.objects.order_by("number"))


def test_before_the_first_midnight_the_page_says_what_will_come(
    client: Client, published: statement.Version
) -> None:
    assert "The first line comes after midnight" in client.get(URLS[0]).content.decode()
    assert client.get(URLS[1]).json()["heads"] == []
    assert client.get(URLS[2]).content == b""


def test_each_day_stands_there_with_its_digest_on_every_form(client: Client, days: list[Head]) -> None:
    page, text = (client.get(url).content.decode() for url in (URLS[0], URLS[2]))
    listed = client.get(URLS[1]).json()["heads"]
    assert [head.day for head in days] == [date(2026, 3, 1), date(2026, 3, 2)]
    for head, line in zip(days, listed, strict=True):
        digest = bytes(head.digest).hex()
        assert f'<code class="anywhere">{digest}</code>' in page
        assert f"{head.day} {digest}\n" in text
        assert line["day"] == head.day.isoformat() and line["digest"] == digest


def test_a_day_of_few_entries_is_not_told_from_one_of_none(client: Client, days: list[Head]) -> None:
    with time_machine.travel(datetime(2026, 3, 4, 8, tzinfo=UTC), tick=False):
        heads.close_yesterday()
    listed = client.get(URLS[1]).json()["heads"]
    assert [line["entries"] for line in listed] == [12, {"fewer_than": 10}, {"fewer_than": 10}]
    assert len({line["digest"] for line in listed}) == 3
    page = client.get(URLS[0]).content.decode()
    assert page.count("fewer than 10") == 2 and ">12<" in page


def test_what_was_fetched_from_either_file_is_an_anchor(client: Client, days: list[Head]) -> None:
    for url in URLS[1:]:
        kept = anchors.parse(client.get(url).content.decode())
        report = verifying.check(kept)
        assert report.whole and list(report.anchors.values()) == [True, True]


def test_a_day_ends_at_midnight_of_the_business_and_its_head_is_made_once(
    published: statement.Version,
) -> None:
    Business(name="Tarn", time_zone="Pacific/Auckland").save()
    look.models.forget()
    late = datetime(2026, 3, 2, 23, 59, tzinfo=ZoneInfo("Pacific/Auckland"))
    write(1, began=late)
    with time_machine.travel(late + timedelta(seconds=30), tick=False):
        heads.close_yesterday()
    assert not Head.objects.exists(), "nothing was written on the day before"
    write(1, began=late + timedelta(minutes=2))
    for hours in (1, 20):
        with time_machine.travel(late + timedelta(hours=hours), tick=False):
            heads.close_yesterday()
    (head,) = Head.objects.all()
    assert (head.day, head.place) == (date(2026, 3, 2), 1), "it binds what was written before midnight"


def test_a_page_that_was_fetched_is_not_sent_again_until_there_is_another_day(
    client: Client, days: list[Head]
) -> None:
    for url in URLS:
        first = client.get(url)
        assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304, url
    tag = client.get(URLS[1])["ETag"]
    with time_machine.travel(datetime(2026, 3, 4, 8, tzinfo=UTC), tick=False):
        heads.close_yesterday()
    assert client.get(URLS[1], headers={"If-None-Match": tag}).status_code == 200


def test_the_pages_ask_four_questions_at_most_however_many_days_there_are(
    client: Client, days: list[Head]
) -> None:
    for url in URLS:
        _page, found = of_page(client, url)
        assert len(found) <= 4, "\n".join(found)


def test_the_statement_leads_to_the_ledger(client: Client, published: statement.Version) -> None:
    assert f'href="{reverse("accountability:ledger")}"' in client.get("/privacy/").content.decode()


def test_a_site_whose_statement_does_not_have_the_clause_yet_shows_its_days_without_a_mark(
    client: Client, days: list[Head]
) -> None:
    rooms_before = [
        replace(room, clauses=tuple(clause for clause in room.clauses if clause.slug != "ledger"))
        for room in rooms.all()
    ]
    gate.publish(statement.Version.draw_up(rooms_before, number=2, published=date(2026, 3, 1)))
    page = client.get(URLS[0]).content.decode()
    assert bytes(days[0].digest).hex() in page and "#ledger" not in page
