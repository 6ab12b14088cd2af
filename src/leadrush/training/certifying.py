"""Certificates: had by whoever finished, named as they want, shown to others only after their yes."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.training.courses import Course
from leadrush.training.models import Attempt, Certificate, Feedback, Publication, Training
from leadrush.vault import rekeying
from leadrush.vault.models import Choice, Person
from leadrush.vault.turns import begins_again, hold_living

USE, SHOW = "training.learn", "training.show"
FORM, PUBLISH = "training.certificate", "training.publish"
CLAUSE, SHOWN = "training-certificate", "training-shown"
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for each other."""


class NotYet(ValueError):
    """Something is still to be done; the message says what."""


def missing(course: Course) -> list[str]:
    """Return what somebody still has to do for the certificate, a sentence each; under `training.learn`."""
    training, enrolment = course.training, course.enrolment
    assert enrolment is not None
    found = [
        _("Tick lesson %(number)s, “%(title)s”.") % {"number": stop.number, "title": stop.lesson.title}
        for stop in course.stops
        if not stop.ticked
    ]
    if training.rule in (Training.Rule.QUIZZES, Training.Rule.WORK):
        passed = set(
            Attempt.objects.filter(
                person=enrolment.person_id, passed=True, quiz__lesson__module__training=training
            ).values_list("quiz__lesson_id", flat=True)
        )
        found += [
            _("Pass the quiz of lesson %(number)s.") % {"number": stop.number}
            for stop in course.stops
            if getattr(stop.lesson, "quiz", None) and stop.lesson.quiz.marked and stop.lesson.pk not in passed
        ]
    if training.rule == Training.Rule.WORK:
        accepted = set(
            Feedback.objects.filter(
                person=enrolment.person_id,
                verdict=Feedback.Verdict.ACCEPTED,
                hand_in__assignment__lesson__module__training=training,
            ).values_list("hand_in__assignment__lesson_id", flat=True)
        )
        found += [
            _("Hand in what lesson %(number)s asks for, and wait for its answer.") % {"number": stop.number}
            for stop in course.stops
            if getattr(stop.lesson, "assignment", None) and stop.lesson.pk not in accepted
        ]
    return found


def of(person: Person, training: Training) -> Certificate | None:
    """Return somebody's certificate of a training, under the use in force."""
    found: Certificate | None = Certificate.objects.filter(person=person, training=training).first()
    return found


@begins_again
def issue(course: Course, *, name: str = "") -> Certificate:
    """Give whoever finished a training its certificate, with the name that they want or none. Twice is once.

    Raises `NotYet` while something is missing, and `evidence.Stopped` while the clause is broken.
    """
    enrolment = course.enrolment
    if enrolment is None or not course.training.certifies:
        raise NotYet(_("There is no certificate for this training."))
    evidence.demand_open(CLAUSE)
    with gate.using(USE, what=FORM), transaction.atomic():
        met = vault.meet(person=enrolment.person)
        known = of(enrolment.person, course.training)
        if known is not None:
            return known
        if left := missing(course):
            raise NotYet(left[0])
        part = vault.Part(clause=CLAUSE)
        (giving,) = vault.receive(met, [part], where=FORM, about=course.training.about, confirmed=True)
        made = Certificate(
            person=giving.person,
            giving=giving,
            training=course.training,
            number=number(),
            title=course.training.title,
            lessons=course.total,
            minutes=course.minutes,
            sealed=vault.seal(giving.person_id, name, Certificate.CONTEXT, giving=giving) if name else b"",
        )
        made.save()
    return made


def number() -> str:
    """Draw a number that cannot be guessed: three groups of four signs, 58 bits."""
    drawn = [secrets.choice(SIGNS) for _place in range(12)]
    return "-".join("".join(drawn[at : at + 4]) for at in (0, 4, 8))


def name_on(row: Certificate | Publication, *, what: str) -> str:
    """Return the name on a certificate, or the one that is shown; opened under the use in force."""
    if not row.sealed:
        return ""
    category = "lr:Certificate" if isinstance(row, Certificate) else "lr:CertificateShown"
    (text,) = vault.unseal([(row.person_id, row.sealed)], context=row.CONTEXT, category=category, what=what)
    return text


@begins_again
def rename(certificate: Certificate, name: str) -> None:
    """Write another name on a certificate, or none. What is shown to others is not touched."""
    with gate.using(USE, what=FORM), transaction.atomic():
        hold_living(certificate.person_id)
        sealed = vault.seal(certificate.person_id, name, Certificate.CONTEXT) if name else b""
        certificate.sealed = sealed
        certificate.save(update_fields=["sealed"])
        rekeying.due(certificate.person_id)


# --- showing it to others ---------------------------------------------------------------------------------


@begins_again
def show(certificate: Certificate, *, name: str = "") -> Publication:
    """Show a certificate to whoever has its address: title, day, and this name or none. A yes of its person.

    Raises `evidence.Stopped` while the clause is broken.
    """
    evidence.demand_open(SHOWN)
    with gate.using(USE, what=PUBLISH), transaction.atomic():
        hold_living(certificate.person_id)
        vault.choose(
            person=certificate.person, use=SHOW, answer=True, where=PUBLISH, giving=certificate.giving
        )
        made = Publication.objects.filter(certificate=certificate).first()
        if made is None:
            made = Publication(person=certificate.person, giving=certificate.giving, certificate=certificate)
        elif made.sealed:
            rekeying.due(certificate.person_id)
        made.number, made.title = certificate.number, certificate.title
        made.earned_at = certificate.at
        made.sealed = vault.seal(certificate.person_id, name, Publication.CONTEXT) if name else b""
        made.save()
    return made


@begins_again
def take_down(certificate: Certificate) -> None:
    """Show a certificate to nobody any more. Where no other one is shown, that is a no of its person."""
    with gate.using(USE, what=PUBLISH), transaction.atomic():
        hold_living(certificate.person_id)
        if Publication.objects.filter(certificate=certificate).delete()[0]:
            rekeying.due(certificate.person_id)
        if not Publication.objects.filter(person=certificate.person_id).exists():
            vault.choose(person=certificate.person, use=SHOW, answer=False, where=PUBLISH)


def end_refused() -> int:
    """Erase what is shown of those who said no on their own page; return how many. Under `house.keep`."""
    persons = set(Publication.objects.values_list("person_id", flat=True))
    newest: dict[object, tuple[bool, datetime]] = {}
    for choice in Choice.objects.filter(person__in=persons, use=SHOW).order_by("id"):
        newest[choice.person_id] = (choice.answer, choice.at)
    count = 0
    for person in sorted(person for person in persons if person in newest and not newest[person][0]):
        with transaction.atomic():
            if gone := Publication.objects.filter(person=person, at__lt=newest[person][1]).delete()[0]:
                rekeying.due(person)
                count += gone
    return count
