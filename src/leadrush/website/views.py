"""Pages of the street itself: what editors wrote, uploaded pictures, all articles, what robots ask for."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.static import serve
from wagtail import views as wagtail_views

from leadrush import gate, visits
from leadrush.look import searching
from leadrush.look import sitemap as places
from leadrush.website.models import ArticlePage

PER_PAGE = 20


@gate.door(None, why="Pages are public words; a section that reads more opens its own use.")
def page(request: HttpRequest, path: str) -> HttpResponseBase:
    """Show the page that an editor wrote for this address."""
    response: HttpResponseBase = wagtail_views.serve(request, path)
    return response


@gate.door(None, why="Articles are public words.")
def articles(request: HttpRequest) -> HttpResponse:
    """Show every article, newest first."""
    found = ArticlePage.objects.live().public().select_related("picture").order_by("-day", "-pk")
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "website/articles.html", {"page": shown})


@gate.door(None, why="Finds public words.")
def search(request: HttpRequest) -> HttpResponse:
    """Find pages, articles and webinars that have all the words that somebody typed."""
    words = " ".join(request.GET.get("q", "").replace("\0", " ").split())[: searching.LONGEST]
    found = searching.search(words)
    if len(words) >= searching.LEAST:
        published = words.split() if found else searching.published(words)
        visits.searched(request, words, len(found), published)
    context = {"words": words, "found": found, "short": 0 < len(words) < searching.LEAST}
    return render(request, "website/search.html", context)


@gate.door(None, why="Pictures on public pages.")
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send a picture at one of its sizes. The files as they were uploaded stay here."""
    if not settings.MEDIA_ROOT.joinpath("images").is_dir():
        raise Http404
    response = serve(request, name, document_root=str(settings.MEDIA_ROOT / "images"))
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@gate.door(None, why="A list of public addresses.")
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public address, for search engines."""
    base = settings.SITE_URL.rstrip("/")
    entries = [(base + path, changed) for path, changed in places.addresses()]
    return render(request, "website/sitemap.xml", {"entries": entries}, content_type="application/xml")


@gate.door(None, why="Says where robots may go.")
def robots(request: HttpRequest) -> HttpResponse:
    """Say where robots may go: not where only a person has something to do."""
    closed = ["/console/", "/edit/", "/me/", "/sign-in/", "/choice/", "/search/"]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    where = settings.SITE_URL.rstrip("/") + reverse("website:sitemap")
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {where}", ""]), content_type="text/plain; charset=utf-8"
    )


@gate.door(None, why="Leads to a drawing.")
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that guess an address to the mark."""
    return HttpResponseRedirect(static("look/img/icon.svg"))
