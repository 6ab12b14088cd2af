"""The forms of guides: an address, and what staff write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leadrush.guides.models import Guide
from leadrush.guides.publishing import KINDS
from leadrush.look.forms import AddressField, Form, Spoken
from leadrush.media.fields import MediaField


class Asking(Form):
    """Send me the guide. `signed_in` leaves the address out: it is known and proven."""

    email = AddressField(help_text=_("The only thing we need."))

    def __init__(self, *args: Any, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["email"]


class GuideForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """What a guide's page says, and how it is had."""

    class Meta:
        model = Guide
        fields = ("title", "slug", "lede", "body", "inside", "asks")
        help_texts = {
            "slug": _("The last part of the page’s address: small letters, figures and hyphens."),
            "body": _("Markdown. It stands under the first sentences."),
            "inside": _("A sentence a line."),
        }
        widgets = {
            "lede": forms.Textarea(attrs={"rows": 3}),
            "inside": forms.Textarea(attrs={"rows": 4}),
            "asks": forms.RadioSelect,
        }


class EditionForm(Form):
    """A file to hand out, and what changed in it."""

    file = MediaField(label=_("File"), help_text=_("PDF, EPUB, ZIP, MP3 or MP4."), kinds=KINDS)
    words = forms.CharField(
        label=_("What changed"),
        help_text=_("A sentence for those who had the edition before."),
        max_length=300,
        required=False,
    )
