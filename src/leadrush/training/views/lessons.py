"""A lesson: its page, its tick, its captions and transcript, and the place at which somebody stops."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from leadrush import gate, media
from leadrush.gate import evidence
from leadrush.look import locales, proofs
from leadrush.media import chapters, films, transcripts
from leadrush.media.contents import KINDS
from leadrush.media.films import Film
from leadrush.media.models import File
from leadrush.training import noting, places, ticking
from leadrush.training.courses import Course, Stop
from leadrush.training.forms import NoteForm
from leadrush.training.models import Attempt, Captions, HandIn, Lesson
from leadrush.training.views import working
from leadrush.training.views.having import Elsewhere, course_of, mine, open_stop, person_of, published
from leadrush.vault.models import Person
from leadrush.visits import reach

log = logging.getLogger(__name__)

ROOM = "training"
BEGUN = "training.begun"
LASTS = timedelta(hours=8)
"""How long the link of a video works: longer than anybody sits over one lesson."""


@gate.door("training.learn", what="training.lesson")
@require_safe
def lesson_page(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Show a lesson to whoever has it, or to everybody where it is free; where it is shut, say why."""
    training = published(slug)
    course = course_of(request, training)
    stop = course.stop(lesson)
    if stop is None:
        return _taken_out(request, course, lesson)
    if stop.is_open:
        reach(request, BEGUN)
        return show(request, course, stop)
    if course.enrolment is None:
        try:
            mine(request, slug)
        except Elsewhere as elsewhere:
            return elsewhere.answer
    return TemplateResponse(request, "training/shut.html", {"course": course, "stop": stop})


def show(
    request: HttpRequest, course: Course, stop: Stop, *, status: int = 200, **forms: Any
) -> HttpResponseBase:
    """Draw a lesson. `forms` are those that were sent and have something to put right."""
    person = person_of(request)
    context = content(stop.lesson) | {
        "course": course,
        "stop": stop,
        "following": course.after(stop.lesson.pk),
    }
    if course.is_mine and person is not None:
        context |= _left(course, stop, person) | {"note_form": NoteForm(auto_id="note_%s")}
    context |= working.quiz(course, stop, forms.pop("quiz_sent", None)) | working.work(course, stop)
    return TemplateResponse(request, "training/lesson.html", context | forms, status=status)


@dataclass(frozen=True)
class Track:
    """Captions of a player: their language, what it is called, and the word by which they are fetched."""

    language: str
    label: str
    word: str


FILM, CHAPTERS = "film", "chapters"
"""The words by which what belongs to the film of a live room is fetched; captions of a lesson's own have
their language's."""


def content(lesson: Lesson) -> dict[str, Any]:
    """Return what a lesson is drawn with, whoever looks: links to its files, its captions, what is said.

    A film of a live room is asked for each time: it may have been taken down, or be made again.
    """
    film = films.find(lesson.film) if lesson.film else None
    own = list(lesson.captions.all()) if getattr(lesson, "has_captions", True) else []
    tracks = [Track(one.language, one.label, one.language) for one in own]
    if film and film.transcript and not own:
        tracks = [Track(locales.in_use().language, str(_("Captions")), FILM)]
    said = _said(lesson, own[0].text if own else film.transcript if film else "")
    files = [
        {
            "title": one.title,
            "link": _link(one.file, one.title),
            "kind": KINDS[one.file.kind].title,
            "file": one.file,
        }
        for one in (lesson.files.select_related("file") if getattr(lesson, "has_files", True) else ())
    ]
    return {
        "lesson": lesson,
        "video": _video(lesson, film),
        "chapters": film.chapters if film else (),
        "slides": film.slides if film else (),
        "audio": _link(lesson.audio, lesson.title),
        "tracks": tracks,
        "cues": said,
        "words": transcripts.words_in(said),
        "files": files,
    }


def _video(lesson: Lesson, film: Film | None) -> str:
    if lesson.film:
        return films.link(film) if film else ""
    return _link(lesson.video, lesson.title)


def _said(lesson: Lesson, text: str) -> list[transcripts.Cue]:
    """Return what captions say; nothing where they cannot be read: the video plays on."""
    try:
        return transcripts.cues(text) if text else []
    except ValidationError as bad:
        log.warning("The captions of lesson %s cannot be read: %s", lesson.pk, bad)
        return []


def track(lesson: Lesson, word: str) -> str:
    """Return what a player fetches beside a lesson's film by this word: WebVTT. Raises `Http404`."""
    own = Captions.objects.filter(lesson=lesson, language=word).first()
    film = films.find(lesson.film) if lesson.film and own is None else None
    found = own.text if own else ""
    if film and word == FILM:
        found = film.transcript
    elif film and word == CHAPTERS and film.chapters:
        found = chapters.track(film.chapters, seconds=film.seconds)
    if not found:
        raise Http404
    return found


