"""What a subject asks, and what was answered, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import formats

from dothi.core.clock import local
from dothi.feedback.choices import AnswerKind
from dothi.feedback.models import Question, Ticket
from dothi.feedback.selectors import catalogue


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer: the question and the words of the answer, in the language of the page."""

    code: str
    label: str
    words: str


def questions_of(category: str, *, on: date) -> list[Question]:
    """What a subject in force asks on that day."""
    known = catalogue.current()
    found = known.category(category, on=on)
    return known.questions(found.pk, on=on) if found else []


def answers_of(ticket: Ticket) -> list[Said]:
    """The answers of a report to what its subject asked on the day it came in."""
    on = local(ticket.received_at).date()
    asked = catalogue.current().questions(ticket.category_id, on=on)
    return said(asked, ticket.attributes)


def said(questions: list[Question], given: Mapping[str, Any]) -> list[Said]:
    return [
        Said(code=question.code, label=question.label, words=_words(question, given[question.code]))
        for question in questions
        if given.get(question.code) not in (None, "", [])
    ]


def _words(question: Question, value: Any) -> str:
    names = dict(question.choices)
    if isinstance(value, list):
        return ", ".join(names.get(key, str(key)) for key in value)
    if question.kind == AnswerKind.ONE:
        return names.get(value, str(value))
    if question.kind == AnswerKind.DATETIME:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return str(value)
        return str(formats.date_format(moment, "DATETIME_FORMAT"))
    return str(value)
