"""A no outlives erasure: as a keyed digest of an address and a use, which can refuse and do nothing else.

When the address comes again, as somebody new, each no of before is there again, until they themselves say
yes. The digest is made from the address's place in the blind index, so that no address is opened for it.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable

from leadrush.gate import uses
from leadrush.gate.versions import row_in_force
from leadrush.vault import addresses
from leadrush.vault.folding import choices_of
from leadrush.vault.keys import derived
from leadrush.vault.models import BlindIndex, Choice, Person, Refusal

WHERE = "vault.before"


def _digest(index: str, use: str) -> str:
    return hmac.new(derived("refusals"), f"{index} {use}".encode(), hashlib.sha256).hexdigest()


def remember(person_id: uuid.UUID, digests: Iterable[str] | None = None) -> None:
    """Keep a person's noes for their addresses, or those with these digests, in the transaction of `keys`.

    A yes said since takes back the no that an earlier erasure left.
    """
    if digests is None:
        digests = BlindIndex.objects.filter(person=person_id).values_list("digest", flat=True)
    indexes, answers = list(digests), choices_of(person_id)
    noes = [_digest(index, use) for index in indexes for use, said in answers.items() if not said.answer]
    yeses = [_digest(index, use) for index in indexes for use, said in answers.items() if said.answer]
    if yeses:
        Refusal.objects.filter(digest__in=yeses).delete()
    Refusal.objects.bulk_create([Refusal(digest=digest) for digest in noes], ignore_conflicts=True)


def of(index: str) -> list[str]:
    """Return the uses that whoever had the address with this digest said no to; one question to the keys."""
    asked = {_digest(index, use.name): use.name for use in uses.all()}
    found = Refusal.objects.filter(digest__in=asked).values_list("digest", flat=True)
    return sorted(asked[digest] for digest in found)


def bring_back(person: Person, noes: Iterable[str]) -> None:
    """Write down the noes of before for somebody who is new, or whose address is."""
    version = row_in_force()
    Choice.objects.bulk_create(
        Choice(person=person, use=use, answer=False, version=version, where=WHERE) for use in noes
    )


def bring_back_for(person: Person, address: str) -> None:
    """Let a further address of a person bring the noes of before, where they have not answered themselves."""
    if noes := set(of(addresses.digest(address))) - set(choices_of(person.pk)):
        bring_back(person, sorted(noes))
