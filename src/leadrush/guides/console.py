"""The back office's doors: the desk, and writing a guide."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import console, gate
from leadrush.guides import handing, publishing
from leadrush.guides.forms import Asking, EditionForm, GuideForm
from leadrush.guides.models import Edition, Guide, State


@console.staff("host")
@gate.door(None, why="lists guides and how often their files were taken; nobody is in it")
@require_safe
def desk(request: HttpRequest) -> HttpResponseBase:
    """Show every guide, with how often it was taken."""
    guides = Guide.objects.annotate(taken=Sum("editions__taken")).prefetch_related("editions")
    return TemplateResponse(request, "guides/console/desk.html", {"guides": guides})


@console.staff("host")
@gate.door(None, why="makes a guide, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponseBase:
    """Write a guide; it begins as a draft."""
    return _written(request, Guide())


@console.staff("host")
@gate.door(None, why="changes a guide, which is about nobody")
@require_http_methods(["GET", "HEAD", "POST"])
def write_one(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change what a guide's page says."""
    return _written(request, get_object_or_404(Guide, pk=pk))


def _written(request: HttpRequest, guide: Guide, bringing: EditionForm | None = None) -> HttpResponseBase:
    sent = request.method == "POST" and bringing is None
    form = GuideForm(request.POST if sent else None, instance=guide)
    if sent and form.is_valid():
        saved = form.save()
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("guides:write_one", args=[saved.pk]))
    context = {
        "form": form,
        "guide": guide,
        "bringing": bringing or EditionForm(),
        "editions": list(guide.editions.select_related("file")) if guide.pk else [],
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "guides/console/write.html", context, status=status)


@console.staff("host")
@gate.door(None, why="takes a file of the business")
@require_POST
def bring(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Bring an edition."""
    guide = get_object_or_404(Guide, pk=pk)
    form = EditionForm(request.POST, request.FILES)
    if form.is_valid():
        edition = publishing.bring(guide, form.cleaned_data["file"], form.cleaned_data["words"])
        said = _("Edition %(number)d is the one that is handed out.") % {"number": edition.number}
        messages.success(request, said)
        return HttpResponseRedirect(reverse("guides:write_one", args=[pk]))
    return _written(request, guide, bringing=form)


@console.staff("host")
@gate.door(None, why="opens, closes and withdraws guides, which are about nobody")
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Open or close a guide, or withdraw an edition."""
    guide = get_object_or_404(Guide, pk=pk)
    asked = request.POST.get("do", "")
    try:
        if asked == "open":
            publishing.open_to_all(guide)
            messages.success(request, _("It is open. Everybody can have it."))
        elif asked == "close":
            publishing.close(guide)
            messages.success(request, _("It is closed. Its page says so."))
        elif asked.startswith("withdraw:"):
            number = asked.partition(":")[2]
            edition = get_object_or_404(
                Edition, guide=guide, number=int(number) if number.isdecimal() and len(number) < 6 else 0
            )
            publishing.withdraw(edition)
            messages.success(request, _("The edition is withdrawn."))
        else:
            messages.error(request, _("Nothing was done. Press one of the buttons."))
    except publishing.CannotChange as cannot:
        messages.error(request, str(cannot))
    return HttpResponseRedirect(reverse("guides:write_one", args=[pk]))


@console.staff("host")
@gate.door(None, why="shows a guide's page before it is open")
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a guide's page as everybody will see it; its file can be had from here."""
    guide = get_object_or_404(Guide, pk=pk)
    edition = guide.editions.select_related("file").first()
    context = {"guide": guide, "edition": edition, "form": Asking(signed_in=False), "preview": True}
    if edition is not None:
        context |= handing.shown(guide, edition)
    guide.state = State.OPEN
    return TemplateResponse(request, "guides/page.html", context)
