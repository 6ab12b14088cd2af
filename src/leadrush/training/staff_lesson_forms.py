"""The forms of a lesson: what it shows, its captions, files to take along, and what is to be handed in."""

from __future__ import annotations

from typing import Any

from babel import Locale, UnknownLocaleError
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.utils.translation import gettext_lazy as _

from leadrush.look import locales
from leadrush.look.forms import HomeTime, Spoken
from leadrush.media import captions, films, keeping
from leadrush.media.contents import AUDIO, VIDEO
from leadrush.media.fields import MediaField
from leadrush.media.models import File
from leadrush.training.importing import OTHERS
from leadrush.training.models import Assignment, Captions, Lesson, LessonFile, Training
from leadrush.training.staff_forms import Unchanged


class LessonForm(Unchanged, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """A lesson. An empty field of a file leaves what is there; a tick takes it out."""

    new_video = MediaField(label=_("Video"), required=False, kinds=VIDEO)
    no_video = forms.BooleanField(label=_("Take the video out"), required=False)
    film = forms.ChoiceField(
        label=_("Or the film of a live room"),
        required=False,
        help_text=_("It is shown in place of a video, as long as all who are in it agree."),
    )
    new_audio = MediaField(label=_("Sound"), required=False, kinds=AUDIO)
    no_audio = forms.BooleanField(label=_("Take the sound out"), required=False)
    opens_at = HomeTime(label=_("Opens on"), required=False)
    captions = forms.FileField(
        label=_("Captions"),
        required=False,
        help_text=_("WebVTT (.vtt). The transcript beside the video is read from them."),
        widget=forms.FileInput(attrs={"accept": ".vtt,text/vtt"}),
    )
    no_captions = forms.MultipleChoiceField(
        label=_("Take captions out"), required=False, widget=forms.CheckboxSelectMultiple
    )
    language = forms.CharField(
        label=_("Their language"),
        max_length=12,
        required=False,
        help_text=_(
            "As browsers write it: en, de, pt-BR. New ones take the place of those of their language."
        ),
    )
    file = MediaField(label=_("A file to take along"), required=False, kinds=OTHERS)
    file_title = forms.CharField(label=_("What it is called"), max_length=120, required=False)

    class Meta:
        model = Lesson
        fields = (
            "title", "body", "film", "minutes", "opens_at", "opens_after", "free", "next_step", "talk_url",
            "talk_words",
        )  # fmt: skip
        help_texts = {
            "body": _("Markdown. # makes a heading, - a list, **bold** words."),
            "minutes": _("How long it takes, with what is to be done."),
            "opens_after": _("Days after somebody began, or their group did."),
            "next_step": _("What to do before the next lesson, in a sentence or two."),
            "talk_url": _("The address of a page on this site or elsewhere."),
        }
        widgets = {
            "body": forms.Textarea(attrs={"class": "tall"}),
            "next_step": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drip = self.instance.module.training.drip
        # Only the rule that counts is asked for; what the other one holds stays for the day it counts again.
        for name, rule in (("opens_at", Training.Drip.DATES), ("opens_after", Training.Drip.DAYS)):
            if drip != rule:
                del self.fields[name]
        said = list(self.instance.captions.all())
        self.fields["no_captions"].choices = [(one.language, one.label) for one in said]  # type: ignore[attr-defined]
        if not said:
            del self.fields["no_captions"]
        self.fields["language"].initial = said[0].language if said else locales.in_use().language
        self._offer_films()
        self.fields["minutes"].widget.attrs |= {"min": 0, "max": 6000, "class": "short"}
        self.fields["minutes"].required = False
        for kind in ("video", "audio"):
            if getattr(self.instance, f"{kind}_id") is None:
                del self.fields[f"no_{kind}"]

    def _offer_films(self) -> None:
        """Offer the films that may be shown, and the one that the lesson has, be it to be had or not."""
        shown = [(one.about, one.title) for one in films.all()]
        own = self.instance.film
        if own and own not in dict(shown):
            shown.append((own, str(_("The one it has, which cannot be shown just now"))))
        self.fields["film"].choices = [("", _("None")), *shown]  # type: ignore[attr-defined]
        if not shown:
            del self.fields["film"]

    def clean_title(self) -> str:
        """Return it in one line."""
        return " ".join(self.cleaned_data["title"].split())

    def clean_minutes(self) -> int:
        minutes: int = self.cleaned_data["minutes"] or 0
        if minutes > 6000:
            raise ValidationError(_("Write a number from 0 to 6000."))
        return minutes

    def clean_talk_url(self) -> str:
        address = str(self.cleaned_data["talk_url"]).strip()
        if (address and not address.startswith(("https://", "http://", "/"))) or address.startswith("//"):
            raise ValidationError(_("Write the whole address, like https://example.org/page."))
        return address

    def clean_captions(self) -> str:
        """Return the captions as text."""
        file = self.cleaned_data.get("captions")
        return captions.text_of(file, file.size or 0) if file else ""

    def clean_language(self) -> str:
        language = str(self.cleaned_data["language"]).strip() or "en"
        try:
            Locale.parse(language, sep="-")
        except (ValueError, UnknownLocaleError):
            raise ValidationError(_("Write it like en, de or pt-BR.")) from None
        return language

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("talk_url") and not data.get("talk_words"):
            self.add_error("talk_words", _("Say what the link leads to, like “Show them in the forum”."))
        if data.get("talk_words") and not data.get("talk_url") and "talk_url" not in self.errors:
            self.add_error("talk_url", _("Write where these words lead."))
        if data.get("file") and not data.get("file_title"):
            self.add_error("file_title", _("Say what the file is, in a few words."))
        return data

    def keep(self, files: BaseInlineFormSet[LessonFile, Lesson, Any]) -> bool:
        """Save the lesson with all that hangs on it; False where somebody saved meanwhile."""
        data = self.cleaned_data
        loose: list[File] = []
        with transaction.atomic():
            Lesson.objects.select_for_update().get(pk=self.instance.pk)
            self.demand_unchanged()
            if self.errors:
                return False
            for kind in ("video", "audio"):
                old: File | None = getattr(self.instance, kind)
                new: File | None = data[f"new_{kind}"]
                if new is not None or data.get(f"no_{kind}"):
                    setattr(self.instance, kind, new)
                    loose += [old] if old is not None and old != new else []
            # Where it stands is said by the outline alone: another window may have moved it meanwhile.
            self.instance.save(update_fields=[*self.written(), "video", "audio", "changed_at"])
            self._keep_captions()
            loose += [form.instance.file for form in files.deleted_forms if form.instance.pk]
            files.save()
            if data["file"] is not None:
                made, new_one = LessonFile.objects.get_or_create(
                    lesson=self.instance, file=data["file"], defaults={"title": data["file_title"]}
                )
                if not new_one:
                    LessonFile.objects.filter(pk=made.pk).update(title=data["file_title"])
        for file in loose:
            keeping.let_go(file)
        return True

    def written(self) -> list[str]:
        """Return the columns that this form asks for; what it does not ask for stays."""
        return [name for name in self.Meta.fields if name in self.fields]

    def _keep_captions(self) -> None:
        data = self.cleaned_data
        self.instance.captions.filter(language__in=data.get("no_captions") or ()).delete()
        if data["captions"]:
            language = data["language"]
            name = Locale.parse(language, sep="-").get_display_name(language.replace("-", "_")) or language
            Captions.objects.update_or_create(
                lesson=self.instance,
                language=language,
                defaults={"text": data["captions"], "label": name[:40]},
            )


class FileForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """What a file to take along is called."""

    class Meta:
        model = LessonFile
        fields = ("title",)


class Files(BaseInlineFormSet):  # type: ignore[type-arg]  # no generic at run time
    """The files of one lesson; a tick takes one out."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take this file out")


FileForms = inlineformset_factory(
    Lesson, LessonFile, form=FileForm, formset=Files, extra=0, can_delete=True, max_num=40
)


class AssignmentForm(Spoken, forms.ModelForm):  # type: ignore[type-arg]  # no generic at run time
    """What is to be done and handed in."""

    class Meta:
        model = Assignment
        fields = ("title", "body", "takes")
        help_texts = {"body": _("Markdown. Say what you look for when you answer.")}
        widgets = {"takes": forms.RadioSelect}
