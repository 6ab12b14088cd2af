"""Holding a webinar with its host: from the list of who comes to a desk in the room, and back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from leadrush import gate, vault
from leadrush.live import entering, hosting
from leadrush.live.models import Guest
from leadrush.vault import rights
from leadrush.webinars import helping, registering
from leadrush.webinars.models import Webinar
from leadrush.webinars.tests.conftest import letters, registration

ANA, BEN = "ana@mail.example", "ben@mail.example"


def press(host: Client, webinar: Webinar, who: str, do: str) -> str:
    path = reverse("webinars:helps", args=[webinar.pk, registration(webinar, who).pk])
    return host.post(path, {"do": do}, follow=True).content.decode()


def role(webinar: Webinar, who: str) -> str:
    with gate.using("live.room"):
        return Guest.objects.get(room__about=webinar.about, person=vault.find(who).pk).role


def test_a_speaker_who_comes_finds_a_desk_is_told_by_letter_and_sees_it_on_their_page(
    host: Client, webinar: Webinar
) -> None:
    registering.register(webinar=webinar, address=ANA)
    assert "not confirmed" in press(host, webinar, ANA, "help"), "a stranger may have typed that address"
    registering.it_was_me(webinar=webinar, giving=registration(webinar, ANA).giving)
    before = len(letters())
    assert "They hold it with you" in press(host, webinar, ANA, "help")
    press(host, webinar, ANA, "help")
    told = letters()[before:]
    assert [one.subject for one in told] == ["You hold it with us: Beds that feed you in March"], "once"
    assert "Come into the room" in told[0].text
    room = entering.room_of(webinar.about)
    entering.enter(room=room, person=vault.find(ANA), name="Ana")
    assert role(webinar, ANA) == "cohost"
    with gate.using("rights.own"):
        shown = {record.title: record.value for record in rights.records(vault.find(ANA).pk)}
    assert "with its host" in shown["A seat in a webinar"]
    assert "They only come now." in press(host, webinar, ANA, "come")
    assert role(webinar, ANA) == "guest", "in the room, too, where they are already"
    press(host, webinar, ANA, "help")
    assert role(webinar, ANA) == "cohost"
    registering.give_up(webinar=webinar, person=vault.find(ANA))
    assert "no seat" in press(host, webinar, ANA, "help")
    registering.register(webinar=webinar, address=ANA)
    assert not registration(webinar, ANA).helps, "who comes back only comes"
    assert role(webinar, ANA) == "guest"


def test_a_crash_between_the_list_and_the_room_is_mended_by_pressing_again(
    host: Client, webinar: Webinar, monkeypatch: pytest.MonkeyPatch
) -> None:
    registering.register(webinar=webinar, address=ANA)
    registering.it_was_me(webinar=webinar, giving=registration(webinar, ANA).giving)
    room = entering.room_of(webinar.about)
    entering.enter(room=room, person=vault.find(ANA), name="Ana")

    def crash(*_args: object, **_named: object) -> None:
        raise RuntimeError("in between")

    with monkeypatch.context() as broken:
        broken.setattr(hosting, "let_hold", crash)
        with pytest.raises(RuntimeError):
            helping.let(webinar=webinar, registration=registration(webinar, ANA).pk, on=True)
    assert not registration(webinar, ANA).helps and role(webinar, ANA) == "guest"
    assert not letters("helping", ANA), "nor is anybody told"
    press(host, webinar, ANA, "help")
    assert role(webinar, ANA) == "cohost" and len(letters("helping", ANA)) == 1


def test_who_waits_in_line_or_comes_to_another_webinar_holds_nothing(
    host: Client, webinar: Webinar, plan: object
) -> None:
    for who in (ANA, BEN, "cleo@mail.example"):
        registering.register(webinar=webinar, address=who)
    assert "no seat" in press(host, webinar, "cleo@mail.example", "help")
    other = reverse("webinars:helps", args=[webinar.pk + 1, registration(webinar, ANA).pk])
    assert host.post(other, {"do": "help"}).status_code == 404
    assert Client().post(other, {"do": "help"}).status_code == 302, "to sign in"
