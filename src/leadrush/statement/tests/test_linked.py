"""The statement as programs read it: every sentence once, in words that W3C's vocabulary has."""

from __future__ import annotations

import csv
import json
from datetime import date
from itertools import product
from typing import Any

import pytest
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import Node

from leadrush.statement import (
    EVERYTHING,
    US,
    Basis,
    Category,
    Term,
    Use,
    Version,
    gpc,
    jsonld,
)
from leadrush.statement.reading import VOCABULARY
from leadrush.statement.tests.making import EMAIL, NAME, a_clause, a_term, a_use, a_version, told

DPV = Namespace("https://w3id.org/dpv#")
PD = Namespace("https://w3id.org/dpv/pd#")
SITE = "https://tarn.example/privacy/"
PAGE = "https://tarn.example/privacy/7/"
BUSINESS = URIRef("https://tarn.example/")
NOTES = Category("lr:Notes", "Notes", "Interest")

CORE = frozenset(
    DPV[term]
    for term in (
        "PrivacyNotice", "Process", "DataController", "DataProcessor", "PersonalData",
        "StorageDuration", "TemporalDuration", "UntilEventDuration",
        "Contract", "Consent", "LegitimateInterestOfController", "LegalObligation",
        "WithdrawConsent", "OptingOutFromProcess", "CannotOptOutFromProcess",
        "hasDataController", "hasName", "hasProcess", "hasPersonalData", "hasPurpose", "hasLegalBasis",
        "hasRecipient", "hasStorageCondition", "hasDuration", "isAfter", "hasEntityInvolvement", "hasContext",
    )
)  # fmt: skip
"""What is used of DPV's core, looked up by hand in the vocabulary's 2.0 release."""

OTHERS = frozenset(
    {
        DCTERMS.issued,
        DCTERMS.identifier,
        DCTERMS.hasPart,
        DCTERMS.description,
        DCTERMS.source,
        OWL.versionInfo,
    }
    | {RDF.type, RDF.value, RDFS.Class, RDFS.subClassOf, SKOS.Concept, SKOS.broader, SKOS.prefLabel}
)

USES = (
    a_use(),
    Use("promotions.invite", 1, "market", "DirectMarketing", "invite you", "Acme & Sons/Mail"),
    a_use("rights.show", 2, everything=True),
)
VERSION = told(
    7,
    date(2026, 3, 4),
    *(
        a_clause(
            a_term(days=30, after="webinar"), a_term("lr:Notes", days=None, basis=Basis.LEGITIMATE_INTEREST)
        ),
        a_clause(
            a_term(use="promotions.invite", basis=Basis.CONSENT, recipients=("Acme & Sons/Mail",)),
            a_term(
                NAME,
                "promotions.invite",
                Basis.CONTRACT,
                ("Acme & Sons/Mail", US),
                days=0,
                switch=True,
                given=["reminders"],
            ),
            slug="invitations",
            text="We invite you – if you said so.",
        ),
        a_clause(a_term(EVERYTHING, "rights.show", Basis.LAW, days=None), slug="rights"),
    ),
    uses=[use.meaning for use in USES],
    categories=[NOTES],
)


def said(version: Version = VERSION, **other: Any) -> dict[str, Any]:
    asked = {"controller_name": "Tarn & Tiller", "controller_url": str(BUSINESS), "base_url": SITE} | other
    return jsonld(version, **asked)


def graph_of(document: dict[str, Any]) -> Graph:
    return Graph().parse(data=json.dumps(document), format="json-ld")


@pytest.fixture
def graph() -> Graph:
    return graph_of(said())


def one(graph: Graph, subject: Node | None, predicate: URIRef) -> Node:
    (value,) = graph.objects(subject, predicate)
    return value


def test_the_notice_says_which_version_it_is_and_whose(graph: Graph) -> None:
    (notice,) = graph.subjects(RDF.type, DPV.PrivacyNotice)
    assert notice == URIRef(PAGE)
    assert one(graph, notice, OWL.versionInfo) == Literal("7")
    assert one(graph, notice, DCTERMS.issued) == Literal("2026-03-04", datatype=XSD.date)
    assert one(graph, notice, DCTERMS.identifier) == Literal(f"sha256:{VERSION.digest}")
    assert one(graph, notice, DPV.hasDataController) == BUSINESS
    assert set(graph.predicate_objects(BUSINESS)) == {
        (RDF.type, DPV.DataController),
        (DPV.hasName, Literal("Tarn & Tiller")),
    }


