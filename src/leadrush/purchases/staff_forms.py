"""The forms by which staff say what is sold, by whom, and at what price."""

from __future__ import annotations

from typing import Any

from babel.numbers import is_currency
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leadrush.look.forms import Form, Spoken
from leadrush.purchases import deliverables, instalments, money, offering, taxes
from leadrush.purchases.forms import states
from leadrush.purchases.models import Coupon, Offer, Part, Price, Seller
from leadrush.purchases.money import Money


def currency_read(typed: str) -> str:
    """Return a currency's code. Raises `ValidationError` for what is none."""
    code = typed.strip().upper()
    if not is_currency(code):
        raise ValidationError(_("Write a currency like GBP or EUR."))
    return code


def amount_read(typed: str, currency: str) -> int:
    """Return a price in minor units. Raises `ValidationError` for what is none."""
    try:
        found = money.read(typed, currency)
    except ValueError:
        raise ValidationError(_("Write the amount like 94 or 94.50.")) from None
    if found.amount < 0:
        raise ValidationError(_("Write an amount of nothing or more."))
    return found.amount


class SellerForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Who sells, how tax is owed, where the money goes, what a parcel costs."""

    figures = ("account", "bank", "number")

    state = forms.ChoiceField(label=_("Country"))
    post = forms.CharField(label=_("Postage of a parcel"), required=False, max_length=20)

    class Meta:
        model = Seller
        fields = (
            "name", "address", "state", "owes", "number", "one_stop", "currency", "account_name", "account",
            "bank", "days_to_pay", "days_held", "prefix", "post_name", "post",
        )  # fmt: skip
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "days_held": _("No fewer than the days to pay. Until then others cannot have what it holds."),
            "currency": _("Three letters, like GBP. An offer can have prices in others, too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = states()  # type: ignore[attr-defined]
        self.fields["owes"].help_text = gettext(
            "Rates come from a table kept with the program, of %(month)s. See that it fits your case."
        ) % {"month": taxes.known()}
        if self.instance.pk and self.instance.currency and is_currency(self.instance.currency):
            self.initial["post"] = Money(self.instance.post, self.instance.currency).decimal

    def clean_currency(self) -> str:
        """Return the currency's code."""
        return currency_read(str(self.cleaned_data["currency"]))

    def clean_days_to_pay(self) -> int:
        """Return how many days somebody has to pay, from 1 to 60."""
        days = int(self.cleaned_data["days_to_pay"])
        if not 1 <= days <= 60:
            raise ValidationError(_("Write a number from 1 to 60."))
        return days

    def clean_number(self) -> str:
        """Return the seller's VAT number; one of the Union must hold together."""
        typed = str(self.cleaned_data["number"]).strip()
        if not typed or not taxes.in_union(str(self.cleaned_data.get("state", ""))):
            return typed
        try:
            return taxes.read_number(typed)
        except ValueError:
            raise ValidationError(_("The digits of this number do not belong together.")) from None

    def clean(self) -> dict[str, Any]:
        """Read the postage in the currency that was chosen."""
        data = super().clean() or self.cleaned_data
        if not data.get("days_to_pay", 1) <= data.get("days_held", 90) <= 90:
            self.add_error("days_held", _("Write a number from the days to pay to 90."))
        if data.get("currency"):
            try:
                data["post"] = amount_read(data.get("post") or "0", data["currency"])
            except ValidationError as wrong:
                self.add_error("post", wrong)
        return data


class OfferForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """What an offer says, what is in it, and what it costs: a line a price."""

    prices = forms.CharField(
        label=_("Prices"),
        help_text=_(
            "A price a line, with its currency: 94 GBP. Less until a day: 94 GBP, 79 until 2027-03-01."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    parts = forms.MultipleChoiceField(
        label=_("What is in it"), widget=forms.CheckboxSelectMultiple, required=False
    )

    class Meta:
        model = Offer
        fields = ("title", "slug", "lede", "body", "tax", "left", "instalments")
        help_texts = {
            "slug": _("The last part of the page’s address: small letters, figures and hyphens."),
            "body": _("Markdown. It stands under the first sentences."),
            "left": _("Leave it empty for no limit."),
            "instalments": _("By bank transfer, one a month. Leave it empty where all is paid at once."),
        }
        widgets = {"lede": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"].choices = list(_things())  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["parts"] = [f"{p.deliverable}:{p.key}" for p in self.instance.parts.all()]
            self.initial["prices"] = "\n".join(_written(price) for price in self.instance.prices.all())

    def clean_instalments(self) -> int | None:
        """Return in how many parts it may be paid, from 2 to 24; None for at once."""
        count: int | None = self.cleaned_data["instalments"]
        if count is not None and not 2 <= count <= instalments.MOST:
            raise ValidationError(_("Write a number from 2 to 24, or leave it empty."))
        return count

    def clean_prices(self) -> list[Price]:
        """Return the prices, a currency once."""
        found: dict[str, Price] = {}
        for line in str(self.cleaned_data["prices"]).splitlines():
            if line.strip():
                price = _read_price(line.strip())
                if price.currency in found:
                    raise ValidationError(
                        _("Write one price for %(currency)s.") % {"currency": price.currency}
                    )
                found[price.currency] = price
        return list(found.values())

    def keep(self) -> Offer:
        """Save the offer with its parts and prices."""
        with transaction.atomic():
            offer: Offer = self.save()
            offer.prices.all().delete()
            for price in self.cleaned_data["prices"]:
                price.offer = offer
                price.save()
            offer.parts.all().delete()
            Part.objects.bulk_create(
                Part(offer=offer, deliverable=code, key=key)
                for code, _colon, key in (said.partition(":") for said in self.cleaned_data["parts"])
            )
            if offer.state == Offer.State.OPEN and not (
                self.cleaned_data["prices"] and self.cleaned_data["parts"]
            ):
                offering.close(offer)
        return offer


def _things() -> Any:
    for one in deliverables.all():
        if one.choices is None:
            yield f"{one.code}:", str(one.title)
        else:
            for key, title in one.choices():
                yield f"{one.code}:{key}", f"{one.title}: {title}"


def _written(price: Price) -> str:
    said = f"{Money(price.amount, price.currency).decimal} {price.currency}"
    if price.early is not None and price.early_until is not None:
        said += f", {Money(price.early, price.currency).decimal} until {price.early_until.isoformat()}"
    return said


def _read_price(line: str) -> Price:
    from datetime import date

    whole, _comma, early = line.rpartition(", ") if " until " in line else (line, "", "")
    typed, _space, code = whole.strip().rpartition(" ")
    currency = currency_read(code)
    price = Price(currency=currency, amount=amount_read(typed, currency))
    if early:
        less, _until, day = early.partition(" until ")
        try:
            price.early_until = date.fromisoformat(day.strip())
        except ValueError:
            raise ValidationError(_("Write the day like 2027-05-14.")) from None
        price.early = amount_read(less, currency)
    return price


class CouponForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """A coupon: a word, and what it takes off."""

    takes = forms.CharField(label=_("What it takes off"), help_text=_("Like 20% or 15 GBP."), max_length=30)

    class Meta:
        model = Coupon
        fields = ("word", "until", "left")
        widgets = {"until": forms.DateInput(attrs={"type": "date"})}

    field_order = ("word", "takes", "until", "left")

    def clean_word(self) -> str:
        """Return the word in capitals, without spaces."""
        return "".join(str(self.cleaned_data["word"]).upper().split())

    def clean_takes(self) -> str:
        """Read what it takes off into the coupon."""
        typed = str(self.cleaned_data["takes"]).strip()
        if typed.endswith("%"):
            number = typed[:-1].strip()
            if not number.isdecimal() or not 1 <= int(number[:4]) <= 100:
                raise ValidationError(_("Write a percentage from 1% to 100%."))
            self.instance.percent, self.instance.amount, self.instance.currency = int(number), None, ""
            return typed
        amount, _space, code = typed.rpartition(" ")
        currency = currency_read(code)
        self.instance.percent, self.instance.currency = None, currency
        self.instance.amount = amount_read(amount, currency)
        if not self.instance.amount:
            raise ValidationError(_("Write an amount above nothing."))
        return typed


class RefundForm(Form):
    """How much goes back, and why."""

    before = forms.IntegerField(widget=forms.HiddenInput)
    amount = forms.CharField(label=_("How much"), max_length=20)
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("The buyer reads it on their order."))
