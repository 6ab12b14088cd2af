"""What somebody answers, notes and hands in: kept as it was said, once, and shown to no one else."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from leadrush import gate, ledger
from leadrush.mailbox.models import Message
from leadrush.training import editions, handing_in, keeps, noting, quizzing
from leadrush.training.models import (
    Assignment,
    Attempt,
    Enrolment,
    Feedback,
    HandedFile,
    HandIn,
    Note,
    Quiz,
    QuizEdition,
)
from leadrush.training.tests.conftest import (
    Teaching,
    learner,
    lessons_of,
    pdf,
    quiz_of,
    right_answers,
    signed_in,
)


@pytest.fixture
def quiz(taught: Teaching) -> tuple[Enrolment, Quiz]:
    training = taught()
    return learner(training), quiz_of(lessons_of(training)[0], attempts=2)


def attempts() -> list[Attempt]:
    with gate.using("training.learn"):
        return list(Attempt.objects.order_by("pk"))


def form(browser: Any, quiz: Quiz) -> dict[str, str]:
    """Return what the quiz's form carries on its page."""
    page = browser.get(quiz.lesson.get_absolute_url()).content.decode()
    return {"word": page.partition('name="word" value="')[2].partition('"')[0]}


def test_a_quiz_that_changes_while_somebody_takes_it_is_judged_as_they_saw_it_and_they_are_told(
    quiz: tuple[Enrolment, Quiz],
) -> None:
    enrolment, mine = quiz
    browser = signed_in(enrolment.person)
    sent = form(browser, mine) | right_answers(mine)
    number = mine.questions.get(kind="number")
    number.number = 99
    number.save()
    answer = browser.post(f"{mine.lesson.get_absolute_url()}quiz/", sent)
    page = browser.get(answer["Location"]).content.decode()
    assert "You have passed" in page
    assert "The quiz has changed since it was shown to you." in page
    assert QuizEdition.objects.count() == 2
    again = form(browser, mine) | right_answers(mine)
    page = browser.get(
        browser.post(f"{mine.lesson.get_absolute_url()}quiz/", again)["Location"]
    ).content.decode()
    assert "Not enough yet" in page
    assert "has changed" not in page


def test_a_form_sent_twice_is_one_attempt_and_none_is_taken_beyond_the_last(
    quiz: tuple[Enrolment, Quiz],
) -> None:
    enrolment, mine = quiz
    browser, address = signed_in(enrolment.person), f"{mine.lesson.get_absolute_url()}quiz/"
    sent = form(browser, mine) | right_answers(mine)
    assert browser.post(address, sent)["Location"] == browser.post(address, sent)["Location"]
    browser.post(address, sent | {"once": str(uuid.uuid4())})
    page = browser.post(address, sent | {"once": str(uuid.uuid4())})
    assert page.status_code == 409
    assert "All attempts are taken. These answers were not kept." in page.content.decode()
    assert [one.number for one in attempts()] == [1, 2]


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_no_race_takes_an_attempt_more_than_there_are(quiz: tuple[Enrolment, Quiz]) -> None:
    enrolment, mine = quiz
    edition = editions.current(mine)
    assert edition is not None

    def take(_window: int) -> bool:
        try:
            quizzing.hand_over(enrolment, edition, {}, once=uuid.uuid4())
        except quizzing.NoMore:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as windows:
        assert sum(windows.map(take, range(6))) == 2
    assert sorted(one.number for one in attempts()) == [1, 2]


def test_a_quiz_with_gaps_says_so_and_keeps_what_was_answered(quiz: tuple[Enrolment, Quiz]) -> None:
    enrolment, mine = quiz
    browser = signed_in(enrolment.person)
    sent = form(browser, mine) | right_answers(mine)
    number = mine.questions.get(kind="number")
    page = browser.post(f"{mine.lesson.get_absolute_url()}quiz/", sent | {f"q{number.pk}": "a dozen"})
    text = page.content.decode()
    assert page.status_code == 422
    assert "One question still wants an answer." in text
    assert "Write a number, like 12 or 0.5." in text
    assert 'value="a dozen"' in text
    assert "checked" in text
    assert not attempts()


