"""Handing in what a lesson asks for, and the answer of somebody who teaches."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import filetype
from django.core.exceptions import ValidationError
from django.core.files import File as Upload
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, vault
from leadrush.gate import evidence
from leadrush.media import contents
from leadrush.media.contents import MP3, MP4, PDF, ZIP, Kind
from leadrush.training import letters
from leadrush.training.models import Assignment, Enrolment, Feedback, HandedFile, HandIn
from leadrush.vault.turns import begins_again, hold_living

USE, TEACH = "training.learn", "training.teach"
CLAUSE = "training-teaching"
CATEGORY = "lr:LearnerWork"
LONGEST = 20_000
"""Characters of what is handed in, and of an answer."""
MOST = 5 << 20
"""Bytes of a file that is handed in; it lies sealed in the database."""
PICTURES = {
    one.media: one
    for one in (
        Kind("image/jpeg", "jpg", "JPEG"),
        Kind("image/png", "png", "PNG"),
        Kind("image/webp", "webp", "WebP"),
    )
}
OTHERS = (PDF, ZIP, MP3, MP4)


@dataclass(frozen=True)
class Content:
    """A file that was handed in, opened: its name, its media type, its bytes."""

    name: str
    kind: str
    data: bytes


def told(upload: Upload) -> Kind:  # type: ignore[type-arg]  # no generic at run time
    """Return what a file is, by its bytes. Raises `ValidationError` for one that is not taken."""
    size = upload.size or 0
    if size > MOST:
        raise ValidationError(_("This file has more than 5 MB. Make it smaller, or hand in a link to it."))
    upload.seek(0)
    guess = filetype.guess(upload.read(contents.HEAD))
    upload.seek(0)
    if guess is not None and guess.mime in PICTURES:
        return PICTURES[guess.mime]
    try:
        return contents.told(upload, size, OTHERS)
    except ValidationError as wrong:
        if guess is None or guess.mime not in {kind.media for kind in OTHERS}:
            raise ValidationError(
                _("This file is none of these: PDF, JPEG, PNG, WebP, ZIP, MP3, MP4. Choose another.")
                if size
                else wrong.messages[0]
            ) from None
        raise


@begins_again
def hand_in(
    enrolment: Enrolment,
    assignment: Assignment,
    *,
    words: str = "",
    upload: Upload | None = None,  # type: ignore[type-arg]
    once: uuid.UUID,
) -> HandIn:
    """Keep what somebody hands in; the same form twice is one.

    Raises `ValidationError` for a file that is not taken, and `evidence.Stopped` while the clause is broken.
    """
    evidence.demand_open(CLAUSE)
    kind = told(upload) if upload is not None else None
    with gate.using(USE, what="training.hand_in"):
        try:
            with transaction.atomic():
                hold_living(enrolment.person_id)
                return _hand_in(enrolment, assignment, words, upload, kind, once)
        except IntegrityError:
            quicker: HandIn = HandIn.objects.get(enrolment=enrolment, once=once)
            return quicker


def _hand_in(
    enrolment: Enrolment, assignment: Assignment, words: str, upload: Any, kind: Kind | None, once: uuid.UUID
) -> HandIn:
    mine = list(HandIn.objects.filter(enrolment=enrolment, assignment=assignment))
    known: HandIn | None = next((one for one in mine if one.once == once), None)
    if known is not None:
        return known
    whose: dict[str, Any] = {"person": enrolment.person, "giving": enrolment.giving}
    made = HandIn(
        enrolment=enrolment,
        assignment=assignment,
        number=max((one.number for one in mine), default=0) + 1,
        once=once,
        sealed=vault.seal(enrolment.person_id, words, HandIn.CONTEXT) if words else b"",
        **whose,
    )
    made.save()
    if kind is not None:
        upload.seek(0)
        data = upload.read()
        text = json.dumps({"name": _name(upload.name, kind), "data": base64.b64encode(data).decode()})
        sealed = vault.seal(enrolment.person_id, text, HandedFile.CONTEXT)
        HandedFile(hand_in=made, kind=kind.media, size=len(data), sealed=sealed, **whose).save()
    return made


def _name(given: str | None, kind: Kind) -> str:
    """Return a file's own name with the ending that its bytes have."""
    stem = "".join(sign for sign in PurePath(given or "").stem if sign.isprintable()).strip(" .")[:80]
    return f"{stem or 'file'}.{kind.ending}"


def content(file: HandedFile, *, what: str = "training.file") -> Content:
    """Open a file that was handed in, under the use in force."""
    (text,) = vault.unseal(
        [(file.person_id, file.sealed)], context=HandedFile.CONTEXT, category=CATEGORY, what=what
    )
    said = json.loads(text)
    if "data" not in said:
        return Content("lost.txt", "text/plain", str(said.get("lost", "")).encode())
    return Content(said["name"], file.kind, base64.b64decode(said["data"]))


def words_of(rows: list[Any], *, what: str = "training.work") -> dict[int, str]:
    """Return the words of hand-ins, or of answers to them, by key; under the use in force."""
    full = [row for row in rows if row.sealed]
    if not full:
        return {}
    texts = vault.unseal(
        [(row.person_id, row.sealed) for row in full],
        context=full[0].CONTEXT,
        category=CATEGORY,
        what=what,
    )
    return {row.pk: text for row, text in zip(full, texts, strict=True)}


@begins_again
def answer(hand_in: HandIn, *, verdict: str, words: str) -> Feedback:
    """Answer what somebody handed in, and write to them that it is answered. Again is a better answer."""
    with gate.using(TEACH, what="training.answer"), transaction.atomic():
        hold_living(hand_in.person_id)
        said = Feedback.objects.filter(hand_in=hand_in).first()
        if said is None:
            said = Feedback(person=hand_in.person, giving=hand_in.giving, hand_in=hand_in)
        said.verdict, said.at = verdict, timezone.now()
        said.sealed = vault.seal(hand_in.person_id, words, Feedback.CONTEXT) if words else b""
        said.save()
    letters.answered(said)
    return said
