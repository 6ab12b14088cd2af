"""Keys: what it costs to exchange one person's, to wrap all anew, to rewrite their files, to count them."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from bench import ground
from bench.measuring import CPU, WALL, Figure, Spread, each, figure, quiet, timed
from leadrush import gate
from leadrush.vault import keeps, masters, rekeying, rotating, sweeping
from leadrush.vault.models import Person, PersonKey

PERSONS = 60


def figures(size: int) -> Iterator[Figure]:
    """Measure on `size` persons, each with a key and one address."""
    some = iter(list(Person.objects.values_list("pk", flat=True)[: PERSONS + 1]))
    took = each(lambda: rekeying.rekey(next(some)), rounds=PERSONS, scale=1e3, clock=WALL)
    yield figure(f"exchanging a person's key, {ground.NAME}", took, "ms", area="promise")

    with gate.using("accountability.check"):
        took = each(keeps.sealed_values_have_keys, rounds=5, clock=CPU)
    yield figure(
        f"counting sealed values without a key, {size:,} persons, computing, {ground.NAME}",
        took, "s", 1, area="promise",
    )  # fmt: skip

    settings.MASTER_KEY_NEXT = masters.new_master_key()
    rotating.announce(len)
    with quiet():
        took = Spread.of([timed(lambda: rotating._batch(0), WALL) * 1e3 for _ in range(9)])
        swept = Spread.of([timed(lambda: sweeping.sweep(always=True), WALL) for _ in range(3)])
    yield figure(f"wrapping {rotating.BATCH} keys anew, {ground.NAME}", took, "ms", area="promise")
    kept = PersonKey.objects.count()
    yield figure(f"rewriting the files of {kept:,} keys, {ground.NAME}", swept, "s", area="promise")
