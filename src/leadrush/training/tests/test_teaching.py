"""Those who teach: whom they see, what they answer and count; and what each person sees of it."""

from __future__ import annotations

import re
import threading
import uuid
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse

from leadrush import gate, ledger, vault
from leadrush.mailbox.models import Message
from leadrush.training import building, counting, handing_in, teaching, ticking
from leadrush.training.keeps import looks_are_written
from leadrush.training.models import (
    Assignment,
    Attempt,
    Cohort,
    Enrolment,
    Feedback,
    Lesson,
    Live,
    Seen,
    Training,
)
from leadrush.training.tests.conftest import (
    Teaching,
    learner,
    lessons_of,
    quiz_of,
    right_answers,
    signed_in,
)
from leadrush.training.tests.staffed import hosting, words
from leadrush.vault import rights
from tests.rig.questions import of_page

ANA, BEN = "ana@letters.example", "ben@letters.example"


def tick(own: Enrolment, *lessons: Lesson) -> None:
    for lesson in lessons:
        with gate.using("training.learn"):
            ticking.tick(own, lesson)


def handed(own: Enrolment, lesson: Lesson, text: str = "A1 is even.") -> Any:
    assignment, _new = Assignment.objects.get_or_create(
        lesson=lesson, defaults={"title": "Three tiles", "body": "Bring three."}
    )
    with gate.using("training.learn"):
        return handing_in.hand_in(own, assignment, words=text, once=uuid.uuid4())


def told(own: Enrolment) -> str:
    """Return what somebody reads on their own page of what was done with their data."""
    return words(signed_in(own.person).get("/me/"))


# --- who learns ---------------------------------------------------------------------------


def test_each_look_at_the_list_is_written_once_and_stands_on_the_page_of_each_who_was_shown(
    taught: Teaching,
) -> None:
    training, host = taught(), hosting()
    ana, ben = learner(training, ANA), learner(training, BEN)
    tick(ana, *lessons_of(training)[:2])
    page = words(host.get(reverse("training:learners", args=[training.pk])))
    assert ANA in page and BEN in page
    assert "2 of 3" in page and "0 of 3" in page
    assert "You opened 2 addresses" in page
    with gate.using("accountability.check"):
        entries = set(Seen.objects.values_list("entry", flat=True))
        assert Seen.objects.count() == 2
        assert (looks_are_written().missed, looks_are_written().of) == (0, 2)
    (entry,) = ledger.Entry.objects.using("ledger").filter(pk__in=entries)
    assert (entry.use, entry.count) == ("training.teach", 2)
    for own in (ana, ben):
        with gate.using("rights.own"):
            shown = [one for one in rights.records(own.person_id) if one.title == "A look at how far you are"]
        assert len(shown) == 1
        assert "to see how far you are in a training" in told(own)


def test_the_report_and_the_line_of_hand_ins_open_nothing_and_name_nobody(taught: Teaching) -> None:
    training, host = taught(), hosting()
    own = learner(training, ANA)
    handed(own, lessons_of(training)[0])
    before = ledger.Entry.objects.using("ledger").count()
    for path in (reverse("training:report", args=[training.pk]), reverse("training:hand_ins")):
        page = words(host.get(path))
        assert ANA not in page
    assert ledger.Entry.objects.using("ledger").count() == before
    with gate.using("training.teach"):
        assert not Seen.objects.exists()


def test_the_list_takes_as_many_questions_for_two_learners_as_for_twelve(taught: Teaching) -> None:
    host = hosting()

    def asked(training: Training) -> int:
        path = reverse("training:learners", args=[training.pk])
        host.get(path)
        return len(of_page(host, path)[1])

    few, many = taught(), taught()
    for training, count in ((few, 2), (many, 12)):
        for at in range(count):
            learner(training, f"l{at}@letters.example")
    assert asked(few) == asked(many)


def test_one_learner_sees_that_somebody_looked_how_far_they_are(taught: Teaching) -> None:
    training, host = taught(), hosting()
    own = learner(training, ANA)
    lesson = lessons_of(training)[0]
    tick(own, lesson)
    quiz = quiz_of(lesson)
    signed_in(own.person).post(f"{lesson.get_absolute_url()}quiz/", right_answers(quiz))
    page = words(host.get(reverse("training:learner", args=[own.pk])))
    assert ANA in page
    assert "1 of 3" in page
    assert "to see how far you are in a training" in told(own)


def test_a_training_is_given_by_hand_once_with_a_letter_and_a_bad_address_is_kept(taught: Teaching) -> None:
    training, host = taught(asks=Training.For.MONEY), hosting()
    address = reverse("training:learners", args=[training.pk])
    answer = host.post(address, {"email": "ana at mail"})
    assert answer.status_code == 422
    assert 'value="ana at mail"' in words(answer)
    for _click in range(2):
        assert host.post(address, {"email": ANA}).status_code == 302
    with gate.using("training.teach"):
        own = Enrolment.objects.get()
    assert own.source == Enrolment.Source.STAFF
    with gate.using("mailbox.look"):
        assert Message.objects.filter(template="training.opened").count() == 1


