"""Buying: a hundred at once for the last ten, what an order asks the databases, and what its check costs."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator

from django.core.cache import cache
from django.db import connections
from django.test import Client

from bench import ground
from bench.house.counting import asked
from bench.measuring import CPU, Figure, Spread, counted, each, figure, timed
from bench.offers import AREA
from leadrush import gate
from leadrush.purchases import baskets, keeps, moving, offering, ordering
from leadrush.purchases.models import Move, Offer, Order, Part, Price, Seller

BUYERS, LAST = 100, 10
MANY = 10_000
ORDERED, PAID = 15, 15
SELLER = {"name": "Bench", "address": "Here", "account": "1", "currency": "GBP"}


def figures() -> Iterator[Figure]:
    """Measure on the kind of database at hand."""
    Seller.objects.get_or_create(pk=1, defaults=SELLER)
    sold, left, seconds = race()
    yield counted(
        f"of {LAST} seats sold to {BUYERS} at once, off by, {ground.NAME}",
        abs(LAST - sold) + left,
        "seats",
        0,
        area=AREA,
    )
    once = Spread(seconds, seconds, seconds)
    yield figure(f"{BUYERS} buyers at once, all answered, {ground.NAME}", once, "s", area=AREA)
    offer = sell("an-hour", None)
    buy = buying(offer)
    if ground.GROUND == "sqlite":
        yield counted(
            "queries of an order, from “pay” to its page", asked(buy), "queries", ORDERED, area=AREA
        )
        orders = iter([made(offer) for _one in range(4)])
        yield counted(
            "queries of noting it as paid", asked(lambda: paid(next(orders))), "queries", PAID, area=AREA
        )
    yield figure(f"an order, computing, {ground.NAME}", each(buy, rounds=21, scale=1e3), "ms", area=AREA)
    yield from booked(offer)


def sell(slug: str, left: int | None) -> Offer:
    """Return an open offer."""
    offer = Offer.objects.create(slug=f"{slug}-{uuid.uuid4().hex[:8]}", title=slug, left=left)
    Price.objects.create(offer=offer, currency="GBP", amount=4500)
    Part.objects.create(offer=offer, deliverable="purchases.hours", key="")
    offering.open_to_all(offer)
    return offer


def wanted(offer: Offer) -> ordering.Wanted:
    """Return what a form says of somebody new."""
    basket = baskets.read(baskets.code([(offer.slug, 1)]))
    return ordering.Wanted(
        basket=basket,
        once=uuid.uuid4(),
        shown=basket.add_up().gross,
        address=f"{uuid.uuid4().hex}@mail.example",
    )


def made(offer: Offer) -> Order:
    """Return an order of somebody new."""
    return ordering.order(wanted(offer))


def paid(order: Order) -> None:
    """Note that an order is paid, as staff do."""
    with gate.using("purchases.sell", what="purchases.act"):
        assert moving.pay(order, by=Move.By.STAFF)


def race() -> tuple[int, int, float]:
    """Let all of them order at the same moment; return how many were sold, how many are left over, and how
    many seconds it took until the last one had an answer."""
    offer = sell("a-seat", LAST)
    forms = [wanted(offer) for _one in range(BUYERS)]
    begin, got = threading.Barrier(BUYERS + 1), [False] * BUYERS

    def go(at: int) -> None:
        begin.wait()
        try:
            ordering.order(forms[at])
            got[at] = True
        except ordering.CannotOrder:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(at,)) for at in range(BUYERS)]
    for thread in threads:
        thread.start()

    def all_of_it() -> None:
        begin.wait()
        for thread in threads:
            thread.join()

    seconds = timed(all_of_it, time.perf_counter)
    offer.refresh_from_db()
    return sum(got), offer.left or 0, seconds


def buying(offer: Offer) -> Callable[[], object]:
    """Return what orders by the form, as a browser sends it; each time somebody else."""
    path = f"/pay/{offer.slug}.1/"

    def sends() -> None:
        cache.clear()  # nobody sends so many forms from one place
        form = {"once": str(uuid.uuid4()), "shown": "4500", "way": "bank"}
        answer = Client().post(path, form | {"email": f"{uuid.uuid4().hex}@mail.example"})
        assert answer.status_code == 302, answer.status_code

    return sends


def booked(offer: Offer) -> Iterator[Figure]:
    """Measure the check of the invoices, which runs every five minutes, over as many as a busy year has."""
    first = made(offer)
    with gate.using("house.keep", what="bench"):
        from leadrush.purchases.models import Invoice, Series

        one = Invoice.objects.get(order_number=first.number)
        series = Series.objects.get(pk__startswith="invoices-")
        last = series.last
        number = Order.objects.order_by("-number").values_list("number", flat=True).first() or 0
        orders = [
            Order(
                person_id=first.person_id, giving=first.giving, number=number + at, once=uuid.uuid4(),
                way="bank", currency="GBP", gross=4500, tax=0,
            )
            for at in range(1, MANY + 1)
        ]  # fmt: skip
        Order.objects.bulk_create(orders, batch_size=500)
        Invoice.objects.bulk_create(
            [
                Invoice(
                    person_id=one.person_id, giving=one.giving, number=f"B{last + at}", kind="invoice",
                    order_number=number + at, currency="GBP", gross=4500, tax=0, day=one.day, until=one.until,
                    sealed=bytes(one.sealed),
                )
                for at in range(1, MANY + 1)
            ],
            batch_size=500,
        )  # fmt: skip
        Series.objects.filter(pk=series.pk).update(last=last + MANY)

    def check() -> None:
        with gate.using("accountability.check", what="bench"):
            found = keeps.invoices_are_whole()
        assert found.missed == 0, found

    spread = each(check, rounds=7, scale=1e3, clock=CPU)
    yield figure(f"the check of {MANY:,} invoices, computing, {ground.NAME}", spread, "ms", area=AREA)
    if ground.GROUND == "sqlite":
        yield from set_as_pdf(one.day.year)


def set_as_pdf(year: int) -> Iterator[Figure]:
    """Measure an archive of the year's invoices: fetched, opened, written down, set as PDF and packed."""
    from leadrush.purchases import books

    def archive() -> None:
        with gate.using("purchases.account", what="bench"):
            books.archive(books.part(year, 2))

    spread = each(archive, rounds=3, clock=CPU)
    yield figure(f"an archive of {books.AT_ONCE} invoices as PDF, computing", spread, "s", area=AREA)
    times = MANY / books.AT_ONCE / 60
    whole = Spread(spread.median * times, spread.low * times, spread.high * times)
    yield figure(f"the same for {MANY:,}, in archives one after another", whole, "min", area=AREA)
