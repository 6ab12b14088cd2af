"""The checks that count whether the clauses of this part are kept. Run under `accountability.check`."""

from __future__ import annotations

import json
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from leadrush import gate
from leadrush.gate import uses
from leadrush.gate.evidence import Count
from leadrush.people import sessions, sign_ins
from leadrush.people.models import SignIn
from leadrush.people.proving import KEY as PROOF
from leadrush.vault import collects, pointing, taking, tombstones
from leadrush.vault.checks import BUILT_IN
from leadrush.vault.models import Choice, Erasure, Given, Held, Item
from leadrush.vault.persons import STAND_IN

ADDRESS = re.compile(r"[\w.+-]+@(?!(?:[\w-]+\.)*" + re.escape(STAND_IN) + r"\b)[\w-]+\.[\w.-]+")
"""Anything like an address that is not a stand-in."""
WITHIN = timedelta(hours=1)
"""By when an erasure is whole, the farewell and its key included."""


def sign_in_tables_name_nobody() -> Count:
    """Count rows of the sign-in tables and sessions that hold an address. Clause `your-address`."""
    missed = of = 0
    for address in EmailAddress.objects.values_list("email", flat=True).iterator():
        of += 1
        missed += ADDRESS.search(address) is not None
    for data in Authenticator.objects.values_list("data", flat=True).iterator():
        of += 1
        missed += ADDRESS.search(json.dumps(data)) is not None
    for _row, remembered in _sessions():
        of += 1
        missed += ADDRESS.search(json.dumps(remembered)) is not None
    return Count(missed, of)


def sign_ins_end() -> Count:
    """Count sign-ins that are older than the statement lets them be. Clause `sign-ins`."""
    over = SignIn.objects.filter(started__lt=sign_ins.oldest())
    return Count(over.count(), SignIn.objects.count())


def every_table_is_shown() -> Count:
    """Count tables about persons that “What we hold about you” does not walk. Clause `see-it-all`."""
    held = {model._meta.label_lower for model in apps.get_models() if issubclass(model, Held)}
    shown = {declared.label for declared in collects.gated()}
    return Count(len(held - shown), len(held))


def everything_can_be_taken() -> Count:
    """Count columns about persons that what they take along does not carry. Clause `take-along`."""
    missed = of = 0
    declared = {one.model: one for one in collects.gated()}
    for model in (model for model in apps.get_models() if issubclass(model, Held)):
        own = {field.name for field in model._meta.local_concrete_fields if not field.primary_key}
        columns = own - BUILT_IN
        of += len(columns)
        missed += len(columns - set(taking.fields_of(declared[model])) if model in declared else columns)
    return Count(missed, of)


def every_no_is_kept() -> Count:
    """Count noes with a row that may still be used for what they forbid. Clause `switch-off`."""
    force = gate.force()
    missed = of = 0
    for use in uses.all():
        switches = [term for term in force.terms() if term.use == use.name]
        if not switches or not all(term.switch for term in switches):
            continue
        newest = Choice.objects.filter(person=OuterRef("person"), use=use.name).order_by("-id")
        noes = Choice.objects.filter(use=use.name, answer=False, pk=Subquery(newest.values("pk")[:1]))
        persons = set(noes.values_list("person", flat=True))
        of += len(persons)
        broken: set[Any] = set()
        for declared in collects.gated():
            rows = declared.model._default_manager.annotate(bit=F("mask").bitand(1 << use.bit)).exclude(bit=0)
            broken |= set(rows.filter(person__in=noes.values("person")).values_list("person", flat=True))
        missed += len(broken & persons)
    return Count(missed, of)


def unconfirmed_serves_only_itself() -> Count:
    """Count rows that nobody confirmed and that may be used for more than what was asked. Clause `not-me`."""
    missed = of = 0
    for declared in collects.gated():
        if declared.model is Item:
            continue
        rows = declared.model._default_manager.filter(giving__confirmed_at__isnull=True)
        of += rows.count()
        missed += _beyond(rows, declared.categories).count()
    live = Given.objects.filter(giving__confirmed_at__isnull=False, giving__ended_at__isnull=True)
    items = Item.objects.exclude(pk__in=live.values("item"))
    of += items.count()
    for category in set(items.values_list("category", flat=True)):
        missed += _beyond(items.filter(category=category), (category,)).count()
    return Count(missed, of)


def _beyond(rows: Any, categories: tuple[str, ...]) -> Any:
    """Return those of the rows whose mask has a bit that needs a confirmed address."""
    allowed = 0
    for use in uses.all():
        terms = [gate.force().term(category, use.name) for category in categories]
        if all(term is not None and term.unconfirmed for term in terms):
            allowed |= 1 << use.bit
    every = sum(1 << use.bit for use in uses.all())
    return rows.annotate(beyond=F("mask").bitand(every & ~allowed)).exclude(beyond=0)


def no_cookie_unasked() -> Count:
    """Count sessions, each a cookie, of browsers that do not sign in. Clause `one-cookie`."""
    missed = of = 0
    wanted = {SESSION_KEY, "account_login", "mfa.webauthn.state", PROOF}
    for _row, remembered in _sessions():
        of += 1
        missed += bool(remembered) and not wanted & set(remembered)
    return Count(missed, of)


def erased_is_gone() -> Count:
    """Count erasures that were not whole within the hour, and erased persons of whom anything is left.

    Every table that could know them is asked for every number that has a tombstone. Clause `erase`.
    """
    late = timezone.now() - WITHIN
    asked = Erasure.objects.exclude(what=Erasure.What.OVER)
    slow = asked.filter(Q(done_at__isnull=True, asked_at__lt=late) | Q(done_at__gt=F("asked_at") + WITHIN))
    first: dict[uuid.UUID, datetime] = {}
    for stone in tombstones.read():
        if stone.what == tombstones.PERSON:
            first.setdefault(stone.whom, stone.when)
    due = {person for person, when in first.items() if when < late}
    # What the law kept has its last day once: it goes with the keys of that hour.
    waits = Erasure.objects.filter(pending__isnull=False, asked_at__gte=late)
    left = pointing.left(due) - set(waits.values_list("pending", flat=True))
    return Count(slow.count() + len(left), asked.count() + len(first))


def _sessions() -> Any:
    store = sessions.SessionStore()
    for row in Session.objects.filter(~Q(session_data="")).order_by("-expire_date")[:10_000].iterator():
        yield row, store.decode(row.session_data)
