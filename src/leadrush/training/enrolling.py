"""How somebody comes to a training and leaves it: for an address, by an order, by hand. The only writers."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, mailbox, vault
from leadrush.gate import evidence
from leadrush.gate.versions import version_of
from leadrush.purchases.models import Access
from leadrush.training import lasting, letters
from leadrush.training.models import Cohort, Enrolment, State, Training
from leadrush.vault.arriving import Met
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again, hold

log = logging.getLogger(__name__)

USE = "training.learn"
FORM = "training.enrol"
ORDER = "training.order"
CLAUSE = "training-access"
DELIVERABLE = "training.training"
LETTERS = 5
"""So many letters tell of one training at most: anybody may type anybody's address."""
AGAIN_AFTER = timedelta(minutes=10)
"""A form that is sent again sooner is a double click and brings no second letter."""


class NotOpen(ValueError):
    """The training takes nobody in now; the message says why, to the person."""


@begins_again
def enrol(
    *,
    training: Training,
    source: str,
    address: str = "",
    person: Person | None = None,
    cohort: Cohort | None = None,
) -> None:
    """Give a training to an address, or to whoever is signed in, and write to them. Twice is once.

    Returns nothing on purpose: the page after the form is the same in every case. Raises `NotOpen`,
    `ValidationError` for an address that is none, and `evidence.Stopped` while the clause is broken.
    """
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what=FORM):
        if source == Enrolment.Source.FREE:
            _demand_free(training, cohort)
        met = vault.meet(address=address, person=person)
        known = newest(training, met.person)
        if known is None:
            _demand_seat(cohort, met.person)
            enrolment = Enrolment(training=training, cohort=cohort, source=source)
            _begin(met, enrolment, address=address, where=FORM, confirmed=person is not None)
        else:
            enrolment = known
            met.writes_on(enrolment.giving)
            if enrolment.ended_at is not None and source == Enrolment.Source.FREE:
                return  # it was taken back by somebody who works here; a form does not give it again
            if enrolment.is_over(timezone.now()):
                enrolment.paused_at = None
                _again(enrolment, opens_at=timezone.now())
            if person is not None:
                confirm(enrolment)
        _tell(enrolment)


def _demand_free(training: Training, cohort: Cohort | None) -> None:
    if training.state != State.OPEN:
        raise NotOpen(_("This training takes nobody new just now. Nothing was stored."))
    if training.is_sold:
        raise NotOpen(_("This training is bought. Nothing was stored."))
    if cohort is not None and (not cohort.open or cohort.training_id != training.pk):
        raise NotOpen(_("Nobody can join this group any more. Nothing was stored; choose another."))


def _demand_seat(cohort: Cohort | None, person: Person) -> None:
    """Hold a group's row, and raise `NotOpen` where its seats are taken."""
    if cohort is None or cohort.seats is None:
        return
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    if seats_left(cohort) < 1:
        raise NotOpen(_("The seats of this group are taken. Nothing was stored; choose another."))


def seats_left(cohort: Cohort) -> int:
    """Return how many seats of a group are free, under the use in force. `ValueError` if it has none."""
    if cohort.seats is None:
        raise ValueError("this group has no number of seats")
    taken = Enrolment.objects.filter(cohort=cohort, ended_at=None)
    return max(int(cohort.seats - taken.count()), 0)


def newest(training: Training, person: Person) -> Enrolment | None:
    """Return what somebody has of a training, one that is not over first, under the use in force."""
    rows = Enrolment.objects.filter(training=training, person=person)
    found = list(rows.select_related("giving__person", "cohort", "training").order_by("pk"))
    now = timezone.now()
    return next((one for one in found if not one.is_over(now)), found[-1] if found else None)


