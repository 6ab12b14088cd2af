"""A use ends when its block ends: for iterators, tasks, threads, generators and templates that outlive it."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, connections, transaction
from django.template import Context, Engine

from leadrush import gate
from leadrush.gate.tests.conftest import OTHER, READ, SEEN, House
from leadrush.gate.tests.house.models import Letter, Note


def more(number: int = 30) -> None:
    with gate.using(READ.name):
        Note.objects.bulk_create(Note(text="seen", mask=SEEN) for _ in range(number))


def count() -> int:
    return Note.objects.count()


def test_an_iterator_carried_out_of_its_use_gives_no_further_rows(house: House) -> None:
    more()
    with gate.using(READ.name):
        rows = Note.objects.iterator(chunk_size=5)
        assert next(rows).text == "seen"
    with pytest.raises(gate.Refused):
        list(rows)


def test_an_iterator_carried_into_another_use_gives_no_further_rows(house: House) -> None:
    more()
    with gate.using(READ.name):
        rows = Note.objects.iterator(chunk_size=5)
        next(rows)
        with gate.using(OTHER.name), pytest.raises(gate.Refused):
            list(rows)


def test_an_iterator_goes_on_after_another_use_was_open_in_between(house: House) -> None:
    more()
    with gate.using(READ.name), transaction.atomic():
        texts = []
        for note in Note.objects.iterator(chunk_size=5):
            texts.append(note.text)
            with gate.using(OTHER.name):
                assert Note.objects.filter(text="secret").count() == 1
    assert texts == ["seen"] * 31


def test_an_iterator_outside_a_transaction_sees_what_it_may(open_house: House) -> None:
    more()
    with gate.using(READ.name):
        seen = Note.objects.filter(text="seen")
        assert [note.text for note in seen.iterator(chunk_size=5)] == ["seen"] * 31
        rows = Note.objects.iterator(chunk_size=5)
        next(rows)
    with pytest.raises(gate.Refused):
        next_chunk = [next(rows) for _ in range(20)]
        assert not next_chunk


@pytest.mark.parametrize("fetch", ["fetchone", "fetchmany", "fetchall", "iterate"])
def test_a_cursor_carried_out_of_its_use_gives_no_rows_by(fetch: str, house: House) -> None:
    with connection.cursor() as cursor:
        with gate.using(READ.name):
            cursor.execute(f"SELECT text FROM house_note WHERE {gate.condition('house_note')}")
        with pytest.raises(gate.Refused) as refusal:
            list(cursor) if fetch == "iterate" else getattr(cursor, fetch)()
    assert str(refusal.value) == (
        "These rows were asked for under the use 'tests.read', which is no longer in force: "
        "read them inside its block."
    )


def test_open_rows_that_were_asked_for_in_a_use_are_given_after_it(house: House) -> None:
    with connection.cursor() as cursor:
        with gate.using(READ.name):
            cursor.execute(f"SELECT text FROM house_note WHERE {gate.condition('house_note')}")
            cursor.execute("SELECT name FROM house_author ORDER BY name")
        assert cursor.fetchall() == [("Ann",), ("Bob",), ("Cid",)]


def test_a_chunked_cursor_reads_by_every_fetch(house: House) -> None:
    more(5)
    sql = "SELECT text FROM house_note WHERE {} ORDER BY id"
    with gate.using(READ.name), transaction.atomic():
        for fetch in (
            lambda c: c.fetchall(),
            lambda c: [c.fetchone(), *c.fetchall()],
            lambda c: c.fetchmany(2) + c.fetchmany(size=3) + c.fetchmany(9),
            lambda c: [*c.fetchmany(size=5), *c],
            list,
        ):
            for made in (connection.chunked_cursor, connection.cursor):
                with made() as cursor:
                    cursor.execute(sql.format(gate.condition("house_note")))
                    assert fetch(cursor) == [("seen",)] * 6
        for made in (connection.chunked_cursor, connection.cursor):
            with made() as cursor:
                cursor.execute(sql.format(gate.condition("house_note")))
                assert len(cursor.fetchmany(size=4)) == 4


def test_raw_rows_carried_out_of_their_use_are_not_given(house: House) -> None:
    with gate.using(READ.name):
        rows = iter(
            Note.objects.raw(f"SELECT * FROM house_note WHERE {gate.condition('house_note')}").iterator()
        )
    with pytest.raises(gate.Closed):
        list(rows)


def test_a_queryset_made_in_a_use_is_judged_when_it_runs(house: House) -> None:
    with gate.using(READ.name):
        rows = Note.objects.all()
    with pytest.raises(gate.NoUse):
        list(rows)
    with gate.using(OTHER.name):
        assert len(rows) == 3


def test_a_template_drawn_after_its_use_is_refused(house: House) -> None:
    with gate.using(READ.name):
        context = Context({"notes": Note.objects.all(), "letter": Letter.objects.first()})
    for text in ("{% for note in notes %}{{ note.text }}{% endfor %}", "{{ letter.note.text }}"):
        with pytest.raises(gate.NoUse):
            Engine().from_string(text).render(context)


def test_a_related_row_not_yet_loaded_is_refused_later(house: House) -> None:
    with gate.using(READ.name):
        note = Note.objects.defer("text").get(pk=house.seen)
    with pytest.raises(gate.NoUse):
        _ = note.text


def test_a_generator_with_its_own_use_does_not_lend_it_to_its_caller(house: House) -> None:
    more(3)

    def rows() -> Iterator[Note]:
        with gate.using(READ.name):
            yield from Note.objects.iterator(chunk_size=1)

    going = rows()
    assert next(going).text == "seen"
    with pytest.raises(gate.NoUse, match="generator"):
        count()
    with gate.using(OTHER.name):
        assert count() == 6
    going.close()
    with pytest.raises(gate.NoUse):
        count()


def test_a_generator_made_in_a_use_is_refused_afterwards(house: House) -> None:
    with gate.using(READ.name):
        texts = (note.text for note in Note.objects.order_by("pk").iterator(chunk_size=1))
    with pytest.raises(gate.Closed):
        list(texts)


def test_a_thread_does_not_inherit_a_use(open_house: House) -> None:
    caught: list[BaseException] = []

    def look() -> None:
        try:
            count()
        except gate.NoUse as error:
            caught.append(error)
        finally:
            connections.close_all()

    with gate.using(READ.name):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len(caught) == 1


def test_a_pool_does_not_inherit_a_use(open_house: House) -> None:
    with gate.using(READ.name), ThreadPoolExecutor(1) as pool:
        with pytest.raises(gate.NoUse):
            pool.submit(count).result()
        pool.submit(connections.close_all).result()


def test_a_copied_context_loses_the_use_when_the_block_ends(house: House) -> None:
    with gate.using(READ.name):
        context = contextvars.copy_context()
        assert context.run(count) == 1
    with pytest.raises(gate.NoUse, match="has ended"):
        context.run(count)


async def in_tasks() -> list[Any]:
    """Return what a use gives through each way of going on elsewhere; NoUse where it gives nothing."""
    asked: list[Any] = []
    started = asyncio.Event()
    ended = asyncio.Event()

    async def late() -> int:
        started.set()
        await ended.wait()
        return await sync_to_async(gate.current)()

    with gate.using(READ.name):
        asked.append((await sync_to_async(gate.current)()).use.name)
        asked.append((await asyncio.to_thread(gate.current)).use.name)
        asked.append((await asyncio.create_task(sync_to_async(gate.current)())).use.name)
        try:
            await asyncio.get_running_loop().run_in_executor(None, gate.current)
        except gate.NoUse:
            asked.append(gate.NoUse)
        task = asyncio.create_task(late())
        await started.wait()
    ended.set()
    try:
        await task
    except gate.NoUse:
        asked.append(gate.NoUse)
    return asked


def test_a_use_goes_along_into_awaited_work_and_ends_for_tasks_left_behind() -> None:
    assert asyncio.run(in_tasks()) == [READ.name, READ.name, READ.name, gate.NoUse, gate.NoUse]


def test_two_tasks_do_not_see_each_others_use() -> None:
    async def one(use: str, mine: asyncio.Event, other: asyncio.Event) -> str:
        with gate.using(use):
            mine.set()
            await other.wait()
            return gate.current().use.name

    async def both() -> list[str]:
        first, second = asyncio.Event(), asyncio.Event()
        return await asyncio.gather(one(READ.name, first, second), one(OTHER.name, second, first))

    assert asyncio.run(both()) == [READ.name, OTHER.name]


def test_a_use_opened_inside_sync_to_async_does_not_leak_to_the_caller() -> None:
    def inner() -> None:
        with gate.using(READ.name):
            gate.current()

    async def outer() -> None:
        await sync_to_async(inner)()
        gate.current()

    with pytest.raises(gate.NoUse):
        async_to_sync(outer)()


def test_uses_nest_and_the_outer_one_comes_back(house: House) -> None:
    with gate.using(READ.name) as outer:
        assert count() == 1
        with gate.using(OTHER.name) as inner:
            assert count() == 3
            assert gate.current() is inner
        assert gate.current() is outer
        assert count() == 1
        assert inner.ended
        assert not outer.ended
    with pytest.raises(gate.NoUse):
        gate.current()


def test_a_use_ends_when_its_block_fails(house: House) -> None:
    with pytest.raises(ZeroDivisionError), gate.using(READ.name):
        _ = 1 / 0
    with pytest.raises(gate.NoUse):
        count()


def test_a_block_is_opened_once() -> None:
    block = gate.using(READ.name)
    with block, pytest.raises(gate.Refused):
        block.__enter__()
    with pytest.raises(gate.Refused):
        block.__enter__()


def test_a_use_that_nobody_declared_is_refused() -> None:
    with pytest.raises(gate.Refused, match=r"uses\.toml"):
        gate.using("tests.nobody")


def test_a_connection_used_again_after_a_rollback_remembers_no_use(house: House) -> None:
    with pytest.raises(ZeroDivisionError), gate.using(READ.name), transaction.atomic():
        assert count() == 1
        _ = 1 / 0
    with pytest.raises(gate.NoUse):
        count()
    with gate.using(OTHER.name), transaction.atomic():
        assert count() == 3
