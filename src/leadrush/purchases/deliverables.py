"""What rooms deliver when something was bought. Rooms register; none knows another, and this knows none.

    purchases.deliverable(Deliverable("guides.guide", _("A guide"), choices=..., opens=...))

Access is a row, made in the transaction in which an order is paid. A room is called by `granted` and
`taken_back` where more has to happen. What there are few of is the room's to count (`left`), to keep for an
order that waits (`demand`, `hold`) and to let go when it ends unpaid (`freed`): no second number stands
beside its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from leadrush.purchases.models import Access
    from leadrush.vault.arriving import Met

Words = str | Promise


@dataclass(frozen=True)
class Opened:
    """How a person has what they bought: a link with its words, or words alone."""

    title: str
    url: str = ""
    words: str = ""


@dataclass(frozen=True)
class Buyer:
    """For whom something is kept, in the transaction of their order: their row is held. `address` is what the
    form said, empty for somebody signed in or known; `confirmed` says that they showed who they are."""

    met: Met
    address: str
    confirmed: bool


class SoldOut(ValueError):
    """There is none left, or it cannot be had any more; the message says so, to the buyer."""


def _nothing(_access: Access) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Deliverable:
    """One kind of thing that can be bought.

    `choices` yields (key, title) of what there is to put into an offer; without it nothing is chosen.
    `opens` says how it is had, for a page; it may read public words only. `by_post` asks for an address.
    `paused` tells that a payment is missing, or is here again: `access.paused_at` says which.
    `digital` things cannot be sent back once they were opened, so the buyer says whether to open at once.

    For what there are few of: `left` counts those that can still be had (None: no limit), in a use of its
    own. `demand` holds what is counted until the transaction ends, and raises `SoldOut`; it knows no person,
    so that the answer is the same for everybody. `hold` then keeps one for a buyer until `granted` or
    `freed`; once for a person, so `one_each` says that nobody buys two. `until` is the moment after which it
    is of no use, so that nobody is asked to pay later. `clauses` are those under which the room takes
    something of a buyer.
    """

    code: str
    title: Words
    choices: Callable[[], Iterable[tuple[str, str]]] | None = None
    opens: Callable[[str], Opened | None] | None = None
    granted: Callable[[Access], object] = _nothing
    taken_back: Callable[[Access], object] = _nothing
    paused: Callable[[Access], object] = _nothing
    by_post: bool = False
    digital: bool = False
    left: Callable[[str], int | None] | None = None
    demand: Callable[[str], object] | None = None
    hold: Callable[[str, Buyer], object] | None = None
    freed: Callable[[str, uuid.UUID], object] | None = None
    until: Callable[[str], datetime | None] | None = None
    one_each: bool = False
    clauses: tuple[str, ...] = ()


_all: dict[str, Deliverable] = {}


def deliverable(one: Deliverable) -> None:
    """Register what a room delivers; called once, when the app is ready."""
    _all[one.code] = one


def of(code: str) -> Deliverable | None:
    """Return what is registered under a code, or None where its room is gone."""
    return _all.get(code)


def all() -> list[Deliverable]:
    """Return everything that can be delivered, in the order in which rooms registered it."""
    return list(_all.values())
