"""The pages of a live room: its door, the room itself, and what is left of it when it is over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadrush import gate
from leadrush.gate import evidence
from leadrush.live import (
    attested,
    encoders,
    entering,
    headers,
    lasting,
    media,
    occasions,
    others,
    replaying,
    replying,
    reporting,
    screening,
    seats,
    showing,
)
from leadrush.live.answering import NotLetIn, NotTaken
from leadrush.live.models import Guest, Role, Room
from leadrush.live.occasions import Occasion
from leadrush.look import locales, parts, proofs
from leadrush.look.forms import Form
from leadrush.people.proving import signed_in
from leadrush.vault.models import Person
from leadrush.vault.turns import Erased

WORDS = {
    "denied": _(
        "The browser was not allowed to use camera or microphone. Allow it beside the address, and press "
        "again."
    ),
    "cannot": _(
        "This browser sends neither sound nor pictures. Take Chrome, Firefox or Safari, and an address that "
        "begins with https."
    ),
    "none": _("This device has neither camera nor microphone that can be used."),
    "joining": _("Connecting."),
    "again": _("The connection is lost. It comes back by itself."),
    "silent": _("The picture stands still: nothing comes from the stage. It goes on by itself."),
    "good": _("The connection is good."),
    "weak": _("The connection is weak."),
}
"""What the script says of the picture, and of the host's own."""


class Name(Form):
    """What somebody wants to be called in the room."""

    name = forms.CharField(
        label=_("What you want to be called here"),
        help_text=_("It need not be your name. The others see it beside what you say."),
        max_length=entering.LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )

    def clean_name(self) -> str:
        """Return the name as it will be shown."""
        try:
            return entering.read_name(self.cleaned_data["name"])
        except NotTaken as word:
            raise ValidationError(word.words) from None


class Certified(Form):
    """The name that stands on a certificate. It is set, and not kept."""

    name = forms.CharField(
        label=_("The name that stands on it"),
        help_text=_("Set into the file for you, and not kept."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


@never_cache
@gate.door("live.room", what="live.come")
@require_safe
@signed_in
def come(request: HttpRequest, about: str) -> HttpResponseBase:
    """Lead whoever is signed in to their place in a room."""
    _occasion(about)
    assert isinstance(request.user, Person)
    return HttpResponseRedirect(seats.path(about, request.user.pk))


@never_cache
@headers.room
@gate.door("live.room", what="live.page")
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, word: str) -> HttpResponseBase:
    """Show somebody their room: its door before they chose a name, then the room, then what is left of it."""
    about, person, event = place(word)
    there = entering.room_of(about)
    if event.film:
        screening.turn(there.pk)
        there.refresh_from_db()
    guest = Guest.objects.filter(room=there, person=person).select_related("giving", "room").first()
    may_host = occasions.hosts(about, person)
    seat = None if may_host else occasions.seat_of(about, person)
    if there.is_over and (guest or seat or may_host):
        return _over(request, there, event, person, guest)
    name = guest.name if guest else _("Host") if may_host else entering.offered(there)
    chosen = Name(request.POST or None, initial={"name": name})
    if request.method == "POST" and chosen.is_valid():
        try:
            entering.enter(room=there, person=person, name=chosen.cleaned_data["name"])
        except NotLetIn as refused:
            return _refused(request, event, refused)
        except Erased:
            raise Http404 from None
        except evidence.Stopped as stopped:
            chosen.add_error(None, proofs.refusal(stopped.clause))
        else:
            return HttpResponseRedirect(request.path)
    try:
        entering.demand_let_in(there, seat, may_host=may_host)
        if guest is not None and request.method != "POST":
            return _inside(request, guest, event)
    except NotLetIn as refused:
        return _refused(request, event, refused)
    context = {"event": event, "room": there, "form": chosen, "may_host": may_host} | _kept(event)
    return TemplateResponse(request, "live/door.html", context, status=422 if chosen.errors else 200)


def place(word: str) -> tuple[str, Person, Occasion]:
    """Return the room, the person and the occasion of a word. Raises `Http404`."""
    found = seats.read(word)
    person = Person.objects.filter(pk=found[1]).first() if found else None
    if found is None or person is None:
        raise Http404
    return found[0], person, _occasion(found[0])


def _occasion(about: str) -> Occasion:
    try:
        return occasions.of(about)
    except LookupError:
        raise Http404 from None


def _kept(event: Occasion) -> dict[str, Any]:
    return {"erased": lasting.lapses_at(event.ends_at), "begun": timezone.now() >= event.starts_at}


def _inside(request: HttpRequest, guest: Guest, event: Occasion) -> HttpResponse:
    """Show the room, with where things are; scripts take it from there."""
    context = {
        "event": event,
        "room": guest.room,
        "guest": guest,
        "word": request.resolver_match.kwargs["word"] if request.resolver_match else "",
        "state": showing.state(guest=guest.pk),
        "others": others.is_open(),
        "encoders": guest.may_host and encoders.ready(),
        "config": {
            "about": guest.room.about,
            "version": showing.VERSION,
            "starts": event.starts_at.isoformat(),
            "hosts": guest.may_host,
            "leads": guest.role == Role.HOST,
            "guest": guest.pk,
            "ready": media.ready(),
            "hls": static(parts.PLAYER) if parts.hls() else "",
            "words": {key: str(words) for key, words in WORDS.items()},
        },
    }
    return TemplateResponse(request, "live/room.html", context | _kept(event))


def _refused(request: HttpRequest, event: Occasion, word: NotLetIn) -> HttpResponse:
    context = {"event": event, "words": word.words, "code": word.code}
    return TemplateResponse(request, "live/refused.html", context, status=403)


def _over(
    request: HttpRequest,
    there: Room,
    event: Occasion,
    person: Person,
    guest: Guest | None,
    form: Certified | None = None,
) -> HttpResponse:
    """Show what is left: the replay for whoever has a seat still, one's own hours, the certificate."""
    stays = reporting.own(there, person)
    context = {
        "event": event,
        "room": there,
        "guest": guest,
        "stays": stays,
        "minutes": attested.minutes(stays),
        "form": form or Certified(),
        "replay": replaying.of(there) if replaying.may_watch(there, person) else None,
        "replied": replying.replied(there) if guest or occasions.hosts(there.about, person) else [],
        "language": locales.in_use().language,
        "word": request.resolver_match.kwargs["word"] if request.resolver_match else "",
    }
    status = 422 if form and form.errors else 200
    return TemplateResponse(request, "live/over.html", context | _kept(event), status=status)


@never_cache
@gate.door("live.room", what="live.certificate")
@require_POST
def certificate(request: HttpRequest, word: str) -> HttpResponseBase:
    """Set a certificate of attendance, with the name that was typed, for whoever was there."""
    about, person, event = place(word)
    there = entering.room_of(about)
    stays = reporting.own(there, person)
    form = Certified(request.POST)
    if not there.is_over or attested.minutes(stays) < 1:
        raise Http404
    if not form.is_valid():
        guest = Guest.objects.filter(room=there, person=person).first()
        return _over(request, there, event, person, guest, form)
    response = HttpResponse(
        attested.certificate(event, stays, form.cleaned_data["name"]), content_type="application/pdf"
    )
    response["Content-Disposition"] = 'attachment; filename="certificate.pdf"'
    return response
