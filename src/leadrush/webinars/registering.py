"""Registering, giving a seat up, and saying who it was."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, mailbox, vault
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again
from leadrush.webinars import letters, times, waiting
from leadrush.webinars.models import Answer, Registration, Seat, State, Webinar

USE = "webinars.serve"
FORM = "webinars.register"
CLAUSE = "webinar-seat"
LATER = "webinar-later"
ANNOUNCE = "webinars.announce"


class NotOpen(ValueError):
    """The webinar takes no registrations; the message says why, to the person."""


class _Again(Exception):
    """This person is in the webinar's list already: what the form added is taken back."""

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person


@begins_again
def register(
    *,
    webinar: Webinar,
    address: str = "",
    person: Person | None = None,
    answers: Mapping[int, str] | None = None,
    later: bool = False,
    time_zone: str = "",
) -> None:
    """Keep a seat, or a place in the line, for an address or for whoever is signed in, and write to them.

    The same address twice is one registration; the first answers stand. Returns nothing on purpose: the page
    after the form is the same in every case, so that nobody learns whether an address is known. Raises
    `NotOpen`, and `ValidationError` for an address that is none. Clauses `webinar-seat`, `webinar-later`.
    """
    with transaction.atomic(), gate.using(USE, what=FORM):
        webinar = waiting.lock(webinar.pk)
        demand_open(webinar)
        try:
            with transaction.atomic():
                giving = _give(webinar, address, person)
                registration = _seat(webinar, giving, answers or {}, time_zone)
                silent = False
        except _Again as again:
            registration = _known(webinar, again.person)
            giving = registration.giving
            silent = _again(webinar, registration, signed_in=person is not None, time_zone=time_zone)
        if later:
            _ask_for_later(webinar, giving, person, address)
        if not silent:
            letters.confirmation(webinar, registration)


def demand_open(webinar: Webinar) -> None:
    """Raise `NotOpen` with a word for the person unless the webinar takes registrations now."""
    if webinar.state == State.CANCELLED:
        raise NotOpen(_("This webinar was cancelled. Nothing was stored."))
    if timezone.now() >= webinar.starts_at:
        raise NotOpen(_("This webinar has begun, so no seat can be kept any more. Nothing was stored."))
    if webinar.state != State.OPEN:
        raise NotOpen(_("This webinar is not open yet. Nothing was stored."))


def _give(webinar: Webinar, address: str, person: Person | None) -> Giving:
    if person is None:
        lapses_at = times.lapses_at(webinar, confirmed=False)
        _person, giving = vault.welcome(
            address=address, where=FORM, clause=CLAUSE, about=webinar.about, lapses_at=lapses_at
        )
        return giving
    giving = vault.give(
        person=person,
        where=FORM,
        clause=CLAUSE,
        about=webinar.about,
        confirmed=True,
        lapses_at=times.lapses_at(webinar, confirmed=True),
    )
    _rest_address_on(giving, address)
    return giving


def _rest_address_on(giving: Giving, address: str) -> None:
    vault.put(person=giving.person, kind=EMAIL, category=EMAIL_CATEGORY, value=address, giving=giving)


def _seat(webinar: Webinar, giving: Giving, answers: Mapping[int, str], time_zone: str) -> Registration:
    """Write the registration down. Raises `_Again` where there is one."""
    place = waiting.place_for(webinar, giving.person_id)
    if place is None:
        raise _Again(giving.person)
    registration = Registration(
        person=giving.person,
        giving=giving,
        webinar=webinar,
        state=place.state,
        position=place.position,
        time_zone=time_zone,
    )
    registration.save()
    registration.ahead = place.ahead
    given = {question: text for question, text in answers.items() if text}
    if given:
        sealed = vault.seal_all(giving.person_id, given.values(), Answer.CONTEXT, giving=giving)
        Answer.objects.bulk_create(
            Answer(
                person=giving.person,
                giving=giving,
                registration=registration,
                question_id=question,
                sealed=closed,
            )
            for question, closed in zip(given, sealed, strict=True)
        )
    return registration


