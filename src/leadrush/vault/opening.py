"""Opening: the only way a sealed value becomes readable, after the gate and after the ledger."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from leadrush import gate, ledger
from leadrush.gate.use import in_force
from leadrush.vault import cards, keys, tombstones
from leadrush.vault.giving import EMAIL, KEYS
from leadrush.vault.models import Giving, Item

RING = "vault.ring"


def hold_keys(persons: Iterable[uuid.UUID]) -> keys.Ring:
    """Fetch the keys of these persons once for the door in force: a page that opens ten tables of one person
    asks for their key in one question. For reading only: what
    is sealed under a key that was changed meanwhile would not open again."""
    ring = gate.current().notes[RING] = keys.Ring(persons)
    return ring


class _Beside(keys.Ring):
    """The keys of those who are here, and those under which the law keeps something of the erased."""

    def __init__(self, persons: set[uuid.UUID], gone: set[uuid.UUID]) -> None:
        self._gone = gone
        self._living, self._kept = keys.Ring(persons - gone), keys.Ring(gone, keys.KEPT)

    def _of(self, person: uuid.UUID) -> keys.Ring:
        return self._kept if person in self._gone else self._living

    def has(self, person: uuid.UUID) -> bool:
        return self._of(person).has(person)

    def key(self, person: uuid.UUID) -> bytes:
        return self._of(person).key(person)

    def open(self, person: uuid.UUID, sealed: keys.Bytes, context: str) -> str:
        return self._of(person).open(person, sealed, context)

    def seal(self, person: uuid.UUID, text: str, context: str) -> bytes:
        return self._of(person).seal(person, text, context)

    def mark(self, person: uuid.UUID) -> str:
        return self._of(person).mark(person)


def ring_of(persons: set[uuid.UUID]) -> keys.Ring:
    """Return a ring with the keys of these persons: the one that the door holds, or a fresh one.

    Of somebody who is erased it has the key of what the law keeps, or none: from the tombstone on, whatever
    key is still in memory or in the database opens nothing.
    """
    if gone := tombstones.erased(persons):
        return _Beside(persons, gone)
    door = in_force()
    held: keys.Ring | None = door.notes.get(RING) if door else None
    if held is not None and all(held.has(person) for person in persons):
        return held
    return keys.Ring(persons)


def mark_of(person_id: uuid.UUID) -> str:
    """Return the name under which a person stands in the ledger; empty when their key is gone."""
    ring = ring_of({person_id})
    return ring.mark(person_id) if ring.has(person_id) else ""


def have_keys(persons: set[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of these persons whose key is there; the others are erased."""
    there = persons - tombstones.erased(persons)
    ring = keys.Ring(there)
    return {person for person in there if ring.has(person)}


def note(
    *,
    subject: uuid.UUID | None = None,
    categories: Iterable[str],
    what: str = "",
    about: str = "",
    count: int = 1,
    batch: str = "",
    ring: keys.Ring | None = None,
) -> ledger.Entry:
    """Write the entry for one use under the door in force, before the value opens. One a door and subject.

    The door remembers what it wrote down, so that a page that opens five answers of one person has one entry.
    """
    opening = Opening(subject, tuple(categories), what, about, count, batch)
    return note_each([opening], ring=ring)[0]


@dataclass(frozen=True)
class Opening:
    """One opening that is about to be: whose data of which kinds, and for what, as `note` takes it."""

    subject: uuid.UUID | None
    categories: tuple[str, ...]
    what: str = ""
    about: str = ""
    count: int = 1
    batch: str = ""


def note_each(openings: Sequence[Opening], *, ring: keys.Ring | None = None) -> list[ledger.Entry]:
    """Write an entry for each of these under the door in force, all in one, before a value opens."""
    door = gate.current()
    acting = _acting(door)
    keyed = [((one.subject, one.what or door.what, one.about, one.batch), one) for one in openings]
    fresh = {key: one for key, one in keyed if key not in door.notes}
    if fresh:
        wanted = {person for person in (*(one.subject for one in fresh.values()), acting) if person}
        if ring is None or not all(ring.has(person) for person in wanted):
            ring = ring_of(wanted)
        actor = (ring.mark(acting) if ring.has(acting) else "") if acting else door.actor.id
        entries = {
            key: ledger.draft(
                door,
                actor=actor,
                subject=ring.mark(one.subject) if one.subject and ring.has(one.subject) else "",
                what=one.what,
                about=one.about,
                categories=one.categories,
                count=one.count,
                batch=one.batch,
            )
            for key, one in fresh.items()
        }
        ledger.write(list(entries.values()))
        door.notes |= entries
    return [door.notes[key] for key, _one in keyed]


