"""What is typed beside a film: read as it was meant, each bad line told, and never a fault."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from leadrush.media import captions, chapters, clocks, transcripts
from leadrush.media.films import Chapter

WORDS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
LINES = st.dictionaries(st.integers(0, 35_999), WORDS, min_size=1, max_size=8)


@given(LINES)
def test_lines_come_back_as_they_were_typed_and_go_through_captions_unchanged(lines: dict[int, str]) -> None:
    typed = "\n".join(f"{clocks.clock(second)} {lines[second]}" for second in sorted(lines))
    said = transcripts.read(typed, seconds=36_000)
    assert [one.text for one in said] == [lines[second] for second in sorted(lines)]
    kept = captions.written(said)
    assert transcripts.typed(captions.read(kept)) == transcripts.typed(said) == typed


@given(LINES)
def test_chapters_are_a_track_that_players_read(lines: dict[int, str]) -> None:
    parts = tuple(Chapter(second, lines[second]) for second in sorted(lines))
    assert chapters.read(chapters.typed(parts), seconds=36_000) == parts
    cues = captions.read(chapters.track(parts, seconds=36_000))
    assert {int(cue.start) for cue in cues} == set(lines)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_told(text: str) -> None:
    for read in (transcripts.read, chapters.read):
        try:
            read(text, seconds=60)  # type: ignore[operator]
        except ValidationError as told:
            assert told.messages


@pytest.mark.parametrize(
    ("typed", "second"),
    [("0:00", 0), ("12:30", 750), ("90:05", 5405), ("1:02:30", 3750), (" 0:04,5 ", 4.5), ("0:04.25", 4.25)],
)
def test_places_are_read_as_people_write_them(typed: str, second: float) -> None:
    assert clocks.read(typed) == second


@pytest.mark.parametrize("typed", ["", "12", "0:60", "1:60:00", "-1:00", "1:2:3:4", "a:bc", "٣:٠٠"])
def test_what_is_no_place_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        clocks.read(typed)
