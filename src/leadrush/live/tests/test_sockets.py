"""A room over its sockets: who is let in, what everybody hears, what is refused with a word."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core import signing

from leadrush import gate, vault
from leadrush.live import consumers, entering, halls, showing, tickets
from leadrush.live.models import Guest, Line, Room
from leadrush.live.tests.conftest import Window, now, play, windows
from leadrush.vault.models import Giving, Person
from leadrush.webinars import registering
from leadrush.webinars.models import Webinar

pytestmark = pytest.mark.django_db(transaction=True)
Seat = Callable[..., Guest]


def test_what_one_says_all_hear_once_by_the_chosen_name_and_who_comes_later_reads_it(
    seat: Seat, host: Guest
) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory) as (first, second):
            once = str(uuid.uuid4())
            assert (await first.ask("say", text=" My pipe is frozen. ", once=once))["kind"] == "yes"
            assert (await first.ask("say", text="My pipe is frozen.", once=once))["kind"] == "yes"
            heard = await second.get("line")
            assert (heard["name"], heard["role"], heard["text"]) == ("Ana", "guest", "My pipe is frozen.")
            await second.send("say", text="Mine, too.")
            assert (await second.get("line"))["text"] == "Mine, too.", "sent twice is heard once"
        async with windows(host) as (late,):
            assert [line["text"] for line in late.state["lines"]] == ["My pipe is frozen.", "Mine, too."]

    play(scene)
    with gate.using("house.keep"):
        assert all(b"pipe" not in bytes(line.sealed) for line in Line.objects.all())


def test_nobody_is_let_in_by_a_ticket_that_is_none_too_old_or_for_another_room(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = seat("Ana")
    ticket = tickets.issue(ana)
    forged = ticket[:-3] + ("abc" if not ticket.endswith("abc") else "abd")
    other = signing.dumps(
        [ana.pk, ana.room_id, "webinars.webinar:999", ana.person_id.hex, "host"], salt=tickets.SALT
    )

    async def scene() -> None:
        for wrong, code in (("", "ticket"), (forged, "ticket"), (other, "elsewhere")):
            window = Window(ana)
            assert (await window.open(wrong))["code"] == code
            assert (await window.get())["code"] == 4003
        monkeypatch.setattr(tickets, "GOOD_FOR", -1)
        assert (await Window(ana).open())["code"] == "expired"

    play(scene)


def test_a_page_of_another_site_opens_no_socket_and_neither_does_an_unknown_address(seat: Seat) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        for origin in (b"https://evil.example", b"", b"null", b"https://tiller.example.evil.example"):
            assert (await Window(ana, origin=origin).open())["kind"] == "refused"
        assert (await Window(ana, about="webinars/5").open())["kind"] == "refused"

    play(scene)


def test_a_guest_does_nothing_of_a_host_even_with_a_ticket_that_says_so(seat: Seat, room: Room) -> None:
    ana, jory = seat("Ana"), seat("Jory")
    ana.role = "host"  # as if she had found out how to make one
    grand = tickets.issue(ana)

    async def scene() -> None:
        async with windows(jory) as (window,):
            for act in (
                {"kind": "remove", "guest": ana.pk},
                {"kind": "go", "state": "over"},
                {"kind": "poll", "text": "Who?", "options": ["A", "B"], "opens": True},
                {"kind": "people"},
            ):
                assert (await window.ask(**act))["code"] == "host"
        assert (await Window(ana).open(grand))["code"] == "host"

    play(scene)


def test_a_second_window_takes_the_seat_over_and_the_first_may_take_it_back(seat: Seat) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory) as (first, other):
            second = Window(ana)
            await second.open()
            assert "another window" in (await first.get("elsewhere"))["words"]
            assert (await first.get())["code"] == 4001
            assert (await second.ask("say", text="From my phone."))["kind"] == "yes"
            back = Window(ana)
            await back.open()
            assert (await second.get("closed"))["code"] == 4001
            assert (await back.ask("say", text="And back."))["kind"] == "yes"
            sums = await other.get("sums", seconds=5)
            assert sums["here"] == 2, "two people are here, however many windows they have"
            await back.close()

    play(scene)


def test_who_is_removed_is_out_at_once_and_does_not_come_back(seat: Seat, host: Guest, room: Room) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        async with windows(ana, host) as (window, holds):
            assert (await holds.ask("remove", guest=ana.pk))["kind"] == "yes"
            assert "taken out" in (await window.get("removed", seconds=2))["words"]
            assert (await window.get())["code"] == 4003
            assert (await Window(ana).open())["code"] == "removed"
            assert (await holds.ask("remove", guest=host.pk))["code"] == "host"

    play(scene)
    with pytest.raises(entering.NotLetIn):
        entering.enter(room=room, person=now(ana).person)


@pytest.mark.parametrize("how", ["given up", "erased", "cancelled"])
def test_who_has_no_seat_any_more_is_out_with_the_next_ping(seat: Seat, webinar: Webinar, how: str) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    def loses() -> None:
        person = Person.objects.get(pk=ana.person_id)
        if how == "given up":
            registering.give_up(webinar=webinar, person=person)
        elif how == "erased":
            vault.end(Giving.objects.get(person=person, clause="webinar-seat"))
        else:
            vault.end(Giving.objects.get(person=person, clause="live-room"))

    async def scene() -> None:
        async with windows(ana, jory) as (window, other):
            await sync_to_async(loses)()
            (hall,) = halls._halls.values()
            await hall.ask_again()
            assert "no seat" in (await window.get("seat"))["words"]
            assert (await window.get())["code"] == 4003
            assert (await other.ask("say", text="Still here."))["kind"] == "yes"

    play(scene)


def test_what_cannot_be_taken_gets_a_word_and_the_window_stays(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = seat("Ana")
    monkeypatch.setattr(consumers, "BURST", 1000)
    broken = [
        "",
        "{",
        "[]",
        "null",
        '"say"',
        "{}",
        '{"kind":"nothing"}',
        '{"kind":"say"}',
        '{"kind":"say","text":5,"once":"x"}',
        '{"kind":"answer","poll":-1,"option":1}',
        '{"kind":"answer","poll":1e400,"option":1}',
        '{"kind":"say","text":"\\ud800","once":"' + str(uuid.uuid4()) + '"}',
        "[" * 10_000,
        json.dumps({"kind": "say", "text": "a" * 65_536, "once": str(uuid.uuid4())}),
    ]

    async def scene() -> None:
        async with windows(ana) as (window,):
            for text in broken:
                await window.put(text)
                answer = await window.get("no")
                assert answer["words"] and answer["code"] in ("kind", "long", "empty"), text[:40]
            await window.wire.send_input({"type": "websocket.receive", "bytes": b"\x00"})
            assert (await window.get("no"))["code"] == "kind"
            for text, code in (
                ("a" * 1001, "long"),
                (" \n\u0007 ", "empty"),
                ("4242 4242 4242 4242", "words"),
            ):
                assert (await window.ask("say", text=text))["code"] == code
            assert (await window.ask("answer", poll=2**53, option=1))["code"] == "gone"
            assert (await window.ask("wish", inquiry=2**53))["code"] == "gone"
            assert (await window.ask("say", text="a" * 1000))["kind"] == "yes"

    play(scene)


def test_nothing_is_taken_before_the_ticket_and_who_brings_none_is_closed(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = seat("Ana")
    monkeypatch.setattr(consumers, "PATIENCE", 0.3)

    async def scene() -> None:
        early = Window(ana)
        await early.connect()
        await early.send("say", text="Hello?")
        assert (await early.get())["code"] == "enter"
        silent = Window(ana)
        await silent.connect()
        assert (await silent.get())["code"] == "late"
        assert (await silent.get())["code"] == 4401

        def crowded(**named: Any) -> Any:
            time.sleep(0.5)
            return looks(**named)

        looks = showing.state
        monkeypatch.setattr(showing, "state", crowded)
        waits = Window(ana)
        assert (await waits.open())["kind"] == "state", "a crowd at the door is not their fault"
        await waits.close()

    play(scene)


def test_fifty_lines_a_second_are_slowed_and_slow_mode_says_how_long_to_wait(seat: Seat, host: Guest) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory, host) as (fast, other, holds):
            answers = [await fast.ask("say", text=f"Line {n}") for n in range(50)]
            assert sum(answer["kind"] == "yes" for answer in answers) < 25
            assert {answer.get("code") for answer in answers if answer["kind"] == "no"} == {"fast"}
            assert (await other.ask("say", text="I can still speak."))["kind"] == "yes"
            assert (await holds.ask("set_up", slow=30))["kind"] == "yes"
            refused = await other.ask("say", text="At once again.")
            assert refused["code"] == "slow" and 1 <= refused["wait"] <= 30
            assert (await holds.ask("say", text="Hosts speak freely."))["kind"] == "yes"
            assert (await holds.ask("say", text="Hosts speak freely, really."))["kind"] == "yes"

    play(scene)


def test_a_host_hides_a_line_mutes_and_shuts_the_chat(seat: Seat, host: Guest) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory, host) as (rude, other, holds):
            await rude.send("say", text="Something rude")
            line = (await other.get("line"))["line"]
            assert (await holds.ask("hide", line=line))["kind"] == "yes"
            assert (await other.get("hidden"))["line"] == line
            assert (await holds.ask("mute", guest=ana.pk))["kind"] == "yes"
            assert (await rude.get("you"))["muted"] is True
            assert (await rude.ask("say", text="Ha"))["code"] == "muted"
            assert (await rude.ask("ask", text="Ha?"))["code"] == "muted"
            await holds.ask("set_up", chat=False)
            assert (await other.get("room"))["chat"] is False
            assert (await other.ask("say", text="Hello"))["code"] == "chat"
            late = Window(jory)
            assert (await late.open())["lines"] == []
            await late.close()

    play(scene)


def test_hands_and_the_stage_are_told_to_those_whom_they_concern(seat: Seat, host: Guest) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory, host) as (wants, other, holds):
            await wants.ask("hand", up=True)
            told = await holds.get("guest")
            assert (told["guest"], told["hand"]) == (ana.pk, True)
            people = await holds.ask("people")
            assert {one["name"]: one["hand"] for one in people["people"]} == {
                "Ines": False,
                "Ana": True,
                "Jory": False,
            }
            await holds.ask("stage", guest=ana.pk)
            assert (await wants.get("stage"))["on"] is True
            assert (await other.get("stage"))["name"] == "Ana"
            again = Window(jory)
            stage = {one["name"]: one["role"] for one in (await again.open())["stage"]}
            assert stage == {"Ines": "host", "Ana": "speaker"}
            await holds.ask("stage", guest=ana.pk, on=False)
            assert (await again.get("stage"))["on"] is False
            await again.close()

    play(scene)
    assert now(ana).hand_at is None


def test_questions_have_no_name_unless_it_is_shown_and_votes_count_once(seat: Seat, host: Guest) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory, host) as (asks, votes, holds):
            await asks.send("ask", text="Does a heavy load count?")
            hidden = await holds.get("inquiry")
            assert hidden["by"] == "" and "guest" not in hidden
            await asks.send("ask", text="Twice, or once for longer?", named=True)
            assert (await votes.get("inquiry"))["inquiry"] == hidden["inquiry"]
            assert (await votes.get("inquiry"))["by"] == "Ana"
            for _again in range(2):
                assert (await votes.ask("wish", inquiry=hidden["inquiry"]))["kind"] == "yes"
            await asks.ask("wish", inquiry=hidden["inquiry"])
            assert (await holds.get("asked", seconds=5))["votes"] == 2
            await votes.ask("wish", inquiry=hidden["inquiry"], wished=False)
            await holds.ask("settle", inquiry=hidden["inquiry"], state="now")
            await holds.ask("settle", inquiry=hidden["inquiry"], state="answered")
            last = await votes.get("asked")
            while last["state"] != "answered":
                last = await votes.get("asked")
            assert last["votes"] == 1
            assert (await votes.ask("wish", inquiry=hidden["inquiry"]))["code"] == "answered"

    play(scene)


def test_a_poll_is_answered_changed_and_closed_while_somebody_votes(seat: Seat, host: Guest) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory, host) as (first, second, holds):
            poll = {
                "text": "Which bowl?",
                "options": ["Left", "Middle", "Right"],
                "opens": True,
                "shown": False,
            }
            await holds.ask("poll", **poll)
            opened = await first.get("poll")
            left, middle, _right = (one["option"] for one in opened["options"])
            assert [one["count"] for one in opened["options"]] == [None] * 3, "results are not shown yet"
            key = opened["poll"]
            assert (await first.ask("answer", poll=key, option=left))["kind"] == "yes"
            assert (await first.ask("answer", poll=key, option=middle))["kind"] == "yes"
            assert (await second.ask("answer", poll=key, option=left))["kind"] == "yes"
            assert (await first.ask("answer", poll=key, option=10**6))["code"] == "option"
            again = Window(ana)
            assert (await again.open())["chosen"] == {str(key): middle}, "on another device, too"
            await holds.ask("close_poll", poll=key)
            late = await second.ask("answer", poll=key, option=middle)
            assert late["code"] == "closed" and "just closed" in late["words"]
            closed = await second.get("poll") if late["kind"] != "no" else None
            state = Window(jory)
            (told,) = (await state.open())["polls"]
            assert (told["state"], [one["count"] for one in told["options"]]) == ("closed", [1, 1, 0])
            assert closed is None
            await again.close()
            await state.close()

    play(scene)


def test_reactions_are_summed_and_nobody_is_sent_one_each(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, jory = seat("Ana"), seat("Jory")
    monkeypatch.setattr(consumers, "BURST", 1000)

    async def scene() -> None:
        async with windows(ana, jory) as (claps, sees):
            for _ in range(30):
                await claps.send("react", what="clap")
            await claps.send("react", what="follow")
            await claps.send("react", what="follow")
            told: dict[str, Any] = {}
            count = 0
            while (told.get("clap"), told.get("follow")) != (30, 1):
                told |= await sees.get("sums", seconds=5)
                count += 1
            assert count <= 3
            await claps.send("react", what="follow", on=False)
            assert (await sees.get("sums", seconds=5))["follow"] == 0

    play(scene)


def test_the_end_reaches_everybody_and_nobody_enters_afterwards(seat: Seat, host: Guest, room: Room) -> None:
    ana = seat("Ana")

    async def scene() -> None:
        async with windows(ana, host) as (window, holds):
            assert (await holds.ask("go", state="paused"))["code"] == "state"
            assert (await holds.ask("go", state="live"))["kind"] == "yes"
            assert (await window.get("room"))["state"] == "live"
            await holds.ask("go", state="over")
            assert (await window.get("room"))["state"] == "over"
            assert (await window.get())["code"] == 4004
            assert (await Window(ana).open())["code"] == "over"

    play(scene)
    with pytest.raises(entering.NotLetIn):
        entering.enter(room=Room.objects.get(pk=room.pk), person=now(ana).person)


def test_a_slow_window_is_closed_and_holds_nobody_up(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halls, "MOST_WAITING", 20)
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory) as (quick, _slow):
            (hall,) = halls._halls.values()
            slow = next(one for one in hall.listeners.values() if one.guest == jory.pk)
            stuck = asyncio.Event()

            async def never(_message: Any) -> None:
                await stuck.wait()

            slow._send = never
            for n in range(25):
                hall.spread(json.dumps({"kind": "line", "n": n}))
                await asyncio.sleep(0)
            heard = [(await quick.get("line"))["n"] for _ in range(25)]
            assert heard == list(range(25))
            assert slow._close == 4008
            stuck.set()

    play(scene)


def test_what_is_erased_leaves_every_window(seat: Seat) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, jory) as (says, hears):
            late = Window(jory)
            await says.ask("say", text="Forget this.")
            line = (await hears.get("line"))["line"]
            assert len((await late.open())["lines"]) == 1

            def erased() -> None:
                vault.end(Giving.objects.get(pk=now(ana).giving_id))

            await sync_to_async(erased)()
            (hall,) = halls._halls.values()
            await hall.take_off()
            assert (await late.get("hidden"))["line"] == line
            await late.close()

    play(scene)


def test_a_fault_of_ours_ends_in_a_word_and_tells_the_log_nothing_that_was_typed(
    seat: Seat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ana = seat("Ana")

    def breaks(**said: Any) -> None:
        raise RuntimeError(said["text"])

    monkeypatch.setitem(consumers.ACTS, consumers.messages.Say, ("live.room", breaks))

    async def scene() -> None:
        async with windows(ana) as (window,):
            assert (await window.ask("say", text="a secret of mine"))["code"] == "broken"
            assert (await window.ask("hand", up=True))["kind"] == "yes"

    play(scene)
    assert "secret" not in caplog.text and "RuntimeError" in caplog.text


def test_who_is_let_hold_the_room_has_a_desk_at_once_and_none_when_it_is_taken_back(
    seat: Seat, host: Guest
) -> None:
    ana, jory = seat("Ana"), seat("Jory")

    async def scene() -> None:
        async with windows(ana, host) as (window, holds):
            assert (await holds.ask("cohost", guest=ana.pk))["kind"] == "yes"
            assert (await holds.ask("cohost", guest=ana.pk))["kind"] == "yes", "twice is once"
            assert (await window.get("closed"))["code"] == 4009
            back = Window(ana)
            state = await back.open()  # with the ticket of a guest: what they do is asked anew
            assert (state["you"]["role"], state["polls"]) == ("cohost", [])
            assert (await back.ask("people"))["kind"] == "people"
            assert (await back.ask("go", state="live"))["kind"] == "yes"
            assert (await back.ask("cohost", guest=jory.pk))["code"] == "host", "for the host alone"
            assert (await back.ask("mute", guest=host.pk))["code"] == "host"
            assert (await holds.ask("cohost", guest=ana.pk, on=False))["kind"] == "yes"
            assert (await back.get("closed"))["code"] == 4009
            guest = Window(ana)
            assert (await guest.open(back.state["ticket"]))["you"]["role"] == "guest"
            assert (await guest.ask("people"))["code"] == "host"
            await guest.close()

    play(scene)


def test_nobody_holds_a_room_who_did_not_show_that_the_address_is_theirs(
    room: Room, webinar: Webinar, host: Guest
) -> None:
    registering.register(webinar=webinar, address="typed@mail.example")
    person = vault.find("typed@mail.example")
    assert person is not None
    stranger = entering.enter(room=room, person=person, name="Ana")

    async def scene() -> None:
        async with windows(host) as (holds,):
            assert (await holds.ask("cohost", guest=stranger.pk))["code"] == "unconfirmed"

    play(scene)
