"""A large file comes in pieces, whatever happens on the way: it is whole, or somebody hears why it is not."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadrush.media import arrivals, keeping
from leadrush.media.arrivals import Arrival, Refused
from leadrush.media.contents import MP4, PDF
from leadrush.media.models import File, landing
from leadrush.media.tests.conftest import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


def begin(content: bytes, *kinds: Any) -> Arrival:
    wanted = tuple(kind.media for kind in kinds or (PDF,))
    return arrivals.begin(size=len(content), name="soil.pdf", kinds=wanted)


def send(arrival: Arrival, offset: int, piece: bytes) -> Arrival:
    return arrivals.append(arrival.word, offset, io.BytesIO(piece), len(piece))


def read(file: int | None) -> bytes:
    return File.objects.get(pk=file).opened().read()


STEPS = st.lists(
    st.tuples(st.sampled_from(["next", "again", "ahead", "restart", "ask"]), st.integers(1, 9000)),
    max_size=12,
)


@given(STEPS, st.integers(20_000, 40_000), st.binary(min_size=1, max_size=9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_twice_or_out_of_order_and_whenever_the_process_ends_the_file_is_whole(
    shelf: Path, steps: list[tuple[str, int]], size: int, seed: bytes
) -> None:
    content = pdf(size, seed)
    arrival = begin(content)
    here = 0
    for step, length in [*steps, *[("next", 9000)] * 5]:
        match step:
            case "next" if here < len(content):
                here = send(arrival, here, content[here : here + length]).offset
            case "again" if here:
                with pytest.raises(Refused) as refused:
                    send(arrival, max(0, here - length), content[max(0, here - length) : here])
                assert refused.value.status in (409, 413)
            case "ahead" if here + length < len(content):
                with pytest.raises(Refused):
                    send(arrival, here + length, content[here + length :])
            case "restart":
                arrivals._digests.clear()
            case "ask":
                found = arrivals.find(arrival.word)
                assert found is not None
                assert found.offset == here
    done = arrivals.finish(arrival.word)
    assert (done.offset, read(done.file)) == (len(content), content)


def test_a_piece_longer_than_was_said_changes_nothing() -> None:
    content = pdf(20_000)
    arrival = begin(content)
    send(arrival, 0, content[:10_000])
    with pytest.raises(Refused, match="longer than was said") as refused:
        send(arrival, 10_000, content[10_000:] + b"more")
    assert refused.value.status == 413
    assert read(send(arrival, 10_000, content[10_000:]).file) == content


def test_two_tabs_that_send_the_same_arrival_at_once_bring_one_whole_file() -> None:
    content = pdf(400_000, os.urandom(16))
    arrival = begin(content)
    faults: list[BaseException] = []

    def tab() -> None:
        try:
            while (found := arrivals.find(arrival.word)) and found.offset < len(content) - 20_000:
                try:
                    send(arrival, found.offset, content[found.offset : found.offset + 20_000])
                except Refused as refused:
                    assert refused.status in (409, 423)
        except BaseException as fault:
            faults.append(fault)

    tabs = [threading.Thread(target=tab) for _ in range(2)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert not faults
    here = arrivals.finish(arrival.word).offset
    assert read(send(arrival, here, content[here:]).file) == content


def test_a_full_disk_is_said_and_what_has_arrived_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    content = pdf(30_000)
    arrival = begin(content)
    send(arrival, 0, content[:10_000])

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", full)
        with pytest.raises(Refused, match="no room for") as refused:
            send(arrival, 10_000, content[10_000:20_000])
    assert refused.value.status == 507
    assert arrivals.finish(arrival.word).offset == 10_000
    assert read(send(arrival, 10_000, content[10_000:]).file) == content


def test_a_line_torn_by_a_power_cut_loses_nothing_that_stood_before_it() -> None:
    content = pdf(20_000, b"torn")
    arrival = begin(content)
    send(arrival, 0, content[:5000])
    with arrival.told.open("a") as told:
        told.write('\n{"dig')
    assert read(send(arrival, 5000, content[5000:]).file) == content
    assert read(arrivals.finish(arrival.word).file) == content


def test_what_the_disk_has_no_room_for_is_not_begun() -> None:
    with pytest.raises(Refused, match="no room"):
        arrivals.begin(size=1 << 60, name="a.mp4", kinds=(MP4.media,))


def test_what_is_no_film_is_refused_with_its_first_piece_and_not_after_gigabytes() -> None:
    content = b"<!doctype html>" + b"x" * 20_000
    arrival = begin(content, MP4)
    with pytest.raises(Refused, match="one of these kinds: MP4") as refused:
        send(arrival, 0, content[:10_000])
    assert refused.value.status == 422
    assert arrivals.find(arrival.word) is None


def test_a_pdf_that_was_cut_off_is_refused_at_its_end() -> None:
    content = pdf(20_000)[:-20]
    with pytest.raises(Refused, match="ends too early"):
        send(begin(content), 0, content)


def test_a_process_that_ends_before_or_after_it_is_kept_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = pdf(20_000, b"crash")
    arrival = begin(content)

    class Killed(BaseException):
        pass

    def killed(*args: Any, **named: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "keep", killed)
        with pytest.raises(Killed):
            send(arrival, 0, content)
    arrivals._digests.clear()
    kept = keeping.keep
    with monkeypatch.context() as patched:
        patched.setattr(keeping, "keep", lambda *args, **named: [kept(*args, **named), killed()])
        with pytest.raises(Killed):
            arrivals.finish(arrival.word)
    assert read(arrivals.finish(arrival.word).file) == content


def test_what_nobody_went_on_with_for_a_day_is_swept_and_the_rest_stays() -> None:
    content = pdf(20_000)
    old, new = begin(content), begin(content)
    send(old, 0, content[:5000])
    send(new, 0, content[:5000])
    day_ago = time.time() - arrivals.LASTS.total_seconds() - 60
    os.utime(old.told, (day_ago, day_ago))
    stray = landing() / "stray"
    stray.write_bytes(b"x")
    os.utime(stray, (day_ago, day_ago))
    arrivals.sweep()
    assert arrivals.find(old.word) is None
    assert not old.path.exists()
    assert not stray.exists()
    assert arrivals.finish(new.word).offset == 5000


def test_taking_out_forgets_it_and_another_word_finds_nothing() -> None:
    content = pdf(20_000)
    arrival = begin(content)
    send(arrival, 0, content[:5000])
    arrivals.take_out(arrival.word)
    for word in (arrival.word, "../../site.sqlite3", "x", arrival.word + ".told"):
        assert arrivals.find(word) is None
        with pytest.raises(Refused) as refused:
            arrivals.finish(word)
        assert refused.value.status == 404


def test_a_file_that_no_form_came_to_hand_in_is_let_go_after_two_days_and_one_in_use_stays() -> None:
    from leadrush.guides import publishing
    from leadrush.guides.models import Guide

    content = [pdf(20_000, seed) for seed in (b"one", b"two", b"new")]
    lone, used, fresh = (send(begin(one), 0, one).file for one in content)
    publishing.bring(Guide.objects.create(slug="soil", title="Soil"), File.objects.get(pk=used))
    late = File.objects.get(pk=lone).made_at - keeping.UNCLAIMED - timedelta(hours=1)
    File.objects.filter(pk__in=[lone, used]).update(made_at=late)
    assert keeping.sweep() == 1
    assert set(File.objects.values_list("pk", flat=True)) == {used, fresh}
