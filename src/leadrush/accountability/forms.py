"""The form in which an owner writes the next version: slots, words of their own, clauses left out."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _

from leadrush import gate, statement
from leadrush.accountability import drafting, wording
from leadrush.gate import rooms, uses
from leadrush.look.forms import Form
from leadrush.statement import SECTIONS, Prose
from leadrush.statement.clauses import ClauseTemplate, Slot
from leadrush.statement.drafts import MOST_HEADING, MOST_TEXT, stays


@dataclass(frozen=True)
class ClauseFields:
    """A clause as it is edited: its slots, whether it can be left out, and its words, each run of them with
    what stands in the gap behind it."""

    template: ClauseTemplate
    words: list[tuple[str, str]]
    number: int | None
    slots: list[BoundField]
    out: BoundField | None
    stays: str


@dataclass(frozen=True)
class Section:
    """A section as it is edited: its clauses, then the owner's own words."""

    slug: str
    title: str
    clauses: list[ClauseFields]
    prose: list[tuple[BoundField, BoundField]]

    @property
    def written(self) -> bool:
        """Whether there are words of the owner's own, or something to put right in them."""
        return any(bound.value() or bound.errors for pair in self.prose for bound in pair)


class DraftForm(Form):
    """Every slot of every clause that is installed, and room for words in each section."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, words: statement.Draft, *args: Any, **kwargs: Any) -> None:
        self.templates = _templates()
        self.stay = stays(self.templates, words.left_out) | drafting.needed()
        self.blocks = _blocks(words, args[0] if args else kwargs.get("data"))
        kwargs["initial"] = {**kwargs.get("initial", {}), **self._initial(words)}
        # Set before the form is made of them, so that these fields say what to write as all others do.
        self.base_fields = {**type(self).base_fields, **dict(self._fields())}  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def _fields(self) -> Iterator[tuple[str, forms.Field]]:
        for template in self.templates:
            for slot in template.slots:
                yield _slot_name(template, slot), _slot_field(slot)
            if template.slug not in self.stay:
                yield f"out-{template.slug}", _out_field(template)
        for section, count in self.blocks.items():
            for n in range(count):
                yield f"heading-{section}-{n}", _heading_field()
                yield f"text-{section}-{n}", _text_field(section)

    def _initial(self, words: statement.Draft) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for template in self.templates:
            values = words.filled.get(template.slug, {})
            found |= {_slot_name(template, s): values.get(s.name, s.default) for s in template.slots}
            found[f"out-{template.slug}"] = template.slug in words.left_out
        for section, some in groupby(words.prose, key=lambda one: one.section):
            for n, one in enumerate(some):
                found |= {f"heading-{section}-{n}": one.heading, f"text-{section}-{n}": one.text}
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse what the statement itself refuses, and a heading without words under it."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for section, count in self.blocks.items():
            for n in range(count):
                if given.get(f"heading-{section}-{n}") and not given.get(f"text-{section}-{n}", "x"):
                    self.add_error(f"text-{section}-{n}", _("Write what stands under this heading."))
        if not self.errors:
            try:
                drafting.drawn(self.words)
            except statement.Faulty as fault:
                self.add_error(None, str(fault))
        return given

    @property
    def words(self) -> statement.Draft:
        """What was written, as a draft."""
        given = self.cleaned_data
        filled = {
            template.slug: {slot.name: given[_slot_name(template, slot)] for slot in template.slots}
            for template in self.templates
            if template.slots
        }
        prose = tuple(
            Prose(section, _lines(given[f"text-{section}-{n}"]), given[f"heading-{section}-{n}"])
            for section, count in self.blocks.items()
            for n in range(count)
            if given[f"text-{section}-{n}"]
        )
        out = frozenset(t.slug for t in self.templates if given.get(f"out-{t.slug}"))
        return statement.Draft(filled, prose, out)

    @property
    def sections(self) -> Iterator[Section]:
        """The form as it is drawn: section by section, clause by clause."""
        force = gate.force()
        by_section = {slug: [] for slug in SECTIONS}  # type: dict[str, list[ClauseTemplate]]
        for template in self.templates:
            by_section[template.section].append(template)
        for slug, title in SECTIONS.items():
            clauses = [
                ClauseFields(
                    template,
                    self._words(template),
                    force.number_of(template.slug),
                    [self[_slot_name(template, slot)] for slot in template.slots],
                    self[f"out-{template.slug}"] if f"out-{template.slug}" in self.fields else None,
                    self.stay.get(template.slug, ""),
                )
                for template in by_section[slug]
            ]
            prose = [
                (self[f"heading-{slug}-{n}"], self[f"text-{slug}-{n}"]) for n in range(self.blocks[slug])
            ]
            yield Section(slug, title, clauses, prose)

    def _words(self, template: ClauseTemplate) -> list[tuple[str, str]]:
        """Return a clause's words with what stands in its fields, right or wrong; a dash for nothing."""
        filled = {slot.name: self[_slot_name(template, slot)].value() for slot in template.slots}
        parts = string.Formatter().parse(template.text)
        return [(plain, str(filled.get(gap) or "–") if gap else "") for plain, gap, _spec, _turned in parts]

    def beside(self, theirs: statement.Draft) -> list[tuple[str, str]]:
        """Return what somebody else's draft says otherwise: the field's words, and what they wrote."""
        other = self._initial(theirs)
        found = []
        for bound in self:
            if bound.is_hidden:
                continue
            mine, said = self.cleaned_data.get(bound.name), other.get(bound.name, "")
            if (mine or "") != (said or ""):
                label = self._label(bound.name) or str(bound.label)
                words = (
                    {True: _("ticked"), False: _("not ticked")}.get(said) if isinstance(said, bool) else said
                )
                found.append((label, str(words) or _("nothing")))
        return found

    def _label(self, name: str) -> str:
        """Return which clause a field belongs to, for whoever reads it away from its place."""
        for template in self.templates:
            for slot in template.slots:
                if name == _slot_name(template, slot):
                    return f"{template.slug}: {slot.title or slot.name}"
            if name == f"out-{template.slug}":
                return _("%(clause)s, left out") % {"clause": template.slug}
        return ""


