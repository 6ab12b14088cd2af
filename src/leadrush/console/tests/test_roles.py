"""Each screen of the back office against each role."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from leadrush.console import ROLES
from leadrush.gate import undeclared_views
from leadrush.gate.doors import each

NOBODY = uuid.uuid4()
SCREENS = [
    ("get", "console:overview", [], "reader"),
    ("get", "console:people", [], "host"),
    ("post", "console:find", [], "host"),
    ("post", "console:open", [], "host"),
    ("get", "console:person", ["handle"], "host"),
    ("get", "console:staff", [], "owner"),
    ("post", "console:invite", [], "owner"),
    ("post", "console:appoint", [NOBODY], "owner"),
    ("post", "console:remove", [NOBODY], "owner"),
    ("get", "mailbox:outbox", [], "editor"),
    ("post", "mailbox:find", [], "editor"),
    ("get", "mailbox:message", [NOBODY], "editor"),
    ("post", "mailbox:read", [NOBODY], "editor"),
    ("post", "mailbox:again", [NOBODY], "editor"),
    ("post", "mailbox:take_back", [NOBODY], "editor"),
]


def own_screens() -> set[str]:
    """Return the names of all addresses of the console and of the outbox."""
    found = set()
    for pattern in each(get_resolver().url_patterns):
        module = getattr(pattern.callback, "__module__", "")
        if module.startswith("leadrush.console") or module == "leadrush.mailbox.console":
            found.add(f"{module.split('.')[1]}:{pattern.name}")
    return found


def test_every_screen_stands_in_this_table() -> None:
    assert own_screens() == {name for _method, name, _args, _role in SCREENS}


def test_every_screen_has_a_door() -> None:
    closed = {str(pattern.name) for pattern in undeclared_views(get_resolver().url_patterns)}
    assert not closed & {name.partition(":")[2] for name in own_screens()}


@pytest.mark.parametrize("role", ["", *ROLES])
def test_each_screen_opens_for_its_role_and_those_above_it_only(
    signed_in: Callable[[str], Client], role: str, settings: object
) -> None:
    client = signed_in(role)
    for method, name, args, needed in SCREENS:
        answer = getattr(client, method)(reverse(name, args=args))
        may = role in ROLES and ROLES.index(role) >= ROLES.index(needed)
        if may:
            assert answer.status_code in (200, 302, 404, 422), (role, name)
            assert "sign-in" not in answer.get("Location", ""), (role, name)
        elif role:
            assert answer.status_code == 403, (role, name)
        else:
            assert answer.status_code == 302 and "next=" in answer["Location"], name


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_leads_nowhere_that_is_closed(signed_in: Callable[[str], Client], role: str) -> None:
    import re

    client = signed_in(role)
    page = client.get(reverse("console:overview")).content.decode()
    for url in set(re.findall(r'href="(/console/[^"#]*)"', page)):
        assert client.get(url).status_code == 200, (role, url)
