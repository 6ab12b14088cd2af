"""How this room stands in the menus, what it hopes for, and how its uses are told to persons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger
from leadrush.console import screens
from leadrush.guides import asking, handing, publishing
from leadrush.guides.models import Guide, State
from leadrush.guides.views import ASKED
from leadrush.look import blocks, menu, searching, sitemap
from leadrush.look.searching import MOST, Found
from leadrush.media import links as files
from leadrush.purchases.deliverables import Deliverable, deliverable
from leadrush.vault import rights
from leadrush.vault.models import Giving
from leadrush.visits import goals
from leadrush.visits.goals import Step


def register() -> None:
    """Register words, screens and goals; called once, when the app is ready."""
    ledger.deed("guides.copy", _("to send you a guide"))
    ledger.deed("guides.ask", _("to send you a guide"))
    ledger.deed("guides.form", _("to show you which address a form will use"))
    ledger.program("guides.mail", _("The guide program"))
    ledger.subject("guides.guide", titles)
    rights.form(asking.FORM, _("Form “Send me the guide”"))
    rights.answers(asking.FORM, yes=_it_was_me, no=_it_was_not_me)
    menu.register(_("Guides"), "guides:list", 20, clause=asking.CLAUSE)
    menu.register_foot(_("Guides"), "guides:list", 11, clause=asking.CLAUSE)
    blocks.register("guides.newest", _("The newest guides"), "guides/newest.html", newest)
    sitemap.register("guides", addresses)
    searching.register("guides", found)
    screens.register(screens.Screen("guides", _("Guides"), "guides:desk", "host", how_many, order=45))
    goals.goal(handing.TAKEN, _("A guide taken"))
    goals.goal(ASKED, _("A guide asked for"))
    goals.funnel(
        "guides.taken",
        _("From page to guide"),
        Step(_("Opened a guide’s page"), page="/guides/*", lost=_("read, and went no further.")),
        Step(_("A guide asked for"), goal=ASKED, lost=_("asked, and took it from the letter, or not.")),
        Step(_("A guide taken"), goal=handing.TAKEN),
    )
    deliverable(
        Deliverable(
            code="guides.guide",
            title=_("A guide"),
            choices=handing.to_choose,
            opens=handing.bought,
            digital=True,
        )
    )
    files.when_taken(handing.ROOM, handing.taken)


def _it_was_me(giving: Giving) -> None:
    asking.it_was_me(giving=giving)


def _it_was_not_me(giving: Giving) -> None:
    asking.it_was_not_me(giving=giving)


def titles(ids: list[str]) -> dict[str, str]:
    """Return the titles of guides, by id."""
    known = Guide.objects.filter(pk__in=[i for i in ids if i.isdecimal()]).values_list("pk", "title")
    return {str(pk): title for pk, title in known}


def how_many() -> int:
    """Return how many guides can be had."""
    return publishing.public().count()


def newest(request: HttpRequest) -> dict[str, Any] | None:
    """Return the newest guides for an editor's page, or None where none can be had."""
    guides = list(publishing.public()[:3])
    return {"guides": guides} if guides and gate.force().number_of(asking.CLAUSE) is not None else None


def found(words: str) -> Iterator[Found]:
    """Yield the guides that can be had and that have all these words."""
    for guide in publishing.having(words)[:MOST]:
        yield Found(guide.title, guide.get_absolute_url(), guide.lede)


def addresses() -> Iterator[tuple[str, datetime | None]]:
    """Yield the list and every guide that everybody may see, for search engines."""
    yield reverse("guides:list"), None
    for guide in Guide.objects.exclude(state=State.DRAFT).order_by("pk").iterator():
        yield guide.get_absolute_url(), guide.changed_at
