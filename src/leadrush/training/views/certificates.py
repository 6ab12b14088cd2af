"""The doors of certificates: having one, naming it, showing it to others, and what others see."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import gate, mailbox
from leadrush.gate import evidence, limits
from leadrush.look import proofs
from leadrush.people.proving import signed_in
from leadrush.training import certifying, setting
from leadrush.training.forms import NameForm, ShowForm
from leadrush.training.models import Certificate, Publication
from leadrush.training.views.having import Elsewhere, mine
from leadrush.training.views.own import whose


@signed_in
@gate.door("training.learn", what="training.certificate")
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Say what is still to be done for a certificate, and give it to whoever has done it."""
    try:
        course = mine(request, slug)
    except Elsewhere as elsewhere:
        return elsewhere.answer
    known = certifying.of(whose(request), course.training)
    if known is not None:
        return HttpResponseRedirect(reverse("training:certificate", args=[known.number]))
    left = certifying.missing(course) if course.training.certifies else []
    form = NameForm(request.POST or None)
    status = 200
    if request.method == "POST" and course.training.certifies and not left and form.is_valid():
        try:
            made = certifying.issue(course, name=form.cleaned_data["name"])
        except certifying.NotYet as missing:
            left = [str(missing)]
        except evidence.Stopped as stopped:
            form.add_error(None, proofs.refusal(stopped.clause))
            status = 503
        else:
            return HttpResponseRedirect(reverse("training:certificate", args=[made.number]))
    elif request.method == "POST":
        status = 409 if left else 422
    context = {"course": course, "left": left, "form": form}
    return TemplateResponse(request, "training/finish.html", context, status=status)


def _own(request: HttpRequest, number: str) -> Certificate:
    rows = Certificate.objects.filter(person=whose(request)).select_related("person", "giving", "training")
    found: Certificate = get_object_or_404(rows, number=number)
    return found


@signed_in
@gate.door("training.learn", what="training.certificate")
@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show somebody their certificate, and let them name it, show it to others, or take it down."""
    found = _own(request, number)
    acts = {"name": NameForm, "show": ShowForm}
    act = request.POST.get("act", "") if request.method == "POST" else ""
    sent = acts[act](request.POST, auto_id=f"{act}_%s") if act in acts else None
    refused = ""
    if act == "hide":
        certifying.take_down(found)
        return HttpResponseRedirect(request.path)
    if sent is not None and sent.is_valid():
        said: dict[str, Any] = sent.cleaned_data
        try:
            if act == "name":
                certifying.rename(found, said["name"])
            else:
                certifying.show(found, name=said["name"] if said["with_name"] else "")
        except evidence.Stopped as stopped:
            refused = proofs.refusal(stopped.clause)
        else:
            return HttpResponseRedirect(request.path)
    name = certifying.name_on(found, what="training.certificate")
    published = Publication.objects.filter(certificate=found).first()
    forms = {
        "name_form": NameForm(initial={"name": name}, auto_id="name_%s"),
        "show_form": ShowForm(initial={"name": name}, auto_id="show_%s"),
    }
    if sent is not None:
        forms[f"{act}_form"] = sent
    context = forms | {
        "certificate": found,
        "name": name,
        "day": setting.day(found.at),
        "published": published,
        "shown_name": certifying.name_on(published, what="training.certificate") if published else "",
        "address": mailbox.absolute(reverse("training:shown", args=[found.number])),
        "refused": refused,
    }
    status = 503 if refused else 422 if sent is not None else 200
    return TemplateResponse(request, "training/certificate.html", context, status=status)


@signed_in
@gate.door("training.learn", what="training.certificate")
@require_safe
def paper(request: HttpRequest, number: str) -> HttpResponseBase:
    """Give somebody their certificate as PDF."""
    found = _own(request, number)
    name = certifying.name_on(found, what="training.certificate")
    published = Publication.objects.filter(certificate=found).exists()
    response = HttpResponse(setting.pdf(found, name, published=published), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="certificate-{found.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@gate.door("training.show", what="training.shown")
@require_safe
def shown(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show what the person of a certificate lets others see; for any other number, that there is nothing."""
    limits.check(request, "training.shown", "60/m", methods=("GET", "HEAD"))
    found = Publication.objects.filter(number=number.upper()).first()
    name = certifying.name_on(found, what="training.shown") if found is not None else ""
    day = setting.day(found.earned_at) if found is not None else ""
    context = {"shown": found, "name": name, "day": day}
    response = TemplateResponse(request, "training/shown.html", context, status=200 if found else 404)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response
