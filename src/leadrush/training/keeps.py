"""What is counted to show that this room's clauses are kept. Each runs under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger
from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.training import lasting
from leadrush.training.models import Attempt, Certificate, Enrolment, Note, Place, Publication, Seen, Tick
from leadrush.vault.models import Choice

AT_ONCE = 5000
"""So many looks are compared with the ledger at a time."""
GRACE = timedelta(hours=1)
"""How long a lapsed row may still be there before that counts as a miss; the eraser comes once a minute."""
NOTES = "lr:LearnerNote"
THEIR_OWN = {"training.learn", "rights.own"}
"""The uses under which a note may be read, by the person whose it is."""
UNREAD = {"house.keep", "accountability.check"}
"""The uses under which programs seal notes under another key, move them when two records of one person become
one, or try after a restore whether they open. Nothing is shown."""


@evidence.check(
    words=_("%(missed)s of %(of)s trainings of learners are kept longer than was said."),
    mend=_("See whether the worker runs: it erases once a minute what is due."),
    stops="collection",
)
def enrolments_lapse() -> Count:
    """Count the enrolments, and among them those whose access ended and that have no day on which they go, a
    later one than the statement says, or are past it."""
    now = timezone.now()
    missed = of = 0
    for enrolment in Enrolment.objects.select_related("giving").iterator(chunk_size=AT_ONCE):
        of += 1
        giving = enrolment.giving
        latest = lasting.latest(enrolment, giving)
        past = giving.lapses_at is not None and giving.lapses_at < now - GRACE
        late = latest is not None and (giving.lapses_at is None or giving.lapses_at > latest + GRACE)
        missed += bool(past or late or giving.ended_at is not None)
    return Count(missed=missed, of=of)


@evidence.check(
    words=_("%(missed)s of %(of)s ticks, places and answers are there though nobody asked for that."),
    mend=_("Look for what writes to the database beside the program, and erase what it wrote."),
    stops="collection",
)
def only_what_was_asked_for() -> Count:
    """Count ticks, places and answers, and among them places of those who did not switch that on, and answers
    of questions for practice, which are never to be sent."""
    places = Place.objects.count()
    answers = Attempt.objects.count()
    unasked = Place.objects.filter(enrolment__keeps_place=False).count()
    practice = Attempt.objects.filter(edition__marked=False).count()
    return Count(missed=unasked + practice, of=places + answers + Tick.objects.count())


@evidence.check(
    words=_("%(missed)s of %(of)s notes and looks at notes were open to others than who wrote them."),
    mend=_("Look in the ledger who opened them, and for what; tell those whose notes they were."),
    stops="collection",
)
def nobody_reads_notes() -> Count:
    """Count notes and the openings of notes, and among them notes that a use of staff could read, and what
    was opened by anybody but the person themselves."""
    notes = Note.objects.count()
    teach = 1 << gate.uses.get("training.teach").bit
    show = 1 << gate.uses.get("training.show").bit
    readable = Note.objects.annotate(taught=F("mask").bitand(teach), shown=F("mask").bitand(show))
    open_to_staff = readable.filter(Q(taught__gt=0) | Q(shown__gt=0)).count()
    opened = ledger.Entry.objects.using("ledger").filter(categories__contains=NOTES).exclude(use__in=UNREAD)
    own = Q(use__in=THEIR_OWN, actor_kind="person", actor=F("subject")) & ~Q(subject="")
    others = opened.exclude(own).count()
    return Count(missed=open_to_staff + others, of=notes + opened.count())


@evidence.check(words=_("%(missed)s of %(of)s looks at how far learners are do not stand in the ledger."))
def looks_are_written() -> Count:
    """Count what lists of learners showed, and among it what no entry of the ledger tells of."""
    of = missed = 0
    seen = sorted(set(Seen.objects.values_list("entry", flat=True)))
    for some in (seen[start : start + AT_ONCE] for start in range(0, len(seen), AT_ONCE)):
        entries = ledger.Entry.objects.using("ledger").filter(pk__in=some, use="training.teach")
        written = set(entries.values_list("pk", flat=True))
        looks = Seen.objects.filter(entry__in=some)
        of += looks.count()
        missed += looks.exclude(entry__in=written).count()
    return Count(missed=missed, of=of)


@evidence.check(
    words=_("%(missed)s of %(of)s certificates are shown, or would go, without a word of their person."),
    stops="collection",
)
def shown_only_after_a_yes() -> Count:
    """Count certificates and what is shown of them, and among them what is shown without a yes, or an hour
    after a no, and certificates that would go by themselves."""
    now = timezone.now()
    newest = Choice.objects.filter(person=OuterRef("person"), use="training.show").order_by("-id")
    shown = Publication.objects.annotate(
        word=Subquery(newest.values("answer")[:1]), said=Subquery(newest.values("at")[:1])
    )
    yes = Choice.objects.filter(person=OuterRef("person"), use="training.show", answer=True)
    without = shown.exclude(Exists(yes)).count()
    refused = shown.filter(word=False, said__lt=now - GRACE).filter(Exists(yes)).count()
    going = Certificate.objects.exclude(giving__lapses_at=None, giving__ended_at=None).count()
    return Count(
        missed=without + refused + going, of=Certificate.objects.count() + Publication.objects.count()
    )
