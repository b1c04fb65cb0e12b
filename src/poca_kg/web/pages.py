"""The page at ``/``: questions, a form for queries, the answer as a table. No JavaScript is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request

from poca_kg.analysis.information import Info
from poca_kg.analysis.questions import Question
from poca_kg.errors import PocaError, QuerySyntaxError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import query_form
from poca_kg.store.syntax import excerpt
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.web.answers import Table, make_table
from poca_kg.web.asking import check_text
from poca_kg.web.formats import GRAPH_FORMATS, ROW_FORMATS
from poca_kg.web.forms import decode_fields
from poca_kg.web.problems import sort_of
from poca_kg.web.source import Source
from poca_kg.web.texts import TEXTS, grouped, sentence

__all__ = ["make_blueprint"]

_EXAMPLE = """SELECT ?city ?label WHERE {
  ?city a poca:City ; rdfs:label ?label .
}
ORDER BY ?city ?label
LIMIT 20"""


@dataclass(frozen=True)
class _Failure:
    status: int
    what: str
    advice: str
    line: int | None = None
    column: int | None = None
    excerpt: str = ""
    heading: str = "error"


class _Contents:
    """The questions and counts of a graph; those of one version are read once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._read: tuple[str, tuple[Question, ...], Info] | None = None

    def read(self) -> tuple[tuple[Question, ...], Info]:
        version, graph = self._source.version, self._source.graph
        if self._read is None or self._source.is_changing or self._read[0] != version:
            self._read = version, graph.questions(), graph.info()
        return self._read[1:]


def make_blueprint(source: Source, *, max_query_bytes: int) -> Blueprint:
    """Return the page over a graph."""
    blueprint = Blueprint("pages", __name__)
    contents = _Contents(source)
    blueprint.add_app_template_filter(sentence)

    @blueprint.get("/")
    def page() -> Response:
        fields: dict[str, str] = {}
        for name, value in decode_fields(request.query_string, "the query string"):
            fields.setdefault(name, value)
        questions, info = contents.read()
        language = fields["lang"] if fields.get("lang") in LANGUAGES else LANGUAGES[0]
        question = next((one for one in questions if one.id == fields.get("question")), None)
        query = question.query.strip() if question else fields.get("query", "")
        graph = KnowledgeGraph(source.store_for(request.remote_addr))
        table, failure = _ask(graph, query, language, max_query_bytes) if query.strip() else (None, None)
        if fields.get("question") and not question:
            table, failure = None, _unknown_question(fields["question"], language)
        html = render_template(
            "page.html",
            texts=TEXTS[language],
            language=language,
            other_address=_other_address(fields, language),
            questions=questions,
            question=question,
            query=query or _EXAMPLE,
            table=table,
            failure=failure,
            downloads=_downloads(query) if table else (),
            permanent=_permanent(question, query, language),
            size=TEXTS[language]["size"].format(
                triples=grouped(info.triples, language), graphs=len(info.graphs)
            ),
            version=info.version,
        )
        return make_response(html, failure.status if failure else 200)

    return blueprint


def _ask(
    graph: KnowledgeGraph, query: str, language: str, max_query_bytes: int
) -> tuple[Table | None, _Failure | None]:
    """Return the answer to a query as a table, or why there is none."""
    text = query.replace("\r\n", "\n")
    try:
        check_text(text, max_query_bytes=max_query_bytes, slug="too-long")
        return make_table(graph, graph.store.query(text), language), None
    except PocaError as error:
        sort = sort_of(error)
        if sort.slug == "internal-error":
            raise
        status = sort.status
        if isinstance(error, QuerySyntaxError):
            shown = excerpt(text, error.line, error.column)
            return None, _Failure(status, error.what, error.advice, error.line, error.column, shown)
        return None, _Failure(status, error.what, error.advice)


def _unknown_question(name: str, language: str) -> _Failure:
    texts = TEXTS[language]
    shown = name if len(name) <= 40 else f"{name[:39]}…"
    return _Failure(404, texts["unknown_what"].format(name=shown), texts["unknown_advice"], heading="unknown")


def _other_address(fields: dict[str, str], language: str) -> str:
    """Return the address of the same page in the other language."""
    other = next(one for one in LANGUAGES if one != language)
    kept = [(name, fields[name]) for name in ("question", "query") if name in fields]
    return f"/?{urlencode([('lang', other), *kept])}"


def _permanent(question: Question | None, query: str, language: str) -> str:
    """Return the address that shows this answer again: that of the question, or of the query itself."""
    asked = ("question", question.id) if question else ("query", query)
    return f"/?{urlencode([('lang', language), asked])}"


def _downloads(query: str) -> tuple[tuple[str, str], ...]:
    """Return name and address of each format in which the endpoint gives the same answer."""
    formats: Sequence[ResultFormat | RdfSyntax] = ROW_FORMATS
    if query_form(query).gives_triples:
        formats = GRAPH_FORMATS
    names = [one.short for one in formats]
    return tuple((name, f"/sparql?{urlencode({'query': query, 'format': name})}") for name in names)