def _link(file: File | None, title: str) -> str:
    if file is None:
        return ""
    name = f"{slugify(title) or 'file'}.{KINDS[file.kind].ending}"
    return media.link(file, name=name, room=ROOM, lasts=LASTS)


def _left(course: Course, stop: Stop, person: Person) -> dict[str, Any]:
    """Return what somebody left in a lesson: notes, and where they stopped if that is kept here."""
    assert course.enrolment is not None
    return {
        "notes": noting.of(person, [stop.lesson]),
        "place": places.of(course.enrolment, stop.lesson),
    }


def _taken_out(request: HttpRequest, course: Course, lesson: int) -> HttpResponseBase:
    """Show what somebody left in a lesson that was taken out; to others it is not there."""
    person = person_of(request)
    found = get_object_or_404(Lesson.objects.of(course.training).exclude(removed_at=None), pk=lesson)
    if person is None or course.enrolment is None:
        raise Http404
    attempts = Attempt.objects.filter(person=person, quiz__lesson=found).order_by("pk")
    handed = working.handed(HandIn.objects.filter(person=person, assignment__lesson=found))
    context = {
        "course": course,
        "lesson": found,
        "notes": noting.of(person, [found]),
        "attempts": list(attempts),
        "handed": handed,
    }
    return TemplateResponse(request, "training/taken_out.html", context)


@gate.door("training.learn", what="training.tick")
@require_POST
def done(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Tick a lesson, and lead on to the next; or take the tick back."""
    try:
        course = mine(request, slug)
        stop = open_stop(course, lesson)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    assert course.enrolment is not None
    if request.POST.get("act") == "undo":
        ticking.untick(course.enrolment, stop.lesson)
        return HttpResponseRedirect(stop.lesson.get_absolute_url())
    try:
        ticking.tick(course.enrolment, stop.lesson)
    except evidence.Stopped as stopped:
        return show(request, course, stop, status=503, refused=proofs.refusal(stopped.clause))
    following = course.after(lesson)
    last = following is None or course.done + (not stop.ticked) >= course.total
    to = course.training.get_absolute_url() if last else following.lesson.get_absolute_url()  # type: ignore[union-attr]
    return HttpResponseRedirect(to)


@gate.door("training.learn", what="training.place")
@require_POST
def place(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Keep where somebody stopped, if they asked for that; 204 in each case, since a script asks."""
    try:
        course = mine(request, slug)
        stop = open_stop(course, lesson)
    except Elsewhere:
        return HttpResponse(status=403)
    assert course.enrolment is not None
    try:
        seconds = int(float(request.POST.get("seconds", "")))
    except (ValueError, OverflowError):
        return HttpResponse(status=400)
    try:
        places.keep(course.enrolment, stop.lesson, seconds)
    except evidence.Stopped:
        return HttpResponse(status=503)
    return HttpResponse(status=204)


def _seen(request: HttpRequest, slug: str, lesson: int) -> Lesson:
    """Return a lesson whose words whoever is here may read. Raises `Http404`."""
    course = course_of(request, published(slug))
    stop = course.stop(lesson)
    if stop is None or not stop.is_open:
        raise Http404
    return stop.lesson


def _cached(lesson: Lesson) -> str:
    """Return for how long a browser keeps what is said: of a film that may be taken down, not at all."""
    return "private, no-store" if lesson.film else "private, max-age=300"


@gate.door("training.learn", what="training.lesson")
@require_safe
def captions(request: HttpRequest, slug: str, lesson: int, language: str) -> HttpResponseBase:
    """Give a lesson's captions, for the player."""
    seen = _seen(request, slug, lesson)
    response = HttpResponse(track(seen, language), content_type="text/vtt; charset=utf-8")
    response["Cache-Control"] = _cached(seen)
    return response


@gate.door("training.learn", what="training.lesson")
@require_safe
def transcript(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Give what is said in a lesson as plain text."""
    found = _seen(request, slug, lesson)
    said = content(found)["cues"]
    if not said:
        raise Http404
    text = transcripts.plain(said)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{slugify(found.title)}.txt"'
    response["Cache-Control"] = _cached(found)
    return response


# --- notes ------------------------------------------------------------------------------------------------


@gate.door("training.learn", what="training.note")
@require_POST
def note(request: HttpRequest, slug: str, lesson: int) -> HttpResponseBase:
    """Keep a note in a lesson."""
    try:
        course = mine(request, slug)
        stop = open_stop(course, lesson)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    assert course.enrolment is not None
    form = NoteForm(request.POST, auto_id="note_%s")
    if not form.is_valid():
        return show(request, course, stop, status=422, note_form=form)
    said = form.cleaned_data
    try:
        noting.write(course.enrolment, stop.lesson, said["words"], seconds=said["seconds"], once=said["once"])
    except evidence.Stopped as stopped:
        form.add_error(None, proofs.refusal(stopped.clause))
        return show(request, course, stop, status=503, note_form=form)
    return HttpResponseRedirect(f"{stop.lesson.get_absolute_url()}#notes")
