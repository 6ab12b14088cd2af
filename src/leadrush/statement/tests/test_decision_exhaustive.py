"""Every question that can be put about one sentence, against the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

import pytest

from leadrush.statement import EVERYTHING, US, Basis, Choice, Meaning, Term, Version, decide, mask_of
from leadrush.statement.tests.making import ELSEWHERE, EMAIL, HERE, NAME, REMIND, a_term, a_use, a_version
from leadrush.statement.tests.oracle import Table, about, ask, table_of

# Numbers: the giving's version is 2, so a choice's version may be before it (1), the same, or after it (3).
BEFORE, GIVEN, AFTER, FORCE = 1, 2, 3, 4
Rows = dict[int, Table]


OTHER = Meaning(REMIND, "market", "DirectMarketing", "remind you")
"""By the same name another use."""


WIDE = ({US}, {US, "Acme Mail"})
BOUND = (set(), {HERE}, {ELSEWHERE})


def sentences(to: Iterable[set[str]], given: Iterable[set[str]]) -> Iterator[Term]:
    """Every term that may be written: bases, recipients, the switch, before the address is confirmed, the
    clauses that it is about."""
    for basis, recipients, switch, unconfirmed, clauses in product(
        Basis, to, (True, False), (True, False), given
    ):
        if basis is Basis.CONSENT and (unconfirmed or not switch or clauses):
            continue
        yield a_term(
            basis=basis, recipients=recipients, switch=switch, unconfirmed=unconfirmed, given=clauses
        )


def versions(terms: Iterable[Term], number: int, meaning: Meaning | None = None) -> list[Version]:
    """One version without the sentence, and one for each way of writing it."""
    return [
        a_version(number=number),
        *(a_version(term, number=number, meaning=meaning) for term in terms),
    ]


def asked(by_number: dict[int, list[Version]], confirmed: bool, under: str = "") -> int:
    """Put every question to both about data given under this clause; return how many there were."""
    rows = rows_of([version for some in by_number.values() for version in some])
    count = 0
    for at, given in enumerate(by_number[GIVEN]):
        spoken = [*by_number[BEFORE], by_number[GIVEN][at], *by_number[AFTER]]
        choices = [None] + [
            Choice(answer, version, known)
            for version in spoken
            for answer, known in product((True, False), (True, False))
        ]
        for force in by_number[FORCE]:
            for choice in choices:
                told = decide(
                    category=EMAIL,
                    use=REMIND,
                    given=given,
                    force=force,
                    choice=choice,
                    confirmed=confirmed,
                    under=under,
                )
                word = rows[id(choice.version)] if choice else frozenset()
                truth = ask(rows[id(force)], rows[id(given)], word, given, choice, confirmed, under)
                assert told.allowed == truth.allowed, (given, force, choice, confirmed, told, truth)
                assert told.reason in truth.reasons, (given, force, choice, confirmed, told, truth)
                count += 1
    forms = len(by_number[GIVEN])
    assert count == forms * forms * (1 + 4 * (2 * forms + 1))
    return forms


def rows_of(some: list[Version]) -> Rows:
    return {id(version): about(table_of(version), EMAIL, REMIND) for version in some}


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("then", [None, OTHER], ids=["meant the same", "meant another use"])
@pytest.mark.parametrize("said", [None, OTHER], ids=["yes to the same", "yes to another use"])
def test_a_person_is_answered_as_the_sentences_say_whatever_they_were_and_became(
    confirmed: bool, then: Meaning | None, said: Meaning | None
) -> None:
    terms = list(sentences(WIDE, [set()]))
    by_number = {
        BEFORE: versions(terms, BEFORE, said),
        GIVEN: versions(terms, GIVEN, then),
        AFTER: versions(terms, AFTER, said),
        FORCE: versions(terms, FORCE),
    }
    assert asked(by_number, confirmed) == 27


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("under", [HERE, ""], ids=["given here", "nobody knows where"])
def test_a_sentence_about_one_form_opens_nothing_that_came_by_another(confirmed: bool, under: str) -> None:
    terms = list(sentences(WIDE[:1], BOUND))
    numbers = (BEFORE, GIVEN, AFTER, FORCE)
    assert asked({number: versions(terms, number) for number in numbers}, confirmed, under) == 38


def tellings(number: int) -> list[Version]:
    """The e-mail address named alone, with everything, by everything only, or not at all."""
    alone = a_term(EMAIL, basis=Basis.LEGITIMATE_INTEREST)
    name = a_term(NAME)
    all_of_it = a_term(EVERYTHING, basis=Basis.LAW, recipients=(US, "Acme Mail"), unconfirmed=True)
    return [
        a_version(*terms, number=number)
        for terms in ((), (alone,), (alone, name), (all_of_it,), (alone, all_of_it), (alone, name, all_of_it))
    ]


def test_a_sentence_about_everything_speaks_for_each_category_without_its_own() -> None:
    by_number = {number: tellings(number) for number in (BEFORE, GIVEN, AFTER, FORCE)}
    tables = {id(version): table_of(version) for some in by_number.values() for version in some}
    for at, given in enumerate(by_number[GIVEN]):
        spoken = [*by_number[BEFORE], by_number[GIVEN][at], *by_number[AFTER]]
        choices = [None] + [Choice(answer, version) for version in spoken for answer in (True, False)]
        for force, choice, confirmed, category in product(
            by_number[FORCE], choices, (True, False), (EMAIL, NAME, "PhysicalAddress", EVERYTHING)
        ):
            told = decide(
                category=category, use=REMIND, given=given, force=force, choice=choice, confirmed=confirmed
            )
            now, then = (about(tables[id(version)], category, REMIND) for version in (force, given))
            said = about(tables[id(choice.version)], category, REMIND) if choice else frozenset()
            truth = ask(now, then, said, given, choice, confirmed)
            assert told.allowed == truth.allowed, (category, given, force, choice, confirmed, told, truth)
            assert told.reason in truth.reasons


def test_a_row_opens_only_where_each_of_its_categories_does() -> None:
    uses = [a_use(bit=3), a_use("webinars.invite", bit=61)]
    given_to = [
        a_version(*terms, number=GIVEN)
        for terms in ((a_term(),), (a_term(), a_term(NAME)), (a_term(NAME, "webinars.invite"),))
    ]
    in_force = [
        a_version(*terms, number=FORCE)
        for terms in (
            (a_term(), a_term(NAME)),
            (a_term(EVERYTHING), a_term(NAME, "webinars.invite", Basis.LEGITIMATE_INTEREST)),
        )
    ]
    sets = [(EMAIL,), (NAME,), (EMAIL, NAME), (NAME, EMAIL, "City")]
    for given, force, categories, answer, confirmed in product(
        given_to, in_force, sets, (None, True, False), (True, False)
    ):
        choices = {} if answer is None else {use.name: Choice(answer, force) for use in uses}
        expected = 0
        for use in uses:
            shut = [
                category
                for category in categories
                if not ask(
                    about(table_of(force), category, use.name),
                    about(table_of(given), category, use.name),
                    about(table_of(force), category, use.name) if choices else frozenset(),
                    given,
                    choices.get(use.name),
                    confirmed,
                ).allowed
            ]
            expected += 0 if shut else 2**use.bit
        assert expected == mask_of(
            categories=categories, given=given, force=force, choices=choices, uses=uses, confirmed=confirmed
        )
