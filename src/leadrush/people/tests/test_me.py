"""“What we hold about you”: everything, where it came from, who used it, and what may be switched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone

from leadrush import gate, ledger, mailbox, vault
from leadrush.gate import tasks
from leadrush.ledger import Entry
from leadrush.mailbox.models import Message
from leadrush.people.tests.conftest import ANA, registered, sign_in
from leadrush.vault import collects, keys
from leadrush.vault.models import Choice, Item, Person
from tests.rig.questions import of_page


def page(response: Any) -> str:
    return str(response.content.decode())


def test_every_item_is_shown_with_where_it_came_from_and_what_it_is_for(as_ana: Client) -> None:
    shown = page(as_ana.get("/me/"))
    assert ANA in shown
    assert "Safari" not in shown
    assert "A browser" in shown  # where she is signed in is held too
    assert "E-mail" in shown
    assert 'href="/me/address/"' in shown
    assert "Let you, and nobody else, sign in" in shown
    assert 'href="/privacy/#your-address"' in shown


def test_reading_the_page_is_itself_written_down_with_ones_own_name_for_oneself(as_ana: Client) -> None:
    as_ana.get("/me/")
    shown = page(as_ana.get("/me/"))
    assert "<b>You</b> read this page." in shown
    assert "<b>The sign-in program</b>" not in shown  # the letter is written; the mail program has not run
    with gate.using("mailbox.deliver", actor=gate.Actor("program", "mailbox.send")):
        mailbox.sending.send()
    shown = page(as_ana.get("/me/"))
    assert "<b>The sign-in program</b> used your e-mail address to send you a code." in shown


def queries(client: Client, path: str) -> int:
    _page, found = of_page(client, path)
    return len(found)


def test_the_page_asks_one_question_a_declared_model_and_eight_more_at_most(
    as_ana: Client, ana: Person
) -> None:
    as_ana.get("/me/")
    few = queries(as_ana, "/me/")
    person = Person.objects.get(pk=ana.pk)
    for n in range(30):
        _person, giving = registered(ANA, where="webinars.register", about=f"webinars.webinar:{n}")
        mailbox.post(
            person=person,
            giving=giving,
            use="account.sign_in",
            template="people.moved",
            key=f"test:{n}",
            context={"business": "x", "gone": True, "at": "today"},
        )
        Client().get("/sign-in/")
    sign_in(Client(), person, ANA)
    with gate.using("mailbox.deliver", actor=gate.Actor("program", "mailbox.send")):
        mailbox.sending.send()
    many = queries(as_ana, "/me/")
    assert many <= few
    assert many <= len(collects.gated()) + 8
    for n in range(5):
        look(works_here(f"host{n}@tiller.example", f"Host {n} Halloran"), ana)
    webinar = "webinars.webinar:1"
    with gate.using("support.help", actor=gate.Actor("program", "webinars.mail"), what="support.help"):
        vault.address_of(ana.pk, about=webinar)
    shown = page(as_ana.get("/me/"))
    assert all(f"<b>Host {n} Halloran</b> used" in shown for n in range(5))
    assert queries(as_ana, "/me/") <= len(collects.gated()) + 8, "whoever was looked at by staff waits"


def works_here(address: str, name: str) -> Person:
    """Let somebody work here, who goes by a name."""
    person, giving = registered(address)
    Person.objects.filter(pk=person.pk).update(role="host")
    vault.put(person=person, kind="name", category="Name", value=name, giving=giving)
    return person


def look(staff: Person, person: Person) -> None:
    """Let somebody who works here open a person's address."""
    with gate.using("support.help", actor=gate.Actor("staff", str(staff.pk)), what="console.helped"):
        vault.address_of(person.pk)


def test_whoever_is_named_on_anothers_page_finds_that_in_their_own_ledger(
    as_ana: Client, ana: Person
) -> None:
    named = [works_here(f"host{n}@tiller.example", f"Host {n}") for n in range(2)]
    idle = works_here("idle@tiller.example", "Idle Vale")
    for staff in named:
        look(staff, ana)
    for path in ("/me/", "/me/uses/"):
        before = Entry.objects.count()
        shown = page(as_ana.get(path))
        assert "Host 0" in shown
        assert "Host 1" in shown
        assert "Idle Vale" not in shown
        written = list(Entry.objects.order_by("pk")[before:])
        marks = {vault.mark_of(staff.pk) for staff in named}
        assert {entry.subject for entry in written if entry.what == "people.staff"} == marks
        assert {entry.actor for entry in written} == {vault.mark_of(ana.pk)}
        assert [entry.what for entry in written].count("rights.see") == 1
    assert vault.mark_of(idle.pk) not in Entry.objects.values_list("subject", flat=True)


