"""Anchors: what somebody kept of the published heads, elsewhere than in the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Anchors = Mapping[date, str]
"""Days with the digest that was published for each, in hex."""

LINE = re.compile(r"\b(\d{4}-\d\d-\d\d)[\s:,;]+([0-9a-fA-F]+)\b")
DIGEST = re.compile(r"[0-9a-f]{64}")


def parse(*texts: str) -> dict[date, str]:
    """Read texts, each `2026-11-26:ab12...`, lines of a day and a digest, or the site's `heads.json`.

    Raises ValueError, with a word for whoever typed it, where there is none, or where two contradict.
    """
    kept: dict[date, str] = {}
    for day, digest in (pair for text in texts for pair in _pairs(text)):
        if not DIGEST.fullmatch(digest):
            raise ValueError(
                f"The digest of {day} has {len(digest)} signs; it should be 64 from 0-9 and a-f."
            )
        try:
            of = date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"{day} is no day of the calendar.") from None
        if kept.setdefault(of, digest) != digest:
            raise ValueError(f"There are two different digests for {day}.")
    if not kept:
        raise ValueError("There is no anchor in it: write DAY:DIGEST, such as 2026-11-26:9f86d081...")
    return kept


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    if not text.lstrip().startswith("{"):
        return [(day, digest.lower()) for day, digest in LINE.findall(text)]
    try:
        heads: Any = json.loads(text)["heads"]
        return [(str(head["day"]), str(head["digest"]).lower()) for head in heads]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("The file is not the heads.json of a site.") from None
