"""Gifts: paid by one, brought to another by one letter, theirs when they press its button.

The receiver's address was typed by somebody else. It brings the gift and serves nothing else, goes when the
gift is not taken, and at once when its owner says that it is not for them. Neither is told the other's
address: the giver types it again to correct it. Clause `purchase-gift`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from leadrush import gate, look, mailbox, statement, vault
from leadrush.gate.versions import version_of
from leadrush.look import times
from leadrush.mailbox import links
from leadrush.purchases import letters, offering
from leadrush.purchases.gift_models import Gift, Receiver, Stands
from leadrush.purchases.models import Order, State
from leadrush.statement import Version
from leadrush.vault.models import Giving

USE = "purchases.give"
CLAUSE = "purchase-gift"
FORM = "purchases.gift"
CATEGORY, RECEIVER = "lr:Gift", "lr:Receiver"
HOUR = time(8)
"""When the letter of a gift leaves on its day, as the business's clocks show it."""
FURTHEST = 366
"""So many days ahead the day of a gift is at most."""
WITHDRAWAL = timedelta(days=14)
PATIENCE = timedelta(days=30)
"""How much longer than its day a gift may wait for its money; then its receiver is forgotten."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a form said of a gift: to which address, with which name, from whom, which words, on which day."""

    address: str
    name: str = ""
    sender: str = ""
    words: str = ""
    day: date | None = None


def _morning(day: date) -> datetime:
    return datetime.combine(day, HOUR, tzinfo=look.business().zone)


def days_open(given: Version | None = None) -> int:
    """Return for how many days a gift can be taken after its letter. Clause `purchase-gift`."""
    force = gate.force()
    return statement.kept(given=given or force, force=force, needs=[(RECEIVER, USE)]).get("gift", 0)


def begin(order: Order, wish: Wish) -> Gift:
    """Note for whom an order is, in its transaction; nobody is written to before it is paid."""
    text = json.dumps({"sender": wish.sender, "words": wish.words}, ensure_ascii=False)
    made = Gift(person=order.person, giving=order.giving, order=order, day=wish.day)
    made.sealed = vault.seal(order.person_id, text, Gift.CONTEXT, giving=order.giving)
    made.save()
    _for(made, wish.address, wish.name)
    return made


def _for(gift: Gift, address: str, name: str) -> Receiver:
    last = max(timezone.now(), _morning(gift.day) if gift.day else timezone.now())
    lapses = last + PATIENCE + timedelta(days=days_open())
    with gate.using(USE, what=FORM):
        person, giving = vault.welcome(address=address, where=FORM, clause=CLAUSE, lapses_at=lapses)
        made = Receiver(person=person, giving=giving, gift=gift)
        if name:
            made.sealed = vault.seal(person.pk, name, Receiver.CONTEXT, giving=giving)
        made.save()
    return made


def of(order: Order) -> Gift | None:
    """Return what an order says of a gift, under the use in force; None where it is for the buyer."""
    return Gift.objects.filter(order=order).select_related("giving__person").first()


def receiver_of(gift: Gift) -> Receiver | None:
    """Return for whom a gift is; None once they took it, refused it, or let it be."""
    with gate.using(USE, what=FORM):
        found = Receiver.objects.filter(gift=gift).select_related("giving__person").first()
        return found


def waits(order: Order) -> bool:
    """Say whether what an order gives is kept back for somebody else, and not the buyer's."""
    gift = of(order)
    return gift is not None and gift.stands != Stands.OWN


def leaves_at(gift: Gift) -> datetime | None:
    """Return when the letter of a gift leaves: on its day, once it is paid, and with what is digital not
    before the days of withdrawal are over, unless the giver wanted it at once."""
    order = gift.order
    if order.state != State.PAID or order.paid_at is None:
        return None
    moments = [order.paid_at]
    if gift.day is not None:
        moments.append(_morning(gift.day))
    lines = order.lines.filter(offer__isnull=False).select_related("offer")
    if not order.at_once and order.gross and any(offering.digital(line.offer) for line in lines):
        moments.append(order.paid_at + WITHDRAWAL)
    return max(moments)


def bring(gift: Gift) -> bool:
    """Write the letter that brings a gift, once its moment has come; return whether it was written now.

    The caller holds the order.
    """
    moment, receiver = leaves_at(gift), receiver_of(gift)
    if gift.stands != Stands.KEPT_BACK or receiver is None or moment is None or moment > timezone.now():
        return False
    now = timezone.now()
    given = version_of(receiver.giving.version_id)
    until = now + timedelta(days=days_open(given))
    with gate.using(USE, what="purchases.gift"):
        receiver.brought_at = now
        receiver.save(update_fields=["brought_at"])
        Giving.objects.filter(pk=receiver.giving_id).update(lapses_at=until)
        letter(gift, receiver, until)
    _stands(gift, Stands.BROUGHT)
    return True