def test_practice_stands_in_no_form_and_its_answers_cannot_be_kept(taught: Teaching) -> None:
    training = taught()
    enrolment = learner(training)
    mine = quiz_of(lessons_of(training)[0], marked=False)
    browser = signed_in(enrolment.person)
    page = browser.get(mine.lesson.get_absolute_url()).content.decode()
    part = page.partition("data-practice")[2].partition("</section>")[0]
    assert "What happened?" in part
    assert "<form" not in part
    edition = editions.current(mine)
    assert edition is not None
    with pytest.raises(ValueError, match="practice"):
        quizzing.hand_over(enrolment, edition, {}, once=uuid.uuid4())
    answer = browser.post(f"{mine.lesson.get_absolute_url()}quiz/", right_answers(mine))
    assert answer.status_code == 302
    assert not attempts()


# --- notes --------------------------------------------------------------------------------------------------


def test_a_long_note_is_kept_whole_and_one_that_is_too_long_is_typed_back(taught: Teaching) -> None:
    training = taught()
    enrolment = learner(training)
    browser, lesson = signed_in(enrolment.person), lessons_of(training)[0]
    address, once = f"{lesson.get_absolute_url()}note/", str(uuid.uuid4())
    long = "Loupe: 10×, from the drawer. " * 700
    long = long[: noting.LONGEST].strip()
    for _click in range(2):
        assert browser.post(address, {"words": long, "seconds": "435", "once": once}).status_code == 302
    with gate.using("training.learn", actor=gate.Actor("person", str(enrolment.person_id))):
        (written,) = noting.of(enrolment.person, [lesson])
    assert (written.words, written.clock) == (long, "7:15")
    page = browser.post(address, {"words": "x" * 20_001, "once": str(uuid.uuid4())})
    assert page.status_code == 422
    assert "Use at most 20000 characters. This has 20001." in page.content.decode()
    assert "x" * 20_001 in page.content.decode()


def test_notes_are_closed_to_whoever_teaches_and_the_check_finds_a_look(taught: Teaching) -> None:
    training = taught()
    enrolment, other = learner(training), learner(training, "other@letters.example")
    lesson = lessons_of(training)[0]
    note = noting.write(enrolment, lesson, "Only for me.", once=uuid.uuid4())
    for use in ("training.teach", "training.show", "webinars.serve", "purchases.sell"):
        with gate.using(use):
            assert not Note.objects.exists(), use
    browser = signed_in(other.person)
    assert browser.get(f"/me/trainings/notes/{note.pk}/").status_code == 404
    assert browser.post(f"/me/trainings/notes/{note.pk}/", {"act": "erase"}).status_code == 404
    signed_in(enrolment.person).get(lesson.get_absolute_url())
    with gate.using("accountability.check"):
        assert keeps.nobody_reads_notes().kept
    with gate.using("training.learn", actor=gate.Actor("staff", str(other.person_id))):
        noting.of(enrolment.person, [lesson])
    with gate.using("accountability.check"):
        found = keeps.nobody_reads_notes()
    assert (found.missed, found.of) == (1, 3)


def test_a_note_is_changed_and_erased_by_its_writer_and_its_key_is_exchanged(taught: Teaching) -> None:
    from leadrush.vault.models import Rekeying

    training = taught()
    enrolment = learner(training)
    browser, lesson = signed_in(enrolment.person), lessons_of(training)[0]
    note = noting.write(enrolment, lesson, "Tall form = A2?", once=uuid.uuid4())
    address = f"/me/trainings/notes/{note.pk}/"
    assert "Tall form = A2?" in browser.get(address).content.decode()
    browser.post(address, {"words": "Tall form is A3.", "once": str(uuid.uuid4())})
    text = browser.get(f"{training.get_absolute_url()}notes/?as=text").content.decode()
    assert "Tall form is A3." in text
    assert Rekeying.objects.filter(person=enrolment.person_id).exists()
    browser.post(address, {"act": "erase"})
    with gate.using("training.learn"):
        assert not Note.objects.exists()
        assert Enrolment.objects.exists()


