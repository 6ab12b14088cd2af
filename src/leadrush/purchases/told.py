"""How purchases stand in the menus, what they hope for, and how their uses are told to persons."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger, vault
from leadrush.console import screens
from leadrush.look import menu, regions, searching, sitemap
from leadrush.look.searching import MOST, Found
from leadrush.purchases import (
    accepting,
    closing,
    deliverables,
    gifts,
    invoicing,
    offering,
    ordering,
    parcels,
    processor,
)
from leadrush.purchases.deliverables import Deliverable, Opened
from leadrush.purchases.models import Offer, Order, State
from leadrush.purchases.views import ORDERED
from leadrush.vault import ending, rights
from leadrush.vault.models import Giving
from leadrush.visits import goals
from leadrush.visits.goals import Step

DEEDS = {
    "purchases.to_pay": _("to tell you how an order is paid"),
    "purchases.paid": _("to tell you that an order is paid"),
    "purchases.sent": _("to tell you that a parcel is on its way"),
    "purchases.ended": _("to tell you that an order has ended"),
    "purchases.refunded": _("to tell you that money goes back"),
    "purchases.to_pay_by_card": _("to tell you until when your card can pay"),
    "purchases.came_late": _("to tell you that money goes back to your card"),
    "purchases.card": _("to have your card pay, by Stripe"),
    "purchases.refund": _("to give money back to your card, by Stripe"),
    "purchases.settle": _("to ask Stripe how your payment stands"),
    "purchases.heard": _("to ask Stripe how your payment stands"),
    "purchases.strays": _("to find payments whose order is not here"),
    "purchases.instalment_due": _("to remind you of a payment"),
    "purchases.instalment_missed": _("to tell you that a payment is missing"),
    "purchases.instalment_paid": _("to tell you that a payment is here"),
    "purchases.gift": _("to bring you a gift"),
    "purchases.gift_taken": _("to tell you that your gift was taken"),
    "purchases.gift_back": _("to tell you that your gift was not taken"),
    "purchases.gift_gone": _("to tell you that a gift was taken back"),
    "purchases.books": _("to give invoices to whoever keeps the books"),
    "purchases.again": _("to send you a letter again"),
    "purchases.order": _("to take and to show you an order"),
    "purchases.paper": _("to give you an invoice"),
    "purchases.credit": _("to write a credit note"),
    "purchases.parcel": _("to send a parcel"),
    "purchases.form": _("to show you which address a form will use"),
}


def register() -> None:
    """Register words, screens, goals, and what is delivered by hand; once, when the app is ready."""
    for code, words in DEEDS.items():
        ledger.deed(code, words)
    ledger.program("purchases.mail", _("The program for orders"))
    ledger.program("purchases.end", _("The program for orders"))
    ledger.program("purchases.settle", _("The program for orders"))
    ledger.subject("purchases.order", numbers)
    ledger.program("purchases.parts", _("The program for orders"))
    ledger.program("purchases.gifts", _("The program for gifts"))
    ledger.subject("purchases.gift", lambda ids: dict.fromkeys(ids, str(_("a gift"))))
    closing.register()
    rights.form(ordering.FORM, _("Form “Pay and order”"))
    rights.form(gifts.FORM, _("Form “Pay and order”, in which somebody typed your address for a gift"))
    rights.form("purchases.take", _("Button “Take it”, for a gift"))
    rights.answers(gifts.FORM, yes=_it_was_me, no=_not_mine)
    ending.register(gifts.CLAUSE, gifts.ends)
    rights.answers(ordering.FORM, yes=_it_was_me, no=_it_was_not_me)
    ending.register(ordering.CLAUSE, _stays)
    ending.register(ordering.PARCEL, parcels.ends)
    ending.register(ordering.INVOICE, _stays)
    ending.register(processor.CLAUSE, _stays)
    deliverables.deliverable(Deliverable(code="purchases.parcel", title=_("A parcel"), by_post=True))
    deliverables.deliverable(
        Deliverable(
            code="purchases.hours",
            title=_("A service, agreed upon with you"),
            opens=lambda key: Opened("", words=str(_("We write to you to find a day."))),
        )
    )
    regions.fill("me", "purchases/me.html", _own)
    menu.register(_("Shop"), "purchases:shop", 30, clause=ordering.CLAUSE)
    menu.register_foot(_("Shop"), "purchases:shop", 12, clause=ordering.CLAUSE)
    sitemap.register("purchases", addresses)
    searching.register("purchases", found)
    screens.register(screens.Screen("orders", _("Orders"), "purchases:desk", "host", waiting, order=50))
    screens.register(screens.Screen("offers", _("Offers"), "purchases:offers", "host", order=51))
    goals.goal(ORDERED, _("Something ordered"))
    goals.funnel(
        "purchases.ordered",
        _("From offer to order"),
        Step(_("Opened an offer’s page"), page="/shop/*", lost=_("read, and went no further.")),
        Step(
            _("Opened the page for paying"), page="/pay/…/", lost=_("looked what it comes to, and stopped.")
        ),
        Step(_("Something ordered"), goal=ORDERED),
    )


def _own(_request: HttpRequest) -> dict[str, Any] | None:
    """Lead from “What we hold about you” to what somebody bought, wherever something can be bought."""
    return {} if gate.force().number_of(ordering.CLAUSE) is not None else None


def _stays(givings: Sequence[Giving]) -> dict[uuid.UUID, datetime]:
    """Nothing follows: an order stays until its person erases it, an invoice until its own day."""
    return {}


def _it_was_me(giving: Giving) -> None:
    vault.confirm(giving=giving, lapses_at=giving.lapses_at)


def _not_mine(giving: Giving) -> None:
    accepting.refuse(giving)


def _it_was_not_me(giving: Giving) -> None:
    ordering.it_was_not_me(giving=giving)


def numbers(ids: list[str]) -> dict[str, str]:
    """Return the references of orders, by id. What stands in a reference names nobody."""
    with gate.using("house.keep", what="purchases.numbers"):
        rows = Order.objects.filter(pk__in=[i for i in ids if i.isdecimal()]).values_list("pk", "number")
        return {str(pk): invoicing.reference_of(number) for pk, number in rows}


def waiting() -> int:
    """Return how many orders wait for payment."""
    with gate.using("purchases.sell", what="purchases.desk"):
        return int(Order.objects.filter(state=State.WAITING).count())


def found(words: str) -> Iterator[Found]:
    """Yield the offers that can be bought and that have all these words."""

    offers = offering.public()
    for word in words.split():
        offers = offers.filter(Q(title__icontains=word) | Q(lede__icontains=word) | Q(body__icontains=word))
    for offer in offers[:MOST]:
        yield Found(offer.title, offer.get_absolute_url(), offer.lede)


def addresses() -> Iterator[tuple[str, datetime | None]]:
    """Yield the shop and every offer that everybody may see, for search engines."""
    yield reverse("purchases:shop"), None
    for offer in Offer.objects.exclude(state=Offer.State.DRAFT).order_by("pk").iterator():
        yield offer.get_absolute_url(), offer.changed_at
