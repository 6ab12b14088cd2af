"""What a change asks of somebody, in words, and what their answer does.

A yes is a choice under the new version. It opens all that this says of the use; so the question names every
kind of data that a yes opens. A no leaves everything as it is: it is written down as a choice only where
nothing of the use is open, since a choice of no would also close what was open before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from leadrush import gate, statement, vault
from leadrush.accountability import wording
from leadrush.accountability.models import Told
from leadrush.gate.versions import version_of
from leadrush.statement import Difference, Pair, Way
from leadrush.vault import collects
from leadrush.vault.models import Person
from leadrush.vault.turns import begins_again, hold

WHERE = "accountability.answer"


@dataclass(frozen=True)
class Question:
    """One thing that a person is asked: these, for this, given to whom? `answer` is theirs so far."""

    use: str
    title: str
    data: str
    who: str
    clause: str
    answer: bool | None = None
    withdrawable: bool = False


class NotAsked(ValueError):
    """This person was not asked that."""


def of(told: Told, change: Difference) -> list[Question]:
    """Return what a person was asked of a change, with their answers."""
    yes, no = told.yes.split(), told.no.split()
    return [
        ask(use, change, True if use in yes else False if use in no else None) for use in told.uses.split()
    ]


def ask(use: str, change: Difference, answer: bool | None = None) -> Question:
    """Return the question about one use: all kinds of data that the new version opens for it by a yes."""
    new = change.new
    pairs = [pair for pair in change.pairs if pair.use == use and pair.after is not None]
    recipients = sorted({name for pair in pairs if pair.after for name in pair.after.recipients})
    clause = next((pair.clause_after for pair in pairs if pair.opens), pairs[0].clause_after)
    switch = any(term.use == use and term.switch for term in new.terms())
    return Question(
        use=use,
        title=new.use(use).title,
        data=wording.several([wording.data(pair.category, new) for pair in pairs]),
        who=wording.several([wording.recipient(name) for name in recipients]),
        clause=clause,
        answer=answer,
        withdrawable=bool(answer) and not switch,
    )


def lines(change: Difference) -> list[str]:
    """Return what a change does, a sentence for each use: further or less far, with which data."""
    found: dict[tuple[str, Way], list[Pair]] = {}
    for pair in change.changed:
        found.setdefault((pair.use, pair.way), []).append(pair)
    return [_line(change, use, way, pairs) for (use, way), pairs in found.items()]


def _line(change: Difference, use: str, way: Way, pairs: Iterable[Pair]) -> str:
    version = change.new if change.new.sense(use) else change.old
    words = {
        Way.WIDER: _("Further: %(data)s, to %(use)s."),
        Way.NARROWER: _("Less far: %(data)s, to %(use)s."),
        Way.BOTH: _("Otherwise: %(data)s, to %(use)s."),
        Way.SAME: _("For another reason in law: %(data)s, to %(use)s."),
    }[way]
    data = [wording.data(pair.category, change.new if pair.after else change.old) for pair in pairs]
    return words % {"data": wording.several(data), "use": version.use(use).title}


def changed_url(change: Difference) -> str:
    """Return the address of the page that tells two versions apart."""
    return reverse("accountability:difference", args=[change.old.number, change.new.number])


def change_of(told: Told) -> Difference:
    """Return the change that somebody was told of."""
    new = version_of(told.version_id)
    before = gate.Version.objects.filter(number__lt=new.number).order_by("-number").first()
    assert before is not None
    return statement.difference(version_of(before.pk), new)


@begins_again
def answer(*, person: Person, told: Told, use: str, yes: bool) -> None:
    """Write down an answer; it binds when the transaction commits. The same answer twice is one.

    Raises `NotAsked` for what this person was not asked, and where a later version says something else of the
    use by now: a yes would be to that.
    """
    with transaction.atomic():
        hold(person.pk)
        row = Told.objects.select_for_update().filter(pk=told.pk, person=person).first()
        if row is None or use not in row.uses.split() or not stands(row, use):
            raise NotAsked(use)
        said = {True: row.yes.split(), False: row.no.split()}
        if yes or use in said[True] or not _open(person, use):
            vault.choose(person=person, use=use, answer=yes, where=WHERE)
        said[not yes] = [name for name in said[not yes] if name != use]
        said[yes] = sorted({*said[yes], use})
        row.yes, row.no = " ".join(said[True]), " ".join(said[False])
        row.save(update_fields=["yes", "no"])
        told.yes, told.no = row.yes, row.no


def stands(told: Told, use: str) -> bool:
    """Say whether the version in force still says of a use what was asked for it."""
    force = gate.force()
    asked = version_of(told.version_id)
    if asked.number == force.number:
        return True
    return all(not pair.changes for pair in statement.difference(asked, force).pairs if pair.use == use)


def standing(person: Person) -> list[tuple[Told, list[Question]]]:
    """Return what a person was told of and asked, the newest first, as far as it still stands."""
    found: list[tuple[Told, list[Question]]] = []
    if gate.force().number == 1:
        return found  # the first version changes nothing, so nobody was told of a change
    for told in Told.objects.filter(person=person).order_by("-version__number").select_related("version")[:3]:
        asked = [one for one in of(told, change_of(told)) if stands(told, one.use)]
        found.append((told, asked))
    return found


def _open(person: Person, use: str) -> bool:
    """Say whether any row of theirs may be used so now: a choice of no would close it."""
    with gate.using(use, what=WHERE):
        return any(
            declared.model._default_manager.filter(person=person).exists() for declared in collects.gated()
        )
