"""Whatever stands in a cell: the build gives a dataset, or problems with their lines, and nothing else."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poca_kg.build import build_dataset
from poca_kg.errors import BuildError
from poca_kg.store.embedded import EmbeddedStore

FIXTURES = Path(__file__).parent / "fixtures"
TABLES = ["page/tables/statements.csv", "page/tables/documents.csv", "territory/tables/cities.csv"]
WORDS = st.sampled_from(
    [
        "page#2.4",
        "stance:needed",
        "|",
        "<",
        ">",
        "#",
        ":",
        "poca:",
        "level:city",
        "{}",
        "\\",
        '"',
        "POINT(1 2)",
        "''",
    ]
)
CELLS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.lists(WORDS, max_size=4).map("".join),
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    root = tmp_path_factory.mktemp("any")
    shutil.copytree(FIXTURES / "sources", root / "sources")
    return root / "sources"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(table=st.sampled_from(TABLES), row=st.integers(1, 3), column=st.integers(0, 20), cell=CELLS)
def test_any_cell_gives_a_dataset_or_problems(sources, table, row, column, cell):
    original = (FIXTURES / "sources" / table).read_text("utf-8")
    rows = list(csv.reader(io.StringIO(original)))
    target = rows[row % len(rows) or 1]
    target[column % len(target)] = cell
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    (sources / table).write_bytes(out.getvalue().encode("utf-8"))
    built, problems = None, ()
    try:
        built = build_dataset(sources, FIXTURES / "ontology")
    except BuildError as error:
        problems = error.problems
    (sources / table).write_text(original, "utf-8")
    assert (built is None) == bool(problems)
    assert all(problem.place is not None and problem.place.line for problem in problems)
    if built is not None:
        assert EmbeddedStore.from_nquads(built.nquads).size() == built.manifest.triples
