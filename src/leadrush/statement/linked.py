"""The statement for machines: JSON-LD in the terms of W3C's Data Privacy Vocabulary, and gpc.json."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from leadrush.statement.clauses import Clause
from leadrush.statement.reading import personal_data, purposes
from leadrush.statement.terms import Basis, Retention, Term
from leadrush.statement.uses import EVERYTHING, US, Category, Meaning
from leadrush.statement.versions import Version

BASES: dict[Basis, str] = {
    Basis.CONTRACT: "dpv:Contract",
    Basis.CONSENT: "dpv:Consent",
    Basis.LEGITIMATE_INTEREST: "dpv:LegitimateInterestOfController",
    Basis.LAW: "dpv:LegalObligation",
}
"""Each basis as a DPV legal basis."""

CONTEXT: dict[str, str] = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Stands in the document itself, so that whoever reads it need not ask another site."""

Node = dict[str, Any]


def jsonld(
    version: Version,
    *,
    controller_name: str,
    controller_url: str,
    base_url: str,
) -> dict[str, Any]:
    """Return a version as JSON-LD: a `dpv:PrivacyNotice` with a `dpv:Process` for each of its terms.

    `base_url` is the statement's address (`https://site.example/privacy/`): the version stands below it by
    its number, own categories and recipients are fragments of it. What uses and categories mean is the
    version's own word, so that an old one is told as it was published. Serves L1 and L12 for programs.
    """
    base = f"{base_url.removesuffix('/')}/"
    page = f"{base}{version.number}/"
    known = {use.name: use for use in version.uses}
    terms = version.terms()
    outside = sorted({name for term in terms for name in term.recipients} - {US})
    own = [category for category in version.categories if category.name.startswith("lr:")]
    notice: Node = {
        "@id": page,
        "@type": "dpv:PrivacyNotice",
        "owl:versionInfo": str(version.number),
        "dct:issued": {"@value": version.published.isoformat(), "@type": "xsd:date"},
        "dct:identifier": f"sha256:{version.digest}",
        "dpv:hasDataController": {"@id": controller_url},
        "dct:hasPart": [_clause(clause, n, page) for n, clause in enumerate(version.clauses, 1)],
        "dpv:hasProcess": [
            process(term, clause, known[term.use], controller_url, base, page)
            for clause in version.clauses
            for term in clause.terms
        ],
    }
    controller: Node = {"@id": controller_url, "@type": "dpv:DataController", "dpv:hasName": controller_name}
    return {
        "@context": CONTEXT,
        "@graph": [
            notice,
            controller,
            *(recipient(name, base) for name in outside),
            *(kind(category, base) for category in own),
        ],
    }


def gpc(version: Version) -> dict[str, Any]:
    """Return what `/.well-known/gpc.json` says: Global Privacy Control is honoured, since this version."""
    return {"gpc": True, "lastUpdate": version.published.isoformat()}


def _clause(clause: Clause, n: int, page: str) -> Node:
    return {"@id": f"{page}#{clause.slug}", "dct:identifier": f"§{n}", "dct:description": clause.text}


def process(term: Term, clause: Clause, use: Meaning, controller: str, base: str, page: str) -> Node:
    """Return one term as a `dpv:Process`: the same address and the same words wherever it is told."""
    told = {
        "@id": f"{page}#{quote(term.use)}/{fragment(term.category)}",
        "@type": "dpv:Process",
        "dct:source": {"@id": f"{page}#{clause.slug}"},
        "dct:description": use.title,
        "dpv:hasDataController": {"@id": controller},
        "dpv:hasPersonalData": {"@id": _data(term.category, base)},
        "dpv:hasPurpose": {"@id": purposes()[use.purpose]},
        "dpv:hasLegalBasis": {"@id": BASES[term.basis]},
        "dpv:hasRecipient": [
            {"@id": controller if name == US else _recipient(name, base)} for name in sorted(term.recipients)
        ],
        "dpv:hasStorageCondition": {
            "@type": "dpv:StorageDuration",
            "dpv:hasDuration": _duration(term.retention),
        },
        "dpv:hasEntityInvolvement": {"@id": _involvement(term)},
    }
    if term.given:
        told["dpv:hasContext"] = [{"@id": f"{page}#{slug}"} for slug in sorted(term.given)]
    return told


def _duration(retention: Retention) -> Node:
    """Days after an event are ISO 8601; without days the person's own act ends it."""
    if retention.days is None:
        return {"@type": "dpv:UntilEventDuration", "dct:description": "until the person ends it"}
    return {
        "@type": "dpv:TemporalDuration",
        "rdf:value": {"@value": f"P{retention.days}D", "@type": "xsd:duration"},
        "dpv:isAfter": retention.after,
    }


def _involvement(term: Term) -> str:
    if term.basis is Basis.CONSENT:
        return "dpv:WithdrawConsent"
    return "dpv:OptingOutFromProcess" if term.switch else "dpv:CannotOptOutFromProcess"


def kind(category: Category, base: str) -> Node:
    """Return a kind of data of our own beneath the one that others know."""
    parent = {"@id": personal_data()[category.parent]}
    return {
        "@id": _data(category.name, base),
        "@type": ["rdfs:Class", "skos:Concept"],
        "rdfs:subClassOf": parent,
        "skos:broader": parent,
        "skos:prefLabel": category.title,
    }


def _data(category: str, base: str) -> str:
    if category == EVERYTHING:
        return "dpv:PersonalData"
    return f"{base}#{fragment(category)}" if category.startswith("lr:") else personal_data()[category]


def recipient(name: str, base: str) -> Node:
    """Return somebody else who gets data, by name."""
    return {"@id": _recipient(name, base), "@type": "dpv:DataProcessor", "dpv:hasName": name}


def _recipient(name: str, base: str) -> str:
    return f"{base}#recipient/{quote(name, safe='')}"


def fragment(category: str) -> str:
    """Return a category as part of an address; no clause is called so, since slugs are small letters."""
    return "Everything" if category == EVERYTHING else category.replace(":", "-")
