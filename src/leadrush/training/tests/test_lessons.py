"""A learner's lessons: what is shown to whom, when they open, what is ticked, and what it costs to ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from leadrush import gate
from leadrush.mailbox.models import Message
from leadrush.media import demo
from leadrush.training import courses, opening, places, telling, ticking
from leadrush.training.models import Captions, Cohort, Enrolment, Place, Tick, Training
from leadrush.training.tests.conftest import (
    CAPTIONS,
    Teaching,
    learner,
    lessons_of,
    quiz_of,
    signed_in,
)
from tests.rig.questions import of_page

MOST = 8
"""Questions to the database for a learner's lesson, however many lessons there are."""


@pytest.mark.parametrize("many", [2, 40])
def test_a_lesson_costs_the_same_however_many_lessons_there_are(taught: Teaching, many: int) -> None:
    training = taught(lessons=many)
    lesson = lessons_of(training)[1]
    Captions.objects.create(lesson=lesson, text=CAPTIONS)
    quiz_of(lesson, marked=False)
    enrolment = learner(training)
    for one in lessons_of(training)[: many // 2]:
        ticking.tick(enrolment, one)
    browser = signed_in(enrolment.person)
    browser.get(lesson.get_absolute_url())
    page, found = of_page(browser, lesson.get_absolute_url())
    assert f"lesson 2 of {many}" in page
    assert len(found) <= MOST, "\n".join(found)


def test_a_visitor_sees_what_is_free_and_is_asked_to_sign_in_for_the_rest(
    taught: Teaching, client: Client
) -> None:
    training = taught()
    free, shut, _last = lessons_of(training)
    free.free = True
    free.save()
    page = client.get(free.get_absolute_url())
    assert page.status_code == 200
    assert "Nothing is asked, and nothing is kept." in page.content.decode()
    assert "I have done it" not in page.content.decode()
    answer = client.get(shut.get_absolute_url())
    assert answer["Location"].startswith("/sign-in/?next=")
    assert client.post(f"{shut.get_absolute_url()}done/").status_code == 302
    with gate.using("training.learn"):
        assert not Tick.objects.exists()


def test_somebody_else_who_is_signed_in_sees_none_of_it(taught: Teaching) -> None:
    training, other = taught(), taught()
    stranger = signed_in(learner(other, "stranger@letters.example").person)
    lesson = lessons_of(training)[0]
    Captions.objects.create(lesson=lesson, text=CAPTIONS)
    assert stranger.get(lesson.get_absolute_url())["Location"] == training.get_absolute_url()
    for part in ("transcript.txt", "captions-en.vtt"):
        assert stranger.get(lesson.get_absolute_url() + part).status_code == 404
    assert stranger.post(lesson.get_absolute_url() + "place/", {"seconds": "3"}).status_code == 403


def test_two_windows_that_tick_are_one_tick_and_a_tick_can_be_taken_out(taught: Teaching) -> None:
    training = taught()
    enrolment = learner(training)
    browser, (first, second, _third) = signed_in(enrolment.person), lessons_of(training)
    for _window in range(2):
        answer = browser.post(f"{first.get_absolute_url()}done/")
        assert answer["Location"] == second.get_absolute_url()
    with gate.using("training.learn"):
        assert Tick.objects.count() == 1
    assert "1 of 3" in browser.get(second.get_absolute_url()).content.decode()
    browser.post(f"{first.get_absolute_url()}done/", {"act": "undo"})
    assert "0 of 3" in browser.get(second.get_absolute_url()).content.decode()


def test_a_lesson_that_is_taken_out_counts_no_more_and_its_learner_still_reads_what_they_wrote(
    taught: Teaching, client: Client
) -> None:
    training = taught()
    enrolment = learner(training)
    browser, lesson = signed_in(enrolment.person), lessons_of(training)[0]
    browser.post(f"{lesson.get_absolute_url()}note/", {"words": "Round edge.", "once": "a" * 32})
    ticking.tick(enrolment, lesson)
    lesson.removed_at = timezone.now()
    lesson.save()
    page = browser.get(lesson.get_absolute_url()).content.decode()
    assert "This lesson was taken out on" in page
    assert "Round edge." in page
    assert "0 of 2" in page
    assert "Round edge." in browser.get(f"{training.get_absolute_url()}notes/").content.decode()
    assert client.get(lesson.get_absolute_url()).status_code == 404
    assert browser.post(f"{lesson.get_absolute_url()}done/").status_code == 404


def test_lessons_stay_shut_until_the_training_before_is_done(taught: Teaching) -> None:
    first, then = taught(lessons=1), taught()
    then.needs.add(first)
    enrolment, before = learner(then), learner(first)
    browser, lesson = signed_in(enrolment.person), lessons_of(then)[0]
    assert "It opens once you have finished:" in browser.get(lesson.get_absolute_url()).content.decode()
    ticking.tick(before, lessons_of(first)[0])
    assert "Next step" in browser.get(lesson.get_absolute_url()).content.decode()


# --- the clock --------------------------------------------------------------------------------------------

DAY = datetime(2026, 3, 27, 18, 30, tzinfo=UTC)
"""Two days before the clocks of London go forward."""


def test_a_lesson_opens_at_the_same_hour_so_many_days_on_over_a_change_of_clocks(taught: Teaching) -> None:
    with time_machine.travel(DAY):
        training = taught(drip=Training.Drip.DAYS)
        lesson = lessons_of(training)[1]
        lesson.opens_after = 3
        lesson.save()
        enrolment = learner(training)
        opens = opening.opens_at(training, lesson, enrolment)
    assert opens.replace(microsecond=0) == datetime(2026, 3, 30, 17, 30, tzinfo=UTC)


def test_a_group_begins_on_its_first_day_and_its_days_count_from_there(taught: Teaching) -> None:
    training = taught(drip=Training.Drip.DAYS)
    first, second, _third = lessons_of(training)
    second.opens_after = 7
    second.save()
    group = Cohort.objects.create(
        training=training, name="Spring", first_day=DAY.date(), last_day=DAY.date() + timedelta(days=60)
    )
    with time_machine.travel(DAY - timedelta(days=20)):
        enrolment = learner(training, cohort=group)
        assert opening.opens_at(training, first, enrolment) == datetime(2026, 3, 27, tzinfo=UTC)
        # Midnight there, which is an hour earlier here by then.
        assert opening.opens_at(training, second, enrolment) == datetime(2026, 4, 2, 23, tzinfo=UTC)


def test_word_of_lessons_that_open_goes_once_and_only_to_who_asked(taught: Teaching) -> None:
    training = taught(drip=Training.Drip.DATES)
    now = timezone.now()
    for lesson, days in zip(lessons_of(training), (0, 1, 2), strict=True):
        lesson.opens_at = now + timedelta(days=days, minutes=-1)
        lesson.save()
    asked, silent = learner(training), learner(training, "silent@letters.example")
    with gate.using("training.learn"):
        telling.ask(asked, on=True)
    browser = signed_in(asked.person)
    shut = lessons_of(training)[2]
    assert "It is not open yet" in browser.get(shut.get_absolute_url()).content.decode()

    def told() -> list[Any]:
        with gate.using("training.learn"):
            telling.go_on()
        with gate.using("mailbox.deliver"):
            return list(Message.objects.filter(template="training.lessons").values_list("person", flat=True))

    assert told() == []
    with time_machine.travel(now + timedelta(days=2, hours=1)):
        assert told() == [asked.person_id]
        assert told() == [asked.person_id]
        page = signed_in(asked.person).get(shut.get_absolute_url()).content.decode()
        assert "Next step" in page
    assert silent.person_id != asked.person_id


# --- where somebody stopped -------------------------------------------------------------------------------


def test_a_place_is_kept_only_for_who_asked_and_forgotten_when_they_switch_it_off(taught: Teaching) -> None:
    training = taught()
    enrolment = learner(training)
    browser, lesson = signed_in(enrolment.person), lessons_of(training)[0]

    def kept() -> list[int]:
        with gate.using("training.learn"):
            return list(Place.objects.values_list("seconds", flat=True))

    address, settings = f"{lesson.get_absolute_url()}place/", f"{training.get_absolute_url()}yours/"
    assert browser.post(address, {"seconds": "612"}).status_code == 204
    assert kept() == []
    browser.post(settings, {"place": "on"})
    browser.post(address, {"seconds": "612.7"})
    browser.post(address, {"seconds": "700"})
    assert kept() == [700]
    assert browser.post(address, {"seconds": "nan"}).status_code == 400
    assert browser.post(address, {"seconds": "1e400"}).status_code == 400
    browser.post(settings, {})
    assert kept() == []
    stale = Enrolment(pk=enrolment.pk, person=enrolment.person, giving=enrolment.giving, keeps_place=True)
    assert not places.keep(stale, lesson, 9), "a place on its way when it was switched off"
    assert kept() == []


def test_progress_counts_only_what_stands(taught: Teaching) -> None:
    training = taught(lessons=4)
    enrolment = learner(training)
    lessons = lessons_of(training)
    for lesson in lessons[:2]:
        ticking.tick(enrolment, lesson)
    lessons[0].removed_at = timezone.now()
    lessons[0].save()
    with gate.using("training.learn"):
        course = courses.read(training, enrolment)
    assert (course.done, course.total, course.minutes_left) == (1, 3, 20)
    assert course.next_stop is not None
    assert course.next_stop.lesson == lessons[2]


def test_captions_that_cannot_be_read_leave_a_lesson_that_plays(taught: Teaching) -> None:
    training = taught()
    enrolment = learner(training)
    browser, lesson = signed_in(enrolment.person), lessons_of(training)[0]
    Captions.objects.create(lesson=lesson, text="no captions at all")
    page = browser.get(lesson.get_absolute_url())
    assert page.status_code == 200
    assert "Transcript" not in page.content.decode()
    assert browser.get(f"{lesson.get_absolute_url()}transcript.txt").status_code == 404


def test_a_video_is_had_by_a_link_that_ends_and_by_stretches(taught: Teaching) -> None:

    from django.core.files.base import ContentFile

    from leadrush import media
    from leadrush.media.contents import MP4

    training = taught()
    enrolment = learner(training)
    browser, lesson = signed_in(enrolment.person), lessons_of(training)[0]
    film = demo.film().read()
    lesson.video = media.keep(ContentFile(film, name="film.mp4"), [MP4])
    lesson.save()
    page = browser.get(lesson.get_absolute_url()).content.decode()
    link = page.partition('src="/files/')[2].partition('"')[0]
    part = Client().get(f"/files/{link}", headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == film[100:200]  # type: ignore[attr-defined]
    with time_machine.travel(timezone.now() + timedelta(hours=9)):
        assert Client().get(f"/files/{link}").status_code == 410
