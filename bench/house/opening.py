"""Opening addresses, as a share of composing the message to each: what sealing costs a mailing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

from bench import filling, ground, webinars
from bench.house.reading import USE
from bench.measuring import Figure, Spread, figure, quiet
from leadrush import gate, vault
from leadrush.mailbox import carriers
from leadrush.mailbox import letters as words
from leadrush.mailbox.models import Message
from leadrush.vault.models import Item
from leadrush.webinars.models import Webinar

ALL = 100_000
AT_ONCE = 1_000
COMPOSED = 8
"""Composing is slow, and one letter like the next: so many are taken beside each thousand addresses."""
NOBODY = gate.Actor("program", "webinars.mail")


def figures(size: int) -> Iterator[Figure]:
    """Open a hundred thousand addresses, with the query and the entry in the ledger for each thousand."""
    numbers = count()
    webinar = Webinar.objects.get(slug=webinars.SLUG)
    shares, opened, composed = [], [], []
    after = 0
    for _ in range(0, min(ALL, size), AT_ONCE):
        with quiet():
            start = time.perf_counter()
            after = open_some(after)
            between = time.perf_counter()
            for number in (next(numbers) for _ in range(COMPOSED)):
                compose(webinar, number)
            end = time.perf_counter()
        opened.append((between - start) / AT_ONCE)
        composed.append((end - between) / COMPOSED)
        shares.append(100 * opened[-1] / composed[-1])
    yield figure(
        f"opening 100,000 addresses, share of composing to each, {ground.NAME}", Spread.of(shares), "%", 2
    )
    per_letter = Spread.of([1e3 * took for took in composed])
    yield figure(f"composing a message, {ground.NAME}", per_letter, "ms")


def open_some(after: int) -> int:
    """Open the addresses of the next thousand persons; return the last one's key."""
    with gate.using(USE, actor=NOBODY, what="bench.open"):
        items = list(Item.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
        opened = vault.open_items(items, batch="bench")
    assert all("@" in address for address in opened.values())
    return int(items[-1].pk)


def compose(webinar: Webinar, number: int) -> None:
    """Compose one reminder as it goes to the server, text and HTML."""
    letter = words.write("webinars.reminder", webinars.reminder(webinar, number))
    carriers.compose(Message(), letter, filling.address(number)).as_bytes()
