"""The version of the statement in force, the newest that was published, and the one that is on its way.

A process remembers both together, as one question found them, for at most `LOOK_AGAIN`. So whoever reads a
version in force that is older than the newest one knows the newer one as on its way, or has not looked for
longer than that.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Subquery
from django.utils import timezone

from leadrush.gate.models import Coming, Version
from leadrush.gate.use import Altered, Unpublished

if TYPE_CHECKING:
    from leadrush.statement import Version as Text

LOOK_AGAIN = 1.0  # seconds; another process's publication binds here after at most this long


class Known(NamedTuple):
    """A version as it was found, since which forgetting, and when (on the monotonic clock, in seconds).

    `coming` is the version on its way while rows are being closed to what it forbids, `coming_key` its row's.
    """

    row: Version
    text: Text
    since: object
    looked: float = 0.0
    coming: Text | None = None
    coming_key: int | None = None

    @property
    def texts(self) -> tuple[Text, ...]:
        """The versions that must each allow what a mask allows."""
        return (self.text,) if self.coming is None else (self.text, self.coming)


class InForce:
    """The version in force as this process knows it, checked against the newest number once a second."""

    known: Known | None = None
    since: object = None

    def forget(self) -> None:
        """Look into the tables at the next asking. Whoever is reading meanwhile has not read what is new."""
        self.since = object()

    def get(self) -> Known:
        """Return the version; one indexed query a second.

        Raises `Unpublished` when none is published, `Altered` when one is not what was published.
        """
        known, since = self.known, self.since
        if known is not None and known.since is not since:
            known = None
        if known is not None and time.monotonic() - known.looked < LOOK_AGAIN:
            return known
        now = time.monotonic()
        number, coming = self._look()
        if known is None or number != known.row.number:
            row = Version.objects.get(number=number)
            known = Known(row, parsed(row), since)
        if coming != known.coming_key:
            found = Coming.objects.get(pk=coming) if coming is not None else None
            known = known._replace(coming=parsed(found) if found else None, coming_key=coming)
        self.known = known = known._replace(looked=now)
        return known

    @staticmethod
    def _look() -> tuple[int, int | None]:
        """Return the newest number, and the key of the version on its way: both of one moment."""
        coming = Coming.objects.filter(live=True, step=Coming.Step.TIGHTEN).values("pk")
        newest = Version.objects.order_by("-number")
        found: tuple[int, int | None] | None = newest.values_list("number", Subquery(coming)).first()
        if found is None:
            raise Unpublished(
                "No version of the statement is published, so nothing may be used: run `leadrush up`."
            )
        return found


IN_FORCE = InForce()


def parsed(row: Version | Coming) -> Text:
    """Return the version that a row holds. Raises `Altered` when it is not what was published."""
    from leadrush.statement import Faulty
    from leadrush.statement import Version as Text

    try:
        text = Text.from_canonical(row.text.encode(), row.digest)
        if text.number == row.number:
            return text
        fault = f"it calls itself version {text.number}"
    except Faulty as faulty:
        fault = str(faulty)
    raise Altered(
        f"Version {row.number} of the statement is not what was published: {fault}. "
        "Nothing is used under it. Restore the row from a backup of the data."
    )


def force() -> Text:
    """Return the version of the statement in force (`leadrush.statement.Version`)."""
    return IN_FORCE.get().text


def view() -> Known:
    """Return the version in force and the one on its way, as this process knows them."""
    return IN_FORCE.get()


def look_anew() -> None:
    """Let this process look into the tables at the next asking, whatever it remembers."""
    IN_FORCE.forget()


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

    Masks are left as they are: where rows may exist, `vault.publishing` brings a version in. Raises
    `ValueError` when its number is not above those published, since an older text cannot come back, and while
    another version is on its way.
    """
    with transaction.atomic():
        newest = Version.objects.order_by("-number").values_list("number", flat=True).first() or 0
        if text.number <= newest:
            raise ValueError(f"Version {text.number} is not newer than version {newest}, which is in force.")
        coming = Coming.objects.filter(live=True).exclude(digest=text.digest).first()
        if coming is not None:
            raise ValueError(f"Version {coming.number} is on its way into force: it comes first.")
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
