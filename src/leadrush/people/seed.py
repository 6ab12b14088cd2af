"""The demo's first erasure: an invented visitor who came, and had everything erased again."""

from __future__ import annotations

from leadrush import gate, vault
from leadrush.people.sign_ins import CLAUSE, WHERE
from leadrush.vault import erasing
from leadrush.vault.models import Erasure

VISITOR = "lark.penhallow@post.example"


def seed() -> None:
    """Let somebody come and go, unless somebody did already: what the clause `erase` counts is true."""
    if Erasure.objects.exists():
        return
    person, _giving = vault.welcome(address=VISITOR, where=WHERE, clause=CLAUSE, confirmed=True)
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="people.erase"):
        erasing.erase_everything(person.pk)
