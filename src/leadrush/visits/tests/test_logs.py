"""Log files are counted once, whatever happens to the process, and nothing of whose lines they are stays."""

from __future__ import annotations

import errno
import gzip
import io
import json
import shutil
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from leadrush import gate, statement
from leadrush.gate import rooms
from leadrush.look import models as look_models
from leadrush.visits import days, engine, keeps, salts
from leadrush.visits.logs import counting, lines, reading, taking
from leadrush.visits.models import Import
from leadrush.visits.terminal import count_log
from leadrush.visits.tests.conftest import AGENT, NOON, PHONE, House

ANA, BO, CAT = "203.0.113.7", "198.51.100.23", "2001:db8:7:9::51"
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
Asked = tuple[str, str, str, int, str, str]

# Address, time, request, status, referrer, browser.
SEEN: list[Asked] = [
    (ANA, "10:00:00", "GET /webinars/?utm_source=letter&e=ana%40mail.example HTTP/1.1", 200, "-", AGENT),
    (ANA, "10:00:01", "GET /static/look/css/base.css HTTP/1.1", 200, "-", AGENT),
    (
        ANA,
        "10:01:00",
        "GET /privacy/ HTTP/2.0",
        304,
        "http://localhost:8000/webinars/?e=ana%40mail.example",
        AGENT,
    ),
    (BO, "10:02:00", "GET / HTTP/1.1", 200, "https://www.google.com/search?q=beds", PHONE),
    (CAT, "10:02:30", "GET /webinars/ HTTP/1.1", 500, "-", PHONE),
    (BO, "10:03:00", "POST /privacy/ HTTP/1.1", 200, "-", PHONE),
    (BO, "10:03:10", "GET /console/ HTTP/1.1", 200, "-", PHONE),
    (BO, "10:03:20", "GET /webinars HTTP/1.1", 301, "-", PHONE),
    (BO, "10:03:30", "GET /wp-login.php HTTP/1.1", 404, "-", PHONE),
    (CAT, "10:04:00", "GET /privacy/ HTTP/1.1", 200, "-", BOT),
]


def combined(asked: Asked, day: str = "10/Nov/2026", zone: str = " +0000") -> str:
    address, time, request, status, referrer, agent = asked
    return f'{address} - - [{day}:{time}{zone}] "{request}" {status} 512 "{referrer}" "{agent}"'


def hosts(asked: Asked) -> str:
    return f"www.tiller.example:443 {combined(asked)}"


def as_json(asked: Asked) -> str:
    address, time, request, status, referrer, agent = asked
    method, target, _protocol = request.split(" ")
    held = {
        "time_iso8601": f"2026-11-10T{time}+00:00",
        "remote_addr": address,
        "request_method": method,
        "request_uri": target,
        "status": status,
        "http_referer": "" if referrer == "-" else referrer,
        "http_user_agent": agent,
        "request_time": 0.021,
    }
    return json.dumps(held)


def file_of(tmp_path: Path, *written: str | bytes, name: str = "access.log") -> Path:
    file = tmp_path / name
    file.write_bytes(b"".join((one.encode() if isinstance(one, str) else one) + b"\n" for one in written))
    return file


def counted(file: Path) -> Import:
    """Take a file and read it to its end, as the worker does."""
    row = taking.take(file, file.name)
    while reading.read_due():
        pass
    row.refresh_from_db()
    return row


def total(columns: str) -> tuple[Any, ...]:
    """Return sums over everything that was counted."""
    listed = ", ".join(days.quoted(days.file(day)) for day in days.there())
    con = engine.connect()
    try:
        return con.execute(f"SELECT {columns} FROM read_parquet([{listed}])").fetchall()[0]
    finally:
        con.close()


