"""Bringing a later version into force: rows are closed to what it forbids, it binds, rows are opened.

A narrower version binds at once, for a million rows and while the site serves, because no row allows what
it forbids when it binds:

1. *Tighten.* The version is written down as on its way (`gate.Coming`). From then on whoever writes a mask
   allows what both versions allow; every row there is gets that mask, some persons at a time.
2. *Bind.* When no person is left, the version is published, in one transaction with the note of it.
3. *Widen.* Every row gets the mask of the version in force; what is kept for fewer days now lapses earlier.

**Why no row is missed.** A process knows both versions by one question that is at most `LOOK_AGAIN` old. Two
kinds of writers may still hold an older view when a step begins:

- Whoever holds the person's row looks after having it. A batch holds it too, so such a writer either ended
  before the batch came, which then sees what was written, or looks after the batch, and a batch comes only
  when the step is older than `LEASE`, which is longer than `LOOK_AGAIN`.
- Whoever inserts without holding it looks again after the insert (`folding.look_again`) and folds anew, held,
  what came from a view older than `LEASE`. So every other such insert was executed less than `LEASE` after
  its look, thus before the step was `LEASE` old. SQLite has one writer at a time: it is committed by then.
  PostgreSQL may have it uncommitted: `fences` waits for every transaction that was writing at that moment.

A process that has not looked again when the version binds serves up to `LOOK_AGAIN` under the one before.
That opens nothing: queries are held to masks, and every mask allows no more than both versions do.

Each batch is one transaction that also notes how far it came, so that it may be killed anywhere: whoever goes
on next begins behind the last batch that was committed. What a process waits for is in its memory alone and
measured on the monotonic clock: after a start it waits anew, whatever the clock on the wall says.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, statement
from leadrush.gate.models import Coming, Version
from leadrush.gate.versions import look_anew, parsed
from leadrush.vault import ending, fences, folding
from leadrush.vault.persons import Person
from leadrush.vault.turns import begins_again

USE = "house.keep"
WHAT = "vault.publish"
BATCH = 100
"""Persons whose rows are folded in one transaction; nobody else writes on SQLite meanwhile."""
REST = 1.0
"""How long others have the database after a batch, in times of what the batch took."""
WAIT = 0.05  # seconds between two looks at whether a writer has ended


class CannotPublish(ValueError):
    """A version that cannot be brought in; the message says why, and who published what when."""


@dataclass(frozen=True)
class Bringing:
    """How far a version has come: its number, what is being done, the share of all persons that it is done
    for (0 to 1), and how many masks were changed. `waits`: for writers who may not know the step yet."""

    number: int
    step: str
    share: float
    rows: int
    by: str
    begun_at: datetime
    bound: bool
    waits: bool = False

    @property
    def percent(self) -> int:
        """The share, in whole hundredths."""
        return round(self.share * 100)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.step == Coming.Step.DONE


def begin(text: statement.Version, *, by: str = "") -> Bringing:
    """Write down that a version is on its way, and return how far it is. The first version binds at once.

    `by` is the number of the person who publishes, or a program's name. The same text twice is once. Raises
    `CannotPublish` when another is on its way, or a version of this number or a later one was published.
    """
    row = Coming(number=text.number, digest=text.digest, text=text.canonical().decode(), by=by)
    try:
        with transaction.atomic():
            live = Coming.objects.filter(live=True).first()
            if live is not None:
                if live.digest == text.digest:
                    return _told(live)
                raise CannotPublish(_on_its_way(live))
            _demand_newer(text)
            if not Version.objects.exists():
                gate.publish(text)
                row.live, row.step, row.bound_at = False, Coming.Step.DONE, timezone.now()
                row.ended_at = row.bound_at
            row.save()
            transaction.on_commit(look_anew)
    except IntegrityError:
        # Somebody else began between the two questions; the same text from both is one.
        other = Coming.objects.filter(live=True).first()
        if other is not None and other.digest == text.digest:
            return _told(other)
        raise CannotPublish(_on_its_way(other) if other is not None else _published(text.number)) from None
    look_anew()
    return _told(row)


def under_way() -> Bringing | None:
    """Return how far the version that is on its way has come, or None; one question."""
    live = Coming.objects.filter(live=True).first()
    return _told(live) if live is not None else None


@begins_again
def go_on(*, batch: int = BATCH) -> Bringing | None:
    """Do the next batch of what is under way, and return how far it came; None when nothing is.

    May be called by several processes at once, which take batches in turn, and again after any death.
    """
    live = Coming.objects.filter(live=True).first()
    if live is None:
        return None
    if not fences.of(live).passed():
        return _told(live, waits=True)
    with gate.using(USE, what=WHAT), transaction.atomic():
        held = Coming.objects.select_for_update().get(pk=live.pk)
        if held.step != live.step:
            return _told(held, waits=held.live)
        persons = _next(held, batch)
        if persons:
            _fold(held, persons)
        else:
            _END[held.step](held)
    return _told(held)


def finish(say: Callable[[Bringing], object] | None = None) -> Bringing | None:
    """Go on until nothing is left, leaving others as much time as each batch took; return how it ended.

    `say` hears of every step.
    """
    last = None
    while True:
        begun = time.monotonic()
        now = go_on()
        if now is None:
            return last
        last = now
        if say is not None:
            say(now)
        if now.done:
            return now
        time.sleep(WAIT if now.waits else (time.monotonic() - begun) * REST)


def some(seconds: float) -> None:
    """Go on for about so many seconds, if anything is under way."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        now = go_on()
        if now is None or now.done or now.waits:
            return
        time.sleep((time.monotonic() - begun) * REST)


