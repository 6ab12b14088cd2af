"""Staff write a guide, bring its file, open it, and bring a better one; nobody is handed what is no guide."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leadrush import media
from leadrush.guides import publishing
from leadrush.guides.models import Guide, State
from leadrush.guides.tests.conftest import Writing, pdf
from leadrush.media import links
from leadrush.media.contents import PDF
from leadrush.media.models import File
from leadrush.webinars.tests.conftest import sign_in

pytestmark = pytest.mark.usefixtures("shelf")


def send(host: Any, name: str, guide: Guide, **fields: Any) -> Any:
    return host.post(
        reverse(f"guides:{name}", args=[guide.pk]),
        fields,
        follow=True,
        headers={"origin": "http://testserver"},
    )


def upload(content: bytes, name: str = "soil.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.fixture
def host(written: Writing) -> Any:
    return sign_in("rowan@tiller.example", "host")[0]


def test_a_guide_goes_from_a_blank_page_to_everybody(host: Any) -> None:
    facts = {"title": "Seeds", "slug": "seeds", "asks": "email", "lede": "", "body": "", "inside": "One\nTwo"}
    page = host.post(reverse("guides:write"), facts, follow=True, headers={"origin": "http://testserver"})
    guide = Guide.objects.get(slug="seeds")
    assert guide.state == State.DRAFT
    assert "Draft. Nobody has seen it." in page.content.decode()
    assert "Bring a file first" in send(host, "act", guide, do="open").content.decode()
    assert "Edition 1 is the one" in send(host, "bring", guide, file=upload(pdf())).content.decode()
    assert "Two" in host.get(reverse("guides:preview", args=[guide.pk])).content.decode()
    send(host, "act", guide, do="open")
    assert "Seeds" in host.get("/guides/").content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"<html>hello</html>", "one of these kinds"), (pdf()[:-20], "ends too early"), (b"", "empty")],
    ids=["page", "cut off", "empty"],
)
def test_a_file_that_is_none_is_refused_beside_its_field(
    host: Any, written: Writing, content: bytes, said: str
) -> None:
    guide = written()
    answer = send(host, "bring", guide, file=upload(content), words="A better one.")
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "A better one." in answer.content.decode()
    assert guide.editions.count() == 1


def test_a_file_that_came_before_its_form_is_handed_in_by_its_word(host: Any, written: Writing) -> None:
    guide = written()
    file = media.keep(upload(pdf(seed=b"large")), (PDF,))
    word = {"file-arrived": links.arrived(file.pk, "large.pdf")}
    answer = send(host, "bring", guide, words="x" * 301, **word)
    assert "large.pdf has arrived" in answer.content.decode()
    assert "Edition 2 is the one" in send(host, "bring", guide, words="Longer.", **word).content.decode()
    assert guide.editions.first().file == file
    assert "Choose a file" in send(host, "bring", guide, words="Nothing.").content.decode()
    over = send(host, "bring", guide, **{"file-arrived": "x"})
    assert "gone. Choose the file again" in over.content.decode()


def test_an_edition_is_withdrawn_and_the_one_before_is_handed_out_again(host: Any, written: Writing) -> None:
    guide = written()
    assert "only edition" in send(host, "act", guide, do="withdraw:1").content.decode()
    send(host, "bring", guide, file=upload(pdf(seed=b"new")))
    send(host, "act", guide, do="withdraw:2")
    edition = guide.editions.get()
    assert (edition.number, File.objects.count()) == (1, 1)


def test_the_same_file_again_is_no_new_edition(host: Any, written: Writing) -> None:
    guide = written()
    send(host, "bring", guide, file=upload(pdf()), words="Nothing new.")
    assert guide.editions.get().words == "Nothing new."


@pytest.mark.parametrize(
    "asked", ["", "burn", "withdraw:", "withdraw:x", "withdraw:99", "withdraw:" + "9" * 40]
)
def test_a_button_that_there_is_none_of_does_nothing(host: Any, written: Writing, asked: str) -> None:
    guide = written()
    assert send(host, "act", guide, do=asked).status_code in (200, 404)
    guide.refresh_from_db()
    assert (guide.state, guide.editions.count()) == (State.OPEN, 1)


def test_a_slug_that_is_taken_is_said_beside_its_field_and_what_was_typed_stays(
    host: Any, written: Writing
) -> None:
    taken = written()
    facts = {"title": "Another", "slug": taken.slug, "asks": "email", "body": "Long words."}
    page = host.post(reverse("guides:write"), facts, headers={"origin": "http://testserver"})
    assert page.status_code == 422
    assert "Long words." in page.content.decode()


def test_closing_needs_no_reason_and_opening_again_hands_it_out(host: Any, written: Writing) -> None:
    guide = written()
    send(host, "act", guide, do="close")
    assert not publishing.public().exists()
    send(host, "act", guide, do="open")
    assert publishing.public().get() == guide
