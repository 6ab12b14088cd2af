"""The demo's webinars: three to come and one that is over, with invented people who registered."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from leadrush import gate, look, media, vault
from leadrush.console import people
from leadrush.live import asking, chatting, entering, naming, polling, reporting, staging, tickets
from leadrush.live.models import Guest, Inquiry, Line, Option, Recording, RecordingState, Room, Stay
from leadrush.media import captions, demo
from leadrush.media.contents import MP4
from leadrush.purchases import baskets, moving, offering, ordering
from leadrush.purchases.models import Move, Offer, Part, Price
from leadrush.vault.models import Giving, Person
from leadrush.webinars import announcing, attending, hosting, planning, registering, selling
from leadrush.webinars.models import Host, Question, Webinar

HOST = (
    "Tove Askeland",
    "Tove has kept the same four beds for nineteen years and a notebook beside them for all of it. She "
    "teaches "
    "beginners on Saturdays and answers every question herself, usually with muddy hands.",
)

BEDS: dict[str, Any] = {
    "slug": "a-plan-for-one-bed",
    "title": "A plan for one bed",
    "lede": "Why half of a new allotment is weeds by July, and how to begin with the one bed that you "
    "can keep.",
    "body": "Most plans fail on hours, not on soil. We count yours first, draw one bed to fit them, and "
    "see in which "
    "month it asks for more than you have.",
    "take_home": "A drawing of one bed, to scale, with what goes in when.\n"
    "The three weeks of the year in which it needs you, written into your calendar.\n"
    "One sentence that tells you when to dig the second bed.",
    "agenda": "10 Three first-year plots: what do you see?\n20 Hours before beds\n15 We draw one of "
    "yours\n10 Questions",
    "asked": "I cannot come at that hour. Should I register?\nOnly if you think you might. A seat that "
    "nobody sits in is "
    "one that somebody in the line could have had.\n\nDo I need an account?\nNo. An e-mail address is "
    "enough.\n\n"
    "I have raised beds. Is this for me?\nYes. A raised bed is a bed that dries out sooner; we say "
    "where that matters.",
    "minutes": 55,
    "seats": 8,
}
HUNGRY: dict[str, Any] = {
    "slug": "through-the-hungry-gap",
    "title": "Through the hungry gap",
    "lede": "April is when the shed is empty and nothing is ready. What to sow in August so that yours "
    "is not.",
    "take_home": "A sowing list for the eight weeks that count.\nWhat to do in April when you did not.",
    "agenda": "15 Where the gap comes from\n25 Eight crops that cross it\n20 Your lists",
    "minutes": 60,
    "seats": 300,
}
WATER: dict[str, Any] = {
    "slug": "water-that-you-carry-once",
    "title": "Water that you carry once",
    "lede": "Butts, mulch and a watering day: how to halve the cans that you carry in June.",
    "take_home": "How many litres your beds want in a dry week.",
    "agenda": "20 Counting cans\n25 Mulch, and when it does harm",
    "minutes": 45,
    "seats": None,
}
TOOLS: dict[str, Any] = {
    "slug": "five-tools-and-a-string",
    "title": "Five tools and a string",
    "lede": "What you need in the first year, and what you can borrow.",
    "minutes": 50,
    "seats": 40,
}
DRAWN: dict[str, Any] = {
    "slug": "your-bed-drawn-with-you",
    "title": "Your bed, drawn with you",
    "lede": "Six plots, ninety minutes: you bring a sketch, and Tove draws it with you until it fits your "
    "hours.",
    "take_home": "Your own bed, to scale.",
    "minutes": 90,
    "seats": 6,
    "sold": True,
}
PEOPLE = (
    "wren.halloway@post.example",
    "osei.marlow@mail.example",
    "bettina.crake@post.example",
    "juno.addlestone@letters.example",
    "p.quillfeather@mail.example",
    "yusra.denholm@post.example",
    "marrow-and-more@letters.example",
    "tam.oakenshaw@mail.example",
    "ilse.van-der-beek@post.example",
    "corin.pell@mail.example",
    "half-a-rod@letters.example",
    "nia.thistlewood@post.example",
)

NAMES = ("Wren", "Osei M.", "bettina", "Guest 4", "quillfeather")
SAID = (
    "Good evening from a very wet half a rod.",
    "I have three forks and no rake. Is that a start?",
    "The string alone was worth the evening.",
    "Borrowed a hoe from next door, as you said.",
)
ASKED = ("Which of the five would you buy first?", "Is a second-hand spade worth sharpening?")
POLL = ("What do you own already?", "A fork", "A spade", "Neither")


def seed() -> None:
    """Make them unless there are webinars already."""
    if Webinar.objects.exists():
        return
    host = _host()
    beds = _planned(BEDS, host, days=11, hour=19)
    size = Question.objects.create(
        webinar=beds,
        order=0,
        text="How big is your plot?",
        kind=Question.Kind.CHOICE,
        options="A few pots\nOne bed\nHalf a plot\nA whole plot",
        without="Nothing stops working. Tove draws for the size that most have.",
    )
    question = Question.objects.create(
        webinar=beds,
        order=1,
        text="Your question for Tove",
        kind=Question.Kind.LONG,
        longest=400,
        without="Nothing stops working. You can ask on the evening.",
    )
    hungry = _planned(HUNGRY, host, days=4, hour=19)
    water = _planned(WATER, host, days=32, hour=18)
    for nth, address in enumerate(PEOPLE):
        answers = {size.pk: size.option_list[nth % 4]} if nth % 3 else {}
        if nth == 1:
            answers[question.pk] = "Does one bed make sense on heavy clay, or do I need two from the start?"
        _register(beds, address, answers=answers, later=nth % 4 == 0)
    for address in PEOPLE[2:8]:
        _register(hungry, address)
    _register(water, PEOPLE[5])
    _over(host)
    _later(water)
    _sold(host)
    if host is not None:
        _looks(host.person, beds)


def _host() -> Host | None:
    """Give the demo's host words of their own; on a site without staff, nobody is named."""
    staff = Person.objects.filter(role__in=["host", "owner"]).order_by("role").first()
    return hosting.introduce(person=staff, name=HOST[0], words=HOST[1]) if staff else None


