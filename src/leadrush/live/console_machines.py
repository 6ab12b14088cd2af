"""The back office's screen of the machines that carry live rooms: how loaded they are, which take more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.live import adding, machines_seen


@console.staff("owner")
@gate.door("live.host", staff=True, what="live.machines")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponseBase:
    """Show the machines; drain one, or bring rooms and watchers to it again."""
    if request.method == "POST":
        takes = request.POST.get("do") == "fill"
        try:
            adding.drain(request.POST.get("name", "")[:64], takes=takes)
        except LookupError:
            messages.error(request, _("There is no such machine any more."))
        else:
            drained = _("It gets no new rooms and watchers. Those who are there stay.")
            messages.success(request, _("It gets rooms and watchers again.") if takes else drained)
        return HttpResponseRedirect(request.path)
    return TemplateResponse(request, "live/console/machines.html", {"rows": machines_seen.seen()})


def summary() -> dict[str, Any] | None:
    """Return what stands on the overview; None where this machine is the only one."""
    rows = machines_seen.seen()
    if not rows:
        return None
    return {
        "watch": sum(row.watch for row in rows),
        "places": sum(row.places for row in rows if row.answers and row.takes),
        "silent": [row.name for row in rows if not row.answers],
    }
