"""The public doors: the list, a webinar's page with its form, the page after it, calendar and picture."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, vault
from leadrush.gate import evidence, limits
from leadrush.live import lasting, rooms
from leadrush.look import proofs
from leadrush.purchases import offers_of
from leadrush.purchases.views import shown as offer_shown
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Item, Person
from leadrush.visits import reach
from leadrush.webinars import (
    calendars,
    hosting,
    measuring,
    planning,
    registering,
    repeating,
    selling,
    times,
    waiting,
)
from leadrush.webinars.forms import SignUp
from leadrush.webinars.models import Picture, Question, State, Webinar

RATES = ("10/m", "60/h")
"""How many forms one place may send."""


@gate.door(None, why="lists webinars, which are about nobody")
@require_safe
def webinar_list(request: HttpRequest) -> HttpResponseBase:
    """Show the webinars to come, next first."""
    return TemplateResponse(request, "webinars/list.html", {"webinars": planning.next_each()[:100]})


@gate.door("webinars.seats", what="webinars.page")
@require_http_methods(["GET", "HEAD", "POST"])
def webinar_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show a webinar and its form; keep a seat. The answer to a form is the same for everybody."""
    webinar = published(slug)
    person = request.user if isinstance(request.user, Person) else None
    own = _own(person) if person and webinar.is_open else None
    form = _form(request, webinar, signed_in=own is not None)
    status = 200
    if request.method == "POST":
        for rate in RATES:
            limits.check(request, f"webinars.register {rate}", rate)
        reach(request, measuring.SENT)
        if form.is_valid():
            try:
                _register(webinar, form, person if own else None)
            except registering.NotOpen as closed:
                form.add_error(None, str(closed))
            except evidence.Stopped as stopped:
                form.add_error(None, proofs.refusal(stopped.clause))
            except ValidationError:
                # Their address went a moment ago, with the last thing that it was given for: the form asks
                # for one, and keeps the rest of what was typed.
                own, form = None, _form(request, webinar, signed_in=False)
            else:
                reach(request, measuring.SEAT)
                return HttpResponseRedirect(reverse("webinars:written", args=[slug]))
        status = 422
    context = shown(webinar) | {
        "form": form,
        "address": _opened(own) if own else "",
        "zone": _asked_zone(request),
        "zones": times.zones() if "zone" in request.GET else (),
        "elsewhere": times.elsewhere(webinar.starts_at, _asked_zone(request)),
    }
    return TemplateResponse(request, "webinars/page.html", context, status=status)


def _form(request: HttpRequest, webinar: Webinar, *, signed_in: bool) -> SignUp:
    return SignUp(
        request.POST or None,
        questions=list(webinar.questions.all()),
        signed_in=signed_in,
        initial={"time_zone": _asked_zone(request)},
    )


def published(slug: str) -> Webinar:
    """Return a webinar that everybody may see, with its questions. Raises `Http404`."""
    public = Webinar.objects.exclude(state=State.DRAFT)
    return get_object_or_404(
        public.prefetch_related(Prefetch("questions", Question.objects.order_by("order", "pk"))), slug=slug
    )


def shown(webinar: Webinar) -> dict[str, Any]:
    """Return what the page of a webinar is drawn with."""
    over = timezone.now() >= webinar.starts_at
    return {
        "webinar": webinar,
        "offers": (
            [offer_shown(offer) for offer in offers_of(selling.SEAT, str(webinar.pk))]
            if webinar.sold and not over
            else []
        ),
        "host": hosting.of(webinar),
        "left": None if over else waiting.left(webinar),
        "over": over,
        "others": repeating.others(webinar),
        "room": rooms.stands(webinar.about) if over and lasting.is_open() else "",
        "erased": times.lapses_at(webinar, confirmed=True),
        "proof": proofs.of(registering.CLAUSE),
    }


def _asked_zone(request: HttpRequest) -> str:
    name = request.GET.get("zone", "")
    return name if times.zone(name) else ""


def _own(person: Person) -> Item | None:
    """Return the address of whoever is signed in, sealed: their form needs to know only that there is one."""
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="webinars.form"):
        return Item.objects.filter(person=person, kind=EMAIL).first()


def _opened(own: Item) -> str:
    """Return the address of whoever is signed in, to show it to them; written down like every opening."""
    with gate.using("rights.own", actor=gate.Actor("person", str(own.person_id)), what="webinars.form"):
        return vault.open_items([own])[own.pk]


def _register(webinar: Webinar, form: SignUp, person: Person | None) -> None:
    registering.register(
        webinar=webinar,
        address="" if person else form.cleaned_data["email"],
        person=person,
        answers=form.answers,
        later=form.cleaned_data.get("later", False),
        time_zone=form.cleaned_data["time_zone"],
    )


@gate.door(None, why="says the same to everybody who sent the form")
@require_safe
def written(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Say that a mail is on its way; nothing here depends on who sent the form."""
    return TemplateResponse(request, "webinars/written.html", {"webinar": published(slug)})


@gate.door(None, why="a calendar entry for everybody")
@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Give the webinar as a calendar file (METHOD:PUBLISH)."""
    webinar = published(slug)
    text = calendars.calendar(webinar, calendars.PUBLISH, at=webinar.changed_at)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = f'attachment; filename="{webinar.slug}.ics"'
    return response


@gate.door(None, why="a picture for everybody")
@require_safe
def picture(request: HttpRequest, slug: str, digest: str) -> HttpResponseBase:
    """Give a webinar's picture; its address changes with it, so a browser may keep it."""
    found = Picture.objects.filter(webinar__slug=slug, digest=digest).exclude(webinar__state=State.DRAFT)
    one = found.first()
    if one is None:
        raise Http404
    response = HttpResponse(bytes(one.webp), content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
