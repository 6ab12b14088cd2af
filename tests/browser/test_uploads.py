"""Staff bring a large file: the page is left half way, it is chosen again, goes on, and is handed in."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from leadrush.media.arrivals import PIECE
from leadrush.media.looking import starts_at_once
from leadrush.media.tests.test_looking import film
from tests.browser.conftest import SHOTS, Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
DESK = "tove@tarnandtiller.example"
SIZE = 4 * PIECE - 1000


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Return a PDF of four pieces, of content that no other walk has."""
    file = tmp_path / "a-long-book.pdf"
    file.write_bytes(b"%PDF-1.7\n" + os.urandom(SIZE - 20) + b"\n%%EOF\n")
    return file


def write(desk: Walk, slug: str) -> None:
    """Write a guide, whose file is to be brought."""
    page = desk.page
    desk.go("/console/guides/write/")
    page.get_by_label("title").fill(f"A guide of many pages, {slug}")
    page.get_by_role("textbox", name="Address").fill(slug)
    desk.follow(page.get_by_role("button", name="Save as a draft"))


def hold_after(desk: Walk, pieces: int) -> tuple[list[int], Callable[[], None]]:
    """Let so many pieces through and hold the others; return where each began, and what lets all through."""
    began: list[int] = []
    held: list[Route] = []
    open_to_all = False

    def meet(route: Route) -> Any:
        if route.request.method != "PATCH":
            return route.continue_()
        began.append(int(route.request.headers["upload-offset"]))
        if open_to_all or len(began) <= pieces:
            return route.continue_()
        return held.append(route)

    def let_through() -> None:
        nonlocal open_to_all
        open_to_all = True

    desk.page.route("**/console/files/*", meet)
    return began, let_through


def test_a_large_file_goes_on_after_the_page_was_left_and_is_handed_in_with_its_form(
    staff: Callable[..., Walk], walk: Callable[..., Walk], large: Path
) -> None:
    desk = staff(address=DESK)
    page = desk.page
    write(desk, "long-book")
    began, let_through = hold_after(desk, 2)
    page.locator("input[type=file]").set_input_files(large)
    expect(page.locator("[data-numbers]")).to_have_text(re.compile(r"^16 of 33 MB"))
    expect(page.get_by_text("a-long-book.pdf is on its way.")).to_be_visible()
    SHOTS.mkdir(exist_ok=True)
    page.locator("[data-arriving]").screenshot(path=SHOTS / "upload-on-the-way.png")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused at 16 of 33 MB. It waits for a day.")).to_be_visible()
    desk.look_in_each("upload-paused")
    desk.page.set_viewport_size({"width": 360, "height": 900})
    desk.look("upload-paused-narrow")
    desk.page.set_viewport_size({"width": 1280, "height": 900})

    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(page.get_by_text("a-long-book.pdf was on its way when this page was left.")).to_be_visible()
    desk.look("upload-left")
    began, let_through = hold_after(desk, 0)
    page.locator("input[type=file]").set_input_files(large)
    # Sent too early: the form waits for its file, and is sent then.
    page.get_by_role("button", name="Bring it").click()
    expect(page.get_by_text("The form is sent as soon as the file has arrived.")).to_be_visible()
    # Paused, it goes nowhere by itself any more: the form is sent by whoever goes on.
    let_through()
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("a-long-book.pdf has arrived, 33 MB.")).to_be_visible()
    assert min(began) == 2 * PIECE, "what had arrived was sent once more"
    desk.look_in_each("upload-arrived")
    desk.follow(page.get_by_role("button", name="Bring it"))
    expect(page.get_by_text("Edition 1 is the one that is handed out.")).to_be_visible()
    expect(page.get_by_text("was on its way")).to_have_count(0)
    desk.follow(page.get_by_role("button", name="Open it to everybody"))
    guest = walk()
    guest.go("/guides/long-book/")
    expect(guest.page.get_by_text(re.compile("PDF, 32.0.MB"))).to_be_visible()


def test_a_form_that_is_sent_before_its_file_has_arrived_waits_for_it(
    staff: Callable[..., Walk], large: Path
) -> None:
    desk = staff(address=DESK)
    page = desk.page
    write(desk, "waits")
    page.locator("input[type=file]").set_input_files(large)
    desk.follow(page.get_by_role("button", name="Bring it"))
    expect(page.get_by_text("Edition 1 is the one that is handed out.")).to_be_visible()


def test_a_large_file_that_is_no_guide_is_refused_at_once_and_one_taken_out_is_gone(
    staff: Callable[..., Walk], large: Path, tmp_path: Path
) -> None:
    desk = staff(390, "dark", address=DESK)
    page = desk.page
    write(desk, "refused")
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(b"<!doctype html><title>No guide</title>" + b" " * 3 * PIECE)
    began, _let_through = hold_after(desk, 9)
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_text("Choose a file of one of these kinds")).to_be_visible()
    assert began == [0], "more was sent of a file that is not taken"
    desk.look_in_each("upload-refused")
    page.unroute_all(behavior="ignoreErrors")
    hold_after(desk, 1)
    page.locator("input[type=file]").set_input_files(large)
    expect(page.locator("[data-numbers]")).to_have_text(re.compile("^8 of 33 MB"))
    with page.expect_request(lambda asked: asked.method == "DELETE"):
        page.get_by_role("button", name="Take out").click()
    expect(page.locator("progress")).to_be_hidden()
    page.reload()
    expect(page.get_by_text("was on its way")).to_have_count(0)


def test_without_a_script_the_field_says_how_large_a_file_may_be_and_why(
    staff: Callable[..., Walk], walk: Callable[..., Walk], signed_in: dict[str, Any], tmp_path: Path
) -> None:
    staff(address=DESK)
    plain = walk(390, "light", storage_state=signed_in[DESK], java_script_enabled=False)
    write(plain, "plain")
    expect(plain.page.get_by_text("Up to 20.0 MB: this browser runs no script")).to_be_visible()
    small = tmp_path / "small.pdf"
    small.write_bytes(b"%PDF-1.7\n" + os.urandom(2000) + b"\n%%EOF\n")
    plain.page.locator("input[type=file]").set_input_files(small)
    plain.follow(plain.page.get_by_role("button", name="Bring it"))
    expect(plain.page.get_by_text("Edition 1 is the one that is handed out.")).to_be_visible()


def test_a_film_is_looked_into_and_starts_at_once_and_one_that_browsers_do_not_play_says_so(
    staff: Callable[..., Walk], tmp_path: Path
) -> None:
    desk = staff(address=DESK)
    page = desk.page
    write(desk, "film")
    for name, content, said in (
        ("good.mp4", film(), "This one is handed out.$"),
        ("old.mp4", film(video="mpeg4"), "Browsers do not play “mpeg4”"),
    ):
        (tmp_path / name).write_bytes(content)
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        desk.follow(page.get_by_role("button", name="Bring it"))
        desk.reload_until(
            page.locator("#editions ~ ul li > span:first-child").filter(has_text=re.compile(said))
        )
    desk.look_in_each("upload-film")
    (kept,) = [path for path in (desk.site.data / "files").rglob("*-front*") if path.is_file()]
    assert starts_at_once(io.BytesIO(kept.read_bytes()))
