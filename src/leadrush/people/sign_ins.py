"""Sign-ins: noted when they begin, listed, ended with their session. Clause `sign-ins`."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from leadrush import gate, statement, vault
from leadrush.gate.versions import version_of
from leadrush.look import times
from leadrush.people import browsers, sessions
from leadrush.people.models import SignIn
from leadrush.statement import Version
from leadrush.vault.giving import EMAIL
from leadrush.vault.models import Giving, Item, Person

USE = "account.sign_in"
WHERE = "people.sign_in"
CLAUSE = "your-address"
PENDING = timedelta(minutes=15)
"""How long a browser that has not signed in keeps the cookie that its code needs."""


def days(given: Version | None = None) -> int:
    """Return for how many days a sign-in lasts: as few as the version that its person first signed in under
    says, or the one in force. Without `given` they sign in for the first time."""
    force = gate.force()
    kept = statement.kept(given=given or force, force=force, needs=[("lr:SignIn", USE)])
    return kept.get("sign-in", 0) or 1


def days_of(person: Person) -> int:
    """Return for how many days a sign-in of this person lasts."""
    return days(version_of(account_giving(person).version_id))


def account_giving(person: Person) -> Giving:
    """Return the giving on which a person's address rests while they sign in: made once, at the first time.

    It keeps the version of that first time. Signing in again under a later one is no yes to what it adds.
    """
    known = Giving.objects.filter(person=person, where=WHERE, ended_at__isnull=True).order_by("at").first()
    if known is not None:
        return known
    with transaction.atomic(), gate.using("house.keep", what="people.sign_in"):
        giving = vault.give(person=person, where=WHERE, clause=CLAUSE, confirmed=True)
        item = Item.objects.filter(person=person, kind=EMAIL).first()
        if item is not None:
            vault.rest(item=item, giving=giving)
    return giving


def begin(request: HttpRequest, person: Person) -> SignIn:
    """Note a sign-in that has just begun in this session."""
    giving = account_giving(person)
    request.session.set_expiry(days_of(person) * 24 * 3600)
    if request.session.session_key is None:
        request.session.create()
    with gate.using(USE, what="people.sign_in"):
        return SignIn.objects.create(
            person=person,
            giving=giving,
            started=times.today(),
            browser=browsers.family(request.headers.get("User-Agent", "")),
            session=sessions.stored(request.session.session_key or ""),
        )


def here(request: HttpRequest) -> str:
    """Return the digest of this browser's own session, empty without one."""
    key = request.session.session_key
    return sessions.stored(key) if key else ""


def of(person: Person) -> list[SignIn]:
    """Return a person's sign-ins, newest first, under the use in force."""
    return list(SignIn.objects.filter(person=person).order_by("-started", "-pk"))


def sign_out(request: HttpRequest) -> None:
    """End the sign-in of this browser."""
    with gate.using(USE, what="people.sign_out"):
        SignIn.objects.filter(session=here(request)).delete()
    logout(request)


def end(person: Person, which: int | None = None) -> int:
    """End one sign-in of a person, or all of them; return how many. The row and its session go together.

    For all, the person's epoch rises, so that a session which nobody listed ends too.
    """
    with transaction.atomic(), gate.using("rights.own", what="people.end"):
        rows = SignIn.objects.filter(person=person)
        if which is None:
            Person.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
        else:
            rows = rows.filter(pk=which)
        digests = list(rows.values_list("session", flat=True))
        sessions.end(digests)
        rows.delete()
    return len(digests)


def over() -> QuerySet[SignIn]:
    """Return the sign-ins whose days are over, under the use in force."""
    which = Q(pk__in=())
    for key in SignIn.objects.order_by().values_list("giving__version", flat=True).distinct():
        oldest = times.today() - timedelta(days=days(version_of(key)))
        which |= Q(giving__version=key, started__lt=oldest)
    return SignIn.objects.filter(which)


def clear() -> None:
    """End sign-ins whose days are over, and erase sessions that lead nowhere. Runs under `house.keep`."""
    ended = list(over().values_list("pk", "session"))
    sessions.end([session for _pk, session in ended])
    SignIn.objects.filter(pk__in=[pk for pk, _session in ended]).delete()
    sessions.SessionStore.clear_expired()
    live = Session.objects.values("session_key")
    SignIn.objects.filter(started__lt=times.today()).exclude(session__in=live).delete()
