"""What a request to ``/sparql`` asks, and what is said of its answer: pure functions, without Flask.

The Flask view and whatever stands before it read a request with the same :func:`read_asked`, so that both
refuse the same things in the same words. The text of the query passes the gate, which is linear; it is never
parsed here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypedDict, Unpack
from urllib.parse import quote_plus, urlencode

from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.store import query_job
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import QueryForm, query_form
from poca_kg.store.prologue import form_at_the_start
from poca_kg.web.formats import GRAPH_FORMATS, ROW_FORMATS, content_type, pick
from poca_kg.web.forms import Fields, media_type_of, only_one, read_fields
from poca_kg.web.headers import Headers
from poca_kg.web.problems import RefusedError
from poca_kg.web.tags import tag_of

__all__ = [
    "ENDPOINT",
    "Asked",
    "RequestParts",
    "answer_headers",
    "check_text",
    "is_repeatable",
    "job_of",
    "media_for",
    "read_asked",
]

ENDPOINT = "/sparql"
_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_LONGEST_ADDRESS = 2000
_CONTENT_TYPES = {media: ("Content-Type", content_type(media)) for media in (*ROW_FORMATS, *GRAPH_FORMATS)}
_FEW = 16
_SHORT_QUERY, _OPENERS, _FEW_OPENERS = 2000, "{([<!", 100
_REFUSABLE = re.compile(r"SERVICE|LOAD|\\", re.IGNORECASE)
_FORMS = {form.value: form for form in QueryForm}
_AS_IN_AN_ADDRESS = re.compile(r"[A-Za-z0-9%+._~!$'()*,;:@/?-]+")
_CALLS = re.compile(r"(?:NOW|RAND|UUID|BNODE)\s*[(#]", re.IGNORECASE)  # a note may stand before the bracket


class RequestParts(TypedDict):
    """What is looked at of a request; a header that it does not have is ``None``."""

    method: str
    query_string: bytes
    content_type: str | None
    content_encoding: str | None
    accept: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that may go to a worker, the format of its answer, its dataset, and the seconds it may take.

    ``encoded`` is the query as the address of the request had it, if it had.
    """

    query: str
    media: ResultFormat | RdfSyntax
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout_s: float | None = None
    encoded: str = field(default="", compare=False)

    @property
    def is_repeatable(self) -> bool:
        """Whether the same graph gives the same answer again: nothing in the query is new at each call.

        >>> Asked("SELECT (NOW () AS ?n) {}", ResultFormat.JSON).is_repeatable
        False
        """
        return is_repeatable(self.query)

    def tag(self, version: str) -> str:
        """Return the entity tag of the answer from a version of the graph, or nothing where it has none."""
        if not self.is_repeatable:
            return ""
        return tag_of(version, self.media.name, self.query, *self.default_graphs, "", *self.named_graphs)

    def link(self) -> str:
        """Return the address at which this answer can be had again, or nothing if it would be too long.

        >>> Asked("ASK {}", ResultFormat.CSV).link()
        '/sparql?query=ASK+%7B%7D&format=csv'
        """
        if len(self.query) > _LONGEST_ADDRESS:
            return ""
        others = [("default-graph-uri", iri) for iri in self.default_graphs]
        others += [("named-graph-uri", iri) for iri in self.named_graphs]
        query = self.encoded or quote_plus(self.query)
        more = f"&{urlencode(others)}" if others else ""
        address = f"{ENDPOINT}?query={query}{more}&format={self.media.short}"
        return address if len(address) <= _LONGEST_ADDRESS else ""

    def headers(self, version: str) -> Headers:
        """Return the headers of the answer from a version of the graph; those of every response are apart."""
        return answer_headers(self.media, self.tag(version), self.link())


def answer_headers(media: ResultFormat | RdfSyntax, tag: str, link: str) -> Headers:
    """Return the headers of an answer in a format, with its entity tag and its address where it has them."""
    found = [_CONTENT_TYPES[media], ("Vary", "Accept")]
    found += [("Cache-Control", "no-cache"), ("ETag", tag)] if tag else [("Cache-Control", "no-store")]
    return [*found, ("Content-Location", link)] if link else found


@lru_cache(maxsize=_FEW)  # each request asks several times
def is_repeatable(query: str) -> bool:
    """Whether nothing in a query is new at each call."""
    return not ("(" in query or "#" in query) or _CALLS.search(query) is None


