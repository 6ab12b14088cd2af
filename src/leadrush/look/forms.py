"""How forms are drawn and what they say: label, hint, error, input; a list of links on top; no script needed.

`Renderer` is the site's FORM_RENDERER, so `{{ form }}` and `{% field form.email %}` look alike everywhere.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _


class Renderer(TemplatesSetting):
    """Draws every form of the site with the templates of this part."""

    form_template_name = "look/forms/form.html"
    field_template_name = "look/forms/bound.html"


class Spoken(forms.BaseForm):
    """Mixin: errors say what to write. Put it before `forms.Form` or `forms.ModelForm`.

    Only Django's own words are replaced; a message that a form gives itself stays.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = field.label or name.replace("_", " ").capitalize()
            for code, words in _words(field).items():
                plain = type(field).default_error_messages.get(
                    code
                ) or forms.Field.default_error_messages.get(code)
                if field.error_messages.get(code) in (None, plain):
                    field.error_messages[code] = words % {"label": label}


class Form(Spoken, forms.Form):
    """A form whose errors say what to write."""


def _words(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.ChoiceField):
        return {"required": _("Choose one: %(label)s."), "invalid_choice": _("Choose one of those shown.")}
    if isinstance(field, forms.BooleanField):
        return {"required": _("Tick this to go on: %(label)s.")}
    words = {"required": _("Fill this in: %(label)s.")}
    if isinstance(field, forms.EmailField):
        words["invalid"] = _("Write it like name@example.org.")
    elif isinstance(field, forms.DateTimeField):
        words["invalid"] = _("Write the day and the hour like 2027-05-14 19:00.")
    elif isinstance(field, forms.DateField):
        words["invalid"] = _("Write the day like 2027-05-14.")
    elif isinstance(field, forms.IntegerField):
        words["invalid"] = _("Write a whole number.")
    elif isinstance(field, forms.URLField):
        words["invalid"] = _("Write the whole address, like https://example.org/page.")
    return words


def kind(bound: BoundField) -> str:
    """Return how a field is drawn: `tick`, `group` (several under one legend), `hidden` or `one`."""
    if bound.is_hidden:
        return "hidden"
    if isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return "tick"
    return "group" if bound.use_fieldset else "one"


def control(bound: BoundField, live: str = "", without: str = "") -> SafeString:
    """Return the input itself, tied by aria-describedby to each text that stands with it, in their order."""
    ids = []
    if bound.help_text:
        ids.append(f"{bound.auto_id}_helptext")
    if without:
        ids.append(f"{bound.auto_id}_without")
    if bound.errors:
        ids.append(f"{bound.auto_id}_error")
    if live:
        ids.append(f"{bound.auto_id}_live")
    attrs: dict[str, str | bool] = {"aria-describedby": " ".join(ids)} if ids and bound.auto_id else {}
    return bound.as_widget(attrs=attrs)


def live_words(bound: BoundField) -> str:
    """Return what the browser may say before anything is sent, where a form can be wrong in one way only."""
    return (
        str(bound.field.error_messages.get("invalid", ""))
        if isinstance(bound.field, forms.EmailField)
        else ""
    )


def put_right(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return (id of the input, error) for each error; the id is empty for errors of the whole form."""
    found = [("", str(error)) for error in form.non_field_errors()]
    for bound in form:
        for error in bound.errors:
            # A group has no input of the field's own id: its first choice carries `_0`.
            target = f"{bound.auto_id}_0" if kind(bound) == "group" else bound.auto_id
            found.append(("" if bound.is_hidden else target, str(error)))
    return found