def _begin(met: Met, enrolment: Enrolment, *, address: str, where: str, confirmed: bool) -> None:
    now = timezone.now()
    enrolment.at = now
    enrolment.ends_at = _ends(enrolment)
    lapses_at = lasting.lapses_at(enrolment)
    if not confirmed and enrolment.source == Enrolment.Source.FREE:
        unopened = now + lasting.UNOPENED
        lapses_at = min(lapses_at, unopened) if lapses_at else unopened
    part = vault.Part(clause=CLAUSE, lapses_at=lapses_at)
    (giving,) = vault.receive(
        met, [part], address=address, where=where, about=enrolment.training.about, confirmed=confirmed
    )
    enrolment.person, enrolment.giving = giving.person, giving
    enrolment.save()


def _ends(enrolment: Enrolment) -> datetime | None:
    days = enrolment.training.access_days
    if days is None:
        return None
    begins = enrolment.opens_at
    return begins + timedelta(days=days)


def _again(enrolment: Enrolment, *, opens_at: datetime) -> None:
    """Open an enrolment that was over; what its learner left is there still."""
    enrolment.ended_at, enrolment.opens_at = None, opens_at
    enrolment.ends_at = _ends(enrolment)
    enrolment.save(
        update_fields=["ended_at", "opens_at", "ends_at", "paused_at", "access", "source", "cohort"]
    )
    _lapse(enrolment)


def _lapse(enrolment: Enrolment) -> None:
    """Give what hangs on an enrolment the day on which it goes, or none."""
    giving = enrolment.giving
    giving.lapses_at = lasting.lapses_at(enrolment, given=version_of(giving.version_id))
    Giving.objects.filter(pk=giving.pk, ended_at=None).update(lapses_at=giving.lapses_at)


def _tell(enrolment: Enrolment) -> None:
    now = timezone.now()
    again = enrolment.lettered_at is None or now - enrolment.lettered_at >= AGAIN_AFTER
    if again and enrolment.letters < LETTERS:
        enrolment.letters, enrolment.lettered_at = enrolment.letters + 1, now
        enrolment.save(update_fields=["letters", "lettered_at"])
        letters.opened(enrolment)


# --- by an order --------------------------------------------------------------------------------------


def key_of(training: Training, cohort: Cohort | None = None) -> str:
    """Return under which key an offer delivers a training, alone or in a group: `12`, `12:3`."""
    return f"{training.pk}:{cohort.pk}" if cohort else str(training.pk)


def read_key(key: str) -> tuple[Training | None, Cohort | None]:
    """Return what an offer's key delivers; None for what is there no more."""
    first, _colon, second = key.partition(":")
    training = Training.objects.filter(pk=int(first)).first() if first.isdecimal() else None
    cohort = None
    if training is not None and second.isdecimal():
        cohort = Cohort.objects.filter(pk=int(second), training=training).first()
    return training, cohort


def granted(access: Access) -> None:
    """Give what an order bought, in its transaction.

    While the clause is broken nothing is taken under it, and the order is paid nevertheless: its person finds
    a button on the training's page (`claim`) when the clause is kept again.
    """
    try:
        _grant(access)
    except (evidence.Stopped, gate.NotInForce) as stopped:
        log.warning("A training that was bought waits to be claimed: %s", stopped)


def _grant(access: Access) -> None:
    training, cohort = read_key(access.key)
    if training is None:
        log.error("An order gives a training that is no more: %s", access.key)
        return
    evidence.demand_open(CLAUSE)
    with transaction.atomic(), gate.using(USE, what=ORDER):
        met = vault.meet(person=access.person)
        known = newest(training, met.person)
        if known is None:
            enrolment = Enrolment(
                training=training,
                cohort=cohort,
                source=Enrolment.Source.ORDER,
                access=access,
                opens_at=access.from_at,
            )
            confirmed = access.giving.confirmed
            _begin(met, enrolment, address="", where=ORDER, confirmed=confirmed)
        else:
            enrolment = known
            enrolment.access, enrolment.source = access, Enrolment.Source.ORDER
            enrolment.paused_at = access.paused_at
            enrolment.cohort = cohort or enrolment.cohort
            if enrolment.is_over(timezone.now()):
                _again(enrolment, opens_at=access.from_at)
            else:
                enrolment.save(update_fields=["access", "source", "cohort", "paused_at"])
                _lapse(enrolment)
        _tell(enrolment)


