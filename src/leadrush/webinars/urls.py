"""The room's addresses: public ones, and those of the console."""

from __future__ import annotations

from django.urls import path

from leadrush.webinars import console, console_repeat, views

app_name = "webinars"

urlpatterns = [
    path("webinars/", views.webinar_list, name="list"),
    path("webinars/<slug:slug>/", views.webinar_page, name="page"),
    path("webinars/<slug:slug>/written/", views.written, name="written"),
    path("webinars/<slug:slug>/calendar.ics", views.calendar, name="calendar"),
    path("webinars/<slug:slug>/picture-<slug:digest>.webp", views.picture, name="picture"),
    path("console/webinars/", console.desk, name="desk"),
    path("console/webinars/plan/", console.plan, name="plan"),
    path("console/webinars/host/", console.host, name="host"),
    path("console/webinars/recordings/", console_repeat.repeats, name="repeats"),
    path("console/webinars/recordings/<int:pk>/stop/", console_repeat.stop, name="stop"),
    path("console/webinars/<int:pk>/", console.plan_one, name="plan_one"),
    path("console/webinars/<int:pk>/preview/", console.preview, name="preview"),
    path("console/webinars/<int:pk>/act/", console.act, name="act"),
    path("console/webinars/<int:pk>/people/", console.registrants, name="registrants"),
    path("console/webinars/<int:pk>/people/<int:registration>/", console.helps, name="helps"),
    path("console/webinars/<int:pk>/tell/", console.tell, name="tell"),
]
