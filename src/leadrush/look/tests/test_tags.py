"""The pieces that pages are built of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.paginator import Paginator
from django.http import HttpRequest

from leadrush import gate
from leadrush.look import models, proofs
from leadrush.statement import Version

Draw = Callable[..., str]
AT = datetime(2026, 11, 22, 10, 45, tzinfo=UTC)


def test_a_mark_leads_to_its_clause_and_says_its_number(version: Version, draw: Draw) -> None:
    assert draw('{% mark "webinars" %}') == (
        '<a class="mark" href="/privacy/#webinars" aria-label="Clause 2 of the privacy statement">§2</a>'
    )


def test_a_mark_for_a_clause_that_is_not_in_force_is_never_drawn(version: Version, draw: Draw) -> None:
    with pytest.raises(gate.NotInForce):
        draw('{% mark "promotions" %}')


def test_a_mark_shows_what_the_last_check_found_in_words_too(version: Version, draw: Draw) -> None:
    proofs.register(lambda slug: proofs.Proof("broken", "The eraser has not reported.", AT, stops=True), None)
    assert 'data-state="broken"' in draw('{% mark "webinars" %}')
    assert "broken" in draw('{% mark "webinars" %}').split("aria-label=")[1]
    assert draw('{% broken "webinars" as failure %}{{ failure.sentence }}') == "The eraser has not reported."


def test_a_clause_that_is_kept_closes_no_form(version: Version, draw: Draw) -> None:
    proofs.register(lambda slug: proofs.Proof("kept", "All are.", AT), None)
    assert draw('{% broken "webinars" as failure %}{% if failure %}closed{% endif %}') == ""
    proofs.register(lambda slug: proofs.Proof("broken", "One is not, and nothing stops.", AT), None)
    assert draw('{% broken "webinars" as failure %}{% if failure %}closed{% endif %}') == ""


def test_the_seal_says_how_many_are_kept_once_they_are_counted(
    business: models.Business, version: Version, draw: Draw
) -> None:
    proofs.register(None, lambda: proofs.Count(3, 3, AT))
    assert "3 of 3 clauses kept" in draw("{% seal %}")
    proofs.register(None, lambda: proofs.Count(2, 3, AT, broken=1))
    assert 'data-state="broken"' in draw("{% seal %}")
    proofs.register(None, lambda: proofs.Count(2, 3, AT))
    waits = draw("{% seal %}")
    assert 'data-state="due"' in waits and "2 of 3 clauses kept" in waits
    proofs.register(None, lambda: proofs.Count(3, 3, AT, idle=1))
    fresh = draw("{% seal %}")
    assert "data-state" not in fresh and "3 of 3 clauses kept" in fresh
    assert "1 has nothing to count yet" in fresh


def test_a_promise_without_words_uses_the_clauses_own(version: Version, draw: Draw) -> None:
    assert "Short words of webinars." in draw('{% promise "webinars" %}{% endpromise %}')
    drawn = draw(
        '{% promise "webinars" %}Your e-mail. <span class="when">{{ x }}</span>{% endpromise %}', x="<b>"
    )
    assert '<span class="when">&lt;b&gt;</span>' in drawn


def test_what_is_put_into_a_piece_is_escaped(business: models.Business, version: Version, draw: Draw) -> None:
    bad = '"><script>alert(1)</script>'
    pieces = [
        "{% row bad url=bad num=bad %}{{ bad }}{% endrow %}",
        "{% empty bad %}{{ bad }}{% endempty %}",
        "{% event bad at=at %}{{ bad }}{% endevent %}",
        "{% switch bad bad %}{{ bad }}{% endswitch %}",
        "{% tick bad value=bad %}{{ bad }}{% endtick %}",
    ]
    for piece in pieces:
        assert "<script" not in draw(piece, bad=bad, at=AT), piece


def test_numbers_are_written_the_business_way(business: models.Business, draw: Draw) -> None:
    assert draw("{% proof 12431 %}") == '<span class="proof">12,431</span>'
    assert draw("{{ n|number }}", n=1234567) == "1,234,567"
    business.locale = "de_DE"
    business.save()
    assert draw("{{ n|number }}", n=1234567) == "1,234,567", "an English page stays English"


def test_prices_are_said_without_pence_where_there_are_none(business: models.Business, draw: Draw) -> None:
    from decimal import Decimal

    assert draw('{{ p|money:"GBP" }}', p=Decimal("1068")) == "£1,068"
    assert draw('{{ p|money:"GBP" }}', p=Decimal("96.20")) == "£96.20"


@pytest.mark.parametrize(("value", "most", "width"), [(50, 200, "25.0"), (0, 0, "0.0"), (300, 200, "100.0")])
def test_a_length_is_its_number(value: int, most: int, width: str, draw: Draw) -> None:
    assert f'width="{width}"' in draw("{% length value most %}", value=value, most=most)


def test_a_tally_is_ink_here_and_to_come(draw: Draw) -> None:
    drawn = draw("{% tally 2 4 %}")
    assert [part.split('"')[0] for part in drawn.split('<i class="')[1:]] == ["done", "done", "now", ""]


def test_the_way_to_other_pages_keeps_what_was_asked(get: Callable[[str], HttpRequest], draw: Draw) -> None:
    pages = Paginator(range(50), 10)
    drawn = draw("{% pages page %}", get("/console/outbox/?state=failed&page=2"), page=pages.page(2))
    assert 'href="?state=failed&amp;page=1"' in drawn and 'href="?state=failed&amp;page=3"' in drawn
    assert "Page 2 of 5" in drawn
    assert draw("{% pages page %}", get("/"), page=Paginator(range(3), 10).page(1)).strip() == ""
