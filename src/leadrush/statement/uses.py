"""Uses and categories: what data may be used for, and what kinds of data there are."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BITS = 62
"""A use is one bit of a signed 64-bit mask; the sign and one spare bit stay free."""

EVERYTHING = "*"
"""Stands for every category in a term. Only rights, checks and housekeeping may say it."""

US = "us"
"""The business itself, as a recipient."""

HEADINGS: dict[str, str] = {
    "administer": "Run the business",
    "provide": "Give you what you asked for",
    "pay": "Take payments",
    "monitor": "See how the site is used",
    "market": "Tell you about what we sell",
    "improve": "Make the site better, and fit you",
    "communicate": "Tell you about terms and this statement",
    "troubleshoot": "Find out what went wrong",
    "rights": "Serve your rights",
    "security": "Keep the site safe",
    "law": "Do what the law demands",
    "accountability": "Show that we keep this statement",
}
"""The eight uses that the source document names, as headings, and the four that keeping it needs."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a use means, as a version publishes it: all that is declared of it but its bit.

    The words of `title` and the `heading` that it stands under may be written better; with another purpose or
    another recipient it is another use.
    """

    name: str
    heading: str
    purpose: str
    title: str
    recipient: str = US


@dataclass(frozen=True, slots=True)
class Use:
    """One purpose for one recipient: one bit of the gate.

    `title` completes “We use it to ...”. `purpose` is a W3C DPV purpose. `everything` marks the uses
    that may be bound to all categories at once (rights, checks, housekeeping).
    """

    name: str
    bit: int
    heading: str
    purpose: str
    title: str
    recipient: str = US
    everything: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.bit < MOST_BITS:
            raise ValueError(f"use {self.name}: bit {self.bit} is outside 0..{MOST_BITS - 1}")
        if self.heading not in HEADINGS:
            raise ValueError(f"use {self.name}: heading {self.heading!r} is none of {', '.join(HEADINGS)}")

    @property
    def meaning(self) -> Meaning:
        """What a version that names this use publishes of it."""
        return Meaning(self.name, self.heading, self.purpose, self.title, self.recipient)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of data: a DPV-PD term, or one of ours (`lr:`) beneath a DPV-PD term."""

    name: str
    title: str
    parent: str = ""

    def __post_init__(self) -> None:
        if self.name.startswith("lr:") and not self.parent:
            raise ValueError(f"category {self.name} is our own and needs a DPV parent")
