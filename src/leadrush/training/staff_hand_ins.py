"""The back office's doors of what was handed in: the line of it, one thing with its file, and its answer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from leadrush import console, gate, vault
from leadrush.look.forms import Form
from leadrush.training import building, handing_in, teaching
from leadrush.training.models import Feedback, HandedFile, HandIn, Training
from leadrush.training.views.work import download
from leadrush.vault.giving import EMAIL, EMAIL_CATEGORY
from leadrush.vault.models import Item

ROWS = 50


class AnswerForm(Form):
    """What is said of something that was handed in."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("Is it enough?"),
        choices=[
            ("accepted", gettext_lazy("Accepted: it counts as done")),
            ("again", gettext_lazy("Once more: something is to be bettered")),
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("Your words to them"),
        help_text=gettext_lazy("They lie sealed under the key of whoever reads them."),
        max_length=handing_in.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"class": "tall"}),
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or self.cleaned_data
        if data.get("verdict") == Feedback.Verdict.AGAIN and not str(data.get("words", "")).strip():
            self.add_error("words", _("Say what is to be bettered."))
        return data


@console.staff("host")
@gate.door("training.teach", staff=True, what=teaching.WORK)
@require_safe
def hand_ins(request: HttpRequest) -> HttpResponseBase:
    """Show what waits for an answer, the oldest first. Whose it is is not needed here, and not shown."""
    asked = request.GET.get("training", "")
    training = get_object_or_404(Training, pk=int(asked)) if building.is_key(asked) else None
    page = Paginator(teaching.waiting(training), ROWS).get_page(request.GET.get("page"))
    context = {"training": training, "page": page, "works": list(page)}
    return TemplateResponse(request, "training/console/hand_ins.html", context)


@console.staff("host")
@gate.door("training.teach", staff=True, what=teaching.WORK)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show something that was handed in, and answer it. The look is written down for whose it is."""
    work = _work(pk)
    said = Feedback.objects.filter(hand_in=work).first()
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=_said(said))
    if request.method == "POST" and form.is_valid():
        handing_in.answer(work, verdict=form.cleaned_data["verdict"], words=form.cleaned_data["words"])
        messages.success(request, _("It is answered, and we write to them."))
        return HttpResponseRedirect(reverse("training:hand_ins"))
    about = work.enrolment.training.about
    categories = (EMAIL_CATEGORY, handing_in.CATEGORY)
    vault.note(subject=work.person_id, categories=categories, what=teaching.WORK, about=about)
    item = Item.objects.filter(person=work.person_id, kind=EMAIL).first()
    opened = vault.open_items([item], what=teaching.WORK, about=about) if item else {}
    others = HandIn.objects.filter(person=work.person_id, assignment=work.assignment).exclude(pk=pk)
    context = {
        "work": work,
        "training": work.enrolment.training,
        "words": handing_in.words_of([work], what=teaching.WORK).get(work.pk, ""),
        "file": HandedFile.objects.filter(hand_in=work).first(),
        "address": opened[item.pk] if item else "",
        "others": list(others.order_by("-number").defer("sealed")),
        "said": said,
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "training/console/answer.html", context, status=status)


def _said(said: Feedback | None) -> dict[str, str]:
    if said is None:
        return {}
    words = handing_in.words_of([said], what=teaching.WORK).get(said.pk, "")
    return {"verdict": said.verdict, "words": words}


def _work(pk: int) -> HandIn:
    found: HandIn = get_object_or_404(
        HandIn.objects.select_related("assignment__lesson", "enrolment__training", "giving", "person"), pk=pk
    )
    return found


@console.staff("host")
@gate.door("training.teach", staff=True, what=teaching.WORK)
@require_safe
def handed_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give the file of something that was handed in, to be saved and never shown as a page of the site."""
    work = _work(pk)
    file = get_object_or_404(HandedFile, hand_in=work)
    return download(handing_in.content(file, what=teaching.WORK))
