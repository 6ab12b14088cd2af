"""Telling those who asked of a later webinar: one message a person, each asked about again when it leaves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, mailbox, vault
from leadrush.mailbox import links
from leadrush.mailbox.models import Kind
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Choice, Giving, Item, Person
from leadrush.webinars import letters
from leadrush.webinars.models import Registration, Round, Seat, State, Webinar
from leadrush.webinars.registering import ANNOUNCE, LATER

TEMPLATE = "webinars.announcement"
LINK_LASTS = timedelta(days=400)
"""How long the link that ends it works: longer than anybody takes to sort their mail."""
SECOND_THOUGHTS = timedelta(days=1)


class CannotTell(ValueError):
    """The webinar is not one to tell of; the message says why, to the member of staff."""


@dataclass(frozen=True)
class Reach:
    """A subtraction: everybody whose address is held, less those who are not told, each with the reason."""

    held: int
    said_no: int
    not_asked: int
    coming: int

    @property
    def told(self) -> int:
        """How many will be told, if nobody changes their mind before it leaves."""
        return self.held - self.said_no - self.not_asked - self.coming


def reach(webinar: Webinar) -> Reach:
    """Count who would be told of this webinar now, and why not the others. Reads no address."""
    with gate.using(ANNOUNCE, what="webinars.reach"):
        allowed = set(Item.objects.filter(kind=EMAIL).values_list("person_id", flat=True))
    live = Q(ended_at__isnull=True)
    held = set(
        Giving.objects.filter(live, items__isnull=False).values_list("person_id", flat=True).distinct()
    )
    refused = _said_no(held - allowed)
    coming = allowed & _coming(webinar)
    held |= allowed
    return Reach(
        held=len(held),
        said_no=len(refused),
        not_asked=len(held - allowed - refused),
        coming=len(coming),
    )


def _said_no(among: set[uuid.UUID]) -> set[uuid.UUID]:
    newest: dict[uuid.UUID, bool] = {}
    for person, answer in (
        Choice.objects.filter(use=ANNOUNCE).order_by("id").values_list("person_id", "answer")
    ):
        newest[person] = answer
    return {person for person, answer in newest.items() if not answer and person in among}


def _coming(webinar: Webinar) -> set[uuid.UUID]:
    with gate.using("webinars.seats", what="webinars.reach"):
        live = Registration.objects.filter(webinar=webinar).exclude(state=Seat.GIVEN_UP)
        return set(live.values_list("person_id", flat=True))


def announce(webinar: Webinar) -> Round:
    """Begin to tell those who asked of this webinar, once; the worker goes on. Raises `CannotTell`.

    Clause `webinar-later`: who may be told is asked of the gate when each message is written, and again when
    it leaves. There is no list.
    """
    with transaction.atomic():
        webinar = Webinar.objects.select_for_update().get(pk=webinar.pk)
        if not webinar.is_open:
            raise CannotTell(_("Only an open webinar that has not begun can be told of."))
        begun, made = Round.objects.get_or_create(webinar=webinar, kind=Round.Kind.ANNOUNCED, sequence=0)
        if not made:
            raise CannotTell(_("Those who asked were told of this webinar already. They are told once."))
    return begun


def tell_some(begun: Round, webinar: Webinar, batch: int) -> tuple[int, int]:
    """Write the next messages of a round; return (how many, the last item's key, 0 when nobody is left)."""
    if webinar.state != State.OPEN or timezone.now() >= webinar.starts_at:
        return 0, 0
    with gate.using(ANNOUNCE, what=TEMPLATE):
        items = list(
            Item.objects.filter(kind=EMAIL, pk__gt=begun.after)
            .order_by("pk")
            .select_related("person", "giving")[:batch]
        )
    coming = _coming(webinar)
    yes = _yes_givings({item.person_id for item in items})
    count = 0
    for item in items:
        if item.person_id not in coming:
            tell(webinar, item.person, yes.get(item.person_id, item.giving))
            count += 1
    return count, items[-1].pk if len(items) == batch else 0


def _yes_givings(persons: set[uuid.UUID]) -> dict[uuid.UUID, Giving]:
    """Return each person's newest live yes; their message goes when it does."""
    live = Giving.objects.filter(person__in=persons, clause=LATER, ended_at__isnull=True)
    return {giving.person_id: giving for giving in live.exclude(confirmed_at=None).order_by("at")}


def tell(webinar: Webinar, person: Person, giving: Giving) -> None:
    """Write one person's message, with the one-click end of RFC 8058 in its head and a link in its text."""
    end = links.make(
        person=person,
        giving=None,
        scope="webinars.no_more",
        about=webinar.about,
        expires_at=timezone.now() + LINK_LASTS,
    )
    mailbox.post(
        person=person,
        giving=giving,
        use=ANNOUNCE,
        kind=Kind.PROMOTION,
        template=TEMPLATE,
        key=f"{TEMPLATE}:{webinar.pk}:{person.pk}",
        about=webinar.about,
        context={**letters.facts(webinar), "end": end, "asked_on": giving.at},
        headers={"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def no_more(*, person: Person, where: str) -> None:
    """Write down a no to later webinars, and take back what waits. It binds when the transaction commits."""
    with transaction.atomic():
        vault.choose(person=person, use=ANNOUNCE, answer=False, where=where)
        mailbox.withdraw(person=person, template=TEMPLATE, why=_("The person said no."))


def end_refused(now: datetime | None = None) -> int:
    """End the givings of those who said no a day ago, so that the address goes with them; return how many.

    Clause `webinar-later`. Whoever says yes again within that day keeps everything as it was.
    """
    now = now or timezone.now()
    live = Giving.objects.filter(clause=LATER, ended_at__isnull=True)
    late = Choice.objects.filter(
        use=ANNOUNCE, at__lte=now - SECOND_THOUGHTS, answer=False, person__in=live.values("person")
    )
    count = 0
    for person in set(late.values_list("person_id", flat=True)):
        newest = Choice.objects.filter(person=person, use=ANNOUNCE).order_by("-id").first()
        if newest is None or newest.answer or newest.at > now - SECOND_THOUGHTS:
            continue
        for giving in live.filter(person=person, at__lt=newest.at):
            vault.end(giving)
            count += 1
    return count