def everything_below(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def berlin(published: Any) -> Iterator[None]:
    """Let the business keep Berlin's hours."""
    look_models.Business(name="Tarn & Tiller", time_zone="Europe/Berlin", locale="en_GB").save()
    yield
    look_models.forget()


@pytest.mark.parametrize("write", [combined, hosts, as_json], ids=lambda write: write.__name__)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_the_same_views_are_counted_from_each_form_of_log(
    house: House, tmp_path: Path, write: Callable[[Asked], str], packed: bool
) -> None:
    file = file_of(tmp_path, *map(write, SEEN))
    if packed:
        file.write_bytes(gzip.compress(file.read_bytes()))
    row = counted(file)
    assert (row.state, row.lines, row.views, row.programs, row.strange) == ("done", 10, 3, 1, 0)
    assert row.aside == 6
    assert house.rows("page, status, kind, source, said, device, system, program") == [
        ("/webinars/", 200, days.VIEW, "letter", "", "computer", "Windows", ""),
        ("/privacy/", 304, days.VIEW, "letter", "/webinars/", "computer", "Windows", ""),
        ("/", 200, days.VIEW, "Google", "", "phone", "iPhone", ""),
        ("/webinars/", 500, days.ASIDE, "", "", "phone", "iPhone", ""),
        ("/privacy/", 200, days.PROGRAM, "", "", "", "", "search"),
    ]
    took = 21 if write is as_json else 0
    assert (
        house.rows(f"logged AND NOT heard AND version = 1 AND hour = 10 AND took = {took}") == [(True,)] * 5
    )
    assert total("count(DISTINCT session) FILTER (kind = 0), count(DISTINCT visitor) FILTER (kind = 0)") == (
        2,
        2,
    )


def test_a_log_that_names_no_browsers_counts_people_and_no_programs(house: House, tmp_path: Path) -> None:
    written = [combined(asked).split(' "')[0] + f' "{asked[2]}" {asked[3]} 12' for asked in SEEN]
    row = counted(file_of(tmp_path, *written))
    assert (row.views, row.programs, row.strange) == (4, 0, 0)


def test_its_owner_is_shown_lines_that_were_not_understood_and_not_whose_they_were(
    house: House, tmp_path: Path
) -> None:
    written = [
        *map(combined, SEEN),
        f"nonsense from {ANA} and ana@mail.example",
        combined((CAT, "10:00:00", "GET /?who=ana HTTP/1.1", 200, "-", AGENT), day="10/Nov/2099"),
        combined((BO, "10:00:00", "GET / HTTP/1.1", 200, "-", AGENT), day="10/Nov/1990"),
        as_json(SEEN[0]),
        *(f"line {number} of {'x' * 300}" for number in range(40)),
        "",
    ]
    row = counted(file_of(tmp_path, *written))
    assert (row.lines, row.strange, row.views) == (55, 44, 3)
    assert row.samples[0] == "nonsense from … and …"
    assert row.samples[1].startswith('… - - [10/Nov/2099:10:00:00 +0000] "GET /?… HTTP/1.1" 200 512')
    assert len(row.samples) == 20 and max(map(len, row.samples)) <= 160
    told = "".join(row.samples)
    assert not any(word in told for word in (ANA, BO, CAT, "ana", "mail.example"))
    assert (row.first, row.last) == (
        datetime(2026, 11, 10, 10, tzinfo=UTC),
        datetime(2026, 11, 10, 10, 4, tzinfo=UTC),
    )


@pytest.mark.parametrize("killed_at", range(1, 6))
def test_a_process_killed_between_a_day_and_its_note_counts_nothing_twice(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: int
) -> None:
    monkeypatch.setattr(reading, "PIECE", 450)
    row = taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log")
    noted, calls = reading._note, 0

    def killed(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == killed_at:
            raise KeyboardInterrupt
        noted(*args)

    monkeypatch.setattr(reading, "_note", killed)
    with pytest.raises(KeyboardInterrupt):
        while reading.read_due(0):
            pass
    reached = Import.objects.get(pk=row.pk)
    assert 0 <= reached.offset < reached.size and reached.state != Import.State.DONE
    # It is read on in other pieces than it was begun in, as another version of the program might.
    monkeypatch.setattr(reading, "PIECE", 700)
    while reading.read_due(0):
        pass
    row.refresh_from_db()
    assert (row.state, row.lines, row.views, row.programs, row.aside) == ("done", 10, 3, 1, 6)
    assert total("count(*), count(DISTINCT id), count(DISTINCT nullif(session, 0)), max(pages)") == (
        5,
        5,
        2,
        2,
    )


def test_the_same_file_is_counted_once_however_it_is_given(house: House, tmp_path: Path) -> None:
    file = file_of(tmp_path, *map(combined, SEEN))
    counted(file)
    packed = tmp_path / "access.log.1.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    for again in (file, packed):
        with pytest.raises(taking.Unfit, match="given before, as “access"):
            taking.take(again, again.name)
    assert Import.objects.count() == 1
    assert sorted(one.name for one in taking.folder().iterdir()) == [".reading", ".taking"]


def test_a_file_that_was_stopped_is_counted_whole_when_it_is_given_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 450)
    file = file_of(tmp_path, *map(combined, SEEN))
    row = taking.take(file, file.name)
    reading.read_due(0)
    assert taking.stop(row.pk, "by hand")
    assert not taking.copy(row.pk).exists() and not salts.there()
    before = house.rows("id, visitor")
    assert 0 < len(before) < 5
    counted(file)
    assert total("count(*), count(DISTINCT id)") == (5, 5)
    assert set(before) <= set(house.rows("id, visitor"))


def test_a_file_that_is_stopped_while_it_is_read_leaves_no_copy_and_no_word(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 450)
    row, made = taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log"), reading._make

    def stopped(day: date, also: str) -> None:
        assert taking.stop(row.pk, "by hand")
        salts.of(taking.word(row.pk))  # as where it was asked for a moment later
        made(day, also)

    monkeypatch.setattr(reading, "_make", stopped)
    reading.read_due(0)
    row.refresh_from_db()
    assert row.state == Import.State.STOPPED and 0 < row.offset < row.size and row.views
    assert not taking.copy(row.pk).exists() and not salts.there()
    assert reading.read_due() == 0


def test_a_fault_of_the_database_that_quotes_a_line_is_told_without_it(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log")

    def quotes(*_any: object) -> None:
        raise duckdb.ConversionException(f"Could not convert string '{ANA}'")

    monkeypatch.setattr(counting, "count", quotes)
    with pytest.raises(reading.Waits) as fault:
        reading.read(row.pk, 1)
    assert ANA not in "".join(traceback.format_exception(fault.value))
    row.refresh_from_db()
    assert row.why == "It cannot go on (ConversionException)."


def test_no_address_is_anywhere_but_in_our_copy_and_that_goes(
    house: House, tmp_path: Path, visits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = [ANA, BO, CAT, *(f"192.0.2.{number}" for number in range(40))]
    written = [combined((address, *SEEN[number % 10][1:])) for number, address in enumerate(addresses)]
    row = taking.take(file_of(tmp_path, *written, f"what {ANA} is that"), "access.log")
    assert taking.copy(row.pk).stat().st_mode & 0o777 == 0o600
    made, looked = reading._make, 0

    def look(day: date, also: str) -> None:
        nonlocal looked
        made(day, also)
        for file, held in everything_below(visits).items():
            if file != taking.copy(row.pk):
                looked += 1
                assert not any(address.encode() in held for address in addresses), file

    monkeypatch.setattr(reading, "_make", look)
    while reading.read_due():
        pass
    assert looked > 1 and not taking.copy(row.pk).exists()
    for file, held in everything_below(visits).items():
        assert not any(address.encode() in held for address in addresses), file
    told = json.dumps(list(Import.objects.values()), default=str)
    assert not any(address in told for address in addresses)
    assert not [name for name in salts.there() if name.startswith("import-")]
    with gate.using("accountability.check"):
        found = keeps.logs_leave_nothing()
    assert found.kept and found.of > 1


def test_who_came_on_two_days_is_two_visitors_and_two_imports_share_none(
    house: House, tmp_path: Path
) -> None:
    asked = SEEN[3]
    counted(file_of(tmp_path, combined(asked), combined(asked, day="11/Nov/2026")))
    counted(file_of(tmp_path, combined(asked), "-", name="other.log"))
    assert total("count(*), count(DISTINCT visitor)") == (3, 3)


def test_a_view_belongs_to_the_day_that_it_was_for_the_business(
    house: House, tmp_path: Path, berlin: None
) -> None:
    ask = ("GET / HTTP/1.1", 200, "-", AGENT)
    counted(
        file_of(
            tmp_path,
            combined((ANA, "22:59:59", *ask)),  # 23:59 in Berlin
            combined((ANA, "23:00:00", *ask)),  # midnight there
            combined((ANA, "18:30:00", *ask), zone=" -0500"),
            combined((ANA, "00:30:00", *ask), day="11/Nov/2026", zone=" +0530"),
            combined((ANA, "23:30:00", *ask), zone=""),  # without a zone it is UTC
        )
    )
    assert house.rows("CAST(day AS VARCHAR), hour, CAST(moment AS VARCHAR)") == [
        ("2026-11-10", 20, "2026-11-10 19:00:00"),
        ("2026-11-10", 23, "2026-11-10 22:59:59"),
        ("2026-11-11", 0, "2026-11-10 23:00:00"),
        ("2026-11-11", 0, "2026-11-10 23:30:00"),
        ("2026-11-11", 0, "2026-11-10 23:30:00"),
    ]


@pytest.mark.parametrize("write", [combined, as_json], ids=lambda write: write.__name__)
def test_a_file_made_to_break_it_is_read_to_its_end(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Asked], str]
) -> None:
    monkeypatch.setattr(reading, "PIECE", 300_000)
    good = write(SEEN[3])
    hostile = [
        b"x" * 1_000_000,
        good.encode() + b"a" * 900_000,
        b"\0\0\0" * 500,
        b"\xff\xfe\x80 \xc3\x28 invalid",
        good.encode().replace(b"google", b"go\xff\0gle"),
        combined(SEEN[3], day="10/Nov/2099").encode(),
        b'{"time_iso8601": "2099-01-01T00:00:00Z", "status": 200, "request": "GET / HTTP/1.1"}',
        b'{"time_iso8601": "2026-11-10T00:00:00Z", "status": 99999999999, "request": "\\ud800"}',
        b"{" * 10_000,
        b'{"a":' * 3_000,
        b"'; DROP TABLE parsed; --",
        rb'1.2.3.4 - - [10/Nov/2026:10:00:00 +0000] "GET /\" 200 "-"',
        b"",
        b"\r",
    ]
    file = tmp_path / "access.log"
    file.write_bytes(b"\n".join([good.encode(), *hostile, good.encode() + b"\r", write(SEEN[0]).encode()]))
    row = counted(file)
    assert (row.state, row.offset, row.lines) == ("done", file.stat().st_size, 17)
    assert (row.views, row.aside, row.strange) == (4, 2, 11)
    assert {page for (page,) in house.rows("page")} == {"/", "/webinars/"}


def test_what_this_site_counted_itself_is_only_compared(house: House, tmp_path: Path) -> None:
    house.visit(5, "/privacy/", at=NOON)
    house.make()
    ask = ("GET /webinars/ HTTP/1.1", 200, "-", AGENT)
    counted(
        file_of(
            tmp_path,
            combined((ANA, "11:00:00", *ask), day="20/Nov/2026"),
            combined((ANA, "13:00:00", *ask), day="20/Nov/2026"),
        )
    )
    assert house.rows("page, kind, logged") == [
        ("/webinars/", days.VIEW, True),
        ("/privacy/", days.VIEW, False),
        ("/webinars/", days.LOGGED, True),
    ]


# --- what is not taken ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "word"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(3000), "No line of its beginning"),
        (gzip.compress(combined(SEEN[0]).encode() * 200)[:-20], "damaged"),
        (b"\x1f\x8bnothing of the kind", "damaged"),
        ("\n".join(map(combined, SEEN)).encode(), "The disk is full"),
    ],
    ids=["empty", "a picture", "cut short", "no gzip", "full disk"],
)
def test_what_cannot_be_counted_is_refused_in_words_and_leaves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, held: bytes, word: str
) -> None:
    if "full" in word:
        usage = shutil.disk_usage("/")
        monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage._replace(free=4096))
    with pytest.raises(taking.Unfit, match=word):
        taking.take(io.BytesIO(held), "access.log")
    assert not Import.objects.exists()
    assert not [one for one in taking.folder().iterdir() if not one.name.startswith((".taking", ".reading"))]
    assert not list(taking.folder().glob(".taking-*"))


