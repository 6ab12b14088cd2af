"""A person's answer, on their own page, to what a new version would do further. Clause `notice`."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadrush import gate
from leadrush.accountability import questions
from leadrush.accountability.models import Told
from leadrush.people.proving import signed_in
from leadrush.vault.models import Person


@signed_in
@gate.door("rights.own", what="accountability.answer")
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Write down a yes or a no."""
    assert isinstance(request.user, Person)
    said, number = request.POST.get("answer"), request.POST.get("version", "")
    if said not in ("yes", "no") or not number.isdecimal() or len(number) > 9:
        raise BadRequest("no such answer")
    told = Told.objects.filter(person=request.user, version__number=number).first()
    try:
        if told is None:
            raise questions.NotAsked
        questions.answer(person=request.user, told=told, use=request.POST.get("use", ""), yes=said == "yes")
    except questions.NotAsked:
        messages.info(request, _("That is asked no longer: a later version says something else by now."))
    else:
        messages.success(
            request, _("It counts from now.") if said == "yes" else _("Everything stays as it is.")
        )
    return HttpResponseRedirect(reverse("people:me") + "#statement")
