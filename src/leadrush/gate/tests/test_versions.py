"""The version in force: the newest published, read once, never changed, bound at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from leadrush import gate, statement
from leadrush.gate import rooms, versions
from leadrush.gate.models import Coming, Version


def text(number: int) -> statement.Version:
    return statement.Version(number, date(2026, 5, number), ())


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    versions.IN_FORCE.forget()
    versions.version_of.cache_clear()
    yield
    versions.IN_FORCE.forget()
    versions.version_of.cache_clear()


def test_before_anything_is_published_nothing_is_in_force(db: Any) -> None:
    words = "No version of the statement is published, so nothing may be used: run `leadrush up`."
    with pytest.raises(gate.Unpublished) as refusal:
        gate.force()
    assert str(refusal.value) == words


def test_what_is_published_binds_at_once_and_costs_nothing_to_ask_again(db: Any) -> None:
    row = gate.publish(text(1))
    assert gate.force() == text(1)
    assert versions.row_in_force() == row
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert gate.force().digest == row.digest
    assert len(queries) == 0
    gate.publish(text(2))
    assert gate.force().number == 2
    assert versions.version_of(row.pk) == text(1)


def test_what_another_process_publishes_binds_within_a_second(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr(versions.time, "monotonic", lambda: clock)
    gate.publish(text(1))
    gate.force()
    other = text(2)
    Version(
        number=2, digest=other.digest, text=other.canonical().decode(), published_at="2026-05-02T00:00Z"
    ).save()
    clock = 100.99
    assert gate.force().number == 1
    for clock, number, asked in ((101.0, 2, 2), (101.99, 2, 0), (102.0, 2, 1), (102.99, 2, 0)):
        with CaptureQueriesContext(connection) as queries:
            assert gate.force().number == number
        assert len(queries) == asked, clock


def test_a_publication_that_is_rolled_back_is_not_in_force(db: Any) -> None:
    gate.publish(text(1))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        gate.publish(text(2))
        _ = 1 / 0
    assert gate.force().number == 1


def test_an_older_text_cannot_come_back(db: Any) -> None:
    gate.publish(text(2))
    for number in (1, 2):
        with pytest.raises(ValueError, match="not newer"):
            gate.publish(text(number))


def test_a_published_version_never_changes(db: Any) -> None:
    row = gate.publish(text(1))
    for change in (
        row.save,
        row.delete,
        Version.objects.all().delete,
        lambda: Version.objects.update(text="{}"),
        lambda: Version.objects.bulk_update([row], ["text"]),
        lambda: Version._base_manager.all().delete(),
    ):
        with pytest.raises(gate.Refused) as refusal, transaction.atomic():
            change()
        assert str(refusal.value) == "A published version of the statement never changes: publish a new one."
    with pytest.raises(IntegrityError), transaction.atomic():
        Version(pk=row.pk, number=9, digest="x", text="{}", published_at=row.published_at).save()
    assert str(row) == "1"
    assert Version.objects.get().text == text(1).canonical().decode()


def test_older_versions_are_found_by_their_numbers_with_one_question(db: Any) -> None:
    for number in (1, 2, 4, 7):
        gate.publish(text(number))
    gate.force()
    with CaptureQueriesContext(connection) as queries:
        assert versions.numbered([7]) == {7: text(7)}
        assert versions.numbered([]) == {}
    assert not queries
    versions.numbered([1, 4])
    with CaptureQueriesContext(connection) as queries:
        assert versions.numbered(iter([1, 4, 5, 0, 7])) == {1: text(1), 4: text(4), 7: text(7)}
    assert len(queries) == 1


def test_a_kind_of_data_is_called_as_its_version_did_or_as_a_room_does_now(
    published: statement.Version,
) -> None:
    called = published.category("EmailAddress").title
    kinds = tuple(replace(kind, title=kind.title.upper()) for kind in published.categories)
    assert rooms.title("EmailAddress", replace(published, categories=kinds)) == called.upper()
    assert rooms.title("EmailAddress", text(1)) == rooms.title("EmailAddress", None) == called
    assert rooms.title("lr:NobodyKnows", published) == rooms.title("lr:NobodyKnows", None) == ""


def test_a_text_that_was_changed_behind_the_sites_back_is_not_believed(db: Any) -> None:
    gate.publish(text(1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE gate_version SET text = replace(text, '2026', '2025')")
    versions.IN_FORCE.forget()
    with pytest.raises(
        gate.Altered,
        match=r"^Version 1 of the statement is not what was published: .*digest.*\. "
        r"Nothing is used under it\. Restore the row from a backup of the data\.$",
    ):
        gate.force()


def test_a_text_under_another_number_than_its_own_is_not_believed(db: Any) -> None:
    gate.publish(text(1))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE gate_version SET number = 7")
    versions.look_anew()
    with pytest.raises(gate.Altered, match=r"Version 7 .* it calls itself version 1"):
        gate.force()


def on_its_way(number: int, **more: Any) -> Coming:
    it = text(number)
    return Coming.objects.create(number=number, digest=it.digest, text=it.canonical().decode(), **more)


def test_the_version_on_its_way_is_known_beside_the_one_in_force_at_no_further_question(db: Any) -> None:
    gate.publish(text(1))
    assert versions.view().texts == (text(1),)
    coming = on_its_way(2)
    versions.look_anew()
    with CaptureQueriesContext(connection) as queries:
        assert versions.view().texts == (text(1), text(2))
    assert len(queries) == 3, "the numbers of both, and each text once"
    assert gate.force() == text(1)
    Coming.objects.update(step=Coming.Step.WIDEN)
    versions.look_anew()
    assert versions.view().texts == (text(1),)
    Coming.objects.update(step=Coming.Step.TIGHTEN, live=False)
    versions.look_anew()
    assert versions.view().texts == (text(1),)
    assert coming.number == 2


def test_a_version_on_its_way_is_read_once_and_left_when_it_is_there_no_more(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 100.0
    monkeypatch.setattr(versions.time, "monotonic", lambda: clock)
    gate.publish(text(1))
    on_its_way(2)
    versions.view()
    for moment, asked, known in ((100.5, 0, 2), (101.5, 1, 2), (102.6, 1, 2)):
        clock = moment
        with CaptureQueriesContext(connection) as queries:
            assert len(versions.view().texts) == known
        assert len(queries) == asked
    Coming.objects.update(live=False)
    clock = 104.0
    with CaptureQueriesContext(connection) as queries:
        assert versions.view().texts == (text(1),)
    assert len(queries) == 1
    assert versions.view().looked == 104.0


def test_a_version_on_its_way_that_was_changed_is_not_believed(db: Any) -> None:
    gate.publish(text(1))
    Coming.objects.create(number=2, digest=text(2).digest, text=text(3).canonical().decode())
    versions.look_anew()
    with pytest.raises(gate.Altered, match=r"^Version 2 "):
        gate.force()


def test_while_a_version_is_on_its_way_no_other_passes_it(db: Any) -> None:
    gate.publish(text(1))
    on_its_way(2)
    with pytest.raises(ValueError, match="Version 2 is on its way"):
        gate.publish(text(3))
    assert gate.publish(text(2)).number == 2
    Coming.objects.update(live=False)
    assert gate.publish(text(3)).number == 3


def test_what_was_read_before_a_publication_is_not_remembered_over_it(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another thread reads the number, then somebody publishes and forgets, then the thread remembers."""
    gate.publish(text(1))
    look = versions.InForce._look

    def slow() -> Any:
        found = look()
        monkeypatch.setattr(versions.InForce, "_look", staticmethod(look))
        gate.publish(text(2))
        return found

    monkeypatch.setattr(versions.InForce, "_look", staticmethod(slow))
    assert gate.force().number == 1, "whoever asked before gets what was true then"
    assert gate.force().number == 2
