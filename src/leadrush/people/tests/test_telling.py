"""What was done with somebody's data is told in the words of the statement that it was done under."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from leadrush import gate, ledger, statement, vault
from leadrush.people import telling


def test_what_was_done_under_an_older_version_is_told_in_its_words(published: statement.Version) -> None:
    person, _giving = vault.welcome(
        address="ann@example.org", where="tests", clause="your-address", confirmed=True
    )
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
        vault.note(subject=person.pk, categories=["EmailAddress"], what="tests.read", about="")
        vault.note(subject=person.pk, categories=[], what="people.off", about="use:webinars.announce")
    uses = tuple(replace(use, title="do what we like") for use in published.uses)
    kinds = tuple(replace(kind, title="what we know") for kind in published.categories)
    gate.publish(replace(published, number=2, uses=uses, categories=kinds))
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk))):
        vault.note(subject=person.pk, categories=["EmailAddress"], what="tests.read", about="")
        entries: Any = ledger.of(vault.mark_of(person.pk)).order_by("id")
        words = [
            told.words
            for told in telling.tell(entries, person.pk)
            if "tests.read" in told.words or "not to" in told.words
        ]
    assert "your e-mail address" in words[0]
    assert words[1] == f"told us not to {published.use('webinars.announce').title}."
    assert "what we know" in words[2]
