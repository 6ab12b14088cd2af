"""What is counted to show that the live room's clauses are kept. Each runs under `accountability.check`."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import gate, ledger
from leadrush.gate import evidence
from leadrush.gate.evidence import Count
from leadrush.live import asking, counted, editing, filming, lasting, others
from leadrush.live.models import (
    Appearance,
    Guest,
    Inquiry,
    Line,
    Poll,
    PollState,
    Recording,
    RoomState,
    Secret,
    Stay,
    Support,
    Vote,
)
from leadrush.vault.models import Choice, Giving

GRACE = timedelta(hours=1)
"""How long what has lapsed may still be there before that counts as a miss."""
ATTENDANCE = "lr:Attendance"


@evidence.check(
    words=_(
        "%(missed)s of %(of)s seats and stays in live rooms have no day on which they go, or are past it."
    ),
    mend=_("See whether the worker runs: it erases once a minute what is due."),
    stops="collection",
)
def guests_lapse() -> Count:
    """Count seats and stays, and among them those without a day on which they go, with a later one than the
    statement says, or past it. Clause `live-room`."""
    now = timezone.now()
    keys = Guest.objects.order_by().values_list("giving", flat=True).distinct()
    late: set[object] = set()
    givings = list(Giving.objects.filter(pk__in=keys))
    latest = lasting.ends(givings)
    for giving in givings:
        end, last = giving.lapses_at, latest.get(giving.pk)
        late_end = end is not None and last is not None and end > last + GRACE
        if end is None or late_end or end < now - GRACE or giving.ended_at is not None:
            late.add(giving.pk)
    guests = list(Guest.objects.values_list("giving", flat=True))
    stays = list(Stay.objects.values_list("giving", flat=True))
    return Count(sum(giving in late for giving in [*guests, *stays]), len(guests) + len(stays))


@evidence.check(
    words=_(
        "%(missed)s of %(of)s lines of chat would stay when their writer’s seat goes, or are open to others."
    ),
    mend=_("Look for what writes to the database beside the program, and erase what it wrote."),
    stops="collection",
)
def lines_go_with_their_room() -> Count:
    """Count lines of chat, and among them those that hang on another giving than their writer's seat, or that
    another use than those of the clause may read. Clause `live-chat`."""
    return Count(*_strays(Line, "lr:RoomTalk"))


def _others(category: str) -> set[str]:
    """Return the uses for which the statement in force does not have this kind of data."""
    force = gate.force()
    return {use.name for use in gate.uses.all() if force.term(category, use.name) is None}


def _bits(uses: set[str]) -> int:
    return sum(1 << gate.uses.get(use).bit for use in uses)


def _strays(model: type[Line] | type[Inquiry], category: str) -> tuple[int, int]:
    """Return how many rows do not go with their writer's seat, or are open to another use; of how many."""
    stray = ~Q(giving=F("guest__giving")) | ~Q(person=F("guest__person")) | Q(open__gt=0)
    rows = model.objects.annotate(open=F("mask").bitand(_bits(_others(category))))
    return rows.filter(stray).count(), rows.count()


@evidence.check(
    words=_("%(missed)s of %(of)s questions and votes for them are kept otherwise than was said."),
    mend=_("End the room, and see whether the worker runs: votes of what is over are counted and erased."),
    stops="collection",
)
def questions_are_counted_and_go() -> Count:
    """Count questions and the votes for them, and among them questions that would not go with their writer's
    seat, and votes that are kept though their question is answered or its room is over. Clause
    `live-questions`."""
    stray, of = _strays(Inquiry, "lr:Inquiry")
    waiting = Q(inquiry__state__in=asking.WAITING) & ~Q(inquiry__room__state=RoomState.OVER)
    kept = Support.objects.exclude(waiting).count()
    return Count(stray + kept, of + Support.objects.count())


