"""What rooms deliver when something was bought. Rooms register; none knows another, and this knows none.

    purchases.deliverable(Deliverable("guides.guide", _("A guide"), choices=..., opens=...))

Access is a row, made in the transaction in which an order is paid. A room is called by `granted` and
`taken_back` where more has to happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from leadrush.purchases.models import Access

Words = str | Promise


@dataclass(frozen=True)
class Opened:
    """How a person has what they bought: a link with its words, or words alone."""

    title: str
    url: str = ""
    words: str = ""


def _nothing(_access: Access) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Deliverable:
    """One kind of thing that can be bought.

    `choices` yields (key, title) of what there is to put into an offer; without it nothing is chosen.
    `opens` says how it is had, for a page; it may read public words only. `by_post` asks for an address.
    `digital` things cannot be sent back once they were opened, so the buyer says whether to open at once.
    """

    code: str
    title: Words
    choices: Callable[[], Iterable[tuple[str, str]]] | None = None
    opens: Callable[[str], Opened | None] | None = None
    granted: Callable[[Access], object] = _nothing
    taken_back: Callable[[Access], object] = _nothing
    by_post: bool = False
    digital: bool = False


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
