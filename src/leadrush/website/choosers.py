"""The editor's chooser of a picture, without a script inside the page: those are refused there too."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django import forms
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.images.widgets import AdminImageChooser


class PictureChooser(AdminImageChooser):
    """Wagtail's chooser, started by a file of ours that reads what to start from the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the chooser and, as data, how it is started."""
        data = self.get_value_data(value)
        start = {
            "kind": self.js_constructor,
            "id": attrs["id"],
            "options": self.get_js_init_options(attrs["id"], name, data),
        }
        return format_html(
            '{}<template data-chooser="{}"></template>',
            mark_safe(self.render_html(name, data, attrs)),  # noqa: S308 - Wagtail's own template
            json.dumps(start),
        )

    @cached_property
    def media(self) -> forms.Media:
        """Return Wagtail's files and ours, which runs when the page has been read."""
        script = format_html('<script type="module" src="{}"></script>', static("website/editor/choosers.js"))
        return super().media + forms.Media(js=[script])
