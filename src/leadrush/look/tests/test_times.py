"""Days and hours: in the business's zone, as its readers write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import time_machine

from leadrush.look import models, times

NOW = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_a_sunday_in_november(business: models.Business) -> object:
    with time_machine.travel(NOW, tick=False):
        models.forget()
        yield


def test_an_hour_in_summer_is_the_towns_and_not_utc() -> None:
    assert times.when(datetime(2026, 6, 2, 19, 14, tzinfo=UTC)) == "2 June, 20:14"


def test_another_year_is_said() -> None:
    assert times.when(datetime(2025, 1, 2, 20, 14, tzinfo=UTC)) == "2 January 2025, 20:14"
    assert times.day(date(2027, 5, 14)) == "14 May 2027"


def test_a_page_in_another_language_writes_its_days() -> None:
    from django.utils import translation

    moment = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)
    with translation.override("de"):
        assert times.when(moment, weekday=True) == "Donnerstag, 26. November, 19:00"
    with translation.override("en-us"):
        assert times.clock(moment) == "19:00", "an English page keeps the business's own way"


def test_a_webinar_is_said_with_its_weekday() -> None:
    start = datetime(2026, 11, 26, 19, 0, tzinfo=UTC)
    assert times.hours(start, start + timedelta(minutes=55)) == "Thursday 26 November, 19:00–19:55"


def test_what_ends_after_midnight_is_said_with_both_days() -> None:
    start = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert (
        times.hours(start, start + timedelta(hours=1))
        == "Thursday 26 November, 23:30 to Friday 27 November, 00:30"
    )


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW - timedelta(minutes=5), "Today, 10:40"),
        (NOW - timedelta(hours=13), "Yesterday, 21:45"),
        (NOW + timedelta(days=1), "Tomorrow, 10:45"),
        (datetime(2026, 11, 14, 8, 31, tzinfo=UTC), "14 Nov, 08:31"),
    ],
)
def test_what_is_near_is_said_so(moment: datetime, words: str) -> None:
    assert times.near(moment) == words


def test_a_day_ends_at_the_businesss_midnight(business: models.Business) -> None:
    business.time_zone = "Pacific/Auckland"
    business.save()
    assert times.day(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == "23 November"


def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(business: models.Business) -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert times.at_home(first).isoformat() == "2026-10-25T01:30:00+01:00"
    assert times.at_home(first + timedelta(hours=1)).isoformat() == "2026-10-25T01:30:00+00:00"
    assert times.zone_words(first) == "London time, GMT+01:00"
    assert times.zone_words(first + timedelta(hours=1)) == "London time, GMT"


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_a_business_without_a_place_does_not_say_utc_twice(business: models.Business, zone: str) -> None:
    business.time_zone = zone
    business.save()
    assert times.zone_words(NOW) == "UTC"


def test_a_moment_in_any_zone_is_written_in_ours(draw: Callable[..., str]) -> None:
    moment = datetime(2026, 11, 26, 20, 0, tzinfo=timezone(timedelta(hours=1)))
    assert draw('{% when at "full" %}', at=moment) == (
        '<time datetime="2026-11-26T19:00+00:00">Thursday 26 November, 19:00</time>'
    )


def test_the_readers_own_hour_can_be_put_beside_it(draw: Callable[..., str]) -> None:
    drawn = draw("{% when at local=True %}", at=NOW)
    assert 'data-local="%(time)s where you are"' in drawn and 'data-zone="Europe/London"' in drawn
