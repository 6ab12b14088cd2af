"""What is taught, and what people who learn leave here.

`trainings`, `quizzes`, `assignments` and `cohorts` hold what the business wrote; the rest belongs to persons.
"""

from __future__ import annotations

from leadrush.training.models.answers import Attempt, Feedback, HandedFile, HandIn
from leadrush.training.models.assignments import Assignment
from leadrush.training.models.certificates import Certificate, Publication
from leadrush.training.models.cohorts import Cohort, Live
from leadrush.training.models.learning import Enrolment, Note, Place, Seen, Tick
from leadrush.training.models.lessons import Captions, Lesson, LessonFile, Module
from leadrush.training.models.quizzes import Choice, Question, Quiz, QuizEdition
from leadrush.training.models.trainings import Picture, State, Training

__all__ = [
    "Assignment",
    "Attempt",
    "Captions",
    "Certificate",
    "Choice",
    "Cohort",
    "Enrolment",
    "Feedback",
    "HandIn",
    "HandedFile",
    "Lesson",
    "LessonFile",
    "Live",
    "Module",
    "Note",
    "Picture",
    "Place",
    "Publication",
    "Question",
    "Quiz",
    "QuizEdition",
    "Seen",
    "State",
    "Tick",
    "Training",
]
