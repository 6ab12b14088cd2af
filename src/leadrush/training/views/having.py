"""Whose a page is: what the person at hand has of the training in the address."""

from __future__ import annotations

from urllib.parse import quote

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from leadrush.training import courses, enrolling
from leadrush.training.courses import Course, Stop
from leadrush.training.models import State, Training
from leadrush.vault.models import Person


class Elsewhere(Exception):
    """The page is for somebody who has the training; `to` is where this one goes instead."""

    def __init__(self, to: str) -> None:
        super().__init__(to)
        self.to = to

    @property
    def answer(self) -> HttpResponseBase:
        """The redirect."""
        return HttpResponseRedirect(self.to)


def person_of(request: HttpRequest) -> Person | None:
    """Return who is signed in."""
    return request.user if isinstance(request.user, Person) else None


def published(slug: str) -> Training:
    """Return a training that everybody may see. Raises `Http404`."""
    needs = Training.needs.through.objects.filter(from_training=OuterRef("pk"))
    public = Training.objects.exclude(state=State.DRAFT).annotate(has_needs=Exists(needs))
    found = public.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def course_of(request: HttpRequest, training: Training) -> Course:
    """Return a training as whoever is here has it, or as visitors see it; opening it confirms the address.

    Whoever is signed in has shown that the address is theirs.
    """
    person = person_of(request)
    enrolment = enrolling.newest(training, person) if person is not None else None
    if enrolment is not None and not enrolment.giving.confirmed:
        enrolling.confirm(enrolment)
    asks = person is not None and enrolment is not None and getattr(training, "has_needs", True)
    before = courses.before(training, person) if asks and person is not None else []
    return courses.read(training, enrolment, before=before)


def mine(request: HttpRequest, slug: str) -> Course:
    """Return the course of whoever is signed in and has, or had, the training. Raises `Elsewhere`."""
    training = published(slug)
    if person_of(request) is None:
        back = request.get_full_path() if request.method == "GET" else training.get_absolute_url()
        raise Elsewhere(f"{reverse('people:sign_in')}?next={quote(back)}")
    course = course_of(request, training)
    if course.enrolment is None:
        raise Elsewhere(training.get_absolute_url())
    return course


def open_stop(course: Course, lesson: int) -> Stop:
    """Return a lesson that its learner can open now. Raises `Elsewhere` where it is shut, or `Http404`."""
    stop = course.stop(lesson)
    if stop is None:
        raise Http404
    if not course.is_mine or not stop.is_open:
        raise Elsewhere(reverse("training:lesson", args=[course.training.slug, lesson]))
    return stop
