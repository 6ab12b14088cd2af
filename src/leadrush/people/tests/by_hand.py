"""Each promise of signing in and of rights, broken by hand in the database."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from leadrush import gate
from leadrush.gate.use import shaping
from leadrush.mailbox.models import Message, State
from leadrush.people.models import SignIn
from leadrush.people.sessions import SessionStore
from leadrush.vault.models import Choice, Erasure, Person, Role


def an_address_among_the_sign_ins() -> None:
    """Another program writes an address into a table of the sign-in."""
    person = Person.objects.filter(role=Role.NONE).order_by("joined_at").first()
    assert person is not None
    EmailAddress.objects.create(user=person, email="wren@post.example")


def a_sign_in_goes_on() -> None:
    """A sign-in is not ended on its last day."""
    with gate.using("house.keep"):
        SignIn.objects.update(started=timezone.now().date() - timedelta(days=400))


def a_table_is_copied() -> None:
    """Somebody copies a table about persons, to look at it later."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE copied_by_hand (person_id varchar(36), seat varchar(8))")


def a_message_after_a_no() -> None:
    """A message for what somebody said no to leaves after their no."""
    no = Choice.objects.filter(answer=False).order_by("id").last()
    assert no is not None
    with gate.using("house.keep"):
        theirs = Message.objects.filter(person=no.person_id).order_by("made_at")[:1]
        Message.objects.filter(pk__in=list(theirs.values_list("pk", flat=True))).update(
            use=no.use, state=State.LEFT, moved_at=no.at + timedelta(minutes=1)
        )


def a_message_before_the_address_is_confirmed() -> None:
    """Somebody who never confirmed gets a message for something else than what was asked."""
    with gate.using("house.keep"):
        early = Message.objects.filter(giving__confirmed_at=None).order_by("made_at")[:1]
        Message.objects.filter(pk__in=list(early.values_list("pk", flat=True))).update(
            use="webinars.announce"
        )


def a_cookie_for_a_visitor() -> None:
    """A program begins a session for somebody who only reads."""
    session = SessionStore()
    session["seen"] = 1
    session.create()
    session.save()


def a_column_is_added() -> None:
    """Somebody adds a column to a table about persons, for notes on them."""
    connection.check_constraints()  # PostgreSQL alters no table while references wait to be checked
    with shaping(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE webinars_registration ADD COLUMN remark varchar(80)")


def an_erasure_stays_half_done() -> None:
    """An erasure that was asked for three hours ago is not whole."""
    Erasure.objects.update(asked_at=timezone.now() - timedelta(hours=3), done_at=None)


WAYS = {
    "erase": an_erasure_stays_half_done,
    "your-address": an_address_among_the_sign_ins,
    "sign-ins": a_sign_in_goes_on,
    "see-it-all": a_table_is_copied,
    "switch-off": a_message_after_a_no,
    "not-me": a_message_before_the_address_is_confirmed,
    "one-cookie": a_cookie_for_a_visitor,
    "take-along": a_column_is_added,
}