def _stands(gift: Gift, stands: str) -> None:
    gift.stands = stands
    gift.save(update_fields=["stands", "taken"])


def letter(gift: Gift, receiver: Receiver, until: datetime) -> None:
    """Write to the receiver: one letter, with the button, and “this is not for me”."""
    person, giving = receiver.giving.person, receiver.giving
    scopes = ("purchases.gift", "purchases.not_mine")
    made = links.make_all(person=person, giving=giving, scopes=scopes, about=receiver.about, expires_at=until)
    said = words(gift, "purchases.gift")
    mailbox.post(
        person=person,
        giving=giving,
        use=USE,
        template="purchases.gift",
        key=f"purchases.gift:{receiver.pk}",
        about=receiver.about,
        context={
            "name": name(receiver, "purchases.gift"),
            "sender": said["sender"],
            "words": said["words"],
            "titles": letters.titles(gift.order),
            "take": made[scopes[0]],
            "not_mine": made[scopes[1]],
            "day": times.day(until),
        },
    )


def words(gift: Gift, what: str) -> dict[str, str]:
    """Open what the giver wrote: `sender` and `words`. Under `purchases.give`, for whom it was written."""
    with gate.using(USE, what=what):
        (text,) = vault.unseal(
            [(gift.person_id, gift.sealed)], context=Gift.CONTEXT, category=CATEGORY, what=what
        )
    return {"sender": "", "words": ""} | _read(text)


def _read(text: str) -> dict[str, str]:
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError):
        return {"words": text}  # it was lost in a restore, and says so


def name(receiver: Receiver, what: str) -> str:
    """Open the receiver's name as the giver wrote it; empty where they wrote none."""
    if not receiver.sealed:
        return ""
    sealed = [(receiver.person_id, receiver.sealed)]
    (text,) = vault.unseal(sealed, context=Receiver.CONTEXT, category=RECEIVER, what=what)
    return text


def forget(gift: Gift) -> None:
    """Erase for whom a gift was."""
    receiver = receiver_of(gift)
    if receiver is not None:
        vault.end(receiver.giving)


def not_taken(gift: Gift) -> None:
    """Tell the giver that a gift was not taken, once; they may write another address, or have it themselves.

    Why it was not is the receiver's own matter: time that went by and a no read the same.
    """
    receiver = receiver_of(gift)
    forget(gift)
    if gift.stands in (Stands.KEPT_BACK, Stands.BROUGHT):
        _stands(gift, Stands.BACK)
        if gift.order.state == State.PAID:
            letters.gift_back(gift.order, f":{receiver.pk if receiver else 0}")


def correct(gift: Gift, address: str, name: str) -> None:
    """Let a gift go to another address: who had the first is forgotten, and their letter's link ends."""
    forget(gift)
    gift.stands = Stands.KEPT_BACK
    gift.save(update_fields=["stands"])
    _for(gift, address, name)
    bring(gift)


def taken(gift: Gift, number: int) -> None:
    """Note by which order a gift is somebody's own, and tell the giver that it was taken."""
    gift.taken = number
    _stands(gift, Stands.TAKEN)
    letters.gift_taken(gift.order)


def own(gift: Gift) -> None:
    """Note that the giver has it themselves."""
    forget(gift)
    _stands(gift, Stands.OWN)


def paid(gift: Gift, order: Order) -> None:
    """Bring a gift that is paid, where its moment has come; otherwise the clock does."""
    gift.order = order
    bring(gift)


def given(order: Order) -> int | None:
    """Return the key of the order by which a gift is the receiver's own; None while it is nobody's."""
    gift = of(order)
    if gift is None or gift.taken is None:
        return None
    found: int | None = Order.objects.filter(number=gift.taken).values_list("pk", flat=True).first()
    return found


def over(order: Order) -> None:
    """Forget for whom an order was that ended unpaid, or was paid back."""
    gift = of(order)
    if gift is not None:
        forget(gift)


def ends(givings: Sequence[Giving]) -> dict[uuid.UUID, datetime]:
    """Return the latest end of each giving by which somebody was named as a receiver and written to."""
    with gate.using("house.keep", what="purchases.ends"):
        brought = dict(
            Receiver.objects.filter(giving__in=givings, brought_at__isnull=False).values_list(
                "giving", "brought_at"
            )
        )
    return {
        giving.pk: brought[giving.pk] + timedelta(days=days_open(version_of(giving.version_id)))
        for giving in givings
        if giving.pk in brought
    }