def _planned(facts: dict[str, Any], host: Host | None, *, days: int, hour: int) -> Webinar:
    zone = look.business().zone
    day = timezone.now().astimezone(zone).date() + timedelta(days=days)
    starts_at = datetime.combine(day, time(hour), tzinfo=zone)
    return planning.publish(planning.plan(starts_at=starts_at, host=host, **facts))


def _register(
    webinar: Webinar, address: str, *, answers: dict[int, str] | None = None, later: bool = False
) -> None:
    registering.register(webinar=webinar, address=address, answers=answers, later=later)
    if later or len(address) % 3:
        # As if they had pressed “Yes, it was me” in their mail.
        giving = Giving.objects.filter(
            person=vault.find(address), about=webinar.about, clause=registering.CLAUSE
        ).first()
        assert giving is not None
        registering.it_was_me(webinar=webinar, giving=giving)


def _over(host: Host | None) -> None:
    """Hold a webinar, and let six days go by: it is registered for as usual and then moved into the past.

    After seven days addresses that nobody confirmed are due to go."""
    webinar = _planned(TOOLS, host, days=6, hour=19)
    for address in PEOPLE[:7]:
        _register(webinar, address)
    _held(webinar, host)
    back = timedelta(days=12)
    webinar.starts_at -= back
    Webinar.objects.filter(pk=webinar.pk).update(starts_at=webinar.starts_at)
    given = Giving.objects.filter(about=webinar.about)
    given.update(at=F("at") - back)
    given.filter(lapses_at__isnull=False).update(lapses_at=F("lapses_at") - back)


SPOKE, PAUSE = timedelta(minutes=12), timedelta(minutes=2)
"""How long after the beginning the first line of the chat came, and how long after it the next."""


def _held(webinar: Webinar, host: Host | None) -> None:
    """Let people meet in the webinar's room, as they will have: they come, speak, ask, answer, and leave."""
    if host is None:
        return
    room = entering.room_of(webinar.about)
    holds = entering.enter(room=room, person=host.person, name=HOST[0])
    guests = []
    for address, name in zip(PEOPLE, NAMES, strict=False):
        person = vault.find(address)
        assert person is not None
        guests.append(entering.enter(room=room, person=person, name=name))
    for guest in [holds, *guests]:
        entering.sit(ticket=tickets.read(tickets.issue(guest), webinar.about), chair="")
    staging.set_up(guest=holds.pk, recorded=True, shown=True)
    staging.go(guest=holds.pk, state="live")
    for nth, text in enumerate(SAID):
        chatting.say(guest=guests[nth % len(guests)].pk, text=text, once=uuid.uuid4())
    asked = [
        asking.ask(guest=guests[nth].pk, text=text, once=uuid.uuid4(), named=bool(nth))
        for nth, text in enumerate(ASKED)
    ]
    for guest in guests[1:]:
        asking.support(guest=guest.pk, inquiry=asked[0])
    asking.settle(guest=holds.pk, inquiry=asked[0], state="answered")
    poll = polling.make(guest=holds.pk, text=POLL[0], options=POLL[1:], opens=True)
    options = list(Option.objects.filter(poll=poll).values_list("pk", flat=True))
    for nth, guest in enumerate(guests):
        polling.answer(guest=guest.pk, poll=poll, option=options[nth % 2])
    polling.close(guest=holds.pk, poll=poll)
    staging.go(guest=holds.pk, state="over")
    _as_it_was(room.pk, webinar)
    _filmed(room.pk, naming.participant(holds.pk))
    with gate.using("live.host", actor=gate.Actor("staff", str(host.person_id)), what="live.report"):
        reporting.report(room)


