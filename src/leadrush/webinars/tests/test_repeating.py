"""A recording at set hours: which are planned, what people are told, what its room does by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from leadrush import gate, vault
from leadrush.live import entering, hosting, screening, seats, showing, staging
from leadrush.live.answering import NotTaken
from leadrush.live.models import Guest, Room
from leadrush.media import films, keeping
from leadrush.media.contents import MP4
from leadrush.media.films import Chapter, Film, Slide
from leadrush.vault.models import Person
from leadrush.webinars import planning, registering, repeating
from leadrush.webinars.models import Question, Series, Webinar
from leadrush.webinars.tests.conftest import Plan, letters, registration, sign_in

ANA = "ana@mail.example"
LONDON = ZoneInfo("Europe/London")


class Films:
    """Films of a room of these tests, which may be taken down."""

    def __init__(self) -> None:
        self.there: dict[str, Film] = {}

    def find(self, about: str) -> Film | None:
        return self.there.get(about)

    def all(self) -> Iterable[Film]:
        return list(self.there.values())


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[Films]:
    made = Films()
    monkeypatch.setitem(films._sources, "tests.film", made)
    yield made


def content() -> SimpleUploadedFile:
    """Return what passes for a film where nobody plays it."""
    return SimpleUploadedFile("a.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"x" * 500)


@pytest.fixture
def film(source: Films, business: object) -> Film:
    made = Film(
        about="tests.film:1",
        title="Beds in March",
        file=keeping.keep(content(), (MP4,)),
        seconds=1800.0,
        recorded_at=datetime(2026, 11, 10, 19, tzinfo=UTC),
        chapters=(Chapter(60, "The first bed"),),
        slides=(Slide(30, 1, "/live/slides/w/1.webp"),),
        transcript="WEBVTT\n\n00:01.000 --> 00:04.000\nBeds, and how wide.\n",
    )
    source.there[made.about] = made
    return made


@pytest.fixture
def pattern(plan: Plan) -> Webinar:
    held = plan(title="Beds in March", slug="beds", lede="What to sow when.")
    Question.objects.create(webinar=held, text="Your soil?", without="Nothing stops.")
    Webinar.objects.filter(pk=held.pk).update(starts_at=timezone.now() - timedelta(days=20))
    held.refresh_from_db()
    return held


def series(film: Film, pattern: Webinar, **facts: Any) -> Series:
    return repeating.begin(
        film, pattern, **{"days": "1,4", "at": time(19), "begins": date(2026, 11, 30), **facts}
    )


def filled(of: Film, like: Webinar, **fields: Any) -> dict[str, Any]:
    return {
        "film": of.about,
        "pattern": like.pk,
        "days": ["1", "4"],
        "at": "19:00",
        "begins": "2026-11-30",
        "ends": "",
        "ahead": "3",
        "seats": "",
    } | fields


@given(
    st.sets(st.integers(1, 7), min_size=1),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.integers(0, 60),
)
def test_every_hour_is_on_one_of_its_days_and_shows_on_the_clock_as_it_was_set(
    days: set[int], at: time, first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    found = list(repeating.hours(frozenset(days), at, LONDON, first=first, last=last))
    assert found == sorted(found)
    seen = [hour.astimezone(ZoneInfo("UTC")).astimezone(LONDON) for hour in found]
    assert all(hour.time() == at and hour.isoweekday() in days for hour in seen)
    all_days = sum((first + timedelta(days=n)).isoweekday() in days for n in range(length + 1))
    assert all_days - len(found) <= 5, "a year leaves out one hour, and no more"


@time_machine.travel("2026-11-30 18:45 +0000", tick=False)
def test_a_host_sets_hours_and_the_next_ones_can_be_registered_for_at_once(
    host: Client, film: Film, pattern: Webinar
) -> None:
    for _twice in range(2):
        answer = host.post(reverse("webinars:repeats"), filled(film, pattern), follow=True)
        assert "3 hours stand there" in answer.content.decode()
    assert Series.objects.count() == 1, "a double click shows nothing twice"
    made = list(planning.coming().filter(series__isnull=False))
    assert [f"{one.starts_at:%d %H:%M}" for one in made] == ["03 19:00", "07 19:00", "10 19:00"], (
        "today's is too soon for anybody to come"
    )
    one = made[0]
    assert (one.minutes, one.title, one.film, one.seats) == (30, "Beds in March", film.about, None)
    assert [question.text for question in one.questions.all()] == ["Your soil?"]
    page = Client().get(one.get_absolute_url()).content.decode()
    assert "A recording of" in page and "10 November" in page and "Nobody in it is live." in page
    assert "7 Dec, 19:00" in page, "the other hours"
    listed = Client().get(reverse("webinars:list")).content.decode()
    assert listed.count("Beds in March</a>") == 1, "one line a recording, however many hours"
    registering.register(webinar=one, address=ANA)
    assert "It is a recording of" in letters("confirmation", ANA)[0].text
    assert "19:00" in host.get(reverse("webinars:repeats")).content.decode()


def test_hours_go_on_by_themselves_one_that_is_cancelled_stays_so_and_a_stop_ends_it(
    film: Film, pattern: Webinar, source: Films
) -> None:
    with time_machine.travel("2026-11-30 10:00 +0000", tick=False) as clock:
        made = series(film, pattern)
        first, second, _third = made.webinars.order_by("starts_at")
        assert repeating.plan_all() == 0, "twice is once"
        planning.cancel(second, why="The host is ill.")
        planning.change(first, starts_at=first.starts_at + timedelta(hours=1))
        assert repeating.plan_all() == 0
        clock.move_to("2026-12-01 10:00 +0000")
        assert repeating.plan_all() == 1
        source.there.clear()
        clock.move_to("2026-12-08 10:00 +0000")
        assert repeating.plan_all() == 0, "it may not be shown to others any more"
        source.there[film.about] = film
        assert repeating.plan_all() == 2
        repeating.stop(made)
        clock.move_to("2026-12-15 10:00 +0000")
        assert repeating.plan_all() == 0
        until = series(film, pattern, begins=date(2026, 12, 15), ends=date(2026, 12, 17))
        assert [f"{one.starts_at:%d}" for one in until.webinars.all()] == ["17"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"days": []}, "Choose at least one day."),
        ({"at": "soon"}, "Write the hour like 19:00."),
        ({"begins": "2020-01-01"}, "Write today or a later day."),
        ({"ends": "2026-01-01"}, "the same day as the first or a later one"),
        ({"ahead": "9"}, "8"),
        ({"film": "tests.film:2"}, "Choose one of those shown."),
        ({"pattern": "999"}, "Choose one of those shown."),
        ({"seats": "0"}, "1"),
    ],
)
@time_machine.travel("2026-11-30 10:00 +0000", tick=False)
def test_a_fault_in_the_form_plans_nothing_says_what_to_write_and_keeps_what_was_typed(
    host: Client, film: Film, pattern: Webinar, wrong: dict[str, Any], word: str
) -> None:
    answer = host.post(reverse("webinars:repeats"), filled(film, pattern, **wrong))
    assert answer.status_code == 422
    assert word in answer.content.decode()
    assert not Series.objects.exists()
    assert Client().get(reverse("webinars:repeats")).status_code == 302


def comes(webinar: Webinar) -> tuple[Person, str]:
    """Return somebody with a seat, and the path of their place."""
    registering.register(webinar=webinar, address=ANA)
    found = registration(webinar, ANA)
    assert found is not None
    registering.it_was_me(webinar=webinar, giving=found.giving)
    person = vault.find(ANA)
    assert person is not None
    return person, seats.path(webinar.about, person.pk)


def test_the_clock_begins_and_ends_it_and_everybody_is_told_that_it_is_a_recording(
    film: Film, pattern: Webinar, source: Films
) -> None:
    with time_machine.travel("2026-12-03 18:00 +0000", tick=False) as clock:
        (webinar,) = series(film, pattern, ahead=1).webinars.all()
        person, place = comes(webinar)
        page = Client().get(place).content.decode()
        assert "A recording, shown at this hour." in page
        room = entering.room_of(webinar.about)
        guest = entering.enter(room=room, person=person, name="kiln-cat")
        assert screening.turn(room.pk) == webinar.starts_at
        assert showing.state(guest=guest.pk)["room"]["film"] is None, "not before its hour"
        clock.move_to("2026-12-03 19:10 +0000")
        page = Client().get(place).content.decode()
        assert "nobody in it hears you" in page
        showing.forget()
        now = showing.state(guest=guest.pk)["room"]
        assert (now["state"], now["live_at"], now["film"]["seconds"]) == ("live", webinar.starts_at, 1800.0)
        assert now["film"]["captions"]
        assert now["film"]["slides"] == [{"second": 30, "page": 1, "src": "/live/slides/w/1.webp"}]
        played = Client().get(now["film"]["src"])
        assert played.status_code == 200
        source.there.clear()
        showing.forget()
        assert showing.state(guest=guest.pk)["room"]["film"]["src"] == "", "somebody in it said no"
        assert Client().get(now["film"]["src"]).status_code in (403, 404, 410)
        clock.move_to("2026-12-03 20:01 +0000")
        screening.sweep()
        assert Room.objects.get(pk=room.pk).is_over
        assert "The recording cannot be shown any more" in Client().get(place).content.decode()
        source.there[film.about] = film
        page = Client().get(place).content.decode()
        assert "can be watched again here" in page and "Beds, and how wide" in page
        for name, word in (("captions.vtt", "how wide"), ("chapters.vtt", "The first bed")):
            assert word in Client().get(f"{place}replay/{name}").content.decode(), name


def test_who_holds_it_does_not_begin_it_but_ends_it_and_comes_on_stage(film: Film, pattern: Webinar) -> None:
    with time_machine.travel("2026-12-03 18:00 +0000", tick=False) as clock:
        (webinar,) = series(film, pattern, ahead=1).webinars.all()
        _client, staff = sign_in("tove@tiller.example", "host")
        room = entering.room_of(webinar.about)
        host = entering.enter(room=room, person=staff, name="Tove")
        for state in ("green", "live", "paused"):
            with pytest.raises(NotTaken):
                staging.go(guest=host.pk, state=state)
        clock.move_to("2026-12-03 19:31 +0000")
        screening.turn(room.pk)
        with gate.using("live.room"):
            assert [one["name"] for one in hosting.on_stage(Room.objects.get(pk=room.pk))] == ["Tove"]
        staging.go(guest=host.pk, state="over")
        assert screening.turn(room.pk) is None
        with gate.using("live.room"):
            assert Guest.objects.get(pk=host.pk).room.is_over


def test_the_clock_leaves_rooms_alone_in_which_nothing_is_shown(webinar: Webinar) -> None:
    room = entering.room_of(webinar.about)
    assert screening.turn(room.pk) is None
    assert Room.objects.get(pk=room.pk).state == "planned"
