"""The checks of this room's clauses: each counts what is there, and each can find a miss."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate, vault
from leadrush.gate.evidence import Count
from leadrush.mailbox.models import Message
from leadrush.vault.models import Choice, Giving
from leadrush.webinars import announcing, hosting, keeps, registering, telling
from leadrush.webinars.models import Seen, Webinar
from leadrush.webinars.tests.conftest import Plan, registration, sign_in

ANA, BEN = "ana@mail.example", "ben@mail.example"


def counted(check: object) -> Count:
    with gate.using("accountability.check"):
        return check()  # type: ignore[operator, no-any-return]


def test_a_registration_without_an_end_or_past_it_is_a_miss(webinar: Webinar) -> None:
    for who in (ANA, BEN):
        registering.register(webinar=webinar, address=who)
    assert counted(keeps.registrations_lapse) == Count(0, 2)
    giving = Giving.objects.filter(pk=registration(webinar, ANA).giving_id)
    for wrong in (None, webinar.ends_at + timedelta(days=8), timezone.now() - timedelta(hours=2)):
        giving.update(lapses_at=wrong)
        assert counted(keeps.registrations_lapse) == Count(1, 2), wrong


def test_a_look_that_was_not_written_down_is_a_miss(webinar: Webinar, host: Client) -> None:
    registering.register(webinar=webinar, address=ANA)
    host.get(reverse("webinars:registrants", args=[webinar.pk]))
    assert counted(keeps.hosts_looks_are_written) == Count(0, 1)
    with gate.using("webinars.host"):
        Seen.objects.update(entry=10**9)
    assert counted(keeps.hosts_looks_are_written) == Count(1, 1)


def test_an_announcement_that_left_without_a_yes_is_a_miss(plan: Plan) -> None:
    first = plan()
    registering.register(webinar=first, address=ANA, later=True)
    registering.it_was_me(webinar=first, giving=registration(first, ANA).giving)
    announcing.announce(plan())
    telling.go_on()
    now = timezone.now()
    with gate.using("mailbox.deliver"):
        Message.objects.filter(template="webinars.announcement").update(state="left", moved_at=now)
    assert counted(keeps.announced_only_after_a_yes) == Count(0, 2), (
        "the message, and the address held for it"
    )
    Choice.objects.update(at=now + timedelta(seconds=1))
    assert counted(keeps.announced_only_after_a_yes) == Count(1, 2)
    Choice.objects.all().delete()
    assert counted(keeps.announced_only_after_a_yes) == Count(2, 2)


def test_an_address_that_stays_after_a_no_is_a_miss(plan: Plan) -> None:
    first = plan()
    registering.register(webinar=first, address=ANA, later=True)
    registering.it_was_me(webinar=first, giving=registration(first, ANA).giving)
    announcing.no_more(person=vault.find(ANA), where="webinars.no_more")
    assert counted(keeps.announced_only_after_a_yes) == Count(0, 1)
    Giving.objects.filter(clause="webinar-later").update(at=timezone.now() - timedelta(days=9))
    Choice.objects.update(at=timezone.now() - timedelta(days=2))
    assert counted(keeps.announced_only_after_a_yes) == Count(1, 1)


def test_words_that_hang_on_somebody_elses_form_are_a_miss(business: object) -> None:
    _client, tove = sign_in("tove@tiller.example", "host")
    _client, maren = sign_in("maren@tiller.example", "owner")
    it = hosting.introduce(person=tove, name="Tove", words="")
    assert counted(keeps.hosts_words_are_their_own) == Count(0, 1)
    other = hosting.introduce(person=maren, name="Maren", words="")
    with gate.using("webinars.show"):
        type(it).objects.filter(pk=it.pk).update(giving=other.giving)
    assert counted(keeps.hosts_words_are_their_own) == Count(1, 2)
