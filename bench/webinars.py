"""An invented business and its webinar, with those who keep a seat in it; the same on plain tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from bench.plain import models as plain
from leadrush import gate
from leadrush.look.models import Business
from leadrush.vault.folding import CHOICES
from leadrush.vault.models import Giving, Person
from leadrush.webinars import hosting, planning, seed
from leadrush.webinars.models import Host, Question, Registration, Seat, Webinar

SLUG = "a-plan-for-one-bed"
SEATS = 1_000_000
COMING = 250


def plan() -> None:
    """Found the business, plan a webinar with two questions, and let some of those who are there come."""
    Business(name="Tarn & Tiller", place="Mill Lane 3\nOverwater", time_zone="Europe/London").save()
    person = Person.objects.order_by("pk")[0]
    host = hosting.introduce(person=person, name=seed.HOST[0], words=seed.HOST[1])
    webinar = webinar_of(SLUG, host)
    Question.objects.bulk_create(
        [
            Question(
                webinar=webinar,
                order=0,
                text="How big is your plot?",
                kind=Question.Kind.CHOICE,
                options="A few pots\nOne bed\nHalf a plot\nA whole plot",
                without="Nothing stops working.",
            ),
            Question(
                webinar=webinar,
                order=1,
                text="Your question for the host",
                kind=Question.Kind.LONG,
                longest=400,
                without="Nothing stops working.",
            ),
        ]
    )
    givings = list(Giving.objects.order_by("person_id").exclude(person=person)[:COMING])
    come(webinar, givings)
    plainly(webinar, host, givings)


def webinar_of(slug: str, host: Host | None = None) -> Webinar:
    """Plan and publish a webinar ten days from now."""
    facts = {**seed.BEDS, "slug": slug, "seats": SEATS, "host": host}
    starts_at = timezone.now().replace(microsecond=0) + timedelta(days=10)
    return planning.publish(planning.plan(starts_at=starts_at, **facts))


def come(webinar: Webinar, givings: list[Giving]) -> None:
    """Keep a seat for each, without a letter."""
    for giving in givings:
        giving.__dict__[CHOICES] = {}
    with gate.using("webinars.serve", what="bench.fill"):
        Registration.objects.bulk_create(
            Registration(person_id=giving.person_id, giving=giving, webinar=webinar, state=Seat.SEAT)
            for giving in givings
        )


def plainly(webinar: Webinar, host: Host, givings: list[Giving]) -> None:
    """Write the same rows into the plain tables."""
    plain.Host.objects.create(
        pk=host.pk,
        person_id=host.person_id,
        giving_id=plain.Giving.objects.filter(person=host.person_id).values_list("pk", flat=True)[0],
        name=host.name,
        words=host.words,
    )
    questions: list[Any] = list(webinar.questions.all())
    for row in (webinar, *questions):
        row.save(using="plain", force_insert=True)
    plain.Registration.objects.bulk_create(
        plain.Registration(
            person_id=giving.person_id, giving_id=giving.pk, webinar_id=webinar.pk, state=Seat.SEAT
        )
        for giving in givings
    )


def reminder(webinar: Webinar, number: int) -> dict[str, Any]:
    """Return what the reminder to one person says; each has links of their own."""
    from leadrush import mailbox
    from leadrush.look import times as home
    from leadrush.webinars import letters, times

    return {
        **letters.facts(webinar),
        "erased": home.day(times.lapses_at(webinar, confirmed=True)),
        "leave": mailbox.absolute(f"/m/{number:032}/"),
    }
