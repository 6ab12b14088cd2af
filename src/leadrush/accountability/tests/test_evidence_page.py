"""What was counted, as everybody sees it: on the statement, in marks and seal, in forms, for the owner."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, statement, vault
from leadrush.accountability import terminal
from leadrush.accountability.evidence import forget
from leadrush.accountability.models import Break, Counted
from leadrush.accountability.tests.conftest import Counts
from leadrush.gate.evidence import Check, Count, Stopped, check
from leadrush.look import models
from leadrush.vault.models import Giving, Person
from leadrush.webinars import planning, registering
from leadrush.webinars.models import Webinar
from tests.rig.questions import asked

SEAT, LATER = "webinar-seat", "webinar-later"
ORIGIN = {"origin": "http://testserver"}


@pytest.fixture
def webinar(published: statement.Version) -> Webinar:
    models.forget()
    cache.clear()
    models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB").save()
    made = planning.plan(
        slug="beds", title="Beds", starts_at=timezone.now() + timedelta(days=7), minutes=55, seats=9
    )
    return planning.publish(made)


@pytest.fixture
def owner(webinar: Webinar) -> Client:
    person, _giving = vault.welcome(
        address="maren@tiller.example", where="console.invite", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=person.pk).update(role="owner")
    person.refresh_from_db()
    client = Client()
    client.force_login(person)
    return client


def text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


# --- the statement's page -------------------------------------------------------------------------------


def test_every_clause_shows_what_was_counted_as_proofs_its_thirty_days_and_its_age(
    client: Client, count: Counts, webinar: Webinar, published: statement.Version
) -> None:
    count(at=timezone.now() - timedelta(minutes=3))
    page = client.get("/privacy/").content.decode()
    assert page.count('class="evidence"') == page.count('class="strip"') == len(published.clauses)
    assert page.count('data-day="kept"') == len(published.clauses)
    assert page.count('data-day="none"') == 29 * len(published.clauses)
    seat = page.split(f'id="{SEAT}"')[1].split("</article>")[0]
    assert '<span class="proof">0</span> of <span class="proof">12</span> registrations' in seat
    assert "3 minutes ago" in seat and "1 day counted, no check failed" in seat
    assert f'<span class="big proof">{len(published.clauses)}</span> of {len(published.clauses)} kept' in page
    assert f"{len(published.clauses)} checks in 30 days" in text(client.get("/privacy/"))


def test_a_broken_clause_says_since_when_what_was_counted_and_what_it_stopped(
    client: Client, count: Counts, webinar: Webinar, published: statement.Version
) -> None:
    now = timezone.now()
    count()
    count("sealed", 1, 3, at=now + timedelta(seconds=1))
    count(SEAT, 2, 12, at=now + timedelta(seconds=1))
    page = client.get("/privacy/")
    html = page.content.decode()
    seat, sealed = (html.split(f'id="{slug}"')[1].split("</article>")[0] for slug in (SEAT, "sealed"))
    for clause in (seat, sealed):
        assert '<b class="state" data-state="broken">Broken.</b>' in clause
        assert "What happened" in clause and "until now." in clause and 'data-day="broken"' in clause
    assert "Nothing new was taken under this sentence meanwhile" in seat
    assert "It stopped nothing." in sealed
    assert html.count('data-state="broken"') >= 2 and "2 misses" in text(page)
    assert f"{len(published.clauses) - 2} of {len(published.clauses)} kept" in text(page)
    count(SEAT, 0, 12, at=now + timedelta(minutes=41))
    seat = client.get("/privacy/").content.decode().split(f'id="{SEAT}"')[1].split("</article>")[0]
    assert "Broken." not in seat and "until now" not in seat and "What happened" in seat


def test_a_check_that_failed_itself_and_one_that_counts_nothing_are_told_apart(
    client: Client, count: Counts, webinar: Webinar
) -> None:
    count()
    count("sealed", 0, 0, fault="LookupError")
    count("helping", 0, 0)
    html = client.get("/privacy/").content.decode()
    sealed, helping = (html.split(f'id="{slug}"')[1].split("</article>")[0] for slug in ("sealed", "helping"))
    assert "The check itself failed" in sealed and "(LookupError)" in sealed
    assert "There is nothing to count yet" in helping and 'data-state="due"' in helping
    assert "Waiting." in helping and 'class="proof"' not in helping.split('class="strip"')[0]


def test_a_page_is_fresh_when_something_was_counted_and_costs_few_questions(
    client: Client, count: Counts, webinar: Webinar
) -> None:
    tag = client.get("/privacy/")["ETag"]
    count()
    for url in ("/privacy/", "/privacy/evidence.json"):
        answer = client.get(url, headers={"If-None-Match": tag})
        assert answer.status_code == 200, url
    count(SEAT, 1)
    assert "Broken." in client.get("/privacy/", headers={"If-None-Match": answer["ETag"]}).content.decode()
    assert len(asked(lambda: client.get("/privacy/"))) <= 2


def test_a_program_reads_the_same_as_json(
    client: Client, count: Counts, published: statement.Version
) -> None:
    assert client.get("/privacy/evidence.json").json()["clauses"] == []
    count()
    count(SEAT, 2, 12)
    found = client.get("/privacy/evidence.json").json()
    assert (found["version"], found["digest"]) == (1, published.digest)
    assert (found["kept"], found["broken"], found["of"]) == (
        len(published.clauses) - 1,
        1,
        len(published.clauses),
    )
    seat = next(one for one in found["clauses"] if one["clause"] == SEAT)
    assert (seat["state"], seat["missed"], seat["of"], seat["stops"]) == ("broken", 2, 12, "collection")
    assert [(day["checks"], day["failed"]) for day in seat["days"]] == [(2, 1)]
    assert seat["breaks"][0]["ended_at"] is None and seat["every_seconds"] == 300


def test_the_seal_at_the_foot_of_every_page_says_how_many_are_kept(
    client: Client, count: Counts, webinar: Webinar, published: statement.Version
) -> None:
    total = len(published.clauses)
    assert "clauses kept" not in text(client.get("/webinars/"))
    count()
    assert f"{total} of {total} clauses kept" in text(client.get("/webinars/"))
    count("sealed", 1)
    page = client.get("/webinars/")
    assert f"{total - 1} of {total} clauses kept" in text(page)
    assert 'class="seal" href="/privacy/" data-state="broken"' in page.content.decode()


def test_a_sentence_that_names_what_nobody_counts_breaks_no_page(
    client: Client, count: Counts, webinar: Webinar, checks: dict[str, Check]
) -> None:
    for words in ("%(nobody)s of %(of)s", "100% of them", "%(of)d & <b>"):
        checks[SEAT] = check(words=words)(lambda: Count(0, 3))
        count()
        page = client.get("/privacy/")
        assert page.status_code == 200
        assert "0 of 12 are not as this sentence says." in text(page), words
    checks[SEAT] = check(words="<i>%(of)s</i>")(lambda: Count(0, 3))
    assert '&lt;i&gt;<span class="proof">12</span>' in client.get("/privacy/").content.decode()


# --- what is stopped ------------------------------------------------------------------------------------


def send(client: Client, webinar: Webinar, **fields: str) -> Any:
    fields = {"email": "ana@mail.example"} | fields
    return client.post(webinar.get_absolute_url(), fields, headers=ORIGIN)


def test_a_form_whose_clause_is_broken_is_closed_says_why_and_opens_with_the_first_check_that_passes(
    client: Client, count: Counts, webinar: Webinar
) -> None:
    count()
    count(SEAT, 1, 12)
    page = client.get(webinar.get_absolute_url())
    assert "We cannot take your e-mail just now. 1 of 12 registrations have no day" in text(page)
    assert "<input" not in page.content.decode().split("<aside")[1].split("</aside>")[0]
    count(SEAT, 0, 12)
    page = client.get(webinar.get_absolute_url())
    assert "We cannot take" not in text(page) and 'name="email"' in page.content.decode()
    assert send(client, webinar).status_code == 302


def test_a_form_that_was_open_when_its_clause_broke_keeps_what_was_typed_and_stores_nothing(
    client: Client, count: Counts, webinar: Webinar
) -> None:
    count(SEAT, 1, 12)
    answer = send(client, webinar)
    assert answer.status_code == 422
    assert "Nothing was stored. What you wrote stands here" in text(answer)
    assert 'value="ana@mail.example"' in answer.content.decode()
    assert vault.find("ana@mail.example") is None
    assert not Giving.objects.exists()
    from leadrush.vault.models import BlindIndex, PersonKey

    assert not BlindIndex.objects.exists() and not PersonKey.objects.exists()


def test_a_broken_yes_to_later_webinars_keeps_nobody_from_their_seat(
    client: Client, count: Counts, webinar: Webinar
) -> None:
    count(LATER, 1, 12)
    page = client.get(webinar.get_absolute_url())
    assert "We cannot ask this just now" in text(page) and 'name="later"' not in page.content.decode()
    assert send(client, webinar, later="on").status_code == 422
    assert not Giving.objects.exists()
    assert send(client, webinar).status_code == 302
    assert Giving.objects.get().clause == SEAT


def test_a_broken_clause_that_stops_nothing_closes_no_form(
    client: Client, count: Counts, webinar: Webinar
) -> None:
    count("sealed", 1, 12)
    count("your-address", 0, 0, fault="LookupError")
    assert send(client, webinar).status_code == 302
    assert client.get("/sign-in/").status_code == 200


def test_rights_go_on_while_every_clause_is_broken(count: Counts, webinar: Webinar, client: Client) -> None:
    registering.register(webinar=webinar, address="ana@mail.example", later=True)
    person = vault.find("ana@mail.example")
    assert person is not None
    registering.it_was_me(webinar=webinar, giving=Giving.objects.get(clause=SEAT))
    count(missed=1)
    client.force_login(person)
    assert client.get("/me/").status_code == 200
    vault.choose(person=person, use="webinars.announce", answer=False, where="people.me")
    registering.give_up(webinar=webinar, person=person)
    for giving in Giving.objects.filter(person=person):
        vault.end(giving)
    with gate.using("rights.own"):
        assert vault.find("ana@mail.example") is None or not Giving.objects.filter(ended_at=None).exists()


def test_every_way_in_is_refused_where_the_clause_is_closed(count: Counts, webinar: Webinar) -> None:
    person, giving = vault.welcome(address="ana@mail.example", where="t", clause="your-address")
    count("helping", 1)
    count(SEAT, 1)
    with pytest.raises(Stopped):
        vault.give(person=person, where="t", clause=SEAT)
    with pytest.raises(Stopped):
        vault.welcome(address="bo@mail.example", where="t", clause=SEAT)
    with pytest.raises(Stopped):
        vault.receive(
            vault.meet(person=person), [vault.Part(clause="your-address"), vault.Part(clause=SEAT)], where="t"
        )
    assert list(Giving.objects.all()) == [giving]
    vault.give(person=person, where="t", clause="helping")


def test_a_view_that_does_not_say_it_itself_gets_a_page_that_does(
    owner: Client, count: Counts, monkeypatch: pytest.MonkeyPatch
) -> None:
    count("working-here", 1, 4)

    def refuses(**given: object) -> None:
        raise Stopped("working-here")

    monkeypatch.setattr("leadrush.console.staffing.appoint", refuses)
    person = Person.objects.get()
    answer = owner.post(f"/console/staff/{person.pk}/role/", {"role": "reader"}, headers=ORIGIN)
    if answer.status_code == 404:
        answer = owner.post(reverse("console:appoint", args=[person.pk]), {"role": "reader"}, headers=ORIGIN)
    assert answer.status_code == 503
    assert "Nothing was stored" in text(answer) and "1 of 4 invitations" in text(answer)


def test_the_back_offices_own_forms_close_and_say_why(owner: Client, count: Counts) -> None:
    count()
    for url in (reverse("console:staff"), reverse("webinars:host")):
        assert "opens again by itself" not in text(owner.get(url))
    count("working-here", 1, 4)
    count("webinar-hosts-words", 1, 4)
    for url in (reverse("console:staff"), reverse("webinars:host")):
        page = owner.get(url)
        assert "opens again by itself" in text(page) and "disabled" in page.content.decode()
    fields = {"address": "bo@mail.example", "name": "Bo", "role": "reader"}
    answer = owner.post(reverse("console:invite"), fields, headers=ORIGIN)
    assert answer.status_code == 422 and 'value="bo@mail.example"' in answer.content.decode()
    answer = owner.post(reverse("webinars:host"), {"name": "Maren", "words": "Digs."}, headers=ORIGIN)
    assert answer.status_code == 422 and "Digs." in answer.content.decode()
    assert Giving.objects.count() == 1


# --- for whoever runs the site --------------------------------------------------------------------------


def test_the_overview_shows_what_is_broken_and_what_to_do_and_nothing_else(
    owner: Client, count: Counts
) -> None:
    count()
    assert "Not kept at the moment" not in text(owner.get("/console/"))
    count("messages", 1, 12)
    count("sealed", fault="KeyFault")
    page = text(owner.get("/console/"))
    assert "Not kept at the moment" in page
    assert "See in the outbox which message waits and why" in page
    assert "ended in KeyFault" in page and "leadrush evidence --run" in page


@pytest.mark.django_db(transaction=True)
def test_the_command_counts_everything_and_fails_for_what_is_broken_and_strictly_for_what_is_empty(
    checks: dict[str, Check], published: statement.Version
) -> None:
    for clause in published.clauses:
        checks[clause.slug] = lambda: Count(0, 3)
    told = CliRunner().invoke(terminal.evidence, ["--run"])
    assert told.exit_code == 0, told.output
    for clause in published.clauses:
        assert clause.slug in told.output
    checks["helping"] = lambda: Count(0, 0)
    told = CliRunner().invoke(terminal.evidence, ["--run"])
    assert told.exit_code == 0 and "nothing yet" in told.output, "nobody was erased yet on a young site"
    assert CliRunner().invoke(terminal.evidence, ["--strict"]).exit_code == 1
    Counted.objects.filter(clause="helping").update(at=timezone.now() - timedelta(hours=1))
    forget()
    assert CliRunner().invoke(terminal.evidence).exit_code == 1, "nobody counts it any more"
    checks["helping"] = lambda: Count(1, 2)
    assert CliRunner().invoke(terminal.evidence).exit_code == 1, "as it was counted last"
    told = CliRunner().invoke(terminal.evidence, ["--run", "--json"])
    assert told.exit_code == 1
    found = json.loads(told.stdout)
    assert next(one for one in found["clauses"] if one["clause"] == "helping")["state"] == "broken"
    assert Counted.objects.get(clause="helping").missed == Break.objects.get().missed == 1


def test_the_command_says_plainly_that_the_version_in_force_was_changed(published: statement.Version) -> None:
    from django.db import connection

    from leadrush.gate.versions import IN_FORCE

    with connection.cursor() as cursor:
        cursor.execute("UPDATE gate_version SET text = replace(text, 'We do not share', 'We do share')")
    IN_FORCE.forget()
    told = CliRunner().invoke(terminal.evidence)
    assert told.exit_code == 1 and "is not what was published" in told.output
