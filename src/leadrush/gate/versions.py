"""The version of the statement in force: the newest that was published."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils import timezone

from leadrush.gate.models import Version
from leadrush.gate.use import Unpublished

if TYPE_CHECKING:
    from leadrush.statement import Version as Text

LOOK_AGAIN = 1.0  # seconds; another process's publication binds here after at most this long


class Known(NamedTuple):
    """A version as it was found, and when (on the monotonic clock, in seconds)."""

    row: Version
    text: Text
    looked: float


class InForce:
    """The version in force as this process knows it, checked against the newest number once a second."""

    known: Known | None = None

    def forget(self) -> None:
        """Look into the table at the next asking."""
        self.known = None

    def get(self) -> Known:
        """Return the version; one indexed query a second. Raises `Unpublished` when none is published."""
        known = self.known
        if known is not None and time.monotonic() - known.looked < LOOK_AGAIN:
            return known
        now = time.monotonic()
        number = Version.objects.order_by("-number").values_list("number", flat=True).first()
        if number is None:
            raise Unpublished(
                "No version of the statement is published, so nothing may be used: run `leadrush up`."
            )
        if known is not None and number == known.row.number:
            known = known._replace(looked=now)
        else:
            row = Version.objects.get(number=number)
            known = Known(row, parsed(row), now)
        self.known = known
        return known


IN_FORCE = InForce()


def parsed(row: Version) -> Text:
    """Return the version that a row holds. Raises `statement.Faulty` when it is not what was published."""
    from leadrush.statement import Version as Text

    return Text.from_canonical(row.text.encode(), row.digest)


def force() -> Text:
    """Return the version of the statement in force (`leadrush.statement.Version`)."""
    return IN_FORCE.get().text


def row_in_force() -> Version:
    """Return the row of the version in force, for what points at it (`Giving.version`)."""
    return IN_FORCE.get().row


@lru_cache(maxsize=64)
def version_of(key: int) -> Text:
    """Return the version whose row has this primary key. Published ones never change: each is read once."""
    row = Version.objects.get(pk=key)
    return parsed(row)


def numbered(numbers: Iterable[int]) -> dict[int, Text]:
    """Return those of these versions that were published, by number; none but the one in force costs a
    question, and together they cost one."""
    text = force()
    wanted = set(numbers)
    found = {text.number: text} if text.number in wanted else {}
    if older := wanted - set(found):
        rows = Version.objects.filter(number__in=older).values_list("number", "pk")
        found |= {number: version_of(pk) for number, pk in rows}
    return found


def publish(text: Text) -> Version:
    """Publish a version; in this process it binds at once, and everywhere within a second.

    Raises `ValueError` when its number is not above those published: an older text cannot come back.
    """
    with transaction.atomic():
        newest = Version.objects.order_by("-number").values_list("number", flat=True).first() or 0
        if text.number <= newest:
            raise ValueError(f"Version {text.number} is not newer than version {newest}, which is in force.")
        version = Version(
            number=text.number,
            digest=text.digest,
            text=text.canonical().decode(),
            published_at=timezone.now(),
        )
        version.save()
        # Neither a rollback nor a reader in between may leave the wrong one in memory.
        transaction.on_commit(IN_FORCE.forget)
    IN_FORCE.forget()
    return version
