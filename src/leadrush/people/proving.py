"""Proving, while signed in, that an address is yours: six figures sent to it, typed back in this browser.

It is asked for a new address, and once more for one's own before something that cannot be taken back, when
the sign-in is no longer fresh.
"""

from __future__ import annotations

import functools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from leadrush import look, mailbox
from leadrush.look import times
from leadrush.people import adapter, asking
from leadrush.people.codes import RESENDS, TRIES, same_figures
from leadrush.vault import tombstones
from leadrush.vault.keys import KeyFault
from leadrush.vault.models import Giving, Person
from leadrush.vault.turns import Erased

KEY = "people.proof"
PROVEN = "people.proven_at"
FRESH = timedelta(minutes=15)
"""For how long a sign-in, or a proof, stands for the person in front of the screen."""
AGAIN, CHANGE, ADD = "again", "change", "add"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@dataclass
class Proof:
    """A code that this browser waits for: what it is for, and to which place of the person's it went."""

    request: HttpRequest
    state: dict[str, Any]

    @classmethod
    def start(
        cls, request: HttpRequest, person: Person, *, what: str, to: str, giving: Giving, then: str
    ) -> Proof:
        """Send a code to one of the person's addresses and remember it in the sealed session."""
        state = {"what": what, "to": to, "giving": str(giving.pk), "then": then, "old": [], "sent": 0}
        proof = cls(request, state)
        proof.send(person, giving)
        return proof

    @classmethod
    def waiting(cls, request: HttpRequest) -> Proof | None:
        """Return what this browser waits for, over or not, or None."""
        state = request.session.get(KEY)
        return cls(request, state) if state else None

    def send(self, person: Person, giving: Giving) -> bool:
        """Draw figures and post their letter; say whether one more could be had."""
        if not self.more:
            return False
        if self.state.get("code"):
            self.state["old"].append(self.state["code"])
        now = datetime.now(UTC)
        self.state |= {"code": adapter.figures(), "at": now.timestamp(), "tries": 0}
        self.state["sent"] += 1
        mailbox.post(
            person=person,
            giving=giving,
            use=asking.USE,
            template="people.proof",
            key=f"people.proof:{uuid.uuid4()}",
            to=self.state["to"],
            context={
                "code": asking.spaced(self.state["code"]),
                "until": times.clock(self.until),
                "what": self.what,
                "business": look.business().name,
            },
        )
        self.keep()
        return True

    def keep(self) -> None:
        self.request.session[KEY] = self.state

    def drop(self) -> None:
        """Forget it: it was used, given up or tried too often."""
        self.request.session.pop(KEY, None)

    @property
    def what(self) -> str:
        return str(self.state["what"])

    @property
    def then(self) -> str:
        return str(self.state["then"])

    @property
    def giving(self) -> Giving | None:
        """The giving that the address rests on, unless it lapsed in between."""
        return Giving.objects.filter(pk=self.state["giving"], ended_at__isnull=True).first()

    @property
    def until(self) -> datetime:
        return datetime.fromtimestamp(self.state["at"], UTC) + asking.GOOD_FOR

    @property
    def over(self) -> bool:
        return datetime.now(UTC) > self.until

    @property
    def more(self) -> bool:
        """Whether another one may be had."""
        return int(self.state["sent"]) <= RESENDS

    @property
    def tries_left(self) -> int:
        return max(TRIES - int(self.state["tries"]), 0)

    def fits(self, typed: str) -> bool:
        """Say whether these are the figures."""
        return same_figures(typed, self.state["code"])

    def is_older(self, typed: str) -> bool:
        """Say whether these are figures of an earlier letter to this browser."""
        return any(same_figures(typed, old) for old in self.state["old"])

    def failed(self) -> int:
        """Count a wrong try; return how many are left."""
        self.state["tries"] += 1
        if self.tries_left:
            self.keep()
        else:
            self.drop()
        return self.tries_left


def proven(request: HttpRequest) -> None:
    """Note that the person in front of the screen has just shown who they are."""
    request.session[PROVEN] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the person signed in, or proved it again, less than 15 minutes ago."""
    records = get_authentication_records(request, request.user)
    moments = [record["at"] for record in records] + [request.session.get(PROVEN, 0)]
    return bool(time.time() - max(moments) < FRESH.total_seconds())


def signed_in(view: View[P]) -> View[P]:
    """Guard a page of a person's own: whoever is not signed in is sent to sign in and comes back."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            back = request.get_full_path() if request.method == "GET" else request.path
            return HttpResponseRedirect(f"{reverse('people:sign_in')}?next={quote(back)}")
        person_id = request.user.pk
        try:
            response = view(request, *args, **kwargs)
        except (KeyFault, Erased):
            if not tombstones.erased({person_id}):
                raise
            # Everything about them was erased from another window while this page was being made.
            logout(request)
            return HttpResponseRedirect(reverse("people:sign_in"))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def recently(view: View[P]) -> View[P]:
    """Guard what cannot be taken back: a sign-in that is no longer fresh is proven once more before."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_fresh(request):
            return HttpResponseRedirect(f"{reverse('people:again')}?next={quote(request.path)}")
        return view(request, *args, **kwargs)

    return signed_in(guarded)
