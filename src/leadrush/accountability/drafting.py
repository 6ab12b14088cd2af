"""The owner's draft: what it starts from, saving it, and publishing it. The only writers of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, look, statement
from leadrush.accountability.models import Draft
from leadrush.console.staffing import CLAUSE as WORKING_HERE
from leadrush.gate import rooms
from leadrush.gate.versions import numbered, row_in_force
from leadrush.vault import collects, publishing
from leadrush.vault.models import Person

NOTICE = "notice"


class Overtaken(Exception):
    """Somebody saved or published meanwhile; `now` is the draft as it is by now, None when there is none."""

    def __init__(self, now: Draft | None) -> None:
        super().__init__(str(now))
        self.now = now


class CannotPublish(ValueError):
    """Another version came first, or is on its way; the message says which."""


class Nothing(ValueError):
    """The draft says what the statement in force says: there is nothing to publish."""


@dataclass(frozen=True)
class Begun:
    """A draft as it is edited: its words, and the row that holds them once it was saved."""

    words: statement.Draft
    row: Draft | None

    @property
    def revision(self) -> int:
        """How often it was saved; 0 for one that was not."""
        return self.row.revision if self.row else 0

    @property
    def outrun(self) -> bool:
        """Whether another version came into force since it was begun."""
        return self.row is not None and self.row.base_id != row_in_force().pk


def needed() -> dict[str, str]:
    """Return the clauses that code here cannot do without, each with what rests on it."""
    found = {WORKING_HERE: _("the roles of those who work here rest on it")}
    found[NOTICE] = _("telling people of a new version rests on it")
    for declared in collects.gated():
        found.setdefault(declared.clause, _("“%(what)s” rests on it") % {"what": declared.title})
    return found


def current() -> Begun:
    """Return the open draft, or one that says what the statement in force says."""
    row = Draft.objects.filter(published_as__isnull=True).select_related("base").first()
    if row is not None:
        return Begun(statement.Draft.read(row.words), row)
    return Begun(_as_in_force(), None)


def _as_in_force() -> statement.Draft:
    force = gate.force()
    last = Draft.objects.filter(published_as__isnull=False).order_by("-published_as").first()
    left_out = statement.Draft.read(last.words).left_out if last else frozenset()
    brought = [clause for room in rooms.all() for clause in room.clauses]
    known, by_hand = {one.slug for one in brought}, {one.slug for one in brought if not one.first}
    return statement.Draft.of(force, rooms.all(), (left_out | _once(force.number) | by_hand) & known)


def _once(number: int) -> set[str]:
    """Return the clauses of earlier versions: what is no longer there by now was left out."""
    return {clause.slug for text in numbered(range(1, number)).values() for clause in text.clauses}


def drawn(words: statement.Draft, *, on: date | None = None) -> statement.Version:
    """Return the version that a draft would be, as the next one. Raises `Faulty`."""
    on = on or timezone.localdate(timezone=look.business().zone)
    return words.version(rooms.all(), number=gate.force().number + 1, published=on, needed=needed())


def save(words: statement.Draft, *, seen: int, by: Person) -> Draft:
    """Keep a draft. `seen` is the revision that whoever saves had before them, 0 for none. Raises `Faulty`
    for what could not be published, and `Overtaken` when somebody else saved or published since."""
    drawn(words)
    facts: dict[str, Any] = {"words": words.out(), "saved_by": by, "saved_at": timezone.now()}
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(published_as__isnull=True).first()
        if (row.revision if row else 0) != seen:
            raise Overtaken(row)
        base = row_in_force()
        if row is None:
            try:
                with transaction.atomic():
                    return Draft.objects.create(base=base, **facts)
            except IntegrityError:
                raise Overtaken(Draft.objects.filter(published_as__isnull=True).first()) from None
        # What is saved again was looked at again, beside the version that is in force by now.
        for name, value in {**facts, "base": base, "revision": row.revision + 1}.items():
            setattr(row, name, value)
        row.save()
    return row


def was_published(number: int) -> bool:
    """Say whether the version of this number is published, or on its way by a draft of ours."""
    return 0 < number <= gate.force().number or Draft.objects.filter(published_as=number).exists()


def discard(*, seen: int) -> None:
    """Throw the open draft away. Raises `Overtaken` when somebody saved it since."""
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(published_as__isnull=True).first()
        if row is not None and row.revision != seen:
            raise Overtaken(row)
        if row is not None:
            row.delete()


def waiting() -> list[str]:
    """Return the clauses that the code brings and no version has, by slug: what stands on them is closed."""
    known = {clause.slug for room in rooms.all() for clause in room.clauses}
    return sorted(known - {clause.slug for clause in gate.force().clauses} - _as_in_force().left_out)


def to_publish() -> dict[str, Any] | None:
    """Return the clauses that wait to be published, for the overview; None where none does."""
    found = waiting()
    return {"clauses": found} if found else None


def publish(*, seen: int, number: int, by: str) -> statement.Version:
    """Publish the open draft as version `number`: it is on its way, and binds when no row allows what it
    forbids. A second press finds it published and publishes nothing. `by` is a person's number, or a
    program's name.

    Raises `Overtaken` when it was saved or published since it was looked at, `Nothing` when it changes
    nothing, `CannotPublish` when another version came first, `Faulty` for what cannot be published.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(published_as__isnull=True).first()
        if row is None or row.revision != seen or number != gate.force().number + 1:
            raise Overtaken(row)
        text = drawn(statement.Draft.read(row.words))
        if statement.difference(gate.force(), text).nothing:
            raise Nothing
        try:
            publishing.begin(text, by=by)
        except ValueError as fault:
            raise CannotPublish(str(fault)) from fault
        row.published_as = text.number
        row.save(update_fields=["published_as"])
    return text
