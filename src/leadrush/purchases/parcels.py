"""Where parcels go: sealed, on a giving of its own, which lapses some days after the parcel was sent."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from leadrush import gate, statement, vault
from leadrush.gate.versions import version_of
from leadrush.purchases.models import Order, Parcel
from leadrush.statement import Version
from leadrush.vault.models import Giving

USE = "purchases.ship"
CATEGORY = "lr:Destination"


def days_kept(given: Version | None = None) -> int:
    """Return for how many days after it was sent a parcel's destination is kept. Clause `purchase-parcel`."""
    force = gate.force()
    return statement.kept(given=given or force, force=force, needs=[(CATEGORY, USE)]).get("parcel", 0)


def keep(order: Order, giving: Giving, destination: Mapping[str, str]) -> None:
    """Seal where an order's parcel goes."""
    text = json.dumps({name: said for name, said in destination.items() if said}, ensure_ascii=False)
    with gate.using(USE, what="purchases.order"):
        Parcel.objects.create(
            person=giving.person,
            giving=giving,
            order=order,
            sealed=vault.seal(giving.person_id, text, Parcel.CONTEXT, giving=giving),
        )


def of(order: Order) -> Parcel | None:
    """Return the parcel of an order, under the use in force; None where there is none, or it was erased."""
    return Parcel.objects.filter(order=order).select_related("giving__person").first()


def destination(parcel: Parcel, what: str) -> dict[str, str]:
    """Open where a parcel goes, under `purchases.ship`; written down like every opening."""
    (found,) = destinations([parcel], what)
    return found


def destinations(some: Sequence[Parcel], what: str) -> list[dict[str, str]]:
    """Open where several parcels go, in their order; one entry says for what, and each person sees it."""
    texts = vault.unseal(
        [(parcel.person_id, parcel.sealed) for parcel in some],
        context=Parcel.CONTEXT,
        category=CATEGORY,
        what=what,
        each=True,
    )
    return [dict(json.loads(text)) for text in texts]


def lost(words: str) -> str:
    """Return what stands in the place of a destination that was lost in a restore."""
    return json.dumps({"name": words}, ensure_ascii=False)


def followed(parcel: Parcel, what: str) -> str:
    """Open by what a parcel is followed, under the use in force; empty where there is nothing."""
    if not parcel.tracking:
        return ""
    sealed = [(parcel.person_id, parcel.tracking)]
    (text,) = vault.unseal(sealed, context=Parcel.TRACKING, category=CATEGORY, what=what)
    return text


def sent(parcel: Parcel, tracking: str) -> None:
    """Note that a parcel was sent; where it went is erased on the day that the statement says."""
    now = timezone.now()
    parcel.sent_at = now
    if tracking:
        # The carrier's number, which may look like a card's.
        parcel.tracking = vault.seal(
            parcel.person_id, tracking, Parcel.TRACKING, giving=parcel.giving, ours=True
        )
    parcel.save(update_fields=["sent_at", "tracking"])
    days = days_kept(version_of(parcel.giving.version_id))
    Giving.objects.filter(pk=parcel.giving_id).update(lapses_at=now + timedelta(days=days))


def ends(givings: Sequence[Giving]) -> dict[uuid.UUID, datetime]:
    """Return the latest end of each giving of a parcel that was sent."""
    with gate.using("house.keep", what="purchases.ends"):
        sent_at = dict(
            Parcel.objects.filter(giving__in=givings, sent_at__isnull=False).values_list("giving", "sent_at")
        )
    return {
        giving.pk: sent_at[giving.pk] + timedelta(days=days_kept(version_of(giving.version_id)))
        for giving in givings
        if giving.pk in sent_at
    }
