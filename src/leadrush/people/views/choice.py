"""The cookie answer: given on any page, changed on this one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leadrush import gate
from leadrush.people import choice as choices
from leadrush.people import ways


@gate.door(None, why="one answer for everybody, kept in the browser alone")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest) -> HttpResponse:
    """Show which answer this browser keeps; keep another one."""
    said = request.POST.get("answer", "") if request.method == "POST" else ""
    if said in (choices.YES, choices.NO):
        response = HttpResponseRedirect(ways.then(request, "/"))
        choices.answer(request, response, said)
        return response
    context = {
        "answer": choices.answer_of(request),
        "by_itself": choices.says_no_by_itself(request),
        "days": choices.DAYS,
        "explained": choices.explained(),
        "unsaid": request.method == "POST",
    }
    return render(request, "people/choice.html", context, status=422 if request.method == "POST" else 200)
