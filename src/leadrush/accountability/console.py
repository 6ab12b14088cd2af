"""The owner's pages of the statement: the desk, the draft, the difference that publishing makes."""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from leadrush import console, gate, statement, vault
from leadrush.accountability import drafting, questions, reaching, shown
from leadrush.accountability.forms import DraftForm
from leadrush.accountability.models import Draft, Notice
from leadrush.console.access import role_of
from leadrush.vault import publishing
from leadrush.vault.giving import NAME
from leadrush.vault.models import Item, Person

STAFF = "console.staff"


@console.staff("reader")
@gate.door(STAFF, staff=True, what="accountability.draft")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show the version in force, the draft of the next one, and how far telling of each has got."""
    begun = drafting.current()
    owner = role_of(request) == "owner"
    context = {
        "force": gate.force(),
        "owner": owner,
        "draft": begun.row,
        # Only owners see who works here (clause `working-here`).
        "who": _who(begun.row) if owner else _("an owner"),
        "outrun": begun.outrun,
        "coming": publishing.under_way(),
        "notices": Notice.objects.select_related("version", "before").order_by("-version__number")[:10],
    }
    return TemplateResponse(request, "accountability/console/desk.html", context)


@console.staff("reader")
@gate.door(STAFF, staff=True, what="accountability.draft")
@require_safe
def coming(request: HttpRequest) -> HttpResponse:
    """Show how far a version has come, for the desk that asks again; once it is there, load that anew."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("accountability:desk"))
    how_far = publishing.under_way()
    if how_far is None:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "accountability/console/coming.html", {"coming": how_far})


@console.staff("owner")
@gate.door(STAFF, staff=True, what="accountability.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Edit the draft; what cannot be published is not saved, and stands where it was written."""
    begun = drafting.current()
    if request.method != "POST":
        return _edit(request, DraftForm(begun.words, initial={"seen": begun.revision}), begun)
    form = DraftForm(begun.words, request.POST)
    if not form.is_valid():
        return _edit(request, form, begun, status=422)
    assert isinstance(request.user, Person)
    try:
        drafting.save(form.words, seen=form.cleaned_data["seen"], by=request.user)
    except drafting.Overtaken:
        return _overtaken(request)
    messages.success(request, _("Saved. Nobody has seen it but those who work here."))
    to = "accountability:draft_difference" if "look" in request.POST else "accountability:draft"
    return HttpResponseRedirect(reverse(to))


def _overtaken(request: HttpRequest) -> HttpResponse:
    """Show what somebody else wrote meanwhile, beside what this owner wrote, which stays in the fields."""
    begun = drafting.current()
    data = request.POST.copy()
    data["seen"] = str(begun.revision)
    again = DraftForm(begun.words, data)
    again.is_valid()
    return _edit(request, again, begun, status=409, theirs=again.beside(begun.words), overtaken=True)


def _edit(
    request: HttpRequest, form: DraftForm, begun: drafting.Begun, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "draft": begun.row,
        "who": _who(begun.row),
        "outrun": begun.outrun,
        "force": gate.force(),
        **more,
    }
    return TemplateResponse(request, "accountability/console/draft.html", context, status=status)


@console.staff("owner")
@gate.door(STAFF, staff=True, what="accountability.draft")
@require_http_methods(["GET", "HEAD", "POST"])
def difference(request: HttpRequest) -> HttpResponse:
    """Show what the draft would change and for whom; publish it, once."""
    if request.method == "POST":
        return _publish(request)
    begun = drafting.current()
    if begun.row is None:
        messages.info(request, _("There is no draft. Write one first."))
        return HttpResponseRedirect(reverse("accountability:draft"))
    try:
        new = drafting.drawn(begun.words)
    except statement.Faulty as fault:
        messages.error(request, _("This draft can no longer be published: %(why)s.") % {"why": fault})
        return HttpResponseRedirect(reverse("accountability:draft"))
    concern = reaching.concern_of(gate.force(), new)
    reach = reaching.reach(concern)
    change = concern.change
    context = {
        "change": change,
        "draft": begun.row,
        "who": _who(begun.row),
        "outrun": begun.outrun,
        "sentences": shown.sentences(change),
        "prose": shown.prose(change),
        "rows": shown.rows(change),
        "stays": sum(not sentence.changed for sentence in change.sentences),
        "reach": reach,
        "meter": shown.meter(reach),
        "locked": [(one, shown.locked(one, change)) for one in reach.locked],
        "lines": questions.lines(change),
        "questions": [questions.ask(use, change) for use in dict.fromkeys(chain(*reach.by_uses))],
        "by_uses": [
            ([new.use(use).title for use in names], count)
            for names, count in sorted(reach.by_uses.items(), key=lambda one: -one[1])
        ],
    }
    return TemplateResponse(request, "accountability/console/difference.html", context)


def _publish(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, Person)
    seen, number = (
        int(value) if value.isdecimal() and len(value) < 9 else 0
        for value in (request.POST.get("seen", ""), request.POST.get("number", ""))
    )
    try:
        text = drafting.publish(seen=seen, number=number, by=str(request.user.pk))
    except drafting.Overtaken:
        return _not_published(request, number)
    except drafting.Nothing:
        messages.info(request, _("This draft says what the statement in force says. Nothing was published."))
        return HttpResponseRedirect(reverse("accountability:draft"))
    except (statement.Faulty, drafting.CannotPublish) as fault:
        messages.error(request, _("Nothing was published: %(why)s") % {"why": fault})
        return HttpResponseRedirect(reverse("accountability:draft"))
    messages.success(
        request,
        _("Version %(number)s is on its way. Once it is in force, those whom it concerns are written to.")
        % {"number": text.number},
    )
    return HttpResponseRedirect(reverse("accountability:desk"))


def _not_published(request: HttpRequest, number: int) -> HttpResponse:
    """Say what came in between: it is published already, or somebody saved the draft again."""
    if drafting.was_published(number):
        messages.info(request, _("Version %(number)s is published already, once.") % {"number": number})
        return HttpResponseRedirect(reverse("accountability:desk"))
    messages.error(
        request,
        _("The draft was saved again since you looked. Nothing was published: look at it as it is by now."),
    )
    return HttpResponseRedirect(reverse("accountability:draft_difference"))


@console.staff("owner")
@gate.door(STAFF, staff=True, what="accountability.draft")
@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away."""
    value = request.POST.get("seen", "")
    try:
        drafting.discard(seen=int(value) if value.isdecimal() and len(value) < 9 else 0)
    except drafting.Overtaken:
        messages.error(request, _("The draft was saved again since you looked, so it is still here."))
    else:
        messages.success(request, _("Thrown away. The statement in force stays as it is."))
    return HttpResponseRedirect(reverse("accountability:desk"))


def _who(row: Draft | None) -> str:
    """Return who saved a draft, by the name that they go by; it is written down that it was shown."""
    if row is None or row.saved_by_id is None:
        return _("somebody who works here")
    item = Item.objects.filter(person=row.saved_by_id, kind=NAME).first()
    if item is None:
        return _("somebody who works here")
    return vault.open_items([item], what="accountability.draft")[item.pk]
