"""What is asked of the visits: a range of days, what it is set beside, and words that narrow it.

It stands in the address of the page, so that a question can be kept, sent on and gone back to:
`?from=2026-11-01&to=2026-11-29&beside=before&source=Google&page=/webinars/soil/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
SPANS: dict[str, Words] = {
    "today": _("Today"),
    "7": _("Last 7 days"),
    "30": _("Last 30 days"),
    "90": _("Last 90 days"),
    "365": _("Last 12 months"),
    "own": _("From one day to another"),
}
USUAL = "30"
BESIDE: dict[str, Words] = {
    "before": _("the same number of days before"),
    "year": _("the same days a year before"),
    "nothing": _("nothing"),
}
KINDS: dict[str, Words] = {
    "page": _("that saw %s"),
    "entry": _("that began at %s"),
    "source": _("from %s"),
    "referrer": _("from the page %s"),
    "campaign": _("of the campaign %s"),
    "country": _("from the country %s"),
    "device": _("on a %s"),
    "software": _("with %s"),
    "system": _("on %s"),
    "goal": _("that reached “%s”"),
}
"""The words by which visits are narrowed, and how each reads behind “Visits”."""
LONGEST = 200
YEARS = 10


class Unclear(ValueError):
    """The address asks for something that cannot be; the message says what to write instead."""


@dataclass(frozen=True)
class Asked:
    """A question: from which day to which (both count), beside what, narrowed by which words.

    `span` is how the range was said. `staff` counts those who work here as well.
    """

    first: date
    last: date
    span: str = USUAL
    beside: str = "before"
    words: tuple[tuple[str, str], ...] = ()
    staff: bool = False

    @property
    def days(self) -> int:
        """How many days it spans."""
        return (self.last - self.first).days + 1

    @property
    def narrow(self) -> bool:
        """Whether it asks for some visits rather than for all."""
        return bool(self.words) or self.staff

    def earlier(self) -> Asked | None:
        """Return what it is set beside, or None."""
        if self.beside == "before":
            return replace(
                self, first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1)
            )
        if self.beside == "year":
            return replace(self, first=_year_before(self.first), last=_year_before(self.last))
        return None

    @property
    def without_staff(self) -> str:
        """The question without those who work here."""
        return self.query(staff=None)

    @property
    def without_beside(self) -> str:
        """The question, set beside nothing."""
        return self.query(beside="nothing")

    def query(self, **other: str | None) -> str:
        """Return the question as the end of an address, with some parts put otherwise or taken out (None)."""
        said: list[tuple[str, str]] = []
        if self.span == "own":
            said += [("from", self.first.isoformat()), ("to", self.last.isoformat())]
        elif self.span != USUAL:
            said += [("span", self.span)]
        if self.beside != "before":
            said += [("beside", self.beside)]
        if self.staff:
            said += [("staff", "yes")]
        said += list(self.words)
        said = [(name, value) for name, value in said if name not in other]
        said += [(name, value) for name, value in other.items() if value is not None]
        return urlencode(said)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def read(given: Mapping[str, str], today: date) -> Asked:
    """Return the question that an address asks. Raises `Unclear`."""
    words = tuple((kind, value) for kind in KINDS if (value := given.get(kind, ""))[:1])
    for kind, value in words:
        if len(value) > LONGEST or not value.isprintable():
            raise Unclear(f"{kind} has at most {LONGEST} letters that one can read.")
    beside = given.get("beside", "before")
    if beside not in BESIDE:
        raise Unclear(f"beside is one of {', '.join(BESIDE)}.")
    first, last, span = _range(given, today)
    return Asked(first, last, span, beside, words, given.get("staff") == "yes")


def _range(given: Mapping[str, str], today: date) -> tuple[date, date, str]:
    if "from" in given or "to" in given:
        try:
            first = date.fromisoformat(given.get("from") or given.get("to", ""))
            last = date.fromisoformat(given.get("to") or today.isoformat())
        except ValueError:
            raise Unclear("Write days like 2026-11-29.") from None
        if first > last:
            raise Unclear("The first day comes after the last one: exchange them.")
        if (last - first).days > 366 * YEARS:
            raise Unclear(f"Ask for at most {YEARS} years at once.")
        return first, min(last, today) if first <= today else last, "own"
    span = given.get("span", USUAL)
    if span not in SPANS or span == "own":
        raise Unclear(
            f"span is one of {', '.join(name for name in SPANS if name != 'own')}; or write from and to."
        )
    length = 1 if span == "today" else int(span)
    return today - timedelta(days=length - 1), today, span