@evidence.check(
    words=_("%(missed)s of %(of)s polls, answers and secrets say more than numbers after the end."),
    mend=_("See whether the worker runs: it destroys the secrets of what was counted an hour ago."),
    stops="collection",
)
def polls_keep_numbers_only() -> Count:
    """Count polls, answers that are not counted yet, and secrets; among them answers of polls that are
    closed, and secrets of what is counted. Clause `live-polls`."""
    open_ones = Vote.objects.filter(poll__state=PollState.OPEN).count()
    votes, secrets = Vote.objects.count(), Secret.objects.count()
    missed = votes - open_ones + len(counted.needless(timezone.now() - GRACE))
    return Count(missed, Poll.objects.count() + votes + secrets)


@evidence.check(
    words=_(
        "%(missed)s of %(of)s hours of coming and going, and looks at them, were for others than the host."
    ),
    mend=_("Look in the ledger who opened them, and for what; tell those whose hours they were."),
)
def attendance_is_for_hosts_alone() -> Count:
    """Count stays and looks at stays, and among them stays that another use may read, and looks for another
    use. Clause `live-report`."""
    others = _others(ATTENDANCE)
    stays = Stay.objects.annotate(open=F("mask").bitand(_bits(others)))
    looks = ledger.Entry.objects.using("ledger").filter(categories__contains=ATTENDANCE)
    wrong = stays.filter(open__gt=0).count() + looks.filter(use__in=others).count()
    return Count(wrong, stays.count() + looks.count())


@evidence.check(
    words=_(
        "%(missed)s of %(of)s films and recordings of live rooms have somebody without their yes, or are "
        "past their day."
    ),
    mend=_("See whether the worker runs: it takes films down, makes them anew, and erases recordings."),
    stops="collection",
)
def films_have_nobody_who_did_not_agree() -> Count:
    """Count who agreed to be recorded, and recordings; among them films with somebody whose yes does not hold
    for an hour, and recordings and closed transcripts past their day. Clause `live-recording`."""
    now = timezone.now()
    agreed: dict[int, set[str]] = {}
    said = Choice.objects.filter(person=OuterRef("person"), use="live.record").order_by("-id")
    rows = Appearance.objects.annotate(
        word_now=Subquery(said.values("answer")[:1]), said_at=Subquery(said.values("at")[:1])
    )
    count = 0
    for room, word, answer, at in rows.values_list("room_id", "word", "word_now", "said_at"):
        count += 1
        if answer or (at is not None and at > now - GRACE):
            agreed.setdefault(room, set()).add(word)
    films = Recording.objects.exclude(words=[]).values_list("room_id", "words")
    wrong = sum(not set(words) <= agreed.get(room, set()) for room, words in films)
    wrong += len(filming.late(GRACE)) + len(editing.unread(2 * GRACE))
    return Count(wrong, count + 3 * Recording.objects.count())


@evidence.check(
    words=_(
        "%(missed)s of %(of)s yeses to being seen by others, and films that others see, are not as was said."
    ),
    mend=_(
        "Show the films of live rooms to nobody but those who had a seat, and look who wrote to the database."
    ),
    stops="collection",
)
def films_are_shown_to_others_by_a_yes_of_their_own() -> Count:
    """Count yeses to being seen by others, and films that others see; among them yeses that nobody said at
    that moment, and films with somebody who has not said one or took it back. Clause `live-showing`."""
    said = Choice.objects.filter(person=OuterRef("person"), use=others.USE)
    rows = Appearance.objects.exclude(shown_at=None).annotate(
        said=Exists(said.filter(answer=True, at=OuterRef("shown_at"))),
        now=Subquery(said.order_by("-id").values("answer")[:1]),
    )
    count = wrong = 0
    seen: dict[int, set[str]] = {}
    for room, word, true, now in rows.values_list("room_id", "word", "said", "now"):
        count, wrong = count + 1, wrong + (not true)
        if true and now:
            seen.setdefault(room, set()).add(word)
    films = {film.about for film in others.Films().all()}
    recordings = Recording.objects.filter(room__replay_others=True).select_related("room")
    shown = [one for one in recordings if others.about(one.room) in films]
    wrong += sum(not set(one.words) <= seen.get(one.room_id, set()) for one in shown)
    return Count(wrong, count + len(shown))
