"""A training and its lessons exactly as a learner sees them, before anybody does. Nothing is recorded.

The pages are the learner's own, drawn for a learner who is not there: an enrolment that was never stored.
Their links lead to previews, and their forms to a door that says that this is one.
"""

from __future__ import annotations

import re
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import console, gate
from leadrush.training import courses
from leadrush.training.courses import Course, Stop
from leadrush.training.forms import Asking, NoteForm
from leadrush.training.models import Enrolment, Lesson, Training
from leadrush.training.views import lessons, public, working
from leadrush.vault.models import Person

FORM = re.compile(r"<form\b[^>]*>", re.I)
ACTION = re.compile(r"\s(?:form)?action=(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)
FORMACTION = re.compile(r"\sformaction=\"[^\"]*\"", re.I)


def _nobody(training: Training) -> Enrolment:
    """Return an enrolment of nobody, which is never stored."""
    person = Person(id=uuid.uuid4())
    return Enrolment(training=training, person=person, source=Enrolment.Source.STAFF, opens_at=timezone.now())


def _course(training: Training) -> Course:
    """Return a training as somebody has it who has just begun, with every lesson open."""
    read = courses.read(training, _nobody(training))
    stops = tuple(Stop(stop.lesson, stop.number, False, read.now, True) for stop in read.stops)
    return Course(training, read.enrolment, stops, (), read.now)


@console.staff("host")
@gate.door("training.learn", staff=True, what="training.preview")
@require_http_methods(["GET", "HEAD", "POST"])
def preview_lesson(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a lesson as its learners see it. What is sent from it goes nowhere."""
    if request.method == "POST":
        messages.info(request, _("This is a preview: nothing was recorded for anybody."))
        return HttpResponseRedirect(reverse("training:preview_lesson", args=[pk]))
    lesson = get_object_or_404(Lesson.objects.select_related("module__training"), pk=pk)
    course = _course(lesson.module.training)
    stop = course.stop(pk)
    if stop is None:
        messages.info(request, _("This lesson is taken out: learners do not see it."))
        return HttpResponseRedirect(reverse("training:write_lesson", args=[pk]))
    context = lessons.content(stop.lesson) | {
        "course": course,
        "stop": stop,
        "following": course.after(pk),
        "notes": [],
        "place": None,
        "note_form": NoteForm(auto_id="note_%s"),
        "previewed": reverse("training:write_lesson", args=[pk]),
    }
    context |= working.quiz(course, stop) | working.work(course, stop)
    page = TemplateResponse(request, "training/console/preview_lesson.html", context)
    return _led_back(page.render(), course)


@console.staff("host")
@gate.door("training.learn", staff=True, what="training.preview")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show the page of a training as visitors will see it."""
    if request.method == "POST":
        messages.info(request, _("This is a preview: nothing was recorded for anybody."))
        return HttpResponseRedirect(reverse("training:preview", args=[pk]))
    training = get_object_or_404(Training, pk=pk)
    course = courses.read(training, None)
    context = public.facts(course) | {
        "form": Asking(signed_in=False, groups=public.open_groups(training)),
        "address": "",
        "waits": False,
        "previewed": reverse("training:build", args=[pk]),
    }
    page = TemplateResponse(request, "training/console/preview.html", context)
    return _led_back(page.render(), course)


@console.staff("host")
@gate.door(None, why="gives a lesson's captions to its preview; they are about nobody")
@require_safe
def captions(request: HttpRequest, pk: int, language: str) -> HttpResponseBase:
    """Give a lesson's captions to the player of its preview."""
    lesson = get_object_or_404(Lesson, pk=pk)
    return HttpResponse(lessons.track(lesson, language), content_type="text/vtt; charset=utf-8")


def _led_back(page: HttpResponse, course: Course) -> HttpResponse:
    """Lead a page's forms and links to previews: none of its buttons reaches a door that records."""
    text = page.content.decode()
    # A form without an action goes to the page that it stands on, which is the preview.
    text = FORMACTION.sub("", FORM.sub(lambda found: _aimed(found[0]), text))
    for stop in course.stops:
        own, there = stop.lesson.get_absolute_url(), reverse("training:preview_lesson", args=[stop.lesson.pk])
        text = text.replace(f'href="{escape(own)}"', f'href="{there}"')
        for track in re.findall(rf'src="{re.escape(own)}captions-([\w-]+)\.vtt"', text):
            mine = reverse("training:preview_captions", args=[stop.lesson.pk, track])
            text = text.replace(f'src="{own}captions-{track}.vtt"', f'src="{mine}"')
    page_of_it = escape(course.training.get_absolute_url())
    text = text.replace(
        f'href="{page_of_it}"', f'href="{reverse("training:preview", args=[course.training.pk])}"'
    )
    page.content = text.encode()
    return page


def _aimed(form: str) -> str:
    """Return a form's tag without where it goes, if it is one that is posted."""
    return ACTION.sub("", form) if re.search(r"method=.?post", form, re.I) else form
