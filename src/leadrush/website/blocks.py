"""What an editor builds a page of: a few kinds of section, each drawn in one way."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from leadrush.look import blocks as rooms
from leadrush.look import marks

WORDS = ["bold", "italic", "link", "ol", "ul"]


def sections() -> list[tuple[str, Any]]:
    """Return what rooms offer, asked for when the editor opens."""
    return list(rooms.choices())


def clauses() -> list[tuple[str, str]]:
    """Return (slug, words) of each clause in force."""
    version = marks.version()
    return (
        [(clause.slug, f"§{n} {clause.short}") for n, clause in enumerate(version.clauses, 1)]
        if version
        else []
    )


class Heading(blocks.CharBlock):
    """A heading in an article."""

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "website/blocks/heading.html"


class Prose(blocks.RichTextBlock):
    """Running text."""

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "website/blocks/prose.html"


class PictureBlock(blocks.StructBlock):
    """A picture: what it shows, for whoever does not see it, and a line below."""

    picture = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Line below"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "website/blocks/picture.html"


class Quote(blocks.StructBlock):
    """Somebody's words. Their name is shown to everybody, so they have to have agreed."""

    words = blocks.TextBlock(label=_("Their words"))
    who = blocks.CharBlock(
        label=_("Who said it"),
        required=False,
        max_length=120,
        help_text=_("Everybody can read this. Name a person only if they agreed."),
    )

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "website/blocks/quote.html"


class LinkBlock(blocks.StructBlock):
    """One way on: words that say where it leads."""

    words = blocks.CharBlock(label=_("Words"), max_length=80)
    page = blocks.PageChooserBlock(label=_("A page here"), required=False)
    address = blocks.CharBlock(
        label=_("Or an address"), required=False, max_length=500, help_text=_("Like /webinars/")
    )

    class Meta:
        icon = "link"
        label = _("Link")
        template = "website/blocks/link.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Add `url`: the page's address, else the one that was written; only a path or http(s)."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page, address = value.get("page"), (value.get("address") or "").strip()
        good = address.startswith(("https://", "http://")) or (
            address.startswith("/") and not address.startswith("//")
        )
        context["url"] = page.url if page else address if good else ""
        return context


class Room(blocks.ChoiceBlock):
    """A section that a room fills, such as the next webinars."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("choices", sections)
        super().__init__(**kwargs)

    class Meta:
        icon = "list-ul"
        label = _("From a room")
        template = "website/blocks/room.html"


class Articles(blocks.StructBlock):
    """The newest articles, as rows."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    words = blocks.CharBlock(label=_("Words beside it"), required=False, max_length=200)

    class Meta:
        icon = "doc-full"
        label = _("Newest articles")
        template = "website/blocks/articles.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Add the newest articles."""
        from leadrush.website.pages import newest

        context: dict[str, Any] = super().get_context(value, parent_context)
        context["articles"], context["more"] = newest()
        return context


class Promises(blocks.StructBlock):
    """A few sentences of the privacy statement, each with its mark."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=160)
    words = blocks.TextBlock(label=_("Words"), required=False)
    clauses = blocks.ListBlock(blocks.ChoiceBlock(choices=clauses), label=_("Clauses"), max_num=5)

    class Meta:
        icon = "check"
        label = _("What we promise")
        template = "website/blocks/promises.html"

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """Add the chosen clauses that are in force; a later version may have dropped one."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        version = marks.version()
        chosen = [slug for slug in value["clauses"] if version and version.number_of(slug)]
        context["version"] = version
        context["promises"] = [version.clause(slug) for slug in chosen] if version else []
        context["statement"] = marks.statement_url()
        return context


class Chapter(blocks.StructBlock):
    """A section of the home page: heading, text, and a picture beside it."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    words = blocks.RichTextBlock(label=_("Text"), features=WORDS)
    picture = ImageBlock(label=_("Picture"), required=False)
    tinted = blocks.BooleanBlock(label=_("On a tint"), required=False)

    class Meta:
        icon = "doc-empty"
        label = _("Section")
        template = "website/blocks/chapter.html"


def home_blocks() -> list[tuple[str, Any]]:
    """Return the kinds of section of a home page."""
    return [("room", Room()), ("articles", Articles()), ("chapter", Chapter()), ("promises", Promises())]


def article_blocks() -> list[tuple[str, Any]]:
    """Return what an article is made of."""
    return [
        ("heading", Heading(max_length=120)),
        ("prose", Prose(features=WORDS)),
        ("picture", PictureBlock()),
        ("quote", Quote()),
        ("link", LinkBlock()),
    ]
