"""The demo's trainings: one in the shop with a learner half-way, and a short one for an e-mail address."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from leadrush import gate, look, media
from leadrush.look import times
from leadrush.media import demo
from leadrush.media.contents import MP4
from leadrush.purchases import baskets, moving, offering, ordering
from leadrush.purchases.models import Move, Offer, Part, Price
from leadrush.training import (
    certifying,
    courses,
    editions,
    enrolling,
    handing_in,
    looking,
    noting,
    places,
    quizzing,
    ticking,
)
from leadrush.training.models import (
    Assignment,
    Captions,
    Choice,
    Cohort,
    Enrolment,
    Feedback,
    Lesson,
    Live,
    Module,
    Question,
    Quiz,
    State,
    Training,
)
from leadrush.vault import giving
from leadrush.vault.models import Person

LEARNER, SECOND, FINISHED = (
    "wren.halloway@post.example",
    "osei.marlow@mail.example",
    "ilse.van-der-beek@post.example",
)
BUYERS = (LEARNER, SECOND)


@cache
def words() -> dict[str, Any]:
    """Return what the demo's trainings say."""
    return tomllib.loads(files("leadrush.training.demo").joinpath("trainings.toml").read_text("utf-8"))


def seed() -> None:
    """Make them unless there are trainings already."""
    if Training.objects.exists():
        return
    plot, evening = _plot(), _evening()
    _learn_half(plot)
    _learn_all(evening)


def _plot() -> Training:
    training = Training.objects.create(state=State.OPEN, **words()["plot"])
    lessons: list[Lesson] = []
    for place, said in enumerate(words()["plot_modules"]):
        module = Module.objects.create(training=training, title=said["title"], position=place)
        lessons += [_lesson(module, at, facts) for at, facts in enumerate(said["lessons"])]
    for facts in words()["quizzes"]:
        own = {name: value for name, value in facts.items() if name not in ("lesson", "questions")}
        _quiz(lessons[facts["lesson"] - 1], own, facts["questions"])
    Assignment.objects.create(lesson=lessons[8], **words()["assignment"])
    _group(training)
    _offer(training)
    return training


def _evening() -> Training:
    training = Training.objects.create(state=State.OPEN, **words()["evening"])
    module = Module.objects.create(training=training, title="One evening", position=0)
    lessons = [_lesson(module, at, facts) for at, facts in enumerate(words()["evening_lessons"])]
    _quiz(lessons[1], words()["evening_quiz"], words()["evening_questions"])
    Assignment.objects.create(lesson=lessons[1], **words()["evening_assignment"])
    return training


def _lesson(module: Module, position: int, facts: dict[str, Any]) -> Lesson:
    own = {name: value for name, value in facts.items() if name != "filmed"}
    filmed = facts.get("filmed", False)
    video = media.keep(demo.film(), [MP4]) if filmed else None
    lesson: Lesson = Lesson.objects.create(module=module, position=position, video=video, **own)
    if filmed:
        captions = files("leadrush.training.demo").joinpath("reading-your-own-bed.vtt").read_text("utf-8")
        Captions.objects.create(lesson=lesson, text=captions)
    return lesson


def _group(training: Training) -> None:
    """Let a group begin in three weeks, with two hours at which it meets."""
    first = times.today() + timedelta(days=21)
    cohort = Cohort.objects.create(
        training=training,
        name="The winter group",
        first_day=first,
        last_day=first + timedelta(days=63),
        seats=12,
    )
    for title, days in (("Your hours, together", 2), ("Reading each other’s beds", 44)):
        Live.objects.create(
            cohort=cohort, title=title, where="/webinars/", starts_at=_evening_of(first, days)
        )


def _evening_of(first: date, days: int) -> datetime:
    return datetime.combine(first + timedelta(days=days), time(19), tzinfo=look.business().zone)