SPOKEN = (
    (1, 5, "Three beds, one day, three ends."),
    (12, 16, "This one has a hole. Look at its edge before you blame the seed."),
    (17, 21, "The edge is round, so nothing was pulled here: it never came up."),
    (30, 35, "And here somebody was generous with the packet."),
    (36, 39, "For all three you need a string. The other four tools are for later."),
)
"""What the host says in the film: from when, until when."""


def _filmed(room: int, word: str) -> None:
    """Let the room have a film, for those who had a seat and for others; nobody but its host is in it."""
    film = media.keep(demo.film(), [MP4])
    there = Room.objects.get(pk=room)
    there.replay, there.replay_open, there.replay_others = film, True, True
    there.save(update_fields=["replay", "replay_open", "replay_others"])
    begun = there.live_at or timezone.now()
    # What its host left of the evening: some seconds around each line of the chat.
    shown = 40 / len(SAID)
    said = [(begun + SPOKE + nth * PAUSE).timestamp() for nth in range(len(SAID))]
    spans = [[at - 3, at - 3 + shown] for at in said]
    Recording.objects.update_or_create(
        room=there,
        defaults={
            "state": RecordingState.MADE,
            "share": 1.0,
            "begun_at": begun,
            "made_at": there.ended_at,
            "seconds": 40.0,
            "words": [word],
            "spans": spans,
            "originals_gone_at": there.ended_at,
            "chapters": [[0, "Three beds"], [12, "The one with a hole"], [30, "The one that is too full"]],
            "transcript": captions.written(
                captions.Said(start, end, "", text) for start, end, text in SPOKEN
            ),
            "timed": spans,
            "said_by": [word],
        },
    )


def _as_it_was(room: int, webinar: Webinar) -> None:
    """Move what just happened in a room to the evening on which it will have."""
    began = webinar.starts_at - timedelta(days=12)
    over = began + timedelta(minutes=webinar.minutes)
    Room.objects.filter(pk=room).update(live_at=began, ended_at=over)
    with gate.using("house.keep", what="webinars.seed"):
        Guest.objects.filter(room=room).update(at=began)
        for nth, stay in enumerate(Stay.objects.filter(guest__room=room).order_by("pk")):
            came = began + timedelta(minutes=2 * nth - 3)
            Stay.objects.filter(pk=stay.pk).update(came_at=came, left_at=over - timedelta(minutes=nth))
        for model, first in ((Line, SPOKE), (Inquiry, timedelta(minutes=20))):
            for nth, row in enumerate(model.objects.filter(room=room).order_by("pk")):
                model.objects.filter(pk=row.pk).update(at=began + first + nth * PAUSE)


def _later(webinar: Webinar) -> None:
    """Tell those who asked of a webinar, and let one of them say no to the next ones."""
    refuses = vault.find(PEOPLE[4])
    assert refuses is not None
    announcing.no_more(person=refuses, where="webinars.no_more")
    announcing.announce(webinar)


def _sold(host: Host | None) -> None:
    """Sell seats where the shop stands: one is paid, one is kept until it is."""
    currency = offering.seller().currency
    if not offering.seller().can_be_paid:
        return
    webinar = _planned(DRAWN, host, days=20, hour=18)
    offer = Offer.objects.create(
        slug="a-seat-with-a-pencil", title="A seat with a pencil", lede=DRAWN["lede"]
    )
    Price.objects.create(offer=offer, currency=currency, amount=3800)
    Part.objects.create(offer=offer, deliverable=selling.SEAT, key=str(webinar.pk))
    offering.open_to_all(offer)
    basket = baskets.read(baskets.code([(offer.slug, 1)]))
    for nth, address in enumerate(PEOPLE[5:7]):
        wanted = ordering.Wanted(
            basket=basket, once=uuid.uuid4(), shown=basket.add_up().gross, address=address
        )
        order = ordering.order(wanted)
        if not nth:
            with gate.using("purchases.sell", what="purchases.act"):
                moving.pay(order, by=Move.By.STAFF)


def _looks(staff: Person, webinar: Webinar) -> None:
    """Let the host see who comes, and open somebody to answer a question: both stand on their pages."""
    actor = gate.Actor("staff", str(staff.pk))
    with gate.using("webinars.host", actor=actor, what=attending.WHAT):
        attending.look(webinar, list(attending.listed(webinar)))
    asks = vault.find(PEOPLE[1])
    assert asks is not None
    with gate.using("support.help", actor=actor, what="support.help"):
        people.write_down(asks.pk, "support.question")
