"""The back office's doors to log files: giving one, seeing how far it is, what was not understood in it."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from leadrush import console, gate
from leadrush.gate import evidence
from leadrush.look.forms import Form
from leadrush.visits import inbox
from leadrush.visits.logs import taking
from leadrush.visits.models import Import

WHY = "says how far files are read, and shows nobody's address or view"
SHOWN = 50


class Nameless(FileUploadHandler):
    """Keeps what is uploaded in a file without a name: it is gone however its process ends."""

    def new_file(self, *args: Any, **named: Any) -> None:
        """Begin one."""
        super().new_file(*args, **named)
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part of it."""
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """Give it, from its beginning."""
        self.file.seek(0)
        return UploadedFile(self.file, self.file_name, self.content_type, file_size, self.charset)


class Giving(Form):
    """A log file, as a server wrote it or packed by gzip."""

    log = forms.FileField(
        label=gettext_lazy("Log file"),
        help_text=gettext_lazy(
            "Combined or common, as nginx and Apache write them, or JSON of nginx; packed by gzip is fine. "
            "Give each file once, when nothing is written to it any more."
        ),
    )


@console.staff("owner")
@gate.door(None, staff=True, why=WHY)
@require_http_methods(["GET", "HEAD", "POST"])
def logs(request: HttpRequest) -> HttpResponse:
    """Show the files that were counted, or are; take one more."""
    if request.method == "POST":
        # Where the form's token was looked at, the upload is read already.
        with suppress(AttributeError):
            request.upload_handlers = [Nameless(request)]
        form = Giving(request.POST, request.FILES)
        if form.is_valid() and _taken(request, form):
            return HttpResponseRedirect(reverse("visits:logs"))
        return _list(request, form, status=422)
    return _list(request, Giving())


def _taken(request: HttpRequest, form: Giving) -> bool:
    given = form.cleaned_data["log"]
    try:
        row = taking.take(given, given.name or "")
    except taking.Unfit as fault:
        form.add_error("log", str(fault))
    except (gate.Closed, evidence.Stopped) as fault:
        form.add_error(None, str(fault))
    else:
        messages.success(request, _("“%(name)s” is being counted.") % {"name": row.name})
        return True
    return False


def _list(request: HttpRequest, form: Giving, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "closed": _closed(),
        "rows": Import.objects.all()[:SHOWN],
        "coming": _coming(),
        "limit": settings.MAX_BODY,
    }
    return render(request, "visits/console/logs.html", context, status=status)


def _coming() -> list[Import]:
    return list(Import.objects.filter(state__in=taking.UNDER_WAY).order_by("pk"))


def _closed() -> bool:
    """Say whether the statement in force has no sentence under which logs are counted."""
    try:
        taking.demand_open()
    except (gate.Closed, evidence.Stopped):
        return True
    return False


@console.staff("owner")
@gate.door(None, staff=True, why=WHY)
@require_safe
def coming(request: HttpRequest) -> HttpResponse:
    """Show how far the files are that are being read, for the page that asks again; then load that anew."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(reverse("visits:logs"))
    found = _coming()
    if not found:
        return HttpResponseClientRefresh()
    return render(request, "visits/console/logs_coming.html", {"coming": found})


@console.staff("owner")
@gate.door(None, staff=True, why=WHY)
@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of one file: what was counted, and which lines were not understood."""
    row = get_object_or_404(Import, pk=pk)
    began = inbox.began()
    since = datetime.fromtimestamp(began / 1000, UTC) if began is not None else None
    context = {
        "row": row,
        "closed": _closed(),
        "under_way": row.state in taking.UNDER_WAY,
        "done": row.state == Import.State.DONE,
        "since": since if since and row.last and row.last >= since else None,
    }
    return render(request, "visits/console/log.html", context)


@console.staff("owner")
@gate.door(None, staff=True, why=WHY)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop reading a file; what was counted of it stays."""
    if taking.stop(pk, _("Stopped by hand. What was counted until then stays.")):
        messages.success(
            request, _("It is read no further, and our copy of it is gone. What was counted stays.")
        )
    else:
        messages.info(request, _("It was not being read any more."))
    return HttpResponseRedirect(reverse("visits:log", args=[pk]) if _there(pk) else reverse("visits:logs"))


def _there(pk: int) -> bool:
    return Import.objects.filter(pk=pk).exists()


@console.staff("owner")
@gate.door(None, staff=True, why=WHY)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file off the list that was not counted whole; what was counted of it stays."""
    if taking.remove(pk):
        messages.success(
            request, _("It is off the list, and our copy of it is gone. What was counted stays.")
        )
    else:
        messages.info(request, _("What was counted whole stays on the list, so that it is counted once."))
    return HttpResponseRedirect(reverse("visits:logs"))
