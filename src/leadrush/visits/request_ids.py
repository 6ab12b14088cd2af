"""The number of a request as people say it: thirteen letters and digits that cannot be mistaken."""

from __future__ import annotations

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def write(number: int) -> str:
    """Return 63 bits as `4KQ7-9TNX-2M0RC`."""
    text = ""
    for _digit in range(13):
        number, digit = divmod(number, 32)
        text = LETTERS[digit] + text
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def read(text: str) -> int | None:
    """Return the number that somebody typed, however they wrote it; None for what can be none."""
    plain = "".join(text.upper().split()).replace("-", "").translate(ALIKE)
    if len(plain) != 13 or any(letter not in LETTERS for letter in plain):
        return None
    number = 0
    for letter in plain:
        number = number * 32 + LETTERS.index(letter)
    return number if number < 2**63 else None
