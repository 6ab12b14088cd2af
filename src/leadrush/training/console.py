"""The back office's doors of trainings: the desk, what a training is about, and its outline."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import console, gate
from leadrush.training import building, releasing
from leadrush.training.building import CannotBuild, Outline
from leadrush.training.models import Lesson, Module, Training
from leadrush.training.staff_forms import TitleForm, TrainingForm

BUTTONS = {"up", "down", "over", "back"}


@console.staff("host")
@gate.door(None, why="lists trainings and how many lessons they have; nobody is in it")
@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show every training."""
    standing = Q(modules__lessons__isnull=False, modules__lessons__removed_at=None)
    trainings = Training.objects.annotate(count=Count("modules__lessons", filter=standing, distinct=True))
    return TemplateResponse(request, "training/console/desk.html", {"trainings": trainings})


@console.staff("host")
@gate.door(None, why="makes a training, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponseBase:
    """Begin a training; it is a draft."""
    return _built(request, Training())


@console.staff("host")
@gate.door(None, why="changes what a training is about, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def build(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a training's facts and outline; change its facts."""
    return _built(request, get_object_or_404(Training, pk=pk))


def _built(request: HttpRequest, training: Training) -> HttpResponseBase:
    sent = request.method == "POST"
    form = TrainingForm(request.POST if sent else None, request.FILES if sent else None, instance=training)
    if sent and form.is_valid():
        fresh = training.pk is None
        saved = form.keep()
        if saved is not None:
            messages.success(request, _("It is a draft. Add its lessons.") if fresh else _("Saved."))
            return HttpResponseRedirect(reverse("training:build", args=[saved.pk]))
    stored = Training.objects.filter(pk=training.pk).first()
    context: dict[str, Any] = {"form": form, "training": stored}
    if stored is not None:
        context |= drawn(building.read(stored), at=request.GET.get("at", ""), by=request.GET.get("by", ""))
    return TemplateResponse(request, "training/console/build.html", context, status=422 if sent else 200)


def drawn(outline: Outline, *, at: str = "", by: str = "", adding: TitleForm | None = None) -> dict[str, Any]:
    """Return what the outline is drawn with: `at` was moved by the button `by`, which keeps the focus."""
    return {
        "outline": outline,
        "training": outline.training,
        "written": building.written(outline.order),
        "missing": releasing.missing(outline),
        "advice": releasing.advice(outline) if outline.lessons else [],
        "at": at,
        "by": by,
        "adding": adding,
    }


@console.staff("host")
@gate.door(None, why="changes the order of lessons, which are about nobody")
@require_POST
def outline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Move, add, rename, take out or bring back. `do` says what, `started` from which outline.

    A whole new order comes as `do=order` with `order`. Answers with the outline alone where a script asks.
    """
    training = get_object_or_404(Training, pk=pk)
    asked, _colon, what = request.POST.get("do", "").partition(":")
    started = request.POST.get("started", "")
    said, at, wrong, adding = "", what, False, None
    try:
        if asked == "order":
            building.arrange(training, building.as_order(request.POST.get("order", "")), started=started)
            at = request.POST.get("moved", "")
        elif asked in BUTTONS:
            building.move(training, what, asked, started=started)
        else:
            said, at, adding = _changed(request, training, asked, what, started)
            wrong = adding is not None
    except CannotBuild as cannot:
        said, wrong = str(cannot), True
    now = building.read(training)
    said = said or building.place_words(now, at)
    if getattr(request, "htmx", False):
        context = drawn(now, at=at, by=asked, adding=adding) | {"said": said, "wrong": wrong}
        return TemplateResponse(request, "training/console/outline.html", context)
    if adding is not None:
        context = {"form": TrainingForm(instance=training), **drawn(now, at=at, by=asked, adding=adding)}
        return TemplateResponse(request, "training/console/build.html", context, status=422)
    (messages.error if wrong else messages.success)(request, said)
    back = reverse("training:build", args=[pk])
    return HttpResponseRedirect(f"{back}?{urlencode({'at': at, 'by': asked})}" if at else back)


def _changed(
    request: HttpRequest, training: Training, asked: str, what: str, started: str
) -> tuple[str, str, TitleForm | None]:
    """Do what a button asks; return what to say, which row keeps the focus, and the form that is wrong."""
    if asked in ("add", "module", "rename"):
        return _titled(request, training, asked, what, started)
    kind, _dash, key = what.partition("-")
    known = int(key) if building.is_key(key) else 0
    if kind == "module" and asked == "out":
        module = get_object_or_404(Module, pk=known, training=training)
        building.take_out_module(module)
        return _("Module “%(title)s” is taken out.") % {"title": module.title}, "", None
    if asked in ("out", "again"):
        lesson = get_object_or_404(
            Lesson.objects.select_related("module"), pk=known, module__training=training
        )
        if asked == "out":
            building.take_out(lesson)
            said = _("“%(title)s” is taken out. It can be brought back below.") % {"title": lesson.title}
            return said, f"module-{lesson.module_id}", None
        building.bring_back(lesson)
        return _("“%(title)s” is back.") % {"title": lesson.title}, what, None
    raise CannotBuild(_("Nothing was done. Press one of the buttons."))


def _titled(
    request: HttpRequest, training: Training, asked: str, what: str, started: str
) -> tuple[str, str, TitleForm | None]:
    key = what.partition("-")[2]
    prefix = f"{asked}-{what}" if what else asked
    form = TitleForm(request.POST, prefix=prefix, auto_id=f"{prefix}_%s")
    if not form.is_valid():
        return _("Write a title of at most 120 characters."), what, form
    title = form.cleaned_data["title"]
    if asked == "module":
        module = building.add_module(training, title, started=started)
        return _("Module “%(title)s” is added.") % {"title": title}, f"module-{module.pk}", None
    module = get_object_or_404(Module, pk=int(key) if building.is_key(key) else 0, training=training)
    if asked == "rename":
        building.rename_module(module, title)
        return _("The module is called “%(title)s” now.") % {"title": title}, what, None
    building.add_lesson(module, title, started=started)
    return _("Lesson “%(title)s” is added.") % {"title": title}, what, None


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.build")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open or close a training; delete a draft that nobody has, or a lesson taken out that nobody used."""
    training = get_object_or_404(Training, pk=pk)
    asked = request.POST.get("do", "")
    try:
        if asked == "open":
            releasing.open_to_all(training)
            messages.success(request, _("It is open. Everybody can see it."))
        elif asked == "close":
            releasing.close(training)
            messages.success(request, _("It is closed. Those who have it go on; nobody new comes."))
        elif asked == "delete" and request.POST.get("sure") == "on":
            releasing.delete_draft(training)
            messages.success(request, _("“%(title)s” is deleted.") % {"title": training.title})
            return HttpResponseRedirect(reverse("training:desk"))
        elif asked.startswith("lesson:"):
            key = asked.partition(":")[2]
            known = int(key) if building.is_key(key) else 0
            lesson = get_object_or_404(Lesson, pk=known, module__training=training)
            releasing.delete_lesson(lesson)
            messages.success(request, _("“%(title)s” is deleted.") % {"title": lesson.title})
        elif asked == "delete":
            messages.error(request, _("Nothing was done. To delete it, tick that you are sure."))
        else:
            messages.error(request, _("Nothing was done. Press one of the buttons."))
    except CannotBuild as cannot:
        messages.error(request, str(cannot))
    return HttpResponseRedirect(reverse("training:build", args=[pk]))


@console.staff("host")
@gate.door(None, why="shows how Markdown will look; keeps nothing")
@require_POST
def prose(request: HttpRequest) -> HttpResponse:
    """Show how the text of a lesson will look."""
    return TemplateResponse(request, "training/console/prose.html", {"text": request.POST.get("body", "")})
