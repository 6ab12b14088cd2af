"""A form's field that takes a file, however large: `MediaField(label=..., kinds=VIDEO)` gives a kept `File`.

With script, a file larger than a piece is sent ahead of its form, goes on where it stopped, and the form
hands in a signed word. Without, the form sends the file itself, up to what the site takes at once. A file
that came with a form that has to be put right is kept, and need not be chosen again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadrush.look import parts
from leadrush.media import arrivals, keeping, links
from leadrush.media.contents import Kind
from leadrush.media.models import File


class Arriving(forms.Widget):
    """A file input; beside it what has arrived already, and what draws how the rest comes."""

    template_name = "media/arriving.html"
    needs_multipart_form = True
    kinds: Collection[Kind] = ()

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the file that was sent with the form, or the word for one that came before it."""
        return (files.get(name) if files else None) or data.get(f"{name}-arrived") or None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Say whether the form had no such field."""
        return name not in (files or {}) and f"{name}-arrived" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        """Say no: a browser that asks for a file would not see that one has arrived."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Return what the template needs."""
        context = super().get_context(name, None, attrs)
        there = links.handed_in(value) if isinstance(value, str) else None
        context |= {
            "word": value if there else "",
            "arrived": there,
            "accept": ",".join(f".{kind.ending}" for kind in self.kinds),
            "kinds": " ".join(kind.media for kind in self.kinds),
            "address": reverse("media:begin"),
            "piece": min(arrivals.PIECE, settings.MAX_BODY),
            "script": parts.tus(),
            "most": filesizeformat(settings.MAX_BODY),
        }
        return context


class MediaField(forms.Field):
    """A file of one of some kinds. Its value is a kept row of `File`, or None where it may stay empty."""

    widget = Arriving

    def __init__(self, *, kinds: Collection[Kind], **named: Any) -> None:
        said = {"required": gettext_lazy("Choose a file."), **named.pop("error_messages", {})}
        super().__init__(error_messages=said, **named)
        self.kinds = self.widget.kinds = tuple(kinds)

    def clean(self, value: Any) -> File | None:
        """Return the file. Raises `ValidationError`."""
        super().clean(value)
        if value in self.empty_values:
            return None
        if isinstance(value, UploadedFile):
            try:
                return keeping.keep(value, self.kinds)
            except OSError as fault:
                if fault.errno not in keeping.FULL:
                    raise
                raise ValidationError(keeping.no_room(value.size or 0)) from None
        there = links.handed_in(str(value))
        if there is None:
            raise ValidationError(_("What had arrived waited for a day and is gone. Choose the file again."))
        file, _name = there
        if file.kind not in {kind.media for kind in self.kinds}:
            wanted = ", ".join(str(kind.title) for kind in self.kinds)
            raise ValidationError(_("Choose a file of one of these kinds: %(kinds)s.") % {"kinds": wanted})
        return file

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Return the field as it is drawn: a file that was kept is shown as one that has arrived."""
        return _Bound(form, self, field_name)


class _Bound(forms.BoundField):
    """A file field of a form that was sent: what came with it is a word there, and no error of another
    field loses it."""

    def value(self) -> Any:
        """Return the word for what has come, if anything has."""
        given = super().value()
        if not isinstance(given, UploadedFile):
            return given
        kept = getattr(self.form, "cleaned_data", {}).get(self.name)
        return links.arrived(kept.pk, given.name or "") if isinstance(kept, File) else None
