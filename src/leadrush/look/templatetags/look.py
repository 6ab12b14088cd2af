"""`{% load look %}`: the pieces that pages are built of. README.md beside this part shows each in use."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadrush import look
from leadrush.look import charts, marks, menu, numbers, parts, proofs, regions, times, writing
from leadrush.look import forms as drawing

register = template.Library()
Context = dict[str, Any]


def _request(context: Context) -> HttpRequest | None:
    return context.get("request")


# --- the promise motif -------------------------------------------------------------------------------


@register.simple_tag
def mark(slug: str, alone: bool = False) -> SafeString:
    """Draw the mark of a clause, a link to it in the statement; `alone=True` makes it a target of 24 px."""
    it = marks.mark(slug)
    state = format_html(' data-state="{}"', it.state) if it.state else ""
    return format_html(
        '<a class="{}" href="{}" aria-label="{}"{}>§{}</a>',
        "mark alone" if alone else "mark",
        it.url,
        it.label,
        state,
        it.number,
    )


@register.simple_block_tag
def promise(content: str, slug: str) -> SafeString:
    """Wrap what, why and until when beside the clause's mark: the last thing in a form about a person.

    With nothing between the tags it is the clause's own short words.
    """
    words = mark_safe(content.strip()) or marks.mark(slug).short  # noqa: S308 - rendered by the engine
    return format_html('<p class="promise">{} <span>{}</span></p>', mark(slug), words)


@register.simple_tag
def broken(slug: str) -> proofs.Proof | None:
    """Give the failed check of a clause under which nothing is taken for now (`sentence`, `at`), or None.

    `{% broken "slug" as failure %}{% if failure %}`: the form is closed, and says why. A clause may be broken
    and stop nothing: its mark says so, and its forms stay open.
    """
    found = proofs.of(slug)
    return found if found and found.state == "broken" and found.stops else None


@register.simple_tag
def proof(value: int) -> SafeString:
    """Draw a figure that a check counted. Nothing else may stand in it."""
    return format_html('<span class="proof">{}</span>', numbers.number(value))


@register.inclusion_tag("look/parts/seal.html")
def seal(short: bool = False) -> Context:
    """Draw the seal: how many clauses are kept; before checks count, which version is in force."""
    return {
        "count": proofs.count(),
        "version": marks.version(),
        "url": marks.statement_url(),
        "short": short,
    }


# --- times and numbers -------------------------------------------------------------------------------


@register.simple_tag
def when(moment: datetime, style: str = "plain", local: bool = False) -> SafeString:
    """Write a moment in the business's zone.

    `style` is `plain`, `full` (with the weekday), `near` (today, 09:00) or `clock`.
    `local=True` adds the reader's own hour beside it where that differs, if scripts run.
    """
    words = {
        "plain": times.when,
        "full": lambda at: times.when(at, weekday=True),
        "near": times.near,
        "clock": times.clock,
    }[style](moment)
    return _time(moment, words, local)


@register.simple_tag
def hours(start: datetime, end: datetime, local: bool = False) -> SafeString:
    """Write from when to when: `Thursday 26 November, 19:00–19:55`."""
    return _time(start, times.hours(start, end), local)


@register.simple_tag
def day(value: date | datetime, style: str = "plain") -> SafeString:
    """Write a day: `plain`, `full` (with the weekday) or `short` (`2 Jun`)."""
    words = times.day(value, weekday=style == "full", short=style == "short")
    stamp = times.at_home(value).date() if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', stamp.isoformat(), words)


@register.simple_tag
def zone(moment: datetime | None = None) -> str:
    """Say the business's zone in words: `London time, GMT+01:00`."""
    return times.zone_words(moment)


def _time(moment: datetime, words: str, local: bool) -> SafeString:
    here = times.at_home(moment)
    # The words are translated here; the script only puts the hour in.
    extra = (
        format_html(' data-local="{}" data-zone="{}"', _("%(time)s where you are"), look.business().time_zone)
        if local
        else ""
    )
    return format_html('<time datetime="{}"{}>{}</time>', here.isoformat(timespec="minutes"), extra, words)


