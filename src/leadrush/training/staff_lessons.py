"""The back office's doors of one lesson: what it shows, what it asks to be handed in, and how it looks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.training import building
from leadrush.training.models import Assignment, HandIn, Lesson
from leadrush.training.staff_forms import unjudged
from leadrush.training.staff_lesson_forms import AssignmentForm, FileForms, LessonForm


def lesson_or_404(pk: int) -> Lesson:
    """Return a lesson with its module and training."""
    found: Lesson = get_object_or_404(
        Lesson.objects.select_related("module__training", "video", "audio", "quiz", "assignment"), pk=pk
    )
    return found


@console.staff("host")
@gate.door(None, why="changes what a lesson shows, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def write_lesson(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a lesson; or show how its text will look, and keep nothing (`do=preview`)."""
    lesson = lesson_or_404(pk)
    sent = request.method == "POST"
    form = LessonForm(request.POST if sent else None, request.FILES if sent else None, instance=lesson)
    files = FileForms(request.POST if sent else None, instance=lesson, prefix="files")
    shown = sent and request.POST.get("do") == "preview"
    if sent and not shown and form.is_valid() and files.is_valid() and form.keep(files):
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("training:write_lesson", args=[pk]))
    context = {
        "form": form,
        "files": files,
        "previewed": request.POST.get("body", "") if shown else None,
        **_around(lesson_or_404(pk)),
    }
    if shown:
        # What was typed is shown again, and nothing of it is judged yet.
        unjudged(form, files)
    return TemplateResponse(
        request, "training/console/lesson.html", context, status=422 if sent and not shown else 200
    )


def _around(lesson: Lesson) -> dict[str, Any]:
    """Return where a lesson stands: its training, its number, and the lessons beside it."""
    training = lesson.module.training
    lessons = building.read(training).lessons
    keys = [one.pk for one in lessons]
    at = keys.index(lesson.pk) if lesson.pk in keys else None
    return {
        "lesson": lesson,
        "training": training,
        "number": at + 1 if at is not None else None,
        "before": lessons[at - 1] if at else None,
        "after": lessons[at + 1] if at is not None and at + 1 < len(lessons) else None,
        "captions": list(lesson.captions.all()),
    }


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.build")
@require_http_methods(["GET", "HEAD", "POST"])
def write_assignment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say what a lesson asks to be handed in, or that it asks for nothing any more."""
    lesson = lesson_or_404(pk)
    assignment = getattr(lesson, "assignment", None)
    here = HttpResponseRedirect(reverse("training:write_lesson", args=[pk]))
    if request.method == "POST" and request.POST.get("do") == "out":
        if assignment is None or _taken_out(assignment):
            messages.success(request, _("The lesson asks for nothing to be handed in."))
            return here
        messages.error(
            request,
            _("Somebody handed something in for it, so it stays. Change its words, or take the lesson out."),
        )
        return HttpResponseRedirect(reverse("training:write_assignment", args=[pk]))
    form = AssignmentForm(request.POST or None, instance=assignment or Assignment(lesson=lesson))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            # Two that are saved at once are one: the later words stand.
            Lesson.objects.select_for_update().get(pk=pk)
            Assignment.objects.update_or_create(lesson=lesson, defaults=form.cleaned_data)
        messages.success(request, _("Saved."))
        return here
    context = {"form": form, "assignment": assignment, **_around(lesson)}
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "training/console/assignment.html", context, status=status)


def _taken_out(assignment: Assignment) -> bool:
    """Delete an assignment for which nothing was handed in; say whether it is gone."""
    with gate.using("house.keep", actor=gate.current().actor, what="training.build"):
        if HandIn.objects.filter(assignment=assignment).exists():
            return False
    try:
        with transaction.atomic():
            Assignment.objects.filter(pk=assignment.pk).delete()
    except (ProtectedError, IntegrityError):
        return False
    return True
