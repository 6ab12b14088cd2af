"""A receipt for each yes: which of a person's answers have one, and what it says. Clause `take-along`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale
from babel.core import get_global
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush import look
from leadrush.gate.versions import version_of
from leadrush.look import marks
from leadrush.look.models import Business
from leadrush.statement import US, Retention, receipts
from leadrush.vault import rights
from leadrush.vault.models import Choice

WHAT = "rights.receipt"
RECORDS = uuid.UUID("6d0f3f86-4c0e-4f5a-9b0e-6a2f8d1b7c35")
"""The space that records of consent are numbered in; drawn once, so that a yes keeps its number."""
NOWHERE = "ZZ"
"""The territory of a time zone that is no place's, such as UTC."""


def number(choice: Choice) -> uuid.UUID:
    """Return under which number the record of this yes stands, here and in every copy of it."""
    return uuid.uuid5(RECORDS, f"{choice.pk} {choice.use} {choice.at.timestamp():.6f}")


def counts(choice: Choice) -> bool:
    """Say whether an answer is the person's own: a yes in a form that nobody confirmed is not, a no is."""
    return not choice.answer or choice.giving is None or choice.giving.confirmed


def of(choices: Iterable[Choice]) -> list[receipts.Yes]:
    """Return each yes among a person's answers, oldest first, with the no that ended it if there is one.

    `choices` come with their giving, in their order. What was said yes to without being asked for consent
    (a switch of a use that rests on something else) has no receipt.
    """
    said = [choice for choice in choices if counts(choice)]
    found = []
    for place, choice in enumerate(said):
        if not choice.answer:
            continue
        no = next((later for later in said[place:] if later.use == choice.use and not later.answer), None)
        confirmed = choice.giving.confirmed_at if choice.giving else None
        found.append(
            receipts.Yes(
                record=number(choice),
                person=choice.person_id,
                use=choice.use,
                version=version_of(choice.version_id),
                said=_said(choice),
                confirmed_at=confirmed if confirmed and confirmed > choice.at else None,
                withdrawn=_said(no) if no else None,
                asked=rights.asks(choice.where),
            )
        )
    return [yes for yes in found if yes.terms]


def held(person_id: uuid.UUID) -> list[receipts.Yes]:
    """Return each yes of a person that has a receipt, oldest first; one question."""
    return of(Choice.objects.filter(person_id=person_id).order_by("id").select_related("giving"))


def _said(choice: Choice) -> receipts.Said:
    return receipts.Said(choice.at, rights.form_words(choice.where))


def controller() -> receipts.Controller:
    """Return who asked: the business of this site."""
    business = look.business()
    site = settings.SITE_URL.rstrip("/")
    return receipts.Controller(
        name=business.name,
        address=", ".join(business.place_lines),
        url=f"{site}/",
        versions=site + marks.statement_url() + "versions/",
        switches=f"{site}{reverse('people:me')}#may",
        territory=territory(business),
        language=Locale.parse(business.locale, sep="_").language,
    )


def territory(business: Business) -> str:
    """Return the country that the business's time zone lies in, else that of its locale, in two letters."""
    zones = get_global("zone_territories")
    places = (zones.get(business.time_zone, ""), Locale.parse(business.locale, sep="_").territory or "")
    return next((place for place in places if place.isalpha() and place != NOWHERE), "")


def document(yes: receipts.Yes) -> dict[str, Any]:
    """Return the receipt of a yes, made now."""
    return receipts.receipt(yes, controller(), timezone.now())


@dataclass(frozen=True)
class Part:
    """One part of what was said yes to, in words: which data, who gets it, until when, under which clause."""

    data: str
    who: str
    until: str
    number: int


def parts(yes: receipts.Yes) -> list[Part]:
    """Return what a yes was about, as its page says it."""
    found = []
    for term, clause in yes.terms:
        found.append(
            Part(
                data=yes.version.category(term.category).title,
                who=_who(term.recipients),
                until=_until(term.retention),
                number=yes.version.number_of(clause.slug) or 0,
            )
        )
    return found


def _who(recipients: Iterable[str]) -> str:
    names = sorted(recipients, key=lambda name: (name != US, name))
    if names == [US]:
        return _("nobody but us")
    return ", ".join(_("us") if name == US else name for name in names)


def _until(retention: Retention) -> str:
    if retention.days is None:
        return _("until you say no")
    words = ngettext("%(days)s day after: %(event)s", "%(days)s days after: %(event)s", retention.days)
    return words % {"days": retention.days, "event": retention.after}
