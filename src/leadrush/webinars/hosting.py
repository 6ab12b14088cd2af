"""Hosts: who says, for everybody to read, that they hold webinars here."""

from __future__ import annotations

from django.db import transaction

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.vault.models import Person
from leadrush.vault.turns import hold
from leadrush.webinars.models import Host, Webinar

USE = "webinars.show"
FORM = "webinars.host"
CLAUSE = "webinar-hosts-words"


def introduce(*, person: Person, name: str, words: str) -> Host:
    """Write down, or change, what a host says of themselves. Clause `webinar-hosts-words`.

    Raises `evidence.Stopped` while that is broken; what stands can be taken back nevertheless.
    """
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what=FORM):
        hold(person.pk)
        host = Host.objects.filter(person=person).first()
        if host is None:
            giving = vault.give(person=person, where=FORM, clause=CLAUSE, confirmed=True)
            host = Host(person=person, giving=giving)
        host.name, host.words = name, words
        host.save()
    return host


def take_back(*, person: Person) -> None:
    """Erase what a host said of themselves; the pages of their webinars go on without it."""
    with transaction.atomic():
        with gate.using(USE, what=FORM):
            host = Host.objects.filter(person=person).select_related("giving").first()
        if host is not None:
            vault.end(host.giving)


def of(webinar: Webinar) -> Host | None:
    """Return who holds a webinar, if they said who they are."""
    if webinar.host_id is None:
        return None
    with gate.using(USE, what="webinars.page"):
        return Host.objects.filter(pk=webinar.host_id).first()


def by(person: Person) -> Host | None:
    """Return what a person said of themselves as a host."""
    with gate.using(USE, what=FORM):
        return Host.objects.filter(person=person).first()


def everybody() -> list[Host]:
    """Return all hosts, by name."""
    with gate.using(USE, what=FORM):
        return list(Host.objects.order_by("name", "pk"))
