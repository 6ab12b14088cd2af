"""A gift is paid by one and taken by another; neither learns more of the other than they were told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate.evidence import Count
from leadrush.look import times
from leadrush.purchases import accepting, gifts, keeps, moving, ordering
from leadrush.purchases.models import Access, Gift, Move, Order, Receiver, State
from leadrush.purchases.money import Money
from leadrush.purchases.tests.conftest import ADDRESS, Selling, orders, wanted
from leadrush.purchases.tests.test_paying import fields, look
from leadrush.vault import erasing
from leadrush.vault.models import Giving, Item
from leadrush.webinars.tests.conftest import letters, link, press

ORIGIN = {"origin": "http://testserver"}
MAYA = "maya@mail.example"
WISH = gifts.Wish(address=MAYA, name="Maya", sender="Ana", words="For your first bed.")


def give(offer: Any, wish: gifts.Wish = WISH, **more: Any) -> Order:
    return ordering.order(wanted(offer, gift=wish, **more))


def pay(made: Order) -> None:
    with gate.using("purchases.sell"):
        moving.pay(made, by=Move.By.STAFF)


def go_on() -> int:
    with gate.using("purchases.serve"):
        return accepting.go_on()


def gift() -> Gift:
    with gate.using("purchases.serve"):
        found: Gift = Gift.objects.select_related("order").get()
        return found


def access_of(address: str) -> int:
    with gate.using("purchases.serve"):
        return Access.objects.filter(person=vault.find(address), ended_at=None).count()


def kept() -> Count:
    with gate.using("accountability.check"):
        assert keeps.orders_stand().missed == 0
        return keeps.gifts_are_let_go()


def to(words: str) -> list[Any]:
    return [one for one in letters() if words in one.subject]


def test_it_is_nobodys_until_the_receiver_takes_it_and_then_theirs_alone(sold: Selling) -> None:
    made = give(sold("An hour", 9400))
    assert not to("gives you"), "nobody is written to before it is paid"
    pay(made)
    assert (access_of(ADDRESS), access_of(MAYA)) == (0, 0)
    (letter,) = to("Ana gives you something")
    assert "For your first bed." in letter.text
    assert ADDRESS not in letter.text + letter.html
    assert kept() == Count(0, 1)
    page = Client().get(link(letter, "See it and take it"), follow=True)
    assert "For Maya" in page.content.decode()
    assert access_of(MAYA) == 0, "a GET never acts"
    taken = press(Client(), link(letter, "See it and take it"))
    assert "It is yours" in taken.content.decode()
    assert (access_of(ADDRESS), access_of(MAYA)) == (0, 1)
    assert len(to("your gift was taken")) == 1
    assert [one.gross for one in orders()] == [9400, 0]
    assert kept() == Count(0, 1)
    again = Client().get(link(letter, "See it and take it"), follow=True)
    assert again.status_code in (404, 410), "the letter's link is used up"
    for person in (ADDRESS, MAYA):
        found = vault.find(person)
        assert found is not None
        with gate.using("rights.own"):
            assert Item.objects.filter(person=found).count() == 1


def test_this_is_not_for_me_erases_the_address_and_tells_the_giver_no_more_than_that(sold: Selling) -> None:
    made = give(sold("An hour", 9400))
    pay(made)
    press(Client(), link(to("gives you")[0], "This is not for me: erase my address"))
    person = vault.find(MAYA)
    assert person is None or not Giving.objects.filter(person=person, ended_at__isnull=True).exists()
    (told,) = to("your gift was not taken")
    assert MAYA not in told.text
    assert kept() == Count(0, 0)
    order_page = link(told, "Your order")
    page = Client().get(order_page, follow=True).content.decode()
    assert MAYA not in page
    (act,) = set(re.findall(r'action="(/orders/[^"]+)"', page))
    said = {"do": "gift", "gift-address": "4242 4242 4242 4242"}
    assert Client().post(act, said, headers=ORIGIN).status_code == 422
    said = {"do": "gift", "gift-address": "mira@mail.example"}
    answer = Client().post(act, said, headers=ORIGIN)
    assert "goes to this address now" in answer.content.decode()
    second = to("gives you")[-1]
    press(Client(), link(second, "See it and take it"))
    assert access_of("mira@mail.example") == 1
    late = Client().post(act, {"do": "own"}, headers=ORIGIN).content.decode()
    assert "taken meanwhile" in late
    assert access_of(ADDRESS) == 0


def test_what_nobody_takes_goes_back_to_the_giver_who_may_have_it(sold: Selling) -> None:
    made = give(sold("An hour", 9400))
    pay(made)
    Giving.objects.filter(clause=gifts.CLAUSE).update(lapses_at=timezone.now() - timedelta(minutes=1))
    assert go_on() == 1
    assert go_on() == 0
    (told,) = to("your gift was not taken")
    page = Client().get(link(told, "Your order"), follow=True).content.decode()
    (act,) = set(re.findall(r'action="(/orders/[^"]+)"', page))
    for _twice in range(2):
        assert "It is yours now" in Client().post(act, {"do": "own"}, headers=ORIGIN).content.decode()
    assert access_of(ADDRESS) == 1
    assert kept() == Count(0, 0)


def test_it_waits_for_its_day_and_for_the_days_of_withdrawal(sold: Selling) -> None:
    later = times.today() + timedelta(days=3)
    made = give(sold("An hour", 9400), gifts.Wish(address=MAYA, day=later))
    pay(made)
    assert not to("gives you")
    with gate.using("house.keep"):
        Gift.objects.update(day=times.today() - timedelta(days=1))
    assert go_on() == 1
    assert len(to("Somebody gives you something")) == 1
    digital = give(sold("A guide", 900, "guides.guide:1"))
    pay(digital)
    with gate.using("purchases.serve"):
        found = Gift.objects.select_related("order").latest("pk")
        moment = gifts.leaves_at(found)
    assert moment is not None
    assert moment > timezone.now() + timedelta(days=13)


def test_paying_back_takes_it_from_whoever_has_it_and_an_unpaid_one_names_nobody(sold: Selling) -> None:
    offer = sold("An hour", 9400)
    made = give(offer)
    pay(made)
    press(Client(), link(to("gives you")[0], "See it and take it"))
    with gate.using("purchases.sell"):
        moving.refund(made, Money(9400, "GBP"), before=Money(0, "GBP"), by=Move.By.STAFF, why="Asked.")
    assert access_of(MAYA) == 0
    assert [one.state for one in orders()] == [State.REFUNDED, State.REFUNDED]
    assert len(to("a gift was taken back")) == 1
    unpaid = give(offer, gifts.Wish(address="mira@mail.example"))
    with gate.using("purchases.sell"):
        moving.end(unpaid, by=Move.By.STAFF)
    with gate.using("purchases.give"):
        assert not Receiver.objects.exists()
    assert kept() == Count(0, 1)


def test_the_giver_erases_everything_and_the_gift_that_was_taken_stays(sold: Selling) -> None:
    made = give(sold("An hour", 9400))
    pay(made)
    press(Client(), link(to("gives you")[0], "See it and take it"))
    with gate.using("rights.own", actor=gate.Actor("person", str(made.person_id)), what="people.erase"):
        erasing.erase_everything(made.person_id)
    assert access_of(MAYA) == 1


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(sold: Selling) -> None:
    sold("An hour", 9400)
    assert "This is for somebody else" in look("an-hour.1")
    sold("Stamps", 2400, "purchases.parcel")
    assert "This is for somebody else" not in look("an-hour.1+stamps.1")
    tried: list[tuple[dict[str, str], str]] = [
        ({"gift-words": "Happy day"}, "Write where the gift goes"),
        ({"gift-address": "maya at mail"}, "name@example.org"),
        ({"gift-address": ADDRESS.upper()}, "your own address"),
        ({"gift-address": MAYA, "gift-day": "2020-01-01"}, "from today on"),
        ({"gift-address": MAYA, "gift-words": "4242 4242 4242 4242"}, "looks like a card number"),
    ]
    for typed, said in tried:
        cache.clear()
        form = fields(look("an-hour.1")) | {"email": ADDRESS, "way": "bank", "gift-name": "Maya"} | typed
        answer = Client().post("/pay/an-hour.1/", form, headers=ORIGIN)
        page = answer.content.decode()
        assert (answer.status_code, said in page) == (422, True), said
        assert 'value="Maya"' in page
    assert not orders()
    cache.clear()
    form = fields(look("an-hour.1")) | {"email": ADDRESS, "way": "bank", "gift-address": MAYA}
    answer = Client().post("/pay/an-hour.1/", form, headers=ORIGIN)
    assert answer.status_code == 302
    page = Client().get(answer["Location"]).content.decode()
    assert "Its letter leaves as soon as it is paid" in page
    assert MAYA not in page


@pytest.mark.parametrize("breaks", ["day", "name"])
def test_a_receiver_who_is_kept_too_long_turns_the_clause_red(sold: Selling, breaks: str) -> None:
    made = give(sold("An hour", 9400))
    pay(made)
    if breaks == "day":
        Giving.objects.filter(clause=gifts.CLAUSE).update(lapses_at=None)
    else:
        with gate.using("house.keep"):
            Gift.objects.update(stands="own")
    assert kept() == Count(1, 1)
