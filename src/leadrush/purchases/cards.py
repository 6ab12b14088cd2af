"""No card number is taken here: where somebody types one into a field, it is refused and not kept."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import luhn

DIGITS = re.compile(r"(?<![\w.,+-])\d(?:[ .\u2010-\u2015-]?\d){12,18}(?![\w])")
BEGINNINGS = re.compile(r"4|5[0-8]|2[2-7]|3[04-9]|6[0-9]|81")
LENGTHS = {13, 14, 15, 16, 17, 18, 19}


def holds_card_number(text: str) -> bool:
    """Say whether a text holds what can be the number of a card: its first digits, its length, its check."""
    for found in DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) in LENGTHS and BEGINNINGS.match(digits) and luhn.is_valid(digits):
            return True
    return False


def refuse_card_number(text: str) -> None:
    """Raise `ValidationError` for a text with a card number in it."""
    if holds_card_number(text):
        raise ValidationError(_("This looks like a card number. We take none here: leave it out."))
