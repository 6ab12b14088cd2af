"""Finding and opening a person: by the whole address, for a reason, and never behind their back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leadrush import ledger, vault
from leadrush.console import handles, keeps
from leadrush.vault.models import Giving, Person
from leadrush.vault.rights import entries

from .conftest import ANA

Browser = Callable[[str], Client]


def handle_in(page: str) -> str:
    found = re.search(r'name="person" value="([^"]+)"', page)
    assert found, "the page asks nothing about a found person"
    return found.group(1)


def find(client: Client, address: str) -> str:
    return client.post(reverse("console:find"), {"address": address}).content.decode()


def opened(client: Client, reason: str = "support.question", reference: str = "") -> Any:
    handle = handle_in(find(client, ANA))
    form = {"person": handle, "reason": reason, "reference": reference}
    return client.post(reverse("console:open"), form)


def test_a_part_of_an_address_finds_nobody(signed_in: Browser, ana: object) -> None:
    host = signed_in("host")
    for typed in ("ana.brightwater", "mail.example", "ana", "%", "ana.brightwater@mail", "*@mail.example"):
        assert 'name="person"' not in find(host, typed)
    assert "Nobody." in find(host, "someone.else@mail.example")


@pytest.mark.parametrize("typed", [ANA, ANA.upper(), f"  {ANA} "])
def test_the_whole_address_finds_a_person_and_shows_nothing_of_them(
    signed_in: Browser, ana: object, typed: str
) -> None:
    page = find(signed_in("host"), typed)
    assert "One person." in page
    assert "Ana Brightwater" not in page
    assert ledger.Entry.objects.filter(use="support.help").count() == 0


def test_nothing_shows_and_nothing_is_written_without_a_reason(
    signed_in: Browser, ana: tuple[Person, Giving]
) -> None:
    host = signed_in("host")
    for reason in ("", "because", "rights.see"):
        answer = opened(host, reason)
        assert answer.status_code == 422
        assert b"Ana Brightwater" not in answer.content
    assert not entries(ana[0].pk).filter(use="support.help").exists()


def test_a_reference_with_a_name_or_an_address_in_it_is_refused(signed_in: Browser, ana: object) -> None:
    for reference in ("Ana Brightwater", ANA, "a" * 25, "T-1 <script>"):
        assert opened(signed_in("host"), reference=reference).status_code == 422
    assert ledger.Entry.objects.filter(use="support.help").count() == 0


def test_opening_is_written_down_before_the_page_shows_and_the_person_sees_who(
    signed_in: Browser, ana: tuple[Person, Giving], team: dict[str, Person]
) -> None:
    host = signed_in("host")
    answer = opened(host, "support.mail", "T-1042")
    assert answer.status_code == 302
    entry = entries(ana[0].pk).first()
    assert (entry.use, entry.what, entry.about) == (
        "support.help",
        "support.mail",
        "console.reference:T-1042",
    )
    assert (entry.actor_kind, entry.actor) == ("staff", vault.mark_of(team["host"].pk))
    assert set(entry.categories.split()) == {"EmailAddress", "Name"}
    assert entry.clause == "helping"
    page = host.get(answer["Location"]).content.decode()
    assert "Ana Brightwater" in page and ANA in page
    assert "to find out why a message did or did not arrive" in page and "T-1042" in page
    # Looking again within the quarter of an hour is the same opening.
    host.get(answer["Location"])
    assert entries(ana[0].pk).filter(use="support.help").count() == 1
    assert keeps.every_opening_has_a_reason().kept


def test_no_address_stands_in_the_web_address_of_a_person(signed_in: Browser, ana: object) -> None:
    assert "ana" not in opened(signed_in("host"))["Location"].casefold().replace("console", "")


def test_a_person_closes_again_after_a_quarter_of_an_hour(signed_in: Browser, ana: object) -> None:
    host = signed_in("host")
    url = opened(host)["Location"]
    with time_machine.travel(timezone.now() + handles.LASTS + timedelta(seconds=5)):
        answer = host.get(url)
    assert answer.status_code == 302 and answer["Location"] == reverse("console:people")


def test_a_handle_opens_nothing_for_another_member_of_staff(signed_in: Browser, ana: object) -> None:
    url = opened(signed_in("host"))["Location"]
    assert signed_in("owner").get(url).status_code == 302
    handle = handle_in(find(signed_in("host"), ANA))
    answer = signed_in("editor").post(reverse("console:open"), {"person": handle, "reason": "support.wrong"})
    assert answer["Location"] == reverse("console:people")


def test_a_changed_handle_opens_nobody(signed_in: Browser, ana: object) -> None:
    host = signed_in("host")
    url = opened(host)["Location"]
    for wrong in (url[:-3] + "x/", reverse("console:person", args=["nothing"])):
        assert host.get(wrong).status_code == 302


def test_a_reader_sees_no_person(signed_in: Browser, ana: object) -> None:
    url = opened(signed_in("host"))["Location"]
    reader = signed_in("reader")
    assert reader.get(url).status_code == 403
    assert reader.get(reverse("console:people")).status_code == 403
    assert reader.post(reverse("console:find"), {"address": ANA}).status_code == 403
    assert ledger.Entry.objects.filter(use="support.help").count() == 1


def test_what_support_may_not_open_is_counted_and_not_in_the_page(
    signed_in: Browser, ana: tuple[Person, Giving]
) -> None:
    person, giving = ana
    vault.put(person=person, kind="age", category="Age", value="between 40 and 49", giving=giving)
    host = signed_in("host")
    page = host.get(opened(host)["Location"]).content.decode()
    assert "1 thing not for this" in page
    assert "between 40" not in page


def test_an_erased_person_is_nobody(signed_in: Browser, ana: tuple[Person, Giving]) -> None:
    from leadrush.vault.models import PersonKey

    host = signed_in("host")
    url = opened(host)["Location"]
    PersonKey.objects.filter(person=ana[0].pk).delete()
    assert host.get(url).status_code == 410
    assert "Nobody." in find(host, ANA)


def test_the_ledger_full_opens_nobody(
    signed_in: Browser, ana: tuple[Person, Giving], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = signed_in("host")
    handle = handle_in(find(host, ANA))

    def full(*args: Any, **kwargs: Any) -> None:
        raise ledger.Unwritten("disk full")

    monkeypatch.setattr(ledger, "write", full)
    with pytest.raises(ledger.Unwritten):
        host.post(reverse("console:open"), {"person": handle, "reason": "support.question"})
