"""An invented letter about a webinar, of usual length."""

from __future__ import annotations

from typing import Any

from leadrush import mailbox

TEMPLATE = "plain.seat"


def context(number: int) -> dict[str, Any]:
    """Return what the letter to one person says; each has links of their own."""
    return {
        "title": "Planning an allotment for the first year",
        "lede": "Which beds to dig first, what to sow when, and how to have something to eat from June on.",
        "when": "Thursday, 3 December 2026, 18:00 to 19:00",
        "page": mailbox.absolute("/webinars/first-year/"),
        "leave": mailbox.absolute(f"/m/{number:032}/"),
        "not_me": mailbox.absolute(f"/m/{number:031}x/"),
    }
