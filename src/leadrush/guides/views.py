"""The public doors: the list, a guide's page with its form, and the page after it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, vault
from leadrush.gate import evidence, limits
from leadrush.guides import asking, handing, publishing
from leadrush.guides.forms import Asking
from leadrush.guides.models import Edition, Guide, State
from leadrush.look import proofs
from leadrush.purchases import offers_of
from leadrush.purchases.views import shown
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Item, Person
from leadrush.visits import reach

RATES = ("10/m", "60/h")
"""How many forms one place may send."""
ASKED = "guides.asked"


@gate.door(None, why="lists guides, which are about nobody")
@require_safe
def guide_list(request: HttpRequest) -> HttpResponseBase:
    """Show the guides that can be had, newest first."""
    return TemplateResponse(request, "guides/list.html", {"guides": publishing.public()[:100]})


@gate.door("guides.send", what="guides.page")
@require_http_methods(["GET", "HEAD", "POST"])
def guide_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show a guide and its form; send it. The answer to a form is the same for everybody."""
    guide = published(slug)
    person = request.user if isinstance(request.user, Person) else None
    edition = guide.editions.select_related("file").first()
    own = _own(person) if person and guide.state == State.OPEN else None
    form = Asking(request.POST or None, signed_in=own is not None)
    status = 200
    if request.method == "POST":
        for rate in RATES:
            limits.check(request, f"guides.ask {rate}", rate)
        # A form without fields, of whoever is signed in, is sent with its button alone.
        if form.is_valid() or (own is not None and not form.fields):
            try:
                _ask(guide, form, person if own else None)
            except asking.NotOpen as closed:
                form.add_error(None, str(closed))
            except evidence.Stopped as stopped:
                form.add_error(None, proofs.refusal(stopped.clause))
            except ValidationError:
                # Their address went a moment ago, with the last thing that it was given for.
                own, form = None, Asking(request.POST, signed_in=False)
            else:
                reach(request, ASKED)
                return HttpResponseRedirect(
                    reverse("guides:here", args=[slug]) + f"?word={handing.word(guide)}"
                )
        status = 422
    context = {
        "guide": guide,
        "sold": [shown(offer) for offer in offers_of("guides.guide", str(guide.pk))] if guide.is_sold else [],
        "edition": edition,
        "earlier": [one for one in guide.editions.all()[1:] if one.words],
        "form": form,
        "address": _opened(own) if own else "",
        "proof": proofs.of(asking.CLAUSE),
    } | (_taken_at_once(guide, edition))
    return TemplateResponse(request, "guides/page.html", context, status=status)


def _taken_at_once(guide: Guide, edition: Edition | None) -> dict[str, object]:
    """Return the link of a guide that asks for nothing, and what kind of file it is."""
    if edition is None or guide.state != State.OPEN:
        return {}
    shown = handing.shown(guide, edition)
    return shown if guide.is_free_to_take else {"kind": shown["kind"]}


def published(slug: str) -> Guide:
    """Return a guide that everybody may see. Raises `Http404`."""
    guide: Guide = get_object_or_404(Guide.objects.exclude(state=State.DRAFT), slug=slug)
    return guide


def _own(person: Person) -> Item | None:
    """Return the address of whoever is signed in, sealed: their form needs to know only that there is one."""
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="guides.form"):
        return Item.objects.filter(person=person, kind=EMAIL).first()


def _opened(own: Item) -> str:
    """Return the address of whoever is signed in, to show it to them; written down like every opening."""
    with gate.using("rights.own", actor=gate.Actor("person", str(own.person_id)), what="guides.form"):
        return vault.open_items([own])[own.pk]


def _ask(guide: Guide, form: Asking, person: Person | None) -> None:
    asking.ask(guide=guide, address="" if person else form.cleaned_data["email"], person=person)


@gate.door(None, why="gives the guide to whoever has just sent the form; nothing here depends on who")
@require_safe
def here(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the guide at once, and say that a letter is on its way."""
    guide = published(slug)
    if not handing.is_word(guide, request.GET.get("word", "")):
        return HttpResponseRedirect(guide.get_absolute_url())
    try:
        edition = asking.current(guide)
    except asking.NotOpen:
        raise Http404 from None
    return TemplateResponse(request, "guides/here.html", handing.shown(guide, edition) | {"written": True})
