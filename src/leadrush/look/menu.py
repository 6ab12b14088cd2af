"""What stands in the menu and at the foot of every page: each room registers its own, none knows another.

Register in `AppConfig.ready`. An address that does not exist is left out, so that a room may be absent; so is
a room that the statement in force has no clause for yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django_stubs_ext import StrOrPromise

from leadrush.look import marks

Shown = Callable[[HttpRequest], bool]


@dataclass(frozen=True)
class Item:
    """One entry: its words, the name of its address, its place, for whom it is shown, and the clause that it
    stands on, if it stands on one."""

    title: StrOrPromise
    url_name: str
    order: int
    push: bool = False
    post: bool = False
    shown: Shown | None = None
    clause: str = ""


@dataclass(frozen=True)
class Link:
    """An entry as one page shows it."""

    title: StrOrPromise
    url: str
    current: bool
    push: bool
    post: bool


_top: dict[str, Item] = {}
_foot: dict[str, Item] = {}


def register(
    title: StrOrPromise,
    url_name: str,
    order: int = 100,
    *,
    push: bool = False,
    post: bool = False,
    shown: Shown | None = None,
    clause: str = "",
) -> None:
    """Add an entry to the menu, or replace the one with the same address.

    `push` sets it and what follows to the far side (the person's own things); `post` makes it a button
    that acts, such as signing out; `shown(request)` says for whom it is there. With a `clause` it is there
    once that is published.
    """
    _top[url_name] = Item(title, url_name, order, push, post, shown, clause)


def register_foot(
    title: StrOrPromise, url_name: str, order: int = 100, *, shown: Shown | None = None, clause: str = ""
) -> None:
    """Add a link to the foot of every page, or replace the one with the same address."""
    _foot[url_name] = Item(title, url_name, order, shown=shown, clause=clause)


def top(request: HttpRequest | None) -> list[Link]:
    """Return the menu for this request, in order."""
    return _links(_top, request)


def foot(request: HttpRequest | None) -> list[Link]:
    """Return the links at the foot for this request, in order."""
    return _links(_foot, request)


def _links(items: dict[str, Item], request: HttpRequest | None) -> list[Link]:
    found = []
    for item in sorted(items.values(), key=lambda item: (item.order, item.url_name)):
        if item.shown and (request is None or not item.shown(request)):
            continue
        if item.clause and not _is_published(item.clause):
            continue
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        found.append((item, url))
    # The longest address that the page's own begins with is where the reader is.
    path = request.path if request else ""
    here = max((url for _, url in found if url != "/" and path.startswith(url)), key=len, default=None)
    return [Link(item.title, url, url == here, item.push, item.post) for item, url in found]


def _is_published(clause: str) -> bool:
    force = marks.version()
    return force is not None and force.number_of(clause) is not None
