"""Taking everything along, as the person meets it: the page, the file, the page to print, each receipt."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker
from rdflib import Graph, URIRef
from rdflib.namespace import RDF

from leadrush import gate, ledger, vault
from leadrush.gate.evidence import Count
from leadrush.ledger import Entry
from leadrush.people import along, keeps, receipts
from leadrush.people.tests.conftest import ANA, BO, registered, sign_in
from leadrush.vault import collects, keys
from leadrush.vault.models import Giving, Person, PersonKey
from tests.rig.questions import of_page

ANNOUNCE = "webinars.announce"
DPV = "https://w3id.org/dpv#"


def taken(client: Client) -> dict[str, Any]:
    """Take the file, and hold it to its schema."""
    response = client.post("/me/take/")
    assert response.status_code == 200
    told: dict[str, Any] = json.loads(response.content)
    valid(told)
    return told


def valid(told: dict[str, Any]) -> None:
    checker = Draft202012Validator(json.loads(along.schema()), format_checker=FormatChecker())
    assert [f"{fault.json_path}: {fault.message}" for fault in checker.iter_errors(told)] == []


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return str(response.content.decode())


def columns(item: dict[str, Any]) -> dict[str, Any]:
    return {column["name"]: column["value"] for column in item["columns"]}


# --- the file -----------------------------------------------------------------------------------------


def test_the_file_holds_what_is_held_with_where_it_came_from_and_what_it_is_for(as_ana: Client) -> None:
    told = taken(as_ana)
    email = next(item for item in told["items"] if item["title"] == "E-mail")
    assert columns(email)["sealed"] == ANA
    assert (email["where"], email["version"], email["confirmed"]) == ("Form “Keep me a seat”", 1, True)
    assert email["rests_on"] == [form["form"] for form in told["forms"]]
    assert {
        "use": "webinars.serve",
        "title": gate.uses.get("webinars.serve").title,
        "clause": "webinar-seat",
    } in (email["may_be_used_for"])
    letter = next(item for item in told["items"] if item["table"] == "mailbox.message")
    assert "lets you in" in columns(letter)["sealed"]["subject"]
    assert [one["number"] for one in told["statements"]] == [1]
    assert told["statements"][0]["digest"] == f"sha256:{gate.force().digest}"


def test_it_is_handed_over_as_a_file_that_no_cache_keeps_and_whose_name_names_nobody(
    as_ana: Client, ana: Person
) -> None:
    response = as_ana.post("/me/take/")
    assert re.fullmatch(
        r'attachment; filename="this-site-\d{4}-\d\d-\d\d\.json"', response["Content-Disposition"]
    )
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert as_ana.get("/me/take/print/")["Cache-Control"] == "private, no-store"


def test_the_addresses_in_it_lead_somewhere(as_ana: Client) -> None:
    told = taken(as_ana)
    for url in (told["$schema"], told["statements"][0]["address"], told["statements"][0]["file"]):
        assert url.startswith("http://localhost:8000/")
        assert Client().get(url.removeprefix("http://localhost:8000")).status_code == 200, url
    assert Client().get("/schemas/taking-along-2.json").status_code == 404


def test_the_schema_is_one_and_refuses_a_file_that_lost_something(as_ana: Client) -> None:
    schema = json.loads(along.schema())
    Draft202012Validator.check_schema(schema)
    told = taken(as_ana)
    checker = Draft202012Validator(schema, format_checker=FormatChecker())
    for lost in told:
        assert not checker.is_valid({name: value for name, value in told.items() if name != lost}), lost
    for item in told["items"][0]:
        spoiled = {name: value for name, value in told["items"][0].items() if name != item}
        assert not checker.is_valid(told | {"items": [spoiled]}), item


def test_the_same_twice_is_the_same_file_but_for_its_moment_and_its_own_uses(as_ana: Client) -> None:
    first, second = taken(as_ana), taken(as_ana)
    assert list(first) == list(second)
    for told in (first, second):
        del told["made_at"], told["uses"]
    assert first == second


def test_taking_is_one_use_that_the_person_reads_of(as_ana: Client, ana: Person) -> None:
    before = Entry.objects.count()
    told = taken(as_ana)
    written = list(Entry.objects.order_by("pk")[before:])
    assert [(entry.what, entry.use, entry.subject) for entry in written] == [
        ("rights.take", "rights.own", vault.mark_of(ana.pk))
    ]
    assert (told["uses"][0]["who"], told["uses"][0]["words"]) == (
        "You",
        "took along everything that is held.",
    )
    assert "<b>You</b> took along everything that is held." in page(as_ana, "/me/")


def test_staff_are_named_as_on_the_page_and_find_that_in_their_own_ledger(
    as_ana: Client, ana: Person
) -> None:
    staff, giving = registered("host@tiller.example")
    Person.objects.filter(pk=staff.pk).update(role="host")
    vault.put(person=staff, kind="name", category="Name", value="Hedda Vale", giving=giving)
    with gate.using("support.help", actor=gate.Actor("staff", str(staff.pk)), what="support.question"):
        vault.address_of(ana.pk)
    for told in (json.dumps(taken(as_ana), ensure_ascii=False), page(as_ana, "/me/take/print/")):
        assert "Hedda Vale" in told
        assert "host@tiller.example" not in told
    named = Entry.objects.filter(what="people.staff", subject=vault.mark_of(staff.pk))
    assert named.count() == 2


def test_what_somebody_else_typed_is_in_it_and_marked_as_that(client: Client, published: object) -> None:
    person, giving = registered(ANA, confirmed=False, lapses_at=timezone.now() + timedelta(days=9))
    vault.choose(person=person, use=ANNOUNCE, answer=True, where="webinars.register", giving=giving)
    sign_in(client, person, ANA)
    told = taken(client)
    typed = next(item for item in told["items"] if item["form"] == str(giving.pk))
    assert typed["confirmed"] is False
    assert told["answers"][0]["counts"] is False
    assert told["receipts"] == []
    assert "Nobody confirmed this" in page(client, "/me/take/print/")


def test_a_passkey_is_told_by_its_day_alone(as_ana: Client, ana: Person) -> None:
    Authenticator.objects.create(user=ana, type=Authenticator.Type.WEBAUTHN, data={"credential": "opaque"})
    text = as_ana.post("/me/take/").content.decode()
    assert len(json.loads(text)["passkeys"]) == 1
    assert "opaque" not in text


def test_when_the_ledger_cannot_be_written_nothing_opens(
    as_ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    real = keys.Ring.open
    monkeypatch.setattr(keys.Ring, "open", lambda ring, *what: opened.append(real(ring, *what)) or opened[-1])

    def full(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT"):
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connections["ledger"].execute_wrapper(full), pytest.raises(ledger.Unwritten):
        as_ana.post("/me/take/")
    assert opened == []


def test_whoever_was_erased_meanwhile_gets_a_word_and_no_file(as_ana: Client, ana: Person) -> None:
    PersonKey.objects.filter(person=ana.pk).delete()
    for response in (as_ana.post("/me/take/"), as_ana.get("/me/take/print/")):
        assert response["Location"] == "/me/"
        assert "Content-Disposition" not in response


# --- who may, and how often ---------------------------------------------------------------------------


def test_nobody_takes_anothers_data_along(client: Client, ana: Person, bo: Person) -> None:
    for path in ("/me/take/", "/me/take/print/"):
        assert client.get(path)["Location"].startswith("/sign-in/?next=")
    sign_in(client, bo, BO)
    assert ANA not in client.post("/me/take/").content.decode()
    assert ANA not in page(client, "/me/take/print/")


def test_a_sign_in_that_is_no_longer_fresh_is_proven_before_everything_leaves(as_ana: Client) -> None:
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        for path in ("/me/take/", "/me/take/print/"):
            assert as_ana.get(path)["Location"] == f"/sign-in/again/?next={path}"
        assert as_ana.post("/me/take/")["Location"] == "/sign-in/again/?next=/me/take/"
        assert "for nobody but you" in page(as_ana, "/sign-in/again/")


def test_whoever_asks_over_and_over_waits(as_ana: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False):  # or ten minutes may end in between
        answers = [as_ana.post("/me/take/").status_code for _ in range(21)]
        assert answers == [200] * 20 + [429]
        assert as_ana.get("/me/take/print/").status_code == 429
        assert as_ana.get("/me/take/").status_code == 200


def queries(client: Client, method: str, path: str) -> int:
    _page, found = of_page(client, path, method)
    return len(found)


def test_each_asks_one_question_a_declared_model_and_some_more_however_much_is_held(
    as_ana: Client, ana: Person
) -> None:
    ways = [("post", "/me/take/"), ("get", "/me/take/print/"), ("get", "/me/take/"), ("get", "/me/")]
    for method, path in ways:
        getattr(as_ana, method)(path)
    few = [queries(as_ana, method, path) for method, path in ways]
    for n in range(20):
        _person, giving = registered(ANA, about=f"webinars.webinar:{n}")
        vault.put(person=ana, kind=f"name.{n}", category="Name", value="Ana", giving=giving)
        vault.choose(person=ana, use=ANNOUNCE, answer=bool(n % 2), where="people.me")
        as_ana.get("/me/")
    many = [queries(as_ana, method, path) for method, path in ways]
    # The first answer brings one question: in which version it was said, and none for each more.
    assert [after - before <= 1 for before, after in zip(few, many, strict=True)] == [True] * 4
    assert max(many) <= len(collects.gated()) + 16


# --- the page before, the page to print ---------------------------------------------------------------


def test_the_page_says_with_numbers_what_is_in_the_file(as_ana: Client, ana: Person) -> None:
    shown = page(as_ana, "/me/take/")
    told = taken(as_ana)
    assert f'<td class="num">{len(told["items"])}</td>' in shown
    assert 'href="/privacy/#take-along"' in shown
    assert ">As JSON</button>" in shown
    assert 'href="/me/take/print/"' in shown
    assert ANA not in shown, "the page opened what it only counts"
    assert 'href="/me/take/"' in page(as_ana, "/me/")


def test_the_page_to_print_is_whole_and_carries_no_script(as_ana: Client, ana: Person) -> None:
    vault.choose(person=ana, use=ANNOUNCE, answer=True, where="people.me")
    told = taken(as_ana)
    shown = page(as_ana, "/me/take/print/")
    assert "<script" not in shown
    assert ANA in shown
    for item in told["items"]:
        assert item["key"] in shown
        for column in item["columns"]:
            assert column["title"].replace("'", "&#x27;") in shown
    for receipt in told["receipts"]:
        assert receipt["@graph"][0]["dpv:hasRecordOfActivity"]["dct:identifier"] in shown
    assert shown.count("<time") > len(told["uses"])


# --- receipts -----------------------------------------------------------------------------------------


def graph_of(text: bytes) -> Graph:
    return Graph().parse(data=text, format="json-ld")


def states(graph: Graph) -> list[str]:
    found = graph.objects(None, URIRef(f"{DPV}hasConsentStatus"))
    kinds = {str(kind).removeprefix(DPV) for state in found for kind in graph.objects(state, RDF.type)}
    return sorted(kinds & {"ConsentGiven", "ConsentWithdrawn"})


def test_a_yes_has_a_receipt_beside_its_switch_and_in_the_file(as_ana: Client, ana: Person) -> None:
    assert "/me/receipts/" not in page(as_ana, "/me/")
    as_ana.post("/me/switch/", {"use": ANNOUNCE, "on": "on"})
    (yes,) = receipts.held(ana.pk)
    path = f"/me/receipts/{yes.record}/"
    assert f'href="{path}"' in page(as_ana, "/me/")
    assert path in page(as_ana, "/me/take/")
    shown = page(as_ana, path)
    assert str(yes.record) in shown
    assert gate.force().digest in shown
    assert "Given" in shown
    response = as_ana.get(f"{path}receipt.jsonld")
    assert response["Content-Type"].startswith("application/ld+json")
    assert "attachment" in response["Content-Disposition"]
    assert states(graph_of(response.content)) == ["ConsentGiven"]
    (in_file,) = taken(as_ana)["receipts"]
    alone = json.loads(response.content)
    for told in (in_file, alone):
        told["@graph"][0].pop("dct:created")
    assert in_file == alone
    assert ANA not in response.content.decode()
    assert ANA not in shown.split("<main", 1)[1]


def test_a_yes_that_was_taken_back_says_both_and_the_next_yes_is_another(as_ana: Client, ana: Person) -> None:
    for answer in ("on", "off", "on"):
        as_ana.post("/me/switch/", {"use": ANNOUNCE} | ({"on": "on"} if answer == "on" else {}))
    first, second = receipts.held(ana.pk)
    assert first.record != second.record
    assert first.withdrawn is not None
    assert second.withdrawn is None
    told = as_ana.get(f"/me/receipts/{first.record}/receipt.jsonld").content
    assert states(graph_of(told)) == ["ConsentGiven", "ConsentWithdrawn"]
    assert "Taken back" in page(as_ana, f"/me/receipts/{first.record}/")
    assert f"/me/receipts/{second.record}/" in page(as_ana, "/me/")


def test_a_yes_in_a_form_has_its_receipt_once_it_is_confirmed(client: Client, published: object) -> None:
    person, giving = registered(ANA, confirmed=False)
    vault.choose(person=person, use=ANNOUNCE, answer=True, where="webinars.register", giving=giving)
    assert receipts.held(person.pk) == []
    vault.confirm(giving=Giving.objects.get(pk=giving.pk))
    (yes,) = receipts.held(person.pk)
    assert yes.confirmed_at is not None
    assert yes.said.where == "Form “Keep me a seat”"


def test_only_what_rests_on_a_yes_has_a_receipt(as_ana: Client, ana: Person) -> None:
    vault.choose(person=ana, use="webinars.serve", answer=True, where="people.me")
    assert receipts.held(ana.pk) == []


def test_nobody_reads_anothers_receipt(as_ana: Client, ana: Person, bo: Person) -> None:
    vault.choose(person=bo, use=ANNOUNCE, answer=True, where="people.me")
    (yes,) = receipts.held(bo.pk)
    before = Entry.objects.count()
    for path in (f"/me/receipts/{yes.record}/", f"/me/receipts/{yes.record}/receipt.jsonld"):
        assert as_ana.get(path).status_code == 404
        assert Client().get(path)["Location"].startswith("/sign-in/")
    assert Entry.objects.count() == before


def test_looking_at_a_receipt_is_told_as_what_it_was(as_ana: Client, ana: Person) -> None:
    as_ana.post("/me/switch/", {"use": ANNOUNCE, "on": "on"})
    (yes,) = receipts.held(ana.pk)
    as_ana.get(f"/me/receipts/{yes.record}/")
    assert "<b>You</b> looked at the receipt of a yes." in page(as_ana, "/me/")


# --- the clause's check -------------------------------------------------------------------------------


def test_the_check_counts_every_column_about_persons_and_sees_one_that_is_left_behind(
    published: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = keeps.everything_can_be_taken()
    assert count.kept
    assert count.of >= 30
    whole = collects.gated
    monkeypatch.setattr(collects, "gated", lambda: [one for one in whole() if one.label != "webinars.answer"])
    assert keeps.everything_can_be_taken() == Count(3, count.of)


# --- the page of the documentation --------------------------------------------------------------------

DOCS = Path(__file__).resolve().parents[4] / "docs" / "taking-along.md"


def test_the_example_of_the_documentation_keeps_to_the_schema_and_each_part_is_told() -> None:
    text = DOCS.read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.S)
    valid(json.loads(example))
    parts = text[: text.index("```json")]
    assert all(f"`{name}`" in parts for name in json.loads(example))
