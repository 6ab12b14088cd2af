"""Counting whom a change concerns is held to the decision itself, asked of one row after the other."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from leadrush import gate, vault
from leadrush.accountability import reaching
from leadrush.accountability.cases import Cases
from leadrush.accountability.concern import Case, Concern, State, Subject
from leadrush.accountability.tests.changes.conftest import (
    ANNOUNCE,
    HELP,
    longer_kept,
    new_consent,
    next_text,
    publish,
    wider_help,
    with_terms,
)
from leadrush.gate.versions import numbered, version_of
from leadrush.mailbox.models import Message
from leadrush.statement import US, Version
from leadrush.vault import collects
from leadrush.vault.folding import fold
from leadrush.vault.lapsing import end
from leadrush.vault.masks import said_by
from leadrush.vault.models import Given, Giving, Held, Item, Person

pytestmark = pytest.mark.django_db

SERVE, NOTICE = "webinars.serve", reaching.NOTICE
CLAUSES = ("webinar-seat", "webinar-later", "your-address")
USES = (ANNOUNCE, HELP, SERVE, NOTICE)


def wider_serve() -> Version:
    """The next version, in which another company may see who has a seat."""
    return with_terms(
        next_text(), "webinar-seat", lambda term: replace(term, recipients=frozenset({US, "Acme Mail"}))
    )


def wider_all() -> Version:
    """The next version, wider for several uses at once, and narrower for another."""
    return new_consent(wider_help(next_text(filled={"webinar-seat": {"days": 14}})))


CHANGES: list[Callable[[], Version]] = [
    wider_help, wider_serve, wider_all, new_consent, longer_kept, lambda: next_text(left_out={"helping"})
]  # fmt: skip


def people(chance: random.Random, many: int) -> None:
    """Let some people give, choose, confirm and take back, as chance will have it; some of it twice."""
    for n in range(many):
        who = f"p{chance.randrange(many * 2)}@mail.example"
        person, giving = vault.welcome(
            address=who, where="test", clause=chance.choice(CLAUSES), confirmed=chance.random() < 0.7
        )
        if chance.random() < 0.6:
            vault.put(person=person, kind="name", category="Name", value="N", giving=giving)
        with gate.using("house.keep"):
            for _ in range(chance.randrange(3)):
                Message.objects.create(
                    person=person, giving=giving, use=SERVE, template="t", sealed=b"", key=uuid.uuid4().hex
                )
        if chance.random() < 0.6:
            unsure = giving if not giving.confirmed and chance.random() < 0.5 else None
            use, answer = chance.choice(USES), chance.random() < 0.4
            vault.choose(person=person, use=use, answer=answer, where="t", giving=unsure)
        if chance.random() < 0.2 and n:
            end(giving)
        elif chance.random() < 0.1 and n:
            Giving.objects.filter(pk=giving.pk).update(ended_at=giving.at)  # as a law keeps what has ended
            fold(person.pk)


def expected(concern: Concern) -> tuple[dict[uuid.UUID, tuple[State, tuple[str, ...]]], Counter[Subject]]:
    """Ask the decision about each row; return what that is for each person, and the rows that are locked."""
    said = said_by()
    states: dict[uuid.UUID, set[State]] = {}
    locked: Counter[Subject] = Counter()
    asked: dict[uuid.UUID, set[str]] = {}
    for row, kinds, givings in rows():
        answers = {use: (answer, version_of(key).number) for use, answer, key in said.get(row.person_id, ())}
        for subject in concern.subjects:
            if subject.categories != kinds or not givings:
                continue
            answer, under = answers.get(subject.use, (None, 0))
            state = max(
                concern.state(
                    subject, Case(version_of(g.version_id).number, g.clause, g.confirmed, answer, under)
                )
                for g in givings
            )
            states.setdefault(row.person_id, set()).add(state)
            if state is State.LOCKED:
                locked[subject] += 1
                asked.setdefault(row.person_id, set()).add(subject.use)
    uses = list(dict.fromkeys(one.use for one in concern.opening))
    found = {}
    for person, these in states.items():
        told = State.TOLD if these & {State.TOLD, State.OPEN} else State.UNTOUCHED
        worst = next((state for state in (State.LOCKED, State.SAID_NO) if state in these), told)
        if worst:
            found[person] = (worst, tuple(use for use in uses if use in asked.get(person, ())))
    return found, locked


def rows() -> list[tuple[Held, tuple[str, ...], list[Giving]]]:
    """Return each row with the kinds of data that it is, and the givings that count for it."""
    found: list[tuple[Held, tuple[str, ...], list[Giving]]] = []
    with gate.using("house.keep"):
        for declared in collects.gated():
            for row in declared.model._default_manager.all():
                if declared.model is Item:
                    live = Given.objects.filter(item=row, giving__ended_at=None).select_related("giving")
                    found.append((row, (row.category,), [one.giving for one in live]))
                else:
                    found.append((row, tuple(declared.categories), [row.giving]))
    return found


def holds(concern: Concern) -> None:
    """Hold the counts, and what is said of each person, to the decision."""
    states, locked = expected(concern)
    some = reaching.of_some(concern, list(Person.objects.values_list("pk", flat=True)))
    assert {one.person: (one.state, one.uses) for one in some} == states
    no = {person for person, said in said_by().items() if (NOTICE, False) in {one[:2] for one in said}}
    assert {one.person for one in some if one.left_out} == no & states.keys()
    assert {one.person for one in some if one.reachable} == may_be_written_to() & states.keys()
    found = reaching.reach(concern)
    assert found.held == Giving.objects.filter(ended_at=None).values("person").distinct().count()
    assert {one.subject: one.rows for one in found.locked} == dict(locked)
    ways = Counter(
        (one.state, one.reachable, not one.reachable and one.left_out and one.state is State.LOCKED)
        for one in some
    )
    assert found.written == sum(count for (_, reachable, _), count in ways.items() if reachable)
    assert found.asked == ways[State.LOCKED, True, False]
    assert (found.left_out, found.no_way) == (
        ways[State.LOCKED, False, True],
        ways[State.LOCKED, False, False],
    )
    for state, count in ((State.SAID_NO, found.said_no), (State.TOLD, found.told)):
        assert count == sum(some for (one, *_), some in ways.items() if one is state)


def may_be_written_to() -> set[uuid.UUID]:
    """Return the persons whose address the gate would give out for a notice."""
    with gate.using("house.keep"):
        bit = 1 << gate.uses.get(NOTICE).bit
        return {item.person_id for item in Item.objects.filter(kind="email") if item.mask & bit}


@pytest.mark.parametrize("seed", range(6))
def test_what_is_counted_is_what_is_decided_row_by_row(business: object, seed: int) -> None:
    chance = random.Random(seed)
    people(chance, 12)
    for change in CHANGES:
        holds(reaching.concern_of(gate.force(), change()))
    publish(chance.choice(CHANGES)())
    people(chance, 12)
    for change in CHANGES:
        holds(reaching.concern_of(gate.force(), change()))
    texts = numbered([1, 2])
    holds(reaching.concern_of(texts[1], texts[2]))  # as the check asks, when people gave under the new one


def test_givings_are_looked_up_only_where_they_decide(business: object) -> None:
    for n in range(3):
        vault.welcome(address=f"p{n}@mail.example", where="test", clause="webinar-seat", confirmed=True)
    with gate.using("house.keep"):
        assert "JOIN vault_giving AS v ON v.id = g.giving_id WHERE (" not in sql(wider_serve())
        vault.welcome(address="other@mail.example", where="test", clause="your-address", confirmed=True)
        assert "JOIN vault_giving AS v ON v.id = g.giving_id WHERE (" in sql(wider_serve())
        assert "JOIN vault_giving AS v ON v.id = g.giving_id WHERE (" not in sql(wider_help())


def sql(new: Version) -> str:
    return Cases(reaching.concern_of(gate.force(), new)).sql


def test_a_yes_that_nobody_confirmed_is_none_when_it_is_counted_whom_to_ask(business: object) -> None:
    ana, giving = vault.welcome(
        address="ana@mail.example", where="test", clause="webinar-seat", confirmed=True
    )
    vault.put(person=ana, kind="name", category="Name", value="Ana", giving=giving)
    publish(wider_help())
    _, unsure = vault.welcome(address="ana@mail.example", where="test", clause="webinar-later")
    vault.choose(person=ana, use=HELP, answer=True, where="t", giving=unsure)
    texts = numbered([1, 2])
    concern = reaching.concern_of(texts[1], texts[2])
    holds(concern)
    assert reaching.reach(concern).asked == 1
