"""The pages of a room: who reaches them by which word, and what is theirs when it is over."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate
from leadrush.live import chatting, console, entering, reporting, seats, staging
from leadrush.live.models import Guest, Room, Stay
from leadrush.live.reporting import Attended
from leadrush.live.tests.conftest import registered, staff
from leadrush.mailbox.letters import open_letters
from leadrush.mailbox.models import Message
from leadrush.media.models import File
from leadrush.vault.models import Person
from leadrush.webinars import registering
from leadrush.webinars.models import Webinar

ORIGIN = {"Origin": "https://testserver"}


def letter(person: Person) -> str:
    """Return the newest letter to somebody, as text."""
    with gate.using("mailbox.deliver", actor=gate.Actor("program", "mailbox.send")):
        found = Message.objects.filter(person=person).latest("made_at")
        (opened,) = open_letters([found], what="mailbox.send").values()
    return opened.text


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def attended(room: Room, person: Person, minutes: int = 30) -> None:
    """Let somebody have been in a room until now."""
    entering.enter(room=room, person=person, name="kiln-cat")
    with gate.using("live.room"):
        guest = Guest.objects.select_related("giving").get(person=person)
        now = timezone.now()
        Stay(
            person=person,
            giving=guest.giving,
            guest=guest,
            came_at=now - timedelta(minutes=minutes),
            left_at=now,
        ).save()


def over(room: Room) -> None:
    with gate.using("live.host"):
        staging.end(room)


def test_the_letter_leads_into_the_room_without_an_account_and_a_forged_word_nowhere(
    webinar: Webinar, room: Room
) -> None:
    ana = registered(webinar)
    link = re.search(r"Come into the room:\n\S+(/l/\S+)", letter(ana))
    assert link is not None
    client = Client()
    page = client.get(link[1], follow=True)
    assert page.status_code == 200 and b"What you want to be called here" in page.content
    path = page.redirect_chain[-1][0]
    assert path.startswith("/live/in/")
    assert client.get(path[:-5] + "AAAA/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=False):
        assert client.get(path).status_code == 404
    wrong = client.post(path, {"name": "\u202e"}, headers=ORIGIN)
    assert wrong.status_code == 422 and b"Write what you want to be called here." in wrong.content
    inside = client.post(path, {"name": "kiln-cat"}, headers=ORIGIN, follow=True)
    assert b"data-live" in inside.content
    assert "camera=(self)" in inside["Permissions-Policy"]
    assert "camera=()" in client.get("/webinars/")["Permissions-Policy"]


def test_whoever_gave_the_seat_up_or_never_had_one_gets_a_word(webinar: Webinar, room: Room) -> None:
    ana, bo = registered(webinar), registered(webinar)
    path = seats.path(webinar.about, ana.pk)
    Client().post(path, {"name": "kiln-cat"}, headers=ORIGIN)
    registering.give_up(webinar=webinar, person=ana)
    refused = Client().get(path)
    assert refused.status_code == 403 and b"There is no seat for you here." in refused.content
    stranger = staff("reader")
    answer = signed_in(stranger).get(reverse("live:come", args=[webinar.about]), follow=True)
    assert answer.status_code == 403, (answer.redirect_chain, answer.content[-3000:])
    assert signed_in(bo).get(reverse("live:come", args=[webinar.about]), follow=True).status_code == 200
    assert Client().get(reverse("live:come", args=[webinar.about]))["Location"].startswith("/sign-in/?next=")
    assert Client().get("/live/webinars.webinar:999/come/").status_code in (302, 404)
    assert signed_in(bo).get("/live/webinars.webinar:999/come/").status_code == 404
    gone = seats.path("webinars.webinar:999", bo.pk)
    for path in (gone, f"{gone}hours/"):
        assert Client().get(path).status_code == 404, "a webinar that is no more breaks no page"


def test_the_page_of_a_webinar_that_is_on_leads_those_with_a_seat_in(webinar: Webinar, room: Room) -> None:
    with time_machine.travel(webinar.starts_at + timedelta(minutes=1), tick=False):
        assert b"has begun or is over" in Client().get(webinar.get_absolute_url()).content
        Room.objects.filter(pk=room.pk).update(state="live")
        page = Client().get(webinar.get_absolute_url()).content
        assert b"It has begun." in page and b"/come/" in page


def test_when_it_is_over_somebody_corrects_their_hours_and_takes_a_certificate_that_is_not_kept(
    webinar: Webinar, room: Room
) -> None:
    ana = registered(webinar)
    attended(room, ana)
    path = seats.path(webinar.about, ana.pk)
    early = Client().post(f"{path}certificate/", {"name": "Ana"}, headers=ORIGIN)
    assert early.status_code == 404, "nobody has a certificate of what is not over"
    over(room)
    page = Client().get(path).content.decode()
    assert "It is over" in page and "When you were there" in page
    paper = Client().post(f"{path}certificate/", {"name": "Ana Brightwater"}, headers=ORIGIN)
    assert paper.content.startswith(b"%PDF-")
    bare = Client().post(f"{path}certificate/", {"name": ""}, headers=ORIGIN)
    assert bare.status_code == 422
    rows = {"stay-TOTAL_FORMS": "1", "stay-INITIAL_FORMS": "1", "stay-0-came": "", "stay-0-left": ""}
    half = Client().post(f"{path}hours/", rows | {"stay-0-came": "2026-01-01T10:00"}, headers=ORIGIN)
    assert half.status_code == 422 and b"Write both, or leave both empty." in half.content
    assert Client().post(f"{path}hours/", rows, headers=ORIGIN).status_code == 302
    assert reporting.own(room, ana) == []
    assert Client().post(f"{path}certificate/", {"name": "Ana"}, headers=ORIGIN).status_code == 404


def test_a_replay_shows_only_after_its_host_opened_it_with_what_was_said(
    webinar: Webinar, room: Room
) -> None:
    ana, host = registered(webinar), staff()
    attended(room, ana)
    with gate.using("live.room"):
        said = Guest.objects.get(person=ana)
    chatting.say(guest=said.pk, text="It holds on the way down.", once=uuid.uuid4())
    over(room)
    desk, path = signed_in(host), seats.path(webinar.about, ana.pk)
    act = reverse("live:replay", args=[webinar.about])
    nothing = desk.post(act, {"do": "open"}, headers=ORIGIN, follow=True)
    assert b"There is no film yet." in nothing.content
    film = File.objects.create(digest="d" * 64, kind="video/mp4", size=1, place="film.mp4")
    Room.objects.filter(pk=room.pk).update(replay=film)
    assert b"<video" not in Client().get(path).content
    desk.post(act, {"do": "open"}, headers=ORIGIN)
    page = Client().get(path).content.decode()
    assert "<video" in page and "replay.mp4" in page and "It holds on the way down." in page
    assert re.search(r'data-second="\d"', page), "what was said stands at its second"
    with time_machine.travel(webinar.ends_at, tick=False):
        assert b"To the replay" in Client().get(webinar.get_absolute_url()).content
    registering.give_up(webinar=webinar, person=ana)
    assert b"<video" not in Client().get(path).content, "whoever gave the seat up watches no replay"
    never = seats.path(webinar.about, staff("reader").pk)
    assert Client().get(never).status_code == 403
    desk.post(act, {"do": "close"}, headers=ORIGIN)
    assert b"<video" not in Client().get(path).content


def test_only_who_holds_webinars_sees_who_was_there_and_that_look_stands_on_their_page(
    webinar: Webinar, room: Room
) -> None:
    ana = registered(webinar)
    attended(room, ana)
    report = reverse("live:report", args=[webinar.about])
    assert signed_in(staff("reader")).get(report).status_code == 403
    page = signed_in(staff()).get(report).content.decode()
    assert "kiln-cat" in page and "30 minutes" in page
    seen = signed_in(ana).get("/me/uses/").content.decode()
    assert "who was there" in seen or "live room" in seen
    assert signed_in(staff()).get("/console/live/webinars.webinar:999/").status_code == 404


@pytest.mark.parametrize("minutes", [0, 1, 90])
def test_a_report_is_drawn_within_its_frame_however_long_somebody_stayed(db: None, minutes: int) -> None:
    came = timezone.now()
    one = Attended(1, "a", "guest", ((came, came + timedelta(minutes=minutes)),))

    class Event:
        starts_at = came
        ends_at = came + timedelta(minutes=55)

    first, last = console.window(Event, [one])  # type: ignore[arg-type]
    (row,) = console.rows([one], first, last)
    assert all(0 <= part.x <= 100 and 0 < part.width <= 100.4 for part in row.drawn)
    assert len(console.crowd([one], first, last).bars) == console.STEPS
