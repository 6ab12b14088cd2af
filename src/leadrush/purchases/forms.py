"""The form of paying: it asks for what this basket needs, and for nothing else."""

from __future__ import annotations

import uuid
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from leadrush.look import locales
from leadrush.look.forms import AddressField, Form
from leadrush.purchases import baskets, instalments, ordering, processor, taxes
from leadrush.purchases.baskets import Basket
from leadrush.purchases.models import Coupon

WITHOUT_POSTCODE = {
    "AE", "AG", "AO", "BF", "BI", "BJ", "BS", "BW", "BZ", "CF", "CG", "CI", "CM", "DJ", "DM", "ER", "FJ",
    "GA", "GD", "GH", "GM", "GQ", "GY", "HK", "IE", "JM", "KI", "KM", "KN", "KP", "LC", "LY", "ML", "MO",
    "MR", "MW", "NR", "PA", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "SY", "TD", "TG", "TL", "TO", "TT",
    "TV", "UG", "VU", "YE", "ZW",
}  # fmt: skip
"""States in which an address has no postal code, or need not have one."""


def states() -> list[tuple[str, str]]:
    """Return the states of the world by their names, as the reader's language has them."""
    names = Locale.parse(str(locales.in_use())).territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code.isalpha()]
    return sorted(
        (pair for pair in found if pair[0] not in ("ZZ", "EU", "UN", "EZ", "XA", "XB", "QO")),
        key=lambda pair: pair[1],
    )


def words(label: Any, most: int, *, required: bool = True, **attrs: str) -> forms.CharField:
    """Return a field for a line of words."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=forms.TextInput(attrs=attrs),
    )


class Back(Form):
    """Asking for one's money back; the reason may stay empty."""

    why = words(_("Why"), 200, required=False)


