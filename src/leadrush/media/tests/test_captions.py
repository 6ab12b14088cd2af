"""Captions are read as they are meant, and whoever wrote a bad line hears which and what to write."""

from __future__ import annotations

import io

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leadrush.media import captions, contents
from leadrush.media.captions import Said
from leadrush.media.contents import VTT

GOOD = """WEBVTT

NOTE Written by hand.

first
00:00.500 --> 00:02.000 align:start
<v Maren>Take the third week of <i>May</i>.

00:00:02.000 --> 00:00:06.250
<v.loud Tove>Every hour?</v> <v Maren>Every hour &amp; half.
And the half of that.

01:00:00.000 --> 01:00:01.000
Nobody says this.
"""


def read(text: str) -> list[Said]:
    return captions.read(captions.text_of(io.BytesIO(text.encode()), len(text.encode())))


def test_what_is_said_when_and_by_whom() -> None:
    for text in (GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n")):
        assert read(text) == [
            Said(0.5, 2.0, "Maren", "Take the third week of May."),
            Said(2.0, 6.25, "Tove", "Every hour?"),
            Said(2.0, 6.25, "Maren", "Every hour & half. And the half of that."),
            Said(3600.0, 3601.0, "", "Nobody says this."),
        ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("00:00:01,000 --> 00:00:02,000", "Line 3: write the times like 00:01:02.500 --> 00:01:05.000"),
        ("0:01.000 --> 0:02.000", "Line 3: write"),
        ("00:61:00.000 --> 00:62:00.000", "Line 3: write"),
        ("00:00:01.000 -> 00:00:02.000", "Nothing is said"),
        ("00:00:05.000 --> 00:00:02.000", "Line 3: the end (00:00:02.000) is not later"),
        (
            "00:00:05.000 --> 00:00:06.000\nA\n\n00:00:01.000 --> 00:00:02.000",
            "Line 6 begins at 00:00:01.000",
        ),
    ],
)
def test_a_bad_line_is_named_with_what_to_write(wrong: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(f"WEBVTT\n\n{wrong}\nWords")
    (message,) = refused.value.messages
    assert message.startswith(said)


def test_captions_of_another_encoding_or_without_words_are_refused() -> None:
    for content, said in ((b"WEBVTT\n\n\xff\xfe", "UTF-8"), (b"WEBVTT\n", "Nothing is said")):
        with pytest.raises(ValidationError, match=said):
            contents.told(io.BytesIO(content), len(content), (VTT,))
    assert contents.told(io.BytesIO(GOOD.encode()), len(GOOD), (VTT,)) is VTT


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["-->", "00:01.000", "\n", " ", "<v ", ">", "<", "A"])).map("".join)
)
def test_no_text_breaks_it(text: str) -> None:
    try:
        assert read("WEBVTT\n\n" + text)
    except ValidationError as refused:
        assert refused.messages
