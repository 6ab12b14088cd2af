"""How this room stands in the menus, and how its uses are told on “What we hold about you”."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from leadrush import ledger, vault
from leadrush.console import overview, screens
from leadrush.live import occasions
from leadrush.look import blocks, menu, searching, sitemap
from leadrush.media import films
from leadrush.purchases.deliverables import Deliverable, deliverable
from leadrush.vault import ending, rights
from leadrush.vault.models import Giving
from leadrush.webinars import live, measuring, planning, registering, selling
from leadrush.webinars.models import Seen, Webinar

DEEDS = {
    "webinars.confirmation": _("to confirm your seat"),
    "webinars.waiting": _("to tell you your place in the line"),
    "webinars.helping": _("to tell you that you hold a webinar with its host"),
    "webinars.moved_up": _("to tell you that a seat came free"),
    "webinars.reminder": _("to remind you of a webinar"),
    "webinars.moved": _("to tell you of a new time"),
    "webinars.cancelled": _("to tell you that a webinar was cancelled"),
    "webinars.given_up": _("to say that your seat is free again"),
    "webinars.announcement": _("to tell you of a later webinar, as you asked"),
    "webinars.registrants": _("to see who comes to a webinar"),
    "webinars.form": _("to show you which address a form will use"),
    "webinars.register": _("to keep you a seat"),
}


def register() -> None:
    """Register words, screens and figures; called once, when the app is ready."""
    for code, words in DEEDS.items():
        ledger.deed(code, words)
    ledger.program("webinars.mail", _("The webinar program"))
    ledger.program("webinars.tell", _("The reminder program"))
    ledger.subject("webinars.webinar", titles)
    rights.form("webinars.register", _("Form “Keep me a seat”"))
    rights.answers("webinars.register", yes=it_was_me, no=it_was_not_me)
    rights.form(selling.BOUGHT, _("Form “Pay and order”, for a seat"))
    rights.answers(selling.BOUGHT, yes=it_was_me, no=it_was_not_me)
    deliverable(
        Deliverable(
            code=selling.SEAT,
            title=_("A seat in a webinar"),
            choices=selling.to_choose,
            opens=selling.opens,
            granted=selling.granted,
            taken_back=selling.taken_back,
            left=selling.left,
            demand=selling.demand,
            hold=selling.hold,
            freed=selling.freed,
            until=selling.until,
            one_each=True,
            clauses=(registering.CLAUSE,),
        )
    )
    rights.form("webinars.host", _("Form “Who you are as a host”"))
    rights.form("webinars.no_more", _("The link that ends news of webinars"))
    rights.batches(Seen, "entry")
    for clause in (registering.CLAUSE, registering.LATER):
        ending.register(clause, planning.ends)
    measuring.register()
    occasions.register(live.PREFIX, live.Webinars())
    films.can(films.Deed(_("Show it at set hours"), repeats_of, "host"))
    menu.register(_("Webinars"), "webinars:list", 10, clause=registering.CLAUSE)
    menu.register_foot(_("Webinars"), "webinars:list", 10, clause=registering.CLAUSE)

    from leadrush.webinars import figures, shown

    blocks.register("webinars.next", _("The next webinars"), "webinars/next.html", shown.next_ones)
    sitemap.register("webinars", shown.addresses)
    searching.register("webinars", shown.found)

    screens.register(
        screens.Screen(
            "webinars",
            _("Webinars"),
            "webinars:desk",
            "host",
            figures.how_many,
            order=40,
            also=(f"/console/live/{live.PREFIX}:",),
        )
    )
    overview.listing(
        "webinars.next",
        _("Next webinars"),
        figures.next_ones,
        use="webinars.host",
        empty=(_("No webinar is planned"), _("The next ones stand here, with their seats.")),
        more=(_("Plan one"), "webinars:plan"),
        order=50,
    )


def _seat_of(giving: Giving) -> Webinar | None:
    """Return the webinar whose seat a giving asked for; None for the yes that was ticked beside it."""
    if giving.clause != registering.CLAUSE:
        return None
    return Webinar.objects.filter(pk=giving.about.rpartition(":")[2] or 0).first()


def it_was_me(giving: Giving) -> None:
    """Confirm a form as its mail's link does: the seat, and what was ticked beside it."""
    webinar = _seat_of(giving)
    if webinar is None:
        vault.confirm(
            giving=giving, lapses_at=None if giving.clause == registering.LATER else giving.lapses_at
        )
    else:
        registering.it_was_me(webinar=webinar, giving=giving)


def it_was_not_me(giving: Giving) -> None:
    """Erase what a form gave, as its mail's link does."""
    webinar = _seat_of(giving)
    if webinar is None:
        vault.end(giving)
    else:
        registering.it_was_not_me(webinar=webinar, giving=giving)


def repeats_of(about: str) -> str:
    """Return the path at which a film is shown at set hours."""
    return f"{reverse('webinars:repeats')}?{urlencode({'film': about})}"


def titles(ids: list[str]) -> dict[str, str]:
    """Return the titles of webinars, by id."""
    known = Webinar.objects.filter(pk__in=[i for i in ids if i.isdecimal()]).values_list("pk", "title")
    return {str(pk): title for pk, title in known}