def _again(webinar: Webinar, registration: Registration, *, signed_in: bool, time_zone: str) -> bool:
    """Let a repeated form do what it still can; return whether the letter may be spared.

    Whoever gave the seat up comes back, at the end of the line; whoever is signed in has shown who they are.
    """
    giving = registration.giving
    if signed_in and not giving.confirmed:
        it_was_me(webinar=webinar, giving=giving)
    if registration.state != Seat.GIVEN_UP:
        # A double click is no second wish for the letter; later on, the letter may have been lost.
        return timezone.now() - registration.at < letters.AGAIN_AFTER
    place = waiting.place_for(webinar)
    assert place is not None
    registration.state, registration.position = place.state, place.position
    registration.time_zone = time_zone or registration.time_zone
    registration.revision += 1
    registration.save(update_fields=["state", "position", "time_zone", "revision"])
    return False


def _known(webinar: Webinar, person: Person) -> Registration:
    found: Registration = Registration.objects.select_related("giving__person").get(
        webinar=webinar, person=person
    )
    return found


def _ask_for_later(webinar: Webinar, giving: Giving, person: Person | None, address: str) -> None:
    """Write down the yes to later webinars, as a giving of its own. It counts once the address is confirmed.

    While unconfirmed it lapses with the registration; confirmed, it lasts until the person says no.
    """
    confirmed = person is not None
    if later_givings(webinar, giving.person).filter(confirmed_at__isnull=not confirmed).exists():
        return
    yes = vault.give(
        person=giving.person,
        where=FORM,
        clause=LATER,
        about=webinar.about,
        confirmed=confirmed,
        lapses_at=None if confirmed else times.lapses_at(webinar, confirmed=False),
    )
    _rest_address_on(yes, address)
    vault.choose(person=giving.person, use=ANNOUNCE, answer=True, where=FORM, giving=yes)


def later_givings(webinar: Webinar, person: Person) -> QuerySet[Giving]:
    """Return the live givings by which somebody asked, on this webinar's form, to hear of later ones."""
    return Giving.objects.filter(person=person, clause=LATER, about=webinar.about, ended_at__isnull=True)


@begins_again
def give_up(*, webinar: Webinar, person: Person) -> bool:
    """Free somebody's seat, or their place in the line; the next in line moves up. Twice is once.

    Returns whether anything changed.
    """
    with transaction.atomic(), gate.using(USE, what="webinars.give_up"):
        webinar = waiting.lock(webinar.pk)
        registration = (
            Registration.objects.filter(webinar=webinar, person=person)
            .exclude(state=Seat.GIVEN_UP)
            .select_related("giving__person")
            .first()
        )
        if registration is None:
            return False
        had_seat = registration.state == Seat.SEAT
        registration.state, registration.position = Seat.GIVEN_UP, None
        registration.revision += 1
        registration.save(update_fields=["state", "position", "revision"])
        mailbox.withdraw(
            person=person,
            about=webinar.about,
            template="webinars.reminder",
            why=_("The person gave the seat up."),
        )
        if timezone.now() < webinar.ends_at:
            letters.given_up(webinar, registration, had_seat=had_seat)
        waiting.move_up(webinar)
    return True


@begins_again
def it_was_me(*, webinar: Webinar, giving: Giving) -> None:
    """Confirm a form: its registration is kept the longer time, and a yes said with it counts from now."""
    with transaction.atomic():
        for later in later_givings(webinar, giving.person).filter(confirmed_at__isnull=True):
            vault.confirm(giving=later, lapses_at=None)
        vault.confirm(giving=giving, lapses_at=times.lapses_at(webinar, confirmed=True))


@begins_again
def it_was_not_me(*, webinar: Webinar, giving: Giving) -> None:
    """Erase what a form gave: the registration, its answers, its mails, and the yes said with it."""
    with transaction.atomic():
        for later in later_givings(webinar, giving.person):
            if later.confirmed:
                # Somebody confirmed it, and somebody says it was not them: the stricter one counts.
                vault.choose(person=giving.person, use=ANNOUNCE, answer=False, where="webinars.not_me")
            vault.end(later)
        vault.end(giving)
