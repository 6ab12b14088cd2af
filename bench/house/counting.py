"""How many questions a page puts to the databases, with few rows and with many: the larger number counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from uuid import uuid4

from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import ground, webinars
from bench.measuring import Figure, counted
from leadrush import gate, vault
from leadrush.mailbox import sending
from leadrush.vault import collects
from leadrush.vault.giving import NAME, NAME_CATEGORY
from leadrush.vault.models import Person
from leadrush.webinars import registering
from leadrush.webinars.models import Webinar

FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")
"""What frames a transaction asks nothing."""
MANY = 12
FEW = 3
TIMES = 3
Comer = Callable[[str], tuple[Client, dict[str, str]]]


def figures() -> Iterator[Figure]:
    """Count on one kind of database: the questions are the same on both."""
    if ground.GROUND != "sqlite":
        return
    full = Webinar.objects.get(slug=webinars.SLUG)
    empty = webinars.webinar_of("one-that-nobody-knows")
    pages = [asked(shows(webinar)) for webinar in (empty, full)]
    yield counted("queries of a webinar page", max(pages), "queries", 8)
    yield from registrations(empty, full)
    models = len(collects.gated())
    words = f"queries of what we hold about you, {models} declared models"
    few, many = somebody(1), somebody(MANY)
    leave()
    yield counted(words, max(asked(reads(few)), asked(reads(many))), "queries", models + 8)
    look(many, full.about)
    yield counted(f"{words}, staff having looked", asked(reads(many)), "queries", models + 8)


def registrations(empty: Webinar, full: Webinar) -> Iterator[Figure]:
    """Count the forms of somebody new, somebody known and somebody signed in, every question answered."""
    comers = (("", new), (", address known", known), (", signed in", signed_in))
    for later, ticked in ((False, ""), (True, ", later webinars ticked")):
        for words, comer in comers:
            most = max(asked(registers(webinar, comer, later=later)) for webinar in (empty, full))
            yield counted(f"queries of a registration{words}{ticked}", most, "queries", 20)


def asked(act: Callable[[], object]) -> int:
    """Return how many questions an act puts to all databases, once everything is warm.

    The smallest of some: the statement and the business are read again once in a second or two, by whoever
    comes by.
    """
    act()
    return min(_asked(act) for _ in range(TIMES))


def _asked(act: Callable[[], object]) -> int:
    with ExitStack() as stack:
        found = [stack.enter_context(CaptureQueriesContext(connection)) for connection in connections.all()]
        act()
    queries = [query["sql"] for one in found for query in one.captured_queries]
    return sum(not sql.upper().startswith(FRAME) for sql in queries)


def shows(webinar: Webinar) -> Callable[[], object]:
    """Return what asks for a webinar's page, as a visitor does."""
    return lambda: Client().get(webinar.get_absolute_url())


def registers(webinar: Webinar, comer: Comer, *, later: bool) -> Callable[[], object]:
    """Return what registers somebody, with every question answered; each time somebody else."""
    fields = {
        f"q{question.pk}": question.option_list[0] if question.option_list else "Clay?"
        for question in webinar.questions.all()
    }
    fields |= {"time_zone": "Europe/London"} | ({"later": "on"} if later else {})
    ready = iter([comer(f"{uuid4().hex}@mail.example") for _ in range(1 + TIMES)])

    def sends() -> None:
        client, address = next(ready)
        answer = client.post(webinar.get_absolute_url(), fields | address)
        assert answer.status_code == 302, answer.status_code

    # Nobody sends so many forms from one place.
    cache.clear()
    return sends


def new(address: str) -> tuple[Client, dict[str, str]]:
    """Return a browser in which nobody is signed in, and an address that was never given."""
    return Client(), {"email": address}


def known(address: str) -> tuple[Client, dict[str, str]]:
    """Return a browser in which nobody is signed in, and the address of somebody who keeps other seats."""
    for number in range(FEW):
        registering.register(webinar=evening(number), address=address, later=True)
    return new(address)


def signed_in(address: str) -> tuple[Client, dict[str, str]]:
    """Return the browser of somebody signed in, who has a name and keeps other seats."""
    person, giving = vault.welcome(
        address=address, where="people.name", clause="your-address", confirmed=True
    )
    vault.put(person=person, kind=NAME, category=NAME_CATEGORY, value="Ana Brightwater", giving=giving)
    for number in range(FEW):
        registering.register(webinar=evening(number), person=person)
    client = Client()
    client.force_login(person)
    return client, {}


@lru_cache
def evening(number: int) -> Webinar:
    """Return one of a few other webinars."""
    return webinars.webinar_of(f"other-evening-{number}")


def reads(person: Person) -> Callable[[], object]:
    """Return what reads “What we hold about you”, signed in."""
    client = Client()
    client.force_login(person)
    return lambda: client.get(reverse("people:me"))


def somebody(times: int) -> Person:
    """Return somebody who registered for so many webinars, each with a letter."""
    address = f"regular.{times}@mail.example"
    for number in range(times):
        webinar = webinars.webinar_of(f"evening-{times}-{number}")
        registering.register(webinar=webinar, address=address)
    found = vault.find(address)
    assert found is not None
    return found


def leave() -> None:
    """Send every letter that waits."""
    with gate.using("mailbox.deliver", what="bench.send"):
        while sending.send():
            pass


def look(person: Person, about: str) -> None:
    """Let somebody who works here, and has a name, open the person's address for something with a title."""
    staff, giving = vault.welcome(
        address="tove@tiller.example", where="console.invite", clause="working-here", confirmed=True
    )
    Person.objects.filter(pk=staff.pk).update(role="host")
    vault.put(person=staff, kind=NAME, category=NAME_CATEGORY, value="Tove Askeland", giving=giving)
    with gate.using("support.help", actor=gate.Actor("staff", str(staff.pk)), what="support.help"):
        vault.address_of(person.pk, about=about)
