"""The outbox in the console: what stands in it, who reads what, and what its buttons do."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, mailbox, vault
from leadrush.mailbox import console
from leadrush.mailbox.models import Message, State
from leadrush.mailbox.sending import send as send_now
from leadrush.vault.models import Giving, Person
from leadrush.vault.rights import entries
from tests.rig.questions import of_page

Ana = tuple[Person, Giving]
ADDRESS = "ana@mail.example"


@pytest.fixture
def editor(published: object) -> Client:
    return signed_in("editor")


def signed_in(role: str) -> Client:
    person, _giving = vault.welcome(
        address=f"{role}@tiller.example", where="console.invite", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=person.pk).update(role=role)
    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def write(to: Ana, key: str = "k1", use: str = "webinars.serve", **more: Any) -> Message:
    return mailbox.post(
        person=to[0], giving=to[1], use=use, template="post.hello", key=key, context={"name": "Ana"}, **more
    )


def send() -> None:
    with gate.using("mailbox.deliver", actor=gate.Actor("program", "mailbox.send")):
        send_now()


def state(message: Message) -> str:
    with gate.using("mailbox.look"):
        return str(Message.objects.values_list("state", flat=True).get(pk=message.pk))


def move(message: Message, to: str) -> None:
    with gate.using("mailbox.look"):
        Message.objects.filter(pk=message.pk).update(state=to)


def url(name: str, message: Message | None = None) -> str:
    return reverse(f"mailbox:{name}", args=[message.pk] if message else [])


def test_the_list_shows_fates_and_no_person(editor: Client, given_by_ana: Ana) -> None:
    message = write(given_by_ana)
    page = editor.get(url("outbox")).content.decode()
    assert message.pk.hex[:8] in page and "Waiting" in page and "post.hello" in page
    for word in (ADDRESS, "Ana", str(given_by_ana[0].pk), given_by_ana[0].pk.hex):
        assert word not in page
    assert not entries(given_by_ana[0].pk).exists()


def test_without_a_mail_server_the_page_says_that_mail_is_read_here(
    editor: Client, given_by_ana: Ana, settings: Any
) -> None:
    settings.SMTP_URL = ""
    assert "No mail server is set." in editor.get(url("outbox")).content.decode()
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    assert "No mail server is set." not in editor.get(url("outbox")).content.decode()


def test_reading_is_written_down_first_and_the_person_sees_it(editor: Client, given_by_ana: Ana) -> None:
    message = write(given_by_ana)
    looked = editor.get(url("message", message)).content.decode()
    assert "Sealed" in looked and "Hello" not in looked
    assert not entries(given_by_ana[0].pk).exists(), "looking at its fate read its words"
    page = editor.post(url("read", message)).content.decode()
    assert "Ana" in page
    entry = entries(given_by_ana[0].pk).get()
    assert (entry.use, entry.what, entry.actor_kind, entry.clause) == (
        "mailbox.look",
        "mailbox.read",
        "staff",
        "messages",
    )


def test_a_link_to_a_message_never_opens_it(editor: Client, given_by_ana: Ana) -> None:
    message = write(given_by_ana)
    for name in ("read", "again", "take_back", "find"):
        answer = editor.get(url(name, None if name == "find" else message))
        assert answer.status_code == 405, name
    assert state(message) == State.WAITING


def test_finding_by_address_is_written_down_and_a_part_finds_nothing(
    editor: Client, given_by_ana: Ana
) -> None:
    mine = write(given_by_ana)
    other = vault.welcome(address="b@mail.example", where="t", clause="webinar-seat", confirmed=True)
    theirs = write(other, key="k2")
    page = editor.post(url("find"), {"address": ADDRESS}).content.decode()
    assert mine.pk.hex[:8] in page and theirs.pk.hex[:8] not in page
    assert entries(given_by_ana[0].pk).get().what == "mailbox.find"
    assert "Nobody." in editor.post(url("find"), {"address": "na@mail.example"}).content.decode()
    assert not entries(other[0].pk).exists()


@pytest.mark.parametrize("one", State.values)
def test_the_list_can_be_narrowed_to_each_state(editor: Client, given_by_ana: Ana, one: str) -> None:
    message, other = write(given_by_ana), write(given_by_ana, key="k2")
    move(message, one)
    move(other, State.LEFT if one != State.LEFT else State.FAILED)
    page = editor.get(url("outbox"), {"state": one}).content.decode()
    assert message.pk.hex[:8] in page and other.pk.hex[:8] not in page


def test_trying_again_twice_sends_once(editor: Client, given_by_ana: Ana, postman: Any) -> None:
    message = write(given_by_ana)
    postman.says = "550 no"
    send()
    assert state(message) == State.FAILED
    postman.says = None
    for _ in range(2):
        assert editor.post(url("again", message)).status_code == 302
    send()
    editor.post(url("again", message))
    send()
    assert len(postman.mails) == 1
    assert state(message) == State.LEFT


@pytest.mark.parametrize("gone", [State.LEFT, State.LEAVING, State.UNSURE, State.WITHDRAWN, State.REFUSED])
def test_what_is_settled_is_neither_sent_again_nor_withdrawn(
    editor: Client, given_by_ana: Ana, gone: str
) -> None:
    message = write(given_by_ana)
    move(message, gone)
    editor.post(url("again", message))
    editor.post(url("take_back", message))
    assert state(message) == gone


def test_a_withdrawn_message_does_not_leave(editor: Client, given_by_ana: Ana, postman: Any) -> None:
    message = write(given_by_ana, due_at=timezone.now() - timedelta(minutes=1))
    editor.post(url("take_back", message))
    send()
    assert not postman.mails and state(message) == State.WITHDRAWN


def test_nobody_signs_in_as_another_by_reading_their_code(
    editor: Client, given_by_ana: Ana, settings: Any
) -> None:
    message = write(given_by_ana, use="account.sign_in")
    settings.SMTP_URL = ""
    assert editor.post(url("read", message)).status_code == 403
    assert signed_in("owner").post(url("read", message)).status_code == 200
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    assert signed_in("owner").post(url("read", message)).status_code == 403


def test_an_erased_persons_words_cannot_be_read_and_the_page_says_so(
    editor: Client, given_by_ana: Ana
) -> None:
    message = write(given_by_ana)
    vault.models.PersonKey.objects.filter(person=given_by_ana[0].pk).delete()
    answer = editor.post(url("read", message))
    assert answer.status_code == 410 and b"erased" in answer.content


def test_a_message_that_is_not_there_is_not_found(editor: Client) -> None:
    assert editor.get(reverse("mailbox:message", args=[uuid.uuid4()])).status_code == 404


def test_pages_hold_fifty_and_the_questions_do_not_grow(editor: Client, given_by_ana: Ana) -> None:
    for n in range(console.PAGE + 3):
        write(given_by_ana, key=f"k{n}")
    first, found = of_page(editor, url("outbox"))
    assert len(found) <= 8, "\n".join(found)
    assert first.count("/console/outbox/") > console.PAGE
    second = editor.get(url("outbox"), {"page": 2}).content.decode()
    assert second.count("<tr>") == 1 + 3