def test_without_a_sentence_in_force_no_log_is_taken_and_none_is_kept(house: House, tmp_path: Path) -> None:
    file = file_of(tmp_path, *map(combined, SEEN))
    row = taking.take(file, file.name)
    without = [room for room in rooms.all() if room.name != "visits"]
    gate.publish(statement.Version.draw_up(without, number=2, published=date(2026, 2, 1)))
    with pytest.raises(gate.NotInForce):
        taking.take(file_of(tmp_path, "other", name="other.log"), "other.log")
    reading.read_due()
    row.refresh_from_db()
    assert row.state == Import.State.STOPPED and "no clause visits-logs" in row.why
    assert not days.there() and not taking.copy(row.pk).exists()


def test_what_a_crash_left_of_a_copy_is_swept_away(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log")
    monkeypatch.setattr(taking, "A_MOMENT", -1)
    (taking.folder() / f"{taking.TAKING}left").write_text(ANA)
    (taking.folder() / f"{row.pk + 5}.log").write_text(ANA)
    (taking.folder() / f"{taking.ROWS}left").mkdir()
    salts.of(taking.word(row.pk + 5))
    taking.sweep()
    assert sorted(one.name for one in taking.folder().iterdir()) == [".taking", f"{row.pk}.log"]
    assert not salts.there()


def test_a_copy_that_is_lost_stops_its_import_and_says_so(house: House, tmp_path: Path) -> None:
    row = taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log")
    taking.copy(row.pk).unlink()
    reading.read_due()
    row.refresh_from_db()
    assert row.state == Import.State.STOPPED and "cannot be read" in row.why


def test_a_full_disk_lets_an_import_wait_and_go_on(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log")

    def full(day: date, also: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(reading, "_make", full)
        assert reading.read_due() == 0
    row.refresh_from_db()
    assert row.state == Import.State.WAITING and "It cannot go on (OSError)" in row.why
    while reading.read_due():
        pass
    row.refresh_from_db()
    assert (row.state, row.why, row.views) == ("done", "", 3)


@pytest.mark.parametrize(
    "line",
    [
        "client: 203.0.113.7, server: x",
        "addr=2001:db8::1:17;",
        "::ffff:203.0.113.7 x",
        "ip-203-0-113-7.provider.example - -",
        "to=<ana.b@mail.example>",
        "GET /?x=ana%40mail.example&y=1",
        f"{'z' * 1990} 203.0.113.7",
        '{"remote_addr":"203.0.113.7"}',
        "203.0.113.7,203.0.113.7",
    ],
)
def test_a_line_is_shown_without_an_address_wherever_one_stands(line: str) -> None:
    shown = lines.hidden(line)
    assert (
        not any(part in shown for part in ("203", "113", "db8", "ana", "mail.example")) and len(shown) <= 160
    )


# --- the terminal and the back office ---------------------------------------------------------------------


def test_the_terminal_counts_to_the_end_and_prints_the_report(house: House, tmp_path: Path) -> None:
    file = file_of(tmp_path, *map(combined, SEEN), f"what is {ANA}")
    foretold = CliRunner().invoke(count_log, ["--dry-run", str(file)])
    assert foretold.exit_code == 0 and "Nothing was written." in foretold.output
    assert not Import.objects.exists() and not days.there()
    told = CliRunner().invoke(count_log, [str(file)])
    assert told.exit_code == 0, told.output
    for output in (foretold.output, told.output):
        assert "          11  lines" in output and "           3  views of pages" in output
        assert "           1  not understood, beginning with:" in output and "what is …" in output
        assert "From 2026-11-10 10:00 to 2026-11-10 10:04 UTC." in output
    assert total("count(*)") == (5,)
    again = CliRunner().invoke(count_log, [str(file)])
    assert again.exit_code == 1 and "given before" in again.output


def test_the_terminal_goes_on_where_it_was_cut_short(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 450)
    file = file_of(tmp_path, *map(combined, SEEN))
    taking.take(file, file.name)
    reading.read_due(0)
    told = CliRunner().invoke(count_log, [str(file)])
    assert told.exit_code == 0 and "          10  lines" in told.output
    assert total("count(*)") == (5,)


def test_an_owner_gives_a_file_sees_how_far_it_is_and_what_was_not_understood(
    house: House, signed_in: Callable[[str], Client]
) -> None:
    client = signed_in("owner")
    held = "\n".join([*map(combined, SEEN), f"<b>who</b> {ANA}"]).encode()
    sent = client.post(reverse("visits:logs"), {"log": SimpleUploadedFile("access.log", held)}, follow=True)
    assert sent.status_code == 200 and "“access.log” is being counted" in sent.content.decode()
    row = Import.objects.get()
    fragment = client.get(reverse("visits:logs_coming"), headers={"HX-Request": "true"}).content.decode()
    assert "every 2s" in fragment and "0 lines read" in fragment
    while reading.read_due():
        pass
    ended = client.get(reverse("visits:logs_coming"), headers={"HX-Request": "true"})
    assert ended.headers["HX-Refresh"] == "true"
    page = client.get(reverse("visits:log", args=[row.pk])).content.decode()
    assert "&lt;b&gt;who&lt;/b&gt; …" in page and ANA not in page
    assert "1 of 11 lines" in client.get(reverse("visits:logs")).content.decode()


def test_an_owner_is_told_why_a_file_is_not_counted(house: House, signed_in: Callable[[str], Client]) -> None:
    client = signed_in("owner")
    given = {"log": SimpleUploadedFile("holiday.jpg", b"\xff\xd8\xff" * 900)}
    answer = client.post(reverse("visits:logs"), given)
    assert answer.status_code == 422 and "No line of its beginning" in answer.content.decode()
    assert client.post(reverse("visits:logs"), {}).status_code == 422
    assert not Import.objects.exists()


def test_an_owner_stops_a_file_and_takes_it_off_the_list(
    house: House, tmp_path: Path, signed_in: Callable[[str], Client]
) -> None:
    client, row = signed_in("owner"), taking.take(file_of(tmp_path, *map(combined, SEEN)), "access.log")
    stopped = client.post(reverse("visits:log_stop", args=[row.pk]), follow=True).content.decode()
    assert "our copy of it is gone" in stopped and not taking.copy(row.pk).exists()
    gone = client.post(reverse("visits:log_remove", args=[row.pk]), follow=True).content.decode()
    assert "It is off the list" in gone and not Import.objects.exists()
    done = counted(tmp_path / "access.log")
    client.post(reverse("visits:log_remove", args=[done.pk]))
    assert Import.objects.filter(pk=done.pk).exists()


@pytest.mark.parametrize("role", ["", "reader", "editor"])
def test_only_an_owner_comes_near_log_files(
    house: House, signed_in: Callable[[str], Client], role: str
) -> None:
    client = signed_in(role)
    for name, args in (("logs", []), ("logs_coming", []), ("log", [1])):
        assert client.get(reverse(f"visits:{name}", args=args)).status_code in (302, 403)
    for name in ("log_stop", "log_remove"):
        assert client.post(reverse(f"visits:{name}", args=[1])).status_code in (302, 403)
    given = {"log": SimpleUploadedFile("a.log", combined(SEEN[0]).encode())}
    assert client.post(reverse("visits:logs"), given).status_code in (302, 403)
    assert not Import.objects.exists()
