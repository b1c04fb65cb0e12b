"""The rules under ``/shape/``: a list, and a page for each shape, for people and for programs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.errors import NotFoundError, UnknownNameError
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.web.formats import content_type, pick
from poca_kg.web.forms import decode_fields
from poca_kg.web.responses import preflight
from poca_kg.web.shape_texts import SHAPE_TEXTS

if TYPE_CHECKING:
    from poca_kg.validate.rulebook import Rulebook

__all__ = ["SHAPE_FORMATS", "ShapeFormat", "make_blueprint"]

_METHODS = "GET, HEAD, OPTIONS"


@dataclass(frozen=True)
class ShapeFormat:
    """A format of shapes: its name, what it is sent as, further names."""

    short: str
    media_type: str
    others: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every name by which it may be asked for, in lower case."""
        return frozenset({self.short, self.media_type, *self.others})


SHAPE_FORMATS = (
    ShapeFormat("html", "text/html", ("application/xhtml+xml",)),
    ShapeFormat("ttl", "text/turtle", ("turtle", "application/x-turtle")),
    ShapeFormat("json", "application/json"),
    ShapeFormat("md", "text/markdown", ("markdown",)),
)
"""What a shape can be had in, the one first that is sent if nothing is asked for."""


class _Shelf:
    """Keeps the rulebook of a folder once somebody asks for it; until then nothing of it is even imported."""

    def __init__(self, ontology_dir: Path) -> None:
        self._ontology_dir = ontology_dir
        self._lock = threading.Lock()
        self._book: Rulebook | None = None

    def take(self) -> Rulebook:
        with self._lock:
            if self._book is None:
                # A front that nobody asks for rules shall not carry the engine that lies beside the rulebook.
                from poca_kg.validate.rulebook import read_rulebook  # noqa: PLC0415

                self._book = read_rulebook(self._ontology_dir)
            return self._book


def make_blueprint(ontology_dir: Path) -> Blueprint:
    """Return the pages of the rules in a folder of the ontology."""
    blueprint = Blueprint("shapes", __name__)
    shelf = _Shelf(ontology_dir)

    @blueprint.route("/shape/", methods=["GET"], provide_automatic_options=False)
    def listed() -> Response:
        return _answer(shelf.take(), "")

    @blueprint.route("/shape/<name>", methods=["GET"], provide_automatic_options=False)
    def one(name: str) -> AnyResponse:
        book = shelf.take()
        try:
            known = book.resolve(name)
        except UnknownNameError as error:
            raise NotFoundError(error.what, advice=error.advice) from None
        if known != name:
            query = request.query_string.decode("ascii", "replace")
            return redirect(f"/shape/{known}{'?' if query else ''}{query}", 303)
        return _answer(book, known)

    @blueprint.route("/shape/", methods=["OPTIONS"], defaults={"name": ""})
    @blueprint.route("/shape/<name>", methods=["OPTIONS"])
    def options(name: str) -> Response:
        del name
        return preflight(_METHODS, readable=_METHODS)

    return blueprint


def _answer(book: Rulebook, name: str) -> Response:
    """Return one shape, or the list where no name is given, in the format and language asked for."""
    fields = dict(decode_fields(request.query_string, "the query string"))
    language = fields["lang"] if fields.get("lang") in LANGUAGES else LANGUAGES[0]
    media = pick(SHAPE_FORMATS, "a shape", name=fields.get("format"), accept=request.headers.get("Accept"))
    if media.short == "html":
        text = _list_page(book, language) if not name else _entry_page(book, name, language)
    else:
        text = _for_programs(book, [name] if name else book.names, media.short, language)
    response = make_response(text)
    response.headers["Content-Type"] = content_type(media)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept")
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _list_page(book: Rulebook, language: str) -> str:
    lines = [book.line(name, language) for name in book.names]
    modules = sorted({line.module for line in lines})
    return render_template(
        "shapes.html",
        texts=SHAPE_TEXTS[language],
        language=language,
        other_address=_other("", language),
        modules=[(module, [line for line in lines if line.module == module]) for module in modules],
        count=len(lines),
    )


def _entry_page(book: Rulebook, name: str, language: str) -> str:
    from poca_kg.validate.rulebook import looks_at  # noqa: PLC0415  (see the shelf)

    entry = book.entry(name, language)
    return render_template(
        "shape.html",
        texts=SHAPE_TEXTS[language],
        language=language,
        other_address=_other(name, language),
        entry=entry,
        looks_at=looks_at(entry, language),
        formats=[media.short for media in SHAPE_FORMATS[1:]],
    )


def _for_programs(book: Rulebook, names: Sequence[str], form: str, language: str) -> str:
    from poca_kg.validate.rulebook import as_json, as_markdown, as_turtle  # noqa: PLC0415  (see the shelf)

    entries = [book.entry(name, language) for name in names]
    if form == "json":
        return as_json(entries, language)
    if form == "ttl":
        return as_turtle(book, entries)
    return "\n".join(as_markdown(entry, language, lambda name: f"/shape/{name}") for entry in entries)


def _other(name: str, language: str) -> str:
    """Return the address of the same page in the other language."""
    other = next(one for one in LANGUAGES if one != language)
    return f"/shape/{name}?lang={other}"
