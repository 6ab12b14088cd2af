"""The forms of the back office."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from leadrush.console import handles
from leadrush.console.access import ROLES
from leadrush.console.told import REASONS
from leadrush.look.forms import AddressField, Form
from leadrush.vault.models import Role


class FindForm(Form):
    """Find one person by the whole address."""

    address = AddressField(
        label=_("Find one person"),
        help_text=_("By the whole address. A part finds nothing, so that nobody can leaf through."),
        autocomplete="off",
    )


class OpenForm(Form):
    """Open a person who was found, and say what for."""

    person = forms.CharField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label=_("What do you open it for?"), choices=list(REASONS.items()), widget=forms.RadioSelect
    )
    reference = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9/-]*$",
        label=_("Reference"),
        help_text=_("A number that you know the matter by, such as T-1042. No names: the person reads it."),
        error_messages={"invalid": _("Write letters, figures and dashes only, such as T-1042.")},
        required=False,
        max_length=24,
    )

    def whose(self, staff: uuid.UUID) -> uuid.UUID | None:
        """Return who is to be opened, or None when they were found too long ago."""
        return handles.read_found(self.data.get("person", ""), staff)


def _roles() -> list[tuple[str, str]]:
    return [(role, str(Role(role).label)) for role in ROLES]


class RoleForm(Form):
    """Give somebody a role."""

    role = forms.ChoiceField(label=_("Role"), choices=_roles)


class InviteForm(RoleForm):
    """Invite somebody to work here."""

    address = AddressField(label=_("Their e-mail"), help_text=_("They sign in with it."), autocomplete="off")
    name = forms.CharField(
        label=_("Their name"),
        help_text=_("People see it beside what they open."),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("address", "name", "role")

    def clean_name(self) -> str:
        """Return the name on one line."""
        return " ".join(str(self.cleaned_data["name"]).split())
