"""Two invented uses, and rows that one of them may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from leadrush.gate import uses


@dataclass(frozen=True)
class Use:
    name: str
    bit: int
    heading: str = "provide"
    title: str = "try the gate"
    purpose: str = "dpv:ServiceProvision"
    recipient: str = "us"


READ = Use("tests.read", 60)
OTHER = Use("tests.other", 61)
SEEN = 1 << READ.bit
HIDDEN = 1 << OTHER.bit


@pytest.fixture(autouse=True, scope="session")
def two_uses() -> Iterator[None]:
    uses.register(READ, OTHER)
    yield
    uses.forget([READ.name, OTHER.name])
