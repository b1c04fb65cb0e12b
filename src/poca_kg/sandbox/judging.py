"""How a worker validates: the handler of :class:`~poca_kg.sandbox.validating.ValidateJob`.

Nothing but the parent of the workers imports this module: it brings the engines.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from poca_kg.errors import InputError, LimitError, ShapesError
from poca_kg.sandbox.foreign_shapes import check_foreign_shapes
from poca_kg.sandbox.jobs import AnswerSink, Handler
from poca_kg.sandbox.page_reports import page_of
from poca_kg.sandbox.validating import PAGE, documents_of
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document
from poca_kg.validate.quiet import quiet
from poca_kg.validate.reading import read_rules
from poca_kg.validate.renderings import RENDERINGS
from poca_kg.validate.report import Report
from poca_kg.validate.run import validate_files
from poca_kg.validate.selection import Engine
from poca_kg.validate.shapes import Shapes, read_shapes

__all__ = ["make_judge"]

_JSON = "application/json"
_WARM_UP = b"<http://example.org/a> <http://example.org/b> 1 ."


def make_judge(ontology_dir: str) -> Handler:
    """Return the handler with the project's shapes, which are read here, once, and warmed up.

    Raises
    ------
    NotFoundError
        If the folder holds no shapes.
    InputError
        If they cannot be read.
    """
    project = read_shapes(Path(ontology_dir))
    for engine in (Engine.AUTO, Engine.PYSHACL):  # what is imported and compiled now, no worker has to
        validate_files([Document(_WARM_UP, RdfSyntax.TURTLE)], project, engine=engine)

    def judge(store: EmbeddedStore, header: dict[str, Any], body: bytes, out: AnswerSink) -> None:
        del store
        data = documents_of(header["data"], body)
        foreign = documents_of(header["shapes"], body, sum(len(one.data) for one in data))
        report = _report(data, foreign, project, header["language"])
        _answer(report, header["rendering"], out)

    return judge


def _report(
    data: tuple[Document, ...], foreign: tuple[Document, ...], project: Shapes, language: str
) -> Report:
    """Return the report; an error about documents names the document, one about shapes the shape."""
    named = {document.name for document in (*data, *foreign)}
    try:
        with quiet():
            shapes = _foreign(foreign) if foreign else project
        return validate_files(data, shapes, language=language)
    except ShapesError:
        raise
    except InputError as error:
        if not foreign or (error.place is not None and error.place.file in named):
            raise
        raise ShapesError(error.what, place=error.place, advice=error.advice) from error
    except LimitError as error:
        raise ShapesError(f"this is too much at once: {error.what}", advice=error.advice) from error
    except RecursionError:
        advice = "describe inner things on their own"
        raise ShapesError("data or shapes are nested deeper than they may be", advice=advice) from None


def _foreign(documents: tuple[Document, ...]) -> Shapes:
    """Return the shapes that came with the data, which nothing of the project's is mixed into."""
    rules = read_rules(documents)
    check_foreign_shapes(rules)
    return Shapes.alone(rules)


def _answer(report: Report, rendering: str, out: AnswerSink) -> None:
    if rendering == PAGE:
        out.begin(_JSON)
        out.write(json.dumps(page_of(report)).encode())
        return
    chosen = RENDERINGS[rendering]
    out.begin(chosen.media_type)
    out.write(chosen.render(report).encode("utf-8", "replace"))
