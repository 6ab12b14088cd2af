"""A person's own doors: the visits that they joined to themselves."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import gate, vault
from leadrush.people.proving import signed_in
from leadrush.people.views.me import whose
from leadrush.visits import addresses, inbox, joining, reading, remembering
from leadrush.visits.models import Browser

A_PAGE = 50


@signed_in
@gate.door("rights.own", what="visits.own")
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponseBase:
    """Show the visits of the browsers that somebody joined to themselves; join the one at hand."""
    person = whose(request)
    number = remembering.number_of(request)
    if request.method == "POST":
        try:
            joining.join(person=person, number=number, agent=request.headers.get("User-Agent", ""))
            messages.success(request, _("From now on you see the visits of this browser here."))
        except joining.NotRemembered:
            messages.info(request, _("This browser is not remembered. Say yes to the cookie first."))
        except joining.JoinedAlready:
            messages.info(
                request,
                _(
                    "The visits of this browser belong to somebody else who used it. Change your cookie "
                    "answer to no and back to yes: it begins anew, with another number."
                ),
            )
        return HttpResponseRedirect(reverse("visits:own"))
    held = list(Browser.objects.filter(person=person).order_by("at"))
    if held:
        vault.note(subject=person.pk, categories=[reading.KIND, addresses.CATEGORY], what="visits.own")
    # Whoever switched off that their visits are shown to them has them all the same: to erase, to take along.
    with gate.using(joining.USE, what="visits.own"):
        shown = set(Browser.objects.filter(person=person).values_list("pk", flat=True))
    views = joining.own([row.number for row in held if row.pk in shown])
    titles = inbox.titles()
    page = Paginator(views, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "browsers": held,
        "remembered": bool(number),
        "joined": any(row.number == number for row in held),
        "page": page,
        "rows": [
            (view, *(titles.get(one, one) for one in (view.page, view.before, view.after))) for view in page
        ],
        "total": len(views),
        "switched_off": len(shown) < len(held),
        "days": addresses.days_kept(),
    }
    return render(request, "visits/own.html", context)
