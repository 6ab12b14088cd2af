"""Whoever pays by card is charged once, has what they paid for, and gets back what cannot be given."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from leadrush import gate
from leadrush.purchases import charging, moving, processor, straying
from leadrush.purchases.models import Access, Invoice, Move, Order, Payment, Repayment, State
from leadrush.purchases.money import Money
from leadrush.purchases.tests.conftest import ADDRESS, Selling, orders
from leadrush.purchases.tests.test_paying import ORIGIN, look, send
from leadrush.vault.erasing import erase_everything
from leadrush.webinars.tests.conftest import letters, link, press, sign_in
from tests.rig import processor as rig
from tests.rig.questions import asked

HOOK = "/hooks/stripe/"


def payment() -> Payment:
    with gate.using(charging.USE):
        return Payment.objects.select_related("giving__person").get()


def invoices() -> list[Invoice]:
    with gate.using("purchases.account"):
        return list(Invoice.objects.filter(number__isnull=False).order_by("pk"))


def accesses() -> int:
    with gate.using("purchases.serve"):
        return int(Access.objects.filter(ended_at=None).count())


def work() -> None:
    """Let the clock's task run, as the worker does."""
    gate.tasks.get("purchases.settle").run()


def begun(**more: Any) -> str:
    """Send the form, open the page with the frame; return its path."""
    answer = send("an-hour.1", way="card", **more)
    assert answer.status_code == 302, answer.content.decode()
    path = str(answer["Location"])
    assert Client().get(path).status_code == 200
    return path


def hour_is_over() -> None:
    with gate.using("purchases.serve"):
        Order.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    with gate.using(charging.USE):
        Payment.objects.update(asked_at=None)


def erase(person: uuid.UUID) -> None:
    with gate.using("rights.own", actor=gate.Actor("person", str(person)), what="people.erase"):
        erase_everything(person)


def event(name: str, kind: str = "payment_intent.succeeded", **more: Any) -> bytes:
    told = {"id": name, "object": "payment_intent", "status": "succeeded", "amount": 1} | more
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": told}}).encode()


def tell(body: bytes, signature: str | None = None) -> Any:
    said = signature if signature is not None else rig.signed(body, int(time.time()))
    return Client().post(HOOK, body, content_type="application/json", headers={"stripe-signature": said})


