"""For somebody else: what the form of paying asks for a gift. An address in it makes the order one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.look import times
from leadrush.look.forms import AddressField, Form
from leadrush.purchases import gifts
from leadrush.purchases.baskets import Basket


class Whom(Form):
    """To which address a gift goes, and the name to write on it."""

    prefix = "gift"

    address = AddressField(
        label=_("Their e-mail"),
        help_text=_("One letter brings the gift there. Look twice: it is not shown again."),
        autocomplete="off",
    )
    name = forms.CharField(
        label=_("Their name"),
        help_text=_("Without it the letter names nobody."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GiftForm(Whom):
    """All of it. Without an address it is no gift, and nothing else may be filled in."""

    sender = forms.CharField(
        label=_("Your name, as they know you"),
        help_text=_("Without it they do not learn who gives it."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    words = forms.CharField(
        label=_("Some words to them"),
        help_text=_("At most 600 characters."),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    day = forms.DateField(
        label=_("On which day"),
        help_text=_("Left empty, it is brought as soon as it is paid."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, own: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = own
        self.fields["address"].required = False

    @property
    def is_wanted(self) -> bool:
        """Whether something was typed into it."""
        return self.is_bound and any(str(self[name].value() or "").strip() for name in self.fields)

    def clean_day(self) -> Any:
        """Return the day: today or later, at most a year ahead."""
        day = self.cleaned_data["day"]
        today = times.today()
        if day is not None and not today <= day <= today + timedelta(days=gifts.FURTHEST):
            raise ValidationError(_("Write a day from today on, within a year."))
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for the address where something else was filled in."""
        data = super().clean() or self.cleaned_data
        address = str(data.get("address") or "")
        if self.is_wanted and not address and "address" not in self.errors:
            self.add_error("address", _("Write where the gift goes, or leave the rest empty, too."))
        if address and self.own and address.casefold() == self.own.strip().casefold():
            self.add_error("address", _("This is your own address. Write theirs, or leave it empty."))
        return data

    @property
    def wish(self) -> gifts.Wish | None:
        """What was asked for; None where it is no gift."""
        said = self.cleaned_data
        if not said.get("address"):
            return None
        return gifts.Wish(
            address=said["address"],
            name=said["name"],
            sender=said["sender"],
            words=said["words"],
            day=said["day"],
        )


def of(data: Any, basket: Basket, own: str = "") -> GiftForm | None:
    """Return the form, or None where nothing can be given: a parcel goes to whom its address names, and
    without a sentence that allows it nothing is asked."""
    if basket.by_post or not basket.entries or gate.force().number_of(gifts.CLAUSE) is None:
        return None
    return GiftForm(data, own=own)
