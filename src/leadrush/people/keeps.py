"""The checks that count whether the clauses of this part are kept. Run under `accountability.check`."""

from __future__ import annotations

import json
import re
import uuid
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.gate import evidence, uses
from leadrush.gate.evidence import Count
from leadrush.mailbox.models import Message, State
from leadrush.people import sessions, sign_ins
from leadrush.people.models import SignIn
from leadrush.people.proving import KEY as PROOF
from leadrush.statement import EVERYTHING
from leadrush.vault import collects, pointing, taking, tombstones
from leadrush.vault.checks import BUILT_IN
from leadrush.vault.giving import EMAIL_CATEGORY
from leadrush.vault.models import Choice, Erasure, Held
from leadrush.vault.persons import STAND_IN

ADDRESS = re.compile(r"[\w.+-]+@(?!(?:[\w-]+\.)*" + re.escape(STAND_IN) + r"\b)[\w-]+\.[\w.-]+")
"""Anything like an address that is not a stand-in."""
WITHIN = timedelta(hours=1)
"""By when an erasure is whole, the farewell and its key included."""
AT_ONCE = timedelta(seconds=10)
"""A no is dated when it is said and binds when it is written; a message is handed over at most a second
before it leaves. What went within these seconds may have gone before."""
WENT = [State.LEAVING, State.LEFT, State.UNSURE]


@evidence.check(words=_("%(missed)s of %(of)s rows that sign somebody in hold an address."))
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


@evidence.check(
    words=_("%(missed)s of %(of)s sign-ins are older than they may be."),
    mend=_("See whether the worker runs: it ends once an hour what is over."),
)
def sign_ins_end() -> Count:
    """Count sign-ins that are older than the statement lets them be. Clause `sign-ins`."""
    return Count(sign_ins.over().count(), SignIn.objects.count())


@evidence.check(
    words=_("%(kept)s of %(of)s tables about people are shown to them."),
    mend=_("There is a table about people that the program does not know: drop it, or declare it."),
)
def every_table_is_shown() -> Count:
    """Count tables of the database whose rows belong to persons, and among them those that no program shows
    or stands on: a copy that somebody made by hand, a table without its declaration. Clause `see-it-all`."""
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    held = {model._meta.db_table for model in apps.get_models() if issubclass(model, Held)}
    shown = {declared.model._meta.db_table for declared in collects.gated()}
    there = {table for table, columns in _columns().items() if "person_id" in columns} | held
    return Count(len(there - known) + len(held - shown), len(there))


@evidence.check(
    words=_("%(kept)s of %(of)s columns about people are in the file that they take along."),
    mend=_("There is a column about people that the program does not know: drop it, or declare it."),
)
def everything_can_be_taken() -> Count:
    """Count columns about persons, as the database has them, and among them those that what they take along
    does not carry. Clause `take-along`."""
    missed = of = 0
    there = _columns()
    declared = {one.model: one for one in collects.gated()}
    for model in (model for model in apps.get_models() if issubclass(model, Held)):
        own = model._meta.local_concrete_fields
        passed_over = {field.column for field in own if field.primary_key or field.name in BUILT_IN}
        columns = (there.get(model._meta.db_table, set()) | {field.column for field in own}) - passed_over
        carried = taking.fields_of(declared[model]).values() if model in declared else ()
        of += len(columns)
        missed += len(columns - {field.column for field in carried})
    return Count(missed, of)


def _columns() -> dict[str, set[str]]:
    """Return the columns of every table of the database, as they are there; one question."""
    sql = (
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        if connection.vendor == "postgresql"
        else "SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c"
        " WHERE m.type = 'table'"
    )
    found: dict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for table, column in cursor.fetchall():
            found[table].add(column)
    return found


@evidence.check(words=_("%(missed)s of %(of)s noes were followed by a message that they forbid."))
def every_no_is_kept() -> Count:
    """Count noes that stand, and among them those after which a message left that they forbid. Clause
    `switch-off`. Whether any row may still be used for what a no forbids is counted by `your-version`."""
    force = gate.force()
    missed = of = 0
    for use in uses.all():
        switches = [term for term in force.terms() if term.use == use.name]
        if not switches or not all(term.switch for term in switches):
            continue
        newest = Choice.objects.filter(person=OuterRef("person"), use=use.name).order_by("-id")
        noes = Choice.objects.filter(use=use.name, answer=False, pk=Subquery(newest.values("pk")[:1]))
        of += noes.count()
        after = Message.objects.filter(
            person=OuterRef("person"), use=use.name, state__in=WENT, moved_at__gt=OuterRef("at") + AT_ONCE
        )
        missed += noes.filter(Exists(after)).count()
    return Count(missed, of)


@evidence.check(
    words=_("%(missed)s of %(of)s messages to addresses that nobody had confirmed served something else."),
)
def unconfirmed_serves_only_itself() -> Count:
    """Count messages on forms that nobody had confirmed when they left, or has confirmed by now, and among
    them those for a use that the statement does not allow so early. Clause `not-me`.

    Whether any row may be used for more is counted by `your-version`.
    """
    early = [use.name for use in uses.all() if _early(use.name)]
    unconfirmed = Q(giving__confirmed_at__isnull=True) | Q(giving__confirmed_at__gt=F("moved_at"))
    messages = Message.objects.filter(unconfirmed).exclude(state__in=[State.WITHDRAWN, State.REFUSED])
    return Count(messages.exclude(use__in=early).count(), messages.count())


def _early(use: str) -> bool:
    term = gate.force().term(EMAIL_CATEGORY, use) or gate.force().term(EVERYTHING, use)
    return term is not None and term.unconfirmed


@evidence.check(words=_("%(missed)s of %(of)s cookies that the site remembers were asked for by nobody."))
def no_cookie_unasked() -> Count:
    """Count sessions, each a cookie, of browsers that do not sign in. Clause `one-cookie`."""
    missed = of = 0
    wanted = {SESSION_KEY, "account_login", "mfa.webauthn.state", PROOF}
    for _row, remembered in _sessions():
        of += 1
        missed += bool(remembered) and not wanted & set(remembered)
    return Count(missed, of)


@evidence.check(
    words=_("%(missed)s of %(of)s erasures left something, or were not whole within the hour."),
    mend=_("See whether the worker runs; it finishes what is left and says in its log what hinders it."),
)
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
