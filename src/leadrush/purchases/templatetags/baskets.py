"""Addresses of baskets: with one more in it, or with one less."""

from __future__ import annotations

from django import template
from django.urls import reverse

from leadrush.purchases import baskets
from leadrush.purchases.baskets import Basket
from leadrush.purchases.models import Offer

register = template.Library()


@register.simple_tag
def out_of(basket: Basket, offer: Offer) -> str:
    """Return the address of a basket without an offer."""
    return _address(basket, basket.without(offer))


@register.simple_tag
def with_in(basket: Basket, offer: Offer) -> str:
    """Return the address of a basket with an offer more."""
    entries = [(one.offer.slug, one.count) for one in basket.entries]
    return _address(basket, baskets.code([*entries, (offer.slug, 1)]))


def _address(basket: Basket, code: str) -> str:
    asked = "" if basket.currency == basket.seller.currency else f"?currency={basket.currency}"
    return reverse("purchases:pay", args=[code]) + asked
