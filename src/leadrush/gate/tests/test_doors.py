"""Doors of views, tasks and commands: what they do runs under the use they state, and no longer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import include, path
from django.views import View

from leadrush import gate
from leadrush.gate import doors, tasks
from leadrush.gate.tests.conftest import READ, House
from leadrush.gate.tests.house.models import Note

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Somebody:
    pk = "5b3c"
    is_authenticated = True


def request(person: Any = None) -> HttpRequest:
    made = RequestFactory().get("/")
    made.user = person or AnonymousUser()
    return made


def state(_: HttpRequest) -> HttpResponse:
    door = gate.current()
    return HttpResponse(f"{door.use.name} {door.actor.kind} {door.actor.id} {door.what}")


def said(view: Any, *args: Any) -> str:
    return str(view(*args).content.decode())


def test_a_view_runs_under_the_use_on_its_door() -> None:
    view = gate.door(READ.name, what="tests.look")(state)
    assert said(view, request()) == "tests.read program website tests.look"
    assert said(view, request(Somebody())) == "tests.read person 5b3c tests.look"
    assert said(gate.door(READ.name, staff=True)(state), request(Somebody())) == "tests.read staff 5b3c "
    assert view.door.use == READ.name
    assert view.__name__ == "state"
    with pytest.raises(gate.NoUse):
        gate.current()


def test_who_acts_is_not_asked_for_where_nobody_wants_to_know() -> None:
    class Untouchable:
        @property
        def is_authenticated(self) -> bool:
            raise AssertionError("a page that nobody signs in for must not cost a session")

    view = gate.door(READ.name)(lambda _: HttpResponse(gate.current().use.name))
    assert said(view, request(Untouchable())) == READ.name


def test_a_template_is_drawn_inside_the_use(house: House) -> None:
    template = engines["django"].from_string("{% for note in notes %}{{ note.text }} {% endfor %}")

    def view(asked: HttpRequest) -> TemplateResponse:
        return TemplateResponse(asked, template, {"notes": Note.objects.all()})

    assert said(gate.door(READ.name)(view), request()) == "seen "
    with pytest.raises(gate.NoUse):
        view(request()).render()


def test_an_async_view_runs_under_the_use_on_its_door() -> None:
    async def view(asked: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        return state(asked)

    behind = gate.door(READ.name)(view)
    assert asyncio.run(behind(request())).content == b"tests.read program website "
    assert asyncio.iscoroutinefunction(behind)
    assert behind.door.use == READ.name


def test_class_based_views_sync_and_async_have_doors() -> None:
    class Sync(View):
        def get(self, asked: HttpRequest) -> HttpResponse:
            return state(asked)

    class Async(View):
        async def get(self, asked: HttpRequest) -> HttpResponse:
            return state(asked)

    assert said(gate.door(READ.name)(Sync.as_view()), request()).startswith(READ.name)
    assert asyncio.run(gate.door(READ.name)(Async.as_view())(request())).content.startswith(b"tests.read")


def test_a_door_without_a_use_says_why_and_opens_none() -> None:
    for put in (lambda: gate.door(None), lambda: gate.behind([], None)):
        with pytest.raises(ValueError, match="why") as refusal:
            put()
        assert str(refusal.value) == "A door without a use says why it needs none: door(None, why='...')."
    with pytest.raises(gate.NoUse):
        gate.door(None, why="it is a picture")(state)(request())


def test_views_without_a_door_are_found_however_deep_they_lie() -> None:
    inner = [path("b/", state, name="b"), path("c/", gate.door(None, why="open")(state))]
    urls = [path("a/", gate.door(READ.name)(state)), path("x/", include((inner, "inner")))]
    assert [p.name for p in gate.undeclared_views(urls)] == ["b"]
    theirs = include(([path("d/", state), path("e/", gate.door(READ.name)(state))], "theirs"))
    gate.behind(theirs, None, why="somebody else's pages")
    assert gate.undeclared_views([path("y/", theirs)]) == []
    assert [p.callback.door.use for p in theirs[0]] == [None, READ.name]


def test_pages_that_others_wrote_are_put_behind_a_door_and_go_on_answering() -> None:
    pages = [path("f/", state), path("g/", include([path("h/", state)]))]
    module = SimpleNamespace(urlpatterns=[path("i/", state)])
    for put in (pages, (pages, "app"), (module, "app", "name"), module):
        assert gate.behind(put, READ.name, why="they are somebody else's") is put
    assert gate.undeclared_views([*pages, *module.urlpatterns]) == []
    for pattern in doors.each([*pages, *module.urlpatterns]):
        assert (pattern.callback.door.use, pattern.callback.door.why) == (
            READ.name,
            "they are somebody else's",
        )
        assert said(pattern.callback, request()) == "tests.read program website "


@pytest.fixture
def no_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_TASKS", {})


def test_tasks_run_when_due_under_their_use_and_one_failure_stops_nobody(no_tasks: None, db: Any) -> None:
    ran: list[str] = []

    @gate.task("tests.fails", use=READ.name, every=1)
    def fails() -> None:
        raise ZeroDivisionError

    @gate.task("tests.works", use=READ.name, every=60)
    def works() -> None:
        door = gate.current()
        ran.append(f"{door.use.name} {door.actor.kind} {door.actor.id}")

    @gate.task("tests.open", use=None, every=60, why="it counts the hours")
    def open_() -> None:
        with pytest.raises(gate.NoUse):
            gate.current()

    first = tasks.run_due(NOW)
    assert {name: type(error) for name, error in first.items()} == {
        "tests.fails": ZeroDivisionError,
        "tests.open": type(None),
        "tests.works": type(None),
    }
    assert ran == ["tests.read program tests.works"]
    assert list(tasks.run_due(NOW + timedelta(seconds=30))) == ["tests.fails"]
    assert "tests.works" in tasks.run_due(NOW + timedelta(seconds=60))
    assert "tests.works" in tasks.run_due(NOW - timedelta(days=1)), "a clock set back must not stop a task"


def test_two_tasks_of_one_name_are_refused(no_tasks: None) -> None:
    gate.task("tests.one", use=READ.name, every=1)(lambda: None)

    def other() -> None: ...

    with pytest.raises(ValueError, match=r"tests\.one"):
        gate.task("tests.one", use=READ.name, every=1)(other)


def test_a_command_runs_under_its_use() -> None:
    class Command(gate.Command):
        use = READ.name

        def handle(self, *args: Any, **options: Any) -> str:
            door = gate.current()
            return f"{door.use.name} {door.actor.kind}"

    class Open(gate.Command):
        why = "it reads the clock"

        def handle(self, *args: Any, **options: Any) -> None:
            with pytest.raises(gate.NoUse):
                gate.current()

    assert call_command(Command()) == "tests.read program"
    call_command(Open())
