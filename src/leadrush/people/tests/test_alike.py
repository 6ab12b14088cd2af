"""Known and unknown addresses are answered alike, and what is typed rests nowhere in the clear."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connections
from django.test import Client

from leadrush import gate
from leadrush.people.models import Asked
from leadrush.people.sessions import SessionStore
from leadrush.people.tests.conftest import ANA, newest_code, sign_in
from leadrush.vault.models import Person
from tests.rig.pages import alike
from tests.rig.questions import asked

UNKNOWN = "ana.brightwaters@mail.example"
SHAPE = re.compile(r"'[^']*'|\b[0-9a-f]{32,}\b|\d+")


def steps(client: Client, address: str) -> tuple[list[Any], list[str]]:
    """Go the whole way with an address and wrong figures; return the answers, and the shape of each query."""
    answers: list[Any] = []
    ways = [
        ("post", "/sign-in/", {"address": address}),
        ("get", "/sign-in/code/", {}),
        ("post", "/sign-in/code/", {"code": "000000"}),
        ("post", "/sign-in/code/", {"act": "again"}),
        ("post", "/sign-in/code/", {"code": "000000"}),
        ("post", "/sign-in/code/", {"act": "cancel"}),
    ]

    def go() -> None:
        for method, path, data in ways:
            response = getattr(client, method)(path, data)
            content = alike(response.content.decode())
            answers.append(
                (response.status_code, response.get("Location"), sorted(response.cookies), content)
            )

    return answers, [SHAPE.sub("?", sql) for sql in asked(go)]


def test_an_unknown_address_gets_the_same_pages_by_the_same_queries(ana: Person) -> None:
    gate.force()
    steps(Client(), "warm@mail.example")
    cache.clear()
    with pytest.MonkeyPatch.context() as patch:
        from leadrush.people import adapter

        patch.setattr(adapter, "figures", lambda: "123456")
        known, of_known = steps(Client(), ANA)
        cache.clear()
        unknown, of_unknown = steps(Client(), UNKNOWN)
    assert known == unknown
    assert of_known == of_unknown


def test_nothing_is_written_to_an_unknown_address_and_its_figures_let_nobody_in(ana: Person) -> None:
    from leadrush.people import adapter
    from leadrush.people.tests.conftest import letters

    client = Client()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(adapter, "figures", lambda: "123456")
        client.post("/sign-in/", {"address": UNKNOWN})
        assert letters() == []
        assert not Asked.objects.exists()
        response = client.post("/sign-in/code/", {"code": "123456"})
    assert response.status_code == 422
    assert "not the figures we sent" in response.content.decode()
    assert client.get("/me/").status_code == 302


def spoken(text: str) -> bool:
    return "brightwater" in text.lower()


def test_no_address_rests_in_sessions_tables_caches_or_logs(ana: Person, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client()
    client.post("/sign-in/", {"address": ANA})
    waiting = [SessionStore().decode(row.session_data) for row in Session.objects.all()]
    assert [w["account_login"]["email"] for w in waiting] == [f"{ana.pk}@people.invalid"]
    assert not spoken(json.dumps(waiting))
    client.post("/sign-in/code/", {"code": newest_code(ana)})
    client.post("/me/address/", {"address": "second.brightwater@mail.example", "what": "add"})
    client.post("/me/address/code/", {"code": newest_code(ana, "people.proof")})
    for address in (UNKNOWN, "x" * 300 + "brightwater@mail.example", "brightwater"):
        Client().post("/sign-in/", {"address": address})
    remembered = [SessionStore().decode(row.session_data) for row in Session.objects.all()]
    assert len(remembered) == 2
    assert not spoken(json.dumps(remembered))
    assert not spoken(str(getattr(cache, "_cache", "")))
    assert not spoken(caplog.text)
    for alias in connections:
        connection = connections[alias]
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
        for table in tables:
            assert not spoken(rows_of(alias, table)), table


def rows_of(alias: str, table: str) -> str:
    """Return everything a table holds, as text; personal tables under the use that sees all of them."""
    connection = connections[alias]
    with gate.using("house.keep"), connection.cursor() as cursor:
        where = f" WHERE {gate.condition(table)}" if table in gate.tables.all() else ""
        cursor.execute(f'SELECT * FROM "{table}"{where}')
        rows = cursor.fetchall()
    return " ".join(
        bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
        for row in rows
        for value in row
    )


def test_a_stolen_copy_of_the_sessions_lets_nobody_in(ana: Person) -> None:
    client = Client()
    sign_in(client, ana, ANA)
    cookie = client.cookies["sessionid"].value
    (row,) = Session.objects.all()
    assert cookie not in row.session_key
    thief = Client()
    thief.cookies["sessionid"] = row.session_key
    assert thief.get("/me/").status_code == 302
    assert str(ana.pk) not in row.session_data


def test_sign_in_never_parks_a_form_in_the_session(ana: Person) -> None:
    import time_machine
    from django.utils import timezone

    client = Client()
    sign_in(client, ana, ANA)
    with time_machine.travel(timezone.now() + timezone.timedelta(minutes=20), tick=False):
        response = client.post("/me/address/", {"address": "second.brightwater@mail.example"})
        assert response["Location"] == "/sign-in/again/?next=/me/address/"
    (row,) = Session.objects.all()
    assert not spoken(json.dumps(SessionStore().decode(row.session_data)))
