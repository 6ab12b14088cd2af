"""“What we hold about you”: every item, what it may be used for, and every use."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from leadrush import gate, vault
from leadrush.people import switches, telling
from leadrush.people.proving import signed_in
from leadrush.vault import opening, rights
from leadrush.vault.giving import NAME_CATEGORY
from leadrush.vault.models import Giving, Person

USE = "rights.own"
FIRST = 8
A_PAGE = 25
ALIKE = 3
"""So many of one kind (letters we sent, say) stand open in the table."""


def whose(request: HttpRequest) -> Person:
    """Return the person who is signed in."""
    assert isinstance(request.user, Person)
    return request.user


@signed_in
@gate.door(USE, what="rights.see")
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show everything, and write down that it was shown."""
    person = whose(request)
    rows = rights.rows_of(person.pk)
    opening.hold_keys({person.pk, *(name.person_id for name in rows.team)})
    before = list(rights.entries(person.pk)[: FIRST - 1])
    team = telling.among(before, rows.team)
    # Nothing is open so far. This look, and the name of everybody whom the page will name, are written first.
    look = opening.Opening(person.pk, (), "rights.see")
    this, *_names = opening.note_each([look, *map(telling.naming, team)])
    records = rights.records(person.pk, rows)
    total = rights.count(person.pk)
    shown, folded = _fold([record for record in records if record.confirmed])
    context = {
        "records": shown,
        "folded": folded,
        "unconfirmed": _by_giving(records),
        "count": len(records),
        "name": next((r.value for r in records if r.categories == (NAME_CATEGORY,)), ""),
        "switches": switches.of(person, records),
        "told": telling.tell([this, *before], person.pk, team),
        "total": total,
        "others": max(total - FIRST, 0),
        "first_used": min((record.given_at for record in records), default=None),
    }
    return render(request, "people/me.html", context)


def link(name: str) -> str:
    """Return the address where an item is corrected, empty where there is none."""
    if not name or name.startswith("/"):
        return name
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


Row = tuple[rights.Record, str]


def _fold(records: list[rights.Record]) -> tuple[list[Row], list[tuple[str, list[Row]]]]:
    """Return what stands in the table, and by title what is folded under it: the older of many alike."""
    newest: dict[str, list[rights.Record]] = {}
    for record in reversed(records):
        newest.setdefault(record.title, []).append(record)
    open_ = {record.key for alike in newest.values() for record in alike[:ALIKE]}
    shown = [(record, link(record.correct)) for record in records if record.key in open_]
    folded = [
        (title, [(record, link(record.correct)) for record in alike[ALIKE:]])
        for title, alike in newest.items()
        if len(alike) > ALIKE
    ]
    return shown, folded


def _by_giving(records: list[rights.Record]) -> list[dict[str, Any]]:
    """Return what somebody typed who may not have been this person, one entry a form that was sent."""
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for record in records:
        if not record.confirmed:
            entry = found.setdefault(record.giving, {"first": record, "records": []})
            entry["records"].append(record)
    return list(found.values())


@signed_in
@gate.door(USE, what="rights.see")
@require_safe
def used(request: HttpRequest) -> HttpResponse:
    """Show every use, newest first, 25 a page."""
    person = whose(request)
    vault.note(subject=person.pk, categories=(), what="rights.see")
    page = Paginator(rights.entries(person.pk), A_PAGE).get_page(request.GET.get("page"))
    told = telling.tell(page.object_list, person.pk)
    return render(request, "people/uses.html", {"page": page, "told": told})


@signed_in
@gate.door(USE, what="people.switch")
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Switch a use off or on."""
    try:
        switches.turn(person=whose(request), use=request.POST.get("use", ""), on="on" in request.POST)
    except switches.NoSwitch:
        raise BadRequest("no such switch") from None
    return HttpResponseRedirect(reverse("people:me") + "#may")


@signed_in
@gate.door(USE, what="people.was_it_you")
@require_POST
def was_it_you(request: HttpRequest) -> HttpResponse:
    """Confirm what was given under one's address, or say that it was somebody else, which erases it."""
    person = whose(request)
    try:
        giving = Giving.objects.get(
            pk=uuid.UUID(request.POST.get("giving", "")), person=person, ended_at__isnull=True
        )
    except (ValueError, Giving.DoesNotExist):
        messages.info(request, _("That is over already: nothing of it is held any more."))
        return HttpResponseRedirect(reverse("people:me"))
    if request.POST.get("answer") == "yes":
        rights.answer(giving, was_me=True)
        messages.success(request, _("Thank you. It counts as yours from now on."))
    elif request.POST.get("answer") == "no":
        rights.answer(giving, was_me=False)
        messages.success(request, _("It was erased, and nothing more comes of it."))
    return HttpResponseRedirect(reverse("people:me"))
