"""Telling those whom a new version concerns: one after the other, each once, from where a stopped worker was.

Clause `notice`. Who is concerned is decided in docs/decisions/0015: whoever holds something of which the
change speaks. A change of words alone concerns nobody's data, and is told on the statement's page.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from leadrush import gate, look, mailbox, statement, vault
from leadrush.accountability import questions, reaching
from leadrush.accountability.concern import Concern
from leadrush.accountability.models import Notice, Told
from leadrush.accountability.reaching import NOTICE, One
from leadrush.gate.versions import numbered
from leadrush.mailbox import links
from leadrush.mailbox.models import Kind
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import begins_again, hold

BATCH = 50
TEMPLATE = "accountability.changed"
LASTS = timedelta(days=400)
"""How long the links of the mail work."""
FIRST = uuid.UUID(int=0)


def go_on(now: datetime | None = None) -> int:
    """Begin the telling of each version in force that nobody was told of, and take every open one further;
    return how many persons were gone through."""
    now = now or timezone.now()
    begin(now)
    count = 0
    for pk in Notice.objects.filter(done_at__isnull=True).order_by("pk").values_list("pk", flat=True):
        while True:
            some, done = step(pk)
            count += some
            if done:
                break
    return count


def begin(now: datetime) -> None:
    """Make the row of each later version that is in force, or was. The first version changes nothing."""
    rows = list(gate.Version.objects.filter(number__lte=gate.force().number).order_by("number"))
    told = set(Notice.objects.values_list("version_id", flat=True))
    for before, row in pairwise(rows):
        if row.pk not in told:
            Notice.objects.get_or_create(version=row, defaults={"before": before, "begun_at": now})


@begins_again
def step(pk: int) -> tuple[int, bool]:
    """Tell the next some of one version; return (how many persons were gone through, whether it is done)."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().select_related("version", "before").get(pk=pk)
        if notice.done_at is not None:
            return 0, True
        concern = concern_of(notice)
        persons = _next(notice.after or FIRST) if concern.subjects else []
        told = sum(_tell(notice, concern, one) for one in reaching.of_some(concern, persons))
        over = len(persons) < BATCH
        Notice.objects.filter(pk=pk).update(
            told=F("told") + told,
            after=persons[-1] if persons else notice.after,
            done_at=timezone.now() if over else None,
        )
    return len(persons), over


def concern_of(notice: Notice) -> Concern:
    """Return the cases of the change that a notice tells of."""
    texts = numbered([notice.version.number, notice.before.number])
    return reaching.concern_of(texts[notice.before.number], texts[notice.version.number])


def _next(after: uuid.UUID) -> list[uuid.UUID]:
    """Return the next persons in order; whoever comes later gave what they gave under the new version."""
    return list(Person.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH])


def _tell(notice: Notice, concern: Concern, one: One) -> bool:
    """Write down that this person is concerned, and write to them unless they asked otherwise."""
    hold(one.person)
    outcome = Told.Outcome.NO_WAY
    if one.left_out:
        outcome = Told.Outcome.LEFT_OUT
    elif one.reachable:
        outcome = Told.Outcome.WRITTEN
    told, made = Told.objects.get_or_create(
        person_id=one.person,
        version=notice.version,
        defaults={"outcome": outcome, "uses": " ".join(one.uses)},
    )
    if made and outcome == Told.Outcome.WRITTEN:
        _write(told, notice, concern.change)
    return made and outcome == Told.Outcome.WRITTEN


def _write(told: Told, notice: Notice, change: statement.Difference) -> None:
    """Write one person's mail: what changes, the questions of whoever is asked, the end of these mails."""
    person = told.person
    live = Giving.objects.filter(person=person, ended_at__isnull=True, confirmed_at__isnull=False)
    giving = live.order_by("at").last()
    if giving is None:
        return
    about = f"accountability.version:{notice.version.number}"
    scopes = ["accountability.no_notices", *(["accountability.answer"] if told.uses else [])]
    ways = links.make_all(
        person=person, giving=None, scopes=scopes, expires_at=timezone.now() + LASTS, about=about
    )
    end = ways["accountability.no_notices"]
    mailbox.post(
        person=person,
        giving=giving,
        use=NOTICE,
        kind=Kind.NOTICE,
        template=TEMPLATE,
        key=f"{TEMPLATE}:{notice.version.number}:{person.pk}",
        about=about,
        context={
            "business": look.business().name,
            "number": notice.version.number,
            "lines": questions.lines(change),
            "questions": questions.of(told, change),
            "page": links.absolute(questions.changed_url(change)),
            "answer": ways.get("accountability.answer", ""),
            "end": end,
        },
        headers={"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def no_more(*, person: Person, where: str) -> None:
    """Write down a no to notices, and take back what waits. It binds when the transaction commits."""
    with transaction.atomic():
        vault.choose(person=person, use=NOTICE, answer=False, where=where)
        mailbox.withdraw(person=person, template=TEMPLATE, why=_("The person said no."))


@gate.task("statement.notice", use="house.keep", every=10)
def tell() -> None:
    """Tell those whom a new version concerns. Clause `notice`."""
    go_on()
