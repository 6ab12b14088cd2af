"""Clauses as rooms ship them, and what an owner may fill in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadrush.statement import US, Basis, Category, Clause, Faulty, Retention, Slot, Term, Use
from leadrush.statement.clauses import TermTemplate
from leadrush.statement.tests.making import (
    EMAIL,
    HERE,
    NAME,
    REMIND,
    a_template,
    a_term,
    a_term_template,
    a_use,
)

DAYS = Slot("days", default=30, least=1, most=90)


def test_a_filled_clause_says_the_same_days_in_its_words_and_in_its_terms() -> None:
    assert a_template().fill({"days": 45}) == Clause(
        slug="reminders",
        section="joining",
        text="We keep it 45 days.",
        short="Kept 45 days.",
        kept="Erased after 45 days.",
        kept_by=("leadrush.webinars.tasks.erase",),
        check="leadrush.webinars.keeps.erased",
        terms=(a_term(days=45, after="webinar"),),
        room="webinars",
    )


def test_a_clause_left_alone_says_its_defaults() -> None:
    assert a_template().fill({}).terms[0].retention == Retention(30, "webinar")


def test_a_sentence_about_several_kinds_of_data_is_a_term_for_each() -> None:
    template = TermTemplate(
        (EMAIL, NAME),
        REMIND,
        Basis.LEGITIMATE_INTEREST,
        frozenset({US}),
        None,
        "giving",
        True,
        True,
        frozenset({HERE}),
    )
    assert template.terms({}) == [
        a_term(name, basis=Basis.LEGITIMATE_INTEREST, days=None, unconfirmed=True, given=[HERE])
        for name in (EMAIL, NAME)
    ]


@given(st.integers())
def test_an_owner_cannot_fill_a_slot_beyond_its_bounds(value: int) -> None:
    if 1 <= value <= 90:
        assert DAYS.value({"days": value}) == value
    else:
        with pytest.raises(Faulty, match=rf"^days is {value}: write a whole number from 1 to 90$"):
            DAYS.value({"days": value})


@pytest.mark.parametrize("edge", [1, 90])
def test_the_bounds_of_a_slot_belong_to_it(edge: int) -> None:
    assert DAYS.value({"days": edge}) == edge
    with pytest.raises(Faulty):
        DAYS.value({"days": edge + (1 if edge == 90 else -1)})


@pytest.mark.parametrize("value", [True, "30", 30.0, None])
def test_a_slot_takes_nothing_but_a_whole_number(value: object) -> None:
    with pytest.raises(Faulty, match=rf"^days is {re.escape(repr(value))}: write a whole number"):
        DAYS.value({"days": value})  # type: ignore[dict-item]


@pytest.mark.parametrize(("least", "default", "most"), [(-1, 3, 9), (4, 3, 9), (1, 10, 9)])
def test_a_slot_whose_own_numbers_do_not_fit_is_refused(least: int, default: int, most: int) -> None:
    with pytest.raises(Faulty, match=r"^slot days: write 0 <= least <= default <= most$"):
        Slot("days", default=default, least=least, most=most)


def test_a_slot_may_be_fixed_or_start_at_nothing() -> None:
    assert Slot("days", default=0, least=0, most=0).value({}) == 0


def test_a_slot_counts_days_unless_it_says_otherwise() -> None:
    assert DAYS.unit == "days"


def test_what_an_owner_wrote_into_a_slot_that_is_not_there_is_not_passed_over() -> None:
    with pytest.raises(Faulty, match=r"^clause reminders has no slot named dayz, weeks$"):
        a_template().fill({"days": 3, "weeks": 2, "dayz": 3})


@pytest.mark.parametrize("place", ["text", "short", "kept"])
def test_words_with_a_gap_that_nothing_fills_are_refused(place: str) -> None:
    with pytest.raises(Faulty, match=r"^clause reminders: no slot named hours, weeks$"):
        a_template(**{place: "{days} {weeks} {hours}"})  # type: ignore[arg-type]


def test_a_term_that_counts_days_of_no_slot_is_refused() -> None:
    with pytest.raises(Faulty, match=r"^clause reminders: no slot named weeks$"):
        a_template(terms=(a_term_template("weeks"),))


def test_a_slot_that_fills_nothing_is_refused() -> None:
    idle = (DAYS, Slot("weeks", 1, 1, 1), Slot("hours", 1, 1, 1))
    with pytest.raises(Faulty, match=r"^clause reminders: slot hours, weeks fills nothing$"):
        a_template(slots=idle)


def test_a_slot_only_in_a_term_is_used() -> None:
    assert a_template(text="x", short="x", kept="x").fill({"days": 9}).terms[0].retention.days == 9


@pytest.mark.parametrize("gap", ["{}", "{0}", "{days.real}", "{days[0]}", "{days!r}", "{days:>9}", "{ days}"])
def test_a_gap_is_a_slots_name_and_nothing_more(gap: str) -> None:
    name = re.escape(gap.split("!")[0].split(":")[0].rstrip("}"))
    with pytest.raises(Faulty, match=rf"^clause reminders: {name}\}} is no gap: write a slot's name alone"):
        a_template(text=f"Kept {gap}.")


@pytest.mark.parametrize("words", ["{days", "days}"])
def test_a_brace_left_open_is_refused(words: str) -> None:
    with pytest.raises(Faulty, match=r"^clause reminders: .+; write a brace of your own twice$"):
        a_template(text=words)


def test_a_brace_written_twice_is_read_as_one() -> None:
    assert a_template(text="{{{days}}}").fill({}).text == "{30}"


def test_a_clause_stands_in_a_section_of_the_statement() -> None:
    with pytest.raises(Faulty, match=r"^clause reminders: section 'elsewhere' is none of giving, visiting, "):
        a_template(section="elsewhere")


def test_a_promise_that_nothing_keeps_is_refused() -> None:
    with pytest.raises(Faulty, match=r"^clause reminders names nothing that keeps it: fill kept_by$"):
        a_template(kept_by=())


def test_a_promise_that_nobody_checks_is_refused() -> None:
    with pytest.raises(Faulty, match=r"^clause reminders names no check that counts: fill check$"):
        a_template(check="")


def test_a_faulty_clause_can_be_found_by_its_file() -> None:
    assert a_template(order=7).file == "webinars/clauses/07-reminders.toml"


@pytest.mark.parametrize(
    ("mine", "other", "fits"),
    [
        (Retention(30), Retention(None), True),
        (Retention(None), Retention(None), True),
        (Retention(None), Retention(30), False),
        (Retention(30), Retention(30), True),
        (Retention(29), Retention(30), True),
        (Retention(31), Retention(30), False),
        (Retention(1, "webinar"), Retention(30, "giving"), False),
        (Retention(30, "webinar"), Retention(30, "webinar"), True),
    ],
)
def test_keeping_longer_or_from_another_day_is_not_keeping_within(
    mine: Retention, other: Retention, fits: bool
) -> None:
    assert mine.within(other) is fits


def test_nothing_is_kept_for_less_than_no_time() -> None:
    assert Retention(0) == Retention(0, "giving")
    with pytest.raises(ValueError, match=r"^a retention of -1 days is less than none$"):
        Retention(-1)


def test_consent_can_always_be_withdrawn() -> None:
    with pytest.raises(ValueError, match=r"^webinars.remind: consent that cannot be withdrawn is none$"):
        a_term(basis=Basis.CONSENT, switch=False)


def test_a_stranger_cannot_consent_for_somebody() -> None:
    with pytest.raises(ValueError, match=r"^webinars.remind: consent needs a confirmed address$"):
        a_term(basis=Basis.CONSENT, unconfirmed=True)


def test_a_yes_is_not_bound_to_the_form_that_brought_the_data() -> None:
    with pytest.raises(ValueError, match=r"^webinars.remind: a yes says by itself what it is for, so leave"):
        a_term(basis=Basis.CONSENT, given=[HERE])


def test_a_term_says_who_gets_the_data() -> None:
    with pytest.raises(ValueError, match=r"^webinars.remind: a term names at least one recipient$"):
        a_term(recipients=())


def test_a_term_waits_for_a_confirmed_address_unless_it_says_otherwise() -> None:
    assert Term(EMAIL, REMIND, Basis.LAW, frozenset({US}), Retention(1), False).unconfirmed is False


@pytest.mark.parametrize("bit", [0, 61])
def test_every_bit_of_the_mask_can_be_a_use(bit: int) -> None:
    assert a_use(bit=bit).bit == bit


@pytest.mark.parametrize("bit", [-1, 62])
def test_no_use_takes_a_bit_beside_the_mask(bit: int) -> None:
    with pytest.raises(ValueError, match=rf"^use webinars.remind: bit {bit} is outside 0..61$"):
        a_use(bit=bit)


def test_a_use_stands_under_a_heading_of_the_statement() -> None:
    with pytest.raises(
        ValueError, match=r"^use webinars.remind: heading 'spy' is none of administer, provide, "
    ):
        Use(REMIND, 1, "spy", "Marketing", "spy on you")


def test_our_own_kind_of_data_stands_beneath_one_that_others_know() -> None:
    assert Category("lr:Notes", "Notes", "Interest").parent == "Interest"
    with pytest.raises(ValueError, match=r"^category lr:Notes is our own and needs a DPV parent$"):
        Category("lr:Notes", "Notes")
