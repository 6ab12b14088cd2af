"""The back office's pages of a film: what is left out of it, its chapters, and what is said in it; and a copy
that is brought where it cannot be made anew."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.live import beside, copying, editing, occasions
from leadrush.live.console import held_by
from leadrush.live.editing import CannotCut
from leadrush.live.models import Poll, Recording, RecordingState
from leadrush.live.plane.timeline import position
from leadrush.look.forms import Form
from leadrush.media import captions, chapters, clocks, transcripts
from leadrush.media.captions import Said
from leadrush.media.contents import MP4
from leadrush.media.fields import MediaField
from leadrush.media.films import Chapter
from leadrush.media.links import link

WHY = {
    "order": _("Write where it begins and where it ends, at least a second later."),
    "all": _("Nothing would be left of the film."),
    "many": _("50 parts are left out already. Put one back first."),
    "gone": _("The recording is erased, so the film stays as it is."),
    "changed": _("The film was made anew meanwhile, or is being made. Look at it again, and then cut it."),
}


class Place(forms.CharField):
    """A place in a film, typed as `12:30`; None where it is empty."""

    def clean(self, value: Any) -> Any:
        """Return the second. Raises `ValidationError`."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return clocks.read(text)
        except ValueError:
            raise ValidationError(_("Write it like 12:30, or 1:02:30.")) from None


class Cut(Form):
    """What is left out, from one place of the film to another."""

    begin = Place(label=_("Leave out from"), help_text=_("Empty: from the beginning."), required=False)
    end = Place(label=_("until"), help_text=_("Empty: to the end."), required=False)
    looked_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("begin", "end"):
            self.fields[name].widget.attrs |= {
                "class": "short",
                "inputmode": "numeric",
                "autocomplete": "off",
                "placeholder": "12:30",
            }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and data.get("begin") is None and data.get("end") is None:
            raise ValidationError(_("Write where it begins, or where it ends."))
        return data


class Beside(Form):
    """Chapters, and what is said: typed, or brought as a file."""

    chapters = forms.CharField(
        label=_("Chapters"),
        help_text=_("A line for each: 12:30 What frost does"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "true"}),
    )
    transcript = forms.CharField(
        label=_("What is said"),
        help_text=_("WebVTT, or a line for each: 12:30 Frost lifts the soil."),
        required=False,
        max_length=captions.MOST,
        widget=forms.Textarea(attrs={"rows": 12, "class": "tall"}),
    )
    file = forms.FileField(
        label=_("Or bring it as a file"),
        help_text=_("WebVTT (.vtt). It takes the place of what is typed."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
    )

    def __init__(self, *args: Any, seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seconds = seconds

    def clean_chapters(self) -> tuple[Chapter, ...]:
        """Return the chapters."""
        return chapters.read(self.cleaned_data["chapters"], seconds=self.seconds)

    def clean_transcript(self) -> list[Said]:
        """Return what is said by what was typed."""
        text = self.cleaned_data["transcript"]
        return transcripts.read(text, seconds=self.seconds) if text.strip() else []

    def clean_file(self) -> list[Said]:
        """Return what is said by the file."""
        file = self.cleaned_data.get("file")
        return captions.read(captions.text_of(file, file.size or 0)) if file else []


class Copy(Form):
    """A copy of a film that its host cut by hand."""

    film = MediaField(label=_("Your copy of the film"), help_text=_("An MP4."), kinds=(MP4,))
    sure = forms.BooleanField(
        label=_("I looked at it: whoever said no is neither seen nor heard in it"),
        error_messages={"required": _("Look at it first, and say so.")},
    )


@console.staff("host")
@gate.door("live.host", staff=True, what="live.replay")
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, about: str) -> HttpResponseBase:
    """Take in a copy of a film that was taken down and cannot be made anew."""
    room = held_by(request, about)
    one = Recording.objects.filter(room=room).first()
    if one is None or not copying.is_waited_for(one):
        raise Http404
    sent = request.method == "POST"
    form = Copy(request.POST if sent else None, request.FILES if sent else None)
    if form.is_valid():
        copying.bring(one, form.cleaned_data["film"])
        messages.success(request, said("The film is back. A later no takes it down again."))
        return HttpResponseRedirect(reverse("live:report", args=[about]))
    context = {"event": occasions.of(about), "room": room, "recording": one, "form": form}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "live/console/bring.html", context, status=status)


@console.staff("host")
@gate.door("live.host", staff=True, what="live.replay")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, about: str) -> HttpResponseBase:
    """Leave something out of a film or put it back, and keep its chapters and what is said in it."""
    room = held_by(request, about)
    one = Recording.objects.select_related("room__replay").filter(room=room).first()
    if one is None or room.replay is None:
        raise Http404
    do = request.POST.get("do", "") if request.method == "POST" else ""
    cuts = Cut(request.POST if do == "cut" else None, initial={"looked_at": editing.stamp(one)})
    sides = Beside(
        request.POST if do == "keep" else None,
        request.FILES if do == "keep" else None,
        seconds=one.length,
        initial=_now(one),
    )
    words = ""
    if do == "back":
        try:
            editing.put_back(one, request.POST.get("part", ""))
            words = said("It is put back. The film is made again.")
        except CannotCut as fault:
            messages.error(request, str(WHY[fault.why]))
            return HttpResponseRedirect(request.path)
    elif do == "cut" and cuts.is_valid():
        words = _cut(one, cuts)
    elif do == "keep" and sides.is_valid():
        data = sides.cleaned_data
        beside.keep(one, parts=data["chapters"], said=data["file"] or data["transcript"])
        words = said("Saved. It stands beside the film.")
    if words:
        messages.success(request, words)
        return HttpResponseRedirect(request.path)
    context = {
        "event": occasions.of(about),
        "room": room,
        "recording": one,
        "film": link(room.replay, name="replay.mp4", room="live"),
        "cuts": cuts,
        "sides": sides,
        "left_out": [
            (word, clocks.clock(at), clocks.clock(long)) for word, at, long in editing.left_out(one)
        ],
        "waits": one.state in (RecordingState.WAITING, RecordingState.MAKING),
        "closed": beside.is_closed(one),
        "known": _known(one),
    }
    status = 422 if cuts.errors or sides.errors else 200
    return TemplateResponse(request, "live/console/edit.html", context, status=status)


def _cut(one: Recording, form: Cut) -> str:
    """Leave out what the form says; return what to say of it, nothing where the form has a word on it."""
    data = form.cleaned_data
    try:
        editing.cut(one, data["begin"], data["end"], looked_at=data["looked_at"])
    except CannotCut as fault:
        form.add_error(None, WHY[fault.why])
        return ""
    return said("It is left out. The film is made again; until then it is seen as it was.")


def _now(one: Recording) -> dict[str, str]:
    return {
        "chapters": chapters.typed(beside.chapters_of(one)),
        "transcript": transcripts.typed(beside.said_in(one)),
    }


def _known(one: Recording) -> list[tuple[str, str]]:
    """Return where in the film slides were turned and polls were opened, as lines that could be chapters."""
    shown = beside.spans(one)
    polls = Poll.objects.filter(room=one.room_id).exclude(opened_at=None).values_list("opened_at", "text")
    found = [(int(position(shown, at.timestamp())), text) for at, text in polls if at]
    pages = (
        (turn.second, said("Page %(page)d") % {"page": turn.page})
        for turn in beside.slides_of(one)
        if turn.page
    )
    return [(clocks.clock(second), words) for second, words in sorted([*found, *pages])]
