"""Asking for a code: the same work whether or not anybody has the address. Clause `your-address`.

The page looks the address up, draws figures and leaves one row; the program that runs every second writes the
letter, or, where nobody has the address, nothing. So neither the answer nor its time tells who is with us.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from leadrush import look, mailbox, vault
from leadrush.look import times
from leadrush.people.models import Asked
from leadrush.vault import addresses
from leadrush.vault.giving import EMAIL
from leadrush.vault.keys import KeyFault, derived, open_with, seal_with
from leadrush.vault.merging import ADDRESSES
from leadrush.vault.models import Item, Person

USE = "account.sign_in"
GOOD_FOR = timedelta(minutes=10)
"""How long a code lets in."""


def whose(address: str) -> uuid.UUID:
    """Return whose address this is, or a number of the same shape that nobody has, always the same one.

    Raises `ValidationError` with a word for what is no address.
    """
    address = addresses.read(address)
    nobody = hmac.new(derived("nobody"), address.casefold().encode(), hashlib.sha256).digest()[:16]
    return addresses.whose(address) or uuid.UUID(bytes=nobody, version=4)


def ask(*, person_id: uuid.UUID, code: str, digest: str, browser: str) -> None:
    """Leave a code to be written to whoever this is; `digest` says which of their addresses was typed."""
    text = json.dumps({"code": code, "digest": digest, "browser": browser, "at": timezone.now().isoformat()})
    asked = Asked(person=person_id)
    asked.sealed = seal_with(derived("codes"), text.encode(), str(asked.pk))
    asked.save()


def write_asked() -> int:
    """Write what was asked for; return how many were handled. Runs under `account.sign_in`."""
    count = 0
    for asked in Asked.objects.order_by("at")[:200]:
        with transaction.atomic():
            if not Asked.objects.filter(pk=asked.pk).delete()[0]:
                continue
            if asked.at > timezone.now() - GOOD_FOR:
                _write(asked)
        count += 1
    return count


def _write(asked: Asked) -> None:
    person = Person.objects.filter(pk=asked.person, is_active=True).first()
    if person is None:
        return
    try:
        data = json.loads(open_with(derived("codes"), asked.sealed, str(asked.pk)))
    except KeyFault:
        return  # moved or changed by somebody: it is no code of ours
    item = place_of(person, data["digest"])
    if item is None:
        return
    at = datetime.fromisoformat(data["at"])
    mailbox.post(
        person=person,
        giving=item.giving,
        use=USE,
        template="people.code",
        key=f"people.code:{asked.pk}",
        to=item.kind,
        context={
            "code": spaced(data["code"]),
            "until": times.clock(at + GOOD_FOR),
            "at": times.clock(at),
            "browser": data["browser"],
            "business": look.business().name,
        },
    )


def place_of(person: Person, digest: str) -> Item | None:
    """Return which of a person's addresses has this digest, under the use in force.

    Whoever has one address only is not opened for it.
    """
    held = Item.objects.filter(person=person, kind__in=ADDRESSES).select_related("giving")
    items: dict[int, Item] = {item.pk: item for item in held}
    if [item.kind for item in items.values()] == [EMAIL]:
        return next(iter(items.values()))
    opened = vault.open_items(items.values(), what="people.which")
    return next((items[pk] for pk, value in opened.items() if addresses.digest(value) == digest), None)


def spaced(code: str) -> str:
    """Return six figures as one reads them: `418 360`."""
    return f"{code[:3]} {code[3:]}"


def clear() -> None:
    """Drop what nobody wrote in time. Runs under `house.keep`."""
    Asked.objects.filter(at__lt=timezone.now() - GOOD_FOR).delete()
