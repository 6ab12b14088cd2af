"""The form on a webinar's page: an address, the owner's questions, one tick never ticked beforehand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leadrush import gate
from leadrush.look.forms import AddressField, Form
from leadrush.webinars import times
from leadrush.webinars.models import Question

LATER = "webinar-later"
FEW = 5
"""Up to so many options stand open; more are folded into a list."""


class SignUp(Form):
    """Keep me a seat. `signed_in` leaves the address out: it is known and proven."""

    email = AddressField(help_text=_("The only thing we need."))
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    later = forms.BooleanField(
        label=_("Tell me about later webinars too"),
        help_text=_("About one e-mail a month. Not ticked means no."),
        required=False,
    )

    def __init__(self, *args: Any, questions: list[Question], signed_in: bool, **kwargs: Any) -> None:
        self.questions = questions
        questions_fields = {f"q{question.pk}": _field(question) for question in questions}
        # Before the form copies them, so that their errors are spoken like those of the others.
        self.base_fields = {**self.base_fields, **questions_fields}  # type: ignore[misc]
        super().__init__(*args, **kwargs)
        if signed_in:
            del self.fields["email"]
        if gate.force().number_of(LATER) is None:
            # No sentence allows it, so it is not asked for.
            del self.fields["later"]

    def clean_time_zone(self) -> str:
        """Return the zone, or nothing where it is none: the hour here will do."""
        name = str(self.cleaned_data["time_zone"])
        return name if times.zone(name) else ""

    @property
    def answers(self) -> dict[int, str]:
        """What was answered, by the question's key."""
        return {question.pk: self.cleaned_data.get(f"q{question.pk}", "") for question in self.questions}

    def _bound(self, required: bool) -> list[tuple[forms.BoundField, str]]:
        return [
            (self[f"q{question.pk}"], question.without)
            for question in self.questions
            if question.required is required
        ]

    @property
    def must(self) -> list[tuple[forms.BoundField, str]]:
        """The questions that must be answered."""
        return self._bound(True)

    @property
    def may(self) -> list[tuple[forms.BoundField, str]]:
        """The questions that may be left empty, each with what stops working then."""
        return self._bound(False)

    @property
    def may_have_errors(self) -> bool:
        """Whether a folded question has something to put right, so that it stands open."""
        return any(bound.errors or bound.value() for bound, _without in self.may)


def _field(question: Question) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.text,
        "help_text": question.hint,
        "required": question.required,
    }
    if question.kind == Question.Kind.CHOICE:
        options = [(option, option) for option in question.option_list]
        few = len(options) <= FEW
        if not question.required:
            options.insert(0, ("", str(_("No answer"))))
        return forms.ChoiceField(choices=options, widget=forms.RadioSelect if few else forms.Select, **common)
    widget = forms.Textarea if question.kind == Question.Kind.LONG else forms.TextInput
    if not question.hint:
        common["help_text"] = _("At most %(count)d characters.") % {"count": question.longest}
    # The browser's own maxlength would cut what is pasted without a word; the server says how much is too
    # much.
    field = forms.CharField(max_length=question.longest, widget=widget(), **common)
    field.widget.attrs.pop("maxlength", None)
    return field
