"""Staff write orders for those who phone; lost letters go again, and not as often as one clicks."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from django.test import Client

from leadrush.look import times
from leadrush.purchases import books, ordering
from leadrush.purchases.tests.conftest import ADDRESS, Selling, orders, wanted
from leadrush.webinars.tests.conftest import letters, link, press, sign_in

ORIGIN = {"origin": "http://testserver"}


def form_of(page: str) -> dict[str, str]:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return {"once": found[1]}


def test_staff_order_for_whoever_phoned_who_is_told_and_may_say_that_it_was_not_them(sold: Selling) -> None:
    offer = sold("An hour", 9400)
    sold("Stamps", 2400, "purchases.parcel")
    host, _person = sign_in("rowan@tiller.example", "host")
    page = host.get("/console/orders/write/").content.decode()
    assert "Stamps" not in page, "where a parcel goes is for its buyer to type"
    said = form_of(page) | {"address": ADDRESS, f"offer{offer.pk}": "2", "off": "8"}
    for wrong, words in (
        ({"address": "ana at mail"}, "name@example.org"),
        ({f"offer{offer.pk}": ""}, "Write how many"),
        ({f"offer{offer.pk}": "-1"}, "from 0"),
        ({"off": "much"}, "like 94"),
    ):
        answer = host.post("/console/orders/write/", said | wrong, headers=ORIGIN)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    for _twice in range(2):
        assert host.post("/console/orders/write/", said, headers=ORIGIN).status_code == 302
    (made,) = orders()
    assert made.gross == 2 * 9400 - 800
    (letter,) = [one for one in letters() if "to pay" in one.subject]
    assert "You phoned or wrote to us" in letter.text
    press(Client(), link(letter, "This wasn’t me"))
    assert not orders()


def test_a_letter_goes_again_once_an_hour_however_often_it_is_asked_for(
    sold: Selling, time_machine: Any
) -> None:
    time_machine.move_to("2026-11-30 10:05:00+00:00", tick=False)
    made = ordering.order(wanted(sold("An hour", 9400)))
    page = Client().get(link(letters()[0], "Your order"), follow=True).content.decode()
    act = re.findall(r'action="(/orders/[^"]+)"', page)[-1]
    for _twice in range(2):
        answer = Client().post(act, {"do": "again"}, headers=ORIGIN)
        assert "It goes out again" in answer.content.decode()
    host, _person = sign_in("rowan@tiller.example", "host")
    host.post(f"/console/orders/{made.number}/again/", headers=ORIGIN)
    assert len(letters()) == 2
    time_machine.move_to("2026-11-30 11:01:00+00:00", tick=False)
    assert Client().post(act, {"do": "again"}, headers=ORIGIN).status_code == 200
    assert len(letters()) == 3
    time_machine.move_to("2026-11-30 12:01:00+00:00", tick=False)
    assert Client().post(act, {"do": "again"}, headers=ORIGIN).status_code == 410


def test_where_buyers_came_from_is_counted_by_visits_alone(sold: Selling) -> None:
    host, _person = sign_in("rowan@tiller.example", "host")
    page = host.get("/console/orders/sources/").content.decode()
    assert "No order is tied to a visit" in page
    assert Client().get("/console/orders/sources/").status_code in (302, 404)


def test_the_books_get_every_invoice_and_each_buyer_sees_that_theirs_was_opened(
    sold: Selling, monkeypatch: Any
) -> None:
    monkeypatch.setattr(books, "AT_ONCE", 2)
    offer = sold("An hour", 9400)
    for name in ("ana", "ben", "cam"):
        ordering.order(wanted(offer, address=f"{name}@mail.example"))
    host, _person = sign_in("rowan@tiller.example", "host")
    page = host.get("/console/orders/books/").content.decode()
    assert "1 to 2 of 3" in page
    year = str(times.today().year)
    names: list[str] = []
    for part in ("1", "2"):
        answer = host.post("/console/orders/books/", {"year": year, "part": part}, headers=ORIGIN)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
            names += zipped.namelist()
            assert zipped.read(zipped.namelist()[0]).startswith(b"%PDF-")
    assert names == [f"R{year}-000{number}.pdf" for number in (1, 2, 3)]
    for when, part in (("x", "1"), (year, "3"), (year, "0"), ("0000", "1"), (year, "9" * 40)):
        answer = host.post("/console/orders/books/", {"year": when, "part": part}, headers=ORIGIN)
        assert answer.status_code == 404
    buyer, _ana = sign_in("ana@mail.example")
    assert "to give invoices to whoever keeps the books" in buyer.get("/me/uses/").content.decode()