@register.filter
def number(value: int | float | Decimal) -> str:
    """Write `12431` as `12,431`."""
    return numbers.number(value)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Write an amount in its currency: `{{ price|money:"GBP" }}`."""
    return numbers.money(amount, currency)


@register.filter
def prose(text: str) -> SafeString:
    """Write the owner's Markdown as safe HTML."""
    return writing.prose(text)


# --- forms -------------------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, live: str = "", without: str = "") -> SafeString:
    """Draw one field: label, hint, what is missing without it, error, input.

    `live` is what the browser may say while it is being filled in; `without` says what stops working when
    an optional field stays empty.
    """
    kind = drawing.kind(bound)
    if kind == "hidden":
        return mark_safe(str(bound))  # noqa: S308 - the widget's own escaped HTML
    live = live or drawing.live_words(bound)
    context = {
        "field": bound,
        "live": live,
        "without": without,
        "control": "" if kind == "group" else drawing.control(bound, live, without),
        "choices": isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
    }
    return SafeString(render_to_string(f"look/forms/{kind}.html", context))


@register.simple_tag
def errors(form: forms.BaseForm) -> SafeString:
    """Draw the list of what to put right, each a link to its input; nothing where nothing is wrong."""
    if not form.is_bound or not form.errors:
        return SafeString("")
    wrong = drawing.put_right(form)
    title = ngettext("One thing to put right", "%(count)s things to put right", len(wrong))
    lines = format_html_join(
        "",
        "<li>{}</li>",
        ((format_html('<a href="#{}">{}</a>', at, text) if at else text,) for at, text in wrong),
    )
    return format_html(
        '<div class="errors" role="alert" tabindex="-1" autofocus><p><b>{}</b></p><ul>{}</ul></div>',
        title % {"count": numbers.number(len(wrong))},
        lines,
    )


@register.simple_block_tag
def tick(
    content: str, name: str, value: str = "on", kind: str = "checkbox", chosen: bool = False
) -> SafeString:
    """Draw a tick outside a Django form (`kind="radio"` for one of several).

    A purpose is never chosen beforehand.
    """
    return format_html(
        '<label class="tick"><input type="{}" name="{}" value="{}"{}> <span>{}</span></label>',
        kind,
        name,
        value,
        mark_safe(" checked") if chosen else "",
        content,
    )


@register.simple_block_tag
def switch(
    content: str,
    name: str,
    title: str,
    on: bool = False,
    locked: bool = False,
    clause: str = "",
    send: bool = False,
) -> SafeString:
    """Draw a switch: its title and mark, and below it since when (or, when locked, how to unlock it).

    `send=True` sends the form as it is switched, if scripts run; the form still needs its button
    (`<button class="btn small" data-without-script>`).
    """
    return format_html(
        '<label class="switch"><span><b>{}</b> {}<br><span class="less soft">{}</span></span>'
        '<input type="checkbox" role="switch" name="{}" value="on"{}{}{}></label>',
        title,
        mark(clause) if clause else "",
        content,
        name,
        mark_safe(" checked") if on else "",
        mark_safe(" disabled") if locked else "",
        mark_safe(" data-send") if send else "",
    )


# --- lists -------------------------------------------------------------------------------------------


@register.simple_block_tag
def row(content: str, title: str, url: str = "", num: str | int = "") -> SafeString:
    """Draw one line of `ul.rows`: a title (a link with `url`), a figure on the right, and more below."""
    main = format_html('<a href="{}">{}</a>', url, title) if url else format_html("<span>{}</span>", title)
    figure = numbers.number(num) if isinstance(num, int) else num
    below = content.strip()
    return format_html(
        '<li class="row">{} <span class="num soft less">{}</span>{}</li>',
        main,
        figure,
        format_html('<span class="soft less">{}</span>', mark_safe(below)) if below else "",  # noqa: S308
    )


