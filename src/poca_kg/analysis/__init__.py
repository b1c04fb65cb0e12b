"""Answers that need more than one query: where a triple comes from, and the competency questions.

This package asks a store and returns frozen dataclasses, which say themselves in words. It must not change a
graph, know a web request or a terminal, and it never guesses: what has no origin is an error, not an empty
answer.
"""

from poca_kg.analysis.explanation import Explanation, explanation_lines, explanation_to_json
from poca_kg.analysis.information import GraphInfo, Info, read_info
from poca_kg.analysis.questions import Question, find_question, read_questions
from poca_kg.analysis.rows import Rows, plain_value
from poca_kg.analysis.term_text import parse_iri, parse_term
from poca_kg.analysis.why import why

__all__ = [
    "Explanation",
    "GraphInfo",
    "Info",
    "Question",
    "Rows",
    "explanation_lines",
    "explanation_to_json",
    "find_question",
    "parse_iri",
    "parse_term",
    "plain_value",
    "read_info",
    "read_questions",
    "why",
]
