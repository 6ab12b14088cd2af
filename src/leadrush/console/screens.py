"""What stands in the side menu: each part registers its screens, none knows another's.

Register in `AppConfig.ready`. A screen shows for its role and those above it, and is left out while its
address does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django_stubs_ext import StrOrPromise

from leadrush.console.access import ROLES, allows, role_of


@dataclass(frozen=True)
class Screen:
    """A screen of the back office.

    `count` is called while the menu is drawn, inside the door of the page at hand: it may count only what
    every such door can read. None or 0 shows no figure. `also` are beginnings of paths of pages elsewhere
    that belong to it.
    """

    slug: str
    title: StrOrPromise
    url_name: str
    role: str = "reader"
    count: Callable[[], int | None] | None = None
    order: int = 100
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A screen as one page shows it in the side menu."""

    title: StrOrPromise
    url: str
    count: int | None
    current: bool


_screens: dict[str, Screen] = {}


def register(screen: Screen) -> None:
    """Add a screen, or replace the one with the same slug. ValueError for a role that does not exist."""
    if screen.role not in ROLES:
        raise ValueError(f"{screen.role!r} is not one of {', '.join(ROLES)}")
    _screens[screen.slug] = screen


def shown(request: HttpRequest) -> list[Entry]:
    """Return the side menu for whoever is signed in, in order, with the one that the page belongs to."""
    role = role_of(request)
    found: list[tuple[Screen, str]] = []
    for screen in sorted(_screens.values(), key=lambda screen: (screen.order, screen.slug)):
        if not allows(role, screen.role):
            continue
        try:
            found.append((screen, reverse(screen.url_name)))
        except NoReverseMatch:
            continue
    # The longest address that the page's own begins with is where the reader is.
    begins = {start: url for screen, url in found for start in (url, *screen.also)}
    here = begins.get(max((start for start in begins if request.path.startswith(start)), key=len, default=""))
    return [
        Entry(screen.title, url, screen.count() if screen.count else None, url == here)
        for screen, url in found
    ]
