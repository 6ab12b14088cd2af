"""The hours of a group have a live room: for those who learn in it, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import gate
from leadrush.live import occasions
from leadrush.look import times as home
from leadrush.training.models import Cohort, Enrolment, Live
from leadrush.training.tests.conftest import Teaching, learner, signed_in

DAY = timedelta(days=1)


def group(taught: Teaching) -> tuple[Live, Enrolment, Enrolment]:
    """Return an hour of a group, somebody who learns in it, and somebody who learns alone."""
    training = taught()
    today = home.today()
    cohort = Cohort.objects.create(
        training=training, name="The winter group", first_day=today, last_day=today + timedelta(days=30)
    )
    live = Live.objects.create(cohort=cohort, title="First evening", starts_at=timezone.now())
    inside, alone = learner(training, "in@letters.example"), learner(training, "alone@letters.example")
    with gate.using("training.learn"):
        Enrolment.objects.filter(pk=inside.pk).update(cohort=cohort)
    return live, inside, alone


def test_who_learns_in_the_group_comes_in_and_who_learns_alone_does_not(
    taught: Teaching,
) -> None:
    live, inside, alone = group(taught)
    come = reverse("live:come", args=[live.about])
    page = signed_in(inside.person).get(live.cohort.training.get_absolute_url()).content.decode()
    assert f'href="{come}"' in page
    door = signed_in(inside.person).get(come, follow=True)
    assert door.status_code == 200 and "First evening" in door.content.decode()
    assert signed_in(alone.person).get(come, follow=True).status_code == 403
    assert Client().get(come).status_code == 302


def test_a_part_that_is_not_paid_and_an_access_that_is_over_let_nobody_in(taught: Teaching) -> None:
    live, inside, _alone = group(taught)
    assert occasions.seat_of(live.about, inside.person) is not None
    with gate.using("training.learn"):
        Enrolment.objects.filter(pk=inside.pk).update(paused_at=timezone.now())
    assert occasions.seat_of(live.about, inside.person) is None
    with gate.using("training.learn"):
        Enrolment.objects.filter(pk=inside.pk).update(
            paused_at=None, ends_at=timezone.now() + timedelta(days=1)
        )
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        assert occasions.seat_of(live.about, inside.person) is None
