"""What staff do for somebody who phoned or wrote: an order in their name, and a letter once more."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.look.forms import AddressField, Form
from leadrush.purchases import baskets, letters, offering, ordering
from leadrush.purchases.baskets import Basket
from leadrush.purchases.models import Order, State
from leadrush.purchases.money import Money
from leadrush.purchases.staff_forms import amount_read
from leadrush.vault.models import Giving

MOST = 99


class ByHand(Form):
    """For whom, what, how many of each, and what is taken off it."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    address = AddressField(
        label=_("Their e-mail"),
        help_text=_("They get the letter about it, with a link that says “this wasn’t me”."),
        autocomplete="off",
    )
    off = forms.CharField(
        label=_("Taken off"),
        help_text=_("An amount like 15; empty for nothing."),
        max_length=20,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.seller = offering.seller()
        # Where a parcel goes is its buyer's to type.
        self.offers = [
            one
            for one in offering.public()
            if offering.price(one, self.seller.currency) is not None and not offering.by_post(one)
        ]
        counts = {
            f"offer{one.pk}": forms.IntegerField(
                label=f"{one.title}, {offering.price(one, self.seller.currency)}",
                min_value=0,
                max_value=MOST,
                required=False,
                widget=forms.NumberInput(attrs={"class": "short"}),
            )
            for one in self.offers
        }
        self.base_fields = {**self.base_fields, **counts}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())

    def clean(self) -> dict[str, Any]:
        """Ask for something to be ordered."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.basket.entries:
            raise ValidationError(_("Write how many beside at least one offer."))
        return data

    def clean_off(self) -> int:
        """Return what is taken off, in the smallest unit."""
        return amount_read(str(self.cleaned_data["off"]) or "0", self.seller.currency)

    @property
    def counts(self) -> list[forms.BoundField]:
        """The fields for how many of each offer."""
        return [self[f"offer{one.pk}"] for one in self.offers]

    @property
    def basket(self) -> Basket:
        """What was chosen."""
        chosen = ((one.slug, self.cleaned_data.get(f"offer{one.pk}") or 0) for one in self.offers)
        return baskets.read(baskets.code((slug, count) for slug, count in chosen if count))

    @property
    def wanted(self) -> ordering.Wanted:
        """The order, as a form of the shop would say it."""
        basket, off = self.basket, Money(self.cleaned_data["off"], self.seller.currency)
        whole = basket.add_up().gross
        return ordering.Wanted(
            basket=basket,
            once=self.cleaned_data["once"],
            shown=whole - min(off, whole),
            off=off,
            address=self.cleaned_data["address"],
            by_staff=True,
        )


def again(order: Order) -> bool:
    """Write the newest letter about an order once more: how it is paid, or where what was bought is. At most
    one an hour, however often it is asked for; return whether there was one to write."""
    order.giving = Giving.objects.select_related("person").get(pk=order.giving_id)
    with gate.using("purchases.serve", what="purchases.again"):
        hour = timezone.now().strftime("%Y%m%d%H")
        if order.state == State.WAITING:
            to_pay = letters.to_pay_by_card if order.way == "card" else letters.to_pay
            to_pay(order, f":again:{hour}")
        elif order.state == State.PAID:
            letters.paid(order, suffix=f":again:{hour}")
        else:
            return False
    return True
