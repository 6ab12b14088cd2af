"""The statement's addresses."""

from __future__ import annotations

from django.urls import path

from leadrush.accountability import answering, console, heads, views

app_name = "accountability"

urlpatterns = [
    path("privacy/", views.page, name="statement"),
    path("privacy/statement.txt", views.text, name="text"),
    path("privacy/statement.jsonld", views.linked, name="linked"),
    path("privacy/evidence.json", views.evidence, name="evidence"),
    path("privacy/versions/", views.versions, name="versions"),
    path("privacy/versions/<int:number>/", views.version, name="version"),
    path("privacy/versions/<int:old>/<int:new>/", views.difference, name="difference"),
    path("privacy/versions/<int:number>/statement.json", views.canonical, name="canonical"),
    path("privacy/ledger/", heads.page, name="ledger"),
    path("privacy/ledger/heads.json", heads.as_json, name="ledger_json"),
    path("privacy/ledger/heads.txt", heads.text, name="ledger_text"),
    path(".well-known/gpc.json", views.gpc, name="gpc"),
    path("me/statement/", answering.answer, name="answer"),
    path("console/statement/", console.desk, name="desk"),
    path("console/statement/coming/", console.coming, name="coming"),
    path("console/statement/draft/", console.draft, name="draft"),
    path("console/statement/difference/", console.difference, name="draft_difference"),
    path("console/statement/discard/", console.discard, name="discard"),
]
