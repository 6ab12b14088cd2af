"""Looks of those who teach: each is written down before anything opens, and stands on its person's page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from leadrush import ledger, vault
from leadrush.training.models import Enrolment, Seen, Training
from leadrush.vault.folding import remember_choices

CATEGORIES = ("EmailAddress", "Name", "lr:Enrolment", "lr:LearnerWork", "lr:Progress")


def write_down(
    training: Training, enrolments: Sequence[Enrolment], *, what: str = "training.learners"
) -> tuple[ledger.Entry, str]:
    """Write down that a list shows these learners; return the entry and its batch, to open names under.

    Runs under `training.teach`, with giving fetched. One entry a list, and a row for each who is in it.
    """
    batch = f"training.look:{uuid.uuid4().hex}"
    entry = vault.note(
        categories=CATEGORIES, what=what, about=training.about, count=len(enrolments), batch=batch
    )
    seen = [
        Seen(person_id=one.person_id, giving=one.giving, enrolment=one, entry=entry.pk) for one in enrolments
    ]
    remember_choices(row.giving for row in seen)
    Seen.objects.bulk_create(seen)
    return entry, batch
