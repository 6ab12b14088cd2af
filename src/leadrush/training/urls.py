"""The addresses of training."""

from __future__ import annotations

from django.urls import path

from leadrush.training import staff_urls
from leadrush.training.views import certificates, lessons, own, public, work

app_name = "training"

urlpatterns = [
    path("trainings/", public.training_list, name="list"),
    path("trainings/<slug:slug>/", public.training_page, name="page"),
    path("trainings/<slug:slug>/written/", public.written, name="written"),
    path("trainings/<slug:slug>/<str:digest>.webp", public.picture, name="picture"),
    path("trainings/<slug:slug>/yours/", own.settings, name="settings"),
    path("trainings/<slug:slug>/notes/", own.notes, name="notes"),
    path("trainings/<slug:slug>/certificate/", certificates.finish, name="finish"),
    path("trainings/<slug:slug>/meetings/<int:pk>.ics", own.meeting, name="meeting"),
    path("trainings/<slug:slug>/<int:lesson>/", lessons.lesson_page, name="lesson"),
    path("trainings/<slug:slug>/<int:lesson>/done/", lessons.done, name="done"),
    path("trainings/<slug:slug>/<int:lesson>/place/", lessons.place, name="place"),
    path("trainings/<slug:slug>/<int:lesson>/note/", lessons.note, name="write_note"),
    path("trainings/<slug:slug>/<int:lesson>/quiz/", work.quiz, name="quiz"),
    path("trainings/<slug:slug>/<int:lesson>/work/", work.hand_in, name="hand_in"),
    path("trainings/<slug:slug>/<int:lesson>/captions-<str:language>.vtt", lessons.captions, name="captions"),
    path("trainings/<slug:slug>/<int:lesson>/transcript.txt", lessons.transcript, name="transcript"),
    path("me/trainings/", own.own, name="own"),
    path("me/trainings/notes/<int:pk>/", own.note, name="note"),
    path("me/trainings/answers/<int:pk>/", work.attempt, name="attempt"),
    path("me/trainings/files/<int:pk>/", work.file, name="file"),
    path("me/certificates/<str:number>/", certificates.certificate, name="certificate"),
    path("me/certificates/<str:number>/certificate.pdf", certificates.paper, name="paper"),
    path("certificates/<str:number>/", certificates.shown, name="shown"),
    *staff_urls.urlpatterns,
]
