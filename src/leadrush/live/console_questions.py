"""The back office's screen of the questions that a room left, to be answered in writing."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.live import occasions, replying
from leadrush.live.answering import NotTaken
from leadrush.live.console import held_by


@console.staff("host")
@gate.door("live.host", staff=True, what="live.questions")
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, about: str) -> HttpResponseBase:
    """Show what was asked in a room, and take an answer."""
    room = held_by(request, about)
    typed, fault, status = {}, "", 200
    if request.method == "POST" and (key := request.POST.get("question", "")).isdecimal() and len(key) < 19:
        text = request.POST.get("reply", "")
        try:
            replying.reply(room, int(key), text)
        except (NotTaken, ValidationError) as word:
            fault = word.words if isinstance(word, NotTaken) else " ".join(word.messages)
            typed, status = {int(key): text}, 422
        else:
            messages.success(request, _("Those who had a seat read it at their place in the room."))
            return HttpResponseRedirect(request.path)
    asked = replying.questions(room)
    context = {
        "event": occasions.of(about),
        "room": room,
        "asked": [(one, typed.get(one.key, one.reply), one.key in typed) for one in asked],
        "fault": fault,
        "lost": typed if typed and not any(one.key in typed for one in asked) else {},
    }
    return TemplateResponse(request, "live/console/questions.html", context, status=status)
