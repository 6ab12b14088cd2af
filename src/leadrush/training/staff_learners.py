"""The back office's doors of those who learn: who they are and how far, giving by hand, ending, moving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from leadrush import console, gate
from leadrush.gate import evidence
from leadrush.look import proofs
from leadrush.look.forms import Form
from leadrush.training import building, enrolling, teaching
from leadrush.training.building import CannotBuild
from leadrush.training.models import Cohort, Enrolment, Training
from leadrush.vault import addresses

ROWS = 50


class GiveForm(Form):
    """Give a training by hand: to whom, and in which group."""

    email = forms.CharField(
        label=gettext_lazy("Their e-mail"),
        help_text=gettext_lazy("We write to it that the training is open."),
        max_length=addresses.LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Write it like name@example.org.")},
    )
    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Group"),
        queryset=Cohort.objects.none(),
        required=False,
        empty_label=gettext_lazy("In none"),
    )

    def __init__(self, *args: Any, training: Training, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not training.cohorts.exists():
            del self.fields["cohort"]
        else:
            self.fields["cohort"].queryset = training.cohorts.all()  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Return the address in its normal form."""
        return addresses.read(self.cleaned_data["email"])


@console.staff("host")
@gate.door("training.teach", staff=True, what=teaching.LIST)
@require_http_methods(["GET", "HEAD", "POST"])
def learners(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show who has a training and how far each is; give it by hand. Each look is written down."""
    training = get_object_or_404(Training, pk=pk)
    form = GiveForm(request.POST if request.method == "POST" else None, training=training)
    if request.method == "POST" and form.is_valid() and _given(training, form):
        messages.success(request, _("It is given, and we write to them."))
        return HttpResponseRedirect(reverse("training:learners", args=[pk]))
    asked = request.GET.get("group", "")
    cohort = training.cohorts.filter(pk=int(asked)).first() if building.is_key(asked) else None
    page = Paginator(teaching.listed(training, cohort=cohort), ROWS).get_page(request.GET.get("page"))
    context = {
        "training": training,
        "form": form,
        "cohort": cohort,
        "cohorts": list(training.cohorts.all()),
        # A form that has to be put right shows nobody again: what it needs was seen a moment ago.
        "people": [] if form.errors else teaching.look(training, list(page), timezone.now()),
        "page": page,
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "training/console/learners.html", context, status=status)


def _given(training: Training, form: GiveForm) -> bool:
    """Give the training; where it cannot be given, the form says why."""
    try:
        enrolling.enrol(
            training=training,
            source=Enrolment.Source.STAFF,
            address=form.cleaned_data["email"],
            cohort=form.cleaned_data.get("cohort"),
        )
    except enrolling.NotOpen as closed:
        form.add_error(None, str(closed))
    except ValidationError as wrong:
        form.add_error("email", wrong)
    except evidence.Stopped as stopped:
        form.add_error(None, proofs.refusal(stopped.clause))
    return not form.errors


def _one(pk: int) -> Enrolment:
    found: Enrolment = get_object_or_404(
        Enrolment.objects.select_related("training", "cohort", "giving", "person"), pk=pk
    )
    return found


@console.staff("host")
@gate.door("training.teach", staff=True, what=teaching.ONE)
@require_http_methods(["GET", "HEAD"])
def learner(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show how far somebody is. The look is written down for them."""
    enrolment = _one(pk)
    address, steps = teaching.one(enrolment)
    context = {
        "enrolment": enrolment,
        "training": enrolment.training,
        "address": address,
        "steps": steps,
        "done": sum(step.ticked is not None for step in steps),
        "over": enrolment.is_over(timezone.now()),
        "cohorts": list(enrolment.training.cohorts.all()),
    }
    return TemplateResponse(request, "training/console/learner.html", context)


@console.staff("host")
@gate.door("training.teach", staff=True, what=teaching.ONE)
@require_POST
def change_learner(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End somebody's access, or put them into another group."""
    enrolment = _one(pk)
    asked, group = request.POST.get("do", ""), request.POST.get("cohort", "")
    try:
        if asked == "end" and request.POST.get("sure") == "on":
            if enrolling.end(enrolment):
                messages.success(
                    request, _("The access ended. What they left goes on the day that the statement says.")
                )
            else:
                messages.info(request, _("It had ended before."))
        elif asked == "end":
            messages.error(request, _("Nothing was done. To end it, tick that you are sure."))
        elif asked == "move":
            cohort = None
            if group:
                known = int(group) if building.is_key(group) else 0
                cohort = get_object_or_404(Cohort, pk=known, training=enrolment.training)
            teaching.move(enrolment, cohort)
            words = _("They are in “%(name)s” now.") % {"name": cohort.name} if cohort else ""
            messages.success(request, words or _("They are in no group now."))
        else:
            messages.error(request, _("Nothing was done. Press one of the buttons."))
    except CannotBuild as cannot:
        messages.error(request, str(cannot))
    return HttpResponseRedirect(reverse("training:learner", args=[pk]))
