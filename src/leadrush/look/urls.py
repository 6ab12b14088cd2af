"""The addresses of this part."""

from __future__ import annotations

from django.urls import path

from leadrush.look import views

app_name = "look"
urlpatterns = [path("look/green.css", views.green, name="green")]
