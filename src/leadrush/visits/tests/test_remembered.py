"""What a yes, a no and nothing mean: what the browser holds, what is written, what its person sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from leadrush import gate
from leadrush.gate import tasks
from leadrush.look import times
from leadrush.people.tests.conftest import ANA, BO, registered, sign_in
from leadrush.vault import erasing, rights
from leadrush.vault.models import Person
from leadrush.visits import addresses, days, forgetting, joining, keeps, remembering, sums
from leadrush.visits.models import Browser, DayKey
from leadrush.visits.tests.conftest import AGENT, House

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture(autouse=True)
def nothing_tried() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def browser(**headers: str) -> Client:
    return Client(headers={"user-agent": AGENT, "origin": "http://testserver", **headers})


def says(client: Client, answer: str) -> None:
    client.post("/choice/", {"answer": answer, "next": "/webinars/"})


def holds(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items() if morsel.value}


def test_reading_sets_no_cookie_and_a_no_sets_one_that_is_the_same_for_all() -> None:
    silent, no = browser(), browser()
    silent.get("/webinars/")
    assert holds(silent) == {}
    says(no, "no")
    no.get("/webinars/")
    assert holds(no) == {"choice": "no"}


def test_a_yes_draws_a_number_and_a_no_takes_it_away() -> None:
    client = browser()
    says(client, "yes")
    assert set(holds(client)) == {"choice", "browser"}
    number = remembering.read(holds(client)["browser"])
    assert number > 0
    says(client, "yes")  # pressed twice: the same number
    assert remembering.read(holds(client)["browser"]) == number
    says(client, "no")
    assert holds(client) == {"choice": "no"}


def test_a_browser_that_says_no_by_itself_gets_no_number_whatever_is_sent() -> None:
    client = browser(**{"sec-gpc": "1"})
    says(client, "yes")
    assert holds(client) == {"choice": "no"}


def test_without_a_yes_nothing_of_two_days_can_be_joined(house: House, today: Any) -> None:
    from datetime import UTC, datetime

    client = browser()
    for day in (20, 21):
        with today(datetime(2026, 11, day, 12, tzinfo=UTC)):
            client.get("/webinars/")
            client.get("/privacy/")
            house.make()
            tasks.get("visits.forget_words").run()
    columns = ("visitor", "session", "browser", "address")
    first, second = (
        [set(house.rows(column, f"day = DATE '2026-11-{day}'")) for column in columns] for day in (20, 21)
    )
    assert first[0].isdisjoint(second[0])
    assert first[1].isdisjoint(second[1])
    assert first[2:] == second[2:] == [{(None,)}, {(None,)}]


def test_after_a_yes_two_days_are_seen_together_and_the_address_is_sealed(
    house: House, today: Any, visits: Path
) -> None:
    from datetime import UTC, datetime

    client = browser()
    for day in (20, 21):
        with today(datetime(2026, 11, day, 12, tzinfo=UTC)):
            says(client, "yes")
            client.get("/webinars/")
            house.make()
    assert len({number for (number,) in house.rows("browser", "browser IS NOT NULL")}) == 1
    for file in visits.rglob("*"):
        assert not file.is_file() or b"127.0.0.1" not in file.read_bytes()
    with gate.using("visits.trace"):
        ((day, sealed), *_more) = house.rows("day, address", "address IS NOT NULL")
        assert addresses.open_all(day, [bytes(sealed)]) == ["127.0.0.1"]
    with gate.using("visits.monitor"), pytest.raises(gate.Refused):
        addresses.open_all(day, [bytes(sealed)])


def test_the_key_of_a_day_goes_when_the_statement_says(house: House, today: Any) -> None:
    from datetime import UTC, datetime

    start = datetime(2026, 11, 20, 12, tzinfo=UTC)
    client = browser()
    with today(start):
        says(client, "yes")
        client.get("/webinars/")
        house.make()
    for later, left in ((7, 1), (8, 0)):
        with today(start + timedelta(days=later)):
            from leadrush.vault import clocks

            clocks.confirm()
            tasks.get("visits.destroy_keys").run()
            assert DayKey.objects.count() == left, later
    ((day, sealed), *_more) = house.rows("day, address", "address IS NOT NULL")
    with gate.using("visits.trace"):
        assert addresses.open_all(day, [bytes(sealed)]) == [""]


def test_a_no_takes_the_number_out_of_what_was_counted_and_leaves_the_counts(house: House) -> None:
    client = browser()
    says(client, "yes")
    client.get("/webinars/")
    client.get("/privacy/")
    house.make()
    with gate.using("visits.monitor"):
        from leadrush.visits import counting

        counting.tally(house.asked(times.today()), "hour")
    assert len(house.rows("id", "browser IS NOT NULL AND address IS NOT NULL")) == 2
    says(client, "no")
    tasks.get("visits.forget").run()
    assert house.rows("page", "kind = 0") == [("/webinars/",), ("/privacy/",)]
    assert set(house.rows("browser, address")) == {(None, None)}
    with sums.opened() as held:
        assert held.execute("SELECT count(*) FROM whos").fetchone() == (0,)


def test_whoever_says_yes_on_their_second_page_is_one_visitor_with_one_visit(house: House) -> None:
    client = browser()
    client.get("/webinars/")
    says(client, "yes")
    client.get("/privacy/")
    house.make()
    assert house.rows("entry, browser IS NULL", "kind = 0") == [(True, True), (False, False)]
    assert len({session for (session,) in house.rows("session", "kind = 0")}) == 1
    with gate.using("visits.monitor"):
        from leadrush.visits import reports

        total = reports.totals(house.asked(times.today()))
    assert (total.visits, total.visitors) == (1, 1)


def joined(client: Client, person: Person, address: str = ANA) -> Browser:
    says(client, "yes")
    sign_in(client, person, address)
    client.post("/me/visits/")
    with gate.using("rights.own"):
        return Browser.objects.get(person=person)


def test_a_further_yes_joins_the_browser_and_its_person_sees_all_five_facts(house: House) -> None:
    person, client = registered(ANA)[0], browser()
    joined(client, person)
    client.get("/webinars/", headers={"referer": "https://almanac.example/beds?email=ana@mail.example"})
    client.get("/privacy/", headers={"referer": "http://testserver/webinars/"})
    house.make()
    page = client.get("/me/visits/").content.decode()
    assert "Join the visits" not in page
    for fact in ("Webinars", "Privacy statement", "almanac.example", "127.0.0.1"):
        assert fact in page, fact
    assert "ana@mail.example" not in page
    assert "to show you your visits" in client.get("/me/uses/").content.decode()


def test_whoever_switches_off_that_their_visits_are_shown_sees_none(house: House) -> None:
    person, client = registered(ANA)[0], browser()
    joined(client, person)
    client.get("/webinars/")
    house.make()
    assert "/webinars/" in client.get("/me/visits/").content.decode()
    client.post("/me/switch/", {"use": joining.USE})
    page = client.get("/me/visits/").content.decode()
    assert "You switched off" in page
    assert "127.0.0.1" not in page


def test_nobody_else_sees_them_and_without_a_yes_there_is_nothing_to_join(house: House) -> None:
    ana, bo = registered(ANA)[0], registered(BO)[0]
    joined(browser(), ana)
    other = browser()
    sign_in(other, bo, BO)
    assert "is not remembered" in other.post("/me/visits/", follow=True).content.decode()
    with gate.using("rights.own"):
        assert not Browser.objects.filter(person=bo).exists()
    with gate.using("visits.monitor"):
        assert not Browser.objects.exists()


def test_whoever_signs_in_after_them_in_the_same_browser_gets_another_number(house: House) -> None:
    ana, bo = registered(ANA)[0], registered(BO)[0]
    client = browser()
    row = joined(client, ana)
    client.post("/sign-out/")
    sign_in(client, bo, BO)
    number = remembering.read(holds(client)["browser"])
    assert number not in (0, row.number)
    client.get("/privacy/")
    house.make()
    with gate.using("rights.own"):
        assert "/privacy/" not in {view.page for view in joining.own([row.number])}


def test_visits_are_taken_along(house: House) -> None:
    person, client = registered(ANA)[0], browser()
    joined(client, person)
    client.get("/webinars/")
    house.make()
    told = json.loads(client.post("/me/take/").content)
    (thing,) = [one for one in told["items"] if one["table"] == "visits.browser"]
    (column,) = [one for one in thing["columns"] if one["name"] == "visits"]
    assert {"/webinars/"} <= {view["page"] for view in column["value"]}


def test_erasing_the_browser_erases_its_visits_and_no_copy_brings_them_back(house: House) -> None:
    person, client = registered(ANA)[0], browser()
    row = joined(client, person)
    client.get("/webinars/")
    house.visit(5, "/privacy/", at=timezone.now())
    house.make()
    before = {day: days.file(day).read_bytes() for day in days.there()}
    page = client.get(f"/me/erase/{row.key_of}/").content.decode()
    assert "Its visits are erased with it" in page
    client.post(f"/me/erase/{row.key_of}/", {"really": "on"})
    with gate.using("rights.own"):
        assert not Browser.objects.exists()
    tasks.get("visits.forget").run()
    assert house.rows("page", "kind = 0 AND visitor = 5") == [("/privacy/",)]
    assert not house.rows("id", "browser IS NOT NULL")
    # The days of a backup come back: without the note of how far the tombstones were followed.
    for day, held in before.items():
        days.file(day).write_bytes(held)
    (days.folder() / "followed").unlink()
    assert house.rows("id", "browser IS NOT NULL")
    tasks.get("visits.forget").run()
    assert not house.rows("id", "browser IS NOT NULL")


def test_a_browser_that_goes_on_after_an_erasure_is_counted_anew_and_breaks_no_sentence(house: House) -> None:
    from leadrush.vault import tombstones

    house.visit(5, "/", at=timezone.now() - timedelta(hours=2), browser=99)
    house.visit(5, "/", at=timezone.now() - timedelta(minutes=5), browser=99)
    house.make()
    gone = timezone.now() - timedelta(hours=1)
    tombstones.append(tombstones.Tombstone(when=gone, what=tombstones.BROWSER, whom=forgetting.digest(99)))
    tasks.get("visits.forget").run()
    assert len(house.rows("id", "browser = 99")) == 1
    with gate.using("accountability.check"):
        assert keeps.erased_visits_are_gone().kept


def test_erasing_everything_erases_the_visits_too(house: House) -> None:
    person, client = registered(ANA)[0], browser()
    joined(client, person)
    client.get("/webinars/")
    house.make()
    with gate.using("rights.own", actor=gate.Actor("person", str(person.pk)), what="people.erase"):
        erasing.erase_everything(person.pk)
    tasks.get("visits.forget").run()
    assert not house.rows("id", "browser IS NOT NULL")
    with gate.using("accountability.check"):
        assert keeps.erased_visits_are_gone().kept


def test_a_number_is_taken_out_of_days_that_are_too_old_to_know_it(house: House) -> None:
    house.visit(5, "/", at=timezone.now() - timedelta(days=200), browser=99)
    house.visit(5, "/", at=timezone.now() - timedelta(days=20), browser=99)
    house.make()
    tasks.get("visits.settle").run()
    assert [number for (number,) in house.rows("browser")] == [None, 99]


def test_a_page_that_sets_a_cookie_unasked_turns_its_clause_red(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: code that sets the number before a yes."""

    def planted(request: Any, *args: Any, **named: Any) -> Any:
        from django.http import HttpResponse

        response = HttpResponse("<title>x</title>")
        remembering.keep(response, 99)
        return response

    client = browser()
    client.get("/privacy/")
    house.make()
    with gate.using("accountability.check"):
        assert keeps.remembered_by_a_yes().kept
    from django.test import RequestFactory

    from leadrush.visits.middleware import Counted

    request = RequestFactory().get("/webinars/", headers={"user-agent": AGENT})
    Counted(planted)(request)
    house.make()
    with gate.using("accountability.check"):
        assert keeps.remembered_by_a_yes().missed == 1


