"""An order is taken once, stands for what was shown, gives what it gives when it is paid, never too much."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate import tasks
from leadrush.gate.evidence import Count
from leadrush.purchases import baskets, invoicing, keeps, moving, ordering, parcels
from leadrush.purchases.models import (
    Access,
    Coupon,
    Invoice,
    Line,
    Move,
    Offer,
    Order,
    Parcel,
    Price,
    Seller,
    State,
)  # fmt: skip
from leadrush.purchases.money import Money
from leadrush.purchases.tests.conftest import WHERE, Selling, orders, wanted
from leadrush.vault import erasing, item_erasing
from leadrush.vault.models import Giving, Item, Person
from leadrush.webinars.tests.conftest import letters


@pytest.fixture
def serving() -> Iterator[None]:
    with gate.using("purchases.serve"):
        yield


def kept() -> list[tuple[int, int]]:
    with gate.using("accountability.check"):
        found = [
            check() for check in (keeps.orders_stand, keeps.destinations_lapse, keeps.invoices_are_whole)
        ]
    return [(count.missed, count.of) for count in found]


def pay(order: Order) -> bool:
    with gate.using("purchases.sell"):
        return moving.pay(order, by=Move.By.STAFF)


def refund(order: Order, amount: int, before: int = 0) -> None:
    with gate.using("purchases.sell"):
        pounds = Money(amount, "GBP"), Money(before, "GBP")
        moving.refund(order, pounds[0], before=pounds[1], by=Move.By.STAFF, why="As agreed.")


def test_an_order_stands_for_what_was_shown_and_opens_when_it_is_paid(sold: Selling, serving: None) -> None:
    hours, stamps = sold("An hour", 9400), sold("Stamps", 2400, "purchases.parcel", left=5)
    made = ordering.order(wanted(hours, stamps, stamps))
    assert (made.state, made.gross) == (State.WAITING, 9400 + 2 * 2400 + 420)
    assert [line.title for line in made.lines.all()] == ["An hour", "Stamps", "Post"]
    assert made.tax == sum(line.tax for line in made.lines.all())
    stamps.refresh_from_db()
    assert stamps.left == 3
    assert not Access.objects.exists()
    assert pay(made)
    assert not pay(made), "paid twice is once"
    assert {access.deliverable for access in Access.objects.all()} == {"purchases.hours", "purchases.parcel"}
    subjects = [letter.subject for letter in letters()]
    assert subjects == [
        f"Order {invoicing.reference(made)}: £146.20 to pay", f"Order {invoicing.reference(made)} is paid",
    ]  # fmt: skip
    assert kept() == [(0, 1), (0, 1), (0, 1)]


def test_the_same_form_twice_is_one_order(sold: Selling, serving: None) -> None:
    said = wanted(sold("An hour", 9400, left=5))
    first, second = ordering.order(said), ordering.order(said)
    assert first == second
    assert Offer.objects.get().left == 4
    assert len(letters()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_from_two_windows_at_once_is_one_order(sold: Selling) -> None:
    said = wanted(sold("An hour", 9400, left=5))
    assert at_once([said] * 4) == [None] * 4
    assert len(orders()) == 1
    assert Offer.objects.get().left == 4


def at_once(forms: list[ordering.Wanted]) -> list[str | None]:
    """Order all of these at the same moment; return what went wrong with each."""
    begin, faults = threading.Barrier(len(forms)), [None] * len(forms)

    def go(at: int) -> None:
        begin.wait()
        try:
            ordering.order(forms[at])
        except Exception as fault:
            faults[at] = type(fault).__name__  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(at,)) for at in range(len(forms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(faults)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_of_thirty_buyers_at_once_for_the_last_ten_ten_get_one(sold: Selling) -> None:
    offer = sold("A seat", 5000, left=10)
    forms = [wanted(offer, address=f"buyer{number}@mail.example") for number in range(30)]
    faults = at_once(forms)
    assert faults.count(None) == 10
    assert set(faults) == {None, "CannotOrder"}
    offer.refresh_from_db()
    assert offer.left == 0
    assert len(orders()) == 10
    with gate.using("purchases.serve"):
        numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, 11)), "no gap"


def test_a_price_that_changed_meanwhile_is_said_and_nothing_is_ordered(sold: Selling, serving: None) -> None:
    said = wanted(sold("An hour", 9400, left=2))
    Price.objects.update(amount=9900)
    fresh = replace(said, basket=baskets.read(said.basket.code))
    with pytest.raises(ordering.PriceChanged, match=r"£99 now, and not to £94"):
        ordering.order(fresh)
    assert not orders()
    assert Offer.objects.get().left == 2
    assert not Person.objects.exists()


def test_what_is_sold_out_between_page_and_form_is_said(sold: Selling, serving: None) -> None:
    said = wanted(sold("An hour", 9400, left=1))
    Offer.objects.update(left=0)
    with pytest.raises(ordering.CannotOrder, match="not so many"):
        ordering.order(said)
    assert not orders()


def test_a_coupon_is_used_once_by_whoever_comes_first(sold: Selling, serving: None) -> None:
    offer = sold("An hour", 9400)
    coupon = Coupon.objects.create(word="BEDS", percent=20, left=1)
    said = [wanted(offer, coupon=coupon), wanted(offer, coupon=coupon)]
    made = ordering.order(said[0])
    assert (made.gross, made.lines.get().off) == (7520, 1880)
    with pytest.raises(ordering.CannotOrder, match="used by somebody else"):
        ordering.order(said[1])
    with pytest.raises(baskets.NoCoupon, match="as often as it can"):
        baskets.coupon("beds", "GBP")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"percent": 10, "until": "2020-01-01"}, "ended on"),
        ({"amount": 500, "currency": "EUR"}, "takes off EUR"),
        (None, "no coupon with this word"),
    ],
)
def test_a_word_that_takes_nothing_off_says_why(sold: Selling, facts: Any, said: str) -> None:
    if facts is not None:
        Coupon.objects.create(word="BEDS", **facts)
    with pytest.raises(baskets.NoCoupon, match=said):
        baskets.coupon(" Beds ", "GBP")


def test_what_comes_to_nothing_is_had_at_once_without_an_invoice(sold: Selling, serving: None) -> None:
    made = ordering.order(wanted(sold("A talk", 0)))
    assert made.state == State.PAID
    assert Access.objects.count() == 1
    assert not Invoice.objects.exists()
    assert kept()[0] == (0, 1)


def test_what_is_digital_opens_after_the_days_of_withdrawal_unless_it_was_wanted_at_once(
    sold: Selling, serving: None
) -> None:
    offer = sold("A guide", 900, "guides.guide:1")
    later, now = ordering.order(wanted(offer)), ordering.order(wanted(offer, at_once=True))
    for made in (later, now):
        pay(made)
    opens = [access.from_at - timezone.now() for access in Access.objects.order_by("pk")]
    assert timedelta(days=13) < opens[0] <= timedelta(days=14)
    assert opens[1] <= timedelta()


def test_an_unpaid_order_ends_by_itself_frees_what_it_held_and_goes(sold: Selling, time_machine: Any) -> None:
    offer = sold("Stamps", 2400, "purchases.parcel", left=1)
    ordering.order(wanted(offer))
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    tasks.get("purchases.end").run()
    assert orders()[0].state == State.WAITING, "a transfer takes days"
    time_machine.move_to(timezone.now() + timedelta(days=2), tick=False)
    tasks.get("purchases.end").run()
    assert orders()[0].state == State.ENDED
    offer.refresh_from_db()
    assert offer.left == 1
    with gate.using("purchases.serve"):
        assert sum(Invoice.objects.values_list("gross", flat=True)) == 0, "its invoice is taken back"
    vault.due()
    assert kept()[0] == (0, 1)
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    vault.due()
    assert not orders()
    with gate.using("house.keep"):
        assert not Parcel.objects.exists()
        assert not Item.objects.exists(), "the books do not keep the address of mail"
    with gate.using("purchases.account"):
        assert Invoice.objects.count() == 2, "the law keeps them"


def test_money_that_comes_after_the_end_opens_the_order_again_while_there_is_enough(
    sold: Selling, serving: None
) -> None:
    offer = sold("An hour", 9400, left=1)
    made = ordering.order(wanted(offer))
    moving.end(made, by=Move.By.PROGRAM)
    other = ordering.order(wanted(offer, address="ben@mail.example"))
    with pytest.raises(moving.CannotMove, match="not enough left"):
        pay(made)
    moving.end(other, by=Move.By.PROGRAM)
    assert pay(made)
    offer.refresh_from_db()
    assert offer.left == 0
    assert made.giving.lapses_at is None
    assert sum(Invoice.objects.filter(order_number=made.number).values_list("gross", flat=True)) == 9400
    assert [missed for missed, _of in kept()] == [0, 0, 0]
    refund(made, 9400)
    assert [missed for missed, _of in kept()] == [0, 0, 0]


def test_half_is_paid_back_once_and_all_of_it_ends_what_the_order_gave(sold: Selling, serving: None) -> None:
    made = ordering.order(wanted(sold("An hour", 9400), sold("A book", 1999)))
    pay(made)
    half = made.gross // 2
    refund(made, half)
    with pytest.raises(moving.CannotMove, match="paid back meanwhile"):
        refund(made, half)
    made.refresh_from_db()
    assert (made.state, made.back) == (State.PAID, half)
    with pytest.raises(moving.CannotMove, match="At most"):
        refund(made, made.gross, before=half)
    refund(made, made.gross - half, before=half)
    made.refresh_from_db()
    assert made.state == State.REFUNDED
    assert not Access.objects.filter(ended_at=None).exists()
    assert sum(Invoice.objects.values_list("gross", flat=True)) == 0
    assert sum(Invoice.objects.values_list("tax", flat=True)) == 0
    assert sum(Line.objects.values_list("back", flat=True)) == made.gross
    assert kept()[0][0] == kept()[2][0] == 0
    with pytest.raises(moving.CannotMove):
        pay(made)


def test_where_a_parcel_goes_is_erased_some_days_after_it_was_sent(sold: Selling, time_machine: Any) -> None:
    made = ordering.order(wanted(sold("Stamps", 2400, "purchases.parcel")))
    with gate.using("purchases.sell"), pytest.raises(moving.CannotMove, match="not paid"):
        moving.send(made, tracking="")
    pay(made)
    with gate.using("purchases.ship"):
        parcel = parcels.of(made)
        assert parcel is not None
        assert parcels.destination(parcel, "purchases.parcel") == WHERE
    with gate.using("purchases.sell"):
        assert moving.send(made, tracking="RM 12")
        assert not moving.send(made, tracking="RM 12")
    assert "RM 12" in letters()[-1].text
    time_machine.move_to(timezone.now() + timedelta(days=31), tick=False)
    with gate.using("accountability.check"):
        assert keeps.destinations_lapse() == Count(1, 1), "nobody erased it"
    vault.due()
    assert kept()[1] == (0, 0)
    assert len(orders()) == 1, "the order stays"


def test_nobody_sees_where_a_parcel_goes_for_anything_but_sending_it(sold: Selling) -> None:
    ordering.order(wanted(sold("Stamps", 2400, "purchases.parcel")))
    for use in ("purchases.serve", "purchases.sell", "purchases.account", "webinars.host"):
        with gate.using(use):
            assert not Parcel.objects.exists(), use


def test_an_invoice_is_kept_by_law_when_everything_else_is_erased(sold: Selling) -> None:
    billing = {"name": "Ana Brightwater", "street": "Millrace 12"}
    made = ordering.order(wanted(sold("An hour", 9400), billing=billing))
    pay(made)
    with gate.using("rights.own", actor=gate.Actor("person", str(made.person_id)), what="people.erase"):
        erasing.erase_everything(made.person_id)
    assert not orders()
    with gate.using("purchases.serve"):
        assert not Invoice.objects.exists(), "no longer for anything but the books"
    with gate.using("purchases.account"):
        invoice = Invoice.objects.get()
        assert (invoice.gross, invoice.until.year) == (9400, invoice.day.year + 10)
    assert kept()[2] == (0, 1)


def test_whoever_erases_an_order_that_waits_lets_others_have_what_it_held(sold: Selling) -> None:
    offer = sold("An hour", 9400, left=3)
    coupon = Coupon.objects.create(word="BEDS", percent=20, left=1)
    made, other = ordering.order(wanted(offer, coupon=coupon)), ordering.order(wanted(offer))
    own = gate.Actor("person", str(made.person_id))
    with gate.using("rights.own", actor=own, what="people.erase"):
        item_erasing.erase_item(made.person_id, f"purchases.order:{other.pk}")
    offer.refresh_from_db()
    assert offer.left == 2
    with gate.using("rights.own", actor=own, what="people.erase"):
        erasing.erase_everything(made.person_id)
    offer.refresh_from_db()
    coupon.refresh_from_db()
    assert (offer.left, coupon.left) == (3, 1)
    assert not orders()
    with gate.using("purchases.account", what="t"):
        papers = list(Invoice.objects.order_by("pk"))
        assert [one.kind for one in papers] == ["invoice", "invoice", "credit", "credit"]
        assert sum(one.gross for one in papers) == 0
        for paper in papers:
            assert invoicing.opened(paper, "t")["lines"], "the books can be read"
    assert kept()[2] == (0, 4)


def test_the_owner_says_how_long_an_unpaid_order_holds_what_others_want(
    sold: Selling, time_machine: Any
) -> None:
    offer = sold("An hour", 9400, left=1)
    Seller.objects.update(days_to_pay=3, days_held=4)
    ordering.order(wanted(offer))
    for days, left in ((3.9, 0), (4.1, 1)):
        time_machine.move_to(timezone.now() + timedelta(days=days if not left else days - 3.9), tick=False)
        with gate.using("purchases.serve"):
            moving.end_overdue()
        offer.refresh_from_db()
        assert offer.left == left


def test_an_invoice_is_a_pdf_that_says_what_the_law_wants(sold: Selling, serving: None) -> None:
    made = ordering.order(
        wanted(
            sold("#strong[An hour] $x$", 9400, slug="an-hour"),
            billing={"company": "Brightwater & Söhne #eval(1)"},
        )
    )
    invoice = Invoice.objects.get()
    pdf = invoicing.pdf(invoice, "purchases.paper")
    assert pdf.startswith(b"%PDF-")
    said = invoicing.opened(invoice, "purchases.paper")
    assert said["billing"]["company"] == "Brightwater & Söhne #eval(1)"
    assert invoice.number.endswith("-0001")
    moving.end(made, by=Move.By.STAFF)
    note = Invoice.objects.get(kind=Invoice.Kind.CREDIT)
    assert (note.gross, invoicing.opened(note, "purchases.paper")["of"]) == (-9400, invoice.number)
    assert invoicing.pdf(note, "purchases.paper").startswith(b"%PDF-")


def test_a_crash_between_two_lines_leaves_nothing_half_done(
    sold: Selling, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = sold("An hour", 9400, left=3)
    monkeypatch.setattr("leadrush.purchases.letters.to_pay", lambda *order, **more: 1 / 0)
    said = wanted(offer)
    with pytest.raises(ZeroDivisionError):
        ordering.order(said)
    assert not orders()
    offer.refresh_from_db()
    assert offer.left == 3
    monkeypatch.undo()
    assert ordering.order(said).number == 1, "no number is lost"


def test_a_step_that_nobody_wrote_down_turns_the_clause_red(sold: Selling) -> None:
    made = ordering.order(wanted(sold("An hour", 9400)))
    with gate.using("house.keep"):
        Order.objects.filter(pk=made.pk).update(state=State.PAID)
    with gate.using("accountability.check"):
        assert keeps.orders_stand() == Count(1, 1)


def test_this_wasnt_me_ends_what_waits_and_leaves_what_was_paid(sold: Selling) -> None:
    offer = sold("An hour", 9400, left=2)
    first = ordering.order(wanted(offer))
    ordering.it_was_not_me(giving=first.giving)
    assert not orders()
    offer.refresh_from_db()
    assert offer.left == 2
    second = ordering.order(wanted(offer))
    pay(second)
    ordering.it_was_not_me(giving=second.giving)
    assert orders()[0].state == State.PAID


def test_a_basket_is_what_its_address_says_whatever_it_says(sold: Selling) -> None:
    sold("An hour", 9400)
    for text, found in (
        ("an-hour.1", [("an-hour", 1)]),
        ("an-hour.2+an-hour.3", [("an-hour", 5)]),
        ("an-hour.0", []),
        ("nothing.1+an-hour.1", [("an-hour", 1)]),
        ("an-hour.999+an-hour.999", [("an-hour", 999)]),
        ("x" * 5000, []),
        ("'; drop table--", []),
    ):
        basket = baskets.read(text)
        assert [(one.offer.slug, one.count) for one in basket.entries] == found, text
    assert baskets.read("nothing.1").gone == ["nothing"]


def test_the_same_person_buys_twice_and_has_both(sold: Selling, serving: None) -> None:
    offer = sold("An hour", 9400)
    for _twice in range(2):
        ordering.order(wanted(offer, once=uuid.uuid4()))
    assert Person.objects.count() == 1
    assert len(orders()) == 2
    assert Giving.objects.filter(clause="purchase-order").count() == 2
