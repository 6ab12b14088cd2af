"""Registering, giving a seat up, and saying who it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, mailbox, vault
from leadrush.gate import evidence
from leadrush.gate.versions import version_of
from leadrush.live import hosting
from leadrush.vault.arriving import Met
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
    `NotOpen`, `ValidationError` for an address that is none, and `evidence.Stopped` while one of two clauses
    is broken: `webinar-seat`, `webinar-later`.
    """
    for clause in [CLAUSE, LATER] if later else [CLAUSE]:
        evidence.demand_open(clause)
    with transaction.atomic(), gate.using(USE, what=FORM):
        webinar = waiting.lock(webinar.pk)
        demand_open(webinar)
        demand_free(webinar)
        comer = vault.meet(address=address, person=person)
        form = _Form(webinar, comer, address, signed_in=person is not None)
        place = waiting.place_for(webinar, comer.person.pk)
        if place.listed:
            registration = _known(webinar, comer.person)
            comer.writes_on(registration.giving)
            silent = _again(webinar, registration, place, signed_in=form.signed_in, time_zone=time_zone)
            if later:
                form.gives([LATER])
        else:
            givings = form.gives([CLAUSE, LATER] if later else [CLAUSE])
            registration = _seat(webinar, givings[0], place, answers or {}, time_zone)
            silent = False
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


def demand_free(webinar: Webinar) -> None:
    """Raise `NotOpen` for a webinar whose seats are bought."""
    if webinar.sold:
        raise NotOpen(_("A seat in this webinar is bought. Nothing was stored."))


@dataclass(frozen=True)
class _Form:
    """A form that was sent for a webinar: by whom, and whether they showed who they are."""

    webinar: Webinar
    comer: Met
    address: str
    signed_in: bool

    def gives(self, clauses: Iterable[str]) -> list[Giving]:
        """Write down what was sent, a giving for each clause; a yes that was said already is left out.

        The yes to later webinars counts once the address is confirmed. While unconfirmed it lapses with the
        registration; confirmed, it lasts until the person says no.
        """
        until = times.lapses_at(self.webinar, confirmed=self.signed_in)
        given = {
            CLAUSE: vault.Part(clause=CLAUSE, lapses_at=until),
            LATER: vault.Part(clause=LATER, lapses_at=None if self.signed_in else until, yes=ANNOUNCE),
        }
        return vault.receive(
            self.comer,
            [given[clause] for clause in clauses],
            address=self.address,
            where=FORM,
            about=self.webinar.about,
            confirmed=self.signed_in,
        )


def _seat(
    webinar: Webinar, giving: Giving, place: waiting.Place, answers: Mapping[int, str], time_zone: str
) -> Registration:
    """Write the registration down, with its answers."""
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


def _again(
    webinar: Webinar, registration: Registration, place: waiting.Place, *, signed_in: bool, time_zone: str
) -> bool:
    """Let a repeated form do what it still can; return whether the letter may be spared.

    Whoever gave the seat up comes back, at the end of the line; whoever is signed in has shown who they are.
    """
    giving = registration.giving
    if signed_in and not giving.confirmed:
        it_was_me(webinar=webinar, giving=giving)
    if registration.state != Seat.GIVEN_UP:
        # A double click is no second wish for the letter; later on, the letter may have been lost.
        return timezone.now() - registration.at < letters.AGAIN_AFTER
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
        helped, registration.helps = registration.helps, False
        registration.save(update_fields=["state", "position", "revision", "helps"])
        if helped:  # who comes back holds it by a new word of its host alone
            hosting.let_hold(webinar.about, person.pk, on=False)
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
        given = version_of(giving.version_id)
        vault.confirm(giving=giving, lapses_at=times.lapses_at(webinar, confirmed=True, given=given))


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
