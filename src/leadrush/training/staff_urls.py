"""The addresses of the staff's side of training."""

from __future__ import annotations

from django.urls import path

from leadrush.training import (
    console,
    staff_cohorts,
    staff_films,
    staff_hand_ins,
    staff_import,
    staff_learners,
    staff_lessons,
    staff_preview,
    staff_quizzes,
    staff_report,
)

urlpatterns = [
    path("console/trainings/", console.desk, name="desk"),
    path("console/trainings/begin/", console.begin, name="begin"),
    path("console/trainings/prose/", console.prose, name="prose"),
    path("console/trainings/hand-ins/", staff_hand_ins.hand_ins, name="hand_ins"),
    path("console/trainings/hand-ins/<int:pk>/", staff_hand_ins.answer, name="answer"),
    path("console/trainings/hand-ins/<int:pk>/file/", staff_hand_ins.handed_file, name="handed_file"),
    path("console/trainings/<int:pk>/", console.build, name="build"),
    path("console/trainings/<int:pk>/outline/", console.outline, name="outline"),
    path("console/trainings/<int:pk>/act/", console.act, name="act"),
    path("console/trainings/<int:pk>/import/", staff_import.bring_in, name="import"),
    path("console/trainings/<int:pk>/import/look/", staff_import.look_at, name="look_at"),
    path("console/trainings/<int:pk>/import/file/", staff_import.bring_one, name="bring_one"),
    path("console/trainings/<int:pk>/preview/", staff_preview.preview, name="preview"),
    path("console/trainings/<int:pk>/learners/", staff_learners.learners, name="learners"),
    path("console/trainings/<int:pk>/groups/", staff_cohorts.cohorts, name="cohorts"),
    path("console/trainings/<int:pk>/groups/begin/", staff_cohorts.begin_cohort, name="begin_cohort"),
    path("console/trainings/<int:pk>/report/", staff_report.report, name="report"),
    path("console/trainings/films/<str:about>/", staff_films.make_lesson, name="film"),
    path("console/trainings/lessons/<int:pk>/", staff_lessons.write_lesson, name="write_lesson"),
    path("console/trainings/lessons/<int:pk>/preview/", staff_preview.preview_lesson, name="preview_lesson"),
    path(
        "console/trainings/lessons/<int:pk>/captions-<str:language>.vtt",
        staff_preview.captions,
        name="preview_captions",
    ),
    path("console/trainings/lessons/<int:pk>/questions/", staff_quizzes.write_quiz, name="write_quiz"),
    path("console/trainings/lessons/<int:pk>/questions/ask/", staff_quizzes.ask, name="ask"),
    path("console/trainings/questions/<int:pk>/", staff_quizzes.write_question, name="write_question"),
    path("console/trainings/quizzes/<int:pk>/missed/", staff_report.questions, name="missed"),
    path("console/trainings/lessons/<int:pk>/work/", staff_lessons.write_assignment, name="write_assignment"),
    path("console/trainings/learners/<int:pk>/", staff_learners.learner, name="learner"),
    path("console/trainings/learners/<int:pk>/change/", staff_learners.change_learner, name="change_learner"),
    path("console/trainings/groups/<int:pk>/", staff_cohorts.write_cohort, name="write_cohort"),
]