def test_a_card_pays_and_what_was_bought_is_there(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    path = begun()
    assert not letters(), "nobody is told how to pay whose card pays in a moment"
    assert not invoices()
    assert "pi_" in Client().get(path).content.decode()
    assert list(cards.pay(payment().name or "")) == ["paymentIntent"]
    done = Client().get(f"{path}back/", follow=True)
    assert "It is paid" in done.content.decode()
    (made,) = orders()
    assert (made.state, accesses()) == (State.PAID, 1)
    assert [invoice.total for invoice in invoices()] == [Money(9400, "GBP")]
    (letter,) = letters()
    assert "is paid" in letter.subject
    assert "It is paid" in Client().get(f"{path}back/", follow=True).content.decode()
    assert len(letters()) == 1


def test_the_processor_learns_a_sum_and_a_number_and_the_person_sees_that_it_did(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    begun(company="Brightwater", billing_street="Millrace 12", billing_town="Orrowby", billing_state="GB")
    said = " ".join(cards.bodies)
    assert "amount=9400" in said
    for private in (ADDRESS, "ana", "Brightwater", "Millrace"):
        assert private not in said
    assert payment().person_id is not None
    assert str(payment().person_id) not in said
    person, _ana = sign_in(ADDRESS)
    assert "to have your card pay, by Stripe" in person.get("/me/uses/").content.decode()


def test_only_the_page_with_the_frame_lets_a_browser_talk_to_the_processor_and_it_holds_nothing_else(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    path = begun()
    page = Client().get(path)
    assert cards.url in page["Content-Security-Policy"]
    assert ADDRESS not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    for other in ("/pay/an-hour.1/", "/shop/", "/"):
        assert cards.url not in Client().get(other)["Content-Security-Policy"]


def test_without_a_processor_or_without_the_sentence_no_card_is_offered(sold: Selling, settings: Any) -> None:
    sold("An hour", 9400)
    assert 'value="card"' not in look("an-hour.1")
    assert send("an-hour.1", way="card").status_code == 422
    assert Client().post(HOOK, b"{}", content_type="application/json").status_code == 404


def test_a_declined_card_and_a_bank_that_says_no_leave_the_order_to_be_paid(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    path = begun()
    name = payment().name or ""
    assert "error" in cards.pay(name, rig.DECLINED)
    back = Client().get(f"{path}back/", follow=True).content.decode()
    assert "The bank refused this card" in back
    assert "error" in cards.pay(name, rig.ASKS, sure=False)
    assert orders()[0].state == State.WAITING
    assert "error" not in cards.pay(name, rig.ASKS, sure=True)
    assert "It is paid" in Client().get(f"{path}back/", follow=True).content.decode()


def test_whoever_closed_the_browser_after_paying_has_it_all_the_same(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    begun()
    cards.pay(payment().name or "")
    with gate.using(charging.USE):
        Payment.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    work()
    assert (orders()[0].state, accesses(), len(invoices()), len(letters())) == (State.PAID, 1, 1, 1)


def test_a_message_pays_at_once_and_twice_late_or_in_another_order_is_the_same(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    begun()
    name = payment().name or ""
    assert tell(event(name)).status_code == 200
    assert orders()[0].state == State.WAITING, "a message is not believed: the processor is asked"
    cards.pay(name)
    until = time.monotonic() + 10
    while not cards.messages and time.monotonic() < until:
        time.sleep(0.1)
    for body, signature in cards.messages * 3:
        assert tell(body, signature).status_code == 200
    assert tell(event(name, "payment_intent.canceled")).status_code == 200
    assert tell(event("pi_of_another_account")).status_code == 200
    assert tell(event(name, "charge.refunded", payment_intent=name, id="ch_1")).status_code == 200
    assert (orders()[0].state, accesses(), len(invoices()), len(letters())) == (State.PAID, 1, 1, 1)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "t=1,v1=00",
        "nonsense",
        lambda body: rig.signed(body, int(time.time()), "whsec_of_another"),
        lambda body: rig.signed(body, int(time.time()) - 3600),
    ],
)
def test_a_forged_or_replayed_message_is_refused(
    sold: Selling, cards: rig.Processor, signature: str | Callable[[bytes], str]
) -> None:
    body = event("pi_1")
    said = signature(body) if callable(signature) else signature
    assert tell(body, said).status_code == 400
    assert not cards.calls


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"\xff\xfe", b'{"type": 3}', b"{" * 5000])
def test_what_is_no_message_is_refused_though_it_is_signed(
    sold: Selling, cards: rig.Processor, body: bytes
) -> None:
    assert tell(body).status_code == 400


def test_while_the_processor_is_silent_nothing_is_lost_and_a_transfer_can_be_had(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    cards.silent = True
    answer = send("an-hour.1", way="card")
    path = answer["Location"]
    page = Client().get(path)
    assert page.status_code == 503
    assert "does not answer just now" in page.content.decode()
    assert "Pay by transfer instead" in page.content.decode()
    work()
    hour_is_over()
    cards.silent = False
    page = Client().get(path)
    assert page.status_code == 200
    done = Client().post(path, headers=ORIGIN, follow=True).content.decode()
    assert "GB29 NWBK" in done
    (made,) = orders()
    assert (made.way, made.state) == ("bank", State.WAITING)
    (invoice,) = invoices()
    assert invoice.total == Money(9400, "GBP")
    assert "GB29 NWBK" in letters()[-1].text
    assert cards.intents()[0]["status"] == "canceled", "the card cannot pay what is paid by transfer"


def test_an_answer_that_got_lost_makes_no_second_payment(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    before = len(cards.intents())
    cards.loses.add("/v1/payment_intents")
    answer = send("an-hour.1", way="card")
    assert Client().get(answer["Location"]).status_code == 200
    assert len(cards.intents()) == before + 1


def test_an_hour_later_an_order_that_no_card_paid_ends_and_no_card_can_pay_it(
    sold: Selling, cards: rig.Processor
) -> None:
    offer = sold("An hour", 9400, left=3)
    begun()
    name = payment().name or ""
    hour_is_over()
    work()
    (made,) = orders()
    assert made.state == State.ENDED
    offer.refresh_from_db()
    assert offer.left == 3
    assert "error" in cards.pay(name)
    assert not invoices(), "nobody owed anything, so there is nothing in the books"
    work()
    assert len(letters()) == 1


def test_a_card_that_paid_in_the_last_second_has_the_order(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    begun()
    cards.pay(payment().name or "")
    hour_is_over()
    work()
    assert orders()[0].state == State.PAID


def test_a_card_that_paid_for_an_order_that_had_ended_gets_its_money_back_once(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    begun()
    name = payment().name or ""
    cards.pay(name)
    with gate.using("purchases.serve"):
        moving.end(orders()[0], by=Move.By.PROGRAM)  # as if the processor had not been asked
    tell(event(name))
    tell(event(name))
    work()
    work()
    assert cards.get(f"/v1/payment_intents/{name}")["charges"]["data"][0]["amount_refunded"] == 9400
    assert payment().state == Payment.State.STRAY
    assert orders()[0].state == State.ENDED
    assert "goes back to your card" in letters()[-1].subject


def test_half_goes_back_to_the_card_once_however_often_it_is_pressed_or_lost(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    path = begun()
    cards.pay(payment().name or "")
    Client().get(f"{path}back/")
    host, _person = sign_in("rowan@tiller.example", "host")
    said = {"do": "refund", "amount": "47", "before": "0", "why": "It was short."}
    for _twice in range(2):
        host.post("/console/orders/1/act/", said, headers=ORIGIN, follow=True)
    cards.loses.add("/v1/refunds")
    work()
    with gate.using(charging.USE):
        assert Repayment.objects.get().state == Repayment.State.SENT, "the library asks again by itself"
        Repayment.objects.update(state=Repayment.State.WAITING)  # as if we had died before writing it down
    cards.kept.clear()  # as a day later
    work()
    charge = cards.get(f"/v1/payment_intents/{payment().name}")["charges"]["data"][0]
    assert charge["amount_refunded"] == 4700
    assert orders()[0].back == 4700
    assert len(invoices()) == 2
    page = host.get("/console/orders/1/").content.decode()
    assert "on its way to the card" in page.lower()


def test_what_the_processor_refuses_to_give_back_is_shown_and_can_be_sent_again(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    path = begun()
    name = payment().name or ""
    cards.pay(name)
    Client().get(f"{path}back/")
    with gate.using("purchases.sell"):
        paid = orders()[0]
        charging.refund(paid, Money(9400, "GBP"), before=Money(0, "GBP"), by=Move.By.STAFF, why="No.")
    with gate.using(charging.USE):
        Repayment.objects.update(amount=999_999)  # more than the processor lets go
    work()
    owner, _person = sign_in("rowan@tiller.example", "owner")
    assert "amount_too_large" in owner.get("/console/orders/1/").content.decode()
    assert "amount_too_large" in owner.get("/console/orders/payments/").content.decode()
    with gate.using(charging.USE):
        Repayment.objects.update(amount=9400)
    owner.post("/console/orders/1/act/", {"do": "again"}, headers=ORIGIN)
    work()
    with gate.using(charging.USE):
        assert Repayment.objects.get().state == Repayment.State.SENT
    assert accesses() == 0


def test_what_was_given_back_on_the_processors_own_pages_is_noted_here(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    path = begun()
    name = payment().name or ""
    cards.pay(name)
    Client().get(f"{path}back/")
    processor.current().give_back(payment().once, name, Money(2000, "GBP"), again=False)
    for _twice in range(2):
        tell(event(name, "charge.refunded", payment_intent=name, id="ch_1"))
    assert orders()[0].back == 2000
    assert len(invoices()) == 2


def test_this_wasnt_me_calls_the_payment_off_and_erases_it(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    begun()
    name = payment().name or ""
    hour_is_over()
    work()
    done = press(Client(), link(letters()[0], "This wasn’t me"))
    assert done.status_code == 200
    assert "error" in cards.pay(name)


def test_whoever_erases_an_order_and_pays_then_is_found_among_the_strays(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    begun()
    name = payment().name or ""
    erase(payment().giving.person_id)
    assert not orders()
    cards.pay(name)
    assert tell(event(name)).status_code == 200
    owner, _person = sign_in("rowan@tiller.example", "owner")
    page = owner.post("/console/orders/payments/", headers=ORIGIN).content.decode()
    assert name in page
    for _twice in range(2):
        owner.post("/console/orders/payments/", {"give_back": name}, headers=ORIGIN)
    assert cards.get(f"/v1/payment_intents/{name}")["charges"]["data"][0]["amount_refunded"] == 9400
    assert "There is none" in owner.post("/console/orders/payments/", headers=ORIGIN).content.decode()


def test_whoever_erases_a_paid_order_is_not_taken_for_a_stray(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    path = begun()
    cards.pay(payment().name or "")
    Client().get(f"{path}back/")
    erase(payment().giving.person_id)
    with gate.using(charging.USE):
        assert straying.strays() == []


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_message_browser_and_clock_at_once_pay_once(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    path = begun()
    name = payment().name or ""
    cards.pay(name)

    def of(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connections.close_all()

    acts: list[Callable[[], object]] = [
        lambda: tell(event(name)),
        lambda: Client().get(f"{path}back/"),
        work,
        lambda: tell(event(name)),
    ]
    at_once = [threading.Thread(target=of, args=(act,)) for act in acts]
    for one in at_once:
        one.start()
    for one in at_once:
        one.join()
    assert (orders()[0].state, accesses(), len(invoices()), len(letters())) == (State.PAID, 1, 1, 1)


def test_from_pay_to_paid_in_few_questions(sold: Selling, cards: rig.Processor) -> None:
    sold("An hour", 9400)
    path = begun(email="warm@mail.example")
    cards.pay(payment().name or "")
    Client().get(f"{path}back/")
    begun()
    with gate.using(charging.USE):
        mine = Payment.objects.select_related("giving__person").latest("pk")
        cards.pay(mine.name or "")
        intent = processor.current().ask(mine.name or "")
        questions = asked(lambda: charging.settle(mine, intent))
    assert orders()[-1].state == State.PAID
    assert len(questions) <= 15, "\n".join(questions)


def test_an_answer_that_was_overtaken_takes_no_payment_back_and_staff_cannot_note_a_card_as_paid(
    sold: Selling, cards: rig.Processor
) -> None:
    sold("An hour", 9400)
    path = begun()
    host, _person = sign_in("rowan@tiller.example", "host")
    host.post("/console/orders/1/act/", {"do": "paid"}, headers=ORIGIN)
    assert orders()[0].state == State.WAITING
    slow = payment()
    with gate.using(charging.USE):
        before = processor.current().ask(slow.name or "")
        cards.pay(slow.name or "")
        Client().get(f"{path}back/")
        assert charging.settle(slow, before) == Payment.State.PAID
    assert payment().state == Payment.State.PAID