def take_back(*, number: int) -> bool:
    """Take back a version that has not bound yet; say whether it was. Rows are opened again as they were."""
    with transaction.atomic():
        live = Coming.objects.select_for_update().filter(live=True, number=number).first()
        if live is None or live.step != Coming.Step.TIGHTEN:
            return False
        _step(live, Coming.Step.WIDEN)
    look_anew()
    return True


# --- one batch ------------------------------------------------------------------------------------------


def _next(held: Coming, batch: int) -> list[uuid.UUID]:
    """Return the next persons in the order of their numbers, their rows held until the transaction ends.

    The order is the same for everybody. Whoever joins behind it knows the step already.
    """
    persons = Person.objects.order_by("pk")
    if held.reached is not None:
        persons = persons.filter(pk__gt=held.reached)
    # A new row that points at a person does not change what is held here.
    return list(persons.select_for_update(no_key=True).values_list("pk", flat=True)[:batch])


def _fold(held: Coming, persons: list[uuid.UUID]) -> None:
    look_anew()  # what is folded here rests on what is there now, not a second ago
    held.rows += folding.fold_all(persons)
    if held.step == Coming.Step.WIDEN:
        ending.bring_forward(persons)
    held.reached = persons[-1]
    held.save(update_fields=["rows", "reached"])


def _bind(held: Coming) -> None:
    """Publish the version. Where another was published past it, rows are opened to that one again."""
    try:
        with transaction.atomic():
            gate.publish(parsed(held))
            held.bound_at = timezone.now()
    except (ValueError, IntegrityError):
        held.bound_at = None
    _step(held, Coming.Step.WIDEN)


def _end(held: Coming) -> None:
    held.live, held.ended_at = False, timezone.now()
    _step(held, Coming.Step.DONE)


def _step(held: Coming, step: Coming.Step) -> None:
    held.step, held.reached = step, None
    held.save(update_fields=["step", "reached", "bound_at", "live", "ended_at"])
    transaction.on_commit(look_anew)


_END: dict[str, Callable[[Coming], None]] = {Coming.Step.TIGHTEN: _bind, Coming.Step.WIDEN: _end}


# --- words ----------------------------------------------------------------------------------------------


def _told(row: Coming, *, waits: bool = False) -> Bringing:
    done = row.step == Coming.Step.DONE
    share = row.reached.int / 2**128 if row.reached is not None else 0.0
    return Bringing(
        number=row.number,
        step=row.step,
        share=1.0 if done else share,
        rows=row.rows,
        by=row.by,
        begun_at=row.begun_at,
        bound=row.bound_at is not None,
        waits=waits,
    )


def _demand_newer(text: statement.Version) -> None:
    newest = Version.objects.order_by("-number").first()
    if newest is not None and text.number <= newest.number:
        raise CannotPublish(_published(newest.number))


def _published(number: int) -> str:
    row = Version.objects.filter(number=number).first()
    coming = Coming.objects.filter(number=number, bound_at__isnull=False).first()
    said = {
        "number": number,
        "who": who(coming.by if coming else ""),
        "when": _when(row.published_at if row else None),
    }
    return (
        _(
            "Version %(number)s is in force: %(who)s published it at %(when)s. Look at what it says, and "
            "publish yours after it."
        )
        % said
    )


def _on_its_way(live: Coming) -> str:
    said = {"number": live.number, "who": who(live.by), "when": _when(live.begun_at)}
    return (
        _(
            "Version %(number)s is on its way into force: %(who)s published it at %(when)s. It comes first; "
            "nothing of yours was lost."
        )
        % said
    )


def who(by: str) -> str:
    """Return who published, in words that name nobody: a role with four digits of a number, or a program."""
    try:
        person = Person.objects.filter(pk=uuid.UUID(by)).first()
    except ValueError:
        return by or _("somebody")
    return person.get_full_name() if person else _("somebody who is gone")


def _when(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M} UTC" if moment else "?"
