"""The owner writes the next version: nothing that cannot be kept is published, nothing written is lost."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from leadrush import gate, statement, vault
from leadrush.accountability import drafting
from leadrush.accountability.models import Draft
from leadrush.accountability.tests.changes.conftest import Welcome, next_text, publish, sign_in
from leadrush.gate import versions
from leadrush.gate.models import Version
from leadrush.ledger import Entry
from leadrush.look import times as look_times
from leadrush.people import receipts
from leadrush.vault import publishing
from leadrush.vault.models import Giving, Item, Person
from leadrush.webinars import planning, times
from leadrush.webinars.models import Webinar

DRAFT, DIFFERENCE = "/console/statement/draft/", "/console/statement/difference/"


def fields(client: Client) -> dict[str, Any]:
    """What the form holds as it is shown, ready to be sent."""
    form = client.get(DRAFT).context["form"]
    found = {bound.html_name: bound.value() for bound in form}
    return {name: value for name, value in found.items() if value is not None and value is not False}


def send(client: Client, **changed: Any) -> Any:
    named = {name.replace("__", "-"): value for name, value in changed.items()}
    return client.post(DRAFT, fields(client) | named)


@pytest.mark.django_db
def test_an_owner_fills_a_slot_adds_words_sees_the_difference_and_publishes_it_once(
    owner: Client, welcome: Welcome
) -> None:
    welcome("ana@mail.example")
    answer = send(
        owner,
        **{
            "slot-webinar-seat-days": "14",
            "text-joining-0": "Wir freuen uns auf Sie.",
            "heading-joining-0": "Grüß Gott",
        },
        look="1",
    )
    assert answer.url == DIFFERENCE
    page = owner.get(DIFFERENCE).content.decode()
    assert "<del>30 </del><ins>14 </ins>days after the webinar" in page
    assert "Narrower" in page and "16 days less" in page
    assert "Wir freuen uns auf Sie." in page and "Unchecked" in page
    assert "Draft by Ines" in page
    assert "Publish version 2 and tell 2 people" in page
    sent = {"seen": "1", "number": "2"}
    owner.post(DIFFERENCE, sent)
    again = owner.post(DIFFERENCE, sent, follow=True)
    assert "published already, once" in again.content.decode()
    assert "Version 2 is on its way into force" in owner.get("/console/statement/").content.decode()
    publishing.finish()
    assert "on its way" not in owner.get("/console/statement/").content.decode()
    assert Version.objects.count() == 2
    assert "14 days after the webinar" in gate.force().clause("webinar-seat").text
    public = Client().get("/privacy/").content.decode()
    assert "Grüß Gott" in public and "Unchecked" in public
    assert "What changed since version 1" in public
    told = Client().get("/privacy/versions/1/2/").content.decode()
    assert "<del>30 </del><ins>14 </ins>days after the webinar" in told and "16 days less" in told
    assert "What changed since 1" in Client().get("/privacy/versions/").content.decode()
    assert Client().get("/privacy/versions/1/9/").status_code == 404
    # The next draft begins with what is in force, words of the owner's and filled slots included.
    assert fields(owner)["slot-webinar-seat-days"] == 14
    assert fields(owner)["text-joining-0"] == "Wir freuen uns auf Sie."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"slot-webinar-seat-days": "366"}, "Write a number up to 365."),
        ({"slot-webinar-seat-days": "0"}, "Write a number from 1."),
        ({"slot-webinar-seat-days": "soon"}, "Write a whole number."),
        ({"slot-webinar-seat-days": ""}, "Fill this in."),
        ({"text-joining-0": "x" * 4001}, "Use at most 4000 characters. This has 4001."),
        ({"heading-joining-0": "Alone"}, "Write what stands under this heading."),
        ({"text-joining-0": "a\x00b"}, "cannot be seen"),
        ({"text-joining-0": "a\x07b"}, "holds a sign that cannot be shown"),
    ],
)
def test_what_cannot_be_published_is_answered_and_stands_where_it_was_written(
    owner: Client, changed: dict[str, str], word: str
) -> None:
    answer = send(owner, **{"text-asking-0": "Meine Worte."}, **changed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert word in page
    assert "Meine Worte." in page
    assert not Draft.objects.exists()


@pytest.mark.django_db
def test_a_clause_that_closes_a_use_can_be_left_out_and_one_that_something_rests_on_cannot(
    owner: Client, welcome: Welcome
) -> None:
    welcome("ana@mail.example")
    page = owner.get(DRAFT).content.decode()
    assert 'name="out-helping"' in page and 'name="out-webinar-later"' in page
    for slug in ("webinar-seat", "your-version", "sealed", "working-here", "notice", "your-address"):
        assert f'name="out-{slug}"' not in page
    assert "Then we no longer tell you about later webinars" in page
    answer = send(owner, **{"out-webinar-seat": "on", "out-helping": "on"}, look="1")
    assert answer.status_code == 302
    assert Draft.objects.get().words["left_out"] == ["helping"]
    owner.post(DIFFERENCE, {"seen": "1", "number": "2"})
    publishing.finish()
    assert gate.force().number_of("helping") is None
    # It stays left out in the next draft, and can come back.
    assert fields(owner)["out-helping"] is True
    # What asks for it closes, in words.
    closed = owner.post("/console/people/find/", {"address": "ana@mail.example"})
    assert closed.status_code == 403
    assert "no sentence that allows it" in closed.content.decode()


@pytest.mark.django_db
def test_a_form_goes_on_without_the_tick_whose_clause_was_left_out(owner: Client, business: object) -> None:
    webinar = a_webinar()
    assert "Tell me about later webinars" in Client().get("/webinars/beds/").content.decode()
    publish(next_text(left_out={"webinar-later"}))
    page = Client().get("/webinars/beds/")
    assert page.status_code == 200
    assert "Tell me about later webinars" not in page.content.decode()
    assert webinar.is_open


@pytest.mark.django_db
def test_an_owners_own_numbers_are_followed_by_forms_and_erasing_without_a_line_of_code(
    owner: Client, business: object
) -> None:
    webinar = a_webinar()
    Client().post("/webinars/beds/", {"email": "before@mail.example"})
    send(owner, **{"slot-webinar-seat-days": "12", "slot-webinar-seat-unconfirmed": "2"})
    owner.post(DIFFERENCE, {"seen": "1", "number": "2"})
    publishing.finish()
    Client().post("/webinars/beds/", {"email": "after@mail.example"})
    before, after = Giving.objects.exclude(about="").order_by("at")
    assert (before.version.number, after.version.number) == (1, 2)
    # 7 days unconfirmed by the version it was given under, 2 by the one in force, which binds at once.
    assert before.lapses_at == after.lapses_at == webinar.ends_at + timedelta(days=2)
    assert times.lapses_at(webinar, confirmed=True) - after.lapses_at == timedelta(days=10)
    last = look_times.day(times.lapses_at(webinar, confirmed=True))
    assert "Erased on <time" in (page := Client().get("/webinars/beds/").content.decode())
    assert last in page


@pytest.mark.django_db
def test_the_desk_that_asks_again_how_far_a_version_is_opens_nobodys_name(
    owner: Client, business: object
) -> None:
    coming, asks = "/console/statement/coming/", {"HX-Request": "true"}
    assert owner.get(coming)["Location"] == "/console/statement/"
    assert owner.get(coming, headers=asks)["HX-Refresh"] == "true", "it is there: the page is loaded anew"
    send(owner, **{"slot-messages-days": "10"})
    owner.post(DIFFERENCE, {"seen": "1", "number": "2"})
    send(owner, **{"slot-messages-days": "9"})  # the draft after it has somebody's name
    before = Entry.objects.count()
    assert "Version 2 is on its way into force" in owner.get(coming, headers=asks).content.decode()
    assert Entry.objects.count() == before, "a colleague would find an entry for every two seconds"


@pytest.mark.django_db
def test_an_owners_own_statement_is_what_page_locks_and_receipts_follow(
    owner: Client, welcome: Welcome
) -> None:
    ana = welcome("ana@mail.example")
    words = "Bei uns am Fjord wächst alles später."
    send(owner, **{"out-helping": "on", "text-joining-0": words, "heading-joining-0": "Anmelden"})
    owner.post(DIFFERENCE, {"seen": "1", "number": "2"})
    publishing.finish()
    page = Client().get("/privacy/").content.decode()
    assert words in page and "Anmelden" in page and "Unchecked" in page
    assert "Somebody who works here can open what we hold about you" not in page
    with gate.using("support.help"):
        assert not Item.objects.exists(), "what the owner left out still opens"
    with gate.using("rights.own"):
        vault.choose(person=ana, use="webinars.announce", answer=True, where="people.me")
    (yes,) = receipts.held(ana.pk)
    notice = receipts.document(yes)["@graph"][0]["dpv:hasRecordOfActivity"]["dpv:hasNotice"]
    assert notice["owl:versionInfo"] == "2"
    assert notice["dct:identifier"] == f"sha256:{gate.force().digest}"
    assert notice["@id"].endswith("/privacy/versions/2/")
    assert words in Client().get("/privacy/versions/2/").content.decode()


def a_webinar() -> Webinar:
    return planning.publish(
        planning.plan(
            slug="beds",
            title="Beds",
            lede="What to sow when.",
            starts_at=timezone.now().replace(microsecond=0) + timedelta(days=7),
            minutes=55,
            seats=20,
        )
    )


@pytest.mark.django_db
def test_of_two_owners_who_edit_at_once_the_second_sees_what_the_first_wrote_and_loses_nothing(
    owner: Client, welcome: Welcome
) -> None:
    other = sign_in(welcome("tom@tiller.example", clause="working-here", name="Tom"), "owner")
    mine = fields(other) | {"slot-messages-days": "20", "text-asking-0": "Fragen Sie."}
    send(owner, **{"slot-messages-days": "10"})
    answer = other.post(DRAFT, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Ines saved this draft" in page
    assert re.search(r"messages: Days for which the copy is kept</dt><dd>By now: 10", page)
    assert "Fragen Sie." in page and 'value="20"' in page
    assert Draft.objects.get().words["filled"]["messages"] == {"days": 10}
    again = {bound.html_name: bound.value() for bound in answer.context["form"] if bound.value()}
    assert other.post(DRAFT, again).status_code == 302
    assert Draft.objects.get().words["filled"]["messages"] == {"days": 20}


@pytest.mark.django_db
def test_a_draft_beside_a_version_that_is_in_force_no_longer_says_so(owner: Client, business: object) -> None:
    send(owner, **{"slot-messages-days": "10"})
    publish(next_text(filled={"messages": {"days": 90}}))
    for path in (DRAFT, DIFFERENCE, "/console/statement/"):
        assert "written beside an older version" in owner.get(path).content.decode()
    page = owner.get(DIFFERENCE).content.decode()
    assert "From version 2 to version 3" in page and "80 days less" in page
    answer = owner.post(DIFFERENCE, {"seen": "1", "number": "2"}, follow=True)
    assert "published already" in answer.content.decode()
    assert Version.objects.count() == 2
    send(owner)
    assert "written beside an older version" not in owner.get(DRAFT).content.decode()


@pytest.mark.django_db
def test_a_draft_that_changes_nothing_is_not_published(owner: Client, business: object) -> None:
    send(owner)
    page = owner.get(DIFFERENCE).content.decode()
    assert "There is nothing to publish" in page and "Publish version" not in page
    answer = owner.post(DIFFERENCE, {"seen": "1", "number": "2"}, follow=True)
    assert "Nothing was published" in answer.content.decode()
    assert Version.objects.count() == 1


@pytest.mark.django_db
def test_a_draft_saved_again_since_it_was_looked_at_is_not_published(owner: Client, business: object) -> None:
    send(owner, **{"slot-messages-days": "10"})
    send(owner, **{"slot-messages-days": "11"})
    for sent in ({"seen": "1", "number": "2"}, {}, {"seen": "x", "number": "-1"}, {"seen": "9" * 40}):
        answer = owner.post(DIFFERENCE, sent, follow=True)
        assert "Nothing was published" in answer.content.decode()
    assert Version.objects.count() == 1


@pytest.mark.django_db
def test_a_draft_is_thrown_away_only_as_it_was_seen(owner: Client, business: object) -> None:
    send(owner, **{"slot-messages-days": "10"})
    owner.post("/console/statement/discard/", {"seen": "7"})
    assert Draft.objects.exists()
    owner.post("/console/statement/discard/", {"seen": "1"})
    assert not Draft.objects.exists()
    assert owner.get(DIFFERENCE).url == DRAFT


@pytest.mark.django_db
@pytest.mark.parametrize("path", [DRAFT, DIFFERENCE])
def test_whoever_is_no_owner_neither_edits_nor_publishes(welcome: Welcome, path: str) -> None:
    editor = sign_in(welcome("ed@tiller.example", clause="working-here"), "editor")
    assert editor.get(path).status_code == 403
    assert editor.post(path).status_code == 403
    desk = editor.get("/console/statement/")
    assert desk.status_code == 200 and "Write the next version" not in desk.content.decode()


@pytest.mark.django_db
def test_who_saved_the_draft_is_named_to_owners_only(owner: Client, welcome: Welcome) -> None:
    send(owner, **{"slot-messages-days": "10"})
    editor = sign_in(welcome("ed@tiller.example", clause="working-here"), "editor")
    assert "Draft by Ines" in owner.get("/console/statement/").content.decode()
    assert "Draft by an owner" in editor.get("/console/statement/").content.decode()


@pytest.mark.django_db
def test_a_draft_whose_clause_an_upgrade_took_away_says_so_by_name(owner: Client, business: object) -> None:
    send(owner, **{"slot-messages-days": "10"})
    row = Draft.objects.get()
    row.words["filled"]["gone-clause"] = {"days": 3}
    row.save()
    answer = owner.get(DIFFERENCE, follow=True)
    assert "there is no clause named gone-clause" in answer.content.decode()
    assert owner.get(DRAFT).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_publish_at_once_publish_once(owner: Client, business: object) -> None:
    send(owner, **{"slot-messages-days": "10"})
    person = Person.objects.get(role="owner")
    ends: list[object] = []
    gate_ = threading.Barrier(2)

    def press() -> None:
        try:
            gate_.wait()
            with gate.using("console.staff"):
                ends.append(drafting.publish(seen=1, number=2, by=person))
        except drafting.Overtaken as late:
            ends.append(late)
        finally:
            connections.close_all()

    both = [threading.Thread(target=press) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    versions.IN_FORCE.forget()
    publishing.finish()
    assert Version.objects.count() == 2
    assert sorted(type(end).__name__ for end in ends) == ["Overtaken", "Version"]
    assert statement.difference(gate.force(), gate.force()).nothing
