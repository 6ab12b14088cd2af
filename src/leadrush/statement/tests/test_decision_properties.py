"""What holds of every statement that could be written, tried on random ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadrush.statement import (
    EVERYTHING,
    US,
    Basis,
    Choice,
    Meaning,
    Retention,
    Term,
    Use,
    Version,
    decide,
    mask_of,
)
from leadrush.statement.tests.making import EMAIL, NAME, a_clause, a_use
from leadrush.statement.tests.making import told as a_told

CATEGORIES = (EMAIL, NAME, "lr:Notes")
USES = ("webinars.remind", "promotions.invite", "rights.show")
CLAUSES = ("first", "second")
recipients = st.frozensets(st.sampled_from((US, "Acme Mail", "Ledger Ltd")), min_size=1)


@st.composite
def terms(draw: st.DrawFn, category: str, use: str) -> Term:
    basis = draw(st.sampled_from(Basis))
    consent = basis is Basis.CONSENT
    return Term(
        category,
        use,
        basis,
        draw(recipients),
        Retention(draw(st.none() | st.integers(0, 4000)), draw(st.sampled_from(("giving", "webinar")))),
        switch=consent or draw(st.booleans()),
        unconfirmed=not consent and draw(st.booleans()),
        given=frozenset() if consent else draw(st.frozensets(st.sampled_from(CLAUSES))),
    )


@st.composite
def versions(draw: st.DrawFn, number: int) -> Version:
    keys = draw(
        st.sets(st.tuples(st.sampled_from((*CATEGORIES, EVERYTHING)), st.sampled_from(USES)), max_size=8)
    )
    made = [draw(terms(*key)) for key in sorted(keys)]
    cut = draw(st.integers(0, len(made)))
    clauses = (a_clause(*made[:cut], slug=CLAUSES[0]), a_clause(*made[cut:], slug=CLAUSES[1]))
    return a_told(number, date(2026, 1, number), *clauses, uses=[draw(meanings(name)) for name in USES])


@st.composite
def meanings(draw: st.DrawFn, name: str) -> Meaning:
    """What the code declares, more often than not; else another purpose, recipient, heading or title."""
    plain = a_use(name).meaning
    return draw(
        st.just(plain)
        | st.builds(
            Meaning,
            st.just(name),
            st.sampled_from((plain.heading, "market")),
            st.sampled_from((plain.purpose, "DirectMarketing")),
            st.text(max_size=3),
            st.sampled_from((US, "Acme Mail")),
        )
    )


before, early, late, last = versions(1), versions(2), versions(3), versions(4)
category, use = st.sampled_from(CATEGORIES), st.sampled_from(USES)
choices = st.none() | st.builds(Choice, st.booleans(), before | late, st.booleans())
booleans = st.booleans()


@given(early, last, before | late, category, use, booleans, booleans)
def test_a_no_closes_whatever_a_person_may_switch_off(
    then: Version, force: Version, said: Version, data: str, name: str, known: bool, confirmed: bool
) -> None:
    now, was = force.term(data, name), then.term(data, name)
    told = decide(
        category=data,
        use=name,
        given=then,
        force=force,
        choice=Choice(False, said, known),
        confirmed=confirmed,
    )
    if (now and now.switch) or (was and was.switch):
        assert not told.allowed
    elif now:
        assert told == decide(category=data, use=name, given=then, force=force, confirmed=confirmed)


@given(early, last, choices, category, use, booleans)
def test_nothing_is_used_that_the_version_in_force_does_not_say(
    then: Version, force: Version, choice: Choice | None, data: str, name: str, confirmed: bool
) -> None:
    told = decide(category=data, use=name, given=then, force=force, choice=choice, confirmed=confirmed)
    if told.allowed:
        clause = force.clause(told.clause)
        assert any(term.use == name and term.category in (data, EVERYTHING) for term in clause.terms)
    assert told.version == force.number


@given(early, last, choices, category, use, booleans)
def test_a_narrower_version_binds_at_once(
    then: Version, force: Version, choice: Choice | None, data: str, name: str, confirmed: bool
) -> None:
    gone = {EVERYTHING, data}
    clauses = [
        replace(clause, terms=tuple(t for t in clause.terms if t.use != name or t.category not in gone))
        for clause in force.clauses
    ]
    narrower = a_told(force.number, force.published, *clauses, uses=force.uses)
    told = decide(category=data, use=name, given=then, force=narrower, choice=choice, confirmed=confirmed)
    assert not told.allowed


@given(early, last, choices, category, use, booleans)
def test_a_recipient_more_opens_nothing_that_was_given_before(
    then: Version, force: Version, choice: Choice | None, data: str, name: str, confirmed: bool
) -> None:
    wider = replace(
        force,
        clauses=tuple(
            replace(
                clause,
                terms=tuple(replace(t, recipients=t.recipients | {"Newcomer"}) for t in clause.terms),
            )
            for clause in force.clauses
        ),
    )
    told = decide(category=data, use=name, given=then, force=wider, choice=choice, confirmed=confirmed)
    assert not told.allowed


@given(early, last, category, use, booleans)
def test_old_data_is_not_opened_by_writing_a_new_sentence(
    then: Version, force: Version, data: str, name: str, confirmed: bool
) -> None:
    if then.term(data, name) is None:
        assert not decide(category=data, use=name, given=then, force=force, confirmed=confirmed).allowed


@given(early, last, choices, category, use, booleans, st.data())
def test_a_name_that_is_made_to_mean_something_else_opens_nothing_that_was_given_before(
    then: Version,
    force: Version,
    choice: Choice | None,
    data: str,
    name: str,
    confirmed: bool,
    more: st.DataObject,
) -> None:
    changes = more.draw(st.sampled_from(({"purpose": "Advertising"}, {"recipient": "Newcomer"})))
    other = replace(force, uses=tuple(replace(use, **changes) for use in force.uses))
    told = decide(category=data, use=name, given=then, force=other, choice=choice, confirmed=confirmed)
    assert not told.allowed


@given(early, last, choices, category, use, booleans, st.text())
def test_better_words_open_and_close_nothing(
    then: Version,
    force: Version,
    choice: Choice | None,
    data: str,
    name: str,
    confirmed: bool,
    title: str,
) -> None:
    reworded = replace(
        force,
        uses=tuple(replace(use, title=title, heading="improve") for use in force.uses),
        categories=tuple(replace(one, title=title) for one in force.categories),
    )
    asked: dict[str, Any] = {
        "category": data, "use": name, "given": then, "choice": choice, "confirmed": confirmed,
    }  # fmt: skip
    assert decide(force=reworded, **asked) == decide(force=force, **asked)


@given(early, last, choices, category, use)
def test_confirming_never_takes_away_and_not_confirming_never_gives(
    then: Version, force: Version, choice: Choice | None, data: str, name: str
) -> None:
    unsure = decide(category=data, use=name, given=then, force=force, choice=choice, confirmed=False)
    sure = decide(category=data, use=name, given=then, force=force, choice=choice, confirmed=True)
    assert sure.allowed or not unsure.allowed


@given(
    early,
    last,
    st.dictionaries(use, st.builds(Choice, booleans, before | late, booleans)),
    st.lists(category, max_size=3),
    booleans,
)
def test_a_mask_opens_a_use_only_where_every_category_is_open(
    then: Version, force: Version, said: dict[str, Choice], data: list[str], confirmed: bool
) -> None:
    uses: list[Use] = [a_use(name, bit=bit) for name, bit in zip(USES, (0, 7, 61), strict=True)]
    mask = mask_of(
        categories=iter(data), given=then, force=force, choices=said, uses=iter(uses), confirmed=confirmed
    )
    assert 0 <= mask < 2**62
    for one in uses:
        each = [
            decide(
                category=name,
                use=one.name,
                given=then,
                force=force,
                choice=said.get(one.name),
                confirmed=confirmed,
            ).allowed
            for name in data
        ]
        meant = force.sense(one.name) == (one.purpose, one.recipient)
        assert bool(mask & 1 << one.bit) == (meant and bool(each) and all(each))
    assert mask & ~sum(1 << one.bit for one in uses) == 0
