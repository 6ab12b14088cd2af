"""An owner's draft: what it may fill in, add and leave out, and the word for what it may not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from leadrush.statement import EVERYTHING, SECTIONS, Draft, Faulty, Prose, Room, Slot, Version
from leadrush.statement.drafts import MOST_HEADING, MOST_PROSE, MOST_TEXT, stays, values_in
from leadrush.statement.tests.making import (
    NAME,
    a_category,
    a_room,
    a_template,
    a_term_template,
    a_use,
)

DAY = date(2026, 2, 3)
SEAT = a_template("seat", terms=(a_term_template("days"),))
NEWS = a_template("news", order=20, terms=(a_term_template("days", (NAME,)),))
PROMISE = a_template("promise", order=30, text="Sealed.", short="", kept="Sealed.", terms=(), slots=())
ALL = a_term_template(None, (EVERYTHING,), "x.all")
GROUND = a_template("ground", order=40, text="All.", short="", kept="All.", terms=(ALL,), slots=())
ROOM = a_room(
    SEAT,
    NEWS,
    PROMISE,
    GROUND,
    uses=(a_use(), a_use("x.all", 1, everything=True)),
    categories=(a_category(), a_category(NAME)),
)


def drawn(draft: Draft, room: Room = ROOM, **needed: str) -> Version:
    return draft.version([room], number=2, published=DAY, needed=needed)


def test_a_draft_becomes_the_version_that_its_owner_wrote() -> None:
    prose = (Prose("changing", "Später mehr."), Prose("joining", "Grüß Gott.", "Servus"))
    version = drawn(Draft({"seat": {"days": 14}}, prose, frozenset({"news"})))
    assert [clause.slug for clause in version.clauses] == ["seat", "promise", "ground"]
    assert version.clause("seat").text == "We keep it 14 days."
    assert [one.section for one in version.prose] == ["joining", "changing"]
    assert [use.name for use in version.uses] == ["webinars.remind", "x.all"]
    assert Version.from_canonical(version.canonical(), version.digest) == version


def test_a_version_without_words_of_the_owners_is_published_in_the_form_it_always_had() -> None:
    assert b'"prose"' not in drawn(Draft()).canonical()
    assert (
        b'"prose":[{"heading":"","section":"joining","text":"Hallo."}]'
        in drawn(Draft(prose=(Prose("joining", "Hallo."),))).canonical()
    )


def test_a_draft_is_written_down_and_read_back() -> None:
    draft = Draft({"seat": {"days": 14}}, (Prose("joining", "Hallo.", "Servus"),), frozenset({"news", "a"}))
    out = draft.out()
    assert Draft.read(json.loads(json.dumps(out))) == draft
    assert out["left_out"] == ["a", "news"]
    assert Draft.read({}) == Draft()
    assert Draft.read({"prose": [{"section": "joining", "text": "Hallo."}]}).prose[0].heading == ""


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ([], r"the draft is not a table"),
        ({"categories": ["Genome"]}, r"the draft: categories is not a key here"),
        ({"filled": {"seat": 3}}, r"clause seat is not a table"),
        ({"filled": {"seat": {"days": "14"}}}, r"clause seat: days is '14': write a whole number"),
        ({"filled": {"seat": {"days": True}}}, r"clause seat: days is True: write a whole number"),
        ({"filled": []}, r"the draft: filled is \[\]: write a table"),
        ({"prose": [{"section": "joining"}]}, r"your own words: text is missing"),
        (
            {"prose": [{"section": "joining", "text": "x", "mark": "§1"}]},
            r"your own words: mark is not a key",
        ),
        ({"left_out": "news"}, r"the draft: left_out is 'news': write a list of texts"),
    ],
)
def test_what_is_no_draft_is_refused_with_what_to_write(data: object, word: str) -> None:
    with pytest.raises(Faulty, match=word):
        Draft.read(data)


@pytest.mark.parametrize(
    ("draft", "word"),
    [
        (Draft({"seats": {"days": 14}}), "there is no clause named seats"),
        (Draft(left_out=frozenset({"newz"})), "there is no clause named newz"),
        (Draft({"seat": {"days": 91}}), "days is 91: write a whole number from 1 to 90"),
        (Draft({"seat": {"weeks": 2}}), "clause seat has no slot named weeks"),
        (Draft(left_out=frozenset({"promise"})), "clause promise cannot be left out: it says how everything"),
        (
            Draft(left_out=frozenset({"ground"})),
            "clause ground cannot be left out: the rest of the statement",
        ),
        (Draft(left_out=frozenset({"seat"})), "clause seat cannot be left out: registrations rest on it"),
        (
            Draft(prose=(Prose("nowhere", "x"),)),
            "^your own words: section 'nowhere' is none of giving, visiting, joining, ",
        ),
        (
            Draft(prose=(Prose("joining", " \n"),)),
            f"^your own words under “{SECTIONS['joining']}” are empty: write them or take them out$",
        ),
        (Draft(prose=(Prose("joining", "x" * (MOST_TEXT + 1)),)), "the text has 4001 letters; at most 4000"),
        (Draft(prose=(Prose("joining", "x", "y" * (MOST_HEADING + 1)),)), "the heading has 121 letters"),
        (Draft(prose=(Prose("joining", "a\x00b"),)), "the text holds a sign that cannot be shown"),
        (Draft(prose=(Prose("joining", "a", "\ud800"),)), "the heading holds a sign that cannot be shown"),
        (Draft(prose=(Prose("joining", "a"),) * (MOST_PROSE + 1)), "are 41 texts: at most 40 fit"),
    ],
)
def test_what_cannot_be_published_is_refused_by_name(draft: Draft, word: str) -> None:
    with pytest.raises(Faulty, match=word):
        drawn(draft, seat="registrations rest on it")


def test_the_longest_words_fit() -> None:
    prose = Prose("joining", "x" * (MOST_TEXT - 2) + "\n\t", "y" * MOST_HEADING)
    assert len(drawn(Draft(prose=(prose,) * MOST_PROSE)).prose) == MOST_PROSE


def test_a_category_that_no_room_declares_is_refused_by_name() -> None:
    room = replace(ROOM, categories=(a_category(),))
    with pytest.raises(Faulty, match="category Name is named and nobody says what it means"):
        drawn(Draft(), room)


def test_a_clause_stays_while_another_one_speaks_of_it() -> None:
    bound = replace(a_term_template("days", (NAME,)), given=frozenset({"seat", "news"}))
    news = replace(NEWS, terms=(bound,))
    assert stays([SEAT, news]) == {"seat": "clause news speaks of what is given under it"}
    assert stays([SEAT, news], ["news"]) == {}
    assert stays([SEAT, news], ["seat"]) == {"seat": "clause news speaks of what is given under it"}


def test_two_clauses_of_which_one_speaks_of_the_other_are_left_out_together() -> None:
    bound = replace(a_term_template("days", (NAME,)), given=frozenset({"seat"}))
    room = replace(ROOM, clauses=(SEAT, replace(NEWS, terms=(bound,)), PROMISE, GROUND))
    version = drawn(Draft(left_out=frozenset({"seat", "news"})), room)
    assert [clause.slug for clause in version.clauses] == ["promise", "ground"]


def test_what_a_published_version_was_filled_with_is_read_from_it() -> None:
    draft = Draft({"seat": {"days": 14}, "news": {"days": 90}}, (Prose("joining", "Hallo."),))
    assert Draft.of(drawn(draft), [ROOM]) == draft
    less = replace(draft, filled={"seat": {"days": 14}}, left_out=frozenset({"news"}))
    assert Draft.of(drawn(less), [ROOM], ["news", "seat"]) == less


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (SEAT, {"days": 14}),
        (replace(SEAT, text="Gone in {days}."), {"days": 14}),
        (replace(SEAT, terms=(), text="We keep it {days} days.", kept="Otherwise {days}."), {"days": 14}),
        (replace(SEAT, terms=(), text="{days}", short="{days}", kept="{days}"), {"days": 30}),
        (replace(SEAT, slots=(Slot("days", 30, 15, 90),)), {"days": 30}),
        (replace(SEAT, slots=(Slot("days", 10, 1, 13),)), {"days": 10}),
        (replace(SEAT, slots=(Slot("days", 10, 1, 14),)), {"days": 14}),
        (replace(SEAT, slots=(Slot("days", 20, 14, 20),)), {"days": 14}),
        (replace(SEAT, text="{{a}} {days}", terms=(), short="", kept=""), {"days": 30}),
        (replace(SEAT, text="New.", short="New.", kept="New."), {"days": 14}),
        (
            replace(SEAT, text="New.", short="", kept="", terms=(a_term_template("days", (NAME,)),)),
            {"days": 30},
        ),
        (replace(SEAT, text="{days} of {days}.", short="", kept="", terms=()), {"days": 30}),
    ],
)
def test_a_clause_that_a_newer_program_words_otherwise_keeps_the_owners_number_where_it_can(
    template: Any, expected: dict[str, int]
) -> None:
    clause = SEAT.fill({"days": 14})
    assert values_in(template, clause) == expected


def test_braces_of_its_own_do_not_hide_a_number() -> None:
    template = a_template(text="{{x}} (c) {days} and {days}", short="", kept="k", terms=())
    assert values_in(template, template.fill({"days": 5})) == {"days": 5}
