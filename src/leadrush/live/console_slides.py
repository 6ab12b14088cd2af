"""The back office's screen of a room's slides: brought as PDF, shown page by page from the room."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.live import occasions, slides
from leadrush.live.console import held_by
from leadrush.look.forms import Form
from leadrush.media.contents import PDF
from leadrush.media.fields import MediaField


class Slides(Form):
    """A deck of slides."""

    deck = MediaField(
        label=_("Slides"),
        help_text=_("A PDF. Each page is shown as it is; what moves in a presentation does not."),
        kinds=(PDF,),
    )


@console.staff("host")
@gate.door("live.host", staff=True, what="live.slides")
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, about: str) -> HttpResponseBase:
    """Bring slides for a room, or take them out."""
    room = held_by(request, about)
    if request.method == "POST" and request.POST.get("do") == "out":
        slides.take_out(room)
        messages.success(request, said("The slides are taken out."))
        return HttpResponseRedirect(request.path)
    sent = request.method == "POST"
    form = Slides(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        try:
            slides.bring(room, form.cleaned_data["deck"])
        except ValidationError as fault:
            form.add_error("deck", fault)
        else:
            messages.success(request, said("The slides are here. Turn them in the room."))
            return HttpResponseRedirect(request.path)
    context = {
        "event": occasions.of(about),
        "room": room,
        "form": form,
        "pages": [(number, f"{slides.path(room)}{number}.webp") for number in range(1, room.pages + 1)],
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "live/console/slides.html", context, status=status)
