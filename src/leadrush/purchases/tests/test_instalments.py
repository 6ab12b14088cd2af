"""What is paid in parts adds up, opens with the first, pauses when one is missed, and opens again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from leadrush import gate
from leadrush.purchases import instalments, keeps, moving, ordering
from leadrush.purchases.models import Access, Instalment, Invoice, Move, Order, State
from leadrush.purchases.money import Money
from leadrush.purchases.tests.conftest import ADDRESS, Selling, orders, wanted
from leadrush.purchases.tests.test_gifts import WISH
from leadrush.purchases.tests.test_paying import fields, look
from leadrush.vault.models import Person
from leadrush.webinars.tests.conftest import letters, link, sign_in

ORIGIN = {"origin": "http://testserver"}


@given(st.integers(1, 10**10), st.integers(1, 24))
def test_parts_differ_by_a_penny_at_most_and_sum_to_the_whole(total: int, count: int) -> None:
    if total < count:
        with pytest.raises(ValueError, match="not so much"):
            instalments.split(Money(total, "GBP"), count)
        return
    parts = [part.amount for part in instalments.split(Money(total, "GBP"), count)]
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)
    assert len(parts) == count


def bought(sold: Selling, amount: int = 10000) -> Order:
    offer = sold("A course", amount, instalments=3)
    return ordering.order(wanted(offer, parts=3))


def pay(made: Order, nth: int = 1) -> bool:
    with gate.using("purchases.sell"):
        if nth == 1:
            return moving.pay(made, by=Move.By.STAFF)
        return instalments.pay(made, nth, by=Move.By.STAFF)


def go_on() -> int:
    with gate.using("purchases.serve"):
        return instalments.go_on()


def late(nth: int, days: int) -> None:
    with gate.using("house.keep"):
        Instalment.objects.filter(nth=nth).update(due_at=timezone.now() - timedelta(days=days))


def open_now() -> list[bool]:
    with gate.using("purchases.serve"):
        return [one.is_open(timezone.now()) for one in Access.objects.order_by("pk")]


def whole() -> list[int]:
    with gate.using("accountability.check"):
        return [keeps.orders_stand().missed, keeps.invoices_are_whole().missed]


def test_the_first_opens_it_the_next_is_reminded_of_and_a_missed_one_pauses_it(sold: Selling) -> None:
    made = bought(sold)
    with gate.using("purchases.serve"):
        parts = instalments.of(made)
    assert [part.amount for part in parts] == [3334, 3333, 3333]
    assert parts[0].due_at == made.due_at
    assert parts[2].due_at > parts[1].due_at > made.at + timedelta(days=27)
    assert "£33.34" in letters()[0].subject + letters()[0].text
    pay(made)
    assert open_now() == [True]
    assert go_on() == 0, "nothing is due yet"
    with gate.using("house.keep"):
        Instalment.objects.filter(nth=2).update(due_at=timezone.now() + timedelta(days=4))
    assert (go_on(), go_on()) == (1, 0)
    assert "payment 2 of 3 is due" in letters()[-1].subject
    late(2, 13)
    assert go_on() == 0
    late(2, 15)
    assert (go_on(), go_on()) == (1, 0)
    assert open_now() == [False]
    assert "payment 2 of 3 is missing" in letters()[-1].subject
    page = Client().get(link(letters()[-1], "Your order"), follow=True).content.decode()
    assert "It is paused" in page
    assert (pay(made, 2), pay(made, 2)) == (True, False)
    assert open_now() == [True]
    pay(made, 3)
    assert "nothing more is owed" in letters()[-1].text
    assert whole() == [0, 0]


def test_what_was_paid_goes_back_and_the_rest_is_not_owed(sold: Selling) -> None:
    made = bought(sold)
    pay(made)
    with gate.using("purchases.sell"):
        back: dict[str, Any] = {"before": Money(0, "GBP"), "by": Move.By.STAFF, "why": "As agreed."}
        with pytest.raises(moving.CannotMove, match=r"At most £33.34"):
            moving.refund(made, Money(5000, "GBP"), **back)
        moving.refund(made, Money(3334, "GBP"), **back)
    (now,) = orders()
    assert (now.state, now.back, now.spared) == (State.REFUNDED, 3334, 6666)
    with gate.using("purchases.serve"):
        assert sum(one.gross for one in Invoice.objects.all()) == 0
        assert sum(one.tax for one in Invoice.objects.all()) == 0
    assert open_now() == [False]
    late(2, 30)
    assert go_on() == 0, "nobody is asked for money that is not owed"
    assert whole() == [0, 0]


def test_a_part_that_is_paid_when_all_is_overdue_does_not_open_it(sold: Selling) -> None:
    made = bought(sold)
    pay(made)
    late(2, 40)
    late(3, 20)
    go_on()
    pay(made, 2)
    assert open_now() == [False]
    pay(made, 3)
    assert open_now() == [True]


def test_the_form_offers_it_only_where_all_of_it_may_be_paid_so(sold: Selling) -> None:
    sold("An hour", 9400)
    sold("A course", 10000, instalments=3)
    assert 'name="parts"' not in look("an-hour.1+a-course.1")
    page = look("a-course.1")
    assert "In 3 payments, one a month" in page
    assert "checked" not in page
    said = fields(page) | {"email": ADDRESS, "way": "bank", "parts": "on"}
    both = Client().post("/pay/a-course.1/", said | {"gift-address": "maya@mail.example"}, headers=ORIGIN)
    assert "A gift is paid at once" in both.content.decode()
    assert not Person.objects.exists()
    answer = Client().post("/pay/a-course.1/", said, headers=ORIGIN)
    assert answer.status_code == 302
    shown = Client().get(answer["Location"]).content.decode()
    assert "Payment 3 of 3" in shown
    assert "£33.34" in shown


def test_nothing_is_split_into_more_parts_than_it_has_pennies(sold: Selling) -> None:
    offer = sold("A pin", 2, instalments=3)
    with pytest.raises(ordering.CannotOrder, match="too little"):
        ordering.order(wanted(offer, parts=3))
    with pytest.raises(ordering.CannotOrder, match="any more"):
        ordering.order(wanted(offer, parts=2))
    with pytest.raises(ordering.CannotOrder, match="A gift is paid at once"):
        ordering.order(wanted(offer, parts=3, gift=WISH))


def test_staff_see_what_is_late_and_note_a_payment(sold: Selling) -> None:
    made = bought(sold)
    pay(made)
    late(2, 20)
    go_on()
    host, _person = sign_in("rowan@tiller.example", "host")
    assert "Payments that are late" in host.get("/console/orders/").content.decode()
    path = f"/console/orders/{made.number}/"
    assert "Payment 2 is here" in host.get(path).content.decode()
    for said in ("The payment is noted", "Nothing was done"):
        answer = host.post(f"{path}act/", {"do": "part", "nth": "2"}, headers=ORIGIN, follow=True)
        assert said in answer.content.decode()
    assert "Payments that are late" not in host.get("/console/orders/").content.decode()