def test_each_clause_stands_under_its_paragraph_with_its_words(graph: Graph) -> None:
    parts = {
        (part, str(one(graph, part, DCTERMS.identifier)), str(one(graph, part, DCTERMS.description)))
        for part in graph.objects(URIRef(PAGE), DCTERMS.hasPart)
    }
    assert parts == {
        (URIRef(f"{PAGE}#reminders"), "§1", "We remind you."),
        (URIRef(f"{PAGE}#invitations"), "§2", "We invite you – if you said so."),
        (URIRef(f"{PAGE}#rights"), "§3", "We remind you."),
    }


RECIPIENT = URIRef(f"{SITE}#recipient/Acme%20%26%20Sons%2FMail")
KEEP = {
    "webinar": {
        (RDF.type, DPV.TemporalDuration),
        (RDF.value, Literal("P30D", datatype=XSD.duration)),
        (DPV.isAfter, Literal("webinar")),
    },
    "none": {
        (RDF.type, DPV.TemporalDuration),
        (RDF.value, Literal("P0D", datatype=XSD.duration)),
        (DPV.isAfter, Literal("giving")),
    },
    "giving": {
        (RDF.type, DPV.TemporalDuration),
        (RDF.value, Literal("P30D", datatype=XSD.duration)),
        (DPV.isAfter, Literal("giving")),
    },
    "open": {
        (RDF.type, DPV.UntilEventDuration),
        (DCTERMS.description, Literal("until the person ends it")),
    },
}
BOUND, SEAT = "promotions.invite/Name", URIRef(f"{PAGE}#reminders")
EXPECTED = {
    "webinars.remind/EmailAddress": (
        "reminders", "remind you", PD.EmailAddress, DPV.RequestedServiceProvision, DPV.Contract,
        {BUSINESS}, "webinar", DPV.CannotOptOutFromProcess,
    ),
    "webinars.remind/lr-Notes": (
        "reminders", "remind you", URIRef(f"{SITE}#lr-Notes"), DPV.RequestedServiceProvision,
        DPV.LegitimateInterestOfController, {BUSINESS}, "open", DPV.OptingOutFromProcess,
    ),
    "promotions.invite/EmailAddress": (
        "invitations", "invite you", PD.EmailAddress, DPV.DirectMarketing, DPV.Consent,
        {RECIPIENT}, "giving", DPV.WithdrawConsent,
    ),
    "promotions.invite/Name": (
        "invitations", "invite you", PD.Name, DPV.DirectMarketing, DPV.Contract,
        {RECIPIENT, BUSINESS}, "none", DPV.OptingOutFromProcess,
    ),
    "rights.show/Everything": (
        "rights", "remind you", DPV.PersonalData, DPV.RequestedServiceProvision, DPV.LegalObligation,
        {BUSINESS}, "open", DPV.CannotOptOutFromProcess,
    ),
}  # fmt: skip


def test_each_term_is_one_process_that_says_all_of_it(graph: Graph) -> None:
    processes = set(graph.subjects(RDF.type, DPV.Process))
    assert processes == {URIRef(f"{PAGE}#{name}") for name in EXPECTED}
    assert set(graph.objects(URIRef(PAGE), DPV.hasProcess)) == processes
    for name, (slug, title, data, purpose, basis, recipients, keep, involvement) in EXPECTED.items():
        process = URIRef(f"{PAGE}#{name}")
        assert one(graph, process, DCTERMS.source) == URIRef(f"{PAGE}#{slug}")
        assert one(graph, process, DCTERMS.description) == Literal(title)
        assert one(graph, process, DPV.hasDataController) == BUSINESS
        assert one(graph, process, DPV.hasPersonalData) == data
        assert one(graph, process, DPV.hasPurpose) == purpose
        assert one(graph, process, DPV.hasLegalBasis) == basis
        assert set(graph.objects(process, DPV.hasRecipient)) == recipients
        assert one(graph, process, DPV.hasEntityInvolvement) == involvement
        storage = one(graph, process, DPV.hasStorageCondition)
        assert one(graph, storage, RDF.type) == DPV.StorageDuration
        assert set(graph.predicate_objects(one(graph, storage, DPV.hasDuration))) == KEEP[keep]
        assert set(graph.objects(process, DPV.hasContext)) == ({SEAT} if name == BOUND else set())
        assert len(set(graph.predicates(process))) == (11 if name == BOUND else 10)