def test_somebody_who_works_here_is_you_on_their_own_page(client: Client, published: object) -> None:
    staff = works_here("host@tiller.example", "Hedda Vale")
    sign_in(client, staff, "host@tiller.example")
    look(staff, staff)
    shown = page(client.get("/me/"))
    assert "<b>You</b> used your e-mail address" in shown
    assert "<b>Hedda Vale</b> used" not in shown
    assert "Hedda Vale, these are all" in shown


def test_when_the_ledger_cannot_be_written_neither_the_page_nor_a_name_opens(
    as_ana: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(works_here("host@tiller.example", "Hedda Vale"), ana)
    opened: list[str] = []
    real = keys.Ring.open

    def opens(ring: keys.Ring, *what: Any) -> str:
        opened.append(value := real(ring, *what))
        return value

    monkeypatch.setattr(keys.Ring, "open", opens)
    with connections["ledger"].execute_wrapper(_full), pytest.raises(ledger.Unwritten):
        as_ana.get("/me/")
    assert opened == []


def _full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Be a disk without room: what is asked is answered, and nothing is written."""
    if sql.startswith("INSERT"):
        raise OperationalError("database or disk is full")
    return execute(sql, params, many, context)


def test_a_name_given_by_those_who_work_here_is_who_looked(as_ana: Client, ana: Person, bo: Person) -> None:
    Person.objects.filter(pk=bo.pk).update(role="host")
    giving = vault.give(person=bo, where="people.name", clause="your-address", confirmed=True)
    vault.put(person=bo, kind="name", category="Name", value="Bo Halloran", giving=giving)
    with gate.using("support.help", actor=gate.Actor("staff", str(bo.pk)), what="console.helped"):
        vault.address_of(ana.pk)
    assert "<b>Bo Halloran</b> used your e-mail address" in page(as_ana.get("/me/"))
    with gate.using("house.keep"):
        Item.objects.filter(person=bo, kind="name").delete()
    assert "<b>Somebody who works here</b> used your e-mail address" in page(as_ana.get("/me/"))


def test_nobody_reads_of_a_use_that_nothing_of_theirs_was_given_for(as_ana: Client, ana: Person) -> None:
    words = "Know who works here"
    assert words not in page(as_ana.get("/me/"))
    giving = registered(ANA, where="console.invite", clause="working-here")[1]
    assert words in page(as_ana.get("/me/"))
    vault.end(giving)
    assert words not in page(as_ana.get("/me/"))


def test_uses_come_25_a_page_newest_first(as_ana: Client) -> None:
    for _ in range(30):
        as_ana.get("/me/")
    first = page(as_ana.get("/me/uses/"))
    assert first.count("<li><time") == 25
    assert (
        page(as_ana.get("/me/uses/?page=2")).count("<li><time")
        == Entry.objects.exclude(subject="").count() - 25
    )
    for number in ("0", "-1", "x", "9" * 30, ""):
        assert as_ana.get("/me/uses/", {"page": number}).status_code == 200


def test_nobody_sees_anothers_page(client: Client, ana: Person, bo: Person) -> None:
    for path in ("/me/", "/me/uses/", "/me/name/", "/me/address/", "/me/sessions/", "/me/passkeys/"):
        assert client.get(path)["Location"].startswith("/sign-in/?next=")
    from leadrush.people.tests.conftest import BO

    sign_in(client, bo, BO)
    assert ANA not in page(client.get("/me/"))


# --- switches -----------------------------------------------------------------------------------------

ANNOUNCE = "webinars.announce"


def mask(person: Person) -> int:
    with gate.using("house.keep"):
        return int(Item.objects.get(person=person, kind="email").mask)


def test_a_switch_binds_at_once_and_a_waiting_message_stays(as_ana: Client, ana: Person) -> None:
    bit = 1 << gate.uses.get(ANNOUNCE).bit
    assert not mask(ana) & bit
    as_ana.post("/me/switch/", {"use": ANNOUNCE, "on": "on"})
    assert mask(ana) & bit
    giving = vault.give(person=ana, where="webinars.register", clause="webinar-later", confirmed=True)
    mailbox.post(
        person=ana,
        giving=giving,
        use=ANNOUNCE,
        template="people.moved",
        kind="promotion",
        key="k",
        context={"business": "x", "gone": True, "at": "today"},
    )
    response = as_ana.post("/me/switch/", {"use": ANNOUNCE})
    assert response["Location"] == "/me/#may"
    assert not mask(ana) & bit
    tasks.get("mailbox.send").run()
    with gate.using("mailbox.look"):
        assert Message.objects.get(key="k").state == "refused"
    shown = page(as_ana.get("/me/"))
    assert "You switched this off on" in shown
    assert "<b>You</b> told us not to" in shown


@pytest.mark.parametrize(
    "use", ["webinars.serve", "account.sign_in", "rights.own", "nonsense", "", "x" * 10_000]
)
def test_what_has_no_switch_is_not_switched(as_ana: Client, ana: Person, use: str) -> None:
    before = mask(ana)
    assert as_ana.post("/me/switch/", {"use": use}).status_code == 400
    assert mask(ana) == before
    assert not Choice.objects.filter(person=ana).exists()


def test_locked_uses_are_shown_with_why(as_ana: Client) -> None:
    shown = page(as_ana.get("/me/"))
    assert "Part of what you asked for: it ends when that ends." in shown
    assert "Off, because you have not said yes." in shown
    assert "disabled" in shown


# --- was this you? ------------------------------------------------------------------------------------


def test_what_somebody_typed_under_ones_address_is_asked_about(client: Client, published: object) -> None:
    person, giving = registered(ANA, confirmed=False, lapses_at=timezone.now() + timedelta(days=9))
    sign_in(client, person, ANA)
    shown = page(client.get("/me/"))
    assert "Was this you?" in shown
    assert "This wasn’t me" in shown
    client.post("/me/was-it-you/", {"giving": str(giving.pk), "answer": "no"})
    giving.refresh_from_db()
    assert giving.ended_at is not None
    assert "Was this you?" not in page(client.get("/me/"))
    assert "over already" in page(
        client.post("/me/was-it-you/", {"giving": str(giving.pk), "answer": "yes"}, follow=True)
    )


def test_a_yes_makes_it_ones_own(client: Client, published: object) -> None:
    person, giving = registered(ANA, confirmed=False, lapses_at=timezone.now() + timedelta(days=9))
    sign_in(client, person, ANA)
    client.post("/me/was-it-you/", {"giving": str(giving.pk), "answer": "yes"})
    giving.refresh_from_db()
    assert giving.confirmed_at is not None
    assert "Was this you?" not in page(client.get("/me/"))


def test_nobody_answers_for_what_another_was_given(as_ana: Client, bo: Person) -> None:
    _person, giving = registered("bo@post.example", confirmed=False)
    for answer in ("yes", "no"):
        as_ana.post("/me/was-it-you/", {"giving": str(giving.pk), "answer": answer})
    as_ana.post("/me/was-it-you/", {"giving": "nonsense", "answer": "no"})
    giving.refresh_from_db()
    assert giving.confirmed_at is None
    assert giving.ended_at is None


# --- name ---------------------------------------------------------------------------------------------


def test_a_name_is_added_changed_and_taken_out(as_ana: Client, ana: Person) -> None:
    assert "We hold none" in page(as_ana.get("/me/name/"))
    as_ana.post("/me/name/", {"name": "  Ana Brightwater  "})
    assert "Ana Brightwater, these are all" in page(as_ana.get("/me/"))
    as_ana.post("/me/name/", {"name": "Аня <b>&"})
    shown = page(as_ana.get("/me/"))
    assert "Аня &lt;b&gt;&amp;, these are all" in shown
    assert "Ana Brightwater" not in shown
    as_ana.post("/me/name/", {"name": ""})
    with gate.using("house.keep"):
        assert not Item.objects.filter(person=ana, kind="name").exists()


@pytest.mark.parametrize("name", ["x" * 10_000, "Ana\nBcc: eve@evil.example", "Ana\x00", "Ana\u2028x"])
def test_what_is_no_name_gets_a_word_and_is_not_kept(as_ana: Client, ana: Person, name: str) -> None:
    response = as_ana.post("/me/name/", {"name": name})
    assert response.status_code == 422
    assert 'class="errors"' in page(response)
    with gate.using("house.keep"):
        assert not Item.objects.filter(person=ana, kind="name").exists()


def test_many_letters_are_all_there_and_do_not_bury_the_rest(as_ana: Client, ana: Person) -> None:
    _person, giving = registered(ANA, about="webinars.webinar:1")
    for n in range(6):
        mailbox.post(
            person=ana,
            giving=giving,
            use="account.sign_in",
            template="people.code",
            key=f"many:{n}",
            context={"code": f"00000{n}", "business": "x"},
        )
    shown = page(as_ana.get("/me/"))
    assert all(f"00000{n}" in shown for n in range(6))
    assert shown.index("more, older</summary>") > shown.index(ANA)
