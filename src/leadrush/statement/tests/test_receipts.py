"""A receipt for a yes: each field of ISO/IEC TS 27560 once, in words that W3C's vocabulary has."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from leadrush.statement import Basis, Category, jsonld
from leadrush.statement.reading import VOCABULARY
from leadrush.statement.receipts import Controller, Said, Yes, receipt
from leadrush.statement.tests.making import EMAIL, NAME, a_clause, a_term, a_use, told
from leadrush.statement.tests.test_linked import CORE, DPV, OTHERS, PD

INVITE = "promotions.invite"
FIRM = "Acme & Sons/Mail"
VERSION = told(
    7,
    date(2026, 3, 4),
    a_clause(a_term(), a_term(NAME)),
    a_clause(
        a_term(use=INVITE, basis=Basis.CONSENT, recipients=(FIRM,), days=90, after="sending"),
        a_term("lr:Notes", INVITE, Basis.CONSENT, days=None),
        a_term(NAME, INVITE, Basis.LEGITIMATE_INTEREST),
        slug="invitations",
        text="We invite you.",
    ),
    uses=[replace(a_use(INVITE).meaning, purpose="DirectMarketing", title="invite you", recipient=FIRM)],
    categories=[Category("lr:Notes", "Notes", "Interest")],
)
SITE = URIRef("https://tarn.example/")
PAGE = URIRef("https://tarn.example/privacy/versions/7/")
RECORD = UUID("6d0f3f86-4c0e-4f5a-9b0e-6a2f8d1b7c35")
PERSON = UUID("0e8dd6f4-2f0c-4f14-8b3e-7a3a2c5d1e90")
TARN = Controller(
    name="Tarn & Tiller",
    address="Quay Lane 4, Orrowby",
    url=str(SITE),
    versions="https://tarn.example/privacy/versions/",
    switches="https://tarn.example/me/#may",
    territory="GB",
    language="en",
)
SAID = Said(datetime(2026, 3, 5, 9, 30, tzinfo=UTC), "Form “Keep me a seat”")
NO = Said(datetime(2026, 6, 1, 7, 0, tzinfo=UTC), "Your own page")
YES = Yes(RECORD, PERSON, INVITE, VERSION, SAID)
MADE = datetime(2026, 7, 1, 12, 0, 5, 999, tzinfo=UTC)
SCHEMA = "https://w3id.org/dpv/schema/dpv-27560#"

RECEIPTS = frozenset(
    DPV[term]
    for term in (
        "ConsentReceipt", "ConsentRecord", "ConsentNotice", "DataSubject", "ConsentGiven", "ConsentWithdrawn",
        "ExpressedConsent", "StorageLocation", "hasRecordOfActivity", "hasDataSubject", "hasIdentifier",
        "hasNotice", "hasConsentControl", "hasConsentStatus", "isExercisedAt", "isIndicatedBy",
        "isIndicatedAtTime", "hasIndicationMethod", "hasJurisdiction", "hasLocation", "hasAddress",
        "hasContact",
    )
)  # fmt: skip
"""What receipts use of DPV's core beside the statement, looked up by hand in the vocabulary's 2.0 release."""


def graph_of(yes: Yes = YES, controller: Controller = TARN) -> Graph:
    return Graph().parse(data=json.dumps(receipt(yes, controller, MADE)), format="json-ld")


def one(graph: Graph, subject: Node | None, predicate: URIRef) -> Node:
    (value,) = graph.objects(subject, predicate)
    return value


def moment(text: str) -> Literal:
    return Literal(text, datatype=XSD.dateTime)


def record(graph: Graph) -> Node:
    (found,) = graph.subjects(RDF.type, DPV.ConsentRecord)
    return found


def test_a_receipt_says_which_it_is_which_record_it_hands_over_and_when_it_was_made() -> None:
    graph = graph_of()
    (found,) = graph.subjects(RDF.type, DPV.ConsentReceipt)
    number = str(uuid5(RECORD, "receipt"))
    assert found == URIRef(f"urn:uuid:{number}")
    assert one(graph, found, DCTERMS.identifier) == Literal(number)
    assert one(graph, found, DCTERMS.conformsTo) == URIRef(f"{SCHEMA}receipt")
    assert one(graph, found, DCTERMS.created) == moment("2026-07-01T12:00:05+00:00")
    assert one(graph, found, DCTERMS.publisher) == SITE
    assert one(graph, found, DPV.hasRecordOfActivity) == URIRef(f"urn:uuid:{RECORD}")


def test_a_record_says_whose_yes_it_is_by_a_number_who_asked_and_what_was_read() -> None:
    graph = graph_of()
    found = record(graph)
    assert one(graph, found, DCTERMS.identifier) == Literal(str(RECORD))
    assert one(graph, found, DCTERMS.conformsTo) == URIRef(f"{SCHEMA}record")
    assert one(graph, found, DCTERMS.created) == moment("2026-03-05T09:30:00+00:00")
    assert one(graph, found, DPV.hasDataController) == SITE
    assert one(graph, found, DPV.hasJurisdiction) == URIRef("https://w3id.org/dpv/loc#GB")
    person = one(graph, found, DPV.hasDataSubject)
    assert set(graph.predicate_objects(person)) == {
        (RDF.type, DPV.DataSubject),
        (DPV.hasIdentifier, Literal(str(PERSON))),
    }
    assert set(graph.predicate_objects(SITE)) == {
        (RDF.type, DPV.DataController),
        (DPV.hasName, Literal("Tarn & Tiller")),
        (DPV.hasAddress, Literal("Quay Lane 4, Orrowby")),
        (DPV.hasContact, SITE),
    }
    assert one(graph, found, DPV.hasNotice) == PAGE
    assert set(graph.objects(PAGE, RDF.type)) == {DPV.PrivacyNotice, DPV.ConsentNotice}
    assert one(graph, PAGE, OWL.versionInfo) == Literal("7")
    assert one(graph, PAGE, DCTERMS.issued) == Literal("2026-03-04", datatype=XSD.date)
    assert one(graph, PAGE, DCTERMS.identifier) == Literal(f"sha256:{VERSION.digest}")
    assert one(graph, PAGE, DCTERMS.language) == Literal("en")
    control = one(graph, found, DPV.hasConsentControl)
    assert set(graph.predicate_objects(control)) == {
        (RDF.type, DPV.WithdrawConsent),
        (DPV.isExercisedAt, URIRef("https://tarn.example/me/#may")),
    }


def test_it_is_about_what_rests_on_the_yes_and_nothing_else_of_that_use() -> None:
    graph = graph_of()
    processes = set(graph.objects(record(graph), DPV.hasProcess))
    assert processes == {URIRef(f"{PAGE}#{INVITE}/{kind}") for kind in (EMAIL, "lr-Notes")}
    assert [term.category for term, _clause in YES.terms] == [EMAIL, "lr:Notes"]
    email = URIRef(f"{PAGE}#{INVITE}/{EMAIL}")
    assert one(graph, email, DPV.hasPersonalData) == PD.EmailAddress
    assert one(graph, email, DPV.hasPurpose) == DPV.DirectMarketing
    assert one(graph, email, DPV.hasLegalBasis) == DPV.Consent
    assert one(graph, email, DCTERMS.source) == URIRef(f"{PAGE}#invitations")
    firm = one(graph, email, DPV.hasRecipient)
    assert one(graph, firm, DPV.hasName) == Literal(FIRM)
    kept = {one(graph, node, RDF.type): node for node in graph.objects(email, DPV.hasStorageCondition)}
    assert set(kept) == {DPV.StorageDuration, DPV.StorageLocation}
    assert one(graph, kept[DPV.StorageLocation], DPV.hasLocation) == SITE
    length = one(graph, kept[DPV.StorageDuration], DPV.hasDuration)
    assert one(graph, length, RDF.value) == Literal("P90D", datatype=XSD.duration)


def test_a_kind_of_data_of_the_sites_own_stands_beneath_one_that_others_know() -> None:
    graph = graph_of()
    notes = URIRef("https://tarn.example/privacy/versions/#lr-Notes")
    assert one(graph, URIRef(f"{PAGE}#{INVITE}/lr-Notes"), DPV.hasPersonalData) == notes
    assert one(graph, notes, RDFS.subClassOf) == PD.Interest
    assert one(graph, notes, SKOS.prefLabel) == Literal("Notes")
    assert list(graph.subjects(RDF.type, RDFS.Class)) == [notes]


def test_each_part_is_the_very_one_that_the_published_statement_has() -> None:
    published = Graph().parse(
        data=json.dumps(
            jsonld(VERSION, controller_name=TARN.name, controller_url=TARN.url, base_url=TARN.versions)
        ),
        format="json-ld",
    )
    graph = graph_of()
    for process in graph.objects(record(graph), DPV.hasProcess):
        for predicate in (DPV.hasPurpose, DPV.hasPersonalData, DPV.hasRecipient, DCTERMS.description):
            assert (
                set(graph.objects(process, predicate)) == set(published.objects(process, predicate)) != set()
            )


def state(graph: Graph, kind: URIRef) -> Node:
    (found,) = graph.subjects(RDF.type, kind)
    return found


def test_what_was_said_stands_with_who_said_it_when_where_and_until_when_it_holds() -> None:
    graph = graph_of()
    given = state(graph, DPV.ConsentGiven)
    assert one(graph, record(graph), DPV.hasConsentStatus) == given
    assert set(graph.objects(given, RDF.type)) == {DPV.ConsentGiven, DPV.ExpressedConsent}
    assert one(graph, given, DPV.isIndicatedBy) == URIRef(f"urn:uuid:{PERSON}")
    assert one(graph, given, DPV.isIndicatedAtTime) == moment("2026-03-05T09:30:00+00:00")
    assert one(graph, given, DPV.hasIndicationMethod) == Literal("Form “Keep me a seat”")
    lasts = one(graph, given, DPV.hasDuration)
    assert set(graph.predicate_objects(lasts)) == {
        (RDF.type, DPV.UntilEventDuration),
        (DCTERMS.description, Literal("until the person says no")),
    }
    assert not list(graph.objects(given, DCTERMS.dateAccepted))


def test_a_yes_that_was_confirmed_later_says_when() -> None:
    later = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)
    graph = graph_of(replace(YES, confirmed_at=later))
    given = state(graph, DPV.ConsentGiven)
    assert one(graph, given, DCTERMS.dateAccepted) == moment("2026-03-05T10:00:00+00:00")
    assert one(graph, given, DPV.isIndicatedAtTime) == moment("2026-03-05T09:30:00+00:00")


def test_a_yes_that_was_taken_back_says_both_and_the_no_last() -> None:
    graph = graph_of(replace(YES, withdrawn=NO))
    ended = state(graph, DPV.ConsentWithdrawn)
    assert set(graph.objects(record(graph), DPV.hasConsentStatus)) == {state(graph, DPV.ConsentGiven), ended}
    assert one(graph, ended, DPV.isIndicatedAtTime) == moment("2026-06-01T07:00:00+00:00")
    assert one(graph, ended, DPV.hasIndicationMethod) == Literal("Your own page")
    assert one(graph, ended, DPV.isIndicatedBy) == URIRef(f"urn:uuid:{PERSON}")
    lasts = one(graph, ended, DPV.hasDuration)
    assert one(graph, lasts, DCTERMS.description) == Literal("until the person says yes again")
    told_record = receipt(replace(YES, withdrawn=NO), TARN, MADE)["@graph"][0]["dpv:hasRecordOfActivity"]
    assert [one["@type"][0] for one in told_record["dpv:hasConsentStatus"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
    ]


def test_what_is_not_known_of_the_business_is_left_out() -> None:
    graph = graph_of(controller=replace(TARN, territory="", address=""))
    assert not list(graph.objects(None, DPV.hasJurisdiction))
    assert not list(graph.objects(SITE, DPV.hasAddress))


@pytest.mark.parametrize("use", ["webinars.remind", "nowhere.named"])
def test_what_does_not_rest_on_a_yes_has_no_receipt(use: str) -> None:
    with pytest.raises(LookupError, match=f"version 7 asks no yes for {use}"):
        receipt(replace(YES, use=use), TARN, MADE)


def test_an_answer_to_a_new_version_is_the_only_basis_of_all_that_it_opened() -> None:
    graph = graph_of(replace(YES, asked=True))
    processes = set(graph.objects(record(graph), DPV.hasProcess))
    assert processes == {URIRef(f"{PAGE}#{INVITE}/{kind}") for kind in (EMAIL, "lr-Notes", NAME)}
    assert {one(graph, each, DPV.hasLegalBasis) for each in processes} == {DPV.Consent}
    assert [term.basis for term, _clause in replace(YES, use="webinars.remind", asked=True).terms] == [
        Basis.CONSENT,
        Basis.CONSENT,
    ]


@pytest.mark.parametrize("withdrawn", [None, NO])
def test_nothing_is_said_in_a_word_that_the_vocabulary_does_not_have(withdrawn: Said | None) -> None:
    known = set(CORE | OTHERS | RECEIPTS)
    known |= {DCTERMS.conformsTo, DCTERMS.created, DCTERMS.publisher, DCTERMS.language, DCTERMS.dateAccepted}
    known |= {URIRef(SCHEMA + name) for name in ("record", "receipt")} | {
        URIRef("https://w3id.org/dpv/loc#GB")
    }
    for file in ("dpv-purposes.csv", "dpv-personal-data.csv"):
        with (VOCABULARY / file).open(newline="", encoding="utf-8") as rows:
            known |= {URIRef(row["iri"]) for row in csv.DictReader(rows)}
    graph = graph_of(replace(YES, confirmed_at=MADE, withdrawn=withdrawn))
    used = {node for triple in graph for node in triple if isinstance(node, URIRef)}
    own = {iri for iri in used if str(iri).startswith((str(SITE), "urn:uuid:"))}
    assert used - own - known == set()
    assert URIRef(f"urn:uuid:{PERSON}") in own


def test_nothing_hangs_loose_and_no_other_site_is_asked_for_its_meaning() -> None:
    graph = graph_of(replace(YES, withdrawn=NO))
    named = {object for _, _, object in graph}
    assert {subject for subject in graph.subjects() if isinstance(subject, BNode)} - named == set()
    (top,) = {node for node in graph.subjects() if isinstance(node, URIRef)} - named
    assert (top, RDF.type, DPV.ConsentReceipt) in graph
    context: dict[str, Any] = receipt(YES, TARN, MADE)["@context"]
    assert all(isinstance(iri, str) for iri in context.values())


def test_the_address_of_versions_may_be_given_without_its_last_stroke() -> None:
    short = replace(TARN, versions=TARN.versions.rstrip("/"))
    assert receipt(YES, short, MADE) == receipt(YES, TARN, MADE)