def test_while_a_sentence_is_broken_nothing_more_is_taken_under_it(house: House) -> None:
    from leadrush.gate import evidence

    client = browser()
    says(client, "yes")
    closed = {"visits-address"}
    before = evidence._stopped
    evidence.watch(lambda slug: slug in closed)
    try:
        client.get("/webinars/")
        closed.add("visits-remembered")
        client.get("/privacy/")
        closed.add("visits-counted")
        page = client.get("/articles/")
    finally:
        evidence.watch(before)
    house.make()
    told = house.rows("page, browser IS NULL, address IS NULL", "kind = 0")
    assert told == [("/webinars/", False, True), ("/privacy/", True, True)]
    assert b"data-visit" not in page.content


def test_the_statement_without_the_sentence_counts_nothing(house: House) -> None:
    from datetime import date

    from leadrush import statement
    from leadrush.gate import rooms

    without = [room for room in rooms.all() if room.name != "visits"]
    gate.publish(statement.Version.draw_up(without, number=2, published=date(2026, 2, 1)))
    client = browser()
    says(client, "yes")
    assert set(holds(client)) == {"choice"}
    page = client.get("/webinars/")
    assert b"data-visit" not in page.content
    assert house.make() == 0


def test_the_record_says_what_is_held(house: House) -> None:
    person = registered(ANA)[0]
    joined(browser(), person)
    with gate.using("rights.own"):
        shown = {record.title: record.value for record in rights.records(person.pk)}
    assert shown["A browser whose visits you joined to you"] == "Chrome on Windows"
