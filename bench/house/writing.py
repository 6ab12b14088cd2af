"""Writing: an entry in the ledger, the fold of a person's masks, the hand-over of a message. No goals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count

from bench import ground, webinars
from bench.house.opening import NOBODY
from bench.house.reading import USE
from bench.measuring import WALL, Figure, Spread, each, figure, timed
from leadrush import gate, ledger, mailbox, vault
from leadrush.mailbox import sending
from leadrush.vault.models import Giving
from leadrush.webinars.models import Webinar

ROUNDS = 60
MAILINGS = 7


def figures(size: int) -> Iterator[Figure]:
    """Measure what is written; each waits for the disk where the site does."""
    entry = each(write_entry, rounds=ROUNDS, scale=1e6, clock=WALL)
    yield figure(f"an entry in the ledger, lasting, {ground.NAME}", entry, "microseconds")
    persons = iter(Giving.objects.values_list("person", flat=True)[: ROUNDS + 1])
    fold = each(lambda: vault.fold(next(persons)), rounds=ROUNDS, scale=1e3, clock=WALL)
    yield figure(f"the fold of a person's masks, {ground.NAME}", fold, "ms")
    numbers = count()
    handed = []
    for _ in range(MAILINGS):
        post_some(numbers)
        with gate.using("mailbox.deliver", what="bench.send"):
            handed.append(timed(partial(sending.send), WALL) * 1e3 / sending.BATCH)
    yield figure(f"handing a message over, {ground.NAME}", Spread.of(handed), "ms")


def write_entry() -> None:
    """Write one use down."""
    with gate.using(USE, actor=NOBODY, what="bench.entry") as door:
        ledger.write([ledger.draft(door, actor=NOBODY.id, categories=["EmailAddress"])])


def post_some(numbers: Iterator[int]) -> None:
    """Post a batch of messages to as many persons."""
    webinar = Webinar.objects.get(slug=webinars.SLUG)
    first = next(numbers) * sending.BATCH
    givings = Giving.objects.select_related("person").order_by("pk")[first : first + sending.BATCH]
    for at, giving in enumerate(givings):
        mailbox.post(
            person=giving.person,
            giving=giving,
            use=USE,
            template="webinars.reminder",
            key=f"bench:{first + at}",
            about=webinar.about,
            context=webinars.reminder(webinar, first + at),
        )
