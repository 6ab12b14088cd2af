"""Taking everything along: as a file, as a page to print, and a receipt for each yes. Clause `take-along`."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, vault
from leadrush.gate import limits
from leadrush.people import along, printing, receipts
from leadrush.people.proving import recently, signed_in
from leadrush.people.views.me import USE, whose
from leadrush.statement.receipts import Yes
from leadrush.vault import rights, taking
from leadrush.vault.models import Choice, Giving, Person

LINKED = "application/ld+json"
RATE, EITHER = "20/10m", ("GET", "POST")
"""Everything is read for each file: nobody needs more of them."""


@recently
@gate.door(USE, what=along.WHAT)
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Say what is in the file, and hand it over (POST), made while they wait."""
    person = whose(request)
    if request.method != "POST":
        return render(request, "people/take.html", _counts(person))
    limits.check(request, along.WHAT, RATE, methods=EITHER, what=str(person.pk))
    try:
        text = along.text(along.take(person.pk))
    except along.Gone as gone:
        return _nothing(request, gone)
    return _file(text, "application/json", along.file_name("json"))


@recently
@gate.door(USE, what=along.WHAT)
@require_safe
def to_print(request: HttpRequest) -> HttpResponse:
    """Show all of it on one page, to print or to save."""
    person = whose(request)
    limits.check(request, along.WHAT, RATE, methods=EITHER, what=str(person.pk))
    try:
        taken = along.take(person.pk)
    except along.Gone as gone:
        return _nothing(request, gone)
    context = {
        "along": taken,
        "told": along.head(taken),
        "things": printing.things(taken),
        "forms": printing.forms(taken),
        "answers": printing.answers(taken),
        "yeses": printing.yeses(taken),
        "used": [told for _entry, told in taken.used],
    }
    return render(request, "people/take_print.html", context)


def _counts(person: Person) -> dict[str, Any]:
    held = taking.counts(person.pk)
    return {
        "held": held,
        "total": sum(count for _title, count in held),
        "forms": Giving.objects.filter(person=person).count(),
        "answers": Choice.objects.filter(person=person).count(),
        "uses": rights.count(person.pk),
        "yeses": [(yes, along.title_of(yes.use)) for yes in receipts.held(person.pk)],
    }


def _nothing(request: HttpRequest, gone: along.Gone) -> HttpResponse:
    """Say that there is nothing any more, where a page can still say it."""
    messages.info(request, str(gone))
    return HttpResponseRedirect(reverse("people:me"))


def _file(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- receipts -----------------------------------------------------------------------------------------


@signed_in
@gate.door(USE, what=receipts.WHAT)
@require_safe
def receipt(request: HttpRequest, which: uuid.UUID) -> HttpResponse:
    """Show the receipt of one yes."""
    yes = _own(request, which)
    who = receipts.controller()
    context = {
        "yes": yes,
        "parts": receipts.parts(yes),
        "use": yes.version.use(yes.use),
        "statement": f"{who.versions}{yes.version.number}/",
        "territory": who.territory,
    }
    return render(request, "people/receipt.html", context)


@signed_in
@gate.door(USE, what=receipts.WHAT)
@require_safe
def receipt_linked(request: HttpRequest, which: uuid.UUID) -> HttpResponse:
    """Give the receipt of one yes as JSON-LD, to keep."""
    told = receipts.document(_own(request, which))
    name = along.file_name("jsonld", str(which)[:8])
    return _file(json.dumps(told, ensure_ascii=False, indent=1) + "\n", LINKED, name)


def _own(request: HttpRequest, which: uuid.UUID) -> Yes:
    """Return this person's yes with this number, and write down that they looked; nobody else has it."""
    person = whose(request)
    yes = next((one for one in receipts.held(person.pk) if one.record == which), None)
    if yes is None:
        raise Http404
    vault.note(subject=person.pk, categories=(), what=receipts.WHAT)
    return yes


# --- the form of the file -----------------------------------------------------------------------------


@gate.door(None, why="the schema is public, and says nothing about anybody")
@require_safe
def schema(request: HttpRequest, number: int) -> HttpResponse:
    """Give the schema that each file of this form keeps to."""
    if number != along.VERSION:
        raise Http404
    response = HttpResponse(along.schema(), content_type="application/schema+json; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
