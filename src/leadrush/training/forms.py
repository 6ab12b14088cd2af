"""The forms of training: an address, a note, what is handed in, the name on a certificate."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leadrush.look import times as home
from leadrush.look.forms import Form
from leadrush.training import handing_in, noting, places
from leadrush.training.models import Assignment, Cohort
from leadrush.vault import addresses


class Asking(Form):
    """Give me the training. `signed_in` leaves the address out: it is known and proven."""

    # No EmailField: its pattern refuses addresses that exist, such as those with letters beyond ASCII.
    email = forms.CharField(
        label=_("Your e-mail"),
        help_text=_("The only thing we need."),
        max_length=addresses.LONGEST,
        widget=forms.TextInput(
            attrs={
                "inputmode": "email",
                "autocomplete": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                "pattern": r"[^@\s]+@[^@\s]+",
            }
        ),
        error_messages={
            "required": _("Write it like name@example.org."),
            "max_length": _("An e-mail address has at most 254 characters."),
        },
    )
    group = None
    """The group that was chosen, once the form is valid."""

    def __init__(self, *args: Any, signed_in: bool, groups: Sequence[Cohort] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._groups = {str(one.pk): one for one in groups}
        if signed_in:
            del self.fields["email"]
        if groups:
            self.fields["cohort"] = forms.ChoiceField(
                label=_("With whom"),
                choices=[("", _("Alone, at my own pace")), *((str(one.pk), _named(one)) for one in groups)],
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Nobody can join this group any more. Choose another.")},
            )

    def clean_email(self) -> str:
        """Return the address in its normal form."""
        return addresses.read(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        """Note which group was chosen."""
        data = super().clean() or {}
        chosen = str(self.data.get("cohort") or "")
        self.group = self._groups.get(chosen)
        if chosen and self.group is None and "cohort" not in self.errors:
            # The last group closed while the form was open: alone is not what was asked for.
            raise forms.ValidationError(_("Nobody can join this group any more. Nothing was stored."))
        return data


def _named(group: Cohort) -> str:
    return f"{group.name}, {home.day(group.first_day)} – {home.day(group.last_day)}"


class Once(Form):
    """A form that is taken once: it carries a number of its own."""

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class NoteForm(Once):
    """A note, at a second of the video or of the lesson as a whole."""

    words = forms.CharField(
        label=_("A note"),
        max_length=noting.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
        error_messages={"required": _("Write something first; nothing was kept.")},
    )
    seconds = forms.IntegerField(
        required=False, min_value=0, max_value=places.LATEST, widget=forms.HiddenInput
    )


class WorkForm(Once):
    """What is handed in: words, a file, or both, as the assignment takes them."""

    words = forms.CharField(
        label=_("Your words"),
        max_length=handing_in.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    file = forms.FileField(
        label=_("A file"),
        help_text=_("PDF, JPEG, PNG, WebP, ZIP, MP3 or MP4, up to 5 MB."),
        required=False,
        error_messages={"empty": _("This file is empty. Choose another.")},
    )

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if assignment.takes == Assignment.Takes.WORDS:
            del self.fields["file"]
            self.fields["words"].required = True
        elif assignment.takes == Assignment.Takes.FILE:
            del self.fields["words"]
            self.fields["file"].required = True

    def clean_file(self) -> Any:
        """Return the file. Refuses what is none of the kinds that are taken, by its bytes."""
        file = self.cleaned_data.get("file")
        if file:
            handing_in.told(file)
        return file

    def clean(self) -> dict[str, Any]:
        """Refuse a form with nothing in it."""
        data = super().clean() or {}
        if not self.errors and not data.get("words") and not data.get("file"):
            raise forms.ValidationError(_("Write something, or choose a file. Nothing was handed in."))
        return data


class NameForm(Form):
    """The name on a certificate; none is fine."""

    name = forms.CharField(
        label=_("The name on it"),
        help_text=_("As you want it to be read. Leave it empty for a certificate without a name."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class ShowForm(Form):
    """What others see of a certificate."""

    with_name = forms.BooleanField(
        label=_("Show my name there, too"),
        help_text=_("Not ticked means: title and day, without a name."),
        required=False,
    )
    name = forms.CharField(label=_("The name to show"), max_length=80, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the name where it is to be shown."""
        data = super().clean() or {}
        if data.get("with_name") and not data.get("name"):
            self.add_error("name", _("Write the name to show, or take the tick out."))
        return data
