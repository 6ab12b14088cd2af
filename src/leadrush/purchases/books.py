"""For the books: the invoices of a year as PDF files, some hundred in one archive at a time.

No archive is kept: names and addresses would lie in it unsealed. A part that broke off is asked for again.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.db.models.functions import ExtractYear

from leadrush import vault
from leadrush.purchases import invoicing
from leadrush.purchases.models import Invoice

AT_ONCE = 200
"""So many invoices are in one archive: some seconds of work."""
WHAT = "purchases.books"


@dataclass(frozen=True)
class Year:
    """A year in which invoices were written: how many, and in how many archives they come."""

    year: int
    count: int

    @property
    def parts(self) -> list[tuple[int, int, int]]:
        """The archives: which, from the how-manieth invoice of the year, to which."""
        starts = range(0, self.count, AT_ONCE)
        return [(n, start + 1, min(start + AT_ONCE, self.count)) for n, start in enumerate(starts, 1)]


def years() -> list[Year]:
    """Return the years in which invoices were written, newest first. Needs `purchases.account`."""
    written = Invoice.objects.filter(number__isnull=False)
    found = written.annotate(year=ExtractYear("day")).values_list("year").annotate(count=Count("pk"))
    return [Year(year, count) for year, count in found.order_by("-year")]


def part(year: int, number: int) -> list[Invoice]:
    """Return the invoices of one archive, in the order in which they were written."""
    start = (number - 1) * AT_ONCE
    written = Invoice.objects.filter(day__year=year, number__isnull=False)
    return list(written.order_by("pk")[start : start + AT_ONCE])


def archive(invoices: Sequence[Invoice]) -> bytes:
    """Return these invoices as a ZIP of PDF files. All are opened in one, and written down before."""
    texts = vault.unseal(
        [(one.person_id, one.sealed) for one in invoices],
        context=Invoice.CONTEXT,
        category=invoicing.CATEGORY,
        what=WHAT,
        each=True,
    )
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as zipped:  # PDF files are packed already
        for invoice, text in zip(invoices, texts, strict=True):
            zipped.writestr(f"{invoice.number}.pdf", invoicing.set_as_pdf(invoice, invoicing.read(text)))
    return held.getvalue()