# --- what is handed in ------------------------------------------------------------------------------------


@pytest.fixture
def work(taught: Teaching) -> tuple[Enrolment, Assignment]:
    training = taught()
    enrolment = learner(training)
    lesson = lessons_of(training)[0]
    made = Assignment.objects.create(
        lesson=lesson, title="Your three lines", body="Send them.", takes="either"
    )
    return enrolment, made


def send(work: tuple[Enrolment, Assignment], **sent: Any) -> Any:
    enrolment, assignment = work
    address = f"{assignment.lesson.get_absolute_url()}work/"
    return signed_in(enrolment.person).post(address, {"once": str(uuid.uuid4())} | sent)


def test_a_page_that_calls_itself_a_pdf_is_refused_with_a_word_and_the_words_are_kept(
    work: tuple[Enrolment, Assignment],
) -> None:
    page = b"<!doctype html><title>Lines</title><script>alert(1)</script>"
    answer = send(work, words="My lines", file=SimpleUploadedFile("lines.pdf", page, "application/pdf"))
    assert answer.status_code == 422
    assert "This file is none of these: PDF, JPEG" in answer.content.decode()
    assert "My lines" in answer.content.decode()
    empty = send(work, file=SimpleUploadedFile("lines.pdf", b""))
    assert "This file is empty." in empty.content.decode()
    big = send(work, file=SimpleUploadedFile("l.pdf", b"%PDF-1.7" + b"0" * handing_in.MOST))
    assert "more than 5 MB" in big.content.decode()
    nothing = send(work)
    assert "Write something, or choose a file." in nothing.content.decode()
    with gate.using("training.learn"):
        assert not HandIn.objects.exists()


def test_a_file_lies_sealed_and_comes_back_to_its_own_person_alone(
    work: tuple[Enrolment, Assignment], taught: Teaching
) -> None:
    content = pdf(300)
    assert send(work, file=SimpleUploadedFile("My lines.html", content)).status_code == 302
    with gate.using("training.learn"):
        file = HandedFile.objects.get()
        assert content[:40] not in bytes(file.sealed)
    back = signed_in(work[0].person).get(f"/me/trainings/files/{file.pk}/")
    assert back.content == content
    assert back["Content-Type"] == "application/pdf"
    assert back["Content-Disposition"] == "attachment; filename*=UTF-8''My%20lines.pdf"
    other = learner(taught(), "other@letters.example")
    assert signed_in(other.person).get(f"/me/trainings/files/{file.pk}/").status_code == 404


def test_an_answer_is_told_by_letter_and_read_on_the_page(work: tuple[Enrolment, Assignment]) -> None:
    once = str(uuid.uuid4())
    for _click in range(2):
        send(work, words="A2: a round hole.", once=once)
    with gate.using("training.teach"):
        (handed,) = HandIn.objects.select_related(
            "person",
            "giving__person",
            "enrolment__training",
            "enrolment__giving__person",
            "assignment__lesson",
        )
        assert handing_in.words_of([handed]) == {handed.pk: "A2: a round hole."}
        handing_in.answer(handed, verdict=Feedback.Verdict.AGAIN, words="Say what you see first.")
    with gate.using("mailbox.deliver"):
        letter = Message.objects.get(template="training.answered")
    assert b"see first" not in bytes(letter.sealed)
    page = signed_in(work[0].person).get(work[1].lesson.get_absolute_url()).content.decode()
    assert "Say what you see first." in page
    assert "Once more" in page
    with gate.using("accountability.check"):
        assert ledger.Entry.objects.using("ledger").filter(categories__contains="lr:LearnerWork").exists()
