"""Consent receipts: each yes as a document to keep, after ISO/IEC TS 27560:2023, in the terms of DPV.

A record says what somebody said yes to, under which statement, when, and how it ends; a receipt hands the
record over. Which term stands for which field of the standard is told by W3C's guide
(https://w3id.org/dpv/guides/consent-27560). Only consent has a record of consent: a use that rests on
anything else has none, unless somebody was asked for more of it than the statement had said when they gave
their data. For that data their yes is the only basis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from leadrush.statement.clauses import Clause
from leadrush.statement.linked import CONTEXT, Node, kind, process, recipient
from leadrush.statement.terms import Basis, Term
from leadrush.statement.uses import US
from leadrush.statement.versions import Version

RECORD = "https://w3id.org/dpv/schema/dpv-27560#record"
RECEIPT = "https://w3id.org/dpv/schema/dpv-27560#receipt"
PLACES = "https://w3id.org/dpv/loc#"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a use: when it was given, and where, in words."""

    at: datetime
    where: str


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes to one use, under one version. `person` is the number that stands for somebody, no address.

    `confirmed_at` is when whoever has the address showed that it was they who said it, where that came later;
    `withdrawn` is the no that ended it. `asked`: it answered what a new version asked about data that was
    there, whatever basis that version names; it can be taken back where it was said.
    """

    record: UUID
    person: UUID
    use: str
    version: Version
    said: Said
    confirmed_at: datetime | None = None
    withdrawn: Said | None = None
    asked: bool = False

    @property
    def terms(self) -> list[tuple[Term, Clause]]:
        """What was said yes to: the terms that rest on it, told on the basis of consent, with their clauses.

        Without one there is no receipt.
        """
        return [
            (replace(term, basis=Basis.CONSENT, switch=True, unconfirmed=False), clause)
            for clause in self.version.clauses
            for term in clause.terms
            if term.use == self.use and (self.asked or term.basis is Basis.CONSENT)
        ]


@dataclass(frozen=True, slots=True)
class Controller:
    """Who asked: the business, where it stands, and where its statement is read and a yes is taken back.

    `url` is the site's address, `versions` that under which its statements stand by number, `territory` a
    country's two letters after ISO 3166-1 or nothing, `language` two letters after ISO 639-1.
    """

    name: str
    address: str
    url: str
    versions: str
    switches: str
    territory: str
    language: str


def receipt(yes: Yes, controller: Controller, made: datetime) -> dict[str, Any]:
    """Return a yes as JSON-LD: a `dpv:ConsentReceipt` of one `dpv:ConsentRecord`. Raises `LookupError` when
    nothing in the version that it was said under rests on a yes to this use. Serves L12 and L25."""
    terms = yes.terms
    if not terms:
        raise LookupError(f"version {yes.version.number} asks no yes for {yes.use}")
    number = str(uuid5(yes.record, "receipt"))
    base = f"{controller.versions.removesuffix('/')}/"
    outside = sorted({name for term, _clause in terms for name in term.recipients} - {US})
    own = sorted({term.category for term, _clause in terms if term.category.startswith("lr:")})
    return {
        "@context": CONTEXT,
        "@graph": [
            {
                "@id": f"urn:uuid:{number}",
                "@type": "dpv:ConsentReceipt",
                "dct:identifier": number,
                "dct:conformsTo": {"@id": RECEIPT},
                "dct:created": _moment(made),
                "dct:publisher": {"@id": controller.url},
                "dpv:hasRecordOfActivity": _record(yes, terms, controller, base),
            },
            _who(controller),
            *(recipient(name, base) for name in outside),
            *(kind(yes.version.category(name), base) for name in own),
        ],
    }


def _record(yes: Yes, terms: list[tuple[Term, Clause]], controller: Controller, base: str) -> Node:
    page = f"{base}{yes.version.number}/"
    use = yes.version.use(yes.use)
    person = {"@id": f"urn:uuid:{yes.person}"}
    record: Node = {
        "@id": f"urn:uuid:{yes.record}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": str(yes.record),
        "dct:conformsTo": {"@id": RECORD},
        "dct:created": _moment(yes.said.at),
        "dpv:hasDataSubject": person | {"@type": "dpv:DataSubject", "dpv:hasIdentifier": str(yes.person)},
        "dpv:hasDataController": {"@id": controller.url},
        "dpv:hasNotice": {
            "@id": page,
            "@type": ["dpv:PrivacyNotice", "dpv:ConsentNotice"],
            "owl:versionInfo": str(yes.version.number),
            "dct:issued": {"@value": yes.version.published.isoformat(), "@type": "xsd:date"},
            "dct:identifier": f"sha256:{yes.version.digest}",
            "dct:language": controller.language,
        },
        "dpv:hasProcess": [
            _kept_here(process(term, clause, use, controller.url, base, page), controller)
            for term, clause in terms
        ],
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": {"@id": controller.switches},
        },
        "dpv:hasConsentStatus": _states(yes, person),
    }
    if controller.territory:
        record["dpv:hasJurisdiction"] = {"@id": PLACES + controller.territory}
    return record


def _states(yes: Yes, person: Node) -> list[Node]:
    """Return what was said in its order; the last one is the state that holds."""
    given = _state(["dpv:ConsentGiven", "dpv:ExpressedConsent"], yes.said, person, "until the person says no")
    if yes.confirmed_at:
        given["dct:dateAccepted"] = _moment(yes.confirmed_at)
    if yes.withdrawn is None:
        return [given]
    ended = _state(["dpv:ConsentWithdrawn"], yes.withdrawn, person, "until the person says yes again")
    return [given, ended]


def _state(types: list[str], said: Said, person: Node, until: str) -> Node:
    return {
        "@type": types,
        "dpv:isIndicatedBy": person,
        "dpv:isIndicatedAtTime": _moment(said.at),
        "dpv:hasIndicationMethod": said.where,
        "dpv:hasDuration": {"@type": "dpv:UntilEventDuration", "dct:description": until},
    }


def _kept_here(told: Node, controller: Controller) -> Node:
    """Return a process with the place where its data lies beside how long: on the machine of the site."""
    place = {"@type": "dpv:StorageLocation", "dpv:hasLocation": {"@id": controller.url}}
    return told | {"dpv:hasStorageCondition": [told["dpv:hasStorageCondition"], place]}


def _who(controller: Controller) -> Node:
    who: Node = {
        "@id": controller.url,
        "@type": "dpv:DataController",
        "dpv:hasName": controller.name,
        "dpv:hasContact": {"@id": controller.url},
    }
    return who | ({"dpv:hasAddress": controller.address} if controller.address else {})


def _moment(at: datetime) -> Node:
    return {"@value": at.isoformat(timespec="seconds"), "@type": "xsd:dateTime"}
