"""The test app `post`."""

from __future__ import annotations

from django.apps import AppConfig


class PostConfig(AppConfig):
    name = "leadrush.mailbox.tests.post"
    label = "post"
