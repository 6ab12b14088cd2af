"""What is sold, and what was bought.

What an offer is holds nothing about anybody. An order, its lines, steps, parcel and what it gives access to
belong to their person; an invoice stays as long as the law wants it.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.purchases import taxes
from leadrush.purchases.gift_models import Gift, Receiver
from leadrush.purchases.instalment_models import Instalment
from leadrush.purchases.money import Money
from leadrush.purchases.payment_models import Payment, Repayment
from leadrush.vault.models import Held, Rows

__all__ = [
    "Access",
    "Coupon",
    "Gift",
    "Instalment",
    "Invoice",
    "Line",
    "Lines",
    "Move",
    "Offer",
    "Order",
    "Parcel",
    "Part",
    "Payment",
    "Price",
    "Receiver",
    "Repayment",
    "Seller",
    "Series",
    "State",
]


class Seller(models.Model):
    """Who sells, as the law wants it on an invoice, and how they are paid; one row, with key 1."""

    name = models.CharField(_("name on invoices"), max_length=120)
    address = models.TextField(_("address on invoices"), max_length=400)
    state = models.CharField(_("country"), max_length=2, default="GB")
    number = models.CharField(_("VAT number"), max_length=20, blank=True)
    owes = models.BooleanField(_("prices hold value-added tax"), default=False)
    one_stop = models.BooleanField(_("we take part in the one-stop shop of the EU"), default=False)
    currency = models.CharField(_("currency"), max_length=3, default="GBP")
    account_name = models.CharField(_("account in the name of"), max_length=120, blank=True)
    account = models.CharField(_("account number or IBAN"), max_length=40, blank=True)
    bank = models.CharField(_("bank, sort code or BIC"), max_length=80, blank=True)
    days_to_pay = models.PositiveSmallIntegerField(_("days to pay"), default=7)
    days_held = models.PositiveSmallIntegerField(_("days until an unpaid order ends"), default=9)
    prefix = models.CharField(_("invoice numbers begin with"), max_length=10, default="R", blank=True)
    post_name = models.CharField(_("parcels go by"), max_length=60, blank=True)
    post = models.PositiveIntegerField(_("postage of a parcel"), default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="purchases_one_seller")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def can_be_paid(self) -> bool:
        """Whether it is said where money goes."""
        return bool(self.name and self.address and self.account)


class Offer(models.Model):
    """Something that is sold, alone or as a bundle: it is made of parts that rooms deliver."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class Tax(models.TextChoices):
        STANDARD = taxes.STANDARD, _("Standard rate")
        REDUCED = taxes.REDUCED, _("Reduced rate (books, printed or not)")
        NONE = taxes.NONE, _("No tax")

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=120)
    lede = models.TextField(_("in two sentences"), max_length=400, blank=True)
    body = models.TextField(_("more about it"), blank=True)
    tax = models.CharField(_("tax"), max_length=8, choices=Tax.choices, default=Tax.STANDARD)
    left = models.PositiveIntegerField(_("how many are left"), null=True, blank=True)
    instalments = models.PositiveSmallIntegerField(_("payable in so many parts"), null=True, blank=True)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its public page."""
        return reverse("purchases:offer", args=[self.slug])


class Price(models.Model):
    """What an offer costs in a currency, and until a day less; in minor units, with its tax."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    amount = models.PositiveBigIntegerField()
    early = models.PositiveBigIntegerField(null=True, blank=True)
    early_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["offer", "currency"], name="purchases_one_price"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def on(self, day: date) -> Money:
        """Return the price of a day."""
        early = self.early is not None and self.early_until is not None and day <= self.early_until
        return Money(int(self.early if early and self.early is not None else self.amount), self.currency)


class Part(models.Model):
    """One thing that an offer delivers: by which deliverable, and what of it."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="parts")
    deliverable = models.CharField(max_length=40)
    key = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.deliverable} {self.key}"


class Coupon(models.Model):
    """A word that takes something off: a percentage, or an amount in one currency."""

    word = models.CharField(_("word"), max_length=40, unique=True)
    percent = models.PositiveSmallIntegerField(_("percent off"), null=True, blank=True)
    amount = models.PositiveBigIntegerField(_("amount off"), null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    left = models.PositiveIntegerField(_("how often it can be used"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["word"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    percent__isnull=False, amount__isnull=True, percent__gt=0, percent__lte=100
                )
                | models.Q(percent__isnull=True, amount__isnull=False, amount__gt=0),
                name="purchases_coupon_takes_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.word


class Series(models.Model):
    """A series of numbers without a gap; the next is taken in the transaction that uses it."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"


