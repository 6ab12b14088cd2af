"""The outbox: every message, where it is, why it was or was not sent; its words after saying so.

A list shows no person and no address. Reading a message writes `mailbox.read` about its person first, and
they see it. Clause `messages`.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from leadrush import gate, ledger, vault
from leadrush.console import overview, screens, staff
from leadrush.console.access import allows, role_of
from leadrush.console.forms import FindForm
from leadrush.mailbox.letters import CATEGORY, Letter, open_letters
from leadrush.mailbox.models import Message, State

USE = "mailbox.look"
PAGE = 50
MOST = 5000
"""Messages are counted up to here; beyond it the list goes on and the number says “more than”."""

AGAIN = (State.FAILED, State.WAITING)


if TYPE_CHECKING:
    Pages = Paginator[Message]
else:
    Pages = Paginator


class Bounded(Pages):
    """Pages whose counting ends somewhere, however many messages there are."""

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)
        return int(self.object_list.order_by()[:MOST].count())


def register() -> None:
    """Put the outbox into the menu and its numbers on the overview; called once, when the app is ready."""
    screens.register(
        screens.Screen("outbox", gettext_lazy("Outbox"), "mailbox:outbox", role="editor", order=60)
    )
    overview.figure("mailbox.left", gettext_lazy("Messages left"), left, use=USE, order=60)
    overview.listing(
        "mailbox.states",
        gettext_lazy("Outbox"),
        by_state,
        use=USE,
        empty=(
            gettext_lazy("No message in 30 days"),
            gettext_lazy("Every message that the site writes stands in the outbox, with where it is."),
        ),
        more=(gettext_lazy("All messages"), "mailbox:outbox"),
        order=60,
    )


def left() -> overview.Told:
    """Count what left in 30 days, and what waits."""
    counts = _counts()
    waits = counts.get(State.WAITING, 0) + counts.get(State.LEAVING, 0)
    return overview.Told(counts.get(State.LEFT, 0), _("%(count)s waiting") % {"count": waits})


def by_state() -> list[overview.Row]:
    """Count the messages of 30 days by where they are."""
    counts = _counts()
    return [
        overview.Row(state.label, url=f"{reverse('mailbox:outbox')}?state={state}", num=counts[state])
        for state in State
        if state in counts
    ]


def _counts() -> dict[str, int]:
    since = timezone.now() - timedelta(days=30)
    rows = Message.objects.filter(made_at__gte=since).order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)


def listed() -> QuerySet[Message]:
    """Return the messages that the use in force may see, newest first, without their sealed words."""
    return Message.objects.defer("sealed").select_related("giving__version").order_by("-made_at", "-pk")


@staff("editor")
@gate.door(USE, staff=True, what="mailbox.list")
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the messages, of one state where the address says so (`?state=failed`)."""
    state = request.GET.get("state", "")
    rows = listed().filter(state=state) if state in State.values else listed()
    return _list(request, FindForm(), rows, state=state if state in State.values else "")


@staff("editor")
@gate.door(USE, staff=True, what="mailbox.find")
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Show the newest messages to one whole address; that somebody looked is written down first."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _list(request, form, listed(), status=422)
    person = vault.find(form.cleaned_data["address"])
    if person is None or not vault.have_keys({person.pk}):
        return _list(request, form, listed().none(), nobody=True)
    vault.note(subject=person.pk, categories=[CATEGORY], what="mailbox.find")
    return _list(request, form, listed().filter(person=person), found=True)


@staff("editor")
@gate.door(USE, staff=True, what="mailbox.list")
@require_safe
def message(request: HttpRequest, message: uuid.UUID) -> HttpResponse:
    """Show one message's fate; its words stay sealed."""
    return _one(request, get_object_or_404(listed(), pk=message))


@staff("editor")
@gate.door(USE, staff=True, what="mailbox.read")
@require_POST
def read(request: HttpRequest, message: uuid.UUID) -> HttpResponse:
    """Open one message's words, after the entry that its person sees."""
    found = get_object_or_404(Message, pk=message)
    if not readable(request, found):
        return _one(request, found, status=403)
    if not vault.have_keys({found.person_id}):
        return _one(request, found, status=410, gone=True)
    return _one(request, found, letter=open_letters([found], what="mailbox.read")[found.pk])


