"""The business: one row, its zone and its place, the same in every process within two seconds."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadrush import look
from leadrush.look import models


def test_before_set_up_a_page_can_still_be_drawn(db: None) -> None:
    assert look.business().name == "This site"
    assert look.business().time_zone == "UTC"


def test_there_is_one_business_however_often_one_is_saved(business: models.Business) -> None:
    models.Business(name="Another").save()
    assert models.Business.objects.count() == 1
    assert look.business().name == "Another"


def test_a_page_does_not_ask_for_the_business_again_and_again(business: models.Business) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert [look.business().name for _ in range(20)] == ["Tarn & Tiller"] * 20
    assert len(asked) == 1


def test_a_change_made_by_another_process_arrives(
    business: models.Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert look.business().name == "Tarn & Tiller"
    models.Business.objects.update(name="Renamed")  # not through save(), as another process would
    monkeypatch.setattr(models, "FRESH", 0.0)
    assert look.business().name == "Renamed"


@pytest.mark.parametrize(
    ("field", "value"), [("time_zone", "Mars/Olympus"), ("locale", "xx_QQ"), ("locale", "../etc")]
)
def test_a_zone_or_locale_that_does_not_exist_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        models.Business(name="x", **{field: value}).clean_fields()


def test_the_owners_green_reaches_the_page_and_no_other_text_does(business: models.Business) -> None:
    business.green = "#1d4f91"
    business.green_dark = "} body { display: none"
    models.Business.objects.filter(pk=1).update(green="#1d4f91", green_dark="#9ecbf")
    models.forget()
    css = Client().get("/look/green.css")
    assert css["Content-Type"] == "text/css; charset=utf-8"
    assert css.content.decode() == "@layer tokens { :root { --green: light-dark(#1d4f91, #78d6ab); } }\n"
