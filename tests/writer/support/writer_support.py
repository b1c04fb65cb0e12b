"""A writer with a supervisor that hears it, data folders to write to, and what is left in them."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path
from types import TracebackType

from poca_kg.service.writer_client import WriterClient
from poca_kg.service.writer_order import WriterOrder
from poca_kg.service.writer_process import WriterProcess
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.manifest import Manifest, dataset_version
from poca_kg.store.protocol import Solutions
from poca_kg.store.snapshot import current_snapshot, open_snapshot, publish

ROOT = Path(__file__).resolve().parents[3]
ONTOLOGY = ROOT / "ontology"
BATCH = 20
_PLACES = b"subject\tpredicate\tobject\tfile\tline\n"


def small_data(folder: Path) -> Path:
    """Publish a graph of one triple, and return the data folder."""
    dataset = folder / "dataset"
    dataset.mkdir(parents=True)
    graph = b'<http://e/a> <http://e/p> "1" <http://e/g> .\n'
    version = dataset_version("0.1.0", hashlib.sha256(graph).hexdigest())
    (dataset / "graph.nq").write_bytes(graph)
    (dataset / "manifest.json").write_bytes(Manifest(version, "0.1.0", 1, (), ()).to_json())
    (dataset / "places.tsv").write_bytes(_PLACES)
    publish(dataset, folder / "data")
    return folder / "data"


class Running:
    """A writer that runs, with clients; ``heard`` is what it told its supervisor.

    ``switch_s`` is how long the fronts take to serve a version, ``None`` for ever; ``within_s`` how long the
    writer waits for that.
    """

    def __init__(
        self, data_dir: Path, *, switch_s: float | None = 0.0, within_s: float = 10.0, **order: object
    ) -> None:
        given = {"unvalidated": True, "timeout_s": 20.0, "switch_s": within_s, **order}
        self.order = WriterOrder(data_dir, ONTOLOGY, **given)  # type: ignore[arg-type]
        self.process = WriterProcess(self.order)
        self.heard: list[dict[str, object]] = []
        self._switch_s = switch_s
        try:
            self.version = self.start()
        except BaseException:
            self.process.stop()
            raise

    def start(self) -> str:
        """Start the writer, also after it was killed."""
        self.version = self.process.start()
        threading.Thread(target=self._listen, daemon=True).start()
        return self.version

    def client(self, **arguments: float) -> WriterClient:
        """Return a client."""
        return WriterClient(self.process.address, **arguments)

    def _listen(self) -> None:
        while told := self.process.receive():
            self.heard.append(told)
            if "published" in told and self._switch_s is not None:
                time.sleep(self._switch_s)
                self.process.tell_switched(told["published"])

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.stop()


def current(data_dir: Path) -> EmbeddedStore:
    """Return what a reader sees."""
    snapshot = current_snapshot(data_dir)
    assert snapshot is not None
    store = open_snapshot(snapshot)
    assert store.size() == snapshot.manifest.triples
    return store


def ask(data_dir: Path, text: str) -> tuple[tuple[object, ...], ...]:
    """Return the rows of a query to what a reader sees."""
    answer = current(data_dir).query(text)
    assert isinstance(answer, Solutions)
    return answer.rows


def batch(number: int) -> str:
    """Return the update that inserts one batch."""
    rows = " ".join(f"<http://e/s{number}-{row}> <http://e/batch> {number} ." for row in range(BATCH))
    return f"INSERT DATA {{ GRAPH <http://e/batches> {{ {rows} }} }}"


def batches(data_dir: Path) -> dict[int, int]:
    """Return how many triples of each batch a reader sees."""
    rows = ask(data_dir, "SELECT ?b (COUNT(*) AS ?n) { ?s <http://e/batch> ?b } GROUP BY ?b")
    return {int(str(number)): int(str(count)) for number, count in rows}


def leftovers(data_dir: Path) -> list[str]:
    """Return what a publication should have taken away."""
    return sorted(
        path.name
        for path in [*data_dir.iterdir(), *(data_dir / "snapshots").iterdir()]
        if ".new-" in path.name
    )
