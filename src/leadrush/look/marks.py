"""Marks: a clause of the statement in force, as it is shown beside what it governs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import get_script_prefix
from django.utils.translation import gettext as _

from leadrush import gate
from leadrush.look import proofs

if TYPE_CHECKING:
    from leadrush.statement import Version


@dataclass(frozen=True)
class Mark:
    """What is drawn: the clause's number, where it can be read, and how its last check ended."""

    slug: str
    number: int
    short: str
    url: str
    proof: proofs.Proof | None

    @property
    def state(self) -> str:
        return self.proof.state if self.proof else ""

    @property
    def label(self) -> str:
        """The mark in words, for whoever does not see its shape."""
        words = {
            "": _("Clause %(number)s of the privacy statement"),
            "kept": _("Clause %(number)s of the privacy statement, kept"),
            "due": _("Clause %(number)s of the privacy statement, waiting for its check"),
            "broken": _("Clause %(number)s of the privacy statement, broken"),
        }
        return words[self.state] % {"number": self.number}


def statement_url(slug: str = "") -> str:
    """Return the address of the statement, or of one clause in it."""
    return f"{get_script_prefix()}privacy/" + (f"#{slug}" if slug else "")


def version() -> Version | None:
    """Return the statement in force, or None before the first one is published."""
    try:
        return gate.force()
    except gate.Unpublished:
        return None


def mark(slug: str) -> Mark:
    """Return the mark of a clause; `gate.NotInForce` where the statement in force lacks it.

    A page whose clause is not in force asks for something that nothing allows: it must not be shown.
    """
    force = version()
    number = force.number_of(slug) if force else None
    if number is None:
        raise gate.NotInForce(f"The statement in force has no clause {slug}.")
    assert force is not None
    return Mark(slug, number, force.clause(slug).short, statement_url(slug), proofs.of(slug))
