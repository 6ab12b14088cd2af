"""The back office's doors of a lesson's quiz, and of each of its questions.

What is written here is what the next learner is shown; whoever answered before is judged by what they saw.
"""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.training.models import Lesson, Question, Quiz
from leadrush.training.staff_forms import unjudged
from leadrush.training.staff_lessons import lesson_or_404
from leadrush.training.staff_quiz_forms import MOST, ROWS, QuestionForm, QuizForm, choice_forms

QUESTIONS = 60
"""So many questions one quiz has at most."""


@console.staff("host")
@gate.door(None, why="changes a quiz, which is about nobody; answers are behind other doors")
@require_http_methods(["GET", "HEAD", "POST"])
def write_quiz(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say how a quiz is taken; put its questions in order, or take one or all of them out."""
    lesson = lesson_or_404(pk)
    quiz = getattr(lesson, "quiz", None)
    asked, _colon, what = request.POST.get("do", "").partition(":")
    here = HttpResponseRedirect(reverse("training:write_quiz", args=[pk]))
    if request.method == "POST" and asked in ("up", "down", "out"):
        if quiz is not None and what.isascii() and what.isdecimal() and len(what) < 16:
            messages.success(request, _changed(quiz, asked, int(what)))
        return here
    if request.method == "POST" and asked == "empty":
        if quiz is not None:
            quiz.questions.all().delete()
            # A mark that nobody could reach would keep everybody from the certificate.
            Quiz.objects.filter(pk=quiz.pk).update(marked=False)
        messages.success(request, _("The lesson has no questions any more."))
        return HttpResponseRedirect(reverse("training:write_lesson", args=[pk]))
    form = QuizForm(request.POST or None, instance=quiz or Quiz(lesson=lesson))
    if request.method == "POST" and form.is_valid():
        _kept(lesson, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return here
    context = {
        "form": form,
        "quiz": quiz,
        "questions": list(quiz.questions.prefetch_related("choices")) if quiz else [],
        "lesson": lesson,
        "training": lesson.module.training,
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "training/console/quiz.html", context, status=status)


def _kept(lesson: Lesson, **facts: object) -> Quiz:
    """Return the lesson's quiz, made or changed; two at once are one."""
    with transaction.atomic():
        Lesson.objects.select_for_update().get(pk=lesson.pk)
        quiz, _new = Quiz.objects.update_or_create(lesson=lesson, defaults=facts)
    return quiz


def _changed(quiz: Quiz, asked: str, pk: int) -> str:
    """Move a question or take it out; return what to say."""
    with transaction.atomic():
        Quiz.objects.select_for_update().get(pk=quiz.pk)
        questions = list(quiz.questions.all())
        at = next((at for at, question in enumerate(questions) if question.pk == pk), None)
        if at is None:
            return _("This question is no longer here.")
        if asked == "out":
            questions[at].delete()
            return _("The question is taken out. What was answered before stays as it was.")
        to = at + (1 if asked == "down" else -1)
        if not 0 <= to < len(questions):
            return _("It is the first question.") if to < 0 else _("It is the last question.")
        questions.insert(to, questions.pop(at))
        for place, question in enumerate(questions, 1):
            question.position = place
        Question.objects.bulk_update(questions, ["position"])
    return _("It is question %(at)d of %(of)d now.") % {"at": to + 1, "of": len(questions)}


@console.staff("host")
@gate.door(None, why="adds a question, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Add a question to a lesson's quiz."""
    lesson = lesson_or_404(pk)
    return _asked(request, lesson, Question())


@console.staff("host")
@gate.door(None, why="changes a question, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def write_question(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a question."""
    question = get_object_or_404(Question.objects.select_related("quiz"), pk=pk)
    return _asked(request, lesson_or_404(question.quiz.lesson_id), question)


def _asked(request: HttpRequest, lesson: Lesson, question: Question) -> HttpResponseBase:
    sent = request.method == "POST"
    more = sent and request.POST.get("do") == "more"
    data = request.POST.copy() if sent else None
    if more and data is not None:
        rows = data.get("choices-TOTAL_FORMS", "")
        known = int(rows) if rows.isascii() and rows.isdecimal() and len(rows) < 4 else 0
        data["choices-TOTAL_FORMS"] = str(min(known + 4, MOST))
    form = QuestionForm(data, instance=question)
    choices = choice_forms(ROWS if question.pk is None else 2)(data, instance=question, prefix="choices")
    wanting: list[str] = []
    if sent and not more and form.is_valid() and choices.is_valid():
        wanting = choices.demand(form.cleaned_data["kind"])
        quiz = getattr(lesson, "quiz", None) or _kept(lesson)
        if question.pk is None and quiz.questions.count() >= QUESTIONS:
            wanting.append(_("A quiz has at most 60 questions."))
        if not wanting:
            form.keep(quiz, choices)
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("training:write_quiz", args=[lesson.pk]))
        for words in wanting:
            form.add_error(None, words)
    if more:
        # What was typed is shown again with more rows, and nothing of it is judged yet.
        unjudged(form, choices)
    context = {
        "form": form,
        "choices": choices,
        "question": question,
        "lesson": lesson,
        "training": lesson.module.training,
        "most": MOST,
    }
    status = 422 if sent and not more else 200
    return TemplateResponse(request, "training/console/question.html", context, status=status)
