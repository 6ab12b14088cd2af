"""Correcting one's own hours in a room: what was noted, in fields, and what they should be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leadrush import gate
from leadrush.live import entering, reporting
from leadrush.live.answering import NotTaken
from leadrush.live.pages import place
from leadrush.look.forms import Form, HomeTime

MORE = 2
"""Empty rows for times that were not noted."""


class Stayed(Form):
    """From when until when."""

    came = HomeTime(label=_("Came"), required=False)
    left = HomeTime(label=_("Left"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for both, or for none."""
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("came")) != bool(data.get("left")):
            raise ValidationError(_("Write both, or leave both empty."))
        return data


Rows = forms.formset_factory(Stayed, extra=MORE, max_num=50 + MORE)


@never_cache
@gate.door("live.room", what="live.hours")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, word: str) -> HttpResponseBase:
    """Let somebody correct from when until when they were in a room. Clause `live-report`."""
    about, person, event = place(word)
    room = entering.room_of(about)
    noted = [{"came": stay.came_at, "left": stay.left_at} for stay in reporting.own(room, person)]
    rows = Rows(request.POST or None, initial=noted, prefix="stay")
    wrong = ""
    if request.method == "POST" and rows.is_valid():
        hours: list[tuple[datetime, datetime]] = [
            (row["came"], row["left"]) for row in rows.cleaned_data if row.get("came")
        ]
        try:
            reporting.correct(room=room, person=person, hours=hours)
        except NotTaken as refused:
            wrong = refused.words
        else:
            return HttpResponseRedirect(reverse("live:room", args=[word]))
    context = {"event": event, "rows": rows, "word": word, "wrong": wrong}
    status = 422 if wrong or rows.total_error_count() else 200
    return TemplateResponse(request, "live/hours.html", context, status=status)
