"""The pages that links in letters lead to: into the training, and “this wasn’t me”."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from leadrush import gate
from leadrush.mailbox import links
from leadrush.mailbox.models import Link
from leadrush.people import sign_ins
from leadrush.people.views.sign_in import send_to
from leadrush.training import enrolling
from leadrush.training.models import State, Training


def _training(link: Link) -> Training | None:
    key = link.about.rpartition(":")[2]
    found = Training.objects.exclude(state=State.DRAFT)
    return found.filter(pk=key).first() if key.isdecimal() else None


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "training/links/over.html", status=410)


@links.scope("training.enter")
def enter(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Lead into the training: whoever is signed in goes on, whoever is not has six figures sent.

    The figures go to the address that the letter went to, so that a letter that was forwarded lets in nobody
    else, and nobody signs in without them or a passkey, as clause `your-address` says.
    """
    training = _training(link)
    if training is None or link.giving is None or link.giving.ended_at is not None:
        return _over(request)
    with gate.using("training.learn", what="training.link"):
        enrolment = enrolling.newest(training, link.person)
        if enrolment is None or enrolment.is_over(timezone.now()):
            return _over(request)
    to = training.get_absolute_url()
    if request.user.is_authenticated and request.user.pk == link.person_id:
        return HttpResponseRedirect(to)
    if request.method == "POST" and not request.user.is_authenticated:
        return send_to(request, link.person, to)
    context = {"training": training, "other": request.user.is_authenticated, "days": sign_ins.days()}
    return render(request, "training/links/enter.html", context)


@links.scope("training.not_me")
def not_me(request: HttpRequest, link: Link) -> HttpResponseBase:
    """This wasn't me: erase what the form gave."""
    training, giving = _training(link), link.giving
    if training is None or giving is None:
        return _over(request)
    if request.method == "POST":
        enrolling.it_was_not_me(giving=giving)
        giving.refresh_from_db()
    context = {"training": training, "done": giving.ended_at is not None, "tried": request.method == "POST"}
    return render(request, "training/links/not_me.html", context)
