"""Slides: what can be read is drawn page by page for the room, and what cannot gets a word."""

from __future__ import annotations

import io

import pytest
import typst
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from leadrush import media
from leadrush.live import slides, staging
from leadrush.live.models import Guest, Room
from leadrush.live.tests.conftest import registered, staff
from leadrush.media.contents import PDF
from leadrush.media.models import File
from leadrush.webinars.models import Webinar

ORIGIN = {"Origin": "https://testserver"}


def deck(pages: int = 3) -> bytes:
    """Return a PDF of so many pages, wide as slides are."""
    text = "#pagebreak()\n".join(f"= Page {number}\n" for number in range(1, pages + 1))
    made = typst.compile(f'#set page(paper: "presentation-16-9")\n{text}'.encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def kept(data: bytes) -> File:
    return media.keep(ContentFile(data, name="deck.pdf"), [PDF])


@pytest.fixture(autouse=True)
def own(data_folder: object) -> None:
    """The pictures of pages lie in a folder of this test's own."""


def test_a_page_is_drawn_large_for_whoever_has_its_address_and_nobody_else(room: Room, host: Guest) -> None:
    slides.bring(room, kept(deck()))
    room.refresh_from_db()
    staging.set_up(guest=host.pk, slide=99)
    room.refresh_from_db()
    assert (room.pages, room.slide) == (3, 3), "there is no page after the last"
    path = slides.path(room)
    answer = Client().get(f"{path}2.webp")
    picture = Image.open(io.BytesIO(answer.content))
    assert (picture.format, max(picture.size)) == ("WEBP", slides.LARGEST)
    assert Client().get(f"{path}2.webp").content == answer.content
    for wrong in (f"{path}0.webp", f"{path}4.webp", path.replace(".", "x", 1) + "1.webp"):
        assert Client().get(wrong).status_code == 404, wrong
    slides.bring(room, kept(deck(1)))
    assert Client().get(f"{path}2.webp").status_code == 404, "the slides before are gone"
    room.refresh_from_db()
    assert (room.pages, room.slide) == (1, 0)
    slides.take_out(room)
    room.refresh_from_db()
    assert slides.path(room) == "" and not File.objects.filter(kind="application/pdf").exists()


def test_what_cannot_be_read_gets_a_word_and_the_slides_that_are_there_stay(
    webinar: Webinar, room: Room
) -> None:
    slides.bring(room, kept(deck()))
    with pytest.raises(ValidationError, match="cannot be read"):
        slides.bring(room, kept(b"%PDF-1.7\n" + b"nothing of a PDF\n" * 60 + b"%%EOF\n"))
    room.refresh_from_db()
    assert room.pages == 3
    desk = Client()
    desk.force_login(staff())
    page = reverse("live:slides", args=[webinar.about])
    none = desk.post(page, {}, headers=ORIGIN)
    assert none.status_code == 422
    upload = ContentFile(deck(2), name="deck.pdf")
    assert desk.post(page, {"deck": upload}, headers=ORIGIN).status_code == 302
    assert desk.get(page).content.count(b"<img") == 2
    guest = Client()
    guest.force_login(registered(webinar))
    assert guest.get(page).status_code == 403
