"""Which graph a service serves: the current snapshot of a data folder, whichever that is, or a file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from poca_kg.knowledge_graph import open_graph
from poca_kg.settings import bundle_dir, package_version
from poca_kg.store.formats import RdfSyntax, syntax_of_path
from poca_kg.store.manifest import Manifest, dataset_version
from poca_kg.store.parsing import read_bytes
from poca_kg.store.places import write_places
from poca_kg.store.snapshot import DATASET_FILES, Snapshot, current_snapshot, publish

__all__ = ["GraphSource", "find_source", "make_scratch"]


@dataclass(frozen=True)
class GraphSource:
    """What a service begins with: a snapshot, or a file of N-Quads.

    ``data_dir`` is the folder whose current snapshot is followed; ``None`` if the graph stays as it is.
    """

    graph: Snapshot | Path
    data_dir: Path | None = None


def find_source(path: Path | None, data_dir: Path, scratch: Path) -> GraphSource:
    """Return what there is to serve at ``path``, by default in the data folder, else in the package.

    ``scratch`` is an empty folder for a graph that does not lie in a file of N-Quads.

    Raises
    ------
    NotFoundError, InputError, UsageError
        What :func:`poca_kg.open` raises.
    """
    folder = data_dir if path is None else path
    if path is None or path.is_dir():
        snapshot = current_snapshot(folder)
        if snapshot is not None:
            return GraphSource(snapshot, folder)
        if path is not None:
            return GraphSource(_dataset_in(path) or _converted(path, scratch))
        bundle = bundle_dir()
        return GraphSource(
            _unpacked(bundle, scratch) if bundle.is_dir() else _converted(None, scratch), folder
        )
    if path.is_file() and syntax_of_path(path) is RdfSyntax.N_QUADS:
        return GraphSource(path)
    return GraphSource(_converted(path, scratch))


def make_scratch(folder: Path) -> GraphSource:
    """Return an empty snapshot, published to a data folder of its own within ``folder``."""
    data_dir, dataset = folder / "data", folder / "empty"
    dataset.mkdir(parents=True)
    own = package_version()
    version = dataset_version(own, hashlib.sha256(b"").hexdigest())
    (dataset / "graph.nq").write_bytes(b"")
    (dataset / "manifest.json").write_bytes(Manifest(version, own, 0, (), ()).to_json())
    with (dataset / "places.tsv").open("wb") as places:
        write_places((), (), places)
    return GraphSource(publish(dataset, data_dir), data_dir)


def _dataset_in(folder: Path) -> Snapshot | None:
    """Return the dataset or snapshot that a folder is, or the dataset that a data folder holds."""
    inner = folder / "dataset" if (folder / "dataset").is_dir() else folder
    if not all((inner / name).is_file() for name in DATASET_FILES):
        return None
    return Snapshot(Manifest.read(inner / "manifest.json").version, inner)


def _unpacked(bundle: Path, scratch: Path) -> Snapshot:
    """Return the graph that the package carries, written out to ``scratch``."""
    for name in DATASET_FILES:
        packed = bundle / f"{name}.gz"
        (scratch / name).write_bytes(read_bytes(packed if packed.is_file() else bundle / name))
    return Snapshot(Manifest.read(scratch / "manifest.json").version, scratch)


def _converted(path: Path | None, scratch: Path) -> Path:
    """Return a file in ``scratch`` with the graph at ``path``, whatever it is written in."""
    target = scratch / "graph.nq"
    with open_graph(path) as graph, target.open("wb") as out:
        graph.dump(out, RdfSyntax.N_QUADS)
    return target
