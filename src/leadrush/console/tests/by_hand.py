"""Each promise of the back office, broken by hand in the database."""

from __future__ import annotations

from leadrush import gate, vault
from leadrush.vault.models import Person, Role


def an_opening_without_a_reason() -> None:
    """A script opens somebody, and says neither what for nor who it was."""
    person = Person.objects.exclude(role=Role.NONE).order_by("joined_at").first()
    assert person is not None
    with gate.using("support.help", actor=gate.Actor("program", "script")):
        vault.note(subject=person.pk, categories=["EmailAddress"], what="script")


def a_role_is_taken_by_hand() -> None:
    """A role is emptied in its column, and what came for it stays."""
    Person.objects.filter(role=Role.READER).update(role=Role.NONE)


WAYS = {"helping": an_opening_without_a_reason, "working-here": a_role_is_taken_by_hand}
