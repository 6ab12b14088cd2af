"""The back office's doors of groups: their days and seats, and the hours at which they meet."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import console, gate
from leadrush.live import lasting
from leadrush.look.forms import HomeTime, Spoken
from leadrush.training import teaching
from leadrush.training.models import Cohort, Enrolment, Live, Training

DAY = forms.DateInput(attrs={"type": "date", "class": "short"}, format="%Y-%m-%d")


class CohortForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """A group: its name, its days, its seats."""

    class Meta:
        model = Cohort
        fields = ("name", "first_day", "last_day", "seats", "open")
        help_texts = {"seats": _("Leave it empty for no limit.")}
        widgets = {"first_day": DAY, "last_day": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seats"].widget.attrs |= {"min": 1, "class": "short"}

    def clean_seats(self) -> int | None:
        seats: int | None = self.cleaned_data["seats"]
        if seats is not None and seats < 1:
            raise ValidationError(_("Write at least 1, or leave it empty for no limit."))
        return seats

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is not before the first one."))
        return data

    def validate_constraints(self) -> None:
        """Say nothing twice: the days are looked at above."""


class LiveForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """An hour at which a group meets."""

    starts_at = HomeTime(label=_("Starts"))

    class Meta:
        model = Live
        fields = ("title", "starts_at", "minutes", "where")
        help_texts = {"where": _("A link, or a place.")}

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"]
        if not 5 <= minutes <= 1440:
            raise ValidationError(_("Write a number from 5 to 1440."))
        return minutes

    def save(self, commit: bool = True) -> Live:
        """Save it; what stands in calendars is told to be newer where it changed."""
        if self.instance.pk is not None and self.has_changed():
            self.instance.sequence += 1
        live: Live = super().save(commit)
        return live


class Lives(BaseInlineFormSet):  # type: ignore[type-arg]  # no generic at run time
    """The hours of one group; an empty one stands at the end."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Take this hour out")


LiveForms = inlineformset_factory(
    Cohort, Live, form=LiveForm, formset=Lives, extra=1, can_delete=True, max_num=60, validate_max=True
)


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.cohorts")
@require_safe
def cohorts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a training's groups, with how many are in each; who they are is not needed here."""
    training = get_object_or_404(Training, pk=pk)
    counts = teaching.counts(training)
    rows = [
        {"cohort": one, "taken": counts.get(one.pk, 0)} for one in training.cohorts.prefetch_related("lives")
    ]
    context = {"training": training, "rows": rows, "alone": counts.get(None, 0)}
    return TemplateResponse(request, "training/console/cohorts.html", context)


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.cohorts")
@require_http_methods(["GET", "HEAD", "POST"])
def begin_cohort(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Begin a group."""
    return _planned(request, Cohort(training=get_object_or_404(Training, pk=pk)))


@console.staff("host")
@gate.door("training.teach", staff=True, what="training.cohorts")
@require_http_methods(["GET", "HEAD", "POST"])
def write_cohort(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Change a group; or take it out where nobody is or was in it (`do=out`)."""
    cohort = get_object_or_404(Cohort.objects.select_related("training"), pk=pk)
    if request.method == "POST" and request.POST.get("do") == "out":
        back = HttpResponseRedirect(reverse("training:cohorts", args=[cohort.training_id]))
        if _taken_out(cohort):
            messages.success(request, said("“%(name)s” is taken out.") % {"name": cohort.name})
            return back
        words = said("Somebody is in it. Put them into another group first, or let nobody join any more.")
        messages.error(request, words)
        return HttpResponseRedirect(reverse("training:write_cohort", args=[pk]))
    return _planned(request, cohort)


def _taken_out(cohort: Cohort) -> bool:
    with transaction.atomic():
        Cohort.objects.select_for_update().filter(pk=cohort.pk).first()
        with gate.using("house.keep", actor=gate.current().actor, what="training.cohorts"):
            if Enrolment.objects.filter(cohort=cohort).exists():
                return False
        cohort.delete()
    return True


def _planned(request: HttpRequest, cohort: Cohort) -> HttpResponseBase:
    data = request.POST if request.method == "POST" else None
    form = CohortForm(data, instance=cohort)
    lives = LiveForms(data, instance=cohort, prefix="lives")
    if data is not None and form.is_valid() and lives.is_valid():
        with transaction.atomic():
            lives.instance = form.save()
            for live in lives.save():
                lasting.moved(live.about)
        messages.success(request, said("Saved."))
        return HttpResponseRedirect(reverse("training:write_cohort", args=[cohort.pk]))
    stored = Cohort.objects.filter(pk=cohort.pk).first()
    context = {
        "form": form,
        "lives": lives,
        "training": cohort.training,
        "cohort": stored,
        "taken": teaching.taken(stored) if stored else 0,
        "with_room": lasting.is_open(),
    }
    status = 422 if data is not None else 200
    return TemplateResponse(request, "training/console/cohort.html", context, status=status)
