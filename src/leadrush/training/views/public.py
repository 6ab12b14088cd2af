"""The list of trainings, the page of each with its form, the page after it, and its picture."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, vault
from leadrush.gate import evidence, limits
from leadrush.live import lasting as live_lasting
from leadrush.look import proofs
from leadrush.look import times as home
from leadrush.purchases import offers_of
from leadrush.purchases.views import shown
from leadrush.training import courses, enrolling
from leadrush.training.forms import Asking
from leadrush.training.models import Cohort, Enrolment, Picture, State, Training
from leadrush.training.views.having import course_of, person_of, published
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Item, Person
from leadrush.visits import reach

RATES = ("10/m", "60/h")
"""How many forms one place may send."""
ASKED = "training.asked"


def public() -> Any:
    """Return the trainings that take people in, newest first, each with how many lessons it has."""
    standing = Q(modules__lessons__removed_at=None)
    return Training.objects.filter(state=State.OPEN).annotate(
        lessons=Count("modules__lessons", filter=standing),
        minutes=Sum("modules__lessons__minutes", filter=standing, default=0),
    )


@gate.door(None, why="lists trainings, which are about nobody")
@require_safe
def training_list(request: HttpRequest) -> HttpResponseBase:
    """Show the trainings that take people in, newest first."""
    return TemplateResponse(request, "training/list.html", {"trainings": public()[:100]})


@gate.door("training.learn", what="training.page")
@require_http_methods(["GET", "HEAD", "POST"])
def training_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show what is in a training and how it is had; give it. A form is answered alike for everybody."""
    training, person = published(slug), person_of(request)
    course = course_of(request, training)
    if course.is_mine and request.method != "POST":
        return TemplateResponse(request, "training/mine.html", {"course": course} | _groups(course))
    if request.method == "POST" and request.POST.get("act") == "claim" and person is not None:
        return _claim(request, training, person)
    own = _own(person) if person else None
    groups = open_groups(training)
    form = Asking(request.POST or None, signed_in=own is not None, groups=groups)
    status = 200
    if request.method == "POST":
        for rate in RATES:
            limits.check(request, f"training.ask {rate}", rate)
        if form.is_valid() or (own is not None and not form.fields):
            try:
                _enrol(training, form, person if own else None)
            except enrolling.NotOpen as closed:
                form.add_error(None, str(closed))
            except evidence.Stopped as stopped:
                form.add_error(None, proofs.refusal(stopped.clause))
            except ValidationError:
                # Their address went a moment ago, with the last thing that it was given for.
                own, form = None, Asking(request.POST, signed_in=False, groups=groups)
            else:
                reach(request, ASKED)
                after = "training:page" if own else "training:written"
                return HttpResponseRedirect(reverse(after, args=[slug]))
        status = 422
    context = facts(course) | {
        "form": form,
        "address": _opened(own) if own else "",
        "waits": person is not None and enrolling.waiting(training, person) is not None,
    }
    return TemplateResponse(request, "training/page.html", context, status=status)


def facts(course: courses.Course) -> dict[str, Any]:
    """Return what the public page of a training is drawn with."""
    training = course.training
    offers = [shown(offer) for offer in offers_of(enrolling.DELIVERABLE, str(training.pk))]
    groups = list(training.cohorts.filter(last_day__gte=home.today()).prefetch_related("lives"))
    for group in groups:
        group.left = enrolling.seats_left(group) if group.seats is not None else None  # type: ignore[attr-defined]
        key = enrolling.key_of(training, group)
        group.offers = [shown(one) for one in offers_of(enrolling.DELIVERABLE, key)]  # type: ignore[attr-defined]
    return {
        "training": training,
        "course": course,
        "picture": Picture.objects.filter(training=training).defer("webp").first(),
        "sold": offers,
        "groups": groups,
        "needed": list(training.needs.exclude(state=State.DRAFT)),
        "proof": proofs.of(enrolling.CLAUSE),
        "free": next((stop for stop in course.stops if stop.lesson.free), None),
    }


def open_groups(training: Training) -> list[Cohort]:
    """Return the groups that people can join now; one whose seats are taken says so when it is chosen."""
    return list(training.cohorts.filter(open=True, last_day__gte=home.today()))


def _groups(course: courses.Course) -> dict[str, Any]:
    cohort = course.enrolment.cohort if course.enrolment else None
    return {
        "cohort": cohort,
        "lives": list(cohort.lives.all()) if cohort else [],
        "with_room": live_lasting.is_open(),
    }


def _claim(request: HttpRequest, training: Training, person: Person) -> HttpResponseBase:
    try:
        enrolling.claim(training, person)
    except evidence.Stopped as stopped:
        course = course_of(request, training)
        context = facts(course) | {"waits": True, "refused": proofs.refusal(stopped.clause)}
        return TemplateResponse(request, "training/page.html", context, status=503)
    return HttpResponseRedirect(training.get_absolute_url())


def _enrol(training: Training, form: Asking, person: Person | None) -> None:
    enrolling.enrol(
        training=training,
        source=Enrolment.Source.FREE,
        address="" if person else form.cleaned_data["email"],
        person=person,
        cohort=form.group,
    )


def _own(person: Person) -> Item | None:
    """Return the address of whoever is signed in, sealed: their form needs to know only that there is one."""
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="training.form"):
        return Item.objects.filter(person=person, kind=EMAIL).first()


def _opened(own: Item) -> str:
    """Return the address of whoever is signed in, to show it to them; written down like every opening."""
    with gate.using("rights.own", actor=gate.Actor("person", str(own.person_id)), what="training.form"):
        return vault.open_items([own])[own.pk]


@gate.door(None, why="says the same to everybody who sent the form")
@require_safe
def written(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Say that a letter is on its way; nothing here depends on who sent the form."""
    return TemplateResponse(request, "training/written.html", {"training": published(slug)})


@gate.door(None, why="a picture for everybody")
@require_safe
def picture(request: HttpRequest, slug: str, digest: str) -> HttpResponseBase:
    """Give a training's picture; its address changes with it, so a browser may keep it."""
    found = Picture.objects.filter(training__slug=slug, digest=digest).exclude(training__state=State.DRAFT)
    one = found.first()
    if one is None:
        raise Http404
    response = HttpResponse(bytes(one.webp), content_type="image/webp")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
