"""Numbers of those who worked here, in the drafts that Wagtail keeps as JSON: taken out with their person."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Q
from wagtail.models import ReferenceIndex, Revision

from leadrush.vault import pointing


def register() -> None:
    """Register how the editor's tables are searched; called once, when the app is ready."""
    pointing.search(take_out, count)


def _revisions(persons: set[uuid.UUID]) -> Any:
    """Return the drafts that name one of these numbers: as their page's owner, or as who locked it."""
    named = Q()
    for person in persons:
        named |= Q(content__owner=str(person)) | Q(content__locked_by=str(person))
    return Revision.objects.filter(named) if persons else Revision.objects.none()


def take_out(persons: set[uuid.UUID]) -> None:
    """Let no draft name these numbers."""
    numbers = {str(person) for person in persons}
    ReferenceIndex.objects.filter(to_object_id__in=numbers).delete()
    for revision in _revisions(persons):
        content = {
            name: None if name in ("owner", "locked_by") and value in numbers else value
            for name, value in revision.content.items()
        }
        Revision.objects.filter(pk=revision.pk).update(content=content)


def count(persons: set[uuid.UUID]) -> int:
    """Return how many drafts name one of these numbers."""
    numbers = {str(person) for person in persons}
    pointing_here = ReferenceIndex.objects.filter(to_object_id__in=numbers)
    return int(_revisions(persons).count() + pointing_here.count())