def test_an_access_is_ended_only_after_a_second_word_and_then_lessons_are_shut(taught: Teaching) -> None:
    training, host = taught(), hosting()
    own = learner(training, ANA)
    address = reverse("training:change_learner", args=[own.pk])
    assert "tick that you are sure" in words(host.post(address, {"do": "end"}, follow=True))
    assert signed_in(own.person).get(lessons_of(training)[0].get_absolute_url()).status_code == 200
    host.post(address, {"do": "end", "sure": "on"})
    host.post(address, {"do": "end", "sure": "on"})
    with gate.using("training.teach"):
        assert Enrolment.objects.get().ended_at is not None
    page = words(host.get(reverse("training:learners", args=[training.pk])))
    assert "the access ended" in page


# --- groups ---------------------------------------------------------------------------


def group(training: Training, **facts: Any) -> Cohort:
    return Cohort.objects.create(
        **{"training": training, "name": "Spring", "first_day": "2027-03-01", "last_day": "2027-05-01"}
        | facts
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_put_into_the_last_seat_of_a_group_at_once_one_has_it(taught: Teaching) -> None:
    training = taught()
    spring = group(training, seats=1)
    both = [learner(training, ANA), learner(training, BEN)]
    begin, faults = threading.Barrier(2), ["", ""]

    def go(at: int) -> None:
        begin.wait()
        try:
            with gate.using("training.teach", what="training.learner"):
                teaching.move(both[at], spring)
        except building.CannotBuild as cannot:
            faults[at] = str(cannot)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(faults) == ["", "The seats of “Spring” are taken."]
    with gate.using("training.teach"):
        assert Enrolment.objects.filter(cohort=spring).count() == 1


def test_a_group_keeps_its_days_and_hours_and_tells_calendars_of_a_new_hour(taught: Teaching) -> None:
    training, host = taught(), hosting()
    sent = {
        "name": "Spring",
        "first_day": "2027-03-01",
        "last_day": "2027-02-01",
        "seats": "12",
        "open": "on",
        "lives-TOTAL_FORMS": "1",
        "lives-INITIAL_FORMS": "0",
        "lives-0-title": "Questions",
        "lives-0-starts_at": "2027-06-03T19:00",
        "lives-0-minutes": "60",
    }
    answer = host.post(reverse("training:begin_cohort", args=[training.pk]), sent)
    assert answer.status_code == 422
    assert "The last day is not before the first one." in words(answer)
    assert 'value="Questions"' in words(answer)
    sent["last_day"] = "2027-05-01"
    assert host.post(reverse("training:begin_cohort", args=[training.pk]), sent).status_code == 302
    spring, live = Cohort.objects.get(), Live.objects.get()
    assert live.starts_at.isoformat() == "2027-06-03T18:00:00+00:00"
    address = reverse("training:write_cohort", args=[spring.pk])
    again = sent | {"lives-INITIAL_FORMS": "1", "lives-0-id": live.pk}
    host.post(address, again)
    live.refresh_from_db()
    assert live.sequence == 0, "nothing changed in calendars"
    host.post(address, again | {"lives-0-starts_at": "2027-06-03T20:00"})
    live.refresh_from_db()
    assert live.sequence == 1
    own = learner(training, ANA, cohort=spring)
    assert "Somebody is in it." in words(host.post(address, {"do": "out"}, follow=True))
    host.post(reverse("training:change_learner", args=[own.pk]), {"do": "move", "cohort": ""})
    host.post(address, {"do": "out"})
    assert not Cohort.objects.exists()


def test_nobody_is_put_into_a_group_of_another_training(taught: Teaching) -> None:
    training, other = taught(), taught()
    own = learner(training, ANA)
    sent = {"do": "move", "cohort": str(group(other).pk)}
    assert hosting().post(reverse("training:change_learner", args=[own.pk]), sent).status_code == 404


# --- what was handed in ---------------------------------------------------------------------------


def test_hand_ins_wait_oldest_first_and_an_answer_takes_one_out_of_the_line(taught: Teaching) -> None:
    training, host = taught(), hosting()
    lesson = lessons_of(training)[0]
    ana, ben = learner(training, ANA), learner(training, BEN)
    first, second = handed(ana, lesson, "The first."), handed(ben, lesson, "The second.")
    better = handed(ana, lesson, "The first, bettered.")
    with gate.using("training.teach"):
        assert [one.pk for one in teaching.waiting()] == [second.pk, better.pk], "the newest of each counts"
    assert first.pk
    page = words(host.get(reverse("training:answer", args=[second.pk])))
    assert "The second." in page and BEN in page
    assert "to read what you handed in, and to answer it" in told(ben)
    assert "to read what you handed in" not in told(ana)
    address = reverse("training:answer", args=[second.pk])
    answer = host.post(address, {"verdict": "again", "words": " "})
    assert answer.status_code == 422
    assert "Say what is to be bettered." in words(answer)
    assert host.post(address, {"verdict": "accepted", "words": "The edge is clean."}).status_code == 302
    with gate.using("training.teach"):
        assert [one.pk for one in teaching.waiting()] == [better.pk]
        assert Feedback.objects.get().verdict == "accepted"
    with gate.using("mailbox.look"):
        assert Message.objects.filter(template="training.answered").count() == 1
    assert "The edge is clean." in words(signed_in(ben.person).get(lesson.get_absolute_url()))


def test_what_waits_stands_on_the_overview_of_those_who_teach_and_of_nobody_else(taught: Teaching) -> None:
    training = taught()
    handed(learner(training, ANA), lessons_of(training)[0])
    page = words(hosting().get("/console/"))
    assert "Hand-ins to answer" in page
    assert "Three tiles" in page
    assert ANA not in page
    assert "Three tiles" not in words(hosting("reader@tiller.example", "reader").get("/console/"))


# --- counting ---------------------------------------------------------------------------


def test_the_report_says_how_many_tick_each_lesson_and_where_most_are_lost(taught: Teaching) -> None:
    training = taught(lessons=3)
    lessons = lessons_of(training)
    # One goes through all of it, one stops before the end, one leaves the first lesson out, one never begins.
    for at, ticked in enumerate((lessons, lessons[:2], lessons[1:2], [])):
        tick(learner(training, f"l{at}@letters.example"), *ticked)
    with gate.using("training.teach"):
        found = counting.report(training)
    assert (found.learners, found.began, found.finished, found.certified) == (4, 3, 1, 1)
    assert [(step.ticked, step.reached, step.lost) for step in found.steps] == [
        (2, 3, 1),
        (3, 3, 0),
        (1, 1, 2),
    ]
    assert found.biggest is not None
    assert found.biggest.number == 3
    page = words(hosting().get(reverse("training:report", args=[training.pk])))
    assert "Most are lost before lesson 3, “Lesson 3”: 2 stopped there." in page


def test_the_certificate_counts_as_earned_only_by_whoever_did_all_that_its_rule_asks(
    taught: Teaching,
) -> None:
    training = taught(lessons=2, rule=Training.Rule.WORK)
    lessons = lessons_of(training)
    quiz = quiz_of(lessons[0])
    ana, ben = learner(training, ANA), learner(training, BEN)
    works = {own: handed(own, lessons[1]) for own in (ana, ben)}
    for own in (ana, ben):
        tick(own, *lessons)
        signed_in(own.person).post(f"{lessons[0].get_absolute_url()}quiz/", _quiz_form(own, lessons[0], quiz))
    with gate.using("training.teach"):
        assert counting.report(training).certified == 0
    handing_in.answer(works[ana], verdict="accepted", words="")
    handing_in.answer(works[ben], verdict="again", words="Once more.")
    with gate.using("training.teach"):
        found = counting.report(training)
    assert (found.finished, found.certified) == (2, 1)


def _quiz_form(own: Enrolment, lesson: Lesson, quiz: Any, **wrong: str) -> dict[str, str]:
    """Return a form of the quiz as the learner's own page shows it."""
    page = words(signed_in(own.person).get(lesson.get_absolute_url()))
    hidden = dict(re.findall(r'<input type="hidden" name="(edition|word|once)" value="([^"]+)"', page))
    return right_answers(quiz) | hidden | wrong


def test_counting_wrong_answers_tells_each_whose_answers_were_opened_and_shows_no_name(
    taught: Teaching,
) -> None:
    training, host = taught(), hosting()
    lesson = lessons_of(training)[0]
    quiz = quiz_of(lesson)
    number = quiz.questions.get(kind="number")
    ana, ben = learner(training, ANA), learner(training, BEN)
    for own, wrong in ((ana, {}), (ben, {f"q{number.pk}": "99"})):
        answer = signed_in(own.person).post(
            f"{lesson.get_absolute_url()}quiz/", _quiz_form(own, lesson, quiz, **wrong)
        )
        assert answer.status_code in (200, 302), words(answer)
    with gate.using("training.teach"):
        assert Attempt.objects.count() == 2
    report = words(host.get(reverse("training:report", args=[training.pk])))
    assert "1 of 2 passed" in report
    page = words(host.post(reverse("training:missed", args=[quiz.pk])))
    assert "1 of 2 wrong" in page
    assert page.index("How many?") < page.index("What happened?"), "what most get wrong comes first"
    assert ANA not in page and BEN not in page
    for own in (ana, ben):
        assert "to count which questions most get wrong" in told(own)
    assert host.get(reverse("training:missed", args=[quiz.pk])).status_code == 405, "a link opens nothing"


def test_nobody_is_counted_who_erased_their_training(taught: Teaching) -> None:
    training = taught()
    own = learner(training, ANA)
    tick(own, *lessons_of(training))
    with gate.using("rights.own", actor=gate.Actor("person", str(own.person_id)), what="people.erase"):
        vault.end(own.giving)
    with gate.using("training.teach"):
        assert counting.report(training).learners == 0
