"""What the demo's people did already: one of those who run the business is signed in, and a visitor came, and
had everything erased again."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest

from leadrush import gate, vault
from leadrush.people import sign_ins
from leadrush.people.models import SignIn
from leadrush.people.sessions import SessionStore
from leadrush.vault import erasing
from leadrush.vault.models import Erasure, Person, Role

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
VISITOR = "lark.penhallow@post.example"


def seed() -> None:
    """Do both, unless they were done: what the clauses `sign-ins` and `erase` count is true."""
    sign_in_the_editor()
    let_a_visitor_go()


def sign_in_the_editor() -> None:
    """Sign the editor in, as their form would, unless somebody is."""
    editor = Person.objects.filter(role=Role.EDITOR).order_by("joined_at").first()
    with gate.using(sign_ins.USE, what="people.sign_in"):
        if editor is None or SignIn.objects.exists():
            return
        request = HttpRequest()
        request.META["HTTP_USER_AGENT"] = BROWSER
        request.session = SessionStore()
        login(request, editor, backend=BACKEND)
        sign_ins.begin(request, editor)
        request.session.save()


def let_a_visitor_go() -> None:
    """Let somebody come and go, unless somebody did already."""
    if Erasure.objects.exists():
        return
    person, _giving = vault.welcome(
        address=VISITOR, where=sign_ins.WHERE, clause=sign_ins.CLAUSE, confirmed=True
    )
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="people.erase"):
        erasing.erase_everything(person.pk)
