"""The pages that an editor writes: home and article, and the pictures on them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.models import Page, Site
from wagtail.search import index

from leadrush.website.blocks import article_blocks, home_blocks
from leadrush.website.choosers import PictureChooser
from leadrush.website.pictures import cleaned


class Picture(AbstractImage):
    """An uploaded picture, without what a camera writes beside it; described for whoever does not see it."""

    file: Any
    admin_form_fields = ("title", "description", "file", "collection", "tags")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    @property
    def default_alt_text(self) -> str:
        """What stands for the picture where nobody wrote more for this place."""
        return str(self.description)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.file and not self.file._committed:
            self.file = cleaned(self.file.file, str(self.file.name))
        super().save(*args, **kwargs)


class Rendition(AbstractRendition):
    """A picture at one size."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta(AbstractRendition.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="one_rendition")
        ]


class Addressed(Page):
    """A page whose address no room has taken."""

    class Meta:
        abstract = True

    promote_panels: ClassVar = [
        MultiFieldPanel(
            [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
            heading=_("Address, and what search engines show"),
        )
    ]
    # A page that only some may see would need its own door: rooms do that.
    settings_panels: ClassVar[list[Any]] = []

    def clean(self) -> None:
        """Refuse a slug that a room answers to: nobody would ever see the page."""
        super().clean()
        if self.slug and _taken(f"/{self.slug}/"):
            raise ValidationError({"slug": gettext("Something else stands at this address. Choose another.")})


def _taken(path: str) -> bool:
    try:
        return resolve(path).url_name != "wagtail_serve"
    except Resolver404:
        return False


class HomePage(Addressed):
    """The first page: a headline, one thing to do, and sections below."""

    headline = models.CharField(_("headline"), max_length=80)
    lede = models.TextField(_("what you do, in two sentences"), max_length=400)
    action_words = models.CharField(_("words on the button"), max_length=60, blank=True)
    action_path = models.CharField(_("where the button leads"), max_length=200, blank=True, default="")
    second_words = models.CharField(_("words of the link beside it"), max_length=60, blank=True)
    second_path = models.CharField(_("where the link leads"), max_length=200, blank=True, default="")
    picture = models.ForeignKey(
        Picture, verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(home_blocks(), verbose_name=_("sections"), blank=True)

    max_count = 1
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["website.ArticlePage"]
    template = "website/home.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("headline"),
        FieldPanel("lede"),
        MultiFieldPanel(
            [
                FieldPanel("action_words"),
                FieldPanel("action_path"),
                FieldPanel("second_words"),
                FieldPanel("second_path"),
            ],
            heading=_("What to do first"),
        ),
        FieldPanel("picture", widget=PictureChooser),
        FieldPanel("body"),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("headline"),
        index.SearchField("lede"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("home page")

    def clean(self) -> None:
        super().clean()
        for name in ("action_path", "second_path"):
            path = getattr(self, name)
            if path and not (path.startswith(("/", "#")) and not path.startswith("//")):
                raise ValidationError({name: gettext("Write a path of this site, like /webinars/.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add whether the button's room is there: a button that leads nowhere is not shown."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["action"] = self.action_words and leads(request, self.action_path)
        context["second"] = self.second_words and leads(request, self.second_path)
        return context


def leads(request: HttpRequest, path: str) -> bool:
    """Say whether something answers at a path of this site: a room that is there, or a page."""
    if path.startswith("#"):
        return True
    path = path.partition("#")[0].partition("?")[0]
    try:
        if resolve(path).url_name != "wagtail_serve":
            return True
        site = Site.find_for_request(request)
        if site is None:
            return False
        site.root_page.specific.route(request, [part for part in path.split("/") if part])
    except Http404:  # of which Resolver404 is one
        return False
    return True


class ArticlePage(Addressed):
    """A text to read."""

    day = models.DateField(_("day"), default=timezone.localdate)
    intro = models.TextField(_("what it says, in two sentences"), max_length=400)
    picture = models.ForeignKey(
        Picture, verbose_name=_("picture"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(article_blocks(), verbose_name=_("text"), blank=True)

    parent_page_types: ClassVar = ["website.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    template = "website/article.html"
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("day"),
        FieldPanel("intro"),
        FieldPanel("picture", widget=PictureChooser),
        FieldPanel("body"),
    ]
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("intro"),
        index.SearchField("body"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")


class Founded(models.Model):
    """That this site was founded to the last step; without the row the next start takes the steps again."""

    at = models.DateTimeField(default=timezone.now)
    demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="website_founded_once")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