def _templates() -> list[ClauseTemplate]:
    order = list(SECTIONS)
    found = [template for room in rooms.all() for template in room.clauses]
    return sorted(found, key=lambda t: (order.index(t.section), t.order, t.slug))


def _blocks(words: statement.Draft, data: Mapping[str, Any] | None) -> dict[str, int]:
    """Return how many texts each section has room for: those that are there, one at least."""
    there = {section: sum(one.section == section for one in words.prose) for section in SECTIONS}
    if data is not None:
        for section in there:
            sent = sum(1 for key in data if key.startswith(f"text-{section}-"))
            there[section] = max(there[section], min(sent, 40))
    return {section: max(count, 1) for section, count in there.items()}


def _slot_name(template: ClauseTemplate, slot: Slot) -> str:
    return f"slot-{template.slug}-{slot.name}"


def _slot_field(slot: Slot) -> forms.Field:
    units = {"days": _("days")}
    words = {
        "least": slot.least,
        "most": slot.most,
        "unit": units.get(slot.unit, slot.unit),
        "usual": slot.default,
    }
    return forms.IntegerField(
        label=slot.title or slot.name,
        help_text=_("From %(least)s to %(most)s %(unit)s; %(usual)s where nobody changes it.") % words,
        min_value=slot.least,
        max_value=slot.most,
    )


def _heading_field() -> forms.Field:
    return forms.CharField(label=_("Heading of your own words"), required=False, max_length=MOST_HEADING)


def _text_field(section: str) -> forms.Field:
    return forms.CharField(
        label=_("Words of your own under “%(section)s”") % {"section": SECTIONS[section]},
        help_text=_("In any language. They carry no mark, and nobody checks whether they are kept."),
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _out_field(template: ClauseTemplate) -> forms.Field:
    titles = wording.several(uses.get(name).title for name in dict.fromkeys(t.use for t in template.terms))
    return forms.BooleanField(
        label=_("Leave this clause out"),
        help_text=_("Then we no longer %(uses)s, and what asks for it closes.") % {"uses": titles},
        required=False,
    )


def _lines(text: str) -> str:
    return "\n".join(text.split("\r\n")).strip()
