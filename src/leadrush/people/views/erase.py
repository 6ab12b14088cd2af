"""Erasing: seen before it happens, everything or one thing; the receipt, which needs no sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, ledger
from leadrush.gate import limits
from leadrush.look import charts, times
from leadrush.people import leaving
from leadrush.people.proving import recently
from leadrush.people.views.me import USE, link, whose
from leadrush.vault import copies, erasing, item_erasing, opening, plans, rights, tombstones
from leadrush.vault.giving import EMAIL, NAME_CATEGORY
from leadrush.vault.models import Erasure, Person

SHOWN = 3
"""So many things of one kind are named; the others are counted."""
UNWRITTEN = (ledger.Unwritten, tombstones.Unwritten)


@recently
@gate.door(USE, what="people.erase")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def everything(request: HttpRequest) -> HttpResponse:
    """Show what goes, what must stay and what becomes of the backups; on POST, erase everything."""
    person = whose(request)
    if request.method != "POST":
        return _plan(request, person)
    try:
        erasure = erasing.erase_everything(person.pk)
    except erasing.LastOwner:
        return _plan(request, person, status=409)
    except UNWRITTEN:
        return render(request, "people/not_erased.html", status=503)
    logout(request)
    if erasure is None:
        # Another window, or the other half of a double click, was quicker; that one shows the receipt.
        return render(request, "people/erased.html")
    return HttpResponseRedirect(reverse("people:erasure", args=[erasure.code]))


def _plan(request: HttpRequest, person: Person, status: int = 200) -> HttpResponse:
    rows = rights.rows_of(person.pk)
    opening.hold_keys({person.pk})
    opening.note(subject=person.pk, categories=[], what="rights.see")
    records = {record.key: record for record in rights.records(person.pk, rows)}
    plan = plans.plan(person.pk, rows)
    goes = []
    for line in plan.goes:
        held = [records[key] for key in line.keys if key in records]
        newest = sorted(held, key=lambda record: record.given_at, reverse=True)
        goes.append(
            {
                "title": line.title,
                "loses": line.loses,
                "values": [record.value for record in newest[:SHOWN]],
                "more": max(len(newest) - SHOWN, 0),
                "uses": max((record.times_used for record in newest), default=0),
            }
        )
    context = {
        "plan": plan,
        "goes": goes,
        "stays": [
            {"line": line, "values": [records[key].value for key in line.keys if key in records]}
            for line in plan.stays
        ],
        "name": next((r.value for r in records.values() if r.categories == (NAME_CATEGORY,)), ""),
        "chart": chart(),
        "take": link("people:take"),
    }
    return render(request, "people/erase.html", context, status=status)


def chart() -> charts.Bars | None:
    """Return how many copies of the keys still hold somebody on each day from now on; None without any."""
    held = copies.now()
    last = held.last
    if last is None:
        return None
    today = times.today()
    days = (times.at_home(last).date() - today).days + 1
    ends = [today + timedelta(days=n) for n in range(days + 1)]
    counts = [sum(times.at_home(moment).date() > day for moment in held.lapses) for day in ends]
    sentence = ngettext(
        "%(count)s copy of the keys holds yours today; from %(day)s on none does.",
        "%(count)s copies of the keys hold yours today; from %(day)s on none does.",
        len(held.lapses),
    ) % {"count": len(held.lapses), "day": times.day(times.at_home(last).date())}
    bars = [
        charts.Bar(_("Today") if day == today else times.day(day, short=True), count)
        for day, count in zip(ends, [len(held.lapses), *counts[1:]], strict=True)
    ]
    return charts.Bars(sentence, _("Day"), _("Copies that still hold you"), bars)


@recently
@gate.door(USE, what="people.erase_item")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, key: str) -> HttpResponse:
    """Show one thing and what goes with it; on POST, erase it."""
    person = whose(request)
    if request.method == "POST":
        try:
            erasure = item_erasing.erase_item(person.pk, key)
        except item_erasing.NotThere:
            return render(request, "people/erase_item.html", {"record": None}, status=404)
        except (item_erasing.RestsOnAll, item_erasing.MustStay):
            pass  # the page says why, and has no button for it
        except UNWRITTEN:
            return render(request, "people/not_erased.html", status=503)
        else:
            return HttpResponseRedirect(reverse("people:erasure", args=[erasure.code]))
    context = _one(person, key)
    return render(request, "people/erase_item.html", context, status=200 if context["record"] else 404)


def _one(person: Person, key: str) -> dict[str, Any]:
    rows = rights.rows_of(person.pk)
    opening.hold_keys({person.pk})
    record = next((one for one in rights.records(person.pk, rows) if one.key == key), None)
    plan = plans.plan(person.pk, rows)
    return {
        "record": record,
        "rests_on_all": record is not None and record.kind == EMAIL,
        "stays": next((line for line in plan.stays if key in line.keys), None),
        "loses": next((line.loses for line in plan.goes if key in line.keys), ""),
    }


# --- the receipt --------------------------------------------------------------------------------------


@gate.door(None, why="a receipt says when and how much; it names nobody")
@never_cache
@require_safe
def receipt(request: HttpRequest, code: str) -> HttpResponse:
    """Show what was erased when, to whoever has the code; `?as=text` gives it as a file."""
    limits.check(request, "people.receipt", "60/m", methods=("GET", "HEAD"))
    # Whatever else somebody types is no code, and no text of a database either.
    typed = code.upper() if code.isascii() and code.isprintable() else ""
    found = get_object_or_404(Erasure.objects.exclude(what=Erasure.What.OVER), pk=typed)
    signed = leaving.signature(found)
    context = {
        "it": found,
        "everything": found.what == Erasure.What.EVERYTHING,
        "held": found.things + found.kept,
        "copies": leaving.over_by(found),
        "signature": (signed[:32], signed[32:]),
        "address": request.build_absolute_uri(request.path),
    }
    if request.GET.get("as") == "text":
        text = render_to_string("people/erasure.txt", context, request)
        response = HttpResponse(text, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{found.code}.txt"'
        return response
    return render(request, "people/erasure.html", context)