class State(models.TextChoices):
    """Where an order is."""

    WAITING = "waiting", _("Waits for payment")
    PAID = "paid", _("Paid")
    ENDED = "ended", _("Ended unpaid")
    REFUNDED = "refunded", _("Paid back")


class Order(Held):
    """Somebody bought something. `once` is the form's own number: sent twice, it is one order."""

    number = models.PositiveIntegerField(unique=True)
    once = models.UUIDField(default=uuid.uuid4, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    way = models.CharField(max_length=10)
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    tax = models.BigIntegerField()
    back = models.BigIntegerField(default=0)
    spared = models.BigIntegerField(default=0)
    coupon = models.CharField(max_length=40, blank=True)
    buyer_state = models.CharField(max_length=2, blank=True)
    reversed = models.BooleanField(default=False)
    at_once = models.BooleanField(default=False)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    wants_back_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="purchases_due"),
            models.Index(fields=["paid_at"], name="purchases_paid"),
        ]

    def __str__(self) -> str:
        return f"order {self.number}"

    @property
    def about(self) -> str:
        """The reference under which givings, messages and the ledger name this order."""
        return f"purchases.order:{self.pk}"

    @property
    def total(self) -> Money:
        """What is to be paid, or was."""
        return Money(self.gross, self.currency)

    @property
    def given_back(self) -> Money:
        """What was paid back."""
        return Money(self.back, self.currency)


class Lines(Rows):
    """Lines; where some of an order that waits are deleted, what they held is free again."""

    def delete(self) -> tuple[int, dict[str, int]]:
        from leadrush.purchases import offering

        for offer, count in self.filter(order__state=State.WAITING).values_list("offer", "count"):
            offering.put_back(offer, count)
        return super().delete()


class Line(Held):
    """One line of an order, as it was charged."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=200)
    count = models.PositiveIntegerField()
    full = models.BigIntegerField()
    off = models.BigIntegerField(default=0)
    gross = models.BigIntegerField()
    tax = models.BigIntegerField()
    rate = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    back = models.BigIntegerField(default=0)

    objects: ClassVar[Any] = Lines.as_manager()

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.count} x {self.title}"


class Move(Held):
    """A step of an order: from where to where, when, by whom, why (sealed: staff may name somebody)."""

    class By(models.TextChoices):
        PERSON = "person", _("by you")
        STAFF = "staff", _("by somebody who works here")
        PROGRAM = "program", _("by the program")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="moves")
    before = models.CharField(max_length=8, blank=True)
    after = models.CharField(max_length=8)
    by = models.CharField(max_length=7, choices=By.choices)
    amount = models.BigIntegerField(default=0)
    sealed = models.BinaryField(default=b"")
    at = models.DateTimeField(default=timezone.now)

    CONTEXT = "purchases.move"

    why = ""
    """Why, where it was opened to be shown."""

    class Meta(Held.Meta):
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.before} > {self.after}"


class Access(Held):
    """What an order gives: of which deliverable, from when on, and since when no more."""

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="accesses")
    deliverable = models.CharField(max_length=40)
    key = models.CharField(max_length=80, blank=True)
    from_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta(Held.Meta):
        verbose_name_plural = "accesses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "deliverable", "key"], name="purchases_granted_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "deliverable", "key"], name="purchases_has"),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable} {self.key}"

    def is_open(self, now: datetime) -> bool:
        """Whether it can be had now."""
        return self.from_at <= now and self.ended_at is None and self.paused_at is None


class Parcel(Held):
    """Where a parcel goes, sealed; erased some days after it was sent."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="parcel")
    sealed = models.BinaryField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tracking = models.BinaryField(default=b"")

    CONTEXT = "purchases.parcel"
    TRACKING = "purchases.tracking"

    def __str__(self) -> str:
        return f"parcel of {self.order_id}"


class Invoice(Held):
    """An invoice or a credit note: its number, its sums, and what stands on it, sealed; kept by law.

    Without a number it is not written yet: an order that is paid by card gets its invoice with the payment.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        CREDIT = "credit", _("Credit note")

    number = models.CharField(max_length=30, unique=True, null=True, blank=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    order_number = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    tax = models.BigIntegerField()
    day = models.DateField()
    until = models.DateField()
    sealed = models.BinaryField()

    CONTEXT = "purchases.invoice"

    class Meta(Held.Meta):
        indexes: ClassVar = [models.Index(fields=["order_number"], name="purchases_invoices")]

    def __str__(self) -> str:
        return self.number or ""

    @property
    def total(self) -> Money:
        """What it comes to; less than nothing on a credit note."""
        return Money(self.gross, self.currency)
