"""What a host makes of a film: cut by looking at it, chapters, and what is said, closed with its speaker."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate
from leadrush.gate import tasks
from leadrush.live import agreeing, beside, chatting, filming, hosting, naming, seats, slides, staging
from leadrush.live.models import Guest, Line, Recording, Room, Turn
from leadrush.live.tests.conftest import now
from leadrush.live.tests.tapes import tape
from leadrush.live.tests.test_filming import counted, film, make, room_of, say_no
from leadrush.live.tests.test_slides import deck, kept
from leadrush.vault.models import Person

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[..., Guest]
ORIGIN = {"Origin": "https://testserver"}
WORDS = "0:00 Frost lifts the soil.\n0:04 It falls again, <slowly>.\n0:08 So hold it."


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def stage(host: Guest, seat: Seat, room: Room) -> list[Guest]:
    """Return host and Ana, who are in a film of twelve seconds; each of them wrote in the chat."""
    ana = seat("Ana")
    staging.set_up(guest=host.pk, recorded=True)
    staging.go(guest=host.pk, state="live")
    hosting.stage(guest=host.pk, whom=ana.pk, on=True)
    with gate.using("live.room"):
        agreeing.agree(now(ana))
    begun = timezone.now().replace(microsecond=0)
    for second, text in ((1, "Too early."), (6, "In the middle.")):
        key = chatting.say(guest=ana.pk, text=text, once=uuid.uuid4())
        with gate.using("live.room"):
            Line.objects.filter(pk=key).update(at=begun + timedelta(seconds=second))
    place = filming.reached(room_of(room))[0]
    for one in (host, ana):
        for kind in ("audio", "video"):
            tape(place, naming.participant(one.pk), kind, begun.timestamp(), 12)
    staging.go(guest=host.pk, state="over")
    make(room)
    Room.objects.filter(pk=room.pk).update(replay_open=True)
    return [host, ana]


def desk(host: Guest) -> Client:
    client = Client()
    client.force_login(Person.objects.get(pk=host.person_id))
    return client


def press(host: Guest, room: Room, **said: Any) -> str:
    page = reverse("live:edit", args=[room.about])
    shown = desk(host).get(page).content.decode()
    found = re.search(r'name="looked_at" value="([^"]*)"', shown)
    answer = desk(host).post(
        page, {"looked_at": found[1] if found else "", **said}, headers=ORIGIN, follow=True
    )
    return answer.content.decode()


def replay(guest: Guest, room: Room, name: str = "") -> str:
    path = seats.path(room.about, guest.person_id)
    return Client().get(path + (f"replay/{name}" if name else "")).content.decode()


def test_a_host_cuts_by_looking_and_chat_chapters_and_words_stay_where_they_belong(
    stage: list[Guest], room: Room
) -> None:
    host, ana = stage
    saved = press(host, room, do="keep", chapters="0:00 Frost\n0:05 What to do", transcript=WORDS)
    assert "Saved." in saved and "0:04 It falls again, &lt;slowly&gt;." in saved
    said = press(host, room, do="cut", begin="", end="0:03")
    assert "It is left out." in said and "The film is being made again." in said
    assert "Too early." not in replay(ana, room)
    assert make(room).seconds == pytest.approx(9, abs=0.2)
    page = replay(ana, room)
    assert "In the middle." in page and 'data-second="3"' in page, "six seconds less three"
    track = replay(ana, room, "captions.vtt")
    assert "00:00:01.000 --> 00:00:05.000\nIt falls again, &lt;slowly&gt;." in track
    assert "00:00:02.000 --> " in replay(ana, room, "chapters.vtt")
    assert replay(ana, room, "transcript.txt").splitlines()[1] == "0:01\tIt falls again, <slowly>."
    # Out of the middle, by what is seen now; then what was cut first is put back.
    press(host, room, do="cut", begin="0:01", end="0:04,5")
    assert make(room).seconds == pytest.approx(5.5, abs=0.2)
    first = film(room).cuts[0]
    for _ in range(2):
        said = press(host, room, do="back", part=f"{first[0]}-{first[1]}")
    assert make(room).seconds == pytest.approx(8.5, abs=0.2)
    assert len(film(room).cuts) == 1 and "Too early." in replay(ana, room)


def test_a_cut_that_cannot_be_gets_a_word_and_keeps_what_was_typed(stage: list[Guest], room: Room) -> None:
    for begin, end, word in (
        ("", "", "Write where it begins, or where it ends."),
        ("1 minute", "0:04", "Write it like 12:30, or 1:02:30."),
        ("0:05", "0:04", "at least a second later"),
        ("9:00", "", "at least a second later"),
        ("0:00", "", "Nothing would be left of the film."),
    ):
        said = press(stage[0], room, do="cut", begin=begin, end=end)
        assert word in said, (begin, end)
        assert not begin or f'value="{begin}"' in said
        assert film(room).cuts == []
    assert "made anew meanwhile" in press(stage[0], room, do="cut", end="0:03", looked_at="else")


def test_each_bad_line_gets_a_word_and_nothing_typed_is_lost(stage: list[Guest], room: Room) -> None:
    said = press(
        stage[0], room, do="keep", chapters="Frost\n0:03 Soil\n0:02 Sun\n1:00 Late", transcript="0:01\nx"
    )
    for word in (
        "Line 1: write it like 12:30 What frost does.",
        "Line 3 begins no later than the one above it.",
        "Line 4: the film ends at 0:1",
        "Line 1: write what is said after the time.",
        "Line 2: write it like 12:30 Frost lifts the soil.",
    ):
        assert word in said, word
    assert "0:02 Sun" in said and film(room).chapters == []


def test_who_is_taken_out_of_the_film_is_in_no_transcript_that_anybody_sees(
    stage: list[Guest], room: Room
) -> None:
    host, ana = stage
    press(host, room, do="keep", transcript=WORDS)
    assert "So hold it." in replay(ana, room)
    say_no(ana)
    tasks.get("live.takes_back").run()
    make(room)
    page = replay(ana, room)
    assert "<video" in page and "So hold it." not in page
    assert Client().get(seats.path(room.about, ana.person_id) + "replay/captions.vtt").status_code == 404
    report = desk(host).get(reverse("live:report", args=[room.about])).content.decode()
    assert "It is closed until you have read it through." in report
    press(host, room, do="keep", transcript="0:00 Frost lifts the soil.")
    assert "Frost lifts the soil." in replay(ana, room)


def test_a_closed_transcript_that_nobody_reads_through_is_erased(stage: list[Guest], room: Room) -> None:
    host, ana = stage
    press(host, room, do="keep", transcript=WORDS)
    say_no(ana)
    tasks.get("live.takes_back").run()
    tasks.get("live.originals").run()
    assert film(room).transcript
    with time_machine.travel(timezone.now() + timedelta(days=30, hours=3)):
        Recording.objects.update(originals_gone_at=timezone.now())
        assert counted()[0] == 1
        tasks.get("live.originals").run()
        assert counted()[0] == 0
    assert film(room).transcript == ""


def test_the_slides_are_beside_the_film_in_time_until_the_host_takes_them_out(
    stage: list[Guest], room: Room
) -> None:
    host, ana = stage
    Room.objects.filter(pk=room.pk).update(state="live")
    slides.bring(Room.objects.get(pk=room.pk), kept(deck(3)))
    for page in (2, 2, 3, 0):
        staging.set_up(guest=host.pk, slide=page)
    slides.bring(Room.objects.get(pk=room.pk), kept(deck(2)))
    begun = film(room).spans[0][0]
    for turn, second in zip(Turn.objects.order_by("pk"), (-3, 5, 9), strict=True):
        Turn.objects.filter(pk=turn.pk).update(at=datetime.fromtimestamp(begun + second, UTC))
    Room.objects.filter(pk=room.pk).update(state="over")
    press(host, room, do="cut", end="0:03")
    make(room)
    there = beside.slides_of(film(room))
    assert [(one.second, one.page) for one in there] == [(0, 2), (2, 3), (6, 0)]
    page = replay(ana, room)
    assert f'data-second="2" data-src="{there[1].src}"' in page and "Page 3 of the slides" in page
    assert Client().get(there[1].src).status_code == 200, "though the room has other slides now"
    assert Client().get(there[1].src.replace("3.webp", "1.webp")).status_code == 404, "nobody saw that page"
    shown = desk(host).get(reverse("live:edit", args=[room.about])).content.decode()
    assert "0:02 Page 3" in shown
    slides.take_out(Room.objects.get(pk=room.pk))
    assert "of the slides" not in replay(ana, room) and Client().get(there[1].src).status_code == 404


def test_nobody_without_a_seat_fetches_what_is_said_and_nobody_else_edits(
    stage: list[Guest], room: Room, seat: Seat
) -> None:
    host, ana = stage
    press(host, room, do="keep", transcript=WORDS)
    Room.objects.update(replay_open=False)
    path = seats.path(room.about, ana.person_id)
    for name in ("captions.vtt", "chapters.vtt", "transcript.txt", "else"):
        assert Client().get(f"{path}replay/{name}").status_code == 404
    assert desk(ana).get(reverse("live:edit", args=[room.about])).status_code in (302, 403)