class Paying(Form):
    """What an order needs. `basket` decides which fields there are."""

    once = forms.UUIDField(widget=forms.HiddenInput)
    shown = forms.IntegerField(widget=forms.HiddenInput, required=False)
    email = AddressField(help_text=_("The receipt and what you bought go here."))
    at_once = forms.BooleanField(
        label=_("Open it at once"),
        help_text=_("Then it cannot be sent back within 14 days. Not ticked means it opens after them."),
        required=False,
    )
    name = words(_("Name on the parcel"), 120, autocomplete="shipping name")
    street = words(_("Street and number"), 160, autocomplete="shipping street-address")
    more = words(_("More of the address"), 160, required=False, autocomplete="shipping address-line2")
    postcode = words(_("Postal code"), 20, required=False, autocomplete="shipping postal-code")
    town = words(_("Town"), 120, autocomplete="shipping address-level2")
    state = forms.ChoiceField(label=_("Country"))
    phone = words(_("Telephone"), 40, required=False, autocomplete="shipping tel", inputmode="tel")
    note = words(_("A note for whoever brings it"), 200, required=False)
    company = words(_("Company"), 160, required=False, autocomplete="organization")
    billing_name = words(_("Name"), 120, required=False, autocomplete="billing name")
    billing_street = words(_("Street and number"), 160, required=False, autocomplete="billing street-address")
    billing_postcode = words(_("Postal code"), 20, required=False, autocomplete="billing postal-code")
    billing_town = words(_("Town"), 120, required=False, autocomplete="billing address-level2")
    billing_state = forms.ChoiceField(label=_("Country"), required=False)
    tax_state = forms.ChoiceField(
        label=_("Your country"),
        help_text=_(
            "Asked for the tax alone: what is opened online is taxed where you live, and the law has us know "
            "where. Nothing else of your address is needed."
        ),
    )
    number = words(_("VAT number"), 20, required=False)
    coupon = words(_("Coupon"), 40, required=False, autocapitalize="characters")
    way = forms.ChoiceField(
        label=_("How you pay"),
        choices=[(ordering.CARD, _("By card")), (ordering.BANK, _("By bank transfer"))],
        widget=forms.RadioSelect,
    )

    parts = forms.BooleanField(label=_("In parts, one a month"), required=False)

    PARCEL = ("name", "street", "more", "postcode", "town", "state", "phone", "note")
    BILLING = (
        "company",
        "billing_name",
        "billing_street",
        "billing_postcode",
        "billing_town",
        "billing_state",
    )

    def __init__(self, *args: Any, basket: Basket, free: bool, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basket = basket
        self.applied: Coupon | None = None
        self.read_number = ""
        self.initial.setdefault("once", uuid.uuid4())
        for name in ("state", "billing_state", "tax_state"):
            self.fields[name].choices = [("", _("Choose one")), *states()]  # type: ignore[attr-defined]
        self.initial.setdefault("state", basket.seller.state)
        if signed_in:
            del self.fields["email"]
        count = 0 if free else instalments.allowed(basket.offers)
        if not count:
            del self.fields["parts"]
        else:
            self.fields["parts"].label = _("In %(count)d payments, one a month") % {"count": count}
            self.fields["parts"].help_text = _(
                "By bank transfer. The first opens what you buy. One that is missing for 14 days pauses it."
            )
        if not basket.digital:
            del self.fields["at_once"]
        if not basket.by_post:
            for name in self.PARCEL:
                del self.fields[name]
        if free:
            for name in ("way", *self.BILLING, "number"):
                del self.fields[name]
        elif not basket.seller.owes:
            del self.fields["number"]
        if not free:
            self.fields["way"].choices = [  # type: ignore[attr-defined]
                (way, title)
                for way, title in self.fields["way"].choices  # type: ignore[attr-defined]
                if way != ordering.CARD or processor.takes(basket.currency)
            ]
        seller = basket.seller
        asks = seller.owes and seller.one_stop and basket.digital and not basket.by_post and not free
        if not asks:
            del self.fields["tax_state"]

    def clean_coupon(self) -> str:
        """Look the coupon up; `applied` is what it takes off."""
        word = str(self.cleaned_data["coupon"])
        if word:
            try:
                self.applied = baskets.coupon(word, self.basket.currency)
            except baskets.NoCoupon as none:
                raise ValidationError(str(none)) from None
        return word

    def clean_number(self) -> str:
        """Return the VAT number as it is written."""
        typed = str(self.cleaned_data["number"])
        if not typed:
            return ""
        try:
            return taxes.read_number(typed)
        except ValueError:
            raise ValidationError(
                _("The digits of this number do not belong together. Look whether one is missing or swapped.")
            ) from None

    def clean(self) -> dict[str, Any]:
        """Ask for what belongs together: a postal code where there are any, a whole address on an invoice."""
        data = super().clean() or self.cleaned_data
        state = data.get("state")
        if state and "postcode" in self.fields and state not in WITHOUT_POSTCODE and not data.get("postcode"):
            self.add_error("postcode", _("Fill this in."))
        if data.get("company") or data.get("number"):
            for name in ("billing_street", "billing_town", "billing_state"):
                if name in self.fields and not data.get(name):
                    self.add_error(name, _("The invoice of a company needs it."))
        if data.get("parts") and data.get("way") == ordering.CARD:
            self.add_error("parts", _("Parts are paid by transfer. Choose that, or take this tick away."))
        if data.get("number") and not data.get("company"):
            self.add_error("company", _("A VAT number belongs to a company. Write its name."))
        number, billed = data.get("number") or "", data.get("billing_state")
        if number and billed and taxes.state_of(number) != billed:
            self.add_error("number", _("This number belongs to another country than the address."))
        return data

    @property
    def destination(self) -> dict[str, str]:
        """Where the parcel goes."""
        return {name: str(self.cleaned_data.get(name, "")) for name in self.PARCEL if name in self.fields}

    @property
    def billing(self) -> dict[str, str]:
        """What stands on the invoice: the company's address, else the parcel's name and address."""
        said = self.cleaned_data
        if said.get("company") or said.get("billing_name"):
            return {name.removeprefix("billing_"): str(said.get(name, "")) for name in self.BILLING}
        return {name: one for name, one in self.destination.items() if name not in ("phone", "note")}

    @property
    def buyer_state(self) -> str:
        """The country in which tax is looked for: the company's, else the parcel's."""
        said = self.cleaned_data
        billed = said.get("billing_state") if said.get("company") or said.get("number") else ""
        return str(billed or said.get("state") or said.get("tax_state") or "")

    @property
    def billed_open(self) -> bool:
        """Whether the part about a company stands open: something is in it, or is to be put right."""
        return any(
            name in self.fields and (self[name].errors or self[name].value())
            for name in (*self.BILLING[:-1], "number")
        )
