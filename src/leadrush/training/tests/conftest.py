"""What these tests stand on: a business, a training with lessons, somebody who learns, and a shelf."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from leadrush import gate
from leadrush.look import models as look_models
from leadrush.media.tests.conftest import pdf, shelf
from leadrush.training import enrolling
from leadrush.training.models import Choice, Enrolment, Lesson, Module, Question, Quiz, State, Training
from leadrush.vault import giving
from leadrush.vault.models import Person

__all__ = ["pdf", "shelf"]

ADDRESS = "wren@letters.example"
CAPTIONS = (
    "WEBVTT\n\n00:01.000 --> 00:04.000\nPut the three next to each other.\n\n"
    "00:05.000 --> 00:09.000\nA2 crawled &amp; pulled back.\n"
)


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    settings.MAIL_FROM = "post@tiller.example"
    settings.SITE_URL = "https://tiller.example"
    look_models.forget()
    cache.clear()
    yield
    look_models.forget()
    cache.clear()


Teaching = Callable[..., Training]


@pytest.fixture
def taught(published: object, shelf: Path) -> Teaching:
    """Return a function that makes an open training with some lessons in one module."""
    look_models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB").save()

    def teach(lessons: int = 3, **facts: Any) -> Training:
        number = Training.objects.count() + 1
        training = Training.objects.create(
            **{
                "slug": f"plot-{number}",
                "title": "From map to plot",
                "state": State.OPEN,
                "asks": Training.For.EMAIL,
                "rule": Training.Rule.LESSONS,
            }
            | facts
        )
        module = Module.objects.create(training=training, title="What you need")
        for at in range(lessons):
            Lesson.objects.create(module=module, title=f"Lesson {at + 1}", position=at, minutes=10)
        return training

    return teach


def lessons_of(training: Training) -> list[Lesson]:
    """Return a training's lessons in their order."""
    return list(Lesson.objects.of(training))


def learner(training: Training, address: str = ADDRESS, **facts: Any) -> Enrolment:
    """Let somebody have a training whose address is confirmed."""
    source = facts.pop("source", Enrolment.Source.FREE)
    enrolling.enrol(training=training, source=source, address=address, **facts)
    person = person_of(address)
    with gate.using("training.learn"):
        found = enrolling.newest(training, person)
        assert found is not None
        enrolling.confirm(found)
        again = enrolling.newest(training, person)
    assert again is not None
    return again


def person_of(address: str = ADDRESS) -> Person:
    """Return whose address this is."""
    person = giving.find(address)
    assert person is not None
    return person


def signed_in(person: Person) -> Client:
    """Return a browser in which somebody is signed in."""
    client = Client(headers={"origin": "http://testserver"})
    client.force_login(person)
    return client


def quiz_of(lesson: Lesson, **facts: Any) -> Quiz:
    """Give a lesson a quiz of two questions, the first choice of the first one right, and 12 the other."""
    quiz = Quiz.objects.create(lesson=lesson, **{"marked": True, "pass_mark": 100} | facts)
    question = Question.objects.create(quiz=quiz, text="What happened?", position=1)
    Choice.objects.create(
        question=question, text="It crawled", right=True, feedback="Yes, at 10:26.", position=1
    )
    Choice.objects.create(question=question, text="It cooled", position=2)
    Question.objects.create(
        quiz=quiz, kind="number", text="How many?", number=12, tolerance="0.5", position=2
    )
    return quiz


def right_answers(quiz: Quiz) -> dict[str, str]:
    """Return what a form sends for a quiz of `quiz_of` that is all right."""
    first, second = quiz.questions.order_by("position")
    return {
        f"q{first.pk}": str(first.choices.get(right=True).pk),
        f"q{second.pk}": "12,3",
        "once": str(uuid.uuid4()),
    }
