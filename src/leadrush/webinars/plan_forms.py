"""The forms by which staff plan a webinar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext_lazy as _

from leadrush.look.forms import Form, HomeTime, Spoken
from leadrush.media.pictures import made_small
from leadrush.webinars import hosting, pictures, planning
from leadrush.webinars.models import AGENDA_LINE, Question, Webinar


class PlanForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """Everything about a webinar but its questions."""

    starts_at = HomeTime(label=_("Starts"))
    picture = forms.ImageField(
        label=_("Picture"), required=False, help_text=_("It is made smaller; where it was taken is dropped.")
    )
    no_picture = forms.BooleanField(label=_("Take the picture out"), required=False)

    class Meta:
        model = Webinar
        fields = (
            "title", "slug", "lede", "starts_at", "minutes", "seats", "sold", "host", "body", "take_home",
            "agenda", "asked", "picture_alt",
        )  # fmt: skip
        help_texts = {
            "slug": _("The last part of the page’s address: small letters, figures and hyphens."),
            "seats": _("Leave it empty for no limit."),
            "sold": _("Put a seat into an offer of the shop then. There is no line for what is bought."),
            "body": _("Markdown. It stands under the first sentences."),
            "take_home": _("A sentence a line."),
            "agenda": _("A part a line, minutes first: 10 Three beds, one plan"),
            "asked": _("A question, its answer on the next lines, then an empty line."),
            "picture_alt": _("For those who cannot see it."),
        }
        widgets = {
            "lede": forms.Textarea(attrs={"rows": 3}),
            "take_home": forms.Textarea(attrs={"rows": 4}),
            "agenda": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hosts = [("", _("Nobody named"))] + [(host.pk, host.name) for host in hosting.everybody()]
        # A plain list: the hosts are read under their own use, here, and not when the field is drawn.
        self.fields["host"] = forms.TypedChoiceField(
            label=_("Host"), choices=hosts, coerce=int, empty_value=None, required=False
        )
        self.initial["host"] = self.instance.host_id
        self.fields["minutes"].widget.attrs |= {"min": 5, "max": 600, "class": "short"}
        self.fields["seats"].widget.attrs |= {"min": 1, "class": "short"}

    def clean_host(self) -> int | None:
        """Return the host's key."""
        key: int | None = self.cleaned_data["host"]
        return key

    def clean_minutes(self) -> int:
        minutes = int(self.cleaned_data["minutes"])
        if not 5 <= minutes <= 600:
            raise ValidationError(_("Write a number from 5 to 600."))
        return minutes

    def clean_seats(self) -> int | None:
        seats: int | None = self.cleaned_data["seats"]
        if seats is not None and seats < 1:
            raise ValidationError(_("Write at least 1, or leave it empty for no limit."))
        return seats

    def clean_agenda(self) -> str:
        agenda = str(self.cleaned_data["agenda"])
        for line in agenda.splitlines():
            if line.strip() and not AGENDA_LINE.fullmatch(line.strip()):
                raise ValidationError(
                    _("Begin each line with its minutes: “%(line)s”"), params={"line": line[:60]}
                )
        return agenda

    def clean_picture(self) -> Any:
        """Return the picture ready to be kept, made smaller."""
        file = self.cleaned_data.get("picture")
        return made_small(file) if file else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("picture") and not data.get("picture_alt"):
            self.add_error("picture_alt", _("Say in a sentence what the picture shows."))
        return data

    def _post_clean(self) -> None:
        """Validate the model without taking the values over: planning does that, holding the row."""
        if slug := self.cleaned_data.get("slug"):
            twins = Webinar.objects.filter(slug=slug).exclude(pk=self.instance.pk)
            if twins.exists():
                self.add_error("slug", _("Another webinar has this address. Choose another."))

    def keep(self, questions: BaseInlineFormSet[Question, Webinar, QuestionForm]) -> Webinar:
        """Plan or change the webinar with its questions and picture. Raises `CannotChange`."""
        facts = {name: self.cleaned_data[name] for name in self.Meta.fields if name != "host"}
        facts["host_id"] = self.cleaned_data["host"]
        with transaction.atomic():
            if self.instance.pk is None:
                webinar = planning.plan(**facts)
            else:
                webinar = planning.change(self.instance, **facts)
            questions.instance = webinar
            for order, form in enumerate(questions.forms):
                form.instance.order = order
            questions.save()
            if self.cleaned_data["no_picture"]:
                pictures.drop(webinar)
            elif self.cleaned_data["picture"]:
                pictures.keep(webinar, self.cleaned_data["picture"])
        return webinar


class QuestionForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """One question to those who register."""

    class Meta:
        model = Question
        fields = ("text", "hint", "kind", "options", "longest", "required", "without")
        help_texts = {
            "options": _("For “one of several”: an option a line."),
            "without": _("An optional question says what stops working when it is left empty."),
        }
        widgets = {"options": forms.Textarea(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == Question.Kind.CHOICE and len(str(data.get("options", "")).split("\n")) < 2:
            self.add_error("options", _("Write at least two options, each on its own line."))
        if not data.get("required") and data.get("text") and not data.get("without"):
            self.add_error("without", _("Say what stops working without an answer, or that nothing does."))
        if not 1 <= (data.get("longest") or 0) <= 5000:
            self.add_error("longest", _("Write a number from 1 to 5000."))
        return data


class Questions(BaseInlineFormSet):  # type: ignore[type-arg]  # no generic at run time
    """The questions of one webinar; an empty one stands at the end."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Take this question out, with the answers to it")


QuestionForms = inlineformset_factory(
    Webinar,
    Question,
    form=QuestionForm,
    formset=Questions,
    extra=1,
    can_delete=True,
    max_num=12,
    validate_max=True,
)


class HostForm(Form):
    """Who you are, for everybody to read."""

    name = forms.CharField(label=_("The name you go by as a host"), max_length=80)
    words = forms.CharField(
        label=_("About you"),
        help_text=_("A few sentences. At most 1200 characters."),
        max_length=1200,
        required=False,
        widget=forms.Textarea,
    )