def _acting(door: gate.Door) -> uuid.UUID | None:
    return uuid.UUID(door.actor.id) if door.actor.kind in ("person", "staff") else None


def open_items(
    items: Iterable[Item],
    *,
    what: str = "",
    about: str = "",
    batch: str = "",
    entry: ledger.Entry | None = None,
) -> dict[int, str]:
    """Open sealed items under the use in force: item's key to value. One ledger entry, written first.

    `entry` is the one that a batch wrote before its first value opened; without it, one is written here.

    Raises `gate.Refused` when one of them may not be used so, `keys.NoKey` for an erased person, and
    `ledger.Unwritten` when the intent cannot be made durable; in each case nothing is opened.
    """
    items = list(items)
    if not items:
        return {}
    door = gate.current()
    for item in items:
        if not item.mask & door.value:
            raise gate.Refused(f"{item.kind}: the statement, or the person, does not allow {door.use.name}")
    persons = {item.person_id for item in items}
    acting = _acting(door)
    ring = ring_of(persons | ({acting} if acting else set()))
    if entry is None:
        note(
            subject=next(iter(persons)) if len(persons) == 1 else None,
            categories={item.category for item in items},
            what=what,
            about=about,
            count=len(items),
            batch=batch,
            ring=ring,
        )
    return {item.pk: ring.open(item.person_id, item.sealed, item.context) for item in items}


def address_of(person_id: uuid.UUID, *, what: str = "", about: str = "", batch: str = "") -> str:
    """Open a person's address under the use in force. Raises `gate.Refused` when it may not be used so."""
    item = Item.objects.filter(person_id=person_id, kind=EMAIL).first()
    if item is None:
        raise gate.Refused(f"no address that may be used for {gate.current().use.name}")
    return open_items([item], what=what, about=about, batch=batch)[item.pk]


def value_of(person_id: uuid.UUID, kind: str, *, what: str = "", about: str = "") -> str:
    """Open a person's item of a kind, or return an empty text when there is none for the use in force."""
    item = Item.objects.filter(person_id=person_id, kind=kind).first()
    return open_items([item], what=what, about=about)[item.pk] if item else ""


def seal(
    person_id: uuid.UUID, text: str, context: str, *, giving: Giving | None = None, ours: bool = False
) -> bytes:
    """Seal a private text of a person for a room's `sealed` column; `context` names the column."""
    return seal_all(person_id, [text], context, giving=giving, ours=ours)[0]


def seal_all(
    person_id: uuid.UUID,
    texts: Iterable[str],
    context: str,
    *,
    giving: Giving | None = None,
    ours: bool = False,
) -> list[bytes]:
    """Seal several private texts of one person; one question to the keys.

    Raises `cards.CardNumber`, and seals nothing, where one of them holds the number of a card; `ours` are
    texts that the program put together, whose figures nobody typed.

    No question for a `giving` that `welcome` returned a moment ago: it found the key on its way.
    """
    texts = list(texts)
    if not ours:
        cards.refuse_all(texts)
    found: keys.Ring | None = giving.__dict__.get(KEYS) if giving is not None else None
    if found is None or not found.has(person_id):
        # Of somebody who is erased, only what a law keeps is still written.
        found = keys.Ring([person_id], keys.KEPT if tombstones.erased({person_id}) else keys.LIVING)
    ring = found
    return [ring.seal(person_id, text, context) for text in texts]


def unseal(
    texts: Iterable[tuple[uuid.UUID, keys.Bytes]],
    *,
    context: str,
    category: str,
    what: str = "",
    about: str = "",
    batch: str = "",
    entry: ledger.Entry | None = None,
    each: bool = False,
) -> list[str]:
    """Open private texts, (person, sealed) each, under the use in force. One ledger entry, written first;
    with `each`, one for each of several persons, so that theirs stands on their own page.

    The caller got the rows through the gate, so they may be used so. `entry` is the one that a batch wrote
    before its first value opened. Raises as `open_items` does.
    """
    pairs = list(texts)
    if not pairs:
        return []
    persons = {person for person, _sealed in pairs}
    acting = _acting(gate.current())
    ring = ring_of(persons | ({acting} if acting else set()))
    if entry is None and each:
        counts = Counter(person for person, _sealed in pairs)
        ones = [Opening(one, (category,), what, about, counts[one], batch) for one in sorted(persons)]
        note_each(ones, ring=ring)
    elif entry is None:
        note(
            subject=next(iter(persons)) if len(persons) == 1 else None,
            categories=[category],
            what=what,
            about=about,
            count=len(pairs),
            batch=batch,
            ring=ring,
        )
    return [ring.open(person, sealed, context) for person, sealed in pairs]
