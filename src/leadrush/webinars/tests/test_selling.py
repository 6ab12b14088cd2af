"""A seat that is bought: kept while it waits, given when it is paid, and never two for one."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from leadrush import gate
from leadrush.media.tests.conftest import shelf
from leadrush.purchases import baskets, gifts, moving, ordering
from leadrush.purchases.models import Move, Offer, Order, Part, Price, Seller, State
from leadrush.purchases.money import Money
from leadrush.vault.models import Giving, Person
from leadrush.webinars import keeps, planning, registering, selling, waiting
from leadrush.webinars.models import Webinar
from leadrush.webinars.tests.conftest import Plan, letters, link, press, registration, states

__all__ = ["shelf"]
ANA, BEN = "ana@mail.example", "ben@mail.example"


@pytest.fixture
def seats(plan: Plan, shelf: object) -> Webinar:
    """A webinar of two seats that cost £45."""
    webinar = plan(sold=True)
    Seller.objects.create(pk=1, name="Tarn & Tiller", address="Fellby", account="12", currency="GBP")
    offer = Offer.objects.create(slug="seat", title="A seat in March", state=Offer.State.OPEN)
    Price.objects.create(offer=offer, currency="GBP", amount=4500)
    Part.objects.create(offer=offer, deliverable=selling.SEAT, key=str(webinar.pk))
    return webinar


def buy(address: str, count: int = 1) -> Order:
    basket = baskets.read(f"seat.{count}")
    shown = basket.add_up().gross
    return ordering.order(ordering.Wanted(basket=basket, once=uuid.uuid4(), shown=shown, address=address))


def act(step: str, order: Order) -> None:
    with gate.using("purchases.sell"):
        if step == "pay":
            moving.pay(order, by=Move.By.STAFF)
        elif step == "end":
            moving.end(order, by=Move.By.STAFF)
        else:
            back = Money(order.gross, "GBP"), Money(0, "GBP")
            moving.refund(order, back[0], before=back[1], by=Move.By.STAFF, why="As agreed.")


def kept() -> tuple[int, int]:
    with gate.using("accountability.check"):
        found = keeps.registrations_lapse()
    return found.missed, found.of


def test_a_seat_is_kept_while_the_order_waits_and_confirmed_when_it_is_paid(seats: Webinar) -> None:
    made = buy(ANA)
    assert states(seats) == ["held"]
    assert waiting.left(seats) == 1
    assert not letters("confirmation"), "nothing is confirmed before it is paid"
    act("pay", made)
    assert states(seats) == ["seat"]
    (letter,) = letters("confirmation")
    assert letter.attachments[0].type == "text/calendar; method=REQUEST"
    assert kept() == (0, 1)
    press(Client(), link(letter, "I can’t come"))
    assert waiting.left(seats) == 2


def test_a_seat_that_is_never_paid_is_erased_and_late_money_gets_one_again(seats: Webinar) -> None:
    made = buy(ANA)
    act("end", made)
    assert (states(seats), waiting.left(seats)) == ([], 2)
    act("pay", made)
    assert states(seats) == ["seat"]
    assert letters("confirmation")


def test_money_that_comes_late_for_a_full_webinar_is_refused_with_a_word(seats: Webinar) -> None:
    late = buy(ANA)
    act("end", late)
    for address in (BEN, "cam@mail.example"):
        buy(address)
    with pytest.raises(moving.CannotMove, match="are taken"):
        act("pay", late)
    assert len(states(seats)) == 2


def test_paying_back_takes_the_seat_back_and_out_of_the_calendar(seats: Webinar) -> None:
    made = buy(ANA)
    act("pay", made)
    act("refund", made)
    assert states(seats) == ["given_up"]
    assert "method=CANCEL" in letters("given_up")[0].attachments[0].type


def test_a_full_webinar_is_not_sold_not_even_to_whoever_has_a_seat(seats: Webinar) -> None:
    for address in (ANA, BEN):
        act("pay", buy(address))
    for address in (ANA, "cam@mail.example"):
        with pytest.raises(ordering.CannotOrder, match="are taken"):
            buy(address)
    page = Client().get(seats.get_absolute_url()).content.decode()
    assert "All 2 seats are taken" in page
    assert "Put me on the list" not in page
    assert "sold out" in Client().get("/shop/seat/").content.decode()


def test_bought_twice_it_is_one_seat_and_stays_until_both_are_paid_back(seats: Webinar) -> None:
    first, second = buy(ANA), buy(ANA)
    assert states(seats) == ["held"]
    act("end", second)
    assert states(seats) == ["held"]
    act("pay", first)
    third = buy(ANA)
    act("pay", third)
    act("refund", first)
    assert states(seats) == ["seat"]
    act("refund", third)
    assert states(seats) == ["given_up"]
    with pytest.raises(ordering.CannotOrder, match="for one person"):
        buy(BEN, count=2)


@pytest.mark.django_db(transaction=True)
def test_of_eight_buyers_at_once_for_two_seats_two_get_one(seats: Webinar) -> None:
    begin, faults = threading.Barrier(8), [""] * 8

    def go(at: int) -> None:
        begin.wait()
        try:
            buy(f"buyer{at}@mail.example")
        except Exception as fault:
            faults[at] = type(fault).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(faults) == ["", "", *["CannotOrder"] * 6]
    assert states(seats) == ["held", "held"]


def test_the_page_leads_to_the_shop_and_the_free_form_is_closed(seats: Webinar) -> None:
    page = Client().get(seats.get_absolute_url()).content.decode()
    assert "/pay/seat.1/" in page
    assert "£45" in page
    assert 'name="email"' not in page
    answer = Client().post(seats.get_absolute_url(), {"email": ANA}, headers={"origin": "http://testserver"})
    assert answer.status_code == 422
    assert "is bought" in answer.content.decode()
    assert not Person.objects.exists()
    with pytest.raises(registering.NotOpen):
        registering.register(webinar=seats, address=ANA)


def test_this_wasnt_me_frees_the_seat(seats: Webinar) -> None:
    made = buy(ANA)
    ordering.it_was_not_me(giving=made.giving)
    assert states(seats) == []
    assert not Giving.objects.filter(ended_at__isnull=True).exclude(clause="purchase-invoice").exists()


def test_it_is_paid_before_it_begins_and_moves_with_it(seats: Webinar) -> None:
    soon = planning.change(seats, starts_at=seats.starts_at - timedelta(days=4))
    made = buy(ANA)
    assert made.due_at == soon.starts_at
    later = planning.change(soon, starts_at=soon.starts_at + timedelta(days=9))
    mine = registration(later, ANA)
    assert mine is not None
    assert mine.giving.lapses_at is not None
    assert mine.giving.lapses_at > later.ends_at
    with pytest.raises(planning.CannotChange, match="stays as it is"):
        planning.change(later, sold=False)


def test_staff_put_a_seat_into_an_offer_and_its_buyer_sees_when_it_is(seats: Webinar) -> None:
    assert [key for key, _title in selling.to_choose()] == [str(seats.pk)]
    made = buy(ANA)
    act("pay", made)
    with gate.using("mailbox.look"):
        letter = next(one for one in letters() if "is paid" in one.subject)
    page: Any = Client().get(link(letter, "Your order"), follow=True).content.decode()
    assert "Beds that feed you in March" in page
    assert re.search(r"What you have.*\d\d:\d\d", page, re.DOTALL)
    assert State.PAID in page or "It is paid" in page


def test_a_seat_that_is_given_is_kept_by_the_giver_until_the_other_takes_it(seats: Webinar) -> None:
    basket = baskets.read("seat.1")
    wish = gifts.Wish(address=BEN, sender="Ana")
    made = ordering.order(
        ordering.Wanted(basket=basket, once=uuid.uuid4(), shown=basket.add_up().gross, address=ANA, gift=wish)
    )
    buy("cam@mail.example")
    act("pay", made)
    assert states(seats) == ["held", "held"], "full, and nobody's yet"
    assert not letters("confirmation")
    letter = next(one for one in letters() if "gives you" in one.subject)
    press(Client(), link(letter, "See it and take it"))
    assert registration(seats, ANA) is None
    theirs = registration(seats, BEN)
    assert theirs is not None
    assert theirs.state == "seat"
    assert len(letters("confirmation", BEN)) == 1
    act("refund", made)
    assert waiting.left(seats) == 1
