"""A file is what its bytes are: nobody hands out what only calls itself a guide."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leadrush.media import contents
from leadrush.media.contents import EPUB, MP3, MP4, PDF, ZIP
from leadrush.media.tests.conftest import packed, pdf

ALL = (PDF, EPUB, ZIP, MP3, MP4)


def told(content: bytes, *kinds: contents.Kind) -> contents.Kind:
    return contents.told(io.BytesIO(content), len(content), kinds or ALL)


def test_a_whole_pdf_and_an_archive_are_told_and_left_at_their_start() -> None:
    file = io.BytesIO(pdf())
    assert contents.told(file, len(pdf()), ALL) is PDF
    assert file.tell() == 0
    assert told(packed(a=b"words")) is ZIP


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!doctype html><script>alert(1)</script>", "one of these kinds"),
        (b"<html>%PDF-1.7 %%EOF", "one of these kinds"),
        (b"MZ\x90\0" + b"\0" * 200, "one of these kinds"),
        (pdf()[:-20], "ends too early"),
        (packed(a=b"words")[:-10], "cannot be opened"),
        (packed(a=b"\0" * (64 << 20)), "unpacks to more"),
    ],
    ids=["empty", "page", "page that names a PDF", "program", "cut off", "broken archive", "bomb"],
)
def test_what_is_none_of_the_kinds_or_does_harm_is_refused_with_a_word(content: bytes, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        told(content)


def test_only_the_kinds_that_are_asked_for_are_taken() -> None:
    with pytest.raises(ValidationError, match="PDF"):
        told(packed(a=b"words"), PDF)


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_break_it(content: bytes, archive: bool) -> None:
    content = b"PK\x03\x04" + content if archive else content
    try:
        assert told(content) in ALL
    except ValidationError as refused:
        assert refused.messages
