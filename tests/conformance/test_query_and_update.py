"""The SPARQL 1.1 suites of queries, updates, syntax and result formats, straight and over HTTP.

Over HTTP here means WSGI calls of the whole application without a socket, as there are a thousand of them;
the suites of the protocols go over a real one (``test_protocols.py``). Where ``SPARQL_SUITES_URL`` names a
service (``w3c/servers.py``), both go there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from poca_kg.errors import RemoteAccessError
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.gate import check_query, check_update
from w3c.excuses import ENGINE, EXCUSES, GATE, SUITES, parameters
from w3c.manifest import HOW_TO_GET_THEM, Case, read_cases
from w3c.results import canonical, read_dataset, read_expected, read_results, same_rows
from w3c.ways import Direct, Engine, OverHttp, Way

PROTOCOLS = {"protocol", "graph-store-protocol", "service-description"}
NOT_RUN = {
    "entailment": "the endpoint answers from what is stated and claims no entailment regime",
    "http-rdf-update": "the suite itself says that graph-store-protocol takes its place",
}
DEFAULT = "http://example.org/the-default-graph"
FORMATS = {
    ".srx": ResultFormat.XML,
    ".srj": ResultFormat.JSON,
    ".csv": ResultFormat.CSV,
    ".tsv": ResultFormat.TSV,
}


def all_cases(suites: Path) -> Iterator[Case]:
    for manifest in sorted(suites.glob("*/manifest.ttl")):
        if manifest.parent.name not in PROTOCOLS | NOT_RUN.keys():
            yield from read_cases(manifest.parent)


@pytest.fixture(params=[Direct, OverHttp], ids=["direct", "http"])
def way(request: pytest.FixtureRequest) -> Way:
    return request.param()


@pytest.mark.parametrize("case", parameters(all_cases))
def test_the_official_case_has_the_official_outcome(case: Case, way: Way) -> None:
    if "Syntax" in case.kind:
        understood = way.understands(case.request(), is_update=case.text.suffix == ".ru")
        assert understood == case.kind.startswith("Positive")
    elif case.kind == "UpdateEvaluationTest":
        load(case, way, default="")
        way.update(f"BASE <{case.base}> {case.request()}")
        assert canonical(way.quads()) == canonical(read_dataset(case.after))
    else:
        assert_answers(case, way)


def load(case: Case, way: Way, *, default: str) -> None:
    """Put the data of a case into the store, its default graph under the given name."""
    graphs = {default, *(name for name, _ in case.before.named)}
    quads = read_dataset(case.before)
    for name in graphs:
        inside = ox.DefaultGraph() if name == default else ox.NamedNode(name)
        triples = [quad.triple for quad in quads if quad.graph_name == inside]
        way.put(name, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES))


def assert_answers(case: Case, way: Way) -> None:
    """Ask, in the dataset of the case, for the format of the expected file, and compare.

    Where there are named graphs the request names the dataset, because the endpoint's own default graph is
    the union of them all.
    """
    text = case.request()
    is_split = bool(case.before.named) and not re.search(r"\bFROM\b", text)
    load(case, way, default=DEFAULT if is_split else "")
    assert case.result is not None
    expected = read_expected(case.result)
    is_graph = isinstance(expected, list)
    media = RdfSyntax.N_TRIPLES if is_graph else FORMATS.get(case.result.suffix, ResultFormat.JSON)
    named = [name for name, _ in case.before.named] if is_split else []
    body = way.query(f"BASE <{case.base}> {text}", media, [DEFAULT] if is_split else [], named)
    if isinstance(expected, list):
        assert canonical(ox.parse(body, format=ox.RdfFormat.N_TRIPLES)) == expected
        return
    found = read_results(body, media.suffix.replace(".xml", ".srx"))
    if isinstance(expected, bool) or isinstance(found, bool):
        assert found == expected
        return
    ordered = expected.ordered or re.search(r"\bORDER\s+BY\b", text, re.IGNORECASE) is not None
    assert same_rows(found, expected, ordered=ordered), f"{found}\n{expected}"


def case_named(name: str) -> Case:
    if SUITES is None:
        pytest.skip(HOW_TO_GET_THEM)
    return next(case for case in read_cases(SUITES / name.partition("/")[0]) if case.name == name)


@pytest.mark.parametrize("name", sorted(ENGINE))
def test_what_the_engine_is_excused_for_it_gets_wrong_without_us(name: str) -> None:
    with pytest.raises(AssertionError):
        assert_answers(case_named(name), Engine())


@pytest.mark.parametrize("name", sorted(GATE))
def test_what_the_gate_is_excused_for_it_refuses(name: str) -> None:
    case = case_named(name)
    check = check_update if case.text.suffix == ".ru" else check_query
    with pytest.raises(RemoteAccessError):
        check(case.request())


@pytest.mark.skipif(SUITES is None, reason=HOW_TO_GET_THEM)
def test_every_suite_is_run_or_left_out_by_name() -> None:
    assert SUITES is not None
    suites = {manifest.parent.name for manifest in SUITES.glob("*/manifest.ttl")}
    run = {case.name.partition("/")[0] for case in all_cases(SUITES)}
    assert suites == run | PROTOCOLS | NOT_RUN.keys()


@pytest.mark.skipif(SUITES is None, reason=HOW_TO_GET_THEM)
def test_every_excuse_is_for_a_case_that_there_is() -> None:
    assert SUITES is not None
    assert EXCUSES.keys() <= {case.name for case in all_cases(SUITES)}
    assert all(len(reason) > 20 for reason in EXCUSES.values())
