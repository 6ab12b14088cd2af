"""What staff write in a lesson: texts, films, captions, questions, work; and how it looks to a learner."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leadrush import gate
from leadrush.media.models import File
from leadrush.training import building, editions
from leadrush.training.models import (
    Assignment,
    Attempt,
    Captions,
    Enrolment,
    HandIn,
    Lesson,
    LessonFile,
    Note,
    Question,
    State,
    Tick,
    Training,
)
from leadrush.training.tests.conftest import CAPTIONS, Teaching, learner, lessons_of, pdf, quiz_of
from leadrush.training.tests.staffed import VTT, hosting, mp4, words


def filled(**fields: Any) -> dict[str, Any]:
    return {
        "title": "By weight, not by spoon",
        "body": "Buy a scale.",
        "minutes": "31",
        "language": "en",
        "files-TOTAL_FORMS": "0",
        "files-INITIAL_FORMS": "0",
    } | fields


def film(seed: bytes = b"x") -> SimpleUploadedFile:
    return SimpleUploadedFile("film.mp4", mp4(seed), "video/mp4")


def test_a_lesson_takes_a_film_captions_and_a_file_and_lets_the_old_film_go(taught: Teaching) -> None:
    lesson, host = lessons_of(taught())[0], hosting()
    address = reverse("training:write_lesson", args=[lesson.pk])
    sent = filled(
        new_video=film(),
        captions=SimpleUploadedFile("a.vtt", VTT.encode()),
        file=SimpleUploadedFile("sheet.pdf", pdf()),
        file_title="The sheet",
    )
    answer = host.post(address, sent)
    assert answer.status_code == 302, words(answer)
    lesson.refresh_from_db()
    assert (lesson.title, lesson.minutes, lesson.video.kind) == ("By weight, not by spoon", 31, "video/mp4")
    assert Captions.objects.get(lesson=lesson).label == "English"
    old = lesson.video_id
    host.post(address, filled(new_video=film(b"y"), captions=SimpleUploadedFile("a.vtt", CAPTIONS.encode())))
    lesson.refresh_from_db()
    assert lesson.video_id != old
    assert not File.objects.filter(pk=old).exists(), "nothing points at it any more"
    assert Captions.objects.count() == 1, "new ones of a language take the place of the old"
    sheet = LessonFile.objects.get(lesson=lesson)
    out = {
        "files-TOTAL_FORMS": "1",
        "files-INITIAL_FORMS": "1",
        "files-0-id": str(sheet.pk),
        "files-0-title": "The sheet",
        "files-0-DELETE": "on",
        "no_video": "on",
        "no_captions": ["en"],
    }
    host.post(address, filled(**out))
    lesson.refresh_from_db()
    assert lesson.video is None
    assert not File.objects.exists()
    assert not Captions.objects.exists()


def test_a_bad_line_of_captions_is_named_and_nothing_that_was_typed_is_lost(taught: Teaching) -> None:
    lesson, host = lessons_of(taught())[0], hosting()
    bad = VTT.replace("00:00:04.000", "four")
    sent = filled(
        body="An hour of writing.",
        captions=SimpleUploadedFile("a.vtt", bad.encode()),
        talk_words="Show them",
        next_step="Take three tiles.",
    )
    answer = host.post(reverse("training:write_lesson", args=[lesson.pk]), sent)
    assert answer.status_code == 422
    page = words(answer)
    assert "Line 3: write the times like 00:01:02.500" in page
    assert "Write where these words lead." in page
    for typed in ("An hour of writing.", "Take three tiles.", "By weight, not by spoon"):
        assert typed in page
    lesson.refresh_from_db()
    assert lesson.body == "", "nothing is stored"


def test_the_preview_of_a_text_keeps_all_that_was_typed_and_stores_nothing(taught: Teaching) -> None:
    lesson, host = lessons_of(taught())[0], hosting()
    sent = filled(title="", body="# Scales\n\n<script>alert(1)</script>", do="preview")
    answer = host.post(reverse("training:write_lesson", args=[lesson.pk]), sent)
    page = words(answer)
    assert answer.status_code == 200
    assert "<h2>Scales</h2>" in page
    assert "<script>alert(1)" not in page
    assert "Fill this in." not in page, "nothing is judged yet"
    lesson.refresh_from_db()
    assert lesson.body == ""


def test_a_lesson_moved_in_one_window_and_saved_in_another_stays_where_it_was_moved(taught: Teaching) -> None:
    training, host = taught(), hosting()
    lesson = lessons_of(training)[0]
    host.get(reverse("training:write_lesson", args=[lesson.pk]))
    building.move(training, f"lesson-{lesson.pk}", "down", started=building.read(training).revision)
    host.post(reverse("training:write_lesson", args=[lesson.pk]), filled())
    assert [one.pk for one in lessons_of(training)].index(lesson.pk) == 1


def test_the_rule_of_opening_that_does_not_count_is_not_asked_for_and_not_lost(taught: Teaching) -> None:
    training, host = taught(drip=Training.Drip.DAYS), hosting()
    lesson = lessons_of(training)[0]
    address = reverse("training:write_lesson", args=[lesson.pk])
    host.post(address, filled(opens_after="7"))
    Training.objects.filter(pk=training.pk).update(drip=Training.Drip.DATES)
    assert "Days after somebody began" not in words(host.get(address))
    host.post(address, filled(opens_at="2027-06-03T19:00"))
    lesson.refresh_from_db()
    assert (lesson.opens_after, lesson.opens_at.isoformat()) == (7, "2027-06-03T18:00:00+00:00")


# --- questions --------------------------------------------------------------------------------------------


def question(**fields: Any) -> dict[str, Any]:
    rows: dict[str, Any] = {"choices-TOTAL_FORMS": "6", "choices-INITIAL_FORMS": "0"}
    for at, (text, right) in enumerate((("It crawled", True), ("It cooled", False))):
        rows |= {f"choices-{at}-text": text, f"choices-{at}-pair": f"pair {at}"}
        if right:
            rows |= {f"choices-{at}-right": "on", f"choices-{at}-feedback": "Yes."}
    return {"text": "What happened?", "kind": "one", "tolerance": "0"} | rows | fields


KINDS: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"choices-1-right": "on"}, "Tick the one choice that is right."),
    ({"choices-1-text": "it  CRAWLED"}, "Two choices say the same."),
    ({"choices-1-text": ""}, "Write at least two choices."),
    ({"kind": "many"}, ""),
    ({"kind": "many", "choices-0-right": ""}, "Tick at least one choice that is right."),
    ({"kind": "number"}, "Write the number that is right."),
    ({"kind": "number", "number": "12.5", "tolerance": "-1"}, "Write 0 or more."),
    ({"kind": "number", "number": "12.5", "tolerance": "0.5"}, ""),
    ({"kind": "text"}, "Write at least one answer that is right."),
    ({"kind": "text", "accepted": "cobalt\nCo"}, ""),
    ({"kind": "order"}, ""),
    ({"kind": "match"}, ""),
    (
        {"kind": "match", "choices-1-pair": "PAIR  0"},
        "Write beside each choice what belongs to it, each once.",
    ),
    ({"kind": "strange"}, "Choose one of those shown."),
    ({"choices-TOTAL_FORMS": "x"}, "ManagementForm"),
]


@pytest.mark.parametrize(("fields", "why"), KINDS)
def test_each_kind_of_question_is_kept_or_says_what_it_wants(
    taught: Teaching, fields: dict[str, Any], why: str
) -> None:
    lesson, host = lessons_of(taught())[0], hosting()
    answer = host.post(reverse("training:ask", args=[lesson.pk]), question(**fields))
    assert answer.status_code == (422 if why else 302), words(answer)
    if why:
        assert why in words(answer)
        assert "What happened?" in words(answer)
        assert not Question.objects.exists()
        return
    made = Question.objects.get()
    assert made.quiz.lesson == lesson
    edition = editions.current(made.quiz)
    assert edition is not None
    assert edition.content["questions"][0]["text"] == "What happened?"


def test_more_rows_and_another_order_of_choices_keep_what_was_typed(taught: Teaching) -> None:
    lesson, host = lessons_of(taught())[0], hosting()
    address = reverse("training:ask", args=[lesson.pk])
    page = words(host.post(address, question(do="more", text="")))
    assert "choices-9-text" in page
    assert 'value="It crawled"' in page
    assert "Fill this in." not in page
    host.post(address, question(kind="order", **{"choices-0-ORDER": "2", "choices-1-ORDER": "1"}))
    made = Question.objects.get()
    assert [choice.text for choice in made.choices.all()] == ["It cooled", "It crawled"]
    choices = list(made.choices.all())
    sent = question(
        kind="order",
        **{
            "choices-INITIAL_FORMS": "2",
            "choices-0-id": choices[0].pk,
            "choices-0-text": "",
            "choices-1-id": choices[1].pk,
            "choices-1-text": "It crawled away",
            "choices-2-text": "It burst",
        },
    )
    answer = host.post(reverse("training:write_question", args=[made.pk]), sent)
    assert answer.status_code == 302, words(answer)
    assert [choice.text for choice in made.choices.all()] == ["It crawled away", "It burst"]


def test_a_quiz_whose_questions_are_all_taken_out_keeps_nobody_from_the_certificate(taught: Teaching) -> None:
    lesson, host = lessons_of(taught())[0], hosting()
    quiz = quiz_of(lesson)
    first, second = quiz.questions.all()
    address = reverse("training:write_quiz", args=[lesson.pk])
    host.post(address, {"do": f"down:{first.pk}"})
    assert [one.pk for one in quiz.questions.all()] == [second.pk, first.pk]
    assert "It is the first question." in words(host.post(address, {"do": f"up:{second.pk}"}, follow=True))
    host.post(address, {"do": "empty"})
    quiz.refresh_from_db()
    assert (quiz.marked, quiz.questions.count()) == (False, 0)


def test_work_that_somebody_handed_in_is_not_taken_from_them(taught: Teaching) -> None:
    training, host = taught(), hosting()
    lesson = lessons_of(training)[0]
    address = reverse("training:write_assignment", args=[lesson.pk])
    assert host.post(address, {"title": "Three tiles", "body": "", "takes": "words"}).status_code == 422
    host.post(address, {"title": "Three tiles", "body": "Bring three.", "takes": "words"})
    assignment = Assignment.objects.get()
    own = learner(training)
    with gate.using("training.learn"):
        HandIn(
            person=own.person,
            giving=own.giving,
            enrolment=own,
            assignment=assignment,
            number=1,
            once=own.giving_id,
        ).save()
    assert "so it stays" in words(host.post(address, {"do": "out"}, follow=True))
    with gate.using("training.learn"):
        HandIn.objects.all().delete()
    host.post(address, {"do": "out"})
    assert not Assignment.objects.exists()


# --- previewing -------------------------------------------------------------------------------------------


def test_a_preview_shows_the_lesson_as_learners_see_it_and_records_nothing_for_anybody(
    taught: Teaching,
) -> None:
    training = taught(state=State.DRAFT)
    lesson = lessons_of(training)[0]
    Lesson.objects.filter(pk=lesson.pk).update(body="Buy a scale.", next_step="Take three tiles.")
    Captions.objects.create(lesson=lesson, text=CAPTIONS)
    quiz_of(lesson)
    Assignment.objects.create(lesson=lesson, title="Three tiles", body="Bring three.")
    host = hosting()
    address = reverse("training:preview_lesson", args=[lesson.pk])
    answer = host.get(address)
    page = words(answer)
    assert answer.status_code == 200
    for shown in ("This is a preview", "Buy a scale.", "Take three tiles.", "What happened?", "Bring three."):
        assert shown in page, shown
    assert f'href="{lesson.get_absolute_url()}"' not in page, "its links lead to previews"
    assert 'action="/trainings/' not in page, "its forms reach no door that records"
    for sent in ({"act": "undo"}, {"words": "x", "once": "1"}):
        assert "nothing was recorded for anybody" in words(host.post(address, sent, follow=True))
    with gate.using("rights.own"):
        for model in (Enrolment, Tick, Note, Attempt, HandIn):
            assert not model.objects.exists(), model
    track = reverse("training:preview_captions", args=[lesson.pk, "en"])
    assert words(host.get(track)) == CAPTIONS


def test_the_preview_of_a_draft_is_its_public_page_that_nobody_else_sees(
    taught: Teaching, client: Any
) -> None:
    training = taught(state=State.DRAFT)
    page = words(hosting().get(reverse("training:preview", args=[training.pk])))
    assert "This is a preview" in page
    assert training.title in page
    assert client.get(training.get_absolute_url()).status_code == 404
