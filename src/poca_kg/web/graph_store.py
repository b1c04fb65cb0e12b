"""SPARQL 1.1 Graph Store Protocol at ``/data``: ``?default``, ``?graph=``, and addresses that name graphs.

Reading needs no leave. An address without a graph is the whole dataset when it is read, and a graph to be
named by the service when triples are posted to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import quote
from uuid import uuid4

from flask import Blueprint, Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from poca_kg.errors import ResultTooLargeError
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document, Store, Writer
from poca_kg.web.formats import DATASET_FORMATS, GRAPH_FORMATS, media_types, pick
from poca_kg.web.forms import decode_fields, refuse_packed, refuse_type
from poca_kg.web.problems import RefusedError
from poca_kg.web.responses import is_known, not_modified, preflight, respond
from poca_kg.web.source import Source
from poca_kg.web.tags import tag_of
from poca_kg.web.writing import Desk

__all__ = ["make_blueprint"]

_UNNAMED = ""
_MOST_IN_MEMORY, _PIECE = 2**20, 2**16
_SAFE_IN_PATH = "/:@!$&'()*+,;=~"
_PARAMETERS = ("default", "graph", "format")
_SYNTAXES = {name: syntax for syntax in GRAPH_FORMATS for name in media_types(syntax)}
_MULTIPART = "multipart/form-data"


def make_blueprint(source: Source, desk: Desk, *, spool_dir: Path | None = None) -> Blueprint:
    """Return the routes of the graph store; while the desk is shut they only read.

    Large dumps wait for their clients in ``spool_dir``, by default the system's folder for temporary files.
    """
    blueprint = Blueprint("graph_store", __name__)
    methods = ["GET", "PUT", "POST", "DELETE"]

    @blueprint.route("/data", methods=methods, provide_automatic_options=False)
    @blueprint.route("/data/<path:name>", methods=methods, provide_automatic_options=False)
    def graph(name: str | None = None) -> Response:
        if request.method in ("GET", "HEAD"):
            return _read(source, _graph_of_request(name), spool_dir)
        return _write(desk.let_in(), _graph_of_request(name))

    @blueprint.route("/data", methods=["OPTIONS"])
    @blueprint.route("/data/<path:name>", methods=["OPTIONS"])
    def options(name: str | None = None) -> Response:  # noqa: ARG001 (the same for every graph)
        return preflight("DELETE, GET, HEAD, OPTIONS, POST, PUT", readable="GET, HEAD, OPTIONS")

    @blueprint.after_request
    def vary(response: AnyResponse) -> AnyResponse:
        response.vary.add("Accept")
        return response

    return blueprint


def _graph_of_request(name: str | None) -> str | None:
    """Return the IRI of the graph that a request means, empty for the unnamed one, ``None`` for no graph."""
    meant = [] if name is None else [_address_of(name)]
    for field, value in decode_fields(request.query_string, "the query string"):
        if field not in _PARAMETERS or (field == "graph" and not value):
            what = f"the parameter {field!r} is not known here" if value else "the graph has no name"
            advice = f"known are {', '.join(_PARAMETERS)}"
            raise RefusedError("malformed-request", what, advice=advice)
        if field != "format":
            meant.append(value if field == "graph" else _UNNAMED)
    if len(meant) > 1:
        raise RefusedError("malformed-request", "more than one graph is named", advice="name one")
    return meant[0] if meant else None


def _address_of(name: str) -> str:
    """Return the IRI of the graph that an address below ``/data`` names."""
    if not request.host:
        raise RefusedError("malformed-request", "the header Host names no host")
    return f"{request.host_url}data/{quote(name, safe=_SAFE_IN_PATH)}"


def _read(source: Source, graph: str | None, spool_dir: Path | None) -> Response:
    what, formats = ("the dataset", DATASET_FORMATS) if graph is None else ("a graph", GRAPH_FORMATS)
    name, accept = request.args.get("format"), request.headers.get("Accept")
    media = pick(formats, what, name=name, accept=accept)
    named = (media.name,) if graph is None else (media.name, graph)
    version = source.version
    tag = tag_of(version, *named)
    if is_known(tag):
        return not_modified([("ETag", tag), ("Cache-Control", "no-cache")], version)
    store = source.store_for(request.remote_addr)
    with ExitStack() as until_read:
        file = cast(
            BinaryIO,
            until_read.enter_context(
                SpooledTemporaryFile(_MOST_IN_MEMORY, dir=str(spool_dir) if spool_dir else None)
            ),
        )
        size, g.version = source.tell(lambda: _dump(store, file, media, graph))
        response = respond(_pieces(file), media, tag_of(g.version, *named))
        response.content_length = size
        if request.method == "GET":
            response.call_on_close(until_read.pop_all().close)
    return response


def _dump(store: Store, file: BinaryIO, media: RdfSyntax, graph: str | None) -> int:
    """Make a graph the content of a file, and return its size."""
    try:
        file.seek(0)
        file.truncate()
        store.dump(file, format=media, graph=graph)
        return file.tell()
    except OSError as error:
        what = f"the answer is too large for the disk: {error.strerror}"
        raise ResultTooLargeError(what, advice="ask for one graph at a time") from None


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(writer: Writer, graph: str | None) -> Response:
    """Do what a PUT, POST or DELETE asks; 201 where it makes a graph, else 204."""
    is_new = graph is None
    if graph is None:
        if request.method != "POST":
            advice = "name it with ?graph=<iri> or ?default"
            raise RefusedError("malformed-request", "the request names no graph", advice=advice)
        graph = _address_of(str(uuid4()))
    existed = writer.holds(graph)
    if request.method == "DELETE":
        if not existed:
            raise RefusedError("not-found", f"there is no graph <{graph}>")
        writer.drop(graph)
        return Response(status=204)
    change = writer.put if request.method == "PUT" else writer.merge
    change(graph, list(_documents(graph or request.base_url)))
    return Response(status=204 if existed else 201, headers={"Location": graph} if is_new else None)


def _documents(base: str) -> Iterator[Document]:
    """Iterate over the documents of a body: itself, or the files of a form."""
    refuse_packed(request.headers.get("Content-Encoding"))
    if request.mimetype != _MULTIPART:
        yield Document(request.get_data(), _syntax_of(request.mimetype), base=base)
        return
    files = list(chain.from_iterable(request.files.listvalues()))
    if request.form or not files:
        what = "a part of the form is no file" if request.form else "the form holds no file"
        raise RefusedError("malformed-request", what, advice="give each part a filename and its Content-Type")
    for file in files:
        yield Document(file.read(), _syntax_of(file.mimetype), name=file.filename or "document", base=base)


def _syntax_of(media_type: str) -> RdfSyntax:
    if media_type not in _SYNTAXES:
        refuse_type(media_type, [*(syntax.media_type for syntax in GRAPH_FORMATS), _MULTIPART])
    return _SYNTAXES[media_type]
