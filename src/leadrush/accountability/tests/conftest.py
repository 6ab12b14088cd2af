"""What these tests stand on: evidence that this process remembers nothing of, and checks that do as told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from leadrush import statement
from leadrush.accountability import counting, evidence
from leadrush.accountability.counting import Result
from leadrush.gate import evidence as told
from leadrush.gate.evidence import Check
from leadrush.look import proofs

Counts = Callable[..., None]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    sources, stopped = (proofs._clause, proofs._all), told._stopped
    evidence.register()
    evidence.forget()
    yield
    evidence.forget()
    proofs.register(*sources)
    told._stopped = stopped


@pytest.fixture
def count(published: statement.Version) -> Counts:
    """Return a function that keeps a count of a clause as if a check had brought it; of all without one."""

    def kept(
        slug: str = "", missed: int = 0, of: int = 12, *, fault: str = "", at: datetime | None = None
    ) -> None:
        for clause in published.clauses:
            if slug in ("", clause.slug):
                counting.keep(Result(clause.slug, missed, of, 3, fault), clause, at)

    return kept


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> dict[str, Check]:
    """Let checks be replaced, by the slug of their clause."""
    put: dict[str, Check] = {}
    real = counting.check_of
    monkeypatch.setattr(counting, "check_of", lambda clause: put.get(clause.slug) or real(clause))
    return put
