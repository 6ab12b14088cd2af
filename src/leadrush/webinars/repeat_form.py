"""The form by which staff let a recording be shown at set hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leadrush.look import times as home
from leadrush.look.forms import Form
from leadrush.media import films
from leadrush.media.films import Film
from leadrush.webinars import repeating
from leadrush.webinars.models import Series, State, Webinar

DAYS = [
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")),
    (5, _("Friday")), (6, _("Saturday")), (7, _("Sunday")),
]  # fmt: skip
PATTERNS = 50


def _its_own(film: Film | None, rows: QuerySet[Webinar]) -> int | None:
    """Return the webinar that a film is most likely of: of the same title, the last one that was held."""
    held = rows.filter(starts_at__lte=timezone.now(), **({"title": film.title} if film else {}))
    return held.values_list("pk", flat=True).first()


class RepeatForm(Form):
    """Which recording, on which days, at which hour."""

    film = forms.ChoiceField(label=_("The recording"))
    pattern = forms.TypedChoiceField(
        label=_("Words, picture and questions as in"), coerce=int, help_text=_("The hour is not taken over.")
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        choices=DAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    at = forms.TimeField(
        label=_("Hour"),
        widget=forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
        error_messages={"invalid": _("Write the hour like 19:00.")},
    )
    begins = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day like 2027-05-14.")},
    )
    ends = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Leave it empty to go on until you stop it."),
        error_messages={"invalid": _("Write the day like 2027-05-14.")},
    )
    ahead = forms.IntegerField(
        label=_("Hours to register for at a time"),
        min_value=1,
        max_value=repeating.MOST_AHEAD,
        initial=3,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    seats = forms.IntegerField(
        label=_("Seats"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Leave it empty for no limit."),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {film.about: film for film in films.all()}
        self.fields["film"].choices = [  # type: ignore[attr-defined]
            (about, f"{film.title} ({film.minutes} min)") for about, film in self.known.items()
        ]
        rows = Webinar.objects.filter(series=None).exclude(state=State.CANCELLED).order_by("-starts_at")
        self.fields["pattern"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{row.title}, {home.when(row.starts_at)}") for row in rows[:PATTERNS]
        ]
        self.initial.setdefault("begins", home.today())
        if not self.initial.get("pattern"):
            self.initial["pattern"] = _its_own(self.known.get(self.initial.get("film", "")), rows)

    def clean_begins(self) -> date:
        """Return the first day. Refuses one that has passed."""
        begins: date = self.cleaned_data["begins"]
        if begins < home.today():
            raise ValidationError(_("Write today or a later day."))
        return begins

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends < begins:
            self.add_error("ends", _("Write the same day as the first or a later one."))
        return data

    def keep(self) -> Series:
        """Begin the series; its next hours stand there at once."""
        data = self.cleaned_data
        film: Film = self.known[data["film"]]
        return repeating.begin(
            film,
            Webinar.objects.get(pk=data["pattern"]),
            days=",".join(str(day) for day in sorted(data["days"])),
            **{name: data[name] for name in ("at", "begins", "ends", "ahead", "seats")},
        )
