from __future__ import annotations

import pytest
from django.db import connection, transaction

from leadrush import gate
from leadrush.gate.tests.conftest import HIDDEN, SEEN
from leadrush.gate.tests.house.models import Author, Letter, Note


def test_smoke(db):
    a = Author.objects.create(name="A")
    with pytest.raises(gate.NoUse):
        Note.objects.count()
    with transaction.atomic(), pytest.raises(gate.NoUse), transaction.atomic():
        Note.objects.create(text="x", author=a)
    with gate.using("tests.read"):
        n = Note.objects.create(text="seen", author=a, mask=SEEN)
        h = Note.objects.create(text="hidden", author=a, mask=HIDDEN)
        Note.objects.create(text="zero", author=a, mask=0)
        bulk = Note.objects.bulk_create([Note(text="seen", author=a, mask=m) for m in (SEEN, HIDDEN, 0)])
        assert all(b.pk for b in bulk)
        Letter.objects.create(note=n, subject="s")
        Letter.objects.create(note=h, subject="h")
        assert set(Note.objects.values_list("text", flat=True)) == {"seen"}
        assert Letter.objects.filter(note__text="seen").count() == 1
        assert [x.note.text for x in Letter.objects.select_related("note")] == ["seen"]
        n.mask = HIDDEN
        n.save()
        assert Note.objects.count() == 1
        with connection.cursor() as c:
            c.execute(f"SELECT text FROM house_note WHERE {gate.condition('house_note')}")
            assert c.fetchall() == [("seen",)]
            with pytest.raises(gate.Refused):
                c.execute(f"SELECT text FROM house_note WHERE {gate.condition('house_note')} OR 1=1")
        assert Note.objects.all().delete()[0] == 1
    with gate.using("tests.other"):
        assert Note.objects.count() == 3
