"""The statement's pages: readable by people and by programs, and the same text in each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import rdflib
from django.test import Client
from django.utils.html import escape

from leadrush import gate, statement
from leadrush.accountability import keeps
from leadrush.gate import rooms
from leadrush.gate.models import Version

DPV = rdflib.Namespace("https://w3id.org/dpv#")


@pytest.fixture
def page(client: Client, published: statement.Version) -> str:
    answer = client.get("/privacy/")
    assert answer.status_code == 200
    return answer.content.decode()


def next_version(published: statement.Version) -> statement.Version:
    """Publish the same clauses as version 2, with one slot filled otherwise."""
    text = statement.Version.draw_up(
        rooms.all(), number=2, published=date(2026, 3, 1), filled={"webinar-seat": {"days": 7}}
    )
    gate.publish(text)
    return text


def test_every_clause_stands_there_with_its_sentence_mark_and_how_it_is_kept(
    page: str, published: statement.Version
) -> None:
    for n, clause in enumerate(published.clauses, 1):
        assert f'<article class="clause" id="{clause.slug}"' in page
        assert f'id="c{n}">{escape(clause.text)}</p>' in page
        assert escape(clause.kept) in page
        assert clause.check in page
        for name in clause.kept_by:
            assert name in page


def test_every_id_is_there_once_and_every_link_within_the_page_leads_somewhere(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'href="(?:/privacy/)?#([^"]+)"', page):
        assert target in ids


def test_no_number_is_drawn_as_counted_before_a_check_has_counted(page: str) -> None:
    assert 'class="proof"' not in page and "big proof" not in page


def test_every_term_stands_in_words(page: str, published: statement.Version) -> None:
    for term in published.terms():
        use = gate.uses.get(term.use)
        assert escape(use.title) in page
    for words in (
        "your yes",
        "yes; it is off until you say yes",
        "30 days after the webinar",
        "nobody but us",
    ):
        assert words in page


def test_the_page_costs_three_questions_at_most_until_something_is_counted_and_the_text_one(
    client: Client, published: statement.Version, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    with django_assert_max_num_queries(3):
        client.get("/privacy/")
    with django_assert_max_num_queries(1):
        client.get("/privacy/statement.txt")


def test_a_page_that_was_fetched_is_not_sent_again_until_a_version_is_published(
    client: Client, published: statement.Version
) -> None:
    for url in ("/privacy/", "/privacy/statement.txt", "/privacy/statement.jsonld", "/privacy/versions/"):
        first = client.get(url)
        assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 304, url
    tag = client.get("/privacy/")["ETag"]
    next_version(published)
    again = client.get("/privacy/", headers={"If-None-Match": tag})
    assert again.status_code == 200 and b"7 days after the webinar" in again.content


def test_whoever_answered_the_cookie_question_gets_a_page_of_their_own(
    client: Client, published: statement.Version, settings: Any
) -> None:
    tag = client.get("/privacy/")["ETag"]
    client.cookies["choice"] = "no"
    assert client.get("/privacy/", headers={"If-None-Match": tag}).status_code == 200
    client.cookies[settings.SESSION_COOKIE_NAME] = "somebody"
    assert "ETag" not in client.get("/privacy/")


def test_a_program_gets_linked_data_and_a_browser_the_page(
    client: Client, published: statement.Version
) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for accept, kind in (
        ("application/ld+json", "application/ld+json"),
        ("application/ld+json, text/html;q=0.5", "application/ld+json"),
        (browser, "text/html"),
        ("*/*", "text/html"),
        ("image/png", "text/html"),
    ):
        answer = client.get("/privacy/", headers={"Accept": accept})
        assert answer["Content-Type"].split(";")[0] == kind, accept
        assert "Accept" in answer["Vary"]
    assert (
        'rel="alternate" type="application/ld+json" href="/privacy/statement.jsonld"'
        in client.get("/privacy/").content.decode()
    )


def test_the_linked_data_says_what_the_statement_says_and_its_addresses_exist(
    client: Client, published: statement.Version
) -> None:
    data = client.get("/privacy/statement.jsonld").content.decode()
    graph = rdflib.Graph().parse(data=data, format="json-ld")
    processes = set(graph.subjects(rdflib.RDF.type, DPV.Process))
    assert len(processes) == len(published.terms())
    notices = list(graph.subjects(rdflib.RDF.type, DPV.PrivacyNotice))
    assert len(notices) == 1
    pages: dict[str, str] = {}
    for node in [*processes, *notices, *graph.objects(None, rdflib.DCTERMS.hasPart)]:
        path, _hash, anchor = str(node).removeprefix("http://localhost:8000").partition("#")
        if path not in pages:
            answer = client.get(path)
            assert answer.status_code == 200, node
            pages[path] = answer.content.decode()
        assert not anchor or f'id="{anchor}"' in pages[path], node


def test_the_plain_text_holds_every_sentence_in_lines_that_print(
    client: Client, published: statement.Version
) -> None:
    answer = client.get("/privacy/statement.txt")
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert published.digest in text
    flat = " ".join(text.split())
    for clause in published.clauses:
        assert " ".join(clause.text.split()) in flat
    assert max(map(len, text.splitlines())) <= 80


def test_global_privacy_control_is_told_to_programs(client: Client, published: statement.Version) -> None:
    answer = client.get("/.well-known/gpc.json")
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content) == {"gpc": True, "lastUpdate": "2026-01-01"}


def test_an_older_version_stays_readable_under_its_number(
    client: Client, published: statement.Version
) -> None:
    newer = next_version(published)
    old, new = client.get("/privacy/versions/1/"), client.get("/privacy/versions/2/")
    assert b"30 days after the webinar" in old.content and b"Version 2 is in force now" in old.content
    assert b"7 days after the webinar" in new.content
    listed = client.get("/privacy/versions/").content.decode()
    assert published.digest in listed and newer.digest in listed
    assert client.get("/privacy/versions/3/").status_code == 404


def test_an_old_version_says_what_its_words_meant_when_rooms_are_gone_and_words_are_written_anew(
    client: Client, published: statement.Version
) -> None:
    gone = statement.Meaning("gone.sell", "market", "DirectMarketing", "sell you a boat", "Boats Ltd")
    kind = statement.Category("lr:Boat", "the boat you dream of", "Interest")
    retention = statement.Retention(3)
    term = statement.Term(kind.name, gone.name, statement.Basis.CONSENT, frozenset({"us"}), retention, True)
    clause = replace(published.clauses[0], slug="boats", terms=(term,))
    old = statement.Version(2, date(2026, 2, 1), (clause,), (gone,), (kind,))
    gate.publish(old)
    gate.publish(replace(published, number=3))
    shown = client.get("/privacy/versions/2/").content.decode()
    assert "ell you a boat" in shown and "he boat you dream of" in shown
    assert b"boat" not in client.get("/privacy/versions/3/").content
    assert b"boat" not in client.get("/privacy/versions/").content


def test_the_page_and_its_linked_data_speak_the_words_that_were_published_not_those_of_newer_code(
    client: Client, published: statement.Version
) -> None:
    uses = tuple(replace(use, title=f"{use.title}, as we said") for use in published.uses)
    kinds = tuple(replace(kind, title=f"{kind.title}, as we called it") for kind in published.categories)
    gate.publish(replace(published, number=2, uses=uses, categories=kinds))
    for url in ("/privacy/", "/privacy/statement.jsonld"):
        shown = client.get(url).content.decode()
        for use in uses:
            assert use.title[1:] in shown or escape(use.title[1:]) in shown, url
    shown = client.get("/privacy/").content.decode()
    assert all(escape(kind.title[1:]) in shown for kind in kinds)
    assert b"as we said" not in client.get("/privacy/versions/1/").content
    assert b"as we called it" in client.get("/privacy/versions/").content


def test_the_file_of_a_version_has_the_digest_that_the_page_names(
    client: Client, published: statement.Version
) -> None:
    raw = client.get("/privacy/versions/1/statement.json").content
    assert hashlib.sha256(raw).hexdigest() == published.digest
    assert published.digest in client.get("/privacy/versions/1/").content.decode()


@pytest.mark.parametrize("url", ["/privacy/", "/privacy/versions/1/", "/privacy/statement.txt"])
def test_nothing_can_be_sent_to_a_page_that_is_only_read(
    client: Client, published: statement.Version, url: str
) -> None:
    assert client.post(url).status_code in (403, 405)


def test_the_checks_of_this_room_count_and_a_forged_version_is_missed(published: statement.Version) -> None:
    assert keeps.no_other_recipient() == type(keeps.no_other_recipient())(0, len(published.terms()))
    assert keeps.versions_are_intact().kept
    later = statement.Version.draw_up(rooms.all(), number=2, published=date(2026, 3, 1))
    forged = later.canonical().decode().replace("We do not share", "We do share")
    Version(number=2, digest=later.digest, text=forged, published_at="2026-03-01T00:00Z").save()
    assert (keeps.versions_are_intact().missed, keeps.versions_are_intact().of) == (1, 2)


def test_no_page_of_the_statement_opens_a_use(published: statement.Version) -> None:
    from leadrush.accountability import urls

    for pattern in urls.urlpatterns:
        if not str(pattern.pattern).startswith(("privacy/", ".well-known/")):
            continue
        assert pattern.callback.door.use is None, pattern.name
