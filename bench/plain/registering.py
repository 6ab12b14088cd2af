"""Keeping a seat on plain tables: what `webinars.registering.register` does, without gate, vault and ledger.

The same rows are written in one transaction, with the address, the answers and the letter in the clear.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.urls import reverse

from bench.plain.models import Answer, Giving, Link, Message, Person, Registration
from leadrush import mailbox
from leadrush.look import times as home
from leadrush.mailbox.letters import write
from leadrush.webinars import calendars, times
from leadrush.webinars.letters import facts
from leadrush.webinars.models import Seat, Webinar
from leadrush.webinars.registering import demand_open

WAYS = {
    "leave": "webinars.cannot_come",
    "it_was_me": "webinars.it_was_me",
    "not_me": "webinars.not_me",
}


def register(*, webinar: Webinar, address: str, answers: Mapping[int, str], time_zone: str) -> None:
    """Keep a seat for an address that is not in the list yet, and write to it."""
    with transaction.atomic(using="plain"):
        webinar = Webinar.objects.using("plain").select_for_update().get(pk=webinar.pk)
        demand_open(webinar)
        with transaction.atomic(using="plain"):
            person, _made = Person.objects.get_or_create(email=address)
            giving = Giving.objects.create(
                person=person,
                where="webinars.register",
                about=webinar.about,
                lapses_at=times.lapses_at(webinar, confirmed=False),
            )
            registration = seat(webinar, giving, answers, time_zone)
        confirm(webinar, registration)


def seat(webinar: Webinar, giving: Giving, answers: Mapping[int, str], time_zone: str) -> Registration:
    """Write the registration down, with its answers."""
    now: dict[str, Any] = Registration.objects.filter(webinar=webinar.pk).aggregate(
        mine=Count("pk", filter=Q(person=giving.person)),
        taken=Count("pk", filter=Q(state=Seat.SEAT)),
        waiting=Count("pk", filter=Q(state=Seat.WAITING)),
        last=Max("position"),
    )
    assert not now["mine"]
    assert webinar.seats is None or now["taken"] < webinar.seats
    registration: Registration = Registration.objects.create(
        person=giving.person, giving=giving, webinar_id=webinar.pk, state=Seat.SEAT, time_zone=time_zone
    )
    Answer.objects.bulk_create(
        Answer(
            person=giving.person, giving=giving, registration=registration, question_id=question, text=text
        )
        for question, text in answers.items()
        if text
    )
    return registration


def confirm(webinar: Webinar, registration: Registration) -> None:
    """Write the letter, with its links and its calendar entry."""
    key = f"webinars.confirmation:{registration.pk}:0:{home.today().isoformat()}"
    attached = [calendars.attachment(webinar, calendars.REQUEST, revision=0)]
    context = {
        **facts(webinar, registration.time_zone),
        "erased": home.day(times.lapses_at(webinar, confirmed=False)),
        "kept_longer": home.day(times.lapses_at(webinar, confirmed=True)),
        **links(webinar, registration, WAYS),
    }
    if Message.objects.filter(key=key).first() is not None:
        return
    letter = write("webinars.confirmation", context, attachments=attached)
    with transaction.atomic(using="plain"):
        Message.objects.create(
            key=key,
            person=registration.person,
            giving=registration.giving,
            kind="needed",
            template="webinars.confirmation",
            about=webinar.about,
            words=letter.pack(),
        )


def links(webinar: Webinar, registration: Registration, ways: Iterable[str]) -> dict[str, mailbox.Address]:
    """Make the links of a letter."""
    tokens = {name: secrets.token_urlsafe(24) for name in ways}
    Link.objects.bulk_create(
        Link(
            digest=hashlib.sha256(token.encode()).hexdigest(),
            person=registration.person,
            giving=registration.giving,
            scope=WAYS[name],
            about=webinar.about,
            expires_at=times.lapses_at(webinar, confirmed=True),
        )
        for name, token in tokens.items()
    )
    return {name: mailbox.absolute(reverse("mailbox:link", args=[token])) for name, token in tokens.items()}
