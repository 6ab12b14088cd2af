"""The terms of a clause in plain words, as a table and as a text to print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush.statement import EVERYTHING, SECTIONS, US, Basis, Clause, Prose, Retention, Term, Version
from leadrush.statement.linked import fragment

WIDTH = 72


@dataclass(frozen=True)
class Data:
    """A kind of data as a line of the table names it; `anchor` is where linked data points to."""

    title: str
    anchor: str


@dataclass(frozen=True)
class Line:
    """Terms of a clause that differ in their kind of data only, in words."""

    data: tuple[Data, ...]
    use: str
    basis: str
    recipients: str
    until: str
    switch: str


@dataclass(frozen=True)
class Told:
    """A clause with its number and its terms in words."""

    number: int
    clause: Clause
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Chapter:
    """A section of the statement with its clauses, in order."""

    slug: str
    title: str
    clauses: tuple[Told, ...]
    prose: tuple[Prose, ...] = ()


def chapters(version: Version) -> list[Chapter]:
    """Return a version as its page shows it."""
    numbered = [Told(n, clause, tuple(lines(clause, version))) for n, clause in enumerate(version.clauses, 1)]
    # Sections that this program no longer knows stand last, as an older version had them.
    slugs = dict.fromkeys((*SECTIONS, *(told.clause.section for told in numbered)))
    slugs |= dict.fromkeys(one.section for one in version.prose)
    found = [
        Chapter(
            section,
            SECTIONS.get(section, section),
            tuple(told for told in numbered if told.clause.section == section),
            tuple(one for one in version.prose if one.section == section),
        )
        for section in slugs
    ]
    return [chapter for chapter in found if chapter.clauses or chapter.prose]


def lines(clause: Clause, version: Version) -> list[Line]:
    """Return the terms of a clause in the version's own words, those together that differ in data only."""
    found: dict[Term, list[Term]] = {}
    for term in clause.terms:
        alike = replace(term, category="")
        found.setdefault(alike, []).append(term)
    return [_line(terms, version) for terms in found.values()]


def _line(terms: list[Term], version: Version) -> Line:
    term = terms[0]
    return Line(
        data=tuple(
            Data(data(each.category, version), f"{quote(each.use)}/{fragment(each.category)}")
            for each in terms
        ),
        use=version.use(term.use).title,
        basis=basis(term, version),
        recipients=recipients(term),
        until=until(term.retention, term.category),
        switch=_switch(term),
    )


def recipients(term: Term) -> str:
    """Return who gets the data, in words."""
    return ", ".join(_("nobody but us") if name == US else name for name in sorted(term.recipients))


def recipient(name: str) -> str:
    """Return one of those who get the data, in words."""
    return _("us") if name == US else name


def several(words: Iterable[str]) -> str:
    """Return words as a list in a sentence: a, b and c."""
    words = list(dict.fromkeys(words))
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def data(category: str, version: Version) -> str:
    """Return a kind of data in a version's own words."""
    if category == EVERYTHING:
        return _("everything we hold about you")
    return version.category(category).title


def basis(term: Term, version: Version) -> str:
    words = {
        Basis.CONTRACT: _("you asked for it"),
        Basis.CONSENT: _("your yes"),
        Basis.LEGITIMATE_INTEREST: _("our interest, weighed against yours"),
        Basis.LAW: _("the law demands it"),
    }[term.basis]
    if not term.unconfirmed and term.basis is not Basis.CONSENT:
        words = _("%(basis)s, and confirmed your address") % {"basis": words}
    if not term.given:
        return words
    marks = ", ".join(f"§{n}" for n, clause in enumerate(version.clauses, 1) if clause.slug in term.given)
    return _("%(basis)s; only what you gave us for %(clauses)s") % {"basis": words, "clauses": marks}


def until(retention: Retention, category: str) -> str:
    if retention.days is None:
        return (
            _("for as long as we hold it") if category == EVERYTHING else _("until what you gave it for ends")
        )
    after = {
        "giving": _("you gave it"),
        "webinar": _("the webinar"),
        "sending": _("it was sent"),
        "sign-in": _("the sign-in"),
    }.get(retention.after, retention.after)
    words = ngettext("%(days)s day after %(event)s", "%(days)s days after %(event)s", retention.days)
    return words % {"days": retention.days, "event": after}


def _switch(term: Term) -> str:
    if term.basis is Basis.CONSENT:
        return _("yes; it is off until you say yes")
    return _("yes, on your own page") if term.switch else _("no")


def plain(version: Version, business: str) -> str:
    """Return a version as plain text, lines of at most 72 signs."""
    out = [_("Privacy statement of %(business)s") % {"business": business}]
    out += [
        _("Version %(n)s, published %(day)s") % {"n": version.number, "day": version.published.isoformat()}
    ]
    out += [f"SHA-256 {version.digest}", ""]
    for chapter in chapters(version):
        out += ["", chapter.title, "=" * len(chapter.title)]
        for told in chapter.clauses:
            out += ["", *_wrapped(f"§{told.number}  {told.clause.text}", "    ")]
            for line in told.lines:
                out += _wrapped(f"    - {_sentence(line)}", "      ")
            out += _wrapped("    " + _("How this is kept: %(words)s") % {"words": told.clause.kept}, "    ")
        for prose in chapter.prose:
            out += ["", *_wrapped("    " + _("Words of our own, which nobody checks:"), "    ")]
            for words in (prose.heading, *prose.text.splitlines()):
                out += _wrapped(f"    {words}", "    ") if words.strip() else []
    return "\n".join(out) + "\n"


def _sentence(line: Line) -> str:
    return _(
        "%(data)s: to %(use)s. Because: %(basis)s. Who gets it: %(who)s. Until: %(until)s. Off: %(switch)s."
    ) % {
        "data": ", ".join(data.title for data in line.data),
        "use": line.use,
        "basis": line.basis,
        "who": line.recipients,
        "until": line.until,
        "switch": line.switch,
    }


def _wrapped(text: str, indent: str) -> list[str]:
    # Addresses and dotted names are never broken.
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