def _quiz(lesson: Lesson, facts: dict[str, Any], questions: Sequence[dict[str, Any]]) -> None:
    quiz = Quiz.objects.create(lesson=lesson, **facts)
    for at, said in enumerate(questions):
        own = {name: value for name, value in said.items() if name != "choices"}
        question = Question.objects.create(quiz=quiz, position=at, **own)
        for place, choice in enumerate(said.get("choices", ())):
            Choice.objects.create(question=question, position=place, **choice)


def _offer(training: Training) -> None:
    offer = Offer.objects.create(**words()["offer"])
    Price.objects.create(offer=offer, currency=offering.seller().currency, amount=4900)
    Part.objects.create(offer=offer, deliverable=enrolling.DELIVERABLE, key=enrolling.key_of(training))
    offering.open_to_all(offer)
    for address in BUYERS:
        basket = baskets.read(baskets.code([(offer.slug, 1)]))
        shown = basket.add_up().gross
        wanted = ordering.Wanted(basket=basket, once=uuid.uuid4(), shown=shown, address=address, at_once=True)
        with gate.using("purchases.sell", what="purchases.act"):
            moving.pay(ordering.order(wanted), by=Move.By.STAFF)


def _mine(training: Training, address: str) -> Enrolment:
    person = giving.find(address)
    assert person is not None
    with gate.using("training.learn", actor=_as(person), what="training.page"):
        enrolment = enrolling.newest(training, person)
        assert enrolment is not None
        enrolling.confirm(enrolment)
    return enrolment


def _as(person: Person) -> gate.Actor:
    return gate.Actor("person", str(person.pk))


def _learn_half(training: Training) -> None:
    """Let one buyer be half-way, with notes, answers and something handed in, and another begin."""
    lessons = list(Lesson.objects.of(training))
    enrolment = _mine(training, LEARNER)
    for lesson in lessons[:7]:
        ticking.tick(enrolment, lesson)
    for note in words()["notes"]:
        noting.write(enrolment, lessons[7], note["words"], seconds=note["second"], once=uuid.uuid4())
    quiz = lessons[6].quiz
    edition = editions.current(quiz)
    assert edition is not None
    quizzing.hand_over(enrolment, edition, _right(edition.content), once=uuid.uuid4())
    places.remember(enrolment, on=True)
    places.keep(enrolment, lessons[7], 17)
    other = _mine(training, SECOND)
    ticking.tick(other, lessons[0])
    work = Assignment.objects.get(lesson=lessons[8])
    handed = handing_in.hand_in(enrolment, work, words=words()["work"]["handed_in"], once=uuid.uuid4())
    with gate.using("training.teach", what="training.learners"):
        looking.write_down(training, [enrolment, other])
    handing_in.answer(handed, verdict=Feedback.Verdict.AGAIN, words=words()["work"]["answered"])


def _right(content: dict[str, Any]) -> dict[str, Any]:
    """Return the answers that are right, for a quiz of choices, numbers and orders."""
    found: dict[str, Any] = {}
    for one in content["questions"]:
        rights = [str(choice["id"]) for choice in one["choices"] if choice["right"]]
        everything = [str(choice["id"]) for choice in one["choices"]]
        kinds = {"one": rights[:1] and rights[0], "many": rights, "order": everything}
        found[str(one["id"])] = kinds.get(one["kind"], one["number"])
    return found


def _learn_all(training: Training) -> None:
    """Let somebody finish the short one, have its certificate, and show it with a name."""
    enrolling.enrol(training=training, source=Enrolment.Source.FREE, address=FINISHED)
    enrolment = _mine(training, FINISHED)
    for lesson in Lesson.objects.of(training):
        ticking.tick(enrolment, lesson)
    edition = editions.current(Quiz.objects.get(lesson__module__training=training))
    assert edition is not None
    quizzing.hand_over(enrolment, edition, _right(edition.content), once=uuid.uuid4())
    with gate.using("training.learn", actor=_as(enrolment.person), what="training.certificate"):
        course = courses.read(training, enrolment)
        certificate = certifying.issue(course, name="Ilse van der Beek")
    certifying.show(certificate, name="Ilse van der Beek")
