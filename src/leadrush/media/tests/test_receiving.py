"""Staff send a large file ahead of its form, with any client of tus; nobody else sends one."""

from __future__ import annotations

import base64
import errno
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from leadrush.look import parts
from leadrush.look.forms import Form
from leadrush.media import links
from leadrush.media.contents import MP4, PDF
from leadrush.media.fields import MediaField
from leadrush.media.models import File
from leadrush.media.tests.conftest import Keeping, packed, pdf
from leadrush.webinars.tests.conftest import sign_in

pytestmark = pytest.mark.usefixtures("published", "shelf")
BASE = {"tus-resumable": "1.0.0", "origin": "http://testserver"}


@pytest.fixture
def host() -> Client:
    return sign_in("rowan@tiller.example", "host")[0]


def said(**values: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def begin(client: Client, size: int, **more: str) -> Any:
    told = said(filename="soil.pdf", kinds=PDF.media)
    return client.post(
        "/console/files/", headers=BASE | {"upload-length": str(size), "upload-metadata": told} | more
    )


def patch(client: Client, path: str, offset: int, piece: bytes, **more: str) -> Any:
    return client.patch(
        path,
        piece,
        content_type="application/offset+octet-stream",
        headers=BASE | {"upload-offset": str(offset)} | more,
    )


def test_a_client_of_tus_goes_from_nothing_to_a_kept_file(host: Client) -> None:
    content = pdf(20_000)
    asked = host.options("/console/files/")
    assert (asked.status_code, asked.headers["Tus-Version"]) == (204, "1.0.0")
    assert asked.headers["Tus-Extension"] == "creation,expiration,termination"
    made = begin(host, len(content))
    assert made.status_code == 201
    place = made.headers["Location"]
    first = patch(host, place, 0, content[:12_000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "12000")
    assert "GMT" in first.headers["Upload-Expires"]
    stands = host.head(place, headers=BASE)
    assert (stands.headers["Upload-Offset"], stands.headers["Upload-Length"]) == ("12000", str(len(content)))
    assert stands.headers["Cache-Control"] == "no-store"
    assert stands.headers["Upload-Metadata"] == said(filename="soil.pdf", kinds=PDF.media)
    last = patch(host, place, 12_000, content[12_000:])
    handed = links.handed_in(last.headers["Upload-Word"])
    assert handed is not None
    assert (handed[0].opened().read(), handed[1]) == (content, "soil.pdf")
    # The answer was lost: whoever asks again has the word, too.
    assert links.handed_in(host.head(place, headers=BASE).headers["Upload-Word"]) == handed


def test_an_arrival_that_is_taken_out_is_gone(host: Client) -> None:
    override = {"x-http-method-override": "DELETE"}
    for way in (host.delete, lambda place, headers: host.post(place, headers=headers | override)):
        place = begin(host, 20_000).headers["Location"]
        assert way(place, headers=BASE).status_code == 204
        assert host.head(place, headers=BASE).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"tus-resumable": "0.2.2"}, 412),
        ({"upload-length": ""}, 400),
        ({"upload-length": "-1"}, 400),
        ({"upload-length": "٣"}, 400),
        ({"upload-length": "9" * 400}, 400),
        ({"upload-length": str((1 << 40) + 1)}, 413),
        ({"upload-length": "0"}, 422),
        ({"upload-metadata": "filename ###"}, 400),
        ({"upload-metadata": "filename gICA"}, 400),
        ({"upload-metadata": ""}, 201),
        ({"upload-metadata": "filename " + "QUFB" * 2000}, 400),
    ],
)
def test_whatever_is_said_at_the_beginning_gets_an_answer(
    host: Client, headers: dict[str, str], status: int
) -> None:
    answer = begin(host, 5000, **headers)
    assert answer.status_code == status
    assert status == 201 or answer.content.decode().strip()


def test_pieces_that_cannot_be_taken_get_a_word(host: Client) -> None:
    place = begin(host, 20_000).headers["Location"]
    assert patch(host, place, 5, b"%PDF-").status_code == 409
    assert patch(host, place, 0, b"%PDF-" * 5000).status_code == 413
    assert host.patch(place, b"%PDF-", headers=BASE | {"upload-offset": "0"}).status_code == 415
    assert patch(host, place, 0, b"<html>" * 2000).status_code == 422
    assert patch(host, place, 0, b"%PDF-").status_code == 404
    assert host.get(place, headers=BASE).status_code == 405


def test_only_who_works_here_sends_files_and_only_from_this_site(host: Client) -> None:
    assert begin(Client(), 5000).status_code == 401
    assert "Sign in in another tab" in begin(Client(), 5000).content.decode()
    assert begin(sign_in("nobody@mail.example")[0], 5000).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = host.cookies
    assert begin(strict, 5000, origin="https://elsewhere.example").status_code == 403
    place = begin(strict, 5000).headers["Location"]
    assert patch(strict, place, 0, b"%PDF-", origin="https://elsewhere.example").status_code == 403
    assert patch(strict, place, 0, b"%PDF-").status_code == 204


class Bringing(Form):
    film = MediaField(label="Film", kinds=(MP4,))
    paper = MediaField(label="Paper", kinds=(PDF,), required=False)
    words = forms.CharField(max_length=5)


def test_a_form_hands_in_what_came_before_it_and_refuses_other_words(kept_here: Keeping) -> None:
    word = links.arrived(kept_here().pk, "soil.pdf")
    form = Bringing({"paper-arrived": word, "film-arrived": word, "words": "x"})
    assert form.errors == {"film": ["Choose a file of one of these kinds: MP4."]}
    assert form.cleaned_data["paper"] == File.objects.get()
    for over in (word[:-1], "x", links.link(File.objects.get(), name="a", room="tests").split("/")[2]):
        assert "Choose the file again" in str(Bringing({"paper-arrived": over, "words": "x"}).errors["paper"])
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        assert "paper" in Bringing({"paper-arrived": word, "words": "x"}).errors


def test_a_file_without_a_script_is_kept_also_where_another_field_is_wrong(db: None) -> None:
    upload = SimpleUploadedFile("so<il.pdf", pdf())
    form = Bringing({"words": "too long"}, {"paper": upload})
    assert set(form.errors) == {"film", "words"}
    shown = str(form["paper"])
    assert "so&lt;il.pdf has arrived" in shown
    word = shown.partition('name="paper-arrived" value="')[2].partition('"')[0]
    again = Bringing({"words": "short", "paper-arrived": word})
    assert set(again.errors) == {"film"}
    assert again.cleaned_data["paper"] == File.objects.get()


def test_without_npm_the_field_names_no_absent_script_and_says_why_files_are_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "_there", lambda name: False)
    shown = str(Bringing()["paper"])
    assert "tus.min.js" not in shown
    assert "<script" not in shown
    assert "Up to 20.0" in shown
    assert "was not fetched when the site was set up" in shown


def test_a_full_disk_is_said_beside_the_field(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.save", full)
    form = Bringing({"words": "x"}, {"paper": SimpleUploadedFile("a.pdf", pdf())})
    assert "no room" in str(form.errors["paper"])


def test_a_wrong_file_is_refused_beside_its_field_and_keeps_nothing(db: None) -> None:
    form = Bringing({"words": "x"}, {"film": SimpleUploadedFile("a.mp4", packed(a=b"no film"))})
    assert form.errors["film"] == ["Choose a file of one of these kinds: MP4."]
    assert 'name="film-arrived" value=""' in str(form["film"])
    assert not File.objects.exists()
