"""The form of a training: what its page says, who gets it, and what its certificate asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext_lazy as _

from leadrush.look.forms import Form, Spoken
from leadrush.media.pictures import Small, made_small
from leadrush.training.models import Picture, Training


def unjudged(*asked: forms.BaseForm | forms.BaseFormSet[Any]) -> None:
    """Let forms show again what was typed, and nothing that is wrong with it: nobody asked to save yet."""
    for one in asked:
        if isinstance(one, forms.BaseFormSet):
            unjudged(*one.forms)
            one.__dict__ |= {"_errors": [ErrorDict() for _form in one.forms], "_non_form_errors": ErrorList()}
        else:
            one.__dict__ |= {"_errors": ErrorDict(), "cleaned_data": {}}


class Unchanged(Spoken):
    """Mixin for forms of one row: whoever saves says which state of it they saw (`seen`).

    Where somebody saved something else meanwhile, the form comes back as it was typed, and says so; sent
    again, it is saved.
    """

    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False)
        self.initial["seen"] = self.state()

    def state(self) -> str:
        """Return what names the row as it is now; empty for one that is not there yet."""
        stored = type(self.instance)._default_manager.filter(pk=self.instance.pk).values("changed_at").first()
        return stored["changed_at"].isoformat() if stored else ""

    def demand_unchanged(self) -> None:
        """Add an error where the row is no longer what was seen, and show the newer state as seen."""
        now = self.state()
        seen = self.data.get(self.add_prefix("seen"), now) or now
        if seen != now:
            self.add_error(
                None,
                _(
                    "Somebody saved this meanwhile. What you wrote is still here: look at theirs in another "
                    "window, then save again, and yours stands."
                ),
            )
            sent: Any = self.data
            sent = sent.copy()
            sent[self.add_prefix("seen")] = now
            self.data = sent


class TrainingForm(Unchanged, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Everything about a training but its lessons."""

    picture = forms.ImageField(
        label=_("Picture"), required=False, help_text=_("It is made smaller; where it was taken is dropped.")
    )
    no_picture = forms.BooleanField(label=_("Take the picture out"), required=False)

    class Meta:
        model = Training
        fields = (
            "title", "slug", "lede", "body", "outcomes", "picture_alt", "asks", "drip", "access_days",
            "rule", "needs",
        )  # fmt: skip
        help_texts = {
            "slug": _("The last part of the page’s address: small letters, figures and hyphens."),
            "body": _("Markdown. It stands under the first sentences."),
            "outcomes": _("A sentence a line."),
            "picture_alt": _("For those who cannot see it."),
            "access_days": _("Leave it empty, and it stays open for as long as the site stands."),
        }
        error_messages = {
            "slug": {"invalid": _("Write small letters, figures and hyphens, like from-map-to-plot.")}
        }
        widgets = {
            "lede": forms.Textarea(attrs={"rows": 3}),
            "outcomes": forms.Textarea(attrs={"rows": 4}),
            "asks": forms.RadioSelect,
            "drip": forms.RadioSelect,
            "rule": forms.RadioSelect,
            "needs": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Training.objects.exclude(pk=self.instance.pk).order_by("title")
        self.fields["needs"].queryset = others  # type: ignore[attr-defined]
        if not others.exists():
            del self.fields["needs"]
        self.fields["access_days"].widget.attrs |= {"min": 1, "class": "short"}

    def validate_unique(self) -> None:
        """Say which address is taken, in our words."""
        twins = Training.objects.filter(slug=self.cleaned_data.get("slug", "")).exclude(pk=self.instance.pk)
        if twins.exists():
            self.add_error("slug", _("Another training has this address. Choose another."))

    def clean_access_days(self) -> int | None:
        days: int | None = self.cleaned_data["access_days"]
        if days is not None and not 1 <= days <= 3650:
            raise ValidationError(_("Write a number from 1 to 3650, or leave it empty."))
        return days

    def clean_needs(self) -> Any:
        """Refuse trainings that wait for each other."""
        needs = self.cleaned_data["needs"]
        if self.instance.pk is not None:
            for other in needs:
                if self.instance.pk in _waited_for(other):
                    raise ValidationError(
                        _("“%(title)s” asks for this training first. They would wait for each other."),
                        params={"title": other.title},
                    )
        return needs

    def clean_picture(self) -> Small | None:
        """Return the picture ready to be kept, made smaller."""
        file = self.cleaned_data.get("picture")
        return made_small(file) if file else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("picture") and not data.get("picture_alt"):
            self.add_error("picture_alt", _("Say in a sentence what the picture shows."))
        return data

    def keep(self) -> Training | None:
        """Save the training with its picture; None where somebody was quicker, which the form then says."""
        with transaction.atomic():
            if self.instance.pk is not None:
                Training.objects.select_for_update().get(pk=self.instance.pk)
                self.demand_unchanged()
                if self.errors:
                    return None
            try:
                with transaction.atomic():
                    training: Training = self.save()
            except IntegrityError:
                self.add_error("slug", _("Another training has this address. Choose another."))
                return None
            small: Small | None = self.cleaned_data["picture"]
            if self.cleaned_data["no_picture"]:
                Picture.objects.filter(training=training).delete()
            elif small:
                facts = {
                    "webp": small.webp,
                    "digest": small.digest,
                    "width": small.width,
                    "height": small.height,
                }
                Picture.objects.update_or_create(training=training, defaults=facts)
        return training


def _waited_for(training: Training) -> set[int]:
    """Return the keys of all trainings that have to be finished before this one."""
    found: set[int] = set()
    ahead = [training.pk]
    while ahead:
        more = set(Training.objects.filter(pk__in=ahead).values_list("needs", flat=True)) - {None}
        ahead = [key for key in more if key not in found]
        found |= set(ahead)
    return found


class TitleForm(Form):
    """The title of a module or a lesson."""

    title = forms.CharField(label=_("Title"), max_length=120)

    def clean_title(self) -> str:
        """Return it in one line."""
        return " ".join(self.cleaned_data["title"].split())
