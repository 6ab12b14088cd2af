"""Whoever asks for a guide has it at once, and again from the letter; nothing more is kept than was said."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from leadrush import gate, statement, vault
from leadrush.gate import rooms
from leadrush.gate.evidence import Count
from leadrush.guides import asking, keeps, publishing
from leadrush.guides.models import Copy, Edition, Guide
from leadrush.guides.tests.conftest import Writing, pdf
from leadrush.mailbox.letters import Letter
from leadrush.vault import rights
from leadrush.vault.models import Giving, Person
from leadrush.webinars.tests.conftest import letters, link, press
from tests.rig.questions import of_page

ADDRESS = "ana@mail.example"


def ask(guide: Guide, address: str = ADDRESS, client: Client | None = None) -> Any:
    return (client or Client()).post(
        guide.get_absolute_url(), {"email": address}, headers={"origin": "http://testserver"}
    )


def linked(page: str) -> str:
    found = re.search(r'href="(/files/[^"]+)"', page)
    assert found, page
    return found[1]


def saved(link: str) -> bytes:
    return b"".join(Client().get(link).streaming_content)  # type: ignore[attr-defined]


def opened(letter: Letter, words: str) -> Any:
    return Client().get(link(letter, words), follow=True)


def test_the_page_after_the_form_gives_the_file_at_once(written: Writing) -> None:
    guide = written()
    sent = ask(guide)
    assert sent.status_code == 302
    page = Client().get(sent["Location"]).content.decode()
    assert saved(linked(page)) == pdf()
    assert Edition.objects.get().taken == 1
    assert ADDRESS not in page + sent["Location"]


def test_the_page_after_the_form_is_for_whoever_sent_it(written: Writing) -> None:
    guide, other = written(), written()
    word = ask(other)["Location"].partition("word=")[2]
    for guess in ("", "x", word):
        answer = Client().get(f"{guide.get_absolute_url()}here/", {"word": guess})
        assert answer.status_code == 302
    assert "/files/" not in Client().get(guide.get_absolute_url()).content.decode()


def test_a_guide_for_nothing_is_taken_from_its_page_without_a_trace(written: Writing) -> None:
    guide = written(asks=Guide.For.NOTHING)
    assert saved(linked(Client().get(guide.get_absolute_url()).content.decode())) == pdf()
    assert not Person.objects.exists()


def test_the_letter_gives_the_newest_edition_until_the_day_that_it_says(
    written: Writing, time_machine: Any
) -> None:
    guide = written()
    ask(guide)
    (letter,) = letters()
    publishing.bring(guide, ContentFile(pdf(seed=b"new"), name="a.pdf"), words="Three beds more.")
    assert saved(linked(opened(letter, "Get the guide").content.decode())) == pdf(seed=b"new")
    assert "Three beds more." in Client().get(guide.get_absolute_url()).content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
    assert opened(letter, "Get the guide").status_code in (404, 410)


def test_the_same_address_twice_is_one_copy_and_five_letters_at_most(
    written: Writing, time_machine: Any
) -> None:
    guide = written()
    answers = [ask(guide).status_code for _twice in range(2)]
    assert answers == [302, 302]
    assert len(letters()) == 1, "a double click brings one letter"
    for _more in range(9):
        time_machine.move_to(timezone.now() + timedelta(minutes=11), tick=False)
        asking.ask(guide=guide, address=ADDRESS)
    assert len(letters()) == asking.LETTERS
    with gate.using("guides.send"):
        assert Copy.objects.count() == 1


def test_nobody_learns_whether_an_address_is_known(written: Writing) -> None:
    guide = written()
    first, again, other = ask(guide), ask(guide), ask(guide, "ben@mail.example")

    def shape(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer["Location"].partition("=")[0]

    assert shape(first) == shape(again) == shape(other)


def test_this_wasnt_me_erases_what_the_form_gave(written: Writing) -> None:
    ask(written())
    (letter,) = letters()
    words = "This wasn’t me: erase it"
    assert "One press erases" in opened(letter, words).content.decode()
    done = press(Client(), link(letter, words))
    assert "It is erased" in done.content.decode()
    with gate.using("guides.send"):
        assert not Copy.objects.exists()
    assert vault.find(ADDRESS) is None or not Giving.objects.filter(ended_at=None).exists()


def test_a_person_sees_what_they_asked_for_and_it_goes_on_its_day(
    written: Writing, time_machine: Any
) -> None:
    ask(written())
    person = Person.objects.get()
    with gate.using("rights.own"):
        shown = {record.title: record.value for record in rights.records(person.pk)}
    assert "Soil, in plain words" in shown["A guide you asked for"]
    giving = Giving.objects.get(clause="guide-copy")
    assert giving.lapses_at is not None
    assert timedelta(days=6) < giving.lapses_at - timezone.now() <= timedelta(days=7)
    with gate.using("accountability.check"):
        assert keeps.copies_lapse() == Count(0, 1)
        time_machine.move_to(timezone.now() + timedelta(days=8), tick=False)
        assert keeps.copies_lapse() == Count(1, 1), "nobody erased it"
    vault.due()
    with gate.using("accountability.check"):
        assert keeps.copies_lapse() == Count(0, 0)


def test_a_copy_that_is_kept_longer_than_was_said_is_counted(written: Writing) -> None:
    ask(written())
    Giving.objects.filter(clause="guide-copy").update(lapses_at=timezone.now() + timedelta(days=40))
    with gate.using("accountability.check"):
        assert keeps.copies_lapse() == Count(1, 1)


@pytest.mark.parametrize("typed", ["ana at mail", "", "a" * 300 + "@mail.example", "ana@mail.example\0"])
def test_a_bad_address_gets_a_word_and_keeps_what_was_typed(written: Writing, typed: str) -> None:
    answer = ask(written(), typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing has been stored yet" in page
    assert typed.replace("\0", "")[:100] in page
    assert not Person.objects.exists()


def test_a_closed_guide_says_so_and_takes_nothing(written: Writing) -> None:
    guide = written()
    ask(guide)
    publishing.close(guide)
    answer = ask(guide, "ben@mail.example")
    assert answer.status_code == 422
    assert "cannot be had just now" in answer.content.decode()
    assert Person.objects.count() == 1
    (letter,) = letters()
    assert opened(letter, "Get the guide").status_code == 410


def test_a_draft_is_seen_by_nobody(written: Writing) -> None:
    guide = written()
    draft = publishing.write(slug="draft", title="Unfinished")
    assert Client().get(draft.get_absolute_url()).status_code == 404
    listed = Client().get("/guides/").content.decode()
    assert guide.title in listed
    assert "Unfinished" not in listed


def test_until_its_clause_is_published_the_room_is_closed(written: Writing) -> None:
    from datetime import date

    guide = written()
    before = [room for room in rooms.all() if room.name != "guides"]
    gate.publish(statement.Version.draw_up(before, number=2, published=date(2026, 2, 1)))
    answer = ask(guide)
    assert answer.status_code == 403
    assert not Person.objects.exists()


def test_the_list_and_a_page_ask_the_same_number_of_questions_however_much_there_is(
    written: Writing,
) -> None:
    for _many in range(5):
        written()
    guide = written()
    for number in range(4):
        publishing.bring(guide, ContentFile(pdf(seed=str(number).encode()), name="a"), words="More.")
    for path in ("/guides/", guide.get_absolute_url()):
        Client().get(path)
        _page, found = of_page(Client(), path)
        assert len(found) <= 8, "\n".join(found)
