"""Erasing, as its person meets it: the plan, the receipt, the letter, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import pytest
import time_machine
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from leadrush import gate
from leadrush.gate import tasks
from leadrush.gate.evidence import Count
from leadrush.mailbox.models import Message
from leadrush.people import keeps, leaving, terminal
from leadrush.people.models import Asked
from leadrush.people.tests.conftest import ANA, letters, sign_in
from leadrush.vault import copies, erasing, merging, pointing, replaying, rights, tombstones
from leadrush.vault.models import Erasure, Item, Person, PersonKey

pytestmark = pytest.mark.usefixtures("published")


@pytest.fixture(autouse=True)
def stones(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.TOMBSTONES = tmp_path / "tombstones" / "erased.jsonl"
    replaying._Whole.until = 0
    yield


def test_everything_about_a_person_goes_and_they_get_a_receipt(as_ana: Client, ana: Person) -> None:
    page = as_ana.get("/me/erase/")
    assert page.status_code == 200
    assert ANA in page.content.decode()
    answer = as_ana.post("/me/erase/")
    assert answer.status_code == 302, answer.content.decode()
    erasure = Erasure.objects.get()
    assert answer["Location"] == f"/receipts/{erasure.code}/"
    shown = as_ana.get(answer["Location"])
    assert shown.status_code == 200
    assert erasure.code in shown.content.decode()
    assert ANA not in shown.content.decode()
    with gate.using("accountability.check"):
        assert not pointing.left({ana.pk})
    assert as_ana.get("/me/").status_code == 302
    assert Person.objects.count() == 1, "the farewell has a number of its own"
    tasks.get("mailbox.send").run()
    tasks.get("people.farewell").run()
    assert not Person.objects.exists()
    assert not PersonKey.objects.exists()
    with gate.using("house.keep"):
        assert not Item.objects.exists()
        assert not Message.objects.exists()
        assert keeps.erased_is_gone().kept


def test_what_goes_what_stays_and_the_backups_stand_there_before_anything_happens(
    as_ana: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "_find", [])
    page = as_ana.get("/me/erase/").content.decode()
    assert "This site has no copy of your key" in page
    assert "You will not be able to sign in." in page
    made = [timezone.now() - timedelta(days=n) for n in range(9)]
    monkeypatch.setattr(copies, "_find", [lambda: made])
    page = as_ana.get("/me/erase/").content.decode()
    assert "7 copies of the keys hold yours today" in page
    assert Erasure.objects.count() == 0
    assert not tombstones.erased({ana.pk})


def test_nobody_sees_or_does_it_unless_they_showed_a_moment_ago_who_they_are(ana: Person) -> None:
    stranger, stale = Client(), Client()
    stale.force_login(ana)
    for path in ("/me/erase/", "/me/erase/vault.item:1/"):
        for client in (stranger, stale):
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 302
                assert answer["Location"].startswith(("/sign-in/?", "/sign-in/again/?"))
    assert not tombstones.erased({ana.pk})


def test_on_a_full_disk_the_page_says_that_nothing_was_erased(
    as_ana: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int, text: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tombstones, "_write", full)
    (key,) = [one for one in keys_of(ana) if one.startswith("people.signin")]
    for path in ("/me/erase/", f"/me/erase/{key}/"):
        answer = as_ana.post(path)
        assert answer.status_code == 503
        assert "Nothing was erased" in answer.content.decode()
    monkeypatch.undo()
    assert as_ana.get("/me/").status_code == 200


def keys_of(person: Person) -> list[str]:
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
        return [record.key for record in rights.records(person.pk)]


def test_a_second_click_and_another_window_are_told_that_it_is_done(as_ana: Client, ana: Person) -> None:
    other = Client()
    sign_in(other, ana, ANA)
    as_ana.post("/me/erase/")
    assert other.post("/me/erase/").status_code == 302
    assert other.get("/me/")["Location"].startswith("/sign-in/")
    assert Erasure.objects.count() == 1


def test_a_page_that_is_being_made_while_its_person_is_erased_ends_at_the_sign_in(
    as_ana: Client, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rights.records

    def meanwhile(person_id: Any, *more: Any) -> Any:
        tombstones.append(tombstones.make(tombstones.PERSON, person_id))
        return real(person_id, *more)

    monkeypatch.setattr(rights, "records", meanwhile)
    answer = as_ana.get("/me/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_the_only_owner_is_told_to_name_another_one_and_nothing_happens(as_ana: Client, ana: Person) -> None:
    Person.objects.filter(pk=ana.pk).update(role="owner")
    answer = as_ana.post("/me/erase/")
    assert answer.status_code == 409
    assert "You are the only owner." in answer.content.decode()
    assert 'class="btn erase"' not in answer.content.decode()
    assert not tombstones.erased({ana.pk})


def test_one_thing_is_erased_from_its_row_and_the_rest_stays(as_ana: Client, ana: Person) -> None:
    as_ana.post("/me/name/", {"name": "Ana Brightwater"})
    (key,) = [record.key for record in _records(ana) if record.value == "Ana Brightwater"]
    assert f'href="/me/erase/{key}/"' in as_ana.get("/me/").content.decode()
    assert "Ana Brightwater" in as_ana.get(f"/me/erase/{key}/").content.decode()
    answer = as_ana.post(f"/me/erase/{key}/")
    assert answer["Location"].startswith("/receipts/E-")
    page = as_ana.get("/me/").content.decode()
    assert "Ana Brightwater" not in page
    assert ANA in page
    assert as_ana.get(f"/me/erase/{key}/").status_code == 404
    assert as_ana.post(f"/me/erase/{key}/").status_code == 404


def _records(person: Person) -> list[rights.Record]:
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
        return rights.records(person.pk)


def test_the_address_alone_leads_to_erasing_everything(as_ana: Client, ana: Person) -> None:
    (key,) = [record.key for record in _records(ana) if record.value == ANA]
    for answer in (as_ana.get(f"/me/erase/{key}/"), as_ana.post(f"/me/erase/{key}/")):
        assert "Everything rests on this address" in answer.content.decode()
    assert ANA in as_ana.get("/me/").content.decode()


@pytest.mark.parametrize("code", ["E-AAAA-AAAA-AAAA", "x", "e", "0" * 200, "E-%00"])
def test_a_code_that_is_none_finds_no_receipt(client: Client, published: object, code: str) -> None:
    assert client.get(f"/receipts/{code}/").status_code == 404


def test_the_receipt_is_the_same_for_whoever_has_its_code_and_names_nobody(
    as_ana: Client, ana: Person
) -> None:
    path = as_ana.post("/me/erase/")["Location"]
    signed = leaving.signature(Erasure.objects.get())
    saved = Client().get(f"{path}?as=text")
    assert signed in saved.content.decode()
    assert "attachment" in saved["Content-Disposition"]
    for text in (saved.content.decode(), Client().get(path).content.decode()):
        assert ANA not in text
        assert str(ana.pk) not in text
        assert ana.pk.hex not in text
    tasks.get("mailbox.send").run()
    tasks.get("people.farewell").run()
    assert leaving.signature(Erasure.objects.get()) == signed, "it is signed once and for all"
    Erasure.objects.update(things=99)
    assert leaving.signature(Erasure.objects.get()) != signed


def test_whoever_is_erased_at_the_terminal_is_told_what_would_go_and_gets_the_same_letter(
    ana: Person, bo: Person
) -> None:
    run = CliRunner().invoke
    said = run(terminal.erase, ["--address", ANA, "--dry-run"])
    assert said.exit_code == 0, said.output
    assert "Nothing was erased." in said.output
    assert "E-mail" in said.output
    assert ANA not in said.output
    assert not tombstones.erased({ana.pk})
    said = run(terminal.erase, ["--person", str(ana.pk), "--yes"])
    assert said.exit_code == 0, said.output
    code = Erasure.objects.get().code
    assert code in said.output
    ((_row, letter),) = letters(template="people.farewell")
    assert code in letter.text
    with gate.using("accountability.check"):
        assert pointing.left({ana.pk, bo.pk}) == {bo.pk}


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ([], "Say whose"),
        (["--address", "nobody@mail.example"], "Nobody here"),
        (["--address", "not an address"], "Write it like"),
        (["--person", "17"], "32 hex figures"),
    ],
)
def test_whom_the_terminal_does_not_find_it_says_in_a_sentence(
    published: object, given: list[str], word: str
) -> None:
    said = CliRunner().invoke(terminal.erase, given)
    assert said.exit_code == 1
    assert word in said.output


def test_the_check_finds_what_is_left_of_somebody_and_what_was_late(ana: Person, bo: Person) -> None:
    with gate.using("rights.own", actor=gate.Actor("person", str(ana.pk)), what="people.erase"):
        erasure = erasing.erase_everything(ana.pk)
    assert erasure is not None
    tasks.get("mailbox.send").run()
    tasks.get("people.farewell").run()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        kept = counted()
        assert kept.kept
        assert kept.of >= 2
        Asked.objects.create(person=ana.pk, sealed=b"")
        assert counted().missed == kept.missed + 1
        Asked.objects.all().delete()
        Erasure.objects.update(done_at=None)
        assert counted().missed == kept.missed + 1


def counted() -> Count:
    with gate.using("accountability.check"):
        return keeps.erased_is_gone()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_editor_keeps_the_number_of_somebody_who_wrote_its_pages(
    ana: Person, bo: Person
) -> None:
    from wagtail.models import Page, PageLogEntry, Revision

    Person.objects.filter(pk=ana.pk).update(role="editor")
    ana.refresh_from_db()
    root = Page.get_first_root_node()
    page = root.add_child(instance=Page(title="Beds", slug="beds", owner=ana, locked_by=ana, locked=True))
    page.save_revision(user=ana, log_action=True)
    authenticator = Authenticator.objects.create(user=ana, type="webauthn", data={})
    with gate.using("rights.own", actor=gate.Actor("person", str(ana.pk)), what="people.erase"):
        erasing.erase_everything(ana.pk)
    with gate.using("accountability.check"):
        assert pointing.left({ana.pk, bo.pk}) == {bo.pk}
    page = Page.objects.get(pk=page.pk)
    assert (page.title, page.owner_id, page.locked_by_id) == ("Beds", None, None)
    assert not Authenticator.objects.filter(pk=authenticator.pk).exists()
    assert not PageLogEntry.objects.filter(user_id=ana.pk).exists()
    number = str(ana.pk)
    for model in django.apps.apps.get_models(include_auto_created=True):
        if not issubclass(model, gate.Gated):
            for row in model._default_manager.values():
                said = str(row)
                assert number not in said and ana.pk.hex not in said, (model, row)
    assert Revision.objects.count()


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_editor_keeps_the_number_that_somebody_had_before_they_joined_two_records(
    ana: Person, bo: Person
) -> None:
    from wagtail.models import Page

    Person.objects.filter(pk=bo.pk).update(role="editor")
    bo.refresh_from_db()
    page = Page.get_first_root_node().add_child(instance=Page(title="Beds", slug="beds", owner=bo))
    page.save_revision(user=bo, log_action=True)
    merging.merge(ana.pk, bo.pk)
    with gate.using("rights.own", actor=gate.Actor("person", str(ana.pk)), what="people.erase"):
        erasing.erase_everything(ana.pk)
    assert Page.objects.get(pk=page.pk).owner_id is None
    for model in django.apps.apps.get_models(include_auto_created=True):
        if not issubclass(model, gate.Gated):
            for row in model._default_manager.values():
                said = str(row)
                assert str(bo.pk) not in said and bo.pk.hex not in said, (model, row)
