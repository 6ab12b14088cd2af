"""Whoever has the database can change the ledger, and is found: by the chain, the heads, or an anchor."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrush.ledger import chaining, keeps, verifying
from leadrush.ledger.faults import ADDED, ANCHOR, CHANGED, CUT_OFF, HEAD, MISSING, ORDER, REMOVED, Fault
from leadrush.ledger.models import Entry, Head, Link
from leadrush.ledger.tests.tampering import BEGAN, by_hand, off, places, write, written_anew
from tests.rig import sampling

pytestmark = pytest.mark.django_db

TEXTS = ("use", "actor_kind", "actor", "subject", "what", "about", "categories", "batch", "clause")
POSTGRESQL = connections["ledger"].vendor == "postgresql"


def first(anchor: Any = None) -> Fault:
    """Return the first fault; the check of the clause finds what needs no anchor."""
    report = verifying.check(anchor)
    assert not report.whole
    if anchor is None:
        assert not keeps.entries_are_chained().kept
    return report.faults[0]


def whole(anchor: Any = None) -> bool:
    return verifying.check(anchor).whole


def test_a_ledger_that_nobody_touched_is_whole_with_and_without_an_anchor(
    chained: list[Entry], kept: dict[date, str]
) -> None:
    report = verifying.check(kept)
    assert report.whole and report.entries == report.chained == 12 and not report.waiting
    assert report.anchors == {day.isoformat(): True for day in kept}
    count = keeps.entries_are_chained()
    assert count.kept and count.of == 12 + 3


@pytest.mark.parametrize("column", TEXTS)
def test_a_text_that_was_changed_by_a_letter_is_found(chained: list[Entry], column: str) -> None:
    by_hand(f"UPDATE ledger_entry SET {column} = 'x' WHERE id = %s", chained[5].pk)
    assert first() == Fault(CHANGED, 6, chained[5].pk, "2026-03-02")


def test_a_letter_that_went_from_one_column_into_the_next_is_found(chained: list[Entry]) -> None:
    by_hand("UPDATE ledger_entry SET what = 'webinars.reminde', about = %s WHERE id = %s", "r", chained[0].pk)
    by_hand(
        "UPDATE ledger_entry SET use = 'webinars.serv', actor_kind = 'eprogram' WHERE id = %s", chained[7].pk
    )
    assert [fault.place for fault in verifying.check().faults] == [1, 8]


@pytest.mark.parametrize("column", ["count", "version"])
def test_a_number_that_was_changed_by_one_is_found(chained: list[Entry], column: str) -> None:
    by_hand(f'UPDATE ledger_entry SET "{column}" = "{column}" + 1 WHERE id = %s', chained[11].pk)
    assert first() == Fault(CHANGED, 12, chained[11].pk, "2026-03-03")


def test_a_moment_that_was_changed_by_a_microsecond_is_found(chained: list[Entry]) -> None:
    off()
    Entry.objects.filter(pk=chained[3].pk).update(at=chained[3].at + timedelta(microseconds=1))
    assert first() == Fault(CHANGED, 4, chained[3].pk, "2026-03-01")


def test_an_id_that_was_changed_is_found(chained: list[Entry]) -> None:
    by_hand("UPDATE ledger_entry SET id = 4000 WHERE id = %s", chained[3].pk)
    assert first() == Fault(REMOVED, 4, chained[3].pk, "2026-03-01")


@pytest.mark.parametrize(("at", "day"), [(0, "2026-03-01"), (6, "2026-03-02"), (11, "2026-03-03")])
def test_an_entry_that_was_removed_is_found_wherever_it_stood(
    chained: list[Entry], at: int, day: str
) -> None:
    by_hand("DELETE FROM ledger_entry WHERE id = %s", chained[at].pk)
    assert first() == Fault(REMOVED, at + 1, chained[at].pk, day)


def test_an_entry_that_was_removed_with_its_place_is_found(chained: list[Entry]) -> None:
    by_hand("DELETE FROM ledger_entry WHERE id = %s", chained[6].pk)
    by_hand("DELETE FROM ledger_link WHERE entry = %s", chained[6].pk)
    assert first() == Fault(MISSING, 7, None, "2026-03-02")


def test_two_entries_that_changed_places_are_found(chained: list[Entry]) -> None:
    by_hand("UPDATE ledger_link SET entry = entry + 1000 WHERE place IN (3, 4)")
    by_hand("UPDATE ledger_link SET entry = %s WHERE place = 3", chained[3].pk)
    by_hand("UPDATE ledger_link SET entry = %s WHERE place = 4", chained[2].pk)
    assert first() == Fault(ORDER, 3, chained[3].pk, "2026-03-01")


def test_two_entries_that_changed_their_contents_are_found(chained: list[Entry]) -> None:
    one, other = chained[2], chained[3]
    off()
    for entry, like in ((one, other), (other, one)):
        values = {f.name: getattr(like, f.name) for f in Entry._meta.fields if f.name != "id"}
        Entry.objects.filter(pk=entry.pk).update(**values)
    assert first() == Fault(ORDER, 3, one.pk, "2026-03-01")


def test_an_entry_that_was_slipped_in_with_a_place_is_found(chained: list[Entry]) -> None:
    (new,) = write(1)
    by_hand("UPDATE ledger_link SET place = -place WHERE place > 4")
    by_hand("UPDATE ledger_link SET place = 1 - place WHERE place < 0")
    Link.objects.create(place=5, entry=new.pk, digest=bytes(32))
    assert first() == Fault(ADDED, 5, new.pk, "2026-03-02")


def slipped_in(chained: list[Entry]) -> int:
    """Put an entry of long ago under an id of long ago, as if it had always been there."""
    by_hand("UPDATE ledger_entry SET id = id + 500 WHERE id > %s", chained[0].pk)
    by_hand("UPDATE ledger_link SET entry = entry + 500 WHERE entry > %s", chained[0].pk)
    written_anew()  # so that ids with room between them are how this ledger always was
    values = {f.name: getattr(chained[0], f.name) for f in Entry._meta.fields}
    return Entry.objects.create(**(values | {"id": chained[0].pk + 7})).pk


def test_an_entry_that_was_put_among_older_ones_is_found_before_and_after_it_is_chained(
    chained: list[Entry],
) -> None:
    added = slipped_in(chained)
    found = verifying.check()
    assert [(fault.kind, fault.entry) for fault in found.faults] == [(ADDED, added)] and found.waiting == 1
    chaining.chain(everything=True)
    assert first() == Fault(ADDED, 13, added, None)


def test_an_entry_that_was_committed_after_one_with_a_higher_id_is_no_fault(chained: list[Entry]) -> None:
    (late,) = write(1, began=chained[-1].at)
    (early,) = write(1, began=chained[-1].at)
    off()
    Entry.objects.filter(pk=late.pk).delete()
    chaining.chain()
    assert places()[-1] == (13, early.pk)
    Entry.objects.create(**{f.name: getattr(late, f.name) for f in Entry._meta.fields})
    assert whole() and verifying.check().waiting == 1
    chaining.chain()
    assert places()[-1] == (14, late.pk)
    assert whole() and keeps.entries_are_chained().kept


def test_a_ledger_that_was_cut_off_is_found_by_its_heads_and_without_them_by_the_anchor(
    chained: list[Entry], kept: dict[date, str]
) -> None:
    for entry in chained[8:]:
        by_hand("DELETE FROM ledger_entry WHERE id = %s", entry.pk)
    by_hand("DELETE FROM ledger_link WHERE place > 8")
    assert first() == Fault(CUT_OFF, 9, None, "2026-03-03")
    by_hand("DELETE FROM ledger_head WHERE place > 8")
    assert whole(), "nothing in it tells of what was cut off"
    assert first(kept) == Fault(CUT_OFF, 9, None, "2026-03-03")


def test_a_chain_that_was_removed_is_found_though_the_entries_are_there(chained: list[Entry]) -> None:
    by_hand("DELETE FROM ledger_link")
    assert first() == Fault(MISSING, 1, None, "2026-03-01")
    by_hand("DELETE FROM ledger_head")
    assert [fault.kind for fault in verifying.check().faults] == [MISSING]


@pytest.mark.parametrize("place", [1, 6, 12])
def test_a_digest_that_was_changed_is_found_once(chained: list[Entry], place: int) -> None:
    by_hand("UPDATE ledger_link SET digest = %s WHERE place = %s", bytes(32), place)
    report = verifying.check()
    assert report.faults[0].kind == CHANGED and report.faults[0].place == place
    in_chain = [fault for fault in report.faults if fault.kind != HEAD]
    assert len(in_chain) == 1


def test_a_chain_that_was_written_anew_is_found_by_the_heads_and_with_them_anew_by_the_anchor_alone(
    chained: list[Entry], kept: dict[date, str]
) -> None:
    by_hand("UPDATE ledger_entry SET what = 'nothing' WHERE id = %s", chained[5].pk)
    digests = {head.pk: bytes(head.digest) for head in Head.objects.all()}
    written_anew()
    anew = {head.pk: bytes(head.digest) for head in Head.objects.all()}
    for number, digest in digests.items():
        by_hand("UPDATE ledger_head SET digest = %s WHERE number = %s", digest, number)
    assert first() == Fault(HEAD, 8, None, "2026-03-02")
    for number, digest in anew.items():
        by_hand("UPDATE ledger_head SET digest = %s WHERE number = %s", digest, number)
    assert whole() and keeps.entries_are_chained().kept
    report = verifying.check(kept)
    assert report.anchors == {"2026-03-01": True, "2026-03-02": False, "2026-03-03": False}
    assert report.faults[0] == Fault(ANCHOR, 8, None, "2026-03-02")


@pytest.mark.parametrize(
    "change", ["number = 40", "day = '2026-02-01'", "place = place - 1", "place = 4000", "digest = NULL"]
)
@pytest.mark.parametrize("number", [1, 3])
def test_a_head_that_was_changed_is_found(chained: list[Entry], change: str, number: int) -> None:
    values = [bytes(31)] if "digest" in change else []
    by_hand(f"UPDATE ledger_head SET {change.replace('NULL', '%s')} WHERE number = {number}", *values)
    assert first().kind in (HEAD, CUT_OFF)


def test_a_head_that_was_removed_is_found_the_last_one_by_the_anchor(
    chained: list[Entry], kept: dict[date, str]
) -> None:
    by_hand("DELETE FROM ledger_head WHERE number = 3")
    assert whole()
    assert first(kept).kind == CUT_OFF
    by_hand("DELETE FROM ledger_head WHERE number = 1")
    assert first() == Fault(HEAD, 8, None, "2026-03-02")


def test_an_anchor_of_before_the_first_head_is_no_anchor_of_this_ledger(chained: list[Entry]) -> None:
    assert first({date(2025, 1, 1): "00" * 32}).kind == HEAD


def test_every_fault_is_told_of_and_the_rest_counted(chained: list[Entry]) -> None:
    write(40, began=BEGAN + timedelta(days=3))
    chaining.chain()
    by_hand("UPDATE ledger_entry SET clause = 'x'")
    report = verifying.check()
    assert report.found == 52 and len(report.faults) == 20


@pytest.mark.skipif(POSTGRESQL, reason="PostgreSQL takes no text that is not UTF-8")
def test_an_entry_that_no_driver_can_read_is_found_and_the_others_are_read(chained: list[Entry]) -> None:
    by_hand("UPDATE ledger_entry SET what = CAST(x'ff' AS TEXT) WHERE id = %s", chained[5].pk)
    by_hand("UPDATE ledger_entry SET clause = 'x' WHERE id = %s", chained[9].pk)
    assert [(fault.kind, fault.place) for fault in verifying.check().faults] == [(CHANGED, 6), (CHANGED, 10)]


@pytest.mark.skipif(not POSTGRESQL, reason="SQLite keeps a moment as text")
def test_a_moment_that_no_driver_can_read_is_found_and_the_others_are_read(chained: list[Entry]) -> None:
    by_hand("UPDATE ledger_entry SET at = 'infinity' WHERE id = %s", chained[5].pk)
    assert [(fault.kind, fault.place) for fault in verifying.check().faults] == [(CHANGED, 6)]


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_link", "ledger_head"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_itself_refuses_what_goes_past_the_models(
    chained: list[Entry], table: str, deed: str
) -> None:
    column = {"ledger_entry": "version", "ledger_link": "entry", "ledger_head": "place"}[table]
    with (
        pytest.raises(IntegrityError, match="only added to"),
        transaction.atomic("ledger"),
        connections["ledger"].cursor() as cursor,
    ):
        cursor.execute(deed.format(table, column, column))
    assert whole()


CELLS = [
    *(
        ("ledger_entry", "id", at, column)
        for at in range(12)
        for column in (*TEXTS, "at", "count", "version", "id")
    ),
    *(("ledger_link", "place", at, column) for at in range(12) for column in ("place", "entry", "digest")),
    *(
        ("ledger_head", "number", at, column)
        for at in range(3)
        for column in ("number", "day", "place", "digest")
    ),
]


@given(cell=st.sampled_from(CELLS), bit=st.integers(0, 7), data=st.data())
@settings(max_examples=sampling.examples(), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_change_of_any_bit_that_the_database_takes_is_found(
    chained: list[Entry],
    kept: dict[date, str],
    cell: tuple[str, str, int, str],
    bit: int,
    data: st.DataObject,
) -> None:
    table, key, at, column = cell
    with transaction.atomic("ledger"):
        off()
        with connections["ledger"].cursor() as cursor:
            cursor.execute(f'SELECT {key}, "{column}" FROM {table} ORDER BY {key}')
            row, value = cursor.fetchall()[at]
            changed: Any
            if isinstance(value, int):
                changed = value ^ (1 << data.draw(st.integers(0, 20)))
            elif isinstance(value, (str, bytes)):
                stored = bytearray(value.encode() if isinstance(value, str) else value)
                stored[data.draw(st.integers(0, len(stored) - 1))] ^= 1 << bit
                changed = bytes(stored).decode("latin-1") if isinstance(value, str) else bytes(stored)
            else:
                changed = value + timedelta(**{"days" if column == "day" else "microseconds": 1 << bit})
            try:
                with transaction.atomic("ledger"):
                    cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE {key} = %s', [changed, row])
            except (IntegrityError, ValueError):
                pass  # a number that is taken, a sign that the database does not take
            else:
                assert not whole(kept)
        transaction.set_rollback(True, "ledger")
    assert whole(kept)
