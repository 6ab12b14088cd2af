"""The mailbox's addresses: those in mails are short; the outbox stands in the back office."""

from __future__ import annotations

from django.urls import path

from leadrush.mailbox import console, views

app_name = "mailbox"

urlpatterns = [
    path("l/<str:token>/", views.link, name="link"),
    path("w/<str:word>/", views.word, name="word"),
    path("console/outbox/", console.outbox, name="outbox"),
    path("console/outbox/find/", console.find, name="find"),
    path("console/outbox/<uuid:message>/", console.message, name="message"),
    path("console/outbox/<uuid:message>/read/", console.read, name="read"),
    path("console/outbox/<uuid:message>/again/", console.again, name="again"),
    path("console/outbox/<uuid:message>/withdraw/", console.take_back, name="take_back"),
]
