"""The code at sign-in, as allauth's process sees it: for a person, or for nobody, in the same steps."""

from __future__ import annotations

import secrets
import time
import uuid
from datetime import UTC, datetime
from typing import Any, Self

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest, HttpResponse

from leadrush.people import adapter, asking, browsers, sign_ins
from leadrush.vault.models import Person
from leadrush.vault.persons import STAND_IN

TRIES = 5
RESENDS = 3


class Code(LoginCodeVerificationProcess):  # type: ignore[misc]  # allauth has no types
    """One code in one browser. Nobody's is drawn, kept and compared like anybody's, and lets nobody in."""

    @classmethod
    def start(cls, request: HttpRequest, person_id: uuid.UUID, digest: str) -> Self:
        """Draw a code for whoever this is, ask for its letter, and remember it in this browser's session."""
        # An unsaved person with the number: allauth looks it up on each page, and finds somebody or nobody.
        login = Login(user=Person(pk=person_id), email=f"{person_id}@{STAND_IN}")
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=login.email))
        stage.state |= {"initiated_by_user": True, "digest": digest, "person": str(person_id), "old": []}
        code = cls(stage)
        request.session.set_expiry(int(sign_ins.PENDING.total_seconds()))
        code.send()
        code.persist()
        return code

    @classmethod
    def waiting(cls, request: HttpRequest) -> Self | None:
        """Return the code that this browser waits for, over or not, or None."""
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        if stage is None:
            return None
        code = cls(stage)
        if stage.login.user is None:
            # Remembered like anybody, so that the next page asks the same question again.
            stage.login.user = Person(pk=uuid.UUID(stage.state["person"]))
        return code

    def send(self, skip_enumeration_mails: bool = False) -> None:
        """Draw new figures and ask for their letter."""
        self.state["code"] = adapter.figures()
        asking.ask(
            person_id=uuid.UUID(self.state["person"]),
            code=self.state["code"],
            digest=self.state["digest"],
            browser=browsers.family(self.request.headers.get("User-Agent", "")),
        )

    def again(self) -> bool:
        """Send another code, if one may be had; say whether."""
        if not self.more:
            return False
        self.state["old"].append(self.state["code"])
        self.state["at"] = time.time()
        self.state["failed_attempts"] = 0
        self.send()
        self.record_resend()
        self.persist()
        return True

    @property
    def until(self) -> datetime:
        """When the code ends."""
        return datetime.fromtimestamp(self.state["at"], UTC) + asking.GOOD_FOR

    @property
    def over(self) -> bool:
        """Whether its time is over."""
        return datetime.now(UTC) > self.until

    @property
    def more(self) -> bool:
        """Whether another one may be had."""
        return int(self.state["resend_count"]) < RESENDS

    @property
    def tries_left(self) -> int:
        return max(TRIES - int(self.state["failed_attempts"]), 0)

    def fits(self, typed: str) -> bool:
        """Say whether these are the figures, and whose they are may come in."""
        same = same_figures(typed, self.state["code"])
        return same and self.user is not None and bool(self.user.is_active)

    def is_older(self, typed: str) -> bool:
        """Say whether these are figures of an earlier letter to this browser."""
        return any(same_figures(typed, old) for old in self.state["old"])

    def failed(self) -> int:
        """Count a wrong try; return how many are left."""
        self.state["failed_attempts"] += 1
        if self.tries_left:
            self.persist()
        else:
            self.abort()
        return self.tries_left

    def let_in(self, then: str) -> HttpResponse:
        """Sign in whoever this is and go on to `then`."""
        response: Any = self.finish(then)
        return response  # type: ignore[no-any-return]


def bare(typed: str) -> str:
    """Return what was typed without spaces and dashes: codes are pasted in many forms."""
    return "".join(sign for sign in typed if not sign.isspace() and sign not in "-–")


def same_figures(typed: str, code: str) -> bool:
    """Compare in constant time."""
    return secrets.compare_digest(bare(typed).encode(), code.encode())
