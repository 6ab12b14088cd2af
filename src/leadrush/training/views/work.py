"""The doors of what somebody answers and hands in."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leadrush import gate
from leadrush.gate import evidence, limits
from leadrush.look import proofs
from leadrush.people.proving import signed_in
from leadrush.training import editions, handing_in, judging, quizzing
from leadrush.training.forms import WorkForm
from leadrush.training.models import Attempt, HandedFile
from leadrush.training.views.having import Elsewhere, mine, open_stop, person_of
from leadrush.training.views.lessons import show
from leadrush.training.views.working import Sent


@gate.door("training.learn", what="training.attempt")
@require_POST
def quiz(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Take the answers of a marked quiz, judged as it was shown."""
    try:
        course = mine(request, slug)
        stop = open_stop(course, lesson)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    assert course.enrolment is not None
    found = getattr(stop.lesson, "quiz", None)
    if found is None:
        raise Http404
    edition = editions.shown(found, request.POST.get("word", ""))
    if edition is None:
        return HttpResponseRedirect(f"{stop.lesson.get_absolute_url()}#quiz")
    once = _number(request.POST.get("once", ""))
    answers, wrong = judging.read(edition.content, request.POST)
    if wrong:
        return show(request, course, stop, status=422, quiz_sent=Sent(edition, answers, wrong, str(once)))
    try:
        attempt = quizzing.hand_over(course.enrolment, edition, answers, once=once)
    except quizzing.NoMore:
        refused = _("All attempts are taken. These answers were not kept.")
        return show(
            request, course, stop, status=409, quiz_sent=Sent(edition, answers, {}, str(once), refused)
        )
    except evidence.Stopped as stopped:
        sent = Sent(edition, answers, {}, str(once), proofs.refusal(stopped.clause))
        return show(request, course, stop, status=503, quiz_sent=sent)
    return HttpResponseRedirect(reverse("training:attempt", args=[attempt.pk]))


def _number(said: str) -> uuid.UUID:
    """Return the number of a form; a new one where it carries none, so that nothing typed is lost."""
    try:
        return uuid.UUID(said)
    except ValueError:
        return uuid.uuid4()


@signed_in
@gate.door("training.learn", what="training.answers")
@require_safe
def attempt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show somebody how their answers were judged, question by question."""
    rows = Attempt.objects.filter(person=person_of(request))
    found = get_object_or_404(rows.select_related("edition", "quiz__lesson__module__training"), pk=pk)
    newest = editions.current(found.quiz)
    result = quizzing.opened(found)
    context = {
        "attempt": found,
        "lesson": found.quiz.lesson,
        "training": found.quiz.lesson.module.training,
        "result": result,
        "judged": [(one, _said(one)) for one in result.judged],
        "changed": newest is not None and newest.pk != found.edition_id,
    }
    return TemplateResponse(request, "training/attempt.html", context)


def _said(one: judging.Judged) -> list[str]:
    """Return an answer in words, as it was chosen."""
    texts = {str(choice["id"]): choice["text"] for choice in one.question["choices"]}
    pairs = {str(choice["id"]): choice["pair"] for choice in one.question["choices"]}
    match one.question["kind"]:
        case "one":
            return [texts.get(str(one.answer), "")] if one.answer else []
        case "many" | "order":
            return [texts.get(str(key), "") for key in one.answer or ()]
        case "match":
            return [
                f"{texts.get(left, '')}: {pairs.get(right, '')}" for left, right in (one.answer or {}).items()
            ]
        case _:
            return [str(one.answer)] if one.answer else []


@gate.door("training.learn", what="training.hand_in")
@require_POST
def hand_in(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Take what somebody hands in."""
    limits.check(request, "training.hand_in", "20/h")
    try:
        course = mine(request, slug)
        stop = open_stop(course, lesson)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    assert course.enrolment is not None
    assignment = getattr(stop.lesson, "assignment", None)
    if assignment is None:
        raise Http404
    form = WorkForm(request.POST, request.FILES, assignment=assignment, auto_id="work_%s")
    if not form.is_valid():
        return show(request, course, stop, status=422, work_form=form)
    said = form.cleaned_data
    try:
        handing_in.hand_in(
            course.enrolment,
            assignment,
            words=said.get("words") or "",
            upload=said.get("file") or None,
            once=said["once"],
        )
    except ValidationError as wrong:
        form.add_error("file", wrong)
        return show(request, course, stop, status=422, work_form=form)
    except evidence.Stopped as stopped:
        form.add_error(None, proofs.refusal(stopped.clause))
        return show(request, course, stop, status=503, work_form=form)
    return HttpResponseRedirect(f"{stop.lesson.get_absolute_url()}#work")


@signed_in
@gate.door("training.learn", what="training.file")
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give somebody back a file that they handed in."""
    found = get_object_or_404(HandedFile.objects.filter(person=person_of(request)), pk=pk)
    return download(handing_in.content(found))


def download(content: handing_in.Content) -> HttpResponse:
    """Return an opened file as something to save, which a browser shows nowhere and runs nowhere."""
    response = HttpResponse(content.data, content_type=content.kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(content.name)}"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
