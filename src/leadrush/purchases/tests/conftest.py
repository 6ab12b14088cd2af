"""What these tests stand on: a seller, offers, and what a form says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

from leadrush import gate
from leadrush.look import models as look_models
from leadrush.media.tests.conftest import shelf
from leadrush.purchases import baskets, ordering
from leadrush.purchases.models import Offer, Order, Part, Price, Seller
from tests.rig import processor as rig

__all__ = ["shelf"]

Selling = Callable[..., Offer]
ADDRESS = "ana@mail.example"
WHERE = {
    "name": "Ana Brightwater",
    "street": "Millrace 12",
    "postcode": "4410",
    "town": "Orrowby",
    "state": "GB",
}


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    settings.MAIL_FROM = "post@tiller.example"
    settings.SITE_URL = "https://tiller.example"
    look_models.forget()
    cache.clear()
    yield
    look_models.forget()
    cache.clear()


@pytest.fixture(scope="session")
def processor_process() -> Iterator[rig.Processor]:
    with rig.running() as at:
        yield at


@pytest.fixture
def cards(processor_process: rig.Processor, settings: Any) -> Iterator[rig.Processor]:
    """Let cards be taken, by a processor that behaves until it is told otherwise."""
    for name, value in processor_process.environment.items():
        setattr(settings, name, value)
    processor_process.behave()
    yield processor_process
    processor_process.behave()


@pytest.fixture
def sold(published: object, shelf: object) -> Selling:
    """Return a function that opens an offer: `sold("Stamps", 2400, "purchases.parcel", left=3)`."""
    look_models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB").save()
    Seller.objects.create(
        pk=1, name="Tarn & Tiller Ltd", address="Mill Lane 4\nFellby", state="GB", owes=True,
        number="GB980780684",
        currency="GBP", account="GB29 NWBK 6016 1331 9268 19", bank="NWBKGB2L", post=420, post_name="Post",
    )  # fmt: skip

    def selling(title: str, amount: int, *parts: str, left: int | None = None, **more: Any) -> Offer:
        offer = Offer.objects.create(
            slug=more.pop("slug", title.lower().replace(" ", "-")),
            title=title,
            state=Offer.State.OPEN,
            left=left,
            **more,
        )
        Price.objects.create(offer=offer, currency="GBP", amount=amount)
        for part in parts or ("purchases.hours",):
            code, _colon, key = part.partition(":")
            Part.objects.create(offer=offer, deliverable=code, key=key)
        return offer

    return selling


def wanted(*offers: Offer, **more: Any) -> ordering.Wanted:
    """Return what a form says that orders these, as its page showed them."""
    counts: dict[str, int] = {}
    for offer in offers:
        counts[offer.slug] = counts.get(offer.slug, 0) + 1
    basket = baskets.read(baskets.code(counts.items()))
    facts: dict[str, Any] = {"basket": basket, "once": uuid.uuid4(), "address": ADDRESS} | more
    if basket.by_post:
        facts.setdefault("destination", WHERE)
    facts.setdefault("shown", basket.add_up(None, facts.get("coupon")).gross)
    return ordering.Wanted(**facts)


def orders() -> list[Order]:
    """Return all orders."""
    with gate.using("purchases.serve"):
        return list(Order.objects.select_related("giving__person").order_by("pk"))
