"""Who takes cards: a small interface, the one company behind it, and what it says of a payment.

The card goes from the browser to the company, in its own frame. What passes here is a sum, a currency and the
number of an order. Clause `card-payment`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings

from leadrush import gate
from leadrush.purchases.money import Money

CLAUSE = "card-payment"
OPEN, DOING, PAID, GONE = "open", "doing", "paid", "gone"
ELSEWHERE = frozenset({"BHD", "IQD", "ISK", "JOD", "KWD", "LYD", "OMR", "TND", "UGX"})
"""Currencies whose smallest unit is another one there than here: not paid by card."""


class Unreachable(RuntimeError):
    """It gave no answer; whether something happened is not known. Asking again is safe."""


class Refused(ValueError):
    """It said no, and nothing happened; the message is its own short word for why."""


class Forged(ValueError):
    """A message that did not come from there, or came long ago."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """How a payment stands there. `taken` is what the card paid, `back` what went back of it, both in minor
    units; `secret` lets a browser pay it, and is kept nowhere; `word` says why the last card was refused."""

    name: str
    state: str
    currency: str
    amount: int
    taken: int = 0
    back: int = 0
    order: str = ""
    secret: str = ""
    word: str = ""


class Processor(Protocol):
    """A company that takes cards. Every call may raise `Unreachable`."""

    title: str
    public_key: str
    script: str
    """Where its script for browsers is."""
    allows: dict[str, list[str]]
    """What the page with its frame lets a browser talk to, by directive of the content security policy."""

    def open(self, once: UUID, amount: Money, order: str) -> Intent:
        """Ask for a payment; the same `once` is the same payment. Raises `Refused`."""

    def ask(self, name: str) -> Intent:
        """Say how a payment stands. Raises `Refused` for one that is not there."""

    def cancel(self, name: str) -> Intent:
        """Let a payment be paid no more, if it was not; return how it stands after that."""

    def give_back(self, once: UUID, name: str, amount: Money, *, again: bool) -> None:
        """Send money back to its card, once for each `once`; `again` where it may have been sent already.
        Raises `Refused`."""

    def heard(self, body: bytes, signature: str) -> str | None:
        """Return the name of the payment that a message is about, None where it is about none. Raises
        `Forged`. What else stands in the message is not believed: how the payment stands is asked for."""

    def recent(self, since: datetime) -> Iterator[Intent]:
        """Yield the payments of this site since then."""


def is_set_up() -> bool:
    """Say whether the words are there with which cards can be taken."""
    words = settings.STRIPE_SECRET_KEY, settings.STRIPE_PUBLIC_KEY, settings.STRIPE_SIGNING_SECRET
    return all(words)


def current() -> Processor:
    """Return the company that takes cards here. Raises `Unreachable` where none is set up."""
    if not is_set_up():
        raise Unreachable("no processor is set up")
    return _stripe(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_PUBLIC_KEY,
        settings.STRIPE_SIGNING_SECRET,
        settings.STRIPE_ADDRESS,
        settings.SITE_URL,
    )


def takes(currency: str) -> bool:
    """Say whether something can be paid by card: it is set up, the statement in force says so, and the
    currency is counted alike there."""
    return is_set_up() and gate.force().number_of(CLAUSE) is not None and currency not in ELSEWHERE


@cache
def _stripe(secret: str, public: str, signing: str, address: str, site: str) -> Processor:
    from leadrush.purchases.stripe_processor import Stripe  # half a second that only a site with cards pays

    return Stripe(secret, public, signing, address, site)
