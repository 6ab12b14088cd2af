"""Purchases: offers, orders, payment and invoices; what was bought is delivered the moment it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrush.late import late

if TYPE_CHECKING:
    from leadrush.purchases.deliverables import deliverable
    from leadrush.purchases.offering import offers_of

__all__ = ["deliverable", "offers_of"]

__getattr__ = late(__name__, {"deliverable": "deliverables", "offers_of": "offering"})
