"""Django's own machinery goes on working: sessions, content types, flush, rollback, test databases."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from leadrush import gate
from leadrush.gate.tests.conftest import HIDDEN, OTHER, POSTGRESQL, READ, House
from leadrush.gate.tests.house.models import Author, Note, Page


def test_what_is_not_personal_works_without_any_use(db: Any) -> None:
    session = SessionStore()
    session["a"] = 1
    session.save()
    assert SessionStore(session.session_key)["a"] == 1
    assert ContentType.objects.get_for_model(Note).model == "note"
    Group.objects.create(name="x").permissions.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 /* a comment */; ")
        assert cursor.fetchall() == [(1,)]


@pytest.mark.parametrize("alias", ["default", "keys", "ledger"])
def test_every_database_is_behind_the_gate(alias: str) -> None:
    assert connections[alias].settings_dict["ENGINE"].startswith("leadrush.gate.")
    assert connections[alias].ops.compiler_module.startswith("leadrush.gate.")


def test_the_flush_of_test_databases_empties_personal_tables(open_house: House) -> None:
    call_command("flush", interactive=False, verbosity=0, allow_cascade=True)
    assert open_house.texts() == {}
    assert not Author.objects.exists()


def test_the_beginning_of_a_test_database_holds_nothing_personal_and_comes_back(open_house: House) -> None:
    kept = connection.creation.serialize_db_to_string()
    labels = {row["model"] for row in json.loads(kept)}
    assert "house.author" in labels
    assert not labels & {"house.note", "house.page"}
    assert Note._meta.managed
    # Open rows that point at personal ones cannot come back without them.
    kept = json.dumps([row for row in json.loads(kept) if row["model"] in ("house.author", "house.tag")])
    call_command("flush", interactive=False, verbosity=0, allow_cascade=True)
    connection.creation.deserialize_db_from_string(kept)
    assert Author.objects.count() == 3


def test_broken_references_are_reported_and_not_refused(house: House) -> None:
    connection.check_constraints()


@pytest.mark.skipif(POSTGRESQL, reason="PostgreSQL checks the references of all tables")
def test_broken_references_are_looked_for_in_the_tables_that_were_asked_about(house: House) -> None:
    with gate.using(OTHER.name):
        Note.objects.filter(pk=house.seen).delete()
        Page.objects.create(note_id=house.seen, number=9, mask=HIDDEN)
    with pytest.raises(IntegrityError, match="house_page"):
        connection.check_constraints(["house_page"])
    connection.check_constraints(["house_note"])
    with gate.using(OTHER.name):
        Page.objects.all().delete()


def test_migrations_of_personal_tables_run(open_house: House) -> None:
    call_command("migrate", "house", "zero", verbosity=0)
    call_command("migrate", "house", verbosity=0)
    assert open_house.texts() == {}
    out = StringIO()
    call_command("makemigrations", "gate", "house", "--check", "--dry-run", skip_checks=True, stdout=out)


def test_what_a_migration_says_has_values_of_its_own(open_house: House) -> None:
    with connection.schema_editor(atomic=False) as editor:
        editor.execute("UPDATE house_author SET name = %s", ["x"])
    assert set(Author.objects.values_list("name", flat=True)) == {"x"}


def test_queries_are_logged_and_counted_as_ever(house: House) -> None:
    with CaptureQueriesContext(connection) as queries, gate.using(READ.name):
        assert Note.objects.count() == 1
        assert list(Note.objects.values_list("text")) == [("seen",)]
        Note.objects.filter(text="seen").update(text="x")
    assert len(queries) == 3
    assert all("mask" in query["sql"] for query in queries)


def test_rows_changed_are_counted_as_ever(house: House) -> None:
    with gate.using(READ.name):
        assert Note.objects.update(size=2) == 1
        assert Note.objects.filter(text="secret").update(size=2) == 0
    with gate.using(OTHER.name):
        assert Note.objects.update(size=2) == 3
