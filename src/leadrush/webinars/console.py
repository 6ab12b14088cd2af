"""The back office's doors: the desk, planning, who comes, and telling those who asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import console, gate
from leadrush.gate import evidence
from leadrush.live import lasting
from leadrush.look import proofs
from leadrush.vault.models import Person
from leadrush.webinars import announcing, attending, figures, helping, hosting, planning, views
from leadrush.webinars.forms import SignUp
from leadrush.webinars.models import Round, Seat, State, Webinar
from leadrush.webinars.plan_forms import HostForm, PlanForm, QuestionForms

ROWS = 50


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.desk")
@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show what is to come, what is being drafted, and what is over, with their seats."""
    now = timezone.now()
    drafts = Webinar.objects.filter(state=State.DRAFT).order_by("starts_at")
    past = Webinar.objects.exclude(state=State.DRAFT).exclude(state=State.OPEN, starts_at__gt=now)
    page = Paginator(past.order_by("-starts_at"), ROWS).get_page(request.GET.get("page"))
    context = {
        "coming": _with_seats(list(planning.coming())),
        "drafts": _with_seats(list(drafts)),
        "past": _with_seats(list(page)),
        "page": page,
    }
    return TemplateResponse(request, "webinars/console/desk.html", context)


def _with_seats(webinars: list[Webinar]) -> list[dict[str, Any]]:
    counts = figures.seats_of(webinars)
    return [
        {
            "webinar": webinar,
            "seats": figures.seats_words(webinar, figures.taken(counts, webinar)),
            "waiting": counts.get((webinar.pk, Seat.WAITING), 0),
        }
        for webinar in webinars
    ]


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponseBase:
    """Plan a webinar; it begins as a draft."""
    return _planned(request, Webinar())


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.plan")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a webinar. A new time is told to everybody who registered."""
    return _planned(request, get_object_or_404(Webinar, pk=pk))


def _planned(request: HttpRequest, webinar: Webinar) -> HttpResponseBase:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = PlanForm(data, files, instance=webinar)
    questions = QuestionForms(data, instance=webinar, prefix="questions")
    status = 200
    if data is not None:
        if form.is_valid() and questions.is_valid():
            try:
                saved = form.keep(questions)
            except planning.CannotChange as cannot:
                form.add_error(None, str(cannot))
            else:
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(reverse("webinars:plan_one", args=[saved.pk]))
        status = 422
    context = {"form": form, "questions": questions, "webinar": webinar, **_state(webinar)}
    return TemplateResponse(request, "webinars/console/plan.html", context, status=status)


def _state(webinar: Webinar) -> dict[str, Any]:
    if webinar.pk is None:
        return {}
    counts = figures.seats_of([webinar])
    return {
        "seated": figures.taken(counts, webinar),
        "in_line": counts.get((webinar.pk, Seat.WAITING), 0),
        "over": webinar.ends_at <= timezone.now(),
        "with_room": lasting.is_open(),
    }


@console.staff("host")
@gate.door("webinars.seats", staff=True, what="webinars.preview")
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a webinar's page as everybody will see it, before it is open."""
    webinar = get_object_or_404(Webinar.objects.prefetch_related("questions"), pk=pk)
    form = SignUp(questions=list(webinar.questions.all()), signed_in=False)
    context = views.shown(webinar) | {"form": form, "preview": True}
    return TemplateResponse(request, "webinars/page.html", context)


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.plan")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Publish or cancel a webinar."""
    webinar = get_object_or_404(Webinar, pk=pk)
    why = " ".join(request.POST.get("why", "").split())
    try:
        if request.POST.get("do") == "publish":
            planning.publish(webinar)
            messages.success(request, _("It is open. Everybody can see it and register."))
        elif request.POST.get("do") == "cancel" and why:
            planning.cancel(webinar, why=why[:400])
            messages.success(request, _("It is cancelled. Everybody who registered is told why."))
            if webinar.sold:
                messages.warning(
                    request, _("Seats were sold: pay them back, order by order. No money moves by itself.")
                )
        else:
            messages.error(request, _("Nothing was done. To cancel a webinar, say why in a sentence."))
    except planning.CannotChange as cannot:
        messages.error(request, str(cannot))
    return HttpResponseRedirect(reverse("webinars:plan_one", args=[pk]))


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.registrants")
@require_safe
def registrants(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show who comes and who waits. Each look is written down; each person listed sees it on their page."""
    webinar = get_object_or_404(Webinar, pk=pk)
    page = Paginator(attending.listed(webinar), ROWS).get_page(request.GET.get("page"))
    state = _state(webinar)
    before = max(0, (page.start_index() or 1) - 1 - int(state["seated"]))
    context = {
        "webinar": webinar,
        "people": attending.look(webinar, list(page), before=before),
        "page": page,
        **state,
    }
    return TemplateResponse(request, "webinars/console/registrants.html", context)


@console.staff("host")
@gate.door("webinars.host", staff=True, what="webinars.helping")
@require_POST
def helps(request: HttpRequest, pk: int, registration: int) -> HttpResponseBase:
    """Let somebody who comes hold the webinar with its host, or only come."""
    webinar = get_object_or_404(Webinar, pk=pk)
    on = request.POST.get("do") == "help"
    try:
        helping.let(webinar=webinar, registration=registration, on=on)
    except helping.CannotHelp as cannot:
        messages.error(request, str(cannot))
    else:
        told = _("They hold it with you, and are told by letter.")
        messages.success(request, told if on else _("They only come now."))
    return HttpResponseRedirect(reverse("webinars:registrants", args=[pk]))


@console.staff("host")
@gate.door(None, why="counts who asked, in doors of its own, and opens no value")
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show how many asked to hear of it and why not the others; tell them, once."""
    webinar = get_object_or_404(Webinar, pk=pk)
    if request.method == "POST":
        try:
            announcing.announce(webinar)
            messages.success(request, _("The mails are being written. Each asks once more before it leaves."))
        except announcing.CannotTell as cannot:
            messages.error(request, str(cannot))
        return HttpResponseRedirect(reverse("webinars:tell", args=[pk]))
    told = Round.objects.filter(webinar=webinar, kind=Round.Kind.ANNOUNCED).first()
    context = {"webinar": webinar, "reach": announcing.reach(webinar), "told": told}
    return TemplateResponse(request, "webinars/console/tell.html", context)


@console.staff("host")
@gate.door("webinars.show", staff=True, what="webinars.host")
@require_http_methods(["GET", "HEAD", "POST"])
def host(request: HttpRequest) -> HttpResponseBase:
    """Say who you are as a host, or take it back."""
    assert isinstance(request.user, Person)
    if request.method == "POST" and request.POST.get("do") == "take_back":
        hosting.take_back(person=request.user)
        messages.success(request, _("Your name and words are erased."))
        return HttpResponseRedirect(reverse("webinars:host"))
    known = hosting.by(request.user)
    initial = {"name": known.name, "words": known.words} if known else {}
    form = HostForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                hosting.introduce(person=request.user, **form.cleaned_data)
            except evidence.Stopped as stopped:
                form.add_error(None, proofs.refusal(stopped.clause))
            else:
                messages.success(request, _("Saved. It stands on the pages of your webinars."))
                return HttpResponseRedirect(reverse("webinars:host"))
        status = 422
    context = {"form": form, "known": known}
    return TemplateResponse(request, "webinars/console/host.html", context, status=status)