@staff("editor")
@gate.door(USE, staff=True, what="mailbox.again")
@require_POST
def again(request: HttpRequest, message: uuid.UUID) -> HttpResponse:
    """Try a waiting or failed message now; asking twice sends once, since one row is handed over once."""
    found = get_object_or_404(listed(), pk=message)
    now = timezone.now()
    moved = Message.objects.filter(pk=found.pk, state__in=AGAIN).update(
        state=State.WAITING, next_at=now, moved_at=now, why=_("Somebody at the console asked to try again.")
    )
    if moved:
        messages.success(request, _("It is tried again within seconds."))
    else:
        messages.error(request, _("It is no longer waiting, so nothing was changed."))
    return HttpResponseRedirect(reverse("mailbox:message", args=[found.pk]))


@staff("editor")
@gate.door(USE, staff=True, what="mailbox.withdraw")
@require_POST
def take_back(request: HttpRequest, message: uuid.UUID) -> HttpResponse:
    """Withdraw a message that has not left."""
    found = get_object_or_404(listed(), pk=message)
    moved = Message.objects.filter(pk=found.pk, state=State.WAITING).update(
        state=State.WITHDRAWN, moved_at=timezone.now(), why=_("Withdrawn at the console.")
    )
    if moved:
        messages.success(request, _("Withdrawn. It does not leave."))
    else:
        messages.error(request, _("It is no longer waiting, so it cannot be withdrawn."))
    return HttpResponseRedirect(reverse("mailbox:message", args=[found.pk]))


def readable(request: HttpRequest, found: Message) -> bool:
    """Say whether whoever asks may read a message's words.

    A message of the heading “security” lets somebody in: reading it is signing in as them. Where mail goes
    out nobody reads it; where it is read here instead, only an owner does.
    """
    if gate.uses.get(found.use).heading != "security":
        return True
    return not settings.SMTP_URL and allows(role_of(request), "owner")


def _list(
    request: HttpRequest,
    form: FindForm,
    rows: QuerySet[Message],
    *,
    state: str = "",
    found: bool = False,
    nobody: bool = False,
    status: int = 200,
) -> HttpResponse:
    page = Bounded(rows, PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "page": page,
        "rows": [_row(row) for row in page.object_list],
        "states": [(one.value, one.label) for one in State],
        "state": state,
        "found": found,
        "nobody": nobody,
        "more_than": page.paginator.count >= MOST,
        "no_server": not settings.SMTP_URL,
    }
    return TemplateResponse(request, "mailbox/console/outbox.html", context, status=status)


def _one(
    request: HttpRequest,
    found: Message,
    *,
    letter: Letter | None = None,
    gone: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "row": _row(found),
        "message": found,
        "about": ledger.titles({found.about}).get(found.about, "") if found.about else "",
        "letter": letter,
        "gone": gone,
        "readable": readable(request, found),
        "again": found.state in AGAIN,
        "waits": found.state == State.WAITING,
        "no_server": not settings.SMTP_URL,
    }
    return TemplateResponse(request, "mailbox/console/message.html", context, status=status)


def _row(row: Message) -> dict[str, Any]:
    """Return a message as lists show it: the first figures of its id, the clause that it is sent under."""
    force = gate.force()
    clause = force.clause_for("EmailAddress", row.use)
    return {
        "id": row.pk,
        "short": row.pk.hex[:8],
        "person": row.person_id.hex[:8],
        "template": row.template,
        "kind": row.get_kind_display(),
        "state": row.state,
        "state_words": row.get_state_display(),
        "why": row.why,
        "tries": row.tries,
        "use": gate.uses.get(row.use).title,
        "clause": clause.slug if clause else "",
        "version": row.giving_id and row.giving.version.number,
        "at": row.moved_at or row.made_at,
        "made_at": row.made_at,
        "due_at": row.due_at,
        "next_at": row.next_at,
    }
