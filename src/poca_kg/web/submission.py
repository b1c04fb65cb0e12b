"""What is sent to ``/validate``: documents, shapes and options, in a bare body or in a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from flask import Request
from werkzeug.datastructures import FileStorage

from poca_kg.errors import UnknownNameError
from poca_kg.store.formats import RdfSyntax, find_syntax, syntax_of_path
from poca_kg.store.protocol import Document
from poca_kg.vocabulary.labels import LANGUAGES
from poca_kg.web.formats import DATASET_FORMATS, GRAPH_FORMATS, media_types
from poca_kg.web.forms import FORM, Fields, decode_fields, refuse_packed, refuse_type
from poca_kg.web.problems import RefusedError

__all__ = ["DATA", "SHAPES", "SYNTAXES", "Submission", "language_of", "read_submission"]

DATA, SHAPES = "data", "shapes"
SYNTAXES = (*GRAPH_FORMATS, *DATASET_FORMATS)
_OPTIONS = ("format", "lang", "syntax")
_MULTIPART = "multipart/form-data"
_BY_MEDIA_TYPE = {name: syntax for syntax in SYNTAXES for name in media_types(syntax)}
_MOST_PARTS = 100
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Submission:
    """Documents that are to be checked, shapes of the sender's own if there are, and the options.

    ``pasted`` are the texts that came as fields, by the name of the field.
    """

    data: tuple[Document, ...] = ()
    shapes: tuple[Document, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    pasted: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of the report."""
        return language_of(self.options)


def language_of(options: dict[str, str]) -> str:
    """Return the language that options ask for, or the first of ours.

    >>> language_of({"lang": "it"}), language_of({"lang": "xx"})
    ('it', 'en')
    """
    return options["lang"] if options.get("lang") in LANGUAGES else LANGUAGES[0]


def read_submission(request: Request, *, max_body_bytes: int) -> Submission:
    """Return what a request sends; nothing of it is parsed here.

    Raises
    ------
    RefusedError
        If it sends nothing, or something that is not read.
    """
    refuse_packed(request.headers.get("Content-Encoding"))
    request.max_content_length = request.max_form_memory_size = max_body_bytes
    request.max_form_parts = _MOST_PARTS
    options = _options(decode_fields(request.query_string, "the query string"))
    if request.mimetype not in (_MULTIPART, FORM):
        if request.mimetype not in _BY_MEDIA_TYPE:
            refuse_type(request.mimetype, [*(one.media_type for one in SYNTAXES), _MULTIPART])
        name = f"data{_BY_MEDIA_TYPE[request.mimetype].suffix}"
        sent = Submission(
            (_document(request.get_data(), _BY_MEDIA_TYPE[request.mimetype], name),), (), options
        )
    else:
        sent = _read_form(request, options)
    if not sent.data:
        what = "there is nothing to check in the request"
        raise RefusedError(
            "malformed-request", what, advice="send a document as the body or as the field `data`"
        )
    return sent


def _options(fields: Fields) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in fields:
        if name not in _OPTIONS:
            what = f"the parameter {name[:40]!r} is not known here"
            advice = (
                f"known are {', '.join(_OPTIONS)}; a document goes with its Content-Type, such as text/turtle"
            )
            raise RefusedError("malformed-request", what, advice=advice)
        found.setdefault(name, value)
    return found


def _read_form(request: Request, options: dict[str, str]) -> Submission:
    # A part without a name has none, whatever the types say.
    fields = [(name or "", value) for name, value in request.form.items(multi=True)]
    options = options | _options([one for one in fields if one[0] not in (DATA, SHAPES)])
    parts: dict[str, list[Document]] = {DATA: [], SHAPES: []}
    pasted: dict[str, str] = {}
    for name, value in fields:
        if name in parts and value.strip():
            text = value.replace("\r\n", "\n")
            pasted.setdefault(name, text)
            syntax = _named_syntax(options) if name == DATA else RdfSyntax.TURTLE
            parts[name].append(_document(text.encode("utf-8", "surrogatepass"), syntax, name + syntax.suffix))
    for name, file in request.files.items(multi=True):
        if name not in parts:
            what = f"the file {(name or '')[:40]!r} of the form is not known here"
            raise RefusedError("malformed-request", what, advice=f"call it {DATA} or {SHAPES}")
        if document := _uploaded(file):
            parts[name].append(document)
    known: set[str] = set()
    data, shapes = (tuple(_told_apart(parts[name], known)) for name in (DATA, SHAPES))
    return Submission(data, shapes, options, pasted)


def _named_syntax(options: dict[str, str]) -> RdfSyntax:
    return find_syntax(options["syntax"]) if options.get("syntax") else RdfSyntax.TURTLE


def _uploaded(file: FileStorage) -> Document | None:
    """Return an uploaded file; nothing for the empty field that a form sends where no file was chosen."""
    data = file.read()
    if not file.filename and not data:
        return None
    name = "".join(one for one in Path(file.filename or "document").name if one.isprintable())[
        -_LONGEST_NAME:
    ]
    if name.lower().endswith(".gz"):
        what = f"{name} is packed"
        raise RefusedError("unsupported-media-type", what, advice="unpack it first")
    syntax = _BY_MEDIA_TYPE.get(file.mimetype)
    if syntax is None:
        try:
            syntax = syntax_of_path(Path(name))
        except UnknownNameError:
            refuse_type(f"the file {name}", [*(one.media_type for one in SYNTAXES)])
    return _document(data, syntax, name)


def _document(data: bytes, syntax: RdfSyntax, name: str) -> Document:
    """Return a document whose relative IRIs are those of files in one folder."""
    return Document(data, syntax, name, f"file:///{quote(name)}")


def _told_apart(documents: Sequence[Document], known: set[str]) -> Iterable[Document]:
    """Iterate over documents none of which is called like another; ``known`` are the names that are taken."""
    for document in documents:
        name, number = document.name, 1
        while name in known:
            number += 1
            name = f"{document.name} ({number})"
        known.add(name)
        yield document if name == document.name else replace(document, name=name)
