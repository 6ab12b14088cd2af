"""The demo's shop: a parcel, an hour and a bundle, bought by invented people."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from leadrush import gate
from leadrush.look import times
from leadrush.purchases import baskets, gifts, moving, offering, ordering
from leadrush.purchases.models import Coupon, Move, Offer, Part, Price, Seller

SELLER: dict[str, Any] = {
    "name": "Tarn & Tiller",
    "address": "Mill Lane 4\nFellby",
    "state": "GB",
    "currency": "GBP",
    "account_name": "Tarn & Tiller",
    "account": "00-00-00 12345678",
    "bank": "Fellby Mutual",
    "post_name": "Post, two days",
    "post": 420,
}
OFFERS: tuple[tuple[dict[str, Any], int, tuple[str, ...]], ...] = (
    (
        {
            "slug": "string-and-stakes",
            "title": "String and twenty-four stakes",
            "lede": "What you need to lay one bed out as it is drawn: hazel, sharpened, and forty metres of "
            "string that does not stretch.",
            "body": "Cut in January in Fellby wood. They last three years if you take them in for winter.",
            "left": 18,
        },
        2400,
        ("purchases.parcel:",),
    ),
    (
        {
            "slug": "an-hour-over-your-plan",
            "title": "An hour over your plan",
            "lede": "Maren looks at your drawing with you, by telephone, and takes out what you will not "
            "keep up with.",
        },
        6500,
        ("purchases.hours:",),
    ),
    (
        {
            "slug": "the-whole-first-year",
            "title": "The whole first year",
            "lede": "Stakes, string, and an hour over your plan before you put the first one in.",
        },
        7900,
        ("purchases.parcel:", "purchases.hours:"),
    ),
)
WHERE = {"name": "Wren Halloway", "street": "Staithe Road 3", "postcode": "FB2 1AA", "town": "Fellby"}


def seed() -> None:
    """Make them unless there are offers already."""
    if Offer.objects.exists():
        return
    Seller.objects.get_or_create(pk=1, defaults=SELLER)
    made = [_offer(*one) for one in OFFERS]
    Coupon.objects.create(word="FIRSTBED", percent=10, until=times.today() + timedelta(days=60), left=100)
    stakes, hour, whole = made
    paid = _bought("wren.halloway@post.example", stakes, destination=WHERE)
    _bought("corin.pell@mail.example", hour)
    sent = _bought("osei.marlow@mail.example", whole, destination=WHERE | {"name": "Osei Marlow"})
    wish = gifts.Wish(
        address="ilse.van-der-beek@post.example",
        name="Ilse",
        sender="Juno",
        words="For the plot that you have talked about since March.",
    )
    given = _bought("juno.addlestone@letters.example", hour, gift=wish)
    with gate.using("purchases.sell", what="purchases.act"):
        for order in (paid, sent, given):
            moving.pay(order, by=Move.By.STAFF)
        moving.send(sent, tracking="FM 20 118 224")


def _offer(facts: dict[str, Any], amount: int, parts: tuple[str, ...]) -> Offer:
    offer = Offer.objects.create(**facts)
    Price.objects.create(offer=offer, currency=SELLER["currency"], amount=amount)
    for part in parts:
        code, _colon, key = part.partition(":")
        Part.objects.create(offer=offer, deliverable=code, key=key)
    offering.open_to_all(offer)
    return offer


def _bought(address: str, offer: Offer, **more: Any) -> Any:
    basket = baskets.read(baskets.code([(offer.slug, 1)]))
    shown = basket.add_up().gross
    wanted = ordering.Wanted(basket=basket, once=uuid.uuid4(), shown=shown, address=address, **more)
    return ordering.order(wanted)
