"""Telling of a new version: exactly those whom it concerns, once, and what their answer does."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from leadrush import gate, vault
from leadrush.accountability import keeps, notices, questions
from leadrush.accountability.models import Notice, Told
from leadrush.accountability.tests.changes.conftest import (
    HELP,
    Welcome,
    mails,
    next_text,
    publish,
    sign_in,
    wider_help,
)
from leadrush.gate.evidence import Count
from leadrush.mailbox import sending
from leadrush.mailbox.models import Message, State
from leadrush.people import receipts
from leadrush.vault.models import Choice, Item, Person

pytestmark = pytest.mark.django_db


def tell() -> int:
    with gate.using("house.keep", what="statement.notice"):
        return notices.go_on()


def helped(person: Person) -> bool:
    with gate.using(HELP, what="test"):
        return Item.objects.filter(person=person, kind="email").exists()


def path(letter: Any, words: str) -> str:
    found = re.search(re.escape(words) + r":\s+https://tiller\.example(\S+)", letter.text)
    assert found, letter.text
    return found[1]


def test_each_whom_it_concerns_gets_one_mail_and_a_second_round_writes_nothing(welcome: Welcome) -> None:
    ana, bo = welcome("ana@mail.example"), welcome("bo@mail.example")
    unsure = welcome("cy@mail.example", confirmed=False)
    publish(wider_help())
    late = welcome("late@mail.example")
    tell()
    tell()
    assert [len(mails(person)) for person in (ana, bo, unsure, late)] == [1, 1, 0, 0]
    outcomes = dict(Told.objects.values_list("person", "outcome"))
    assert outcomes == {
        ana.pk: Told.Outcome.WRITTEN,
        bo.pk: Told.Outcome.WRITTEN,
        unsure.pk: Told.Outcome.NO_WAY,
    }
    assert Notice.objects.get().told == 2


def test_a_change_of_words_alone_writes_to_nobody(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    text = next_text()
    first = replace(text.clauses[0], text="Said better.")
    publish(replace(text, clauses=(first, *text.clauses[1:])))
    tell()
    assert mails(ana) == []
    assert Notice.objects.get().done_at


def test_a_stopped_worker_goes_on_where_it_was(welcome: Welcome, monkeypatch: pytest.MonkeyPatch) -> None:
    persons = [welcome(f"p{n}@mail.example") for n in range(5)]
    publish(wider_help())
    monkeypatch.setattr(notices, "BATCH", 2)
    with gate.using("house.keep"):
        notices.begin(Notice._meta.get_field("begun_at").get_default())
        pk = Notice.objects.get().pk
        notices.step(pk)

        def dies(**_: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(notices.mailbox, "post", dies)
            with pytest.raises(RuntimeError):
                notices.step(pk)
    assert Told.objects.count() == 2
    tell()
    assert [len(mails(person)) for person in persons] == [1] * 5


def test_whoever_asked_to_be_left_out_is_not_written_to_and_reads_it_on_their_page(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    notices.no_more(person=ana, where="test")
    publish(wider_help())
    tell()
    assert mails(ana) == []
    page = sign_in(ana).get("/me/").content.decode()
    assert "You asked us not to write about that" in page
    assert "Version 2 would also answer you and help with what you asked for" in page


def test_one_click_in_the_mail_ends_these_mails_at_once(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(wider_help())
    tell()
    (letter,) = mails(ana)
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    end = letter.headers["List-Unsubscribe"].strip("<>").removeprefix("https://tiller.example")
    strict = Client(enforce_csrf_checks=True)
    shown = strict.get(end, follow=True)
    assert "End mails about the statement?" in shown.content.decode()
    assert not Choice.objects.filter(person=ana).exists()
    assert strict.post(end, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Choice.objects.get(person=ana).answer is False
    with gate.using("mailbox.deliver"):
        assert Message.objects.get(person=ana).state == State.WITHDRAWN


def test_who_says_no_while_the_mail_waits_is_not_written_to(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(wider_help())
    tell()
    vault.choose(person=ana, use="statement.notice", answer=False, where="people.me")
    with gate.using("mailbox.deliver"):
        sending.send()
        assert Message.objects.get(person=ana).state in (State.REFUSED, State.WAITING)


def test_a_yes_opens_at_once_and_looking_at_the_question_does_nothing(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    assert helped(ana)
    publish(wider_help())
    assert not helped(ana)
    tell()
    ask = path(mails(ana)[0], "Say no or yes")
    client = Client()
    page = client.get(ask, follow=True)
    text = page.content.decode()
    assert not helped(ana)
    assert text.index("No, leave it as it is") < text.index("Yes, you may")
    assert "Acme Mail" in text
    assert "If you do not answer, nothing changes" in text
    word = page.redirect_chain[-1][0]
    assert client.post(word, {"use": HELP, "answer": "maybe"}).status_code == 400
    assert client.post(word, {"use": "webinars.serve", "answer": "yes"}).status_code == 410
    assert not helped(ana)
    assert client.post(word, {"use": HELP, "answer": "yes"}).status_code == 200
    assert helped(ana)
    choice = Choice.objects.get(person=ana, use=HELP)
    assert (choice.answer, choice.version.number) == (True, 2)


def test_a_yes_to_a_new_version_has_a_receipt_of_what_it_opened(welcome: Welcome) -> None:
    ana, bo = welcome("ana@mail.example"), welcome("bo@mail.example")
    publish(wider_help())
    tell()
    told = Told.objects.get(person=ana)
    questions.answer(person=ana, told=told, use=HELP, yes=True)
    vault.choose(person=bo, use=HELP, answer=True, where="people.me")
    (yes,) = receipts.held(ana.pk)
    assert "us, Acme Mail" in {part.who for part in receipts.parts(yes)}
    assert receipts.held(bo.pk) == [], "a switch of what rests on something else is no consent"
    assert f"/me/receipts/{yes.record}/" in sign_in(ana).get("/me/").content.decode()
    questions.answer(person=ana, told=told, use=HELP, yes=False)
    (yes,) = receipts.held(ana.pk)
    assert yes.withdrawn is not None


def test_a_no_leaves_everything_as_it_was_and_is_not_asked_again(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(wider_help())
    tell()
    client = sign_in(ana)
    page = client.get("/me/").content.decode()
    assert page.index('value="no">No<') < page.index('value="yes">Yes<')
    client.post("/me/statement/", {"version": "2", "use": HELP, "answer": "no"})
    assert not helped(ana)
    assert Told.objects.get(person=ana).no == HELP
    tell()
    assert len(mails(ana)) == 1
    page = client.get("/me/").content.decode()
    assert "You said no. Everything stays as it was." in page


def test_a_no_to_more_closes_nothing_of_what_was_open(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(next_text())
    told = Told.objects.create(
        person=ana, version=gate.Version.objects.get(number=2), outcome="written", uses=HELP
    )
    assert helped(ana)
    questions.answer(person=ana, told=told, use=HELP, yes=False)
    assert helped(ana)
    assert not Choice.objects.filter(person=ana).exists()


def test_a_yes_is_as_easily_taken_back(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(wider_help())
    tell()
    client = sign_in(ana)
    client.post("/me/statement/", {"version": "2", "use": HELP, "answer": "yes"})
    assert helped(ana)
    assert "Take the yes back" in client.get("/me/").content.decode()
    client.post("/me/statement/", {"version": "2", "use": HELP, "answer": "no"})
    assert not helped(ana)


def test_an_answer_to_what_a_later_version_says_otherwise_is_refused(welcome: Welcome) -> None:
    ana = welcome("ana@mail.example")
    publish(wider_help())
    tell()
    publish(next_text())
    client = sign_in(ana)
    answer = client.post("/me/statement/", {"version": "2", "use": HELP, "answer": "yes"}, follow=True)
    assert "That is asked no longer" in answer.content.decode()
    assert not Choice.objects.filter(person=ana, use=HELP).exists()


@pytest.mark.parametrize(
    "sent",
    [{}, {"answer": "yes"}, {"answer": "x", "version": "2"}, {"answer": "no", "version": "9" * 30}],
)
def test_a_strange_answer_gets_a_word_and_does_nothing(welcome: Welcome, sent: dict[str, str]) -> None:
    ana = welcome("ana@mail.example")
    assert sign_in(ana).post("/me/statement/", sent).status_code == 400


def test_somebody_elses_question_cannot_be_answered(welcome: Welcome) -> None:
    ana, bo = welcome("ana@mail.example"), welcome("bo@mail.example")
    publish(wider_help())
    tell()
    Told.objects.filter(person=bo).delete()
    sign_in(bo).post("/me/statement/", {"version": "2", "use": HELP, "answer": "yes"})
    assert not helped(ana)
    assert not helped(bo)


def test_the_clause_counts_who_was_not_told_and_who_could_be_written_to_after_a_no(welcome: Welcome) -> None:
    ana, bo = welcome("ana@mail.example"), welcome("bo@mail.example")
    with gate.using("accountability.check"):
        assert keeps.everybody_concerned_was_told() == Count(0, 2)
    publish(wider_help())
    tell()
    with gate.using("accountability.check"):
        assert keeps.everybody_concerned_was_told() == Count(0, 4)
    Told.objects.filter(person=bo).delete()
    with gate.using("accountability.check"):
        assert keeps.everybody_concerned_was_told() == Count(1, 4)
    vault.choose(person=ana, use="statement.notice", answer=False, where="people.me")
    with gate.using("accountability.check"):
        assert keeps.everybody_concerned_was_told() == Count(1, 4)
    with gate.using("house.keep"):
        Item.objects.filter(person=ana).update(mask=2**62 - 1)
    with gate.using("accountability.check"):
        assert keeps.everybody_concerned_was_told().missed == 2
