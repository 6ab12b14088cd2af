from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest

from leadrush.ledger import chaining, heads
from leadrush.ledger.models import Entry, Head
from leadrush.ledger.tests.tampering import BEGAN, write


@pytest.fixture
def chained(db: None) -> list[Entry]:
    """Twelve entries of three days, chained as they came, with a head for each day."""
    entries: list[Entry] = []
    for day in range(3):
        entries += write(4, began=BEGAN + timedelta(days=day))
        chaining.chain()
        heads.close(BEGAN.date() + timedelta(days=day), UTC)
    return entries


@pytest.fixture
def kept(chained: list[Entry]) -> dict[date, str]:
    """What somebody kept of the heads, elsewhere."""
    return {head.day: bytes(head.digest).hex() for head in Head.objects.all()}
