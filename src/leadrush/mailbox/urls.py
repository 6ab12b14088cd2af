"""The mailbox's addresses: short, because they stand in mails."""

from __future__ import annotations

from django.urls import path

from leadrush.mailbox import views

app_name = "mailbox"

urlpatterns = [
    path("l/<str:token>/", views.link, name="link"),
    path("w/<str:word>/", views.word, name="word"),
]
