"""The outline of a training, and what staff do to it: nobody undoes anybody, nothing typed is lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from leadrush import gate
from leadrush.media.models import File
from leadrush.purchases.models import Offer, Part
from leadrush.training import building, releasing
from leadrush.training.building import CannotBuild, Stale
from leadrush.training.models import Lesson, LessonFile, Module, Note, State, Training
from leadrush.training.tests.conftest import Teaching, learner, lessons_of, quiz_of
from leadrush.training.tests.staffed import built, hosting, outlined, words
from tests.rig.questions import of_page

ORDERS = st.dictionaries(st.integers(1, 10**9), st.lists(st.integers(1, 10**9), max_size=8), max_size=6).map(
    lambda found: tuple((module, tuple(lessons)) for module, lessons in found.items())
)


@given(ORDERS)
def test_an_order_that_a_form_carries_is_the_one_that_was_dragged(order: building.Order) -> None:
    assert building.as_order(building.written(order)) == order


@given(st.text(max_size=40))
def test_an_order_that_nobody_dragged_is_refused_with_a_word_or_read(text: str) -> None:
    try:
        order = building.as_order(text)
    except CannotBuild as cannot:
        assert "nothing was moved" in str(cannot)
    else:
        assert all(isinstance(module, int) for module, _lessons in order)


@given(st.data())
def test_no_move_by_buttons_loses_a_lesson_or_doubles_one(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    keys = iter(range(100, 200))
    order: building.Order = tuple(
        (module, tuple(next(keys) for _ in range(size))) for module, size in enumerate(sizes, 1)
    )
    before = sorted(lesson for _module, lessons in order for lesson in lessons)
    for _step in range(5):
        pk = data.draw(st.sampled_from(before or [0]))
        way = data.draw(st.sampled_from(["up", "down", "over", "back"]))
        try:
            order = building._lesson_moved(order, pk, way)
        except CannotBuild:
            continue
        assert sorted(lesson for _module, lessons in order for lesson in lessons) == before
        assert [module for module, _lessons in order] == list(range(1, len(sizes) + 1))


def test_a_lesson_moves_up_down_and_into_the_next_module_by_buttons_and_says_where_it_is(
    taught: Teaching,
) -> None:
    training, host = taught(), hosting()
    _modules, lessons = built(training)
    third = lessons[2]

    def press(do: str) -> str:
        return words(
            host.post(
                reverse("training:outline", args=[training.pk]),
                {"do": do, "started": building.read(training).revision},
                follow=True,
            )
        )

    page = press(f"up:lesson-{third.pk}")
    assert outlined(training)[0][1] == ["Lesson 1", "Lesson 3", "Lesson 2"]
    assert "“Lesson 3” is now lesson 2 of 3 in “What you need”." in page
    button = page.split(f'id="up-lesson-{third.pk}"')[1].split(">")[0]
    assert "autofocus" in button, "the button that was pressed keeps the focus"
    press(f"down:lesson-{third.pk}")
    page = press(f"down:lesson-{third.pk}")
    assert outlined(training)[1][1] == ["Lesson 3", "Clear", "White"], "past the end is the next module"
    press(f"over:lesson-{lessons[0].pk}")
    assert outlined(training)[1][1][0] == "Lesson 1"
    page = press(f"over:lesson-{lessons[0].pk}")
    assert "There is no module after this one." in page
    press(f"back:lesson-{lessons[0].pk}")
    assert outlined(training)[0][1] == ["Lesson 2", "Lesson 1"]


def test_a_drag_that_started_from_an_older_outline_undoes_nothing_and_shows_how_it_stands(
    taught: Teaching,
) -> None:
    training, host = taught(), hosting()
    modules, lessons = built(training)
    seen = building.read(training)
    mine = ((modules[0].pk, tuple(one.pk for one in reversed(lessons[:3]))), seen.order[1])
    building.move(training, f"lesson-{lessons[0].pk}", "over", started=seen.revision)
    theirs = outlined(training)
    answer = host.post(
        reverse("training:outline", args=[training.pk]),
        {"do": "order", "order": building.written(mine), "started": seen.revision},
        headers={"HX-Request": "true"},
    )
    assert "nothing of yours was moved" in words(answer)
    assert building.read(training).revision in words(answer), "the next try starts from how it stands"
    assert outlined(training) == theirs


def test_an_order_that_leaves_a_lesson_out_moves_nothing(taught: Teaching) -> None:
    training, host = taught(), hosting()
    before = outlined(training)
    module, (first, *_rest) = building.read(training).order[0]
    for order in (f"{module}:{first}", f"{module}:{first},{first}", "7:1", "", "x", f"{module}:{'9' * 40}"):
        answer = host.post(
            reverse("training:outline", args=[training.pk]),
            {"do": "order", "order": order, "started": building.read(training).revision},
            follow=True,
        )
        assert "nothing was moved" in words(answer), order
    assert outlined(training) == before


@pytest.mark.django_db(transaction=True)
def test_of_two_reorderings_at_once_one_stands_whole_and_the_other_hears_of_it(taught: Teaching) -> None:
    training = taught(lessons=6)
    seen = building.read(training)
    ((module, keys),) = seen.order
    wanted = [((module, keys[::-1]),), ((module, keys[3:] + keys[:3]),)]
    begin, faults = threading.Barrier(2), ["", ""]

    def go(at: int) -> None:
        begin.wait()
        try:
            building.arrange(training, wanted[at], started=seen.revision)
        except Stale:
            faults[at] = "stale"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(faults) == ["", "stale"]
    assert building.read(training).order == wanted[faults.index("")]


@pytest.mark.django_db(transaction=True)
def test_two_lessons_added_at_once_are_both_there_at_places_of_their_own(taught: Teaching) -> None:
    training = taught(lessons=0)
    module = training.modules.get()
    begin = threading.Barrier(4)

    def go(at: int) -> None:
        begin.wait()
        try:
            building.add_lesson(module, f"Lesson {at}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    places = list(Lesson.objects.values_list("position", flat=True))
    assert sorted(places) == [1, 2, 3, 4]


def test_a_double_click_on_add_adds_one_and_a_title_that_is_none_keeps_what_was_typed(
    taught: Teaching,
) -> None:
    training, host = taught(lessons=1), hosting()
    module = training.modules.get()
    address = reverse("training:outline", args=[training.pk])
    sent = {
        "do": f"add:module-{module.pk}",
        f"add-module-{module.pk}-title": " By  weight ",
        "started": building.read(training).revision,
    }
    for _click in range(2):
        host.post(address, sent)
    assert outlined(training)[0][1] == ["Lesson 1", "By weight"]
    long = "w" * 130
    answer = host.post(address, sent | {f"add-module-{module.pk}-title": long})
    assert answer.status_code == 422
    assert f'value="{long}"' in words(answer)
    assert "at most 120 characters" in words(answer)


def test_a_lesson_that_somebody_noted_in_is_taken_out_with_its_notes_kept_and_comes_back(
    taught: Teaching,
) -> None:
    training, host = taught(), hosting()
    lesson = lessons_of(training)[0]
    own = learner(training)
    with gate.using("training.learn"):
        Note(person=own.person, giving=own.giving, enrolment=own, lesson=lesson, sealed=b"x").save()
    address = reverse("training:outline", args=[training.pk])
    host.post(address, {"do": f"out:lesson-{lesson.pk}"})
    assert outlined(training)[0][1] == ["Lesson 2", "Lesson 3"]
    with gate.using("training.learn"):
        assert Note.objects.count() == 1
    page = words(host.get(reverse("training:build", args=[training.pk])))
    assert "1 lesson taken out" in page
    host.post(address, {"do": f"again:lesson-{lesson.pk}"})
    assert outlined(training)[0][1] == ["Lesson 2", "Lesson 3", "Lesson 1"], "at the end of its module"


def test_a_lesson_taken_out_is_deleted_with_its_file_unless_somebody_used_it(taught: Teaching) -> None:
    training, host = taught(), hosting()
    used, unused, standing = lessons_of(training)
    own = learner(training)
    with gate.using("training.learn"):
        Note(person=own.person, giving=own.giving, enrolment=own, lesson=used, sealed=b"x").save()
    file = File.objects.create(digest="d" * 64, kind="video/mp4", size=3, place="dd/d")
    Lesson.objects.filter(pk=unused.pk).update(video=file)
    for lesson in (used, unused):
        building.take_out(lesson)
    address = reverse("training:act", args=[training.pk])

    def press(lesson: Lesson) -> str:
        return words(host.post(address, {"do": f"lesson:{lesson.pk}"}, follow=True))

    assert "Take it out first." in press(standing)
    assert "It stays taken out." in press(used)
    assert "is deleted" in press(unused)
    assert set(Lesson.objects.all()) == {used, standing}
    assert not File.objects.exists()
    assert host.post(address, {"do": f"lesson:{unused.pk}"}).status_code == 404


def test_a_module_with_lessons_stays_and_one_that_lost_them_leaves_them_to_the_module_beside(
    taught: Teaching,
) -> None:
    training = taught()
    modules, lessons = built(training)
    with pytest.raises(CannotBuild, match="Move them or take them out first"):
        building.take_out_module(modules[1])
    for lesson in lessons[3:]:
        building.take_out(lesson)
    building.take_out_module(modules[1])
    building.take_out_module(modules[1])
    assert not Module.objects.filter(pk=modules[1].pk).exists()
    assert {one.module_id for one in building.read(training).out} == {modules[0].pk}


def test_the_outline_takes_as_many_questions_for_two_lessons_as_for_forty(taught: Teaching) -> None:
    host = hosting()

    def asked(training: Training) -> int:
        path = reverse("training:build", args=[training.pk])
        host.get(path)
        return len(of_page(host, path)[1])

    few, many = taught(lessons=2), taught(lessons=40)
    assert asked(few) == asked(many)


# --- opening, closing, deleting ---------------------------------------------------------------------------


def test_a_training_without_a_lesson_cannot_be_opened_and_the_page_says_what_is_missing(
    taught: Teaching,
) -> None:
    training, host = taught(lessons=0, state=State.DRAFT), hosting()
    page = words(host.get(reverse("training:build", args=[training.pk])))
    assert "It has no lesson yet." in page
    answer = host.post(reverse("training:act", args=[training.pk]), {"do": "open"}, follow=True)
    assert "It has no lesson yet." in words(answer)
    training.refresh_from_db()
    assert training.state == State.DRAFT
    building.add_lesson(training.modules.get(), "By weight")
    answer = host.post(reverse("training:act", args=[training.pk]), {"do": "open"}, follow=True)
    assert "Lesson 1, “By weight”, is empty." in words(answer)
    training.refresh_from_db()
    assert training.state == State.OPEN
    host.post(reverse("training:act", args=[training.pk]), {"do": "close"})
    training.refresh_from_db()
    assert training.state == State.CLOSED


def test_a_draft_goes_with_its_files_and_one_that_somebody_has_or_an_offer_gives_does_not(
    taught: Teaching,
) -> None:
    host = hosting()
    training = taught(state=State.DRAFT)
    address = reverse("training:act", args=[training.pk])
    lesson = lessons_of(training)[0]
    file = File.objects.create(digest="d" * 64, kind="application/pdf", size=3, place="dd/d")
    LessonFile.objects.create(lesson=lesson, file=file, title="A sheet")
    quiz_of(lesson)
    offer = Offer.objects.create(slug="seat", title="A seat")
    part = Part.objects.create(offer=offer, deliverable="training.training", key=f"{training.pk}:3")
    sent = {"do": "delete", "sure": "on"}
    assert "Take it out there first." in words(host.post(address, sent, follow=True))
    part.delete()
    own = learner(training, source="staff")
    assert "Somebody has it already." in words(host.post(address, sent, follow=True))
    with gate.using("training.learn"):
        own.delete()
    assert "tick that you are sure" in words(host.post(address, {"do": "delete"}, follow=True))
    assert "is deleted" in words(host.post(address, sent, follow=True))
    assert not Training.objects.filter(pk=training.pk).exists()
    assert not File.objects.exists()
    opened = taught()
    answer = host.post(reverse("training:act", args=[opened.pk]), sent, follow=True)
    assert "Close it instead." in words(answer)


# --- facts ------------------------------------------------------------------------------------------------


def facts(**fields: Any) -> dict[str, Any]:
    return {
        "title": "From bisque to bright",
        "slug": "bisque",
        "lede": "Nine lessons.",
        "asks": "email",
        "drip": "none",
        "rule": "none",
    } | fields


def test_a_host_begins_a_training_and_what_was_typed_is_kept_beside_a_bad_address(taught: Teaching) -> None:
    training, host = taught(), hosting()
    answer = host.post(reverse("training:begin"), facts(slug=training.slug, lede="Typed <with> care."))
    assert answer.status_code == 422
    assert "Another training has this address. Choose another." in words(answer)
    assert "Typed &lt;with&gt; care." in words(answer)
    assert host.post(reverse("training:begin"), facts()).status_code == 302
    made = Training.objects.get(slug="bisque")
    assert made.state == State.DRAFT


def test_trainings_that_would_wait_for_each_other_are_refused(taught: Teaching) -> None:
    first, second, third = taught(), taught(title="Second"), taught(title="Third")
    second.needs.add(first)
    third.needs.add(second)
    sent = facts(slug=first.slug, needs=[third.pk])
    answer = hosting().post(reverse("training:build", args=[first.pk]), sent)
    assert answer.status_code == 422
    assert "They would wait for each other." in words(answer)


def test_whoever_saves_facts_that_somebody_else_saved_meanwhile_hears_of_it_and_loses_nothing(
    taught: Teaching,
) -> None:
    training, host = taught(), hosting()
    address = reverse("training:build", args=[training.pk])
    seen = training.changed_at.isoformat()
    theirs = facts(slug=training.slug, title="Theirs", seen=seen)
    assert host.post(address, theirs).status_code == 302
    answer = host.post(address, facts(slug=training.slug, title="Mine", seen=seen))
    assert answer.status_code == 422
    assert "Somebody saved this meanwhile." in words(answer)
    assert 'value="Mine"' in words(answer)
    training.refresh_from_db()
    assert training.title == "Theirs"
    again = facts(slug=training.slug, title="Mine", seen=training.changed_at.isoformat())
    assert again["seen"] in words(answer), "sent again, it stands"
    assert host.post(address, again).status_code == 302


def test_a_reader_may_not_build_and_nobody_else_either(taught: Teaching, client: Any) -> None:
    training = taught()
    for name, args in (
        ("desk", []), ("begin", []), ("build", [training.pk]), ("import", [training.pk]),
        ("learners", [training.pk]), ("cohorts", [training.pk]), ("report", [training.pk]),
        ("hand_ins", []), ("write_lesson", [lessons_of(training)[0].pk]),
        ("preview_lesson", [lessons_of(training)[0].pk]),
    ):  # fmt: skip
        path = reverse(f"training:{name}", args=args)
        assert client.get(path).status_code == 302, path
        assert hosting("reader@tiller.example", "reader").get(path).status_code == 403, path


def test_a_lesson_is_empty_only_where_nothing_is_in_it(taught: Teaching) -> None:
    training = taught(lessons=3)
    first, second, _third = lessons_of(training)
    Lesson.objects.filter(pk=first.pk).update(body="Words.")
    quiz_of(second)
    outline = building.read(training)
    assert releasing.empty(outline) == {outline.lessons[2].pk}
