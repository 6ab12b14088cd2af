"""Stripe, as the company that takes cards: payment intents, refunds, signed messages, by its own library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import stripe

from leadrush.purchases.money import Money
from leadrush.purchases.processor import DOING, GONE, OPEN, PAID, Forged, Intent, Refused, Unreachable

stripe.enable_telemetry = False
STATES = {"processing": DOING, "requires_capture": DOING, "succeeded": PAID, "canceled": GONE}
SECONDS = 20
"""How long an answer may take before it counts as none."""
TOLERANCE = 300
"""How old a signed message may be, in seconds."""


class Stripe:
    """A `Processor`. `address` is that of a double in tests, empty for Stripe itself."""

    title = "Stripe"

    def __init__(self, secret: str, public: str, signing: str, address: str, site: str) -> None:
        self.public_key, self._signing, self._site = public, signing, site
        self._live = secret.startswith(("sk_live_", "rk_live_"))
        script, api = address or "https://js.stripe.com", address or "https://api.stripe.com"
        more = [] if address else ["https://*.js.stripe.com"]
        self.script = f"{script}/v3/"
        self.allows = {
            "script-src": [script, *more],
            "connect-src": [api],
            "frame-src": [script, *more, *([] if address else ["https://hooks.stripe.com"])],
        }
        self._client = stripe.StripeClient(
            secret,
            base_addresses={"api": api},
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=SECONDS),
        ).v1

    def open(self, once: UUID, amount: Money, order: str) -> Intent:
        """Ask for a payment by card; the idempotency key makes two asking one."""
        return _read(
            _asked(
                lambda: self._client.payment_intents.create(
                    {
                        "amount": amount.amount,
                        "currency": amount.currency.lower(),
                        "allowed_payment_method_types": ["card"],
                        "metadata": {"order": order, "site": self._site},
                    },
                    {"idempotency_key": f"open-{once}"},
                )
            )
        )

    def ask(self, name: str) -> Intent:
        """Say how a payment stands, and what went back of it."""
        more: Any = {"expand": ["latest_charge"]}
        return _read(_asked(lambda: self._client.payment_intents.retrieve(name, more)))

    def cancel(self, name: str) -> Intent:
        """Cancel a payment; one that was paid a moment ago stays paid, and is returned so."""
        try:
            return _read(_asked(lambda: self._client.payment_intents.cancel(name)))
        except Refused:
            return self.ask(name)

    def give_back(self, once: UUID, name: str, amount: Money, *, again: bool) -> None:
        """Refund a part; the key is remembered there for a day, the name in the refund for ever."""
        if again and self._was_given_back(once, name):
            return
        _asked(
            lambda: self._client.refunds.create(
                {"payment_intent": name, "amount": amount.amount, "metadata": {"once": str(once)}},
                {"idempotency_key": f"back-{once}"},
            )
        )

    def _was_given_back(self, once: UUID, name: str) -> bool:
        found = _asked(lambda: self._client.refunds.list({"payment_intent": name, "limit": 100}))
        listed = [one.to_dict() for one in found.data]
        mine = [one for one in listed if _of(one, "once") == str(once)]
        return any(one["status"] not in ("failed", "canceled") for one in mine)

    def heard(self, body: bytes, signature: str) -> str | None:
        """Read a signed message; one of the other mode (test, live) is about nothing here."""
        try:
            event = stripe.Webhook.construct_event(body, signature, self._signing, TOLERANCE)
            told = event.data.object.to_dict()
            of_intent = str(event.type).startswith("payment_intent.")
            found = told.get("id" if of_intent else "payment_intent")
        except (ValueError, KeyError, AttributeError, TypeError, stripe.StripeError) as fault:
            raise Forged(type(fault).__name__) from None
        if bool(getattr(event, "livemode", self._live)) != self._live:
            return None
        return found if isinstance(found, str) else None

    def recent(self, since: datetime) -> Iterator[Intent]:
        """Yield this site's payments since then; several sites may share an account."""
        asked: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
        page = _asked(lambda: self._client.payment_intents.list(asked))
        for intent in page.auto_paging_iter():
            if _of(intent.to_dict(), "site") == self._site:
                yield _read(intent)


def _asked(call: Callable[[], Any]) -> Any:
    """Return what a call returns. What was decided there is `Refused`, all else leaves it open."""
    try:
        return call()
    except (stripe.CardError, stripe.InvalidRequestError) as no:
        raise Refused(str(no.code or no.http_status or "refused")) from None
    except stripe.StripeError as fault:
        raise Unreachable(type(fault).__name__) from None


def _read(intent: Any) -> Intent:
    said = intent.to_dict()
    state = STATES.get(said["status"], OPEN)
    charge, failed = said.get("latest_charge"), said.get("last_payment_error") or {}
    # Amounts that came in are said by Stripe alone; its double in tests knows only whole payments.
    taken = said.get("amount_received", said["amount"] if state == PAID else 0)
    return Intent(
        name=said["id"],
        state=state,
        currency=said["currency"].upper(),
        amount=said["amount"],
        taken=taken,
        back=int(charge.get("amount_refunded") or 0) if isinstance(charge, dict) else 0,
        order=_of(said),
        secret=str(said.get("client_secret") or ""),
        word=str(failed.get("decline_code") or failed.get("code") or ""),
    )


def _of(said: dict[str, Any], name: str = "order") -> str:
    return str((said.get("metadata") or {}).get(name, ""))
