"""How forms are drawn and what they say: label, hint, error, input; a list of links on top; no script needed.

`Renderer` is the site's FORM_RENDERER, so `{{ form }}` and `{% field form.email %}` look alike everywhere.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from leadrush import look
from leadrush.look import times as home
from leadrush.vault import addresses, cards


class Renderer(TemplatesSetting):
    """Draws every form of the site with the templates of this part."""

    form_template_name = "look/forms/form.html"
    field_template_name = "look/forms/bound.html"


class Spoken(forms.BaseForm):
    """Mixin: errors say what to write. Put it before `forms.Form` or `forms.ModelForm`.

    Only Django's own words are replaced; a message that a form gives itself stays. No field of words takes
    the number of a card, but those named in `figures`: the business's own numbers.
    """

    figures: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if _holds_words(field) and name not in self.figures:
                field.validators.append(cards.refuse)
            for code, words in _words(field).items():
                # Django's own words are translatable and come from its catalogue; a form's own stay.
                if code in _given(field):
                    continue
                field.error_messages[code] = words


class Form(Spoken, forms.Form):
    """A form whose errors say what to write."""


class AddressField(forms.CharField):
    """A whole e-mail address, read as the vault reads it; the one in which every form asks for one.

    No `EmailField`: its pattern refuses addresses that exist, such as those with letters beyond ASCII.
    """

    def __init__(self, *, autocomplete: str = "email", **kwargs: Any) -> None:
        attrs = {
            "inputmode": "email",
            "autocomplete": autocomplete,
            "autocapitalize": "none",
            "spellcheck": "false",
            "pattern": r"[^@\s]+@[^@\s]+",
        }
        said = {
            "required": _("Write it like name@example.org."),
            "max_length": _("An e-mail address has at most 254 characters."),
        }
        facts: dict[str, Any] = {"label": _("Your e-mail"), "max_length": addresses.LONGEST} | kwargs
        super().__init__(widget=forms.TextInput(attrs=attrs), error_messages=said, **facts)

    def clean(self, value: Any) -> str:
        """Return the address in its normal form; empty where none is needed and none was typed."""
        text = str(super().clean(value) or "")
        return addresses.read(text) if text else ""


def _holds_words(field: forms.Field) -> bool:
    others = AddressField | forms.EmailField | forms.UUIDField
    return isinstance(field, forms.CharField) and not isinstance(field, others)


class HomeTime(forms.DateTimeField):
    """A day and an hour as the business's clocks show them, kept as an instant."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        return home.at_home(value).replace(tzinfo=None) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        """Return the instant. Refuses an hour that a change of clocks leaves out or shows twice."""
        try:
            naive = super().to_python(value)
        except ValidationError:
            raise ValidationError(_("Write the day and the hour like 2027-05-14 19:00.")) from None
        if naive is None:
            return None
        zone = look.business().zone
        wall = naive.replace(tzinfo=None)
        here = wall.replace(tzinfo=zone)
        if here.utcoffset() != here.replace(fold=1).utcoffset():
            raise ValidationError(_("The clocks change in this hour. Choose an hour before or after it."))
        return here


def _given(field: forms.Field) -> set[str]:
    """Return the codes whose words the form gave itself, and not Django."""
    known: dict[str, Any] = {}
    for base in reversed(type(field).__mro__):
        known.update(getattr(base, "default_error_messages", {}))
    return {code for code, words in field.error_messages.items() if words != known.get(code)}


def _words(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.ChoiceField):
        return {"required": _("Choose one."), "invalid_choice": _("Choose one of those shown.")}
    if isinstance(field, forms.BooleanField):
        return {"required": _("Tick this to go on.")}
    words = {
        "required": _("Fill this in."),
        "max_length": _("Use at most %(limit_value)d characters. This has %(show_value)d."),
        "min_length": _("Use at least %(limit_value)d characters. This has %(show_value)d."),
        "max_value": _("Write a number up to %(limit_value)s."),
        "min_value": _("Write a number from %(limit_value)s."),
        "null_characters_not_allowed": _("Take out the characters that cannot be seen, and send it again."),
    }
    for field_class, invalid in (
        (forms.EmailField, _("Write it like name@example.org.")),
        (forms.DateTimeField, _("Write the day and the hour like 2027-05-14 19:00.")),
        (forms.DateField, _("Write the day like 2027-05-14.")),
        (forms.IntegerField, _("Write a whole number.")),
        (forms.URLField, _("Write the whole address, like https://example.org/page.")),
    ):
        if isinstance(field, field_class):
            words["invalid"] = invalid
            break
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
    if isinstance(bound.field, AddressField):
        return str(bound.field.error_messages["required"])
    return (
        str(bound.field.error_messages.get("invalid", ""))
        if isinstance(bound.field, forms.EmailField)
        else ""
    )


def put_right(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Return (id of the input, words) for each error; the id is empty for errors of the whole form."""
    found = [("", str(error)) for error in form.non_field_errors()]
    for bound in form:
        for error in bound.errors:
            # A group has no input of the field's own id: its first choice carries `_0`.
            target = f"{bound.auto_id}_0" if kind(bound) == "group" else bound.auto_id
            words = _("%(label)s: %(error)s") % {"label": bound.label, "error": error}
            found.append(("", str(error)) if bound.is_hidden else (target, words))
    return found
