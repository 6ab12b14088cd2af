"""The forms of a quiz: how it is taken, and one question with its choices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext_lazy as _

from leadrush.look.forms import Spoken
from leadrush.training import building
from leadrush.training.models import Choice, Question, Quiz

CHOOSING = (Question.Kind.ONE, Question.Kind.MANY)
ROWS = 4
"""So many empty choices a new question shows; “More choices” adds some."""
MOST = 24


class QuizForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """How a quiz is taken."""

    marked = forms.TypedChoiceField(
        label=_("What becomes of the answers"),
        coerce=lambda value: value == "marked",
        choices=[
            ("practice", _("Practice: they are compared in the browser, and neither sent nor kept")),
            ("marked", _("Marked: they are kept, and a mark says whether it is passed")),
        ],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Quiz
        fields = ("title", "marked", "attempts", "pass_mark")
        help_texts = {
            "attempts": _("For a marked quiz. Leave it empty for as many as somebody likes."),
            "pass_mark": _("For a marked quiz. From 0 to 100."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["marked"] = "marked" if self.instance.marked else "practice"
        self.fields["attempts"].widget.attrs |= {"min": 1, "max": 100, "class": "short"}
        self.fields["pass_mark"].widget.attrs |= {"min": 0, "max": 100, "class": "short"}

    def clean_attempts(self) -> int | None:
        attempts: int | None = self.cleaned_data["attempts"]
        if attempts is not None and not 1 <= attempts <= 100:
            raise ValidationError(_("Write a number from 1 to 100, or leave it empty."))
        return attempts


class QuestionForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """One question; which fields it needs depends on its kind."""

    class Meta:
        model = Question
        fields = ("text", "kind", "number", "tolerance", "accepted", "right_words", "wrong_words")
        help_texts = {
            "accepted": _("Capitals and spaces do not matter."),
            "tolerance": _("0 takes this number alone."),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 2}),
            "accepted": forms.Textarea(attrs={"rows": 3}),
            "right_words": forms.Textarea(attrs={"rows": 2}),
            "wrong_words": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tolerance"].required = False
        for name in ("number", "tolerance"):
            self.fields[name].widget.attrs |= {"class": "short", "step": "any"}
            if (value := getattr(self.instance, name)) is not None:
                self.initial[name] = f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else value

    def clean_tolerance(self) -> Decimal:
        tolerance: Decimal = self.cleaned_data["tolerance"] or Decimal(0)
        if tolerance < 0:
            raise ValidationError(_("Write 0 or more."))
        return tolerance

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        if kind == Question.Kind.NUMBER and data.get("number") is None and "number" not in self.errors:
            self.add_error("number", _("Write the number that is right."))
        if kind == Question.Kind.TEXT and not str(data.get("accepted", "")).strip():
            self.add_error("accepted", _("Write at least one answer that is right."))
        return data

    def keep(self, quiz: Quiz, choices: Choices) -> Question:
        """Save the question, at the end of its quiz if it is new, with its choices in their order."""
        with transaction.atomic():
            self.instance.quiz = quiz
            if self.instance.pk is None:
                last = quiz.questions.order_by("-position").values_list("position", flat=True).first()
                self.instance.position = (last or 0) + 1
            question: Question = self.save()
            choices.instance = question
            for at, form in enumerate(choices.in_order(), 1):
                form.instance.position = at
                # A row that only changed its place has no change of its own that Django would see.
                form.instance.question = question
                form.save()
            for form in choices.forms:
                if form.instance.pk and choices.is_out(form):
                    form.instance.delete()
        return question


class ChoiceForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """One thing to choose, to put in order or to match."""

    class Meta:
        model = Choice
        fields = ("text", "pair", "right", "feedback")
        widgets = {"feedback": forms.TextInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class Choices(BaseInlineFormSet):  # type: ignore[type-arg]  # no generic at run time
    """The choices of one question. A row without words is left out; one that had words is taken out."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Place")
        form.fields["ORDER"].widget.attrs |= {"class": "place", "min": 1}

    @staticmethod
    def is_out(form: Any) -> bool:
        """Whether a row has no words."""
        return not str(form.cleaned_data.get("text", "")).strip()

    def in_order(self) -> list[Any]:
        """Return the rows with words: by the place that was written, those without one where they stand."""
        rows = [
            (form.cleaned_data.get("ORDER") or at, at, form)
            for at, form in enumerate(self.forms, 1)
            if not self.is_out(form)
        ]
        return [form for _place, _at, form in sorted(rows, key=lambda row: row[:2])]

    def demand(self, kind: str) -> list[str]:
        """Return what the choices of a question of this kind want, a sentence each."""
        rows = self.in_order()
        texts = [building.plain(form.cleaned_data["text"]) for form in rows]
        rights = sum(bool(form.cleaned_data.get("right")) for form in rows)
        pairs = [building.plain(form.cleaned_data.get("pair") or "") for form in rows]
        found: list[Any] = []
        if kind in (Question.Kind.NUMBER, Question.Kind.TEXT):
            return found
        if len(rows) < 2:
            found.append(_("Write at least two choices."))
        if len(set(texts)) < len(texts):
            found.append(_("Two choices say the same. Change one."))
        if kind == Question.Kind.ONE and rows and rights != 1:
            found.append(_("Tick the one choice that is right."))
        if kind == Question.Kind.MANY and rows and not rights:
            found.append(_("Tick at least one choice that is right."))
        if kind == Question.Kind.MATCH and rows and (not all(pairs) or len(set(pairs)) < len(pairs)):
            found.append(_("Write beside each choice what belongs to it, each once."))
        return [str(words) for words in found]


def choice_forms(extra: int = ROWS) -> type[Choices]:
    """Return the formset of choices, with so many empty rows."""
    made = inlineformset_factory(
        Question,
        Choice,
        form=ChoiceForm,
        formset=Choices,
        extra=extra,
        can_delete=False,
        can_order=True,
        max_num=MOST,
        validate_max=True,
    )
    return cast("type[Choices]", made)
