"""A published version: found by its words, known by its digest, read back byte for byte."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrush.statement import EVERYTHING, US, Basis, Category, Faulty, Meaning, Use, Version
from leadrush.statement.tests.making import (
    EMAIL,
    NAME,
    REMIND,
    a_category,
    a_clause,
    a_room,
    a_template,
    a_term,
    a_term_template,
    a_use,
    a_version,
    told,
)
from leadrush.statement.tests.test_decision_properties import versions

FULL = told(
    7,
    date(2026, 3, 4),
    *(
        a_clause(
            a_term(recipients=("Acme Mail", US), days=None, after="webinar"),
            a_term(NAME, unconfirmed=True, given=["invitations"]),
            text="We remind you – once.",
        ),
        a_clause(a_term(basis=Basis.CONSENT, use="promotions.invite"), slug="invitations"),
    ),
    uses=[Meaning("promotions.invite", "market", "DirectMarketing", "invite you", "Acme Mail")],
)


def out() -> dict[str, Any]:
    """What the full version publishes, open for tampering."""
    data: dict[str, Any] = json.loads(FULL.canonical())
    return data


def a_out(name: str) -> dict[str, str]:
    return out()["uses"][0] | {"name": name}


def packed(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_published_form_never_changes_or_every_digest_on_file_would() -> None:
    assert a_version(a_term(), number=2).canonical().decode() == (
        '{"categories":[{"name":"EmailAddress","parent":"","title":"your EmailAddress"}],'
        '"clauses":[{"check":"leadrush.webinars.keeps.reminders","kept":"The gate keeps it.",'
        '"kept_by":["leadrush.gate"],"room":"webinars","section":"joining","short":"We remind you.",'
        '"slug":"reminders","terms":[{"after":"giving","basis":"contract","category":"EmailAddress",'
        '"days":30,"recipients":["us"],"switch":false,"unconfirmed":false,"use":"webinars.remind"}],'
        '"text":"We remind you."}],"number":2,"published":"2026-01-02",'
        '"uses":[{"heading":"provide","name":"webinars.remind","purpose":"RequestedServiceProvision",'
        '"recipient":"us","title":"remind you"}]}'
    )
    assert FULL.digest == "c800b50ef07cb6df18d2e4d2420a11633a28aed96d7a9d0a8d1b72503a312e62"
    assert FULL.digest == hashlib.sha256(FULL.canonical()).hexdigest()


def test_typography_is_published_as_it_is_read() -> None:
    assert "We remind you – once.".encode() in FULL.canonical()


@given(versions(3))
def test_a_version_read_back_is_the_version_that_was_published(version: Version) -> None:
    again = Version.from_canonical(version.canonical(), version.digest)
    assert again == version
    assert again.digest == version.digest
    assert Version.from_canonical(version.canonical().decode()) == version


@given(st.data())
def test_a_published_text_with_one_byte_changed_is_not_taken_for_it(data: st.DataObject) -> None:
    text = bytearray(FULL.canonical())
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(
        Faulty, match=r"^this is not a published version: its digest is not the one that was published$"
    ):
        Version.from_canonical(bytes(text), FULL.digest)
    try:
        other = Version.from_canonical(bytes(text))
    except Faulty:
        return
    assert other.digest != FULL.digest
    assert other.canonical() == bytes(text)


TAMPERED = {
    "not JSON": b"{",
    "not UTF-8": b"\xff",
    "half a letter": FULL.canonical().replace(b"once", b"\\ud800"),
    "a list": packed([]),
    "deeper than any statement": b"[" * 100_000,
    "spaces": FULL.canonical().replace(b",", b", "),
    "escaped letters": json.dumps(out(), sort_keys=True, separators=(",", ":")).encode(),
    "another encoding": FULL.canonical().decode().encode("utf-16"),
    "a key more": packed(out() | {"note": ""}),
    "a key less": packed({key: value for key, value in out().items() if key != "number"}),
    "a number that is a text": packed(out() | {"number": "7"}),
    "a number that is a yes": packed(out() | {"number": True}),
    "a day that is none": packed(out() | {"published": "2026-02-30"}),
    "a day in another form": packed(out() | {"published": "20260304"}),
    "clauses that are texts": packed(out() | {"clauses": ["x"]}),
    "a use without its meaning": packed(out() | {"uses": out()["uses"][:1]}),
    "a use that nobody names": packed(out() | {"uses": [*out()["uses"], a_out("x.y")]}),
    "a use told twice": packed(out() | {"uses": [*out()["uses"], out()["uses"][1]]}),
    "uses in another order": packed(out() | {"uses": out()["uses"][::-1]}),
    "a category without its meaning": packed(out() | {"categories": out()["categories"][1:]}),
    "categories in another order": packed(out() | {"categories": out()["categories"][::-1]}),
    "clauses twice": packed(out() | {"clauses": out()["clauses"] * 2}),
}


def test_the_owners_words_in_another_shape_are_refused_by_name() -> None:
    with pytest.raises(Faulty, match=r"^this is not a published version: a prose: heading is missing$"):
        Version.from_canonical(packed(out() | {"prose": [{"section": "joining", "text": "Hallo."}]}))


@pytest.mark.parametrize("text", TAMPERED.values(), ids=TAMPERED)
def test_what_was_never_published_is_refused(text: bytes) -> None:
    with pytest.raises(Faulty, match=r"^this is not a published version: "):
        Version.from_canonical(text)


@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ("clause", "slug", 3),
        ("clause", "kept_by", "leadrush.gate"),
        ("clause", "kept_by", [1]),
        ("clause", "terms", {}),
        ("clause", "text", "\ud800"),
        ("term", "recipients", "us"),
        ("term", "recipients", []),
        ("term", "recipients", ["us", "Acme Mail"]),
        ("term", "basis", "because"),
        ("term", "days", "30"),
        ("term", "days", True),
        ("term", "days", -1),
        ("term", "switch", "no"),
        ("term", "switch", 0),
        ("term", "unconfirmed", None),
        ("bound", "given", "reminders"),
        ("bound", "given", []),
        ("bound", "given", ["invitations", "gone"]),
        ("bound", "given", ["invitations", "invitations"]),
        ("bound", "given", ["gone"]),
        ("term", "after", None),
        ("term", "category", ["x"]),
        ("use", "name", 1),
        ("use", "heading", None),
        ("use", "purpose", ["DirectMarketing"]),
        ("use", "title", 3),
        ("use", "recipient", None),
        ("category", "name", 0),
        ("category", "title", None),
        ("category", "parent", None),
    ],
)
def test_a_published_value_of_another_kind_is_refused(where: str, key: str, value: object) -> None:
    data = out()
    place = place_of(where, data)
    assert key in place
    place[key] = value
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(Faulty, match=r"^this is not a published version: "):
        Version.from_canonical(text)


def place_of(where: str, data: dict[str, Any]) -> dict[str, Any]:
    clause = data["clauses"][0]
    place: dict[str, Any] = {
        "clause": clause,
        "term": clause["terms"][0],
        "bound": clause["terms"][1],
        "use": data["uses"][1],
        "category": data["categories"][0],
    }[where]
    return place


@pytest.mark.parametrize("where", ["clause", "term", "use", "category"])
def test_a_published_sentence_with_a_key_too_many_or_too_few_is_refused(where: str) -> None:
    data = out()
    place = place_of(where, data)
    for key in list(place):
        kept = place.pop(key)
        with pytest.raises(Faulty, match=f"a {where}: {key} is missing"):
            Version.from_canonical(packed(data))
        place[key] = kept
    place["note"] = ""
    with pytest.raises(Faulty, match=f"a {where}: note is not a key here"):
        Version.from_canonical(packed(data))


def test_what_is_wrong_with_a_published_text_is_said() -> None:
    with pytest.raises(Faulty, match=r"^this is not a published version: a version: number is missing$"):
        Version.from_canonical("{}")
    with pytest.raises(
        Faulty, match=r"^this is not a published version: its text is not in the canonical form$"
    ):
        Version.from_canonical(FULL.canonical() + b" ")


def test_a_clause_is_found_by_its_name_and_by_its_paragraph() -> None:
    assert FULL.clause("invitations").slug == "invitations"
    assert (FULL.number_of("reminders"), FULL.number_of("invitations")) == (1, 2)
    assert FULL.number_of("absent") is None
    with pytest.raises(KeyError, match="absent"):
        FULL.clause("absent")


def test_a_term_and_its_clause_are_found_by_data_and_use() -> None:
    term, clause = FULL.clauses[1].terms[0], FULL.clauses[1]
    assert FULL.find(EMAIL, "promotions.invite") == (term, clause)
    assert FULL.term(EMAIL, "promotions.invite") == term
    assert FULL.clause_for(EMAIL, "promotions.invite") == clause
    assert FULL.find(NAME, "promotions.invite") is None
    assert FULL.term(NAME, "promotions.invite") is None
    assert FULL.clause_for(NAME, "promotions.invite") is None
    assert [(term.category, term.use) for term in FULL.terms()] == [
        (EMAIL, REMIND),
        (NAME, REMIND),
        (EMAIL, "promotions.invite"),
    ]


def test_a_sentence_of_its_own_goes_before_one_about_everything() -> None:
    version = a_version(a_term(EVERYTHING, days=1), a_term(EMAIL, days=2))
    assert [version.term(name, REMIND).retention.days for name in (EMAIL, NAME)] == [2, 1]  # type: ignore[union-attr]


def test_two_clauses_of_one_name_cannot_be_published() -> None:
    with pytest.raises(Faulty, match=r"^two clauses are called reminders$"):
        Version(1, date(2026, 1, 1), (a_clause(), a_clause()))


def test_two_sentences_about_the_same_data_and_use_cannot_be_published() -> None:
    with pytest.raises(
        Faulty, match=r"^EmailAddress for webinars.remind stands twice: in reminders and again$"
    ):
        Version(1, date(2026, 1, 1), (a_clause(a_term()), a_clause(a_term(days=1), slug="again")))


def test_the_statement_reads_in_its_own_order_however_its_rooms_are_listed() -> None:
    plain = {"terms": (), "slots": (), "text": "x", "short": "x", "kept": "x"}
    templates = [
        a_template("late", order=1, section="keeping", **plain),  # type: ignore[arg-type]
        a_template("b-second", order=20, section="joining", **plain),  # type: ignore[arg-type]
        a_template("a-second", order=20, section="joining", **plain),  # type: ignore[arg-type]
        a_template("first", order=10, section="joining", **plain),  # type: ignore[arg-type]
        a_template("opening", order=90, section="giving", **plain),  # type: ignore[arg-type]
    ]
    for some in permutations(templates):
        rooms = (a_room(*some[:2]), a_room(*some[2:]))
        version = Version.draw_up(iter(rooms), number=3, published=date(2026, 2, 1))
        assert [clause.slug for clause in version.clauses] == [
            "opening",
            "first",
            "a-second",
            "b-second",
            "late",
        ]
        assert (version.number, version.published) == (3, date(2026, 2, 1))


def test_the_owner_fills_each_clause_on_its_own() -> None:
    other = a_template("replays", order=20, terms=())
    version = Version.draw_up(
        [a_room(a_template(), uses=(a_use(),), categories=(a_category(),)), a_room(other)],
        number=1,
        published=date(2026, 1, 1),
        filled={"reminders": {"days": 7}, "gone": {"days": 400}},
    )
    assert version.clause("reminders").text == "We keep it 7 days."
    assert version.clause("replays").text == "We keep it 30 days."
    assert version.term(EMAIL, REMIND).retention.days == 7  # type: ignore[union-attr]
    with pytest.raises(Faulty, match="days is 400"):
        Version.draw_up(
            [a_room(other)], number=1, published=date(2026, 1, 1), filled={"replays": {"days": 400}}
        )


def test_a_version_tells_what_its_terms_name_and_nothing_else() -> None:
    elsewhere = a_room(
        uses=(a_use("other.use", 5), a_use(bit=3)), categories=(a_category(), a_category("Name"))
    )
    here = a_room(a_template(), uses=(a_use(bit=3),), categories=(a_category(),))
    version = Version.draw_up([elsewhere, here], number=1, published=date(2026, 1, 1))
    assert version.uses == (a_use().meaning,)
    assert version.categories == (a_category(),)
    assert version.use(REMIND) == a_use().meaning
    assert version.category(EMAIL) == a_category()
    assert version.sense(REMIND) == ("RequestedServiceProvision", US)
    assert version.sense("other.use") is None
    for ask in (version.use, version.category):
        with pytest.raises(KeyError, match="other"):
            ask("other")


def test_uses_and_categories_are_told_in_the_order_of_their_names_whoever_brings_them() -> None:
    terms = (a_term_template(3, ("Name", EMAIL), "b.b"), a_term_template(3, ("Name", EMAIL), "a.a"))
    rooms = [
        a_room(a_template(terms=terms, slots=(), text="x", short="x", kept="x"), categories=(a_category(),)),
        a_room(uses=(a_use("b.b"), a_use("a.a", 1)), categories=(a_category("Name"),)),
    ]
    for some in permutations(rooms):
        version = Version.draw_up(some, number=1, published=date(2026, 1, 1))
        assert [use.name for use in version.uses] == ["a.a", "b.b"]
        assert [category.name for category in version.categories] == [EMAIL, "Name"]


def test_what_nobody_means_or_two_mean_otherwise_cannot_be_published() -> None:
    def drawn(*uses: Use, categories: tuple[Category, ...] = (a_category(),)) -> Version:
        room = a_room(a_template(), uses=uses, categories=categories)
        return Version.draw_up([room], number=1, published=date(2026, 1, 1))

    with pytest.raises(Faulty, match=r"^use webinars.remind is named and nobody says what it means$"):
        drawn()
    with pytest.raises(Faulty, match=r"^category EmailAddress is named and nobody says what it means$"):
        drawn(a_use(), categories=())
    with pytest.raises(Faulty, match=r"^each use is told once, in the order of their names$"):
        drawn(a_use(), a_use(recipient="Acme Mail"))
    with pytest.raises(Faulty, match=r"^each category is told once, in the order of their names$"):
        drawn(a_use(), categories=(a_category(), Category(EMAIL, "your address")))
    with pytest.raises(Faulty, match=r"^use webinars.remind is told and no term names it$"):
        replace(a_version(a_term()), clauses=())


def test_versions_that_differ_in_one_word_have_different_digests() -> None:
    base = FULL.clauses[0]
    unbound = replace(base.terms[1], given=frozenset())
    changed = [
        FULL,
        replace(FULL, number=8),
        replace(FULL, published=date(2026, 3, 5)),
        replace(FULL, clauses=FULL.clauses[::-1]),
        *(
            replace(FULL, clauses=(replace(base, **{name: "other"}), FULL.clauses[1]))  # type: ignore[arg-type]
            for name in ("slug", "section", "text", "short", "kept", "check", "room")
        ),
        *(
            replace(FULL, uses=(replace(FULL.uses[0], **{name: "other"}), FULL.uses[1]))  # type: ignore[arg-type]
            for name in ("heading", "purpose", "title", "recipient")
        ),
        *(
            replace(FULL, categories=(replace(FULL.categories[0], **{name: "x"}), FULL.categories[1]))  # type: ignore[arg-type]
            for name in ("title", "parent")
        ),
        replace(FULL, clauses=(replace(base, kept_by=("a", "b")), FULL.clauses[1])),
        replace(FULL, clauses=(replace(base, terms=(base.terms[0], unbound)), FULL.clauses[1])),
        replace(FULL, clauses=(replace(base, terms=base.terms[::-1]), FULL.clauses[1])),
    ]
    assert len({version.digest for version in changed}) == len(changed)


def test_a_sentence_about_a_form_that_is_not_there_is_named() -> None:
    with pytest.raises(Faulty, match=r"^webinars.remind: given names asking, which is no clause$"):
        a_version(a_term(given=["reminders", "asking", "writing"]))
