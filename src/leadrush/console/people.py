"""People: found by the whole address, opened for something that is said first.

No address stands in a web address or a log: it is sent by POST, and a page about a person carries a signed
handle that lasts a quarter of an hour. Clause `helping`.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from leadrush import gate, ledger, vault
from leadrush.console import handles, opened, told
from leadrush.console.access import staff
from leadrush.console.forms import FindForm, OpenForm
from leadrush.vault.models import Giving, Person
from leadrush.vault.rights import entries

PAGE = 25


@staff("host")
@gate.door(None, why="it counts people and shows an empty form")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show the form that finds a person."""
    return _page(request, FindForm())


@staff("host")
@gate.door(None, why="an address is compared by its digest; nothing about anybody is read")
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Say whether somebody has this whole address, and ask what they are to be opened for."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    person = vault.find(form.cleaned_data["address"])
    if person is None or not vault.have_keys({person.pk}):
        return _page(request, form, nobody=True)
    assert isinstance(request.user, Person)
    return _page(request, form, asks=OpenForm(initial={"person": handles.found(person.pk, request.user.pk)}))


@staff("host")
@gate.door("support.help", staff=True)
@require_POST
def open_person(request: HttpRequest) -> HttpResponse:
    """Write down who opens whom and what for; only then is there an address under which anything shows."""
    assert isinstance(request.user, Person)
    form = OpenForm(request.POST)
    person_id = form.whose(request.user.pk)
    if person_id is None:
        messages.info(request, _("That was found more than a quarter of an hour ago. Find it again."))
        return HttpResponseRedirect(reverse("console:people"))
    if not form.is_valid():
        return _page(request, FindForm(), asks=form, status=422)
    entry = write_down(person_id, form.cleaned_data["reason"], form.cleaned_data["reference"])
    handle = handles.opened(person_id, request.user.pk, entry.pk)
    return HttpResponseRedirect(reverse("console:person", args=[handle]))


def write_down(person_id: uuid.UUID, reason: str, reference: str = "") -> ledger.Entry:
    """Write the entry for opening a person, under the door in force. Raises `ledger.Unwritten`."""
    return vault.note(
        subject=person_id,
        categories=opened.categories_in(opened.rows_of(person_id)),
        what=reason,
        about=f"console.reference:{reference}" if reference else "",
    )


@staff("host")
@gate.door("support.help", staff=True)
@require_GET
def person(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a person who was opened, for a quarter of an hour; then ask again."""
    assert isinstance(request.user, Person)
    found = handles.read_opened(handle, request.user.pk)
    if found is None:
        messages.info(request, _("A person stays open for a quarter of an hour. Find them again."))
        return HttpResponseRedirect(reverse("console:people"))
    somebody = get_object_or_404(Person, pk=found.person)
    entry = get_object_or_404(ledger.Entry, pk=found.entry)
    if not vault.have_keys({somebody.pk}):
        return render(request, "console/person_gone.html", status=410)
    return TemplateResponse(request, "console/person.html", _shown(request, somebody, entry, request.user.pk))


def _shown(request: HttpRequest, somebody: Person, entry: ledger.Entry, viewer: uuid.UUID) -> dict[str, Any]:
    rows = opened.rows_of(somebody.pk)
    values = opened.values(rows, entry)
    pages = Paginator(entries(somebody.pk), PAGE)
    page = pages.get_page(request.GET.get("page"))
    return {
        "person": somebody,
        "name": values.get("name", ""),
        "address": values.get("email", ""),
        "entry": entry,
        "reason": ledger.say_deed(entry.what),
        "reference": ledger.titles({entry.about}).get(entry.about, ""),
        "held": opened.held(rows, values),
        "withheld": opened.withheld(somebody.pk, rows),
        "about": opened.serves(somebody.pk, rows),
        "came": opened.came_from(somebody.pk),
        "page": page,
        "events": told.timeline(page.object_list, viewer=viewer, subject=somebody.pk),
    }


def _page(
    request: HttpRequest,
    form: FindForm,
    *,
    asks: OpenForm | None = None,
    nobody: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "asks": asks,
        "nobody": nobody,
        "people": Person.objects.count(),
        "givings": Giving.objects.filter(ended_at__isnull=True).count(),
    }
    return TemplateResponse(request, "console/people.html", context, status=status)
