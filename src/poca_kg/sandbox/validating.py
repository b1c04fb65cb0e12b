"""The job of a validation, and the sandbox that it runs in: one of its own, beside that of the queries.

A validation may take longer than a query, has nothing to do with the graph that is served, and its shapes may
be anybody's. So its workers are forked from a parent that holds the project's shapes and an empty graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from poca_kg.sandbox.jobs import Job
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.formats import RdfSyntax
from poca_kg.store.protocol import Document

__all__ = ["PAGE", "ValidateJob", "documents_of", "start_validation", "validation_kinds"]

PAGE = "page"
"""The rendering for the page of the service: JSON with the first results only."""

_MAKER = "poca_kg.sandbox.judging:make_judge"


@dataclass(frozen=True, eq=False)
class ValidateJob(Job):
    """Documents that are checked together, against shapes of their own or else the project's.

    ``rendering`` is a name in the table of renderings, or :data:`PAGE`; ``language`` is ``en`` or ``it``.
    """

    kind: ClassVar[str] = "validate"
    data: tuple[Document, ...]
    shapes: tuple[Document, ...] = ()
    rendering: str = "json"
    language: str = "en"

    def header(self) -> dict[str, Any]:
        """Return what the documents are called, and what is wanted."""
        return {
            "data": [_label(document) for document in self.data],
            "shapes": [_label(document) for document in self.shapes],
            "rendering": self.rendering,
            "language": self.language,
        }

    def body(self) -> bytes:
        """Return the documents one after another."""
        return b"".join(document.data for document in (*self.data, *self.shapes))


def _label(document: Document) -> list[Any]:
    return [document.name, document.syntax.name, document.base, len(document.data)]


def documents_of(labels: Sequence[Sequence[Any]], body: bytes, start: int = 0) -> tuple[Document, ...]:
    """Return the documents that stand in the body of a job from a place on.

    >>> job = ValidateJob((Document(b"<a>", RdfSyntax.TURTLE, "a.ttl"),), (Document(b"<s>", RdfSyntax.TRIG),))
    >>> [one.data for one in documents_of(job.header()["shapes"], job.body(), 3)]
    [b'<s>']
    """
    found = []
    for name, syntax, base, size in labels:
        found.append(Document(body[start : start + size], RdfSyntax[syntax], name, base))
        start += size
    return tuple(found)


def validation_kinds(ontology_dir: Path) -> dict[str, str]:
    """Return the one kind of job that workers for validation know, with the shapes of a folder."""
    return {ValidateJob.kind: f"{_MAKER}:{ontology_dir.absolute()}"}


def start_validation(ontology_dir: Path, limits: Limits) -> Sandbox:
    """Return a sandbox for validation, with a parent of its own.

    Raises
    ------
    NotFoundError
        If the folder holds no shapes.
    InputError
        If they cannot be read.
    """
    return Sandbox.start(b"", limits, kinds=validation_kinds(ontology_dir))