def taken_back(access: Access) -> None:
    """End what an order gave, in the transaction in which it is paid back; unless another gave it too."""
    training, _cohort = read_key(access.key)
    if training is None:
        return
    with gate.using(USE, what=ORDER):
        enrolment = newest(training, access.person)
    if enrolment is not None and enrolment.access_id in (access.pk, None) and not _bought_else(access):
        end(enrolment)


def paused(access: Access) -> None:
    """Pause what an order gave while a payment is missing, or let it be had again."""
    training, _cohort = read_key(access.key)
    if training is None:
        return
    with gate.using(USE, what=ORDER):
        enrolment = newest(training, access.person)
        if enrolment is not None and enrolment.access_id == access.pk:
            enrolment.paused_at = access.paused_at
            enrolment.save(update_fields=["paused_at"])


def _bought_else(access: Access) -> bool:
    first = access.key.partition(":")[0]
    same = Q(key=first) | Q(key__startswith=f"{first}:")
    with gate.using("purchases.serve", what=ORDER):
        others = Access.objects.filter(same, person=access.person_id, deliverable=DELIVERABLE, ended_at=None)
        return bool(others.exclude(pk=access.pk).exists())


def waiting(training: Training, person: Person) -> Access | None:
    """Return what somebody bought of a training and was not given yet."""
    key = str(training.pk)
    with gate.using("purchases.serve", actor=gate.Actor("person", str(person.pk)), what=ORDER):
        mine = Access.objects.filter(person=person, deliverable=DELIVERABLE, ended_at=None)
        found: Access | None = (
            mine.filter(Q(key=key) | Q(key__startswith=f"{key}:")).select_related("giving", "person").first()
        )
    return found


def claim(training: Training, person: Person) -> bool:
    """Give somebody what they bought and was not given; return whether there was any. Raises `Stopped`."""
    access = waiting(training, person)
    if access is not None:
        _grant(access)
    return access is not None


# --- leaving --------------------------------------------------------------------------------------------


@begins_again
def end(enrolment: Enrolment) -> bool:
    """End somebody's access: lessons close, and what they left has a day on which it goes. Twice is once."""
    with transaction.atomic(), gate.using(USE, what="training.end"):
        hold(enrolment.person_id)
        live = Enrolment.objects.filter(pk=enrolment.pk, ended_at=None).select_related("giving").first()
        if live is None:
            return False
        live.ended_at = timezone.now()
        live.save(update_fields=["ended_at"])
        _lapse(live)
        mailbox.withdraw(
            person=enrolment.person, about=enrolment.training.about, why=_("The access to it ended.")
        )
        enrolment.ended_at = live.ended_at
    return True


def confirm(enrolment: Enrolment) -> None:
    """Note that the person behind the address has opened it; from now on nothing lapses for want of that."""
    giving = enrolment.giving
    if not giving.confirmed:
        lapses_at = lasting.lapses_at(enrolment, given=version_of(giving.version_id))
        vault.confirm(giving=giving, lapses_at=lapses_at)


@begins_again
def it_was_not_me(*, giving: Giving) -> None:
    """Erase what a form gave under somebody's address. What was bought stays: somebody paid for it."""
    with gate.using(USE, what="training.not_me"):
        bought = Enrolment.objects.filter(giving=giving, source=Enrolment.Source.ORDER).exists()
    if not bought:
        vault.end(giving)


def it_was_me(*, giving: Giving) -> None:
    """Confirm the address of a form."""
    with gate.using(USE, what="training.was_me"):
        enrolment = Enrolment.objects.filter(giving=giving).select_related("giving", "training").first()
    if enrolment is not None:
        confirm(enrolment)