@register.simple_block_tag
def event(content: str, who: str, at: datetime, clause: str = "") -> SafeString:
    """Draw one line of `ol.timeline`: when, *who* in bold, what was used for what, and its mark."""
    return format_html(
        "<li>{}<p><b>{}</b> {} {}</p></li>",
        when(at, "near"),
        who,
        mark_safe(content.strip()),  # noqa: S308 - rendered by the engine, escaped there
        mark(clause) if clause else "",
    )


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """Say that a list is empty, and what will arrive there."""
    return format_html('<div class="empty"><b>{}</b><span>{}</span></div>', title, mark_safe(content.strip()))  # noqa: S308


@register.inclusion_tag("look/parts/pages.html", takes_context=True)
def pages(context: Context, page: Any) -> Context:
    """Draw the way to the pages before and after of a Django `Page`, keeping the rest of the address."""
    request = _request(context)
    return {"page": page, "query": request.GET if request else {}, "request": request}


@register.inclusion_tag("look/parts/bars.html")
def bars(chart: charts.Bars) -> Context:
    """Draw a chart of bars, with its table."""
    return {
        "chart": chart,
        "width": charts.WIDTH,
        "left": charts.LEFT,
        "ground": charts.GROUND,
    }


@register.simple_tag
def length(value: float, most: float, kind: str = "") -> SafeString:
    """Draw a bar that is `value` of `most`. The number stands beside it, so the drawing itself is silent."""
    share = 100 * value / most if most else 0
    return format_html(
        '<svg class="{}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="10"/></svg>',
        f"length {kind}".strip(),
        f"{max(0.0, min(share, 100.0)):.1f}",
    )


@register.simple_tag
def tally(done: int, total: int, now: bool = True) -> SafeString:
    """Draw progress in strokes; `7 of 9` stands beside it."""
    strokes = ["done" if at < done else "now" if now and at == done else "" for at in range(total)]
    return format_html(
        '<span class="tally" aria-hidden="true">{}</span>',
        format_html_join("", '<i class="{}"></i>', ((s,) for s in strokes)),
    )


# --- the frame ---------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def menu_top(context: Context) -> list[menu.Link]:
    """Give the entries of the menu: `{% menu_top as links %}`."""
    return menu.top(_request(context))


@register.simple_tag(takes_context=True)
def menu_foot(context: Context) -> list[menu.Link]:
    """Give the links at the foot: `{% menu_foot as links %}`."""
    return menu.foot(_request(context))


@register.simple_tag(takes_context=True)
def region(context: Context, name: str) -> SafeString:
    """Show what the parts above have put into a region of the base template."""
    return regions.render(name, _request(context))


@register.simple_tag
def the_business() -> Any:
    """Give the business where a template is drawn without a request: `{% the_business as business %}`."""
    return look.business()


@register.simple_tag
def the_version() -> Any:
    """Give the statement in force, or None: `{% the_version as version %}`."""
    return marks.version()


@register.simple_tag
def the_statement() -> str:
    """Give the statement's address: `{% the_statement as url %}`."""
    return marks.statement_url()


@register.simple_tag
def own_green() -> str:
    """Give the address of the owner's green, or nothing where none is set."""
    business = look.business()
    if not (business.green or business.green_dark):
        return ""
    return f"{reverse('look:green')}?v={business.changed_at:%Y%m%d%H%M%S%f}"


@register.simple_tag
def font_sheets() -> list[str]:
    """Give the addresses of the font's stylesheets; none where npm was absent at set-up."""
    if not parts.font():
        return []
    try:
        return [staticfiles_storage.url(f"hyperlegible/{name}.css") for name in ("wght", "wght-italic")]
    except ValueError:  # fetched after the static files were collected
        return []
