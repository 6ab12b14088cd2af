"""What is said is read from captions, and captions that cannot be read get a word."""

from __future__ import annotations

import contextlib

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leadrush.media import transcripts
from leadrush.training.tests.conftest import CAPTIONS


def test_captions_become_lines_without_marks_with_their_times() -> None:
    text = "\ufeffWEBVTT\r\n\r\nNOTE by Maren\r\n\r\n1\r\n01:10:12.500 --> 01:10:15.000 align:start\r\n"
    text += "<v Maren>The <b>edge</b>\r\nis round.\r\n"
    (cue,) = transcripts.cues(text)
    assert (cue.words, cue.start, cue.clock) == ("The edge is round.", 4212.5, "1:10:12")
    said = transcripts.cues(CAPTIONS)
    assert [one.words for one in said] == ["Put the three next to each other.", "A2 crawled & pulled back."]
    assert transcripts.words_in(said) == 12
    assert transcripts.plain(said).startswith("0:01\tPut the three")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1\n00:01.000 --> 00:02.000\nhello", "first line of captions is WEBVTT"),
        ("WEBVTT\n\nhello", "Nothing is said in these captions"),
        ("WEBVTT\n\n00:05.000 --> 00:03.000\nback", "Line 3: the end"),
        ("", "first line of captions is WEBVTT"),
    ],
)
def test_captions_that_cannot_be_read_get_a_word(text: str, word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        transcripts.cues(text)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for one in (text, f"WEBVTT\n\n{text}", f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}"):
        with contextlib.suppress(ValidationError):
            assert transcripts.cues(one)
