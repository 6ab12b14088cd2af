"""What this program builds on, tried with Stripe itself: `STRIPE_SECRET_KEY=sk_test_... make stripe`.

Its double in the tests cannot show these. No money moves; the payments stay in the account's list of tests.
"""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import stripe

from leadrush.purchases.money import Money
from leadrush.purchases.processor import GONE, OPEN, PAID, Intent, Refused
from leadrush.purchases.stripe_processor import Stripe

SITE = f"https://{uuid.uuid4()}.example"
"""A site of its own, so that nothing of another is found."""


def tries(secret: str) -> Iterator[tuple[str, bool]]:
    """Yield what is tried, and whether Stripe did it."""
    at = Stripe(secret, "pk_test_none", "whsec_none", "", SITE)
    client = stripe.StripeClient(secret).v1

    def opened(order: str) -> Intent:
        return at.open(uuid.uuid4(), Money(1234, "EUR"), order)

    def pays(intent: Intent, card: str) -> str:
        back = {"payment_method": card, "return_url": SITE}
        try:
            return client.payment_intents.confirm(intent.name, back).status  # type: ignore[arg-type]
        except stripe.CardError as no:
            return str(no.code)

    begun, once = datetime.now(UTC) - timedelta(minutes=5), uuid.uuid4()
    first = at.open(once, Money(1234, "EUR"), "00001-3")
    yield (
        "the same word asks for one payment",
        at.open(once, Money(1234, "EUR"), "00001-3").name == first.name,
    )
    yield "a payment is open, and has a secret", first.state == OPEN and bool(first.secret)
    yield "a declined card leaves it open", pays(first, "pm_card_chargeDeclined") == "card_declined"
    yield "and says why", at.ask(first.name).word == "generic_decline"
    yield "another card pays it then", pays(first, "pm_card_visa") == "succeeded"
    paid = at.ask(first.name)
    yield "what was taken is told", (paid.state, paid.taken, paid.back) == (PAID, 1234, 0)
    yield "what is paid cannot be cancelled", at.cancel(first.name).state == PAID
    back = uuid.uuid4()
    for again in (False, True):
        at.give_back(back, first.name, Money(500, "EUR"), again=again)
    yield "a part goes back once", at.ask(first.name).back == 500
    yield (
        "more than is left is refused",
        _refused(lambda: at.give_back(uuid.uuid4(), first.name, Money(900, "EUR"), again=False)),
    )
    bank = opened("00002-5")
    yield "a bank that asks leaves it open", pays(bank, "pm_card_authenticationRequired") == "requires_action"
    yield "it can be called off then", at.cancel(bank.name).state == GONE
    yield "and is paid no more", pays(bank, "pm_card_visa") == "payment_intent_unexpected_state"
    yield "a payment that is not there is refused", _refused(lambda: at.ask("pi_1234567890abcdefghij"))
    found = {one.name for one in at.recent(begun)}
    yield "this site's payments are found again", found == {first.name, bank.name}


def _refused(call: Callable[[], object]) -> bool:
    try:
        call()
    except Refused:
        return True
    return False


def main() -> int:
    """Try all, print a line each; return how many failed, or 2 where there is no key of the test mode."""
    secret = os.environ.get("STRIPE_SECRET_KEY", "")
    if not secret.startswith(("sk_test_", "rk_test_")):
        print("Give a secret key of Stripe's test mode: STRIPE_SECRET_KEY=sk_test_...", file=sys.stderr)
        return 2
    failed = 0
    for what, done in tries(secret):
        print("yes" if done else "NO ", what)
        failed += not done
    return failed


if __name__ == "__main__":
    sys.exit(main())
