"""No card number is taken anywhere: where somebody types one into a field, it is refused and not kept.

Forms say so beside the field (`look.forms`), and nothing that somebody typed is sealed with one in it. What
the program puts together itself (a letter, an invoice's lines) is not looked at: its figures are its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import iban, luhn

DIGITS = re.compile(r"(?<![\w.,+-])\d(?:[\s._\u2010-\u2015-]{0,2}\d){12,18}(?![\w])")
BEGINNINGS = re.compile(r"4|5[0-8]|2[2-7]|3[04-9]|6[0-9]|81")
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


class CardNumber(ValidationError):
    """A text holds what looks like the number of a card; the message says which figures, and what to do."""


def found_in(text: str) -> str:
    """Return what can be the number of a card in a text, as it was typed: its first digits, its length, its
    check digit; empty where there is none. An account's number (IBAN) is none."""
    text = ACCOUNT.sub(lambda one: "" if iban.is_valid(one[0]) else one[0], text)
    for found in DIGITS.finditer(text):
        digits = "".join(str(unicodedata.digit(sign)) for sign in found[0] if sign.isdigit())
        if 13 <= len(digits) <= 19 and BEGINNINGS.match(digits) and luhn.is_valid(digits):
            return found[0]
    return ""


def refuse(text: str) -> None:
    """Raise `CardNumber` for a text with a card number in it."""
    if found := found_in(text):
        said = {"first": found[:4], "last": found[-4:]}
        raise CardNumber(
            _(
                "“%(first)s … %(last)s” looks like a card number. We take none here: leave it out. If it is "
                "something else, write a stroke into its middle, like 1234 5678 / 1234 5678."
            )
            % said,
            code="card",
        )


def refuse_all(texts: Iterable[str]) -> None:
    """Raise `CardNumber` for the first of these texts with a card number in it."""
    for text in texts:
        refuse(text)
