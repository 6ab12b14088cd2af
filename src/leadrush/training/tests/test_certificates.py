"""A certificate is had by whoever finished, names nobody who did not want that, and is shown after a yes."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from leadrush import gate, vault
from leadrush.training import certifying, courses, editions, enrolling, handing_in, keeps, quizzing, ticking
from leadrush.training.models import (
    Assignment,
    Certificate,
    Enrolment,
    Feedback,
    Publication,
    Training,
)
from leadrush.training.tests.conftest import Teaching, learner, lessons_of, quiz_of, right_answers, signed_in
from leadrush.vault.models import Giving


def ready(taught: Teaching, **facts: Any) -> Enrolment:
    enrolment = learner(taught(lessons=1, **facts))
    ticking.tick(enrolment, lessons_of(enrolment.training)[0])
    return enrolment


def issued(enrolment: Enrolment, name: str = "") -> Certificate:
    with gate.using("training.learn"):
        return certifying.issue(courses.read(enrolment.training, enrolment), name=name)


def test_before_the_end_it_says_what_is_missing_and_gives_none(taught: Teaching) -> None:
    training = taught(rule=Training.Rule.WORK)
    enrolment = learner(training)
    first, second, third = lessons_of(training)
    quiz = quiz_of(first)
    work = Assignment.objects.create(lesson=third, title="Lines", body="Send them.")
    browser, address = signed_in(enrolment.person), f"{training.get_absolute_url()}certificate/"

    def missing() -> str:
        return str(browser.get(address).content.decode())

    assert "Tick lesson 2, “Lesson 2”." in missing()
    assert browser.post(address, {"name": "Wren"}).status_code == 409
    for lesson in (first, second, third):
        ticking.tick(enrolment, lesson)
    assert "Pass the quiz of lesson 1." in missing()
    edition = editions.current(quiz)
    assert edition is not None
    sent = right_answers(quiz)
    answers = {key[1:]: value for key, value in sent.items() if key.startswith("q")}
    quizzing.hand_over(enrolment, edition, answers, once=uuid.uuid4())
    assert "Hand in what lesson 3 asks for" in missing()
    handed = handing_in.hand_in(enrolment, work, words="Three lines", once=uuid.uuid4())
    handing_in.answer(handed, verdict=Feedback.Verdict.ACCEPTED, words="")
    assert "You have done all that it asks for." in missing()
    answer = browser.post(address, {"name": "Wren Halloway"})
    assert answer.status_code == 302
    again = browser.post(address, {"name": "Somebody else"})
    assert again["Location"] == answer["Location"]
    assert "Wren Halloway" in browser.get(answer["Location"]).content.decode()


def test_it_is_shown_only_after_a_yes_and_without_the_name_unless_that_was_chosen(
    taught: Teaching, client: Client
) -> None:
    enrolment = ready(taught)
    certificate = issued(enrolment, "Wren Halloway")
    browser, own = signed_in(enrolment.person), f"/me/certificates/{certificate.number}/"
    public = f"/certificates/{certificate.number}/"
    nothing = client.get(public)
    assert nothing.status_code == 404
    assert "Nothing is shown under this number" in nothing.content.decode()
    assert client.get("/certificates/AAAA-BBBB-CCCC/").status_code == 404
    browser.post(own, {"act": "show", "name": "Wren Halloway"})
    page = client.get(public).content.decode()
    assert "From map to plot" in page
    assert "Wren Halloway" not in page
    wrong = browser.post(own, {"act": "show", "with_name": "on", "name": ""})
    assert wrong.status_code == 422
    browser.post(own, {"act": "show", "with_name": "on", "name": "W. Halloway"})
    assert "W. Halloway" in client.get(public).content.decode()
    browser.post(own, {"act": "hide"})
    assert client.get(public).status_code == 404
    with gate.using("accountability.check"):
        assert keeps.shown_only_after_a_yes().kept


def test_a_no_on_their_own_page_takes_it_down_at_once_and_erases_it_within_the_hour(
    taught: Teaching, client: Client
) -> None:
    enrolment = ready(taught)
    certificate = issued(enrolment)
    certifying.show(certificate, name="Wren Halloway")
    public = f"/certificates/{certificate.number}/"
    assert client.get(public).status_code == 200
    vault.choose(person=enrolment.person, use="training.show", answer=False, where="people.me")
    assert client.get(public).status_code == 404
    with gate.using("house.keep"):
        assert certifying.end_refused() == 1
        assert not Publication.objects.exists()
        assert Certificate.objects.exists()


def test_a_certificate_outlives_the_access_and_goes_when_it_is_erased(taught: Teaching) -> None:
    from leadrush.vault import item_erasing

    enrolment = ready(taught)
    certificate = issued(enrolment, "Wren")
    certifying.show(certificate, name="Wren")
    enrolling.end(enrolment)
    vault.end(Giving.objects.get(pk=enrolment.giving_id))
    browser = signed_in(enrolment.person)
    paper = browser.get(f"/me/certificates/{certificate.number}/certificate.pdf")
    assert paper.content.startswith(b"%PDF-")
    with gate.using("rights.own"):
        shown = Publication.objects.get()
        item_erasing.erase_item(enrolment.person_id, f"training.publication:{shown.pk}")
        assert Certificate.objects.exists()
        item_erasing.erase_item(enrolment.person_id, f"training.certificate:{certificate.pk}")
        assert not Certificate.objects.exists()


def test_nobody_else_opens_or_changes_it(taught: Teaching) -> None:
    certificate = issued(ready(taught), "Wren")
    stranger = signed_in(learner(taught(), "stranger@letters.example").person)
    for path in ("", "certificate.pdf"):
        assert stranger.get(f"/me/certificates/{certificate.number}/{path}").status_code == 404
    assert stranger.post(f"/me/certificates/{certificate.number}/", {"act": "show"}).status_code == 404


@pytest.mark.parametrize("name", ["", "Ana-María Ðoković", "#let x = 1 \\ [*]"])
def test_a_name_is_set_as_it_was_typed_and_never_as_source(taught: Teaching, name: str) -> None:
    from leadrush.training import setting

    certificate = issued(ready(taught), name)
    assert setting.pdf(certificate, name, published=True).startswith(b"%PDF-")


def test_numbers_cannot_be_guessed() -> None:
    drawn = {certifying.number() for _time in range(200)}
    assert len(drawn) == 200
    assert all(len(one) == 14 and set(one) <= {*certifying.SIGNS, "-"} for one in drawn)
