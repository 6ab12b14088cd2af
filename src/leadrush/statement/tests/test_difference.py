"""What a reader is told between two versions: words that came and went, and why something is wider."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrush.statement import (
    EVERYTHING,
    US,
    Aspect,
    Basis,
    Change,
    Choice,
    Meaning,
    Prose,
    Version,
    Way,
    difference,
    stays_locked,
)
from leadrush.statement.difference import changes
from leadrush.statement.rewording import Kind, Piece, words
from leadrush.statement.tests.making import EMAIL, HERE, NAME, REMIND, a_clause, a_term, told
from leadrush.statement.tests.test_decision_properties import versions

DAY = date(2026, 1, 1)


def drawn(was: str, now: str) -> str:
    marks = {Kind.SAME: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in words(was, now))


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (
            "Kept for 30 days, to send it.",
            "Kept for 14 days, to send it.",
            "Kept for [-30 -][+14 +]days, to send it.",
        ),
        ("While you want it.", "While you want it, by post.", "While you want it[+, by post+]."),
        ("a b", "a b", "a b"),
        ("", "We ask.", "[+We ask.+]"),
        ("We ask.", "", "[-We ask.-]"),
        ("", "", ""),
        ("a  b", "a b", "a b"),
        ("no no", "no no no", "no no [+no+]"),
        ("no no no", "no no", "no no[- no-]"),
        (
            "We ask you twice a year.",
            "You ask us twice.",
            "[-We -][+You +]ask [-you -][+us +]twice[- a year-].",
        ),
    ],
)
def test_a_sentence_is_shown_with_what_went_and_what_came(was: str, now: str, expected: str) -> None:
    assert drawn(was, now) == expected


@given(st.text("ab .,\n", max_size=30), st.text("ab .,\n", max_size=30))
def test_what_is_drawn_holds_both_texts_letter_by_letter(was: str, now: str) -> None:
    pieces = words(was, now)
    before = "".join(piece.text for piece in pieces if piece.kind is not Kind.NEW)
    assert "".join(before.split()) == "".join(was.split())
    assert "".join(piece.text for piece in pieces if piece.kind is not Kind.GONE) == now
    assert all(piece.text for piece in pieces)


def test_each_clause_is_told_with_its_numbers_and_what_became_of_it() -> None:
    old = told(
        1, DAY, a_clause(slug="goes"), a_clause(slug="stays"), a_clause(slug="changes", text="We keep it.")
    )
    new = told(
        2, DAY, a_clause(slug="comes"), a_clause(slug="changes", text="We erase it."), a_clause(slug="stays")
    )
    found = difference(old, new)
    assert [(one.slug, one.before, one.after, one.changed) for one in found.sentences] == [
        ("comes", None, 1, True),
        ("changes", 3, 2, True),
        ("stays", 2, 3, False),
        ("goes", 1, None, True),
    ]
    assert [one.slug for one in found.reworded] == ["comes", "changes", "goes"]
    assert not found.nothing


@pytest.mark.parametrize("part", ["short", "kept"])
def test_a_change_beside_the_sentence_is_a_change_of_words(part: str) -> None:
    old = told(1, DAY, a_clause())
    new = told(2, DAY, replace(a_clause(), **{part: "Otherwise."}))
    assert [one.slug for one in difference(old, new).reworded] == [HERE]


def test_a_sentence_that_moves_to_another_clause_changes_nothing_that_may_be_done() -> None:
    old = told(1, DAY, a_clause(a_term(), slug="one"), a_clause(slug="two"))
    new = told(2, DAY, a_clause(slug="one"), a_clause(a_term(), slug="two"))
    found = difference(old, new)
    assert found.changed == ()
    (pair,) = found.pairs
    assert (pair.clause_before, pair.clause_after) == ("one", "two")


def test_two_clauses_of_one_version_are_each_compared_with_the_other_version_only() -> None:
    old = told(1, DAY, a_clause(a_term(NAME, recipients=(US, "Acme Mail")), slug="one"))
    new = told(
        2,
        DAY,
        a_clause(a_term(NAME, recipients=(US, "Acme Mail")), slug="one"),
        a_clause(a_term(EMAIL, recipients=(US, "Acme Mail")), slug="two"),
    )
    assert [(pair.category, pair.way) for pair in difference(old, new).changed] == [(EMAIL, Way.WIDER)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, a_term(), [(Aspect.TERM, Way.WIDER)]),
        (a_term(), None, [(Aspect.TERM, Way.NARROWER)]),
        (None, None, []),
        (a_term(), a_term(), []),
        (a_term(), a_term(NAME), []),
        (
            a_term(),
            a_term(basis=Basis.CONSENT, switch=True),
            [(Aspect.BASIS, Way.NARROWER), (Aspect.SWITCH, Way.NARROWER)],
        ),
        (a_term(basis=Basis.CONSENT), a_term(switch=True), [(Aspect.BASIS, Way.WIDER)]),
        (a_term(), a_term(basis=Basis.LAW), [(Aspect.BASIS, Way.SAME)]),
        (a_term(), a_term(recipients=(US, "Acme Mail")), [(Aspect.RECIPIENTS, Way.WIDER)]),
        (a_term(recipients=("Acme Mail",)), a_term(), [(Aspect.RECIPIENTS, Way.BOTH)]),
        (a_term(days=30), a_term(days=14), [(Aspect.RETENTION, Way.NARROWER)]),
        (a_term(switch=True), a_term(), [(Aspect.SWITCH, Way.WIDER)]),
        (a_term(), a_term(unconfirmed=True), [(Aspect.UNCONFIRMED, Way.WIDER)]),
        (a_term(given=["a"]), a_term(given=["a", "b"]), [(Aspect.GIVEN, Way.WIDER)]),
        (a_term(given=["a"]), a_term(given=["b"]), [(Aspect.GIVEN, Way.BOTH)]),
        (a_term(given=["a"]), a_term(), [(Aspect.GIVEN, Way.WIDER)]),
    ],
)
def test_the_reason_is_told_for_each_thing_that_changed(
    before: object, after: object, expected: list[tuple[Aspect, Way]]
) -> None:
    found = changes(before, after)  # type: ignore[arg-type]
    assert found == tuple(Change(*one) for one in expected)


def test_a_name_that_means_another_purpose_is_another_use_both_ways() -> None:
    assert changes(a_term(), a_term(), same_sense=False) == (Change(Aspect.MEANING, Way.BOTH),)
    other = Meaning(REMIND, "market", "DirectMarketing", "remind you")
    found = difference(told(1, DAY, a_clause(a_term())), told(2, DAY, a_clause(a_term()), uses=[other]))
    assert [pair.way for pair in found.wider] == [Way.BOTH]
    better = Meaning(REMIND, "market", "RequestedServiceProvision", "remind you in time")
    found = difference(told(1, DAY, a_clause(a_term())), told(2, DAY, a_clause(a_term()), uses=[better]))
    assert found.changed == ()


def test_another_reason_in_law_is_told_and_makes_nothing_wider() -> None:
    found = difference(told(1, DAY, a_clause(a_term())), told(2, DAY, a_clause(a_term(basis=Basis.LAW))))
    assert [pair.way for pair in found.changed] == [Way.SAME]
    assert found.wider == ()
    assert not found.nothing


def test_a_longer_time_alone_opens_nothing_that_a_yes_could_be_asked_for() -> None:
    old, new = told(1, DAY, a_clause(a_term(days=1))), told(2, DAY, a_clause(a_term(days=2)))
    (pair,) = difference(old, new).wider
    assert not pair.opens
    (pair,) = difference(old, told(2, DAY, a_clause(a_term(days=2, recipients=(US, "Acme Mail"))))).wider
    assert pair.opens
    (pair,) = difference(new, told(2, DAY, a_clause(a_term(days=1, basis=Basis.CONSENT)))).changed
    assert not pair.opens
    assert not pair.wider


def test_the_owners_own_words_are_compared_by_section() -> None:
    def version(number: int, *prose: Prose) -> Version:
        return Version(number, DAY, (), prose=prose)

    one, other = Prose("joining", "Wir freuen uns.", "Hallo"), Prose("asking", "Frag uns.")
    found = difference(
        version(1, one, other), version(2, other, Prose("joining", "Wir freuen uns sehr.", "Hallo"))
    )
    assert [said.section for said in found.prose] == ["joining"]
    assert found.prose[0].pieces == (
        Piece(Kind.SAME, "Hallo\n\nWir freuen uns "),
        Piece(Kind.NEW, "sehr"),
        Piece(Kind.SAME, "."),
    )
    assert not found.nothing
    gone = difference(version(1, one), version(2))
    assert [piece.kind for piece in gone.prose[0].pieces] == [Kind.GONE]


@given(versions(2), versions(2))
def test_nothing_changes_between_a_version_and_itself(version: Version, other: Version) -> None:
    found = difference(version, version)
    assert found.nothing
    assert found.wider == ()
    assert all(not sentence.changed for sentence in found.sentences)
    back, forth = difference(other, version), difference(version, other)
    turned = {Way.WIDER: Way.NARROWER, Way.NARROWER: Way.WIDER, Way.BOTH: Way.BOTH, Way.SAME: Way.SAME}
    assert {(pair.category, pair.use): turned[pair.way] for pair in back.pairs} == {
        (pair.category, pair.use): pair.way for pair in forth.pairs
    }


# What stays locked, and for whom.

PLAIN = told(1, DAY, a_clause(a_term()))
SHARED = told(3, DAY, a_clause(a_term(recipients=(US, "Acme Mail"))))
ON_YES = told(2, DAY, a_clause(a_term(basis=Basis.CONSENT)))
NOTHING = told(1, DAY, a_clause())


def locked(given: Version, old: Version, new: Version, choice: Choice | None = None, **more: object) -> bool:
    return stays_locked(
        category=EMAIL,
        use=REMIND,
        given=given,
        old=old,
        new=new,
        choice=choice,
        **more,  # type: ignore[arg-type]
    )


def test_what_was_given_before_somebody_more_gets_it_stays_locked_until_a_yes() -> None:
    assert locked(PLAIN, PLAIN, SHARED)
    assert locked(NOTHING, PLAIN, SHARED)
    assert not locked(SHARED, PLAIN, SHARED)
    assert not locked(PLAIN, PLAIN, SHARED, Choice(True, SHARED))
    assert locked(PLAIN, PLAIN, SHARED, Choice(True, PLAIN))
    assert not locked(PLAIN, SHARED, PLAIN)


def test_only_what_came_by_a_form_that_the_new_sentence_speaks_of_waits_for_a_yes() -> None:
    shared = told(3, DAY, a_clause(a_term(recipients=(US, "Acme Mail"), given=[HERE])))
    assert locked(PLAIN, PLAIN, shared, under=HERE)
    assert not locked(PLAIN, PLAIN, shared, under="another-form")
    assert not locked(PLAIN, PLAIN, shared)


def test_a_yes_that_nobody_confirmed_asks_for_no_other() -> None:
    assert locked(NOTHING, NOTHING, ON_YES, Choice(True, NOTHING))
    assert not locked(NOTHING, NOTHING, ON_YES, Choice(True, NOTHING, confirmed=False))


def test_who_unconfirmed_typed_an_address_is_not_waited_for_where_confirming_is_needed() -> None:
    assert not locked(PLAIN, PLAIN, SHARED, confirmed=False)


def test_a_yes_that_could_be_said_before_and_was_not_is_not_waited_for_again() -> None:
    wider = told(3, DAY, a_clause(a_term(basis=Basis.CONSENT, recipients=(US, "Acme Mail"))))
    assert not locked(ON_YES, ON_YES, wider)
    assert not locked(NOTHING, ON_YES, wider)
    assert locked(ON_YES, ON_YES, wider, Choice(True, ON_YES))
    assert not locked(ON_YES, ON_YES, wider, Choice(False, ON_YES))


def test_a_use_that_is_new_and_needs_a_yes_waits_for_everybody_it_could_concern() -> None:
    assert locked(NOTHING, NOTHING, ON_YES)
    other = told(1, DAY, a_clause(a_term(basis=Basis.CONSENT)), uses=[Meaning(REMIND, "market", "X", "y")])
    assert locked(other, other, ON_YES)
    elsewhere = told(1, DAY, a_clause(a_term(given=[HERE])))
    assert locked(elsewhere, elsewhere, ON_YES, under="another-form")
    assert not locked(elsewhere, elsewhere, ON_YES, under=HERE)


def test_a_no_to_what_can_be_switched_off_locks_nothing_and_one_to_what_no_longer_can_does() -> None:
    off = told(1, DAY, a_clause(a_term(basis=Basis.LEGITIMATE_INTEREST)))
    shared = told(2, DAY, a_clause(a_term(basis=Basis.LEGITIMATE_INTEREST, recipients=(US, "Acme Mail"))))
    assert not locked(off, off, shared, Choice(False, off))
    assert locked(off, off, PLAIN, Choice(False, off))


def test_a_version_that_goes_back_to_what_an_older_one_said_locks_nothing_given_under_that() -> None:
    between = told(4, DAY, a_clause(a_term()))
    again = told(5, DAY, a_clause(a_term(recipients=(US, "Acme Mail"))))
    assert not locked(SHARED, between, again)
    assert locked(between, between, again)


def test_everything_is_told_as_everything() -> None:
    old, new = (
        told(1, DAY, a_clause(a_term(EVERYTHING))),
        told(2, DAY, a_clause(a_term(EVERYTHING), a_term())),
    )
    assert difference(old, new).changed == ()
