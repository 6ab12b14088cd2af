"""Rows about a person in every declared table, with words of their own wherever a column can hold words.

Each declared model has its maker here. One without fails the tests that walk all of them: whoever adds a
table says here how a row of it comes about.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from leadrush import gate, vault
from leadrush.guides.models import Copy, Guide
from leadrush.live.models import Appearance, Connection, Encoder, Guest, Inquiry, Room, Stay
from leadrush.live.models import Line as ChatLine
from leadrush.mailbox.letters import Attachment, Letter
from leadrush.mailbox.models import Message
from leadrush.mailbox.models import State as Sending
from leadrush.people.models import SignIn
from leadrush.purchases.models import (
    Access,
    Gift,
    Instalment,
    Move,
    Order,
    Parcel,
    Payment,
    Receiver,
    Repayment,
)
from leadrush.purchases.models import Invoice as Paper
from leadrush.purchases.models import Line as OrderLine
from leadrush.training.models import (
    Assignment,
    Attempt,
    Certificate,
    Enrolment,
    Feedback,
    HandedFile,
    HandIn,
    Lesson,
    Module,
    Note,
    Place,
    Publication,
    Quiz,
    QuizEdition,
    Seen,
    Tick,
    Training,
)
from leadrush.vault import collects
from leadrush.vault.models import Giving, Held, Item, Person
from leadrush.vault.tests.office.models import Invoice
from leadrush.visits.models import Browser
from leadrush.webinars.models import Answer, Host, Question, Registration, Seat, Webinar
from leadrush.webinars.models import Seen as Looked


@dataclass
class Rows:
    """What a person has: rows made, and every word that was written into them."""

    person: Person
    giving: Giving
    words: list[str] = field(default_factory=list)
    made: list[Held] = field(default_factory=list)

    def word(self, text: str, most: int = 10_000) -> str:
        """Note a text that must be found again, cut to what its column holds."""
        text = text[:most]
        if text:
            self.words.append(text)
        return text

    def row(self, model: type[Held], **columns: Any) -> Any:
        made = model(person=self.person, giving=self.giving, **columns)
        made.save()
        self.made.append(made)
        return made


def webinar() -> Webinar:
    """Return a webinar of its own for each row: nobody sits in one twice."""
    return Webinar.objects.create(
        slug=f"w-{uuid.uuid4().hex[:12]}", title="A webinar", starts_at=timezone.now() + timedelta(days=7)
    )


def _item(rows: Rows, text: str) -> None:
    kind = f"note.{len([row for row in rows.made if isinstance(row, Item)])}"
    rows.made.append(
        vault.put(person=rows.person, kind=kind, category="Name", value=rows.word(text), giving=rows.giving)
    )


def _message(rows: Rows, text: str) -> None:
    letter = Letter(
        rows.word(text),
        rows.word(f"{text} text"),
        "<p></p>",
        {"X-A": "b"},
        (Attachment("a", "text/plain", text),),
    )
    rows.row(
        Message,
        use="webinars.serve",
        kind="needed",
        template="people.moved",
        about=rows.word(text, 64),
        key=f"rows:{uuid.uuid4()}",
        sealed=vault.seal(rows.person.pk, letter.pack(), "message"),
        state=Sending.LEFT,
        why=rows.word(text, 200),
    )


def _sign_in(rows: Rows, text: str) -> None:
    rows.row(SignIn, started=date(2026, 3, 4), browser=rows.word(text, 40), session=uuid.uuid4().hex)


def _host(rows: Rows, text: str) -> None:
    if not any(isinstance(row, Host) for row in rows.made):  # one a person
        rows.row(Host, name=rows.word(text, 80), words=rows.word(text, 1200))


def _registration(rows: Rows, text: str) -> Registration:
    made: Registration = rows.row(
        Registration, webinar=webinar(), state=Seat.WAITING, position=3, time_zone=rows.word(text, 64)
    )
    return made


def _answer(rows: Rows, text: str) -> None:
    registration = _registration(rows, "")
    question = Question.objects.create(webinar=registration.webinar, text="What is your soil?")
    sealed = vault.seal(rows.person.pk, rows.word(text), Answer.CONTEXT)
    rows.row(Answer, registration=registration, question=question, sealed=sealed)


def _seen(rows: Rows, text: str) -> None:
    rows.row(Looked, registration=_registration(rows, text), entry=10_000_000 + len(rows.made))


def _copy(rows: Rows, text: str) -> None:
    guide = Guide.objects.create(slug=f"g-{uuid.uuid4().hex[:12]}", title="A guide")
    rows.row(Copy, guide=guide, sent=1)


def _order(rows: Rows, text: str) -> Order:
    made: Order = rows.row(
        Order,
        number=uuid.uuid4().int % 2_000_000_000,
        way="bank",
        currency="GBP",
        gross=100,
        tax=20,
        coupon=rows.word(text, 40),
    )
    return made


def _order_line(rows: Rows, text: str) -> OrderLine:
    made: OrderLine = rows.row(
        OrderLine, order=_order(rows, ""), title=rows.word(text, 200), count=1, full=100, gross=100, tax=20
    )
    return made


def _move(rows: Rows, text: str) -> None:
    sealed = vault.seal(rows.person.pk, rows.word(text), Move.CONTEXT)
    rows.row(Move, order=_order(rows, ""), after="waiting", by=Move.By.PERSON, sealed=sealed)


def _access(rows: Rows, text: str) -> None:
    rows.row(Access, line=_order_line(rows, ""), deliverable="purchases.hours", key=rows.word(text, 80))


def _parcel(rows: Rows, text: str) -> None:
    sealed = vault.seal(rows.person.pk, rows.word(text), Parcel.CONTEXT)
    tracking = vault.seal(rows.person.pk, rows.word(text), Parcel.TRACKING)
    rows.row(Parcel, order=_order(rows, ""), sealed=sealed, tracking=tracking)


def _part(rows: Rows, text: str) -> None:
    rows.row(Instalment, order=_order(rows, ""), nth=1, amount=100, due_at=timezone.now())


def _gift(rows: Rows, text: str) -> Gift:
    sealed = vault.seal(rows.person.pk, rows.word(text), Gift.CONTEXT)
    made: Gift = rows.row(Gift, order=_order(rows, ""), sealed=sealed)
    return made


def _receiver(rows: Rows, text: str) -> None:
    rows.row(
        Receiver,
        gift=_gift(rows, ""),
        sealed=vault.seal(rows.person.pk, rows.word(text), Receiver.CONTEXT),
        brought_at=timezone.now(),
    )


def _paper(rows: Rows, text: str) -> None:
    rows.row(
        Paper,
        number=f"R{uuid.uuid4().hex[:12]}",
        kind="invoice",
        order_number=7,
        currency="GBP",
        gross=100,
        tax=20,
        day=date(2026, 3, 4),
        until=date(2099, 12, 31),
        sealed=vault.seal(rows.person.pk, rows.word(text), Paper.CONTEXT),
    )


def _invoice(rows: Rows, text: str) -> None:
    sealed = vault.seal(rows.person.pk, rows.word(text), Invoice.CONTEXT)
    rows.row(Invoice, number=len(rows.made), until=date(2099, 12, 31), sealed=sealed)


def _browser(rows: Rows, text: str) -> None:
    rows.row(Browser, number=uuid.uuid4().int >> 66, name=rows.word(text, 40))


def _payment(rows: Rows, text: str) -> Payment:
    order = _order(rows, "")
    made: Payment = rows.row(
        Payment,
        order=order,
        number=order.number,
        name=rows.word(f"{uuid.uuid4().hex} {text}", 80),
        currency="GBP",
        amount=100,
        until=timezone.now(),
    )
    return made


def _enrolment(rows: Rows, text: str) -> Enrolment:
    training = Training.objects.create(slug=f"t-{uuid.uuid4().hex[:12]}", title="A training")
    made: Enrolment = rows.row(Enrolment, training=training, source=Enrolment.Source.FREE)
    return made


def _lesson(rows: Rows) -> tuple[Enrolment, Lesson]:
    enrolment = _enrolment(rows, "")
    module = Module.objects.create(training=enrolment.training, title="A module")
    return enrolment, Lesson.objects.create(module=module, title="A lesson")


def _tick(rows: Rows, text: str) -> None:
    enrolment, lesson = _lesson(rows)
    rows.row(Tick, enrolment=enrolment, lesson=lesson)


def _place(rows: Rows, text: str) -> None:
    enrolment, lesson = _lesson(rows)
    rows.row(Place, enrolment=enrolment, lesson=lesson, seconds=612)


def _note(rows: Rows, text: str) -> None:
    enrolment, lesson = _lesson(rows)
    sealed = vault.seal(rows.person.pk, rows.word(text), Note.CONTEXT)
    rows.row(Note, enrolment=enrolment, lesson=lesson, seconds=160, sealed=sealed, once=uuid.uuid4())


def _attempt(rows: Rows, text: str) -> None:
    enrolment, lesson = _lesson(rows)
    quiz = Quiz.objects.create(lesson=lesson, marked=True)
    content = {"questions": [], "attempts": None, "pass_mark": 70}
    edition = QuizEdition.objects.create(quiz=quiz, digest="0" * 64, marked=True, content=content)
    answers = json.dumps({"1": rows.word(text)}, ensure_ascii=False)
    rows.row(
        Attempt,
        enrolment=enrolment,
        quiz=quiz,
        edition=edition,
        number=1,
        once=uuid.uuid4(),
        right=0,
        of=1,
        passed=False,
        sealed=vault.seal(rows.person.pk, answers, Attempt.CONTEXT),
    )


def _hand_in(rows: Rows, text: str) -> HandIn:
    enrolment, lesson = _lesson(rows)
    assignment = Assignment.objects.create(lesson=lesson, title="Your three lines", body="Three lines.")
    sealed = vault.seal(rows.person.pk, rows.word(text), HandIn.CONTEXT) if text else b""
    made: HandIn = rows.row(
        HandIn, enrolment=enrolment, assignment=assignment, number=1, once=uuid.uuid4(), sealed=sealed
    )
    return made


def _repayment(rows: Rows, text: str) -> None:
    rows.row(Repayment, payment=_payment(rows, ""), amount=50, word=rows.word(text, 60))


def _handed_file(rows: Rows, text: str) -> None:
    said = json.dumps({"name": rows.word(text), "data": "AAAA"}, ensure_ascii=False)
    sealed = vault.seal(rows.person.pk, said, HandedFile.CONTEXT)
    rows.row(HandedFile, hand_in=_hand_in(rows, ""), kind="application/pdf", size=3, sealed=sealed)


def _feedback(rows: Rows, text: str) -> None:
    sealed = vault.seal(rows.person.pk, rows.word(text), Feedback.CONTEXT)
    rows.row(Feedback, hand_in=_hand_in(rows, ""), verdict=Feedback.Verdict.AGAIN, sealed=sealed)


def _learner_seen(rows: Rows, text: str) -> None:
    rows.row(Seen, enrolment=_enrolment(rows, ""), entry=20_000_000 + len(rows.made))


def _certificate(rows: Rows, text: str) -> Certificate:
    sealed = vault.seal(rows.person.pk, rows.word(text), Certificate.CONTEXT) if text else b""
    number = uuid.uuid4().hex[:14]
    made: Certificate = rows.row(Certificate, number=number, title=rows.word(text, 120), sealed=sealed)
    return made


def _publication(rows: Rows, text: str) -> None:
    certificate = _certificate(rows, "")
    rows.row(
        Publication,
        certificate=certificate,
        number=certificate.number,
        title=rows.word(text, 120),
        earned_at=certificate.at,
        sealed=vault.seal(rows.person.pk, rows.word(text), Publication.CONTEXT),
    )


def _guest(rows: Rows, text: str) -> Guest:
    room = Room.objects.create(about=webinar().about)
    made: Guest = rows.row(
        Guest, room=room, name=rows.word(text, 60) or "Ana", chair=rows.word(text, 32), hand_at=timezone.now()
    )
    return made


def _stay(rows: Rows, text: str) -> None:
    came = timezone.now()
    rows.row(Stay, guest=_guest(rows, ""), came_at=came, left_at=came + timedelta(minutes=50))


def _connection(rows: Rows, text: str) -> None:
    guest = _guest(rows, "")
    handle = {"host": "here", "session": 7, "handle": 8, "room": rows.word(text), "participant": "g7"}
    rows.row(Connection, guest=guest, room=guest.room, what="watch", handle=handle, why=rows.word(text, 10))


def _encoder(rows: Rows, text: str) -> None:
    guest = _guest(rows, "")
    rows.row(Encoder, guest=guest, room=guest.room, nonce="0" * 32, client=rows.word(text, 20))


def _appearance(rows: Rows, text: str) -> None:
    guest = _guest(rows, "")
    rows.row(Appearance, room=guest.room, word=rows.word(text, 64) or f"g{guest.pk}")


def _chat_line(rows: Rows, text: str) -> None:
    guest = _guest(rows, "")
    sealed = vault.seal(rows.person.pk, rows.word(text), ChatLine.CONTEXT)
    rows.row(ChatLine, guest=guest, room=guest.room, sealed=sealed, once=uuid.uuid4())


def _inquiry(rows: Rows, text: str) -> None:
    guest = _guest(rows, "")
    sealed = vault.seal(rows.person.pk, rows.word(text), Inquiry.CONTEXT)
    rows.row(Inquiry, guest=guest, room=guest.room, sealed=sealed, once=uuid.uuid4())


MAKERS: dict[type[Held], Callable[[Rows, str], object]] = {
    Browser: _browser,
    Copy: _copy,
    Item: _item,
    Message: _message,
    SignIn: _sign_in,
    Host: _host,
    Registration: _registration,
    Answer: _answer,
    Looked: _seen,
    Invoice: _invoice,
    Order: _order,
    OrderLine: _order_line,
    Move: _move,
    Access: _access,
    Parcel: _parcel,
    Payment: _payment,
    Repayment: _repayment,
    Gift: _gift,
    Instalment: _part,
    Receiver: _receiver,
    Paper: _paper,
    Enrolment: _enrolment,
    Tick: _tick,
    Place: _place,
    Note: _note,
    Attempt: _attempt,
    HandIn: _hand_in,
    HandedFile: _handed_file,
    Feedback: _feedback,
    Seen: _learner_seen,
    Certificate: _certificate,
    Publication: _publication,
    Guest: _guest,
    Stay: _stay,
    Connection: _connection,
    Encoder: _encoder,
    Appearance: _appearance,
    ChatLine: _chat_line,
    Inquiry: _inquiry,
}


def without_maker() -> set[str]:
    """Return the declared models that no maker makes a row of."""
    return {one.label for one in collects.gated() if one.model not in MAKERS}


def fill(rows: Rows, texts: list[tuple[type[Held], str]]) -> None:
    """Write a row of each of these models, with each of these texts."""
    with gate.using("house.keep", actor=gate.Actor("program", "tests")):
        for model, text in texts:
            MAKERS[model](rows, text)


def spelled(word: str) -> str:
    """Return a word as JSON writes it between its quotes."""
    return json.dumps(word, ensure_ascii=False)[1:-1]
