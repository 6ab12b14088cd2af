"""A webinar's page and its form on plain tables: what `webinars.views.webinar_page` does for a visitor."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bench.plain import registering
from bench.plain.models import Host, Registration
from leadrush.gate import limits
from leadrush.webinars import times
from leadrush.webinars.forms import SignUp
from leadrush.webinars.models import Question, Seat, State, Webinar
from leadrush.webinars.views import RATES


@require_http_methods(["GET", "HEAD", "POST"])
def webinar_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show a webinar and its form; keep a seat."""
    webinar = published(slug)
    form = SignUp(
        request.POST or None,
        questions=list(webinar.questions.all()),
        signed_in=False,
        initial={"time_zone": ""},
    )
    if request.method == "POST":
        for rate in RATES:
            limits.check(request, f"webinars.register {rate}", rate)
        if form.is_valid():
            registering.register(
                webinar=webinar,
                address=form.cleaned_data["email"],
                answers=form.answers,
                time_zone=form.cleaned_data["time_zone"],
            )
            return HttpResponseRedirect(reverse("webinars:written", args=[slug]))
    over = timezone.now() >= webinar.starts_at
    context = {
        "webinar": webinar,
        "host": Host.objects.filter(pk=webinar.host_id).first(),
        "left": None if over else left(webinar),
        "over": over,
        "erased": times.lapses_at(webinar, confirmed=True),
        "proof": None,
        "form": form,
        "address": "",
        "zone": "",
        "zones": (),
        "elsewhere": times.elsewhere(webinar.starts_at, ""),
    }
    return TemplateResponse(request, "webinars/page.html", context)


def published(slug: str) -> Webinar:
    """Return a webinar that everybody may see, with its questions."""
    public = Webinar.objects.using("plain").exclude(state=State.DRAFT)
    questions = Question.objects.using("plain").order_by("order", "pk")
    return get_object_or_404(public.prefetch_related(Prefetch("questions", questions)), slug=slug)


def left(webinar: Webinar) -> int | None:
    """Return how many seats are free, or None where there is no limit."""
    if webinar.seats is None:
        return None
    taken: int = Registration.objects.filter(webinar=webinar.pk, state=Seat.SEAT).count()
    return max(0, webinar.seats - taken)
