"""A site is founded once; a start that was cut short anywhere is made whole by the next one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.models import Page, Site

from leadrush import gate, look, vault
from leadrush.look.models import Business
from leadrush.vault.models import Giving, Item, Person, Role
from leadrush.website import example, founding
from leadrush.website.models import ArticlePage, Founded, HomePage, Picture

OWNER = "ada.brook@tidewell.example"


def state() -> dict[str, Any]:
    with gate.using("accountability.check"):
        items = sorted(Item.objects.values_list("person", "kind"))
    return {
        "business": list(Business.objects.values_list("name", "time_zone")),
        "versions": list(gate.Version.objects.values_list("number", "digest")),
        "staff": sorted(Person.objects.exclude(role="").values_list("pk", "role")),
        "givings": sorted(Giving.objects.filter(where=founding.WHERE).values_list("pk", flat=True)),
        "items": items,
        "pages": sorted(Page.objects.values_list("pk", "slug", "live")),
        "pictures": sorted(Picture.objects.values_list("title", flat=True)),
        "sites": list(Site.objects.values_list("root_page__slug", "is_default_site")),
        "founded": list(Founded.objects.values_list("pk", "demo")),
    }


def test_a_real_site_starts_empty_with_its_owner_its_statement_and_a_page(fresh: None) -> None:
    assert not founding.is_founded()
    founding.found("Tidewell", OWNER)
    assert founding.is_founded()
    assert look.business().name == "Tidewell"
    force = gate.force()
    assert force.number == 1
    assert force.published == timezone.localdate(timezone=look.business().zone)
    owner = vault.find(OWNER)
    assert owner is not None and owner.role == Role.OWNER
    giving = Giving.objects.get(person=owner)
    assert giving.where == "leadrush.up" and giving.confirmed and giving.lapses_at is None
    page = Client().get("/")
    assert page.status_code == 200
    assert b"<h1>Tidewell</h1>" in page.content
    assert ArticlePage.objects.count() == 0
    assert not Page.objects.filter(title__icontains="wagtail").exists(), "Wagtail's own greeting is gone"


def test_founding_again_changes_nothing(fresh: None) -> None:
    founding.demo()
    before = state()
    founding.demo()
    assert state() == before
    assert [role for _pk, role in before["staff"]].count("owner") == 1
    assert len(before["givings"]) == len(example.STAFF)


STEPS = ["name_business", "publish_first", "welcome_staff", "first_page", "promises", "seed_rooms", "finish"]


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_start_that_was_killed_is_made_whole_by_the_next(
    step: str, after: bool, fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Any] = getattr(founding, step)
    if step != "seed_rooms":  # which takes longer than all the others together
        monkeypatch.setattr(founding, "seed_rooms", lambda: None)

    def killed(*args: Any, **named: Any) -> Any:
        if after:
            real(*args, **named)
        raise Killed

    monkeypatch.setattr(founding, step, killed)
    with pytest.raises(Killed):
        founding.demo()
    assert founding.is_founded() is (step == "finish" and after)
    monkeypatch.setattr(founding, step, real)
    if not founding.is_founded():
        founding.demo()
    whole = state()
    assert len(whole["business"]) == len(whole["versions"]) == len(whole["founded"]) == 1
    assert [role for _pk, role in whole["staff"]].count("owner") == 1
    assert len(whole["staff"]) == len(whole["givings"]) == len(example.STAFF)
    assert whole["pictures"] == [
        "A year of sowing and picking",
        "Four beds and the way round",
        "Twenty-four beds",
    ]
    assert [slug for _pk, slug, live in whole["pages"] if live] == [
        "root", "first", "four-beds-four-years", "a-year-in-eight-lines",
    ]  # fmt: skip
    assert whole["sites"] == [("first", True)]
    assert HomePage.objects.count() == 1
    assert Client().get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_start_that_was_killed_between_two_pages_makes_each_once(
    fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = example.article
    monkeypatch.setattr(founding, "seed_rooms", lambda: None)
    monkeypatch.setattr(example, "article", lambda *a, **n: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        founding.demo()
    monkeypatch.setattr(example, "article", real)
    founding.demo()
    founding.demo()
    assert ArticlePage.objects.count() == 2


@pytest.mark.parametrize("address", ["", "no address", "a@b\nBcc: c@d.example", "x@people.invalid"])
def test_a_wrong_address_founds_nothing_that_cannot_be_founded_again(fresh: None, address: str) -> None:
    with pytest.raises(ValidationError):
        founding.found("Tidewell", address)
    assert not founding.is_founded()
    founding.found("Tidewell", OWNER)
    assert Person.objects.exclude(role="").count() == 1


def test_names_and_addresses_of_staff_lie_sealed(fresh: None) -> None:
    founding.demo()
    owner = vault.find("maren@tarnandtiller.example")
    assert owner is not None
    with gate.using("support.help"):
        assert vault.value_of(owner.pk, "name") == "Maren Holt"
    with gate.using("accountability.check"):
        for sealed in Item.objects.values_list("sealed", flat=True):
            assert b"Maren" not in bytes(sealed) and b"tarnandtiller" not in bytes(sealed)


def test_the_terminal_says_where_the_site_is_how_to_get_in_and_where_mail_is(
    fresh: None, settings: Any
) -> None:
    founding.demo()
    settings.SMTP_URL = ""
    said = founding.welcome("http://localhost:8123")
    assert "http://localhost:8123/sign-in/" in said
    assert "http://localhost:8123/console/outbox/" in said
    settings.SMTP_URL = "smtp://mail.example"
    assert "outbox" not in founding.welcome("http://localhost:8123")


@pytest.mark.parametrize(("named", "zone"), [("Europe/Oslo", "Europe/Oslo"), (":Asia/Tokyo", "Asia/Tokyo")])
def test_days_are_counted_where_the_machine_stands(
    named: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", named)
    assert founding.here() == zone
