"""The pages that links in a notice lead to: each shows on GET what its button does, and does it on POST."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from leadrush.accountability import notices, questions
from leadrush.accountability.models import Told
from leadrush.mailbox import links
from leadrush.mailbox.models import Link


@links.scope("accountability.no_notices")
def no_notices(request: HttpRequest, link: Link) -> HttpResponseBase:
    """No more mails about this statement; also what a mail program's own button does (RFC 8058)."""
    if request.method == "POST":
        notices.no_more(person=link.person, where="accountability.no_notices")
    return render(request, "accountability/links/no_notices.html", {"done": request.method == "POST"})


@links.scope("accountability.answer")
def answer(request: HttpRequest, link: Link) -> HttpResponseBase:
    """Say yes or no to what a new version would do further."""
    told = _told(link)
    if told is None:
        return _over(request)
    use = request.POST.get("use", "")
    if request.method == "POST":
        if request.POST.get("answer") not in ("yes", "no"):
            return HttpResponse(status=400)
        try:
            questions.answer(person=link.person, told=told, use=use, yes=request.POST["answer"] == "yes")
        except questions.NotAsked:
            return _over(request)
    change = questions.change_of(told)
    asked = [one for one in questions.of(told, change) if questions.stands(told, one.use)]
    if not asked:
        return _over(request)
    context = {"asked": asked, "number": change.new.number, "now": use, "change": change}
    return render(request, "accountability/links/answer.html", context)


def _told(link: Link) -> Told | None:
    number = link.about.rpartition(":")[2]
    if not number.isdecimal():
        return None
    return Told.objects.filter(person=link.person, version__number=number).first()


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "accountability/links/over.html", status=410)
