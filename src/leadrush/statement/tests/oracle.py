"""The decision said a second time, as a small relational table and facts about it.

It shares no line with the decision: a version is read from its published text into rows, one a recipient,
and what is allowed follows from sets of rows. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from leadrush.statement import Choice, Reason, Version


class Row(NamedTuple):
    """One sentence of a version, for one recipient."""

    category: str
    use: str
    recipient: str
    consent: bool
    switch: bool
    unconfirmed: bool
    sense: tuple[str, str]
    given: frozenset[str] = frozenset()


class Answer(NamedTuple):
    """Whether it is allowed, and every reason that would be true to give."""

    allowed: bool
    reasons: frozenset[Reason]


Table = frozenset[Row]


def table_of(version: Version) -> Table:
    """Read the rows out of the version's published text."""
    text = json.loads(version.canonical())
    sense = {use["name"]: (use["purpose"], use["recipient"]) for use in text["uses"]}
    return frozenset(
        Row(
            term["category"],
            term["use"],
            recipient,
            term["basis"] == "consent",
            term["switch"],
            term["unconfirmed"],
            sense[term["use"]],
            frozenset(term.get("given", [])),
        )
        for clause in text["clauses"]
        for term in clause["terms"]
        for recipient in term["recipients"]
    )


def about(table: Table, category: str, use: str) -> Table:
    """Return the rows that speak of this data and use: its own, or else those about everything."""
    own = frozenset(row for row in table if (row.category, row.use) == (category, use))
    return own or frozenset(row for row in table if (row.category, row.use) == ("*", use))


def ask(
    force: Table,
    then: Table,
    said: Table,
    given: Version,
    choice: Choice | None,
    confirmed: bool,
    under: str = "",
) -> Answer:
    """Answer for the rows in force, those of the giving and those of the choice's version; `under` is the
    clause that it was given under."""
    now, then, said = (
        frozenset(row for row in rows if not row.given or under in row.given) for rows in (force, then, said)
    )
    meant = {row.sense for row in now}
    needed = {row.recipient for row in now}
    for_this = frozenset(row for row in then if row.sense in meant)
    given_for = {row.recipient for row in for_this}
    given_now = {row.recipient for row in for_this if confirmed or row.unconfirmed}
    said_to = {row.recipient for row in said if row.sense in meant and (confirmed or row.unconfirmed)}

    no = choice is not None and not choice.answer
    yes = choice is not None and choice.answer and choice.confirmed
    later = choice is not None and choice.version.number > given.number
    word = yes and needed <= said_to and (later or needed <= given_now)

    objections = {
        Reason.NOT_IN_FORCE: not force,
        Reason.SWITCHED_OFF: no and any(row.switch for row in now | then),
        Reason.UNCONFIRMED: not confirmed
        and (
            any(not row.unconfirmed for row in now)
            or (not word and any(not row.unconfirmed for row in for_this))
        ),
        Reason.NEEDS_YES: not word and any(row.consent for row in now | for_this),
        Reason.NOT_GIVEN_FOR: not now or (not word and not needed <= given_for),
    }
    true = frozenset(reason for reason, holds in objections.items() if holds)
    if true:
        return Answer(False, true)
    return Answer(True, frozenset({Reason.ALLOWED_BY_YES if word else Reason.ALLOWED}))
