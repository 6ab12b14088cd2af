"""The back office's doors of importing: a folder by script, file after file; or one ZIP, in one piece.

Both are shown as what they would become before anything is made. A folder stays in the browser until then. A
ZIP is kept as a file of the business meanwhile, and let go when it was made.
"""

from __future__ import annotations

import json
from typing import IO, Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from leadrush import console, gate
from leadrush.media import keeping
from leadrush.media.contents import ZIP
from leadrush.media.models import File, shelf
from leadrush.training import bringing, importing
from leadrush.training.building import CannotBuild
from leadrush.training.importing import Entry, Part, Plan
from leadrush.training.models import Training
from leadrush.training.staff_archives import Archive

SALT = "leadrush.training.import"
LISTING = 8 << 20
"""Bytes that a listing may have: names, and the texts among the files."""


@console.staff("host")
@gate.door(None, why="shows what a folder would become, and makes lessons of a ZIP; nobody is in it")
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what a ZIP would become; then make it."""
    training = get_object_or_404(Training, pk=pk)
    if request.method == "POST" and request.POST.get("kept"):
        return _made(request, training, request.POST["kept"])
    if request.method != "POST":
        return _shown(request, training)
    upload = request.FILES.get("archive")
    if upload is None:
        return _shown(request, training, wrong=_("Choose a ZIP."))
    try:
        file = keeping.keep(upload, (ZIP,))
        with shelf().open(file.place) as there:
            planned, archive = _read(there, training)
    except ValidationError as wrong:
        return _shown(request, training, wrong=" ".join(wrong.messages))
    if not planned.count:
        keeping.let_go(file)
        return _shown(request, training, planned, wrong=_("There is nothing in it that becomes a lesson."))
    kept = signing.dumps([training.pk, file.pk], salt=SALT)
    return _shown(request, training, planned, kept=kept, links=archive.links)


def _read(there: IO[bytes], training: Training) -> tuple[Plan, Archive]:
    archive = Archive(there)
    return importing.plan(archive.entries(), training), archive


def _shown(
    request: HttpRequest,
    training: Training,
    planned: Plan | None = None,
    *,
    wrong: str = "",
    **more: Any,
) -> HttpResponse:
    context = {"training": training, "plan": planned, "wrong": wrong, "most": settings.MAX_BODY >> 20, **more}
    status = 422 if wrong else 200
    return TemplateResponse(request, "training/console/import.html", context, status=status)


def _made(request: HttpRequest, training: Training, kept: str) -> HttpResponseBase:
    try:
        whose, key = signing.loads(kept, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        whose, key = 0, 0
    file = File.objects.filter(pk=key).first() if whose == training.pk else None
    if file is None:
        # Pressed twice, most likely: what was in it has been made, and it is let go.
        messages.info(request, _("This ZIP is no longer here. If it was made already, it stands below."))
        return HttpResponseRedirect(reverse("training:build", args=[training.pk]))
    try:
        with shelf().open(file.place) as there:
            planned, archive = _read(there, training)
            left = bringing.make(training, planned, archive)
    except (ValidationError, CannotBuild, FileNotFoundError) as wrong:
        said = " ".join(wrong.messages) if isinstance(wrong, ValidationError) else str(wrong)
        return _shown(request, training, wrong=said)
    keeping.let_go(file)
    messages.success(request, made_words(planned.new))
    if left:
        return _shown(request, training, left=left)
    return HttpResponseRedirect(reverse("training:build", args=[training.pk]))


def made_words(count: int) -> str:
    """Say how many lessons were made."""
    if not count:
        return _("All of it was there already. Nothing was added twice.")
    return ngettext("%(count)d lesson is made.", "%(count)d lessons are made.", count) % {"count": count}


@console.staff("host")
@gate.door(None, why="shows what a folder would become; nobody is in it")
@require_POST
def look_at(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a folder would become: `listing` is a JSON file of its files, [{path, size, text}]."""
    training = get_object_or_404(Training, pk=pk)
    listing = request.FILES.get("listing")
    try:
        if listing is None or (listing.size or 0) > LISTING:
            raise ValueError
        entries = [_entry(one) for one in json.loads(listing.read())]
    except (ValueError, KeyError, TypeError, RecursionError):
        words = _("This folder’s texts are too much at once, or its list cannot be read. Import it in parts.")
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
    context = {"training": training, "plan": importing.plan(entries, training), "folder": True}
    return TemplateResponse(request, "training/console/plan.html", context)


def _entry(said: dict[str, Any]) -> Entry:
    path, size, text = said["path"], said["size"], said.get("text")
    if not isinstance(path, str) or not path or not isinstance(size, int) or not isinstance(text, str | None):
        raise ValueError
    return Entry(path[:500], size, None if text is None else text.replace("\x00", ""))


@console.staff("host")
@gate.door(None, why="takes a file of the business for a lesson; nobody is in it")
@require_POST
def bring_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one file of a folder: its path, kind and language, and the titles of its module and lesson.

    Answers JSON: `said` is a sentence where something was left as it is, `wrong` one where it was not taken.
    """
    training = get_object_or_404(Training, pk=pk)
    upload = request.FILES.get("file")
    asked = {
        name: request.POST.get(name, "")[:500] for name in ("path", "kind", "language", "module", "lesson")
    }
    if upload is None or asked["kind"] not in importing.ORDER or not asked["path"]:
        return JsonResponse({"wrong": _("This file did not arrive. Choose the folder again.")}, status=422)
    part = Part(asked["path"], asked["kind"], upload.size or 0, asked["language"][:12])
    try:
        said = bringing.bring(training, asked["module"], asked["lesson"], part, upload)
    except ValidationError as wrong:
        return JsonResponse({"wrong": " ".join(wrong.messages)}, status=422)
    except CannotBuild as wrong:
        return JsonResponse({"wrong": str(wrong)}, status=422)
    return JsonResponse({"said": said})
