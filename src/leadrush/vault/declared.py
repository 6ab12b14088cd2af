"""What the vault takes, and the tables that hold nothing about anybody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leadrush.vault.collects import Collects
from leadrush.vault.models import Item

COLLECTS = [
    Collects(
        model=Item,
        # An item's category is its own; the vault is the one place where a table's rows may differ.
        categories=(),
        clause="your-address",
        title=_("What names you"),
        fields={
            "kind": _("What it is"),
            "category": _("Its kind of data"),
            "sealed": _("Its value, sealed"),
            "at": _("When it was last given"),
        },
    ),
]

GROUND = {
    "vault.Person": "a number and a role; holds no name, no address, no date of a visit",
    "vault.Giving": "which form, when, under which version; the gate folds masks from it",
    "vault.Given": "which giving an item rests on",
    "vault.Choice": "a yes or a no to a use; the gate folds masks from it",
    "vault.PersonKey": "a wrapped key, in the keys database",
    "vault.Rekeying": "that somebody's key is to be exchanged, and since when",
    "vault.Refusal": "a no that outlives an erasure, as an HMAC, in the keys database; it leads to nobody",
    "vault.Erasure": "how far an erasure is; a number, while a key is still to go, and nobody afterwards",
    "vault.BlindIndex": "an address as an HMAC, in the keys database",
    "gate.Coming": "which version is on its way, who published it (a number), whose rows were folded last",
    "ledger.Entry": "uses, under marks that lose their meaning with the person's key; never a value",
}

NOTHING = {
    "vault.MasterCheck": "one sealed word that proves the master key, and the root, wrapped by it",
    "vault.Installation": "which site this is, and when its clock was last right",
    "gate.Version": "the published statement",
    "ledger.Link": "an entry's place in the chain, and a digest",
    "ledger.Head": "a day's digest, which is published",
}
