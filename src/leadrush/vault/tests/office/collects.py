"""What the office takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadrush import vault
from leadrush.vault.collects import KEPT, Collects, Sealed
from leadrush.vault.tests.office.models import Invoice


def _invoice(rows: list[Invoice]) -> Mapping[Any, str]:
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in rows],
        context=Invoice.CONTEXT,
        category="lr:Invoice",
        what="rights.see",
    )
    return {row.pk: f"{row.number}: {text}" for row, text in zip(rows, texts, strict=True)}


COLLECTS = [
    Collects(
        model=Invoice,
        categories=("lr:Invoice",),
        clause="office",
        title="An invoice",
        fields={"number": "Its number", "until": "Kept until", "sealed": "For whom, sealed"},
        sealed=(Sealed("sealed", Invoice.CONTEXT),),
        erase=KEPT,
        law="Accounts Act, article 22",
        until=lambda row: row.until,
        shows=_invoice,
    ),
]
