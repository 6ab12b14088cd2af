"""The addresses of log files in the back office; `visits` includes them under its name."""

from __future__ import annotations

from django.urls import path

from leadrush.visits.logs import console

urlpatterns = [
    path("console/visits/logs/", console.logs, name="logs"),
    path("console/visits/logs/coming/", console.coming, name="logs_coming"),
    path("console/visits/logs/<int:pk>/", console.log, name="log"),
    path("console/visits/logs/<int:pk>/stop/", console.stop, name="log_stop"),
    path("console/visits/logs/<int:pk>/remove/", console.remove, name="log_remove"),
]