def job_of(asked: Asked) -> QueryJob:
    """Return the job for a worker; a job is run once.

    >>> job_of(Asked("ASK {}", ResultFormat.CSV)).header()["rows"]
    'CSV'
    """
    return query_job(asked.query, asked.media, asked.default_graphs, asked.named_graphs)


def read_asked(
    *, max_query_bytes: int, max_timeout_s: float | None = None, **parts: Unpack[RequestParts]
) -> Asked | None:
    """Return what a request asks, or ``None`` if it asks for the description of the service.

    Raises
    ------
    RefusedError
        If it asks nothing, asks twice, asks too much, asks for an update, or cannot be read.
    UnknownNameError
        If it names a format that is not on offer for the answer.
    PocaError
        Whatever :func:`poca_kg.store.gate.query_form` raises.
    """
    is_post = parts["method"] == "POST"
    sent = (parts["content_type"], parts["content_encoding"], parts["body"]) if is_post else None
    if is_post and media_type_of(parts["content_type"]) == _UPDATE:
        raise RefusedError("read-only", "an update was sent", advice="send it to /update")
    fields = read_fields(parts["query_string"], sent, bare=_QUERY, name="query")
    if any(name == "update" for name, _ in fields):
        raise RefusedError("read-only", "an update was sent", advice="send queries as the parameter `query`")
    if not is_post and all(name == "format" for name, _ in fields):
        return None
    query = only_one(fields, "query", example="?query=SELECT ...")
    check_text(query, max_query_bytes=max_query_bytes, slug="too-large" if is_post else "too-long")
    timeout_s = _timeout_of(fields, max_timeout_s)
    return Asked(
        query=query,
        media=_media_of(query, fields, parts["accept"]),
        default_graphs=_values(fields, "default-graph-uri"),
        named_graphs=_values(fields, "named-graph-uri"),
        timeout_s=timeout_s,
        encoded="" if is_post else _encoded(parts["query_string"]),
    )


def _encoded(query_string: bytes) -> str:
    """Return the query of an address that holds nothing else, as it is encoded there; else nothing."""
    start, _, rest = query_string.partition(b"=")
    if start != b"query":
        return ""
    query = rest.decode("ascii", "replace")
    return query if _AS_IN_AN_ADDRESS.fullmatch(query) else ""


def _media_of(query: str, fields: Fields, accept: str | None) -> ResultFormat | RdfSyntax:
    return media_for(_form_of(query), next(iter(_values(fields, "format")), None), accept)


def media_for(form: QueryForm, name: str | None, accept: str | None) -> ResultFormat | RdfSyntax:
    """Return the format for the answer to a form of query: the one that is named, else an accepted one."""
    what = f"the answer to {form.value}"
    if form.gives_triples:
        return pick(GRAPH_FORMATS, what, name=name, accept=accept)
    return pick(ROW_FORMATS, what, name=name, accept=accept)


def _form_of(query: str) -> QueryForm:
    """Return the form of a query that passes the gate.

    Most queries hold nothing that it could refuse, and are looked at by the worker's own gate all the same.
    """
    openers = sum(map(query.count, _OPENERS))
    if len(query) <= _SHORT_QUERY and openers <= _FEW_OPENERS and not _REFUSABLE.search(query):
        form = _FORMS.get(form_at_the_start(query))
        if form is not None:
            return form
    return query_form(query)


def check_text(query: str, *, max_query_bytes: int, slug: str) -> None:
    """Refuse a query that is too long or that holds what no text holds."""
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > max_query_bytes:
        what = f"the query has {size} bytes; the limit is {max_query_bytes}"
        raise RefusedError(slug, what, advice="ask for less, or in several queries", limit=max_query_bytes)
    if "\0" in query or query.startswith("\ufeff"):
        what = "the query holds NUL or starts with a byte order mark"
        raise RefusedError("malformed-query", what, advice="send plain UTF-8 text", line=1, column=1)


def _timeout_of(fields: Fields, most_s: float | None) -> float | None:
    """Return the seconds that a request allows itself, at most those that it may have."""
    given = _values(fields, "timeout")
    if not given:
        return None
    try:
        seconds = float(given[0])
    except ValueError:
        seconds = math.nan
    if len(given) > 1 or not 0 < seconds < math.inf:
        what = "the parameter `timeout` is no number of seconds above 0, or is there twice"
        raise RefusedError("malformed-request", what, advice="send ?timeout=5, or leave it out")
    return seconds if most_s is None else min(seconds, most_s)


def _values(fields: Fields, wanted: str) -> tuple[str, ...]:
    return tuple(value for name, value in fields if name == wanted)
