"""The film of a live room as a lesson: with all that belongs to it, and only while it may be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from leadrush.media import films
from leadrush.media.films import Chapter, Film
from leadrush.media.models import File
from leadrush.training.models import Lesson, Module, Training
from leadrush.training.tests.conftest import CAPTIONS, Teaching, lessons_of
from leadrush.training.tests.staffed import hosting

ABOUT = "tests.film:1"


@dataclass
class Shelf:
    """A room with one film, which is there or not."""

    film: Film | None

    def find(self, about: str) -> Film | None:
        return self.film if about == ABOUT else None

    def all(self) -> Iterable[Film]:
        return [self.film] if self.film else []


@pytest.fixture
def kept(taught: Teaching, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    file = File.objects.create(digest="f" * 64, kind="video/mp4", size=1, place="film.mp4")
    chapters = (Chapter(0, "The map"), Chapter(754, "The <plot>"))
    there = Shelf(
        Film(
            about=ABOUT,
            title="Beds in March",
            file=file,
            seconds=1500,
            chapters=chapters,
            transcript=CAPTIONS,
        )
    )
    monkeypatch.setitem(films._sources, "tests.film", there)
    return there


def test_a_film_becomes_a_lesson_in_two_clicks_with_chapters_captions_and_transcript(
    taught: Teaching, kept: Shelf
) -> None:
    training = taught(lessons=1)
    Lesson.objects.update(free=True)
    module, desk = Module.objects.get(), hosting()
    page = reverse("training:film", args=[ABOUT])
    assert "25 min" in desk.get(page).content.decode()
    for _ in range(2):
        made = desk.post(page, {"title": "Beds in March", "module": f"module-{module.pk}"}, follow=True)
        assert b"The lesson is there." in made.content
    lesson = lessons_of(training)[-1]
    assert (len(lessons_of(training)), lesson.film, lesson.minutes) == (2, ABOUT, 25)
    assert "It is a lesson already" in desk.get(page).content.decode()
    Lesson.objects.update(free=True)
    shown = Client().get(lesson.get_absolute_url()).content.decode()
    assert "film.mp4" in shown and "Put the three next to each other." in shown
    assert "The &lt;plot&gt;" in shown and "12:34" in shown
    own = lesson.get_absolute_url()
    assert f'src="{own}captions-film.vtt"' in shown and f'src="{own}captions-chapters.vtt"' in shown
    assert Client().get(f"{own}captions-film.vtt").content.decode() == CAPTIONS
    assert "00:12:34.000 --> 00:25:00.000" in Client().get(f"{own}captions-chapters.vtt").content.decode()
    assert b"Put the three" in Client().get(f"{own}transcript.txt").content
    assert b"film.mp4" in desk.get(reverse("training:preview_lesson", args=[lesson.pk])).content


def test_while_a_film_may_not_be_shown_its_lesson_says_so_and_gives_nothing_of_it(
    taught: Teaching, kept: Shelf
) -> None:
    lesson = lessons_of(taught(lessons=1))[0]
    Lesson.objects.update(free=True, film=ABOUT, body="Draw your own.")
    kept.film = None
    own = lesson.get_absolute_url()
    shown = Client().get(own).content.decode()
    assert "cannot be shown just now" in shown and "Draw your own." in shown
    assert "<video" not in shown and "Put the three" not in shown
    for name in ("captions-film.vtt", "captions-chapters.vtt", "transcript.txt"):
        assert Client().get(own + name).status_code == 404
    desk = hosting()
    assert desk.get(reverse("training:film", args=[ABOUT])).status_code == 404
    form = desk.get(reverse("training:write_lesson", args=[lesson.pk])).content.decode()
    assert "The one it has, which cannot be shown just now" in form


def test_a_lesson_is_made_in_no_module_that_is_gone_and_by_nobody_who_does_not_teach(
    taught: Teaching, kept: Shelf
) -> None:
    bare = Training.objects.create(slug="bare", title="Bare")
    page, desk = reverse("training:film", args=[ABOUT]), hosting()
    gone = desk.post(page, {"title": "Frost", "module": "module-999"})
    assert gone.status_code == 422 and b'value="Frost"' in gone.content
    first, again = (desk.post(page, {"title": "Frost", "module": f"training-{bare.pk}"}) for _ in range(2))
    assert first.status_code == 302 and Module.objects.get(training=bare).lessons.get().film == ABOUT
    assert again.status_code == 302 and again.url == first.url, "a double click makes one"
    assert hosting("reed@tiller.example", "reader").get(page).status_code == 403
    assert desk.get(reverse("training:film", args=["live.room:x"])).status_code == 404
