"""A learner's lesson page."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadrush.training.models import Captions
from leadrush.training.tests.conftest import CAPTIONS, Teaching, learner, lessons_of, quiz_of, signed_in


def test_smoke(taught: Teaching, client: Any) -> None:
    training = taught()
    lesson = lessons_of(training)[0]
    Captions.objects.create(lesson=lesson, text=CAPTIONS)
    quiz_of(lesson, marked=False)
    for path in ("/trainings/", training.get_absolute_url(), lesson.get_absolute_url()):
        answer = client.get(path)
        assert answer.status_code in (200, 302), path
    own = learner(training)
    browser = signed_in(own.person)
    for path in ("", "notes/", "yours/", "certificate/", f"{lesson.pk}/", f"{lesson.pk}/transcript.txt"):
        answer = browser.get(training.get_absolute_url() + path)
        assert answer.status_code == 200, (path, answer)
    assert browser.get("/me/trainings/").status_code == 200
    assert browser.get("/me/").status_code == 200
    with CaptureQueriesContext(connection) as seen:
        browser.get(lesson.get_absolute_url())
    for q in seen.captured_queries:
        print(q["sql"][:200])
    assert 0
