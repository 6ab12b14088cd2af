"""The visits page counts what was seen, under its use, and says in words what it cannot answer."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leadrush import gate, statement
from leadrush.gate import rooms
from leadrush.visits import counting, days, goals, inbox, now, reading, reports, tables, tallies, tracing
from leadrush.visits.models import Note
from leadrush.visits.tests.conftest import AGENT, NOON, PHONE, House
from tests.rig.questions import asked

Browser = Callable[[str], Client]
DAY = NOON.date()


def crowd(house: House, seed: int = 3, visits: int = 150) -> None:
    """Let some hundred visits of every kind happen over three days."""
    dice = random.Random(seed)
    pages = ["/", "/webinars/", "/webinars/soil/", "/privacy/", "/articles/"]
    for who in range(1, visits):
        at = NOON - timedelta(days=dice.randrange(3), minutes=dice.randrange(600))
        browser = dice.choice([0, 0, 0, 9_000 + who % 20])
        seen = [dice.choice(pages) for _ in range(dice.randrange(1, 6))]
        facts = {
            "source": dice.choice(["", "Google", "almanac.example", "letter"]),
            "kind": dice.choice(["", "search", "site"]),
            "campaign": dice.choice(["", "", "autumn"]),
            "medium": "email",
            "referrer": dice.choice(["", "almanac.example/beds"]),
            "country": dice.choice(["GB", "DE", ""]),
            "device": dice.choice(["phone", "computer"]),
            "software": dice.choice(["Firefox", "Chrome"]),
            "system": dice.choice(["Windows", "Mac"]),
            "version": dice.choice([1, 1, 1, 2]),
            "flags": dice.choice([0] * 9 + [2]),
        }
        house.visit(who, *seen, at=at, apart=dice.choice([3, 40, 2000]), browser=browser, **facts)
        if dice.random() < 0.3:
            house.sees(
                "goal", goal="webinars.seat", visitor=who, browser=browser, at=at + timedelta(minutes=9)
            )
        if dice.random() < 0.2:
            house.sees(program=dice.choice(["search", "texts"]), page="/", at=at)
    house.make()


def test_sums_of_days_and_the_views_themselves_answer_alike(house: House, monitor: None) -> None:
    crowd(house)
    asked = house.asked(DAY - timedelta(days=3), DAY)
    assert reports.totals(asked).visits > 100
    names = [*tallies.TALLIES, *(f"funnel:{one.code}" for one in goals.funnels())]
    summed = counting.tally(asked, *names)
    counted = counting._counted(asked, names, None)
    for name in names:
        assert summed[name] == counted[name], name
    with reading.opened() as reader:
        views = reading.relation(asked.first, asked.last)
        by_hand = reader.rows(
            f"SELECT day, count(*), count_if(entry) FROM {views} AS v WHERE kind = 0 GROUP BY day"
        )
    assert {day: n[:2] for day, n in counting.by_day(asked).items()} == {d: (v, e) for d, v, e in by_hand}
    with reading.opened() as reader:
        rows = reader.rows(
            f"SELECT count(DISTINCT browser) FROM {reading.narrowed(asked)} AS v WHERE kind = 0"
        )
    assert counting.known_browsers(asked) == rows[0][0] > 0


def test_what_is_counted_is_what_was_seen(house: House, monitor: None) -> None:
    house.visit(5, "/", "/webinars/", source="Google", kind="search")
    house.visit(6, "/")
    house.visit(7, "/privacy/", browser=70)
    house.visit(8, "/privacy/", browser=70, at=NOON + timedelta(hours=5))
    house.sees("goal", goal="webinars.seat", visitor=6, at=NOON + timedelta(seconds=5))
    house.make()
    total = reports.totals(house.asked())
    assert (total.visitors, total.visits, total.views) == (3, 4, 5)
    assert total.bounced == 2, "one saw two pages, one reached a goal"
    assert [(line.key, line.visits) for line in reports.table(house.asked(), "source")] == [
        ("", 3),
        ("Google", 1),
    ]
    assert [(line.key, line.visits) for line in reports.reached(house.asked())] == [("webinars.seat", 1)]


@pytest.mark.parametrize(
    ("word", "visits"),
    [
        ({"page": "/webinars/"}, 1), ({"entry": "/"}, 2), ({"source": "Google"}, 1),
        ({"goal": "webinars.seat"}, 1),
        ({"source": "Google", "page": "/privacy/"}, 0), ({"source": "'; DROP TABLE v; --"}, 0),
    ],
)  # fmt: skip
def test_words_narrow_the_visits_and_add_up(
    house: House, monitor: None, word: dict[str, str], visits: int
) -> None:
    house.visit(5, "/", "/webinars/", source="Google")
    house.visit(6, "/")
    house.sees("goal", goal="webinars.seat", visitor=6, at=NOON + timedelta(seconds=5))
    house.visit(7, "/privacy/")
    house.make()
    assert reports.totals(house.asked(**word)).visits == visits


def test_a_funnel_counts_those_who_took_each_step_in_order(house: House, monitor: None) -> None:
    steps = ["webinars.begun", "webinars.sent", "webinars.seat"]
    for who in range(1, 11):
        house.visit(who, "/webinars/soil/")
        for number, goal in enumerate(steps[: who % 4], 1):
            house.sees("goal", goal=goal, visitor=who, at=NOON + timedelta(seconds=10 * number))
    # A seat without its page does not come so far, and neither does what came before the page.
    house.sees("goal", goal="webinars.seat", visitor=99)
    house.sees("goal", goal="webinars.begun", visitor=98, at=NOON - timedelta(seconds=9))
    house.visit(98, "/webinars/soil/")
    house.make()
    (funnel,) = [one for one in goals.funnels() if one.code == "webinars.seat"]
    assert [step.visits for step in reports.funnel(house.asked(), funnel)] == [11, 8, 5, 2]


def test_both_counts_are_held_against_each_other(house: House, monitor: None) -> None:
    house.visit(1, "/", "/webinars/")
    quick = house.sees(visitor=2, page="/")
    house.sees("heard", visitor=2, page="/privacy/", id=quick.id + 500, at=NOON + timedelta(seconds=2))
    house.sees("dot", visitor=3, page="/", id=house.sees(visitor=3, page="/").id)
    house.sees(visitor=4, page="/")
    house.make()
    found = reports.believed(house.asked())
    assert (found.sent, found.heard, found.dot, found.left, found.unexplained) == (6, 3, 1, 1, 1)
    assert found.error == pytest.approx(1 / 6)


def test_a_use_that_the_statement_does_not_allow_reads_nothing(house: House) -> None:
    house.visit(5, "/")
    house.make()
    with gate.using("webinars.serve"), pytest.raises(gate.Refused):
        reports.totals(house.asked())
    with pytest.raises(gate.NoUse):
        reports.totals(house.asked())


def test_views_of_a_version_that_did_not_allow_a_use_are_not_read_for_it(house: House) -> None:
    """What was seen under a version without the sentence is not counted when a later one has it."""
    without = [room for room in rooms.all() if room.name != "visits"]
    gate.publish(statement.Version.draw_up(without, number=2, published=date(2026, 2, 1)))
    gate.publish(statement.Version.draw_up(rooms.all(), number=3, published=date(2026, 3, 1)))
    for version in (1, 2, 3):
        house.visit(version, "/", version=version)
    house.make()
    with gate.using("visits.monitor"):
        assert reports.totals(house.asked()).visits == 2


def test_numbers_of_browsers_are_read_for_counting_only(house: House) -> None:
    house.visit(5, "/", browser=70)
    house.make()
    question = "SELECT count(browser), count(address) FROM {} AS v"
    with gate.using("visits.monitor"), reading.opened() as reader:
        assert reader.rows(question.format(reading.relation(DAY, DAY))) == [(1, 0)]
    with gate.using("visits.improve"), reading.opened() as reader:
        assert reader.rows(question.format(reading.relation(DAY, DAY))) == [(0, 0)]


def test_the_page_shows_what_was_seen_and_its_tables_as_files(house: House, signed_in: Browser) -> None:
    visitor = Client(headers={"user-agent": PHONE})
    visitor.get("/webinars/", headers={"referer": "https://www.google.com/"})
    visitor.get("/privacy/", headers={"referer": "http://testserver/webinars/"})
    Client(headers={"user-agent": "Googlebot/2.1"}).get("/")
    owner = signed_in("reader")
    house.make()
    page = owner.get("/console/visits/").content.decode()
    for words in ("Google", "Webinars", "Phone", "iPhone", "Search engines, that said so", "Here now"):
        assert words in page, words
    text = owner.get("/console/visits/table/pages.csv").content.decode()
    lines = {line["key"]: line for line in csv.DictReader(io.StringIO(text))}
    assert lines["/webinars/"]["visits"] == lines["/privacy/"]["ended"] == "1"
    told = json.loads(owner.get("/console/visits/table/source.json").content)
    assert told["lines"] == [{"key": "Google", "title": "Google", "visits": 1, "before": 0, "bounced": 0}]
    for name in tables.EVERY:
        assert owner.get(f"/console/visits/table/{name}.csv").status_code == 200
    assert owner.get("/console/visits/table/pages/").status_code == 200
    assert owner.get("/console/visits/table/none/").status_code == 404


def test_those_who_work_here_are_left_out_unless_they_are_asked_for(
    house: House,
    signed_in: Browser,
) -> None:
    owner = signed_in("owner")
    owner.get("/webinars/", headers={"user-agent": AGENT})
    house.make()
    assert "Nothing was counted" in owner.get("/console/visits/").content.decode()
    assert "Webinars" in owner.get("/console/visits/?staff=yes").content.decode().split('id="pages"')[1]


def test_nobody_without_a_role_sees_the_page(house: House, signed_in: Browser) -> None:
    for path in ("", "now/", "table/pages.csv", "requests/"):
        assert signed_in("").get(f"/console/visits/{path}").status_code == 302


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday", "from=2026-12-01&to=2026-11-01", "span=1000", "beside=never", "from=0001-01-01",
        "source=" + "x" * 300, "page=%00", "from=2026-11-01&to=9999-12-31",
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_gets_a_word_and_the_usual_page(
    house: House,
    signed_in: Browser,
    query: str,
) -> None:
    client = signed_in("owner")
    answer = client.get(f"/console/visits/?{query}")
    assert answer.status_code == 422
    assert "The last 30 days are shown instead" in answer.content.decode()
    assert client.get(f"/console/visits/table/source.csv?{query}").status_code == 400


def test_a_note_stands_beside_its_day_once_and_bad_words_are_kept_to_be_mended(
    house: House,
    signed_in: Browser,
) -> None:
    client = signed_in("editor")
    Client(headers={"user-agent": AGENT}).get("/webinars/")
    house.make()
    today = timezone.now().date().isoformat()
    for _twice in range(2):
        client.post("/console/visits/note/", {"day": today, "words": "Frost came"})
    assert client.get("/console/visits/").content.decode().count("Frost came") == 3
    answer = client.post("/console/visits/note/", {"day": "soon", "words": "Rain"}, follow=True)
    assert "Your words: Rain" in answer.content.decode()
    answer = client.post("/console/visits/note/", {"day": today, "words": "y" * 90}, follow=True)
    assert "y" * 90 in answer.content.decode()
    (note,) = Note.objects.all()
    client.post(f"/console/visits/note/{note.pk}/remove/")
    assert not Note.objects.exists()


def test_a_request_is_found_by_the_number_on_its_page_and_names_nobody(
    house: House,
    signed_in: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visitor = Client(headers={"user-agent": AGENT}, raise_request_exception=False)
    answer = visitor.get("/no/such/page/ana@mail.example/")
    number = answer["X-Request-Id"]
    assert number in answer.content.decode()
    from leadrush.webinars import planning

    with monkeypatch.context() as patched:
        patched.setattr(planning, "coming", lambda: 1 / 0)
        failed = visitor.get("/webinars/")
    assert failed.status_code == 500
    assert failed["X-Request-Id"] in failed.content.decode()
    house.make()
    reader = signed_in("reader")
    typed = number.lower().replace("-", " ")
    page = reader.get("/console/visits/requests/", {"number": typed}).content.decode()
    assert f">{number}<" in page
    assert "404" in page
    assert "ana@" not in page
    assert "127.0.0.1" not in page
    found = reader.get("/console/visits/requests/", {"number": failed["X-Request-Id"]}).content.decode()
    assert "500" in found
    assert "/webinars/" in found
    answer = reader.get("/console/visits/requests/", {"number": "x"})
    assert (answer.status_code, "13 letters" in answer.content.decode()) == (422, True)
    with gate.using("visits.trace"):
        assert tracing.missing()[0][2] == 1


def test_who_is_here_now_is_counted_by_the_minute(house: House, monitor: None) -> None:
    moment = datetime.now(UTC).replace(second=5)
    house.visit(5, "/", "/webinars/", at=moment - timedelta(minutes=2), apart=10)
    house.visit(6, "/", at=moment - timedelta(minutes=20))
    house.make()
    found = now.look()
    assert (found.here, found.pages) == (1, [("/webinars/", 1)])
    assert sum(found.minutes) == 2


def test_an_unreadable_day_is_told_to_the_owner(house: House, signed_in: Browser) -> None:
    Client(headers={"user-agent": AGENT}).get("/webinars/")
    house.make()
    (day,) = days.there()
    days.file(day).write_bytes(b"PAR1 and nothing else")
    client = signed_in("owner")
    assert "cannot be read" in client.get("/console/visits/").content.decode()
    page = client.get("/console/visits/").content.decode()
    assert f"{day}.broken" in page


def test_a_page_asks_the_database_nothing_for_being_counted(
    house: House, django_assert_num_queries: Any, settings: Any
) -> None:
    client = Client(headers={"user-agent": AGENT})
    client.get("/privacy/versions/")

    def found() -> list[str]:
        return asked(lambda: client.get("/privacy/versions/"), "default", "keys")

    with_counting = found()
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "visits" not in name]
    client = Client(headers={"user-agent": AGENT})
    client.get("/privacy/versions/")
    assert with_counting == found()
    assert inbox.writer().settle()
