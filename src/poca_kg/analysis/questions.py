"""The competency questions: what the graph was built to answer, kept in the graph itself."""

from __future__ import annotations

from dataclasses import dataclass

from poca_kg.analysis.selecting import select, text_of
from poca_kg.errors import UnknownNameError
from poca_kg.store.protocol import Store
from poca_kg.vocabulary.prefixes import PREFIXES

__all__ = ["Question", "find_question", "read_questions"]

_QUESTIONS = """
SELECT ?question ?en ?it ?query ?module ?thing WHERE {
  ?question a poca:CompetencyQuestion ; rdfs:label ?en, ?it ; sh:select ?query ; poca:module ?module .
  OPTIONAL { ?question poca:restsOn ?thing }
  FILTER(LANG(?en) = "en" && LANG(?it) = "it")
} ORDER BY ?question ?thing
"""
_LONGEST_NUMBER = 10


@dataclass(frozen=True)
class Question:
    """A question with its query; ``rests_on`` holds the IRIs without which the answer would be another."""

    id: str
    en: str
    it: str
    query: str
    module: str
    rests_on: tuple[str, ...]

    def text(self, language: str = "en") -> str:
        """Return the question in a language, English where we have none.

        >>> Question("cq-003", "Where is Turin?", "Dove si trova Torino?", "", "territory", ()).text("it")
        'Dove si trova Torino?'
        """
        return self.it if language == "it" else self.en


def read_questions(store: Store) -> tuple[Question, ...]:
    """Return the competency questions of a graph, sorted by id; empty where the graph carries none."""
    found: dict[str, Question] = {}
    things: dict[str, list[str]] = {}
    for row in select(store, _QUESTIONS):
        name = str(row["question"]).removeprefix(PREFIXES["question"])
        things.setdefault(name, []).extend([str(row["thing"])] if "thing" in row else [])
        found[name] = Question(
            name, text_of(row, "en"), text_of(row, "it"), text_of(row, "query"), text_of(row, "module"), ()
        )
    return tuple(
        Question(one.id, one.en, one.it, one.query, one.module, tuple(things[name]))
        for name, one in sorted(found.items())
    )


def find_question(store: Store, name: str) -> Question:
    """Return the question ``name``: ``cq-005``, or short ``5``.

    Raises
    ------
    UnknownNameError
        If the graph carries no such question; the message offers the nearest ones.
    """
    wanted = f"cq-{int(name):03d}" if name.isdecimal() and len(name) < _LONGEST_NUMBER else name
    questions = {question.id: question for question in read_questions(store)}
    if wanted not in questions:
        raise UnknownNameError("question", name, questions)
    return questions[wanted]
