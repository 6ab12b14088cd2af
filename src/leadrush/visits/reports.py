"""The reports: what the visits page shows, made of tallies. Each says in its docstring what it counts.

All run under the use in force: `visits.monitor` for how the site is used, `visits.improve` for paths and
funnels. Nobody is in them: the smallest thing that a report names is a page, a source, a country.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from leadrush.visits import counting, goals, reading
from leadrush.visits.asking import Asked
from leadrush.visits.days import LOGGED, VIEW

VIEWS, VISITS, BEGAN, ENDED, BOUNCED, WHOS = range(6)


@dataclass(frozen=True)
class Totals:
    """What a range comes to.

    `visitors`: who said yes once each, others once a day; `visits` ended by 30 minutes of quiet; `bounced`
    of them saw one page and reached no goal; `length` is the middle visit's time on the site, in seconds,
    among those whose time is known; None where there is none.
    """

    visitors: int = 0
    visits: int = 0
    views: int = 0
    bounced: int = 0
    length: float | None = None

    @property
    def pages(self) -> float:
        """Views a visit."""
        return self.views / self.visits if self.visits else 0.0

    @property
    def bounce(self) -> float:
        """The share of visits that saw one page and reached no goal, of one."""
        return self.bounced / self.visits if self.visits else 0.0


@dataclass(frozen=True)
class Line:
    """One line of a table: what it is, its counts, and the counts of before where they are asked for."""

    key: str
    more: str = ""
    views: int = 0
    visits: int = 0
    began: int = 0
    ended: int = 0
    bounced: int = 0
    before: int | None = None
    stay: float | None = None


@dataclass(frozen=True)
class Reached:
    """One step of a funnel: how many visits came so far, and how many did not go on."""

    step: goals.Step
    visits: int
    lost: int
    share: float


@dataclass(frozen=True)
class Believed:
    """Two counts of the same pages: what the server sent, and what browsers reported.

    `unexplained` is what neither explains: `error` is its share of what was sent.
    """

    sent: int
    dot: int
    left: int
    heard: int

    @property
    def unexplained(self) -> int:
        """Pages of which nothing came back, and whose reader asked for nothing else at once."""
        return self.sent - self.dot - self.left - self.heard

    @property
    def error(self) -> float:
        """The share of the pages that nothing explains, of one."""
        return self.unexplained / self.sent if self.sent else 0.0


def totals(asked: Asked) -> Totals:
    """Return what a range comes to."""
    found = counting.tally(asked, "hour", "length")
    sums = [sum(numbers[place] for numbers in found["hour"].values()) for place in range(6)]
    return Totals(
        visitors=counting.others(asked) + counting.known_browsers(asked),
        visits=sums[VISITS],
        views=sums[VIEWS],
        bounced=sums[BOUNCED],
        length=_middle({int(more): numbers[VISITS] for (_key, more), numbers in found["length"].items()}),
    )


def days(asked: Asked) -> list[tuple[date, int, int, int]]:
    """Return for each day asked for: day, visits, views, visitors of that day who had not said yes."""
    found = counting.by_day(asked)
    every = (asked.first + timedelta(days=number) for number in range(asked.days))
    empty = (0,) * 6
    return [(d, (n := found.get(d, empty))[VISITS], n[VIEWS], n[WHOS]) for d in every]


def hours(asked: Asked) -> list[int]:
    """Return the visits of each hour of the clock, 0 to 23."""
    found = counting.tally(asked, "hour")["hour"]
    return [found.get((str(hour), ""), (0,) * 6)[VISITS] for hour in range(24)]


def table(asked: Asked, what: str, order: int = VISITS) -> list[Line]:
    """Return a tally as lines, most first: `source`, `referrer`, `campaign`, `country`, `device`, ..."""
    found = counting.tally(asked, what)[what]
    earlier = asked.earlier()
    before = counting.tally(earlier, what)[what] if earlier else None
    lines = sorted(found.items(), key=lambda item: (-item[1][order], item[0]))
    return [_line(key, numbers, order, before) for key, numbers in lines if numbers[order]]


def _line(key: tuple[str, str], numbers: tuple[int, ...], order: int, before: counting.Sums | None) -> Line:
    known = before.get(key) if before is not None else None
    return Line(
        key=key[0],
        more=key[1],
        views=numbers[VIEWS],
        visits=numbers[VISITS],
        began=numbers[BEGAN],
        ended=numbers[ENDED],
        bounced=numbers[BOUNCED],
        before=None if before is None else known[order] if known else 0,
    )


def pages(asked: Asked, most: int | None = None) -> list[Line]:
    """Return pages by visits that saw them, with the middle reader's time in view (`stay`, in seconds).

    The time is what the page itself measured while it was in front; without script, until the next view. The
    last page of a visit without script has none, and is left out of the middle.
    """
    lines = table(asked, "page")[:most]
    one_by_one = most is not None and not asked.narrow
    times: dict[str, dict[int, int]] = {}
    for key in [line.key for line in lines] if one_by_one else [None]:
        for (page, more), numbers in counting.tally(asked, "stay", key=key)["stay"].items():
            times.setdefault(page, {})[int(more)] = numbers[VIEWS]
    return [Line(**{**vars(line), "stay": _middle(times.get(line.key, {}))}) for line in lines]


def around(asked: Asked, page: str) -> tuple[list[Line], list[Line]]:
    """Return what came before a page and what after it, most first.

    A key that begins with `@` is no page: behind it stands the source of a visit that began here (nothing for
    one that is not told), and as an after it says that the visit ended.
    """
    found = counting.tally(asked, "before", "after", key=page)
    return _sides(found["before"]), _sides(found["after"])


def _sides(found: counting.Sums) -> list[Line]:
    lines = [Line(key=more, views=numbers[VIEWS]) for (_page, more), numbers in found.items()]
    return sorted(lines, key=lambda line: (-line.views, line.key))


def reached(asked: Asked) -> list[Line]:
    """Return each goal with the visits that reached it; those of rooms that are gone have their code."""
    return table(asked, "goal")


def funnel(asked: Asked, which: goals.Funnel) -> list[Reached]:
    """Return the steps of a funnel. A visit counts for a step when it took all those before it, in order."""
    name = f"funnel:{which.code}"
    found = counting.tally(asked, name)[name]
    far = {int(more): numbers[VISITS] for (_key, more), numbers in found.items()}
    came = [
        sum(count for step, count in far.items() if step >= number)
        for number in range(1, len(which.steps) + 1)
    ]
    return [
        Reached(
            step, visits, visits - (came[place + 1] if place + 1 < len(came) else visits), visits / came[0]
        )
        if came[0]
        else Reached(step, 0, 0, 0.0)
        for place, (step, visits) in enumerate(zip(which.steps, came, strict=True))
    ]


def believed(asked: Asked) -> Believed:
    """Return both counts of the views of people, and what explains their difference."""
    found = counting.tally(asked, "believed")["believed"]
    by = {key: numbers[VIEWS] for (key, _more), numbers in found.items()}
    return Believed(sum(by.values()), by.get("dot", 0), by.get("left", 0), by.get("heard", 0))


@dataclass(frozen=True)
class Logged:
    """The pages of a log and those of this site, of the hours in which there are both."""

    log: int
    own: int

    @property
    def difference(self) -> int:
        """By how many pages they differ."""
        return self.log - self.own


def logged(asked: Asked) -> Logged | None:
    """Return both counts of the time that a log spans which was read for comparison; None without one."""
    views = reading.relation(asked.first, asked.last, staff=True)
    with reading.opened() as reader:
        first, last, log = reader.rows(
            f"SELECT min(moment), max(moment), count(*) FROM {views} AS v WHERE kind = {LOGGED}"
        )[0]
        if not log:
            return None
        own = reader.rows(
            f"SELECT count(*) FROM {views} AS v WHERE kind = {VIEW} AND NOT logged "
            f"AND moment BETWEEN TIMESTAMP '{first}' AND TIMESTAMP '{last}' + INTERVAL 1 SECOND"
        )
    return Logged(int(log), int(own[0][0]))


def _middle(times: dict[int, int]) -> float | None:
    """Return the middle of many times that are known as classes of seconds."""
    return middle(sorted(times.items()))


def middle(classes: Iterable[tuple[int, int]]) -> float | None:
    """Return the value in the middle, given values with how often each is there, in order; None for none."""
    listed = list(classes)
    half, so_far = sum(count for _value, count in listed) / 2, 0
    for value, count in listed:
        so_far += count
        if so_far >= half and count:
            return float(value)
    return None


def duration(seconds: float) -> str:
    """Return seconds as one says them: `48 s`, `1 m 52 s`, `1 h 4 m`."""
    whole = round(seconds)
    if whole < 60:
        return _("%(s)s s") % {"s": whole}
    if whole < 3600:
        return _("%(m)s m %(s)s s") % {"m": whole // 60, "s": f"{whole % 60:02}"}
    return _("%(h)s h %(m)s m") % {"h": whole // 3600, "m": f"{whole % 3600 // 60:02}"}
