"""Messages: written once, sent once, and only while their person allows it."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from leadrush import gate, ledger, mailbox, vault
from leadrush.mailbox import carriers, sending
from leadrush.mailbox.models import Message, State
from leadrush.vault import rights
from leadrush.vault.models import Giving, Person
from tests.rig.postman import Postman

Ana = tuple[Person, Giving]


def write(ana: Ana, key: str = "k1", use: str = "webinars.serve", **more: Any) -> Message:
    person, giving = ana
    return mailbox.post(
        person=person,
        giving=giving,
        use=use,
        template="post.hello",
        key=key,
        context={"name": "Ana", "title": "Beds", "link": mailbox.Address("http://testserver/l/x/")},
        **more,
    )


def send(**more: Any) -> int:
    with gate.using("mailbox.deliver", actor=gate.Actor("program", "mailbox.send")):
        return sending.send(**more)


def state(key: str = "k1") -> tuple[str, str]:
    with gate.using("mailbox.deliver"):
        message = Message.objects.get(key=key)
    return message.state, message.why


def test_a_message_arrives_once_as_text_and_html_from_the_business(
    given_by_ana: Ana, postman: Postman
) -> None:
    write(given_by_ana)
    write(given_by_ana)
    assert send() == 1
    assert send() == 0
    (mail,) = postman.mails
    assert postman.recipients == ["ana@mail.example"]
    assert mail["Subject"] == "Hello Ana"
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.walk() if not part.is_multipart())
    assert "Your seat for Beds is kept." in text
    assert "I can't come:\nhttp://testserver/l/x/" in text
    assert '<a href="http://testserver/l/x/"' in html
    assert state() == (State.LEFT, "The mail server took it.")


def test_a_rolled_back_act_sends_nothing(given_by_ana: Ana, postman: Postman) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(given_by_ana)
        _ = 1 / 0
    send()
    assert not postman.mails


def test_nothing_rests_in_the_outbox_that_names_the_person(given_by_ana: Ana, postman: Postman) -> None:
    write(given_by_ana)
    with gate.using("mailbox.deliver"):
        row = Message.objects.values().get()
    assert "ana@mail" not in str(row)
    assert b"Ana" not in bytes(row["sealed"])


def test_an_opt_out_stops_what_waits(given_by_ana: Ana, postman: Postman) -> None:
    person, giving = given_by_ana
    vault.choose(person=person, use="webinars.announce", answer=True, where="t", giving=giving)
    write(given_by_ana, use="webinars.announce", kind="promotion")
    vault.choose(person=person, use="webinars.announce", answer=False, where="t")
    send()
    assert not postman.mails
    assert state() == (State.REFUSED, "The person said no.")


def test_a_message_to_somebody_who_went_is_withdrawn_and_the_others_leave(
    given_by_ana: Ana, postman: Postman
) -> None:
    from leadrush.vault.models import PersonKey

    gone = vault.welcome(address="gone@mail.example", where="t", clause="webinar-seat", confirmed=True)
    write(gone, key="gone")
    write(given_by_ana)
    PersonKey.objects.filter(person=gone[0].pk).delete()
    send()
    assert postman.recipients == ["ana@mail.example"]
    assert state("gone")[0] == State.WITHDRAWN


def test_a_busy_server_is_tried_again_later_and_longer(given_by_ana: Ana, postman: Postman) -> None:
    write(given_by_ana)
    postman.says = "451 come back"
    send()
    assert state() == (State.WAITING, "The mail server said 451.")
    with gate.using("mailbox.deliver"):
        first = Message.objects.get()
    assert first.next_at > timezone.now() + timedelta(seconds=30)
    assert send() == 0, "it did not wait"
    postman.says = None
    assert send(now=first.next_at) == 1
    assert state()[0] == State.LEFT


def test_a_server_that_never_takes_it_is_given_up_in_the_end(given_by_ana: Ana, postman: Postman) -> None:
    write(given_by_ana)
    postman.says = "451 never"
    now = timezone.now()
    for _ in range(len(sending.WAITS) + 1):
        send(now=now)
        now += timedelta(days=2)
    assert state()[0] == State.FAILED
    assert send(now=now) == 0


def test_an_address_that_does_not_exist_fails_at_once_and_its_address_is_in_no_log(
    given_by_ana: Ana, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write(given_by_ana)
    postman.says = "550 ana@mail.example is unknown"
    send()
    assert state() == (State.FAILED, "The mail server said 550.")
    ours = [
        r.getMessage() for r in caplog.records if not r.name.startswith("mail.log")
    ]  # the server logs there
    assert "ana@mail" not in "\n".join(ours)


def test_without_a_server_to_reach_everything_waits(given_by_ana: Ana, settings: Any) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    write(given_by_ana)
    send()
    assert state() == (State.WAITING, "The mail server cannot be reached (ConnectionRefusedError).")
    assert not ledger.Entry.objects.filter(what="post.hello").exists(), "an address opened for nothing"


def test_without_any_server_the_message_stands_in_the_outbox(given_by_ana: Ana, settings: Any) -> None:
    settings.SMTP_URL = ""
    write(given_by_ana)
    send()
    assert state() == (State.LEFT, carriers.Carrier.word)


@pytest.mark.parametrize(
    ("kind", "after"), [("needed", State.WAITING), ("notice", State.WAITING), ("promotion", State.UNSURE)]
)
def test_what_a_killed_worker_left_behind_goes_again_unless_it_is_a_promotion(
    given_by_ana: Ana, postman: Postman, kind: str, after: str
) -> None:
    person, giving = given_by_ana
    vault.choose(person=person, use="webinars.announce", answer=True, where="t", giving=giving)
    message = write(given_by_ana, kind=kind)
    with gate.using("mailbox.deliver"):
        Message.objects.update(state=State.LEAVING, moved_at=timezone.now() - timedelta(hours=1))
    send()
    if after == State.UNSURE:
        assert not postman.mails
        assert state()[0] == State.UNSURE
    else:
        assert [mail["Message-ID"] for mail in postman.mails] == [f"<{message.pk}@tiller.example>"]


def test_a_batch_is_one_entry_and_each_person_sees_their_part_of_it(
    given_by_ana: Ana, postman: Postman
) -> None:
    others = [
        vault.welcome(address=f"p{n}@mail.example", where="t", clause="webinar-seat", confirmed=True)
        for n in range(4)
    ]
    for n, other in enumerate([given_by_ana, *others]):
        write(other, key=f"b{n}", about="webinars.webinar:1")
    send()
    assert len(postman.mails) == 5
    entry = ledger.Entry.objects.get(what="post.hello")
    assert entry.count == 5
    for person, _giving in [given_by_ana, *others]:
        assert entry in list(rights.entries(person.pk))


def test_a_name_with_markdown_in_it_stays_a_name(given_by_ana: Ana, postman: Postman) -> None:
    person, giving = given_by_ana
    mailbox.post(
        person=person,
        giving=giving,
        use="webinars.serve",
        template="post.hello",
        key="md",
        context={"name": "[click](http://evil.example) <b>x</b>", "title": "a\nb *c*", "link": ""},
    )
    send()
    (mail,) = postman.mails
    assert mail["Subject"] == "Hello [click](http://evil.example) <b>x</b>"
    html = next(part for part in mail.walk() if part.get_content_subtype() == "html").get_content()
    assert 'href="http://evil.example"' not in html
    assert "a b *c*" in html


def test_withdrawing_says_why_and_reaches_only_what_waits(given_by_ana: Ana, postman: Postman) -> None:
    write(given_by_ana, key="sent", about="w:1")
    send()
    write(given_by_ana, key="later", about="w:1", due_at=timezone.now() + timedelta(days=1))
    assert mailbox.withdraw(about="w:1", why="The webinar was cancelled.") == 1
    assert state("later") == (State.WITHDRAWN, "The webinar was cancelled.")
    assert state("sent")[0] == State.LEFT


def test_a_message_to_another_of_their_addresses_goes_there_and_nowhere_else(
    given_by_ana: Ana, postman: Postman
) -> None:
    person, giving = given_by_ana
    vault.put(
        person=person, kind="email.pending", category="EmailAddress", value="new@mail.example", giving=giving
    )
    write(given_by_ana, to="email.pending")
    write(given_by_ana, key="k2", to="email.nowhere")
    assert send() == 2
    assert postman.recipients == ["new@mail.example"]
    assert state("k2") == ("refused", "We no longer hold an address.")


def test_an_address_that_the_server_cannot_write_holds_nobody_else_up(
    given_by_ana: Ana, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    import smtplib

    # A server without SMTPUTF8: it does not offer the word, so the client may not use it.
    offered = smtplib.SMTP.has_extn
    monkeypatch.setattr(
        smtplib.SMTP, "has_extn", lambda self, name: name.lower() != "smtputf8" and offered(self, name)
    )
    zoe = vault.welcome(address="zo\u00eb@mail.example", where="t", clause="webinar-seat", confirmed=True)
    write(zoe, key="a")
    write(given_by_ana, key="b")
    send()
    assert state("a") == (
        State.FAILED,
        "The mail server cannot write to this address (SMTPNotSupportedError).",
    )
    assert postman.recipients == ["ana@mail.example"]


def test_a_message_that_is_withdrawn_while_the_server_is_away_stays_withdrawn(
    given_by_ana: Ana, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:9"
    stale = write(given_by_ana, about="w:1")
    mailbox.withdraw(about="w:1", why="The person said so.")
    sending._postpone([stale], "The mail server cannot be reached.")
    assert state() == (State.WITHDRAWN, "The person said so.")
