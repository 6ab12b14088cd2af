"""Questions that a room left open: answered in writing, read by who had a seat, gone with their person."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from leadrush import gate, ledger
from leadrush.live import asking, seats, staging
from leadrush.live.models import Guest, Inquiry
from leadrush.live.tests.conftest import staff
from leadrush.vault import erasing, rights

pytestmark = pytest.mark.django_db
Seat = Callable[..., Guest]


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(staff())
    return client


def asked(guest: Guest, text: str, *, named: bool = False) -> int:
    return asking.ask(guest=guest.pk, text=text, once=uuid.uuid4(), named=named)


def place(guest: Guest) -> str:
    return Client().get(seats.path(guest.room.about, guest.person_id)).content.decode()


def test_what_was_left_is_answered_in_writing_and_read_by_all_who_had_a_seat(
    seat: Seat, host: Guest, desk: Client
) -> None:
    ana, jory = seat("Ana"), seat("Jory")
    first, second = asked(ana, "Once, or twice for longer?"), asked(jory, "Which pea?", named=True)
    asking.support(guest=jory.pk, inquiry=first)
    staging.go(guest=host.pk, state="over")
    path = reverse("live:questions", args=[ana.room.about])
    before = ledger.Entry.objects.count()
    page = desk.get(path).content.decode()
    assert page.index("Once, or twice") < page.index("Which pea?"), "the most wished for first"
    assert "from Jory" in page and "Ana" not in page
    assert 'aria-current="page">Webinars' in page, "the menu says where its host is"
    assert ledger.Entry.objects.count() == before + 1, "a look is one entry"
    assert "Answered afterwards" not in place(ana)
    for _twice in range(2):
        assert desk.post(path, {"question": first, "reply": " Twice,\nand shorter. "}).status_code == 302
    for guest in (ana, jory):
        page = place(guest)
        assert "Once, or twice for longer?" in page and "and shorter." in page and "Which pea?" not in page
    with gate.using("rights.own"):
        held = [one.value for one in rights.records(ana.person_id) if one.title.startswith("A question")]
    assert held == ["Once, or twice for longer? – Twice,\nand shorter."]
    with gate.using("rights.own"):
        erasing.erase_everything(ana.person_id)
    assert "and shorter." not in place(jory), "an answer goes with what was asked"
    gone = desk.post(path, {"question": first, "reply": "Still typed."})
    assert gone.status_code == 422 and "Still typed." in gone.content.decode()
    assert desk.post(path, {"question": second, "reply": ""}).status_code == 302


@pytest.mark.parametrize(
    ("text", "word"), [("x" * 4001, "At most 4000 characters"), ("4242 4242 4242 4242", "card")]
)
def test_an_answer_that_is_not_taken_stays_in_its_field(
    seat: Seat, desk: Client, text: str, word: str
) -> None:
    ana = seat("Ana")
    path = reverse("live:questions", args=[ana.room.about])
    answer = desk.post(path, {"question": asked(ana, "Why?"), "reply": text})
    page = answer.content.decode()
    assert answer.status_code == 422 and word in page and text in page
    with gate.using("live.host"):
        assert Inquiry.objects.get().reply == ""


def test_nobody_else_reads_or_answers_them(seat: Seat) -> None:
    ana = seat("Ana")
    path = reverse("live:questions", args=[ana.room.about])
    reader = Client()
    reader.force_login(staff("reader"))
    for client, status in ((Client(), 302), (reader, 403)):
        assert client.get(path).status_code == status
        assert client.post(path, {"question": 1, "reply": "x"}).status_code == status
