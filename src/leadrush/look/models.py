"""The business that this site belongs to: one row, nothing personal."""

from __future__ import annotations

import time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leadrush.look.colours import unreadable

FRESH = 2.0  # seconds that a process may go on with the row it has read
_held: tuple[float, Business] | None = None


def zone_exists(name: str) -> None:
    """Raise ValidationError unless `name` is a time zone of the tz database, such as `Europe/London`."""
    if name not in available_timezones():
        raise ValidationError(_("Write a time zone like Europe/London."))


def locale_exists(name: str) -> None:
    """Raise ValidationError unless `name` is a locale that dates and numbers can be written in."""
    try:
        Locale.parse(name, sep="_")
    except (UnknownLocaleError, ValueError):
        raise ValidationError(_("Write a locale like en_GB.")) from None


class Business(models.Model):
    """Name, place, time zone, locale and green of the business; there is one row, with key 1."""

    name = models.CharField(_("name"), max_length=120)
    place = models.TextField(
        _("address"), blank=True, help_text=_("As it stands at the foot of every page, a line each.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[zone_exists])
    locale = models.CharField(_("locale"), max_length=16, default="en_GB", validators=[locale_exists])
    green = models.CharField(_("green on light paper"), max_length=7, blank=True)
    green_dark = models.CharField(_("green on dark paper"), max_length=7, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="look_one_business")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)
        forget()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        deleted = super().delete(*args, **kwargs)
        forget()
        return deleted

    def clean(self) -> None:
        """Refuse a green below 4.5:1 on paper, on tint, or under what stands on it."""
        for name, scheme in (("green", "light"), ("green_dark", "dark")):
            colour = getattr(self, name)
            if not colour:
                continue
            try:
                faint = unreadable(colour, scheme)
            except ValueError:
                raise ValidationError({name: _("Write a colour like #0a6444.")}) from None
            if faint:
                raise ValidationError({name: _("Too faint to read. Choose one with more contrast.")})

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that days are counted in."""
        return ZoneInfo(self.time_zone)

    @property
    def place_lines(self) -> list[str]:
        return [line.strip() for line in self.place.splitlines() if line.strip()]


def current() -> Business:
    """Return the business, read at most two seconds ago."""
    global _held
    now = time.monotonic()
    if _held is None or now - _held[0] > FRESH:
        _held = now, Business.objects.filter(pk=1).first() or Business(name=gettext("This site"))
    return _held[1]


def forget() -> None:
    """Read the row again the next time it is asked for."""
    global _held
    _held = None
