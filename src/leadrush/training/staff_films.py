"""The film of a live room as a lesson: chosen where, and there it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from leadrush import console, gate
from leadrush.look.forms import Form
from leadrush.media import films
from leadrush.media.films import Film
from leadrush.training import building
from leadrush.training.building import CannotBuild
from leadrush.training.models import Lesson, Module, Training


class _Where(forms.ChoiceField):
    """A module, or a training's first one: by the second click of a double click it is there."""

    def valid_value(self, value: str) -> bool:
        """Allow each training, also one that has modules by now."""
        kind, _dash, key = value.partition("-")
        if kind == "training" and building.is_key(key):
            return Training.objects.filter(pk=key).exists()
        return super().valid_value(value)


class FilmForm(Form):
    """Where the lesson stands, and what it is called."""

    title = forms.CharField(label=_("What the lesson is called"), max_length=120)
    module = _Where(label=_("Where it stands"), help_text=_("At the end of this module."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["module"].choices = _places()  # type: ignore[attr-defined]

    def clean_title(self) -> str:
        """Return it in one line."""
        title = " ".join(self.cleaned_data["title"].split())
        if not title:
            raise forms.ValidationError(_("Write what the lesson is called."))
        return title


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the modules of each training, or a first one where it has none; newest trainings first."""
    modules: dict[int, list[tuple[str, str]]] = {}
    for one in Module.objects.order_by("position", "pk"):
        modules.setdefault(one.training_id, []).append((f"module-{one.pk}", one.title))
    return [
        (one.title, modules.get(one.pk) or [(f"training-{one.pk}", said("In a first module"))])
        for one in Training.objects.all()
    ]


@console.staff("host")
@gate.door(None, why="makes a lesson of a film; who may be in it is asked of where it was recorded")
@require_http_methods(["GET", "HEAD", "POST"])
def make_lesson(request: HttpRequest, about: str) -> HttpResponseBase:
    """Make a lesson of a film, at the end of a module."""
    film = films.find(about)
    if film is None:
        raise Http404
    form = FilmForm(request.POST or None, initial={"title": film.title[:120]})
    if request.method == "POST" and form.is_valid():
        try:
            lesson = _made(film, **form.cleaned_data)
        except CannotBuild as why:
            form.add_error("module", str(why))
        else:
            messages.success(request, said("The lesson is there. Write beside the film what belongs to it."))
            return HttpResponseRedirect(reverse("training:write_lesson", args=[lesson.pk]))
    used = Lesson.objects.standing().filter(film=about).select_related("module__training")
    context = {"form": form, "film": film, "used": used, "any": Training.objects.exists()}
    status = 422 if form.errors else 200
    return TemplateResponse(request, "training/console/film.html", context, status=status)


def _made(film: Film, *, title: str, module: str) -> Lesson:
    """Make the lesson; a double click makes one. Raises `CannotBuild`."""
    with transaction.atomic():
        place = _place(module, title)
        there = place.lessons.filter(film=film.about, title=title, removed_at=None).first()
        return there or building.add_lesson(place, title, film=film.about, minutes=film.minutes)


def _place(module: str, title: str) -> Module:
    """Return the module that was chosen, its training held. Raises `CannotBuild`."""
    kind, _dash, key = module.partition("-")
    of = {"pk": key} if kind == "training" else {"modules": key}
    training = Training.objects.select_for_update(of=("self",)).filter(**of).first()
    if training is not None and kind == "training":
        return training.modules.first() or building.add_module(training, title)
    # Somebody may have taken it out while we waited for the training.
    place: Module | None = training.modules.filter(pk=key).first() if training is not None else None
    if place is None:
        raise CannotBuild(said("This module is no longer here."))
    return place
