"""A folder or a ZIP becomes lessons: what is shown is what is made, twice is once, and no archive harms."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from leadrush.media import captions
from leadrush.media.models import File
from leadrush.training import bringing, building, importing
from leadrush.training.importing import Entry
from leadrush.training.models import Captions, Lesson
from leadrush.training.staff_archives import Archive
from leadrush.training.tests.conftest import Teaching
from leadrush.training.tests.staffed import COURSE, VTT, hosting, outlined, words, zipped

NAMES = st.text(alphabet="abz019-_ .é", min_size=1, max_size=12)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
MADE = [
    ("What you need", ["Eleven raw materials", "By weight, not by spoon"]),
    ("The first six", ["Clear, and why first"]),
    ("Keeping them", ["A log"]),
]


def entries(*paths: str) -> list[Entry]:
    return [Entry(path, 5, "words" if path.endswith(".md") else None) for path in paths]


@given(st.lists(st.tuples(PATHS, st.sampled_from([".md", ".mp4", ".vtt", ".pdf", ".exe", ""])), max_size=12))
def test_every_file_of_a_folder_is_in_the_plan_once_or_said_not_to_be_understood(
    named: list[tuple[str, str]],
) -> None:
    paths = sorted({path + ending for path, ending in named})
    plan = importing.plan(entries(*paths))
    used = [part.path for module in plan.modules for lesson in module.lessons for part in lesson.parts]
    told = [path for path, _why in plan.strange]
    silent = {path for path in paths if importing._is_silent(importing.PurePosixPath(path))}
    assert sorted(used + told) == sorted(set(paths) - silent)
    for module in plan.modules:
        titles = [building.plain(lesson.title) for lesson in module.lessons]
        assert len(set(titles)) == len(titles), "a title that is there twice would be made once"


def test_figures_give_the_order_and_the_first_heading_the_title() -> None:
    plan = importing.plan(
        [
            Entry("c/10-later/1.md", 5, "x"),
            Entry("c/2 sooner/02_by-weight.md", 5, "Before\n```\n# no heading\n```\n# By  weight #\nmore"),
            Entry("c/2 sooner/1.intro.mp4", 5),
        ]
    )
    assert [module.title for module in plan.modules] == ["Sooner", "Later"]
    assert [lesson.title for lesson in plan.modules[0].lessons] == ["Intro", "By weight"]
    assert plan.modules[0].lessons[1].text == "Before\n```\n# no heading\n```\nmore"
    assert plan.modules[1].lessons[0].title == "1"


def test_sections_below_the_title_of_a_text_are_the_first_headings_of_its_lesson() -> None:
    assert importing.headed("# Scales\n\n## Buy\n```\n## no\n```\n### How") == (
        "Scales",
        "# Buy\n```\n## no\n```\n## How",
    )
    assert importing.headed("# A\n# B\n## C") == ("A", "# B\n## C")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../01-a/01-b.md", "leads out of the folder"),
        ("/etc/passwd.md", "leads out of the folder"),
        ("C:\\course\\b.md", "leads out of the folder"),
        ("a/b/c/d.md", "deeper than a module"),
        ("a/b.docx", "Known are:"),
    ],
)
def test_what_is_not_understood_is_said_with_why(path: str, why: str) -> None:
    plan = importing.plan(entries(path, "x/y.md"))
    assert [(told, why in words) for told, words in plan.strange] == [(path, True)]


def test_a_zip_is_shown_before_anything_is_made_then_made_and_twice_is_once(taught: Teaching) -> None:
    training, host = taught(lessons=0), hosting()
    training.modules.all().delete()
    address = reverse("training:import", args=[training.pk])
    page = words(host.post(address, {"archive": zipped(COURSE)}))
    assert "4 lessons, 4 of them new." in page
    assert "notes.docx" in page
    assert ".DS_Store" not in page
    assert not Lesson.objects.exists(), "nothing is made yet"
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    for _press in range(2):
        assert host.post(address, {"kept": kept[1]}).status_code == 302
    assert outlined(training) == MADE
    lesson = Lesson.objects.get(title="By weight, not by spoon")
    assert (lesson.body, lesson.video.kind) == ("Buy a scale.", "video/mp4")
    assert Captions.objects.get(lesson=lesson).language == "en"
    assert File.objects.count() == 1, "the ZIP is let go, the film stays"
    page = words(host.post(address, {"archive": zipped(COURSE)}))
    assert "4 lessons, 0 of them new." in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    assert "Nothing was added twice." in words(host.post(address, {"kept": kept[1]}, follow=True))
    assert outlined(training) == MADE
    assert Captions.objects.count() == 1


def test_words_that_staff_wrote_since_are_not_written_over(taught: Teaching) -> None:
    training, host = taught(lessons=0), hosting()
    address = reverse("training:import", args=[training.pk])
    for text in ("Ours.", "Theirs."):
        page = words(host.post(address, {"archive": zipped({"m/01-a.md": f"# A\n{text}"})}))
        kept = re.search(r'name="kept" value="([^"]+)"', page)
        assert kept
        page = words(host.post(address, {"kept": kept[1]}, follow=True))
    assert "“A” has another text already. It stays." in page
    assert Lesson.objects.get(title="A").body == "Ours."


def test_a_folder_goes_file_after_file_in_any_order_and_again_after_a_break(taught: Teaching) -> None:
    training, host = taught(lessons=0), hosting()
    training.modules.all().delete()
    listing = [
        {"path": path, "size": len(data), "text": data if path.endswith(".md") else None}
        for path, data in COURSE.items()
    ]
    sent = SimpleUploadedFile("listing.json", json.dumps(listing, default=str).encode())
    page = words(host.post(reverse("training:look_at", args=[training.pk]), {"listing": sent}))
    parts = [
        dict(re.findall(r'data-(path|kind|language|module|lesson)="([^"]*)"', tag))
        for tag in re.findall(r"<span[^>]*data-part[^>]*>", page)
    ]
    assert len(parts) == 6
    for _time in range(2):
        for part in reversed(parts):
            data = COURSE[part["path"]]
            upload = SimpleUploadedFile("x", data if isinstance(data, bytes) else data.encode())
            answer = host.post(reverse("training:bring_one", args=[training.pk]), part | {"file": upload})
            assert answer.json() == {"said": ""}, part
    made = sorted((module, sorted(lessons)) for module, lessons in outlined(training))
    assert made == sorted((module, sorted(lessons)) for module, lessons in MADE)


@pytest.mark.parametrize("listing", ["", "[", "{}", "[1]", '[{"path": 3, "size": 1}]', '[{"path": "a"}]'])
def test_a_listing_that_cannot_be_read_gets_a_word(taught: Teaching, listing: str) -> None:
    answer = hosting().post(
        reverse("training:look_at", args=[taught().pk]),
        {"listing": SimpleUploadedFile("listing.json", listing.encode())} if listing else {},
    )
    if listing == "{}":
        assert answer.status_code == 200
    else:
        assert (answer.status_code, "cannot be read" in words(answer)) == (422, True)


def test_a_film_that_is_none_makes_no_lesson(taught: Teaching) -> None:
    training = taught(lessons=0)
    part = importing.Part("m/a.mp4", "video", 3)
    with pytest.raises(ValidationError, match="Choose a file of one of these kinds"):
        bringing.bring(training, "M", "A", part, ContentFile(b"MZ\x90", name="a.mp4"))
    assert not Lesson.objects.exists()


# --- archives that mean harm -----------------------------------------------------------------------------


def archive(members: dict[str, Any], **info: Any) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            for field, value in info.items():
                setattr(member, field, value)
            packed.writestr(member, content, zipfile.ZIP_DEFLATED)
    out.seek(0)
    out.name = "a.zip"
    return out


def test_a_bomb_is_refused_with_a_word_and_leaves_no_file(taught: Teaching) -> None:
    bomb = archive({f"m/{at}.md": b"\0" * (30 << 20) for at in range(8)})
    answer = hosting().post(reverse("training:import", args=[taught().pk]), {"archive": bomb})
    assert answer.status_code == 422
    assert "unpacks to more than" in words(answer)
    assert not File.objects.exists()


def test_an_archive_that_lies_of_its_size_is_unpacked_no_further_than_it_said() -> None:
    # One that says less than it holds: the size in the directory is written over.
    out = archive({"m/a.md": b"a" * 100_000})
    data = bytearray(out.getvalue())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(ValidationError, match="cannot be unpacked"):
        Archive(io.BytesIO(bytes(data)))["m/a.md"]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6))
def test_no_archive_however_damaged_is_answered_with_anything_but_a_word(
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(zipped(COURSE).getvalue())
    for at, byte in changes:
        data[at % len(data)] = byte
    try:
        opened = Archive(io.BytesIO(bytes(data)))
        importing.plan(opened.entries())
    except ValidationError as wrong:
        assert wrong.messages
        return
    for path in opened:
        try:
            opened[path].read()
        except ValidationError as wrong:
            assert wrong.messages


def test_links_in_an_archive_are_left_out_with_a_word(taught: Teaching) -> None:
    linked = archive({"m/passwd.md": "/etc/passwd"}, external_attr=0o120777 << 16)
    with zipfile.ZipFile(linked, "a") as packed:
        packed.writestr("m/a.md", "words")
    linked.seek(0)
    page = words(hosting().post(reverse("training:import", args=[taught().pk]), {"archive": linked}))
    assert "It is a link to something else." in page
    assert "1 lesson, 1 of them new." in page


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive", b"<html>"])
def test_what_is_no_archive_gets_a_word(taught: Teaching, data: bytes) -> None:
    upload = SimpleUploadedFile("a.zip", data)
    answer = hosting().post(reverse("training:import", args=[taught().pk]), {"archive": upload})
    assert answer.status_code == 422
    assert 'id="archive-error"' in words(answer)


def test_a_word_of_one_training_makes_nothing_in_another(taught: Teaching) -> None:
    first, second, host = taught(lessons=0), taught(lessons=0), hosting()
    page = words(host.post(reverse("training:import", args=[first.pk]), {"archive": zipped(COURSE)}))
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept
    for word in (kept[1], "x", ""):
        host.post(reverse("training:import", args=[second.pk]), {"kept": word})
    assert not Lesson.objects.exists()


# --- captions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("00:01.000 --> 00:02.000\nx", "first line of captions is WEBVTT"),
        (VTT.replace("-->", "->") + "\n1:2 --> 3", "Line 6: write the times like"),
        (VTT.replace("04.000", "00.500"), "Line 3: the end (00:00:00.500) is not later"),
        (VTT + "\n00:00:00.500 --> 00:00:09.000\nx\n", "Line 6 begins at 00:00:00.500, before"),
    ],
)
def test_captions_that_cannot_be_read_are_refused_with_the_line_that_is_wrong(text: str, why: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        captions.text_of(io.BytesIO(text.encode()), len(text))
    assert why in wrong.value.messages[0]


@given(st.binary(max_size=200))
def test_no_file_of_captions_is_answered_with_anything_but_a_word(data: bytes) -> None:
    for content in (data, b"WEBVTT\n\n" + data):
        try:
            captions.text_of(io.BytesIO(content), len(content))
        except ValidationError as wrong:
            assert wrong.messages
