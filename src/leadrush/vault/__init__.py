"""The person, a number without a name; everything that names them, sealed.

The verbs below are the only ways in and out: a room gives, chooses and opens through them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadrush.late import late

if TYPE_CHECKING:
    from leadrush.vault.arriving import Part, meet, receive, welcome
    from leadrush.vault.folding import choices_of, fold
    from leadrush.vault.giving import choose, confirm, find, give, put, rest
    from leadrush.vault.lapsing import due, end
    from leadrush.vault.opening import (
        address_of,
        have_keys,
        mark_of,
        note,
        open_items,
        seal,
        seal_all,
        unseal,
        value_of,
    )

__all__ = [
    "Part",
    "address_of",
    "choices_of",
    "choose",
    "confirm",
    "due",
    "end",
    "find",
    "fold",
    "give",
    "have_keys",
    "mark_of",
    "meet",
    "note",
    "open_items",
    "put",
    "receive",
    "rest",
    "seal",
    "seal_all",
    "unseal",
    "value_of",
    "welcome",
]

__getattr__ = late(
    __name__,
    {
        "Part": "arriving",
        "address_of": "opening",
        "choices_of": "folding",
        "choose": "giving",
        "confirm": "giving",
        "due": "lapsing",
        "end": "lapsing",
        "find": "giving",
        "fold": "folding",
        "give": "giving",
        "have_keys": "opening",
        "mark_of": "opening",
        "meet": "arriving",
        "note": "opening",
        "open_items": "opening",
        "put": "giving",
        "receive": "arriving",
        "rest": "giving",
        "seal": "opening",
        "seal_all": "opening",
        "unseal": "opening",
        "value_of": "opening",
        "welcome": "arriving",
    },
)
