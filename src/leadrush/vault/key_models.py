"""The tables of the `keys` database: wrapped keys, the blind index, the word that proves the master key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class MasterCheck(models.Model):
    """A master key: one word sealed under it, by which a wrong one is told, and the root, wrapped by it.

    There is one row, and a second while one master key is exchanged for another.
    """

    database: ClassVar[str] = "keys"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed = models.BinaryField()
    root = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return "the word that proves the master key"


class PersonKey(models.Model):
    """A person's data key, wrapped by the master key. Without it nothing of theirs can be read, anywhere.

    `living` seals what is held; `kept` is for what the law keeps when everything else is erased; `former` was
    the living one and goes soon. The ledger secret, from which a person's mark is made, goes with the living
    key. `master` is the row of the master key that wrapped both: a row that is gone takes no more keys.
    """

    LIVING = "living"
    KEPT = "kept"
    FORMER = "former"

    database: ClassVar[str] = "keys"

    person = models.UUIDField()
    kind = models.CharField(max_length=8, default=LIVING)
    wrapped = models.BinaryField()
    ledger_secret = models.BinaryField()
    master = models.ForeignKey(
        MasterCheck, on_delete=models.DO_NOTHING, related_name="+", default=1, db_index=False
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "kind"], name="one_key_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} key of {self.person}"


class BlindIndex(models.Model):
    """Which person an address belongs to: the address as an HMAC under a key made from the master key."""

    database: ClassVar[str] = "keys"

    digest = models.CharField(max_length=64, primary_key=True)
    person = models.UUIDField(db_index=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"an address of {self.person}"


class Refusal(models.Model):
    """A no that outlives an erasure: a keyed digest of an address and a use. It can only refuse.

    It leads to nobody: only whoever has the address can find it, and only by asking about that one.
    """

    database: ClassVar[str] = "keys"

    digest = models.CharField(max_length=64, primary_key=True)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return "a no"
