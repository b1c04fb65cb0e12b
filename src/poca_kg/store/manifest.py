"""What a dataset consists of: its graphs, the tables they come from, counts and hashes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeVar

from poca_kg.errors import FilePlace, InputError
from poca_kg.store.parsing import read_bytes

_Entry = TypeVar("_Entry", "GraphEntry", "TableEntry", "Manifest")

__all__ = ["GraphEntry", "Manifest", "TableEntry", "dataset_version"]


@dataclass(frozen=True, order=True)
class GraphEntry:
    """A named graph: its triples, its licence, its title and the SHA-256 of its canonical N-Quads."""

    iri: str
    triples: int
    licence: str
    title: str
    sha256: str


@dataclass(frozen=True, order=True)
class TableEntry:
    """A table of a source: its rows, how many of them are represented in the graph, and its SHA-256."""

    source: str
    table: str
    rows: int
    represented: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The counts and hashes of one built dataset; graphs and tables are sorted."""

    version: str
    package_version: str
    triples: int
    graphs: tuple[GraphEntry, ...]
    tables: tuple[TableEntry, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "graphs", tuple(sorted(self.graphs)))
        object.__setattr__(self, "tables", tuple(sorted(self.tables)))

    def to_json(self) -> bytes:
        r"""Return the manifest as JSON: equal manifests give equal bytes.

        >>> Manifest("1-a", "1", 0, (), ()).to_json()[:16]
        b'{\n  "graphs": []'
        """
        return (json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Return the manifest in a file, which may be packed by gzip.

        Raises
        ------
        InputError
            If the file cannot be read, or is no manifest.
        """
        return cls.from_json(read_bytes(path), name=str(path))

    @classmethod
    def from_json(cls, data: bytes, *, name: str = "manifest.json") -> Manifest:
        """Return the manifest that :meth:`to_json` wrote.

        Raises
        ------
        InputError
            If the bytes are no such manifest.
        """
        try:
            told = json.loads(data)
            graphs = tuple(_typed(GraphEntry(**entry)) for entry in told.pop("graphs"))
            tables = tuple(_typed(TableEntry(**entry)) for entry in told.pop("tables"))
            return _typed(cls(graphs=graphs, tables=tables, **told))
        except json.JSONDecodeError as error:
            place = FilePlace(name, error.lineno, error.colno)
            raise InputError(
                f"is not JSON: {error.msg}", place=place, advice="build the dataset again"
            ) from None
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            what = f"is not the manifest of a dataset: {error}"
            raise InputError(what, place=FilePlace(name), advice="build the dataset again") from None


def _typed(entry: _Entry) -> _Entry:
    """Return an entry if each field is of its type."""
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.type in ("str", "int") and type(value).__name__ != field.type:
            raise TypeError(f"{field.name} is {value!r}")
    return entry


def dataset_version(package_version: str, graph_sha256: str) -> str:
    """Return the version of a dataset: that of the package and the first twelve digits of the graph's hash.

    >>> dataset_version("0.1.0", "0123456789abcdef")
    '0.1.0-0123456789ab'
    """
    return f"{package_version}-{graph_sha256[:12]}"
