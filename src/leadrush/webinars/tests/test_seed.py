"""The demo's webinars: made through the same actions as everybody's, and once."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from leadrush import gate
from leadrush.gate.evidence import Count
from leadrush.webinars import keeps, seed
from leadrush.webinars.models import Registration, Webinar
from leadrush.webinars.tests.conftest import states


def test_a_newcomer_finds_three_webinars_with_people_in_them(business: object, host: Client) -> None:
    seed.seed()
    seed.seed()
    assert Webinar.objects.count() == 4
    page = Client().get(reverse("webinars:list")).content.decode()
    assert page.count("<h2") == 3
    full = Webinar.objects.get(slug="a-plan-for-one-bed")
    assert (states(full).count("seat"), states(full).count("waiting")) == (8, 4)
    for webinar in Webinar.objects.all():
        answer = Client().get(webinar.get_absolute_url())
        assert answer.status_code == 200
        assert "Tove Askeland" in answer.content.decode()
    with gate.using("accountability.check"):
        assert keeps.registrations_lapse() == Count(0, Registration.objects.count())
