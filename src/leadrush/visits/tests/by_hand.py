"""Each promise of visits, broken by hand in the files where they lie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from leadrush.look import times
from leadrush.vault import tombstones
from leadrush.visits import days, engine, forgetting, making, salts
from leadrush.visits.models import DayKey, Import

ERASED = 4_711_000_815


def the_word_of_a_day_stays() -> None:
    """The word of three days ago is put back, so that somebody could find out who was who."""
    salts.of((times.today() - timedelta(days=3)).isoformat())


def _change_a_day(also: str) -> None:
    # The newest that is over: just after midnight nobody has been here today.
    day = max(day for day in days.there() if day < times.today())
    con = engine.connect()
    with days.alone():
        columns, file = ", ".join(days.BASE), days.quoted(days.file(day))
        source = f"(SELECT 0 AS rank, {columns} FROM read_parquet({file}) LIMIT 1)"
        making.make(con, day, days.mark(con, day), also=f"SELECT * REPLACE ({also}, 77 AS id) FROM {source}")
    con.close()


def a_cookie_before_a_yes() -> None:
    """A page sets a browser's number although nobody said yes."""
    _change_a_day("true AS unasked, CAST(200 AS SMALLINT) AS status")


def a_key_stays_too_long() -> None:
    """The key of a day a month ago is not destroyed."""
    DayKey.objects.create(day=times.today() - timedelta(days=40), wrapped=b"kept")


def a_log_is_left() -> None:
    """The copy of a log file stays after it was counted."""
    held = Import.objects.create(name="access.log", digest="0" * 64, size=1, state=Import.State.DONE)
    folder = days.folder().parent / "logs"
    folder.mkdir(exist_ok=True)
    (folder / f"{held.pk}.log").write_text("192.0.2.1 - -")


def an_erased_visit_comes_back() -> None:
    """A day in which somebody was who erased everything is put back over the one without them."""
    tombstones.append(
        tombstones.Tombstone(
            when=timezone.now() - timedelta(minutes=20),
            what=forgetting.ERASED,
            whom=forgetting.digest(ERASED),
        )
    )
    forgetting.forget_due()
    _change_a_day(f"CAST({ERASED} AS BIGINT) AS browser")


WAYS: dict[str, Callable[[], None]] = {
    "visits-counted": the_word_of_a_day_stays,
    "visits-remembered": a_cookie_before_a_yes,
    "visits-address": a_key_stays_too_long,
    "visits-logs": a_log_is_left,
    "visits-own": an_erased_visit_comes_back,
}
