"""A learner's own pages: their trainings, their notes, their settings, their group's hours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate
from leadrush.people.proving import signed_in
from leadrush.training import calendars, courses, noting, places, telling
from leadrush.training.forms import NoteForm
from leadrush.training.models import Certificate, Enrolment, Lesson, Live, Note
from leadrush.training.views.having import Elsewhere, mine
from leadrush.vault.models import Person


def whose(request: HttpRequest) -> Person:
    """Return the person who is signed in."""
    assert isinstance(request.user, Person)
    return request.user


@signed_in
@gate.door("training.learn", what="training.own")
@require_safe
def own(request: HttpRequest) -> HttpResponseBase:
    """Show somebody the trainings that they have, each with how far they are, and their certificates."""
    person = whose(request)
    rows = Enrolment.objects.filter(person=person).select_related("training", "cohort", "giving")
    found = [courses.read(one.training, one) for one in rows.order_by("-pk")[:50]]
    certificates = list(Certificate.objects.filter(person=person).order_by("-pk"))
    return TemplateResponse(request, "training/own.html", {"courses": found, "certificates": certificates})


@signed_in
@gate.door("training.learn", what="training.notes")
@require_safe
def notes(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show somebody all their notes in a training, those in lessons that were taken out, too."""
    try:
        course = mine(request, slug)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    lessons = list(Lesson.objects.of(course.training))
    written = noting.of(whose(request), lessons)
    by_lesson = [
        (lesson, [one for one in written if one.note.lesson_id == lesson.pk])
        for lesson in lessons
        if any(one.note.lesson_id == lesson.pk for one in written)
    ]
    if request.GET.get("as") == "text":
        return _as_text(slug, by_lesson)
    context = {"course": course, "notes": by_lesson, "count": len(written)}
    return TemplateResponse(request, "training/notes.html", context)


def _as_text(slug: str, by_lesson: list[tuple[Lesson, list[noting.Written]]]) -> HttpResponseBase:
    lines: list[str] = []
    for lesson, written in by_lesson:
        lines += [lesson.title, "=" * len(lesson.title), ""]
        lines += [f"{one.clock}\t{one.words}" if one.clock else one.words for one in written]
        lines.append("")
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-notes.txt"'
    response["Cache-Control"] = "private, no-store"
    return response


@signed_in
@gate.door("training.learn", what="training.note")
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let somebody change one of their notes, or erase it."""
    rows = Note.objects.filter(person=whose(request)).select_related("lesson__module__training", "person")
    found: Note = get_object_or_404(rows, pk=pk)
    back = reverse("training:notes", args=[found.lesson.module.training.slug])
    if request.method == "POST" and request.POST.get("act") == "erase":
        noting.erase(found)
        return HttpResponseRedirect(back)
    (written,) = [one for one in noting.of(whose(request), [found.lesson]) if one.note.pk == found.pk]
    form = NoteForm(request.POST or None, initial={"words": written.words})
    if request.method == "POST" and form.is_valid():
        noting.change(found, form.cleaned_data["words"])
        return HttpResponseRedirect(back)
    context = {"form": form, "written": written, "lesson": found.lesson, "back": back}
    return TemplateResponse(request, "training/note.html", context, status=422 if form.errors else 200)


@signed_in
@gate.door("training.learn", what="training.settings")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show somebody what we do for them in a training, with the switches for what they may ask for."""
    try:
        course = mine(request, slug)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    enrolment = course.enrolment
    assert enrolment is not None
    if request.method == "POST":
        places.remember(enrolment, on="place" in request.POST)
        telling.ask(enrolment, on="tells" in request.POST)
        return HttpResponseRedirect(reverse("training:settings", args=[slug]))
    context = {"course": course, "erase_key": f"{Enrolment._meta.label_lower}:{enrolment.pk}"}
    return TemplateResponse(request, "training/settings.html", context)


@signed_in
@gate.door("training.learn", what="training.own")
@require_safe
def meeting(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """Give an hour of somebody's own group as a calendar file."""
    try:
        course = mine(request, slug)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    assert course.enrolment is not None
    found = get_object_or_404(Live, pk=pk, cohort=course.enrolment.cohort_id)
    text = calendars.calendar(course.training, found)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8; method=PUBLISH")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{found.pk}.ics"'
    return response
