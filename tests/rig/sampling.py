"""Which long tests an everyday run takes, and how far its searches go: both by one seed, printed on top.

`LEADRUSH_SEED` repeats a run. `LEADRUSH_SLOW=all` takes every slow test; `HYPOTHESIS_PROFILE=proof` searches
long.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from datetime import UTC, datetime
from typing import TypeVar

import hypothesis
import pytest

Way = TypeVar("Way")
SHARE = 8  # one slow test in so many is taken on an ordinary day
LONG = pytest.mark.skipif(os.environ.get("LEADRUSH_SLOW") != "all", reason="make proof runs it")
"""For a test of some minutes: too many for a day on which others are drawn as well."""


def settle(config: pytest.Config) -> str:
    """Fix the seed of this run for this process and the workers it starts; return it."""
    seed = os.environ.setdefault("LEADRUSH_SEED", datetime.now(UTC).strftime("%Y-%m-%d"))
    if getattr(config.option, "hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(zlib.crc32(seed.encode()))
    common = {"deadline": None, "database": None, "print_blob": True}
    hypothesis.settings.register_profile("ci", max_examples=50, **common)
    hypothesis.settings.register_profile("proof", max_examples=5000, **common)
    hypothesis.settings.register_profile("mutants", max_examples=5, **common)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
    return seed


def drawn(ways: list[Way], of: str) -> list[Way]:
    """Return in which of several ways something is tried: one, by the seed and its name, so that a run sees
    each way at some places; all of them by `LEADRUSH_SLOW=all`."""
    if os.environ.get("LEADRUSH_SLOW") == "all":
        return ways
    seed = os.environ.get("LEADRUSH_SEED", "")
    return [ways[zlib.crc32(f"{seed} {of}".encode()) % len(ways)]]


KERNEL = ("gate", "vault", "ledger", "statement", "accountability", "website", "media", "tests")
"""Parts whose tests are about databases: all go to PostgreSQL, of the other parts half of the files a day."""


def on_postgresql(item: pytest.Item) -> bool:
    """Say whether a test is tried on PostgreSQL today; on SQLite it is in any case."""
    parts = item.nodeid.split("::")[0].split("/")
    part = parts[2] if parts[0] == "src" else parts[0]
    return part in KERNEL or drawn([True, False], f"postgresql {part} {parts[-1]}")[0]


def examples(share: float = 1.0) -> int:
    """Return how many examples a search tries in which a database answers each: a thousand at the most."""
    return max(1, int(min(hypothesis.settings().max_examples, 1000) * share))


def sample(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out most slow tests, unless they were asked for by name, by mark or by `LEADRUSH_SLOW=all`."""
    named = any("::" in argument or argument.endswith(".py") for argument in config.args)
    if (
        named
        or "slow" in config.option.markexpr
        or config.option.keyword
        or os.environ.get("LEADRUSH_SLOW") == "all"
    ):
        return
    seed = os.environ["LEADRUSH_SEED"]

    def taken(item: pytest.Item) -> bool:
        if item.get_closest_marker("slow") is None:
            return True
        return hashlib.sha256(f"{seed} {item.nodeid}".encode()).digest()[0] % SHARE == 0

    kept = [item for item in items if taken(item)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if not taken(item)])
        items[:] = kept
