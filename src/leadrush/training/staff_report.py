"""The back office's doors of the report: how far learners come, and what most get wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from leadrush import console, gate
from leadrush.training import counting
from leadrush.training.models import Quiz, Training


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.report")
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show how far learners come and where they stop, in numbers. Nobody's words are opened."""
    training = get_object_or_404(Training, pk=pk)
    context = {
        "training": training,
        "report": counting.report(training),
        "quizzes": counting.quizzes(training),
    }
    return TemplateResponse(request, "training/console/report.html", context)


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.questions")
@require_POST
def questions(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Count which questions most get wrong. Their answers are opened for it, which each of them sees."""
    quiz = get_object_or_404(Quiz.objects.select_related("lesson__module__training"), pk=pk)
    context = {
        "quiz": quiz,
        "lesson": quiz.lesson,
        "training": quiz.lesson.module.training,
        "missed": counting.missed(quiz),
    }
    return TemplateResponse(request, "training/console/questions.html", context)
