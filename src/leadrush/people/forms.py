"""What is typed: an address, six figures, a name. Each error says what to write, and what was typed stays."""

from __future__ import annotations

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadrush.look.forms import AddressField, Form
from leadrush.people.codes import bare

LONGEST_NAME = 80


class SignInForm(Form):
    """The address that a code goes to."""

    address = AddressField(autocomplete="username webauthn")


class AddressForm(Form):
    """An address that is to be proven."""

    address = AddressField(label=gettext_lazy("The other e-mail"))


class CodeForm(Form):
    """Six figures, pasted with or without a space."""

    code = forms.CharField(
        label=gettext_lazy("Six figures"),
        strip=False,
        widget=forms.TextInput(
            attrs={"class": "code", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )

    def clean_code(self) -> str:
        code = bare(self.cleaned_data["code"])
        if len(code) != 6 or not (code.isascii() and code.isdigit()):
            raise ValidationError(_("A code has six figures, like 418 360."), code="shape")
        return code


class NameForm(Form):
    """The name somebody goes by; empty takes it out."""

    name = forms.CharField(
        label=gettext_lazy("The name you go by"),
        required=False,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        name: Any = unicodedata.normalize("NFC", self.cleaned_data["name"])
        if len(name) > LONGEST_NAME:
            raise ValidationError(
                _("Write at most %(most)s characters.") % {"most": LONGEST_NAME}, code="long"
            )
        if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in name):
            raise ValidationError(_("Write your name on one line."), code="lines")
        return str(name)
