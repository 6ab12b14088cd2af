"""What these tests stand on: a business, an open guide, and a shelf of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile

from leadrush.guides import publishing
from leadrush.guides.models import Guide
from leadrush.look import models as look_models
from leadrush.media.tests.conftest import pdf, shelf

__all__ = ["pdf", "shelf"]

Writing = Callable[..., Guide]


@pytest.fixture(autouse=True)
def fresh(settings: Any) -> Iterator[None]:
    settings.MAIL_FROM = "post@tiller.example"
    settings.SITE_URL = "https://tiller.example"
    look_models.forget()
    cache.clear()
    yield
    look_models.forget()
    cache.clear()


@pytest.fixture
def written(published: object, shelf: Path) -> Writing:
    """Return a function that makes an open guide with one edition."""
    look_models.Business(name="Tarn & Tiller", time_zone="Europe/London", locale="en_GB").save()

    def write(**facts: Any) -> Guide:
        number = Guide.objects.count() + 1
        guide = publishing.write(**{"slug": f"soil-{number}", "title": "Soil, in plain words"} | facts)
        publishing.bring(guide, ContentFile(pdf(), name="soil.pdf"))
        publishing.open_to_all(guide)
        guide.refresh_from_db()
        return guide

    return write