def test_a_kind_of_data_of_our_own_is_a_kind_of_one_that_others_know(graph: Graph) -> None:
    assert set(graph.predicate_objects(URIRef(f"{SITE}#lr-Notes"))) == {
        (RDF.type, RDFS.Class),
        (RDF.type, SKOS.Concept),
        (RDFS.subClassOf, PD.Interest),
        (SKOS.broader, PD.Interest),
        (SKOS.prefLabel, Literal("Notes")),
    }


def test_whoever_else_gets_data_is_named_once(graph: Graph) -> None:
    assert set(graph.subjects(RDF.type, DPV.DataProcessor)) == {RECIPIENT}
    assert one(graph, RECIPIENT, DPV.hasName) == Literal("Acme & Sons/Mail")


def test_nothing_is_said_in_a_word_that_the_vocabulary_does_not_have(graph: Graph) -> None:
    known = set(CORE | OTHERS)
    for file in ("dpv-purposes.csv", "dpv-personal-data.csv"):
        with (VOCABULARY / file).open(newline="", encoding="utf-8") as rows:
            known |= {URIRef(row["iri"]) for row in csv.DictReader(rows)}
    used = {node for triple in graph for node in triple if isinstance(node, URIRef)}
    foreign = {iri for iri in used if not iri.startswith(str(BUSINESS))}
    assert foreign - known == set()
    assert used - foreign >= {BUSINESS, URIRef(PAGE), RECIPIENT}


def test_nothing_hangs_loose(graph: Graph) -> None:
    named = {object for _, _, object in graph}
    loose = {subject for subject in graph.subjects() if isinstance(subject, BNode)} - named
    assert loose == set()
    ours = {node for node in graph.subjects() if isinstance(node, URIRef)} - named
    assert ours == {URIRef(PAGE)}


def test_the_document_asks_no_other_site_for_its_meaning() -> None:
    context = said()["@context"]
    assert all(isinstance(name, str) and isinstance(iri, str) for name, iri in context.items())
    assert "@import" not in context


def test_the_address_may_be_given_without_its_last_stroke() -> None:
    assert said(base_url=SITE.rstrip("/")) == said()


def every_term() -> list[Term]:
    bases = {basis: basis.value.replace("-", "_") for basis in Basis}
    return [
        a_term(category, f"{bases[basis]}.{use}", basis)
        for category, use, basis in product((EMAIL, NAME, "lr:Notes", EVERYTHING), ("one", "two"), Basis)
    ]


def test_every_term_of_a_longer_statement_appears_exactly_once() -> None:
    terms = every_term()
    version = a_version(*terms)
    document = jsonld(version, controller_name="T", controller_url=str(BUSINESS), base_url=SITE)
    graph = graph_of(document)
    processes = list(graph.subjects(RDF.type, DPV.Process))
    assert len(processes) == len(set(processes)) == len(terms) == 32
    kinds = {EMAIL: PD.EmailAddress, NAME: PD.Name, EVERYTHING: DPV.PersonalData}
    for term in terms:
        data = kinds.get(term.category, URIRef(f"{SITE}#lr-Notes"))
        holding = [
            process
            for process in graph.subjects(DPV.hasPersonalData, data)
            if f"#{term.use}/" in str(process)
        ]
        assert len(holding) == 1
    assert sum(node["@type"] == ["rdfs:Class", "skos:Concept"] for node in document["@graph"]) == 1


def test_a_version_is_told_in_its_own_words_when_its_rooms_are_gone_and_its_words_were_written_anew() -> None:
    published = VERSION.canonical()
    assert said(Version.from_canonical(published)) == said()
    words = published.replace(b'"remind you"', b'"remember you"').replace(
        b'"title":"Notes"', b'"title":"Jots"'
    )
    graph = graph_of(said(Version.from_canonical(words)))
    assert Literal("remember you") in set(graph.objects(None, DCTERMS.description))
    assert set(graph.objects(None, SKOS.prefLabel)) == {Literal("Jots")}


def test_browsers_that_say_no_are_told_that_it_is_heard() -> None:
    assert gpc(VERSION) == {"gpc": True, "lastUpdate": "2026-03-04"}
