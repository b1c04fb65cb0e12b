"""What every store must do; each test runs against each kind of store."""

from __future__ import annotations

import csv
import io
import json
import threading
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from poca_kg.errors import (
    InputError,
    LimitError,
    NotFoundError,
    QuerySyntaxError,
    RemoteAccessError,
    UnknownNameError,
    UsageError,
)
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.store.protocol import GraphSize, Solutions, Store, Triples, Truth

A, B, P, Q = (URIRef(f"http://e/{name}") for name in "abpq")
ONE = Literal("1", datatype=URIRef("http://www.w3.org/2001/XMLSchema#integer"))


def _rows(store: Store, text: str, **how: object) -> list[tuple[object, ...]]:
    answer = store.query(text, **how)  # type: ignore[arg-type]
    assert isinstance(answer, Solutions)
    return sorted(answer.rows, key=str)


def test_the_version_is_the_one_given(store: EmbeddedStore) -> None:
    assert store.version == "v1"


def test_a_select_gives_variables_in_order_and_none_where_unbound(store: EmbeddedStore) -> None:
    answer = store.query("SELECT ?o ?s ?none { ?s <http://e/p> ?o } ORDER BY ?s")
    assert answer == Solutions(("o", "s", "none"), ((ONE, A, None), (Literal("due", lang="it"), B, None)))


def test_an_ask_gives_a_truth_value(store: EmbeddedStore) -> None:
    assert store.query("ASK { <http://e/a> ?p ?o }") == Truth(True)
    assert store.query("ASK { <http://e/z> ?p ?o }") == Truth(False)


def test_a_construct_gives_distinct_sorted_triples(store: EmbeddedStore) -> None:
    answer = store.query("CONSTRUCT { ?s <http://e/q> ?o } WHERE { GRAPH ?g { ?s <http://e/q> ?o } }")
    assert answer == Triples(((A, Q, B),))


def test_a_describe_gives_triples(store: EmbeddedStore) -> None:
    answer = store.query("DESCRIBE <http://e/b>")
    assert answer == Triples(((B, P, Literal("due", lang="it")),))


def test_the_default_graph_is_the_union_of_all_graphs(store: EmbeddedStore) -> None:
    assert len(_rows(store, "SELECT * { ?s ?p ?o }")) == 3


def test_the_prefixes_of_the_project_need_no_declaration(store: EmbeddedStore) -> None:
    assert store.query("ASK { FILTER(city:turin = <https://w3id.org/poca-kg/id/city/turin>) }") == Truth(True)


@pytest.mark.parametrize(
    ("text", "how", "count"),
    [
        ("SELECT * { ?s ?p ?o }", {"default_graphs": ["http://e/h"]}, 2),
        ("SELECT * { ?s ?p ?o }", {"default_graphs": ["http://e/g", "http://e/h"]}, 3),
        ("SELECT * { ?s ?p ?o }", {"named_graphs": ["http://e/h"]}, 0),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", {"named_graphs": ["http://e/h"]}, 2),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } }", {"default_graphs": ["http://e/h"]}, 0),
        ("SELECT * FROM <http://e/g> { ?s ?p ?o }", {}, 2),
        ("SELECT * FROM NAMED <http://e/g> { ?s ?p ?o }", {}, 0),
        ("SELECT * FROM NAMED <http://e/g> { GRAPH ?g { ?s ?p ?o } }", {}, 2),
        ("SELECT * FROM <http://e/none> { ?s ?p ?o }", {}, 0),
        ("SELECT * FROM <http://e/none> { ?s ?p ?o }", {"default_graphs": ["http://e/g"]}, 2),
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", {}, 0),
    ],
)
def test_the_dataset_is_the_callers_else_the_querys_else_the_union(
    store: EmbeddedStore, text: str, how: dict[str, list[str]], count: int
) -> None:
    assert len(_rows(store, text, **how)) == count


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?o { ?s <http://e/q> ?o }",
        "SELECT ?s ?o { ?s <http://e/q> ?o }",
        "SELECT * { ?s <http://e/q> ?o }",
        "SELECT ?o { ?s <http://e/q> ?o FILTER(?s = <http://e/a>) }",
        "SELECT (?o AS ?x) { ?s <http://e/q> ?o }",
        "SELECT ?o (COUNT(*) AS ?n) { ?s <http://e/q> ?o } GROUP BY ?o",
    ],
)
def test_a_binding_holds_whether_or_not_the_variable_is_returned(store: EmbeddedStore, text: str) -> None:
    assert len(_rows(store, text, bindings={"s": A})) == 1
    assert len(_rows(store, text, bindings={"s": URIRef("http://e/z")})) == 0


def test_bindings_work_for_ask_construct_and_describe(store: EmbeddedStore) -> None:
    assert store.query("ASK { ?s ?p ?o }", bindings={"s": URIRef("http://e/z")}) == Truth(False)
    answer = store.query("CONSTRUCT WHERE { ?s ?p ?o }", bindings={"s": B, "p": P})
    assert answer == Triples(((B, P, Literal("due", lang="it")),))
    assert store.query("DESCRIBE ?s WHERE { ?s ?p ?o }", bindings={"s": B}) == answer


def test_an_evil_binding_is_refused_before_the_engine_sees_it(store: EmbeddedStore) -> None:
    evil = URIRef("http://x> } ; DROP ALL #")
    for text in ("SELECT ?o { ?s ?p ?o }", "SELECT ?s { ?s ?p ?o }", "ASK { ?s ?p ?o }"):
        with pytest.raises(UsageError, match="not an IRI"):
            store.query(text, bindings={"s": evil})


def test_a_binding_of_a_literal_is_escaped(store: EmbeddedStore) -> None:
    text = 'a" } UNION { ?s ?p ?o } #\n\\'
    rows = _rows(store, "SELECT ?x { BIND(STRLEN(?o) AS ?x) }", bindings={"o": Literal(text)})
    assert [str(row[0]) for row in rows] == [str(len(text))]


def test_binding_an_unknown_variable_names_the_known_ones(store: EmbeddedStore) -> None:
    with pytest.raises(UnknownNameError, match="subject"):
        store.query("SELECT ?subject { ?subject ?p ?o }", bindings={"subjet": A})


def test_a_bad_dataset_iri_is_a_usage_error(store: EmbeddedStore) -> None:
    with pytest.raises(UsageError, match="not an IRI"):
        store.query("ASK {}", default_graphs=["not an iri"])


def test_a_syntax_error_has_line_and_column(store: EmbeddedStore) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        store.query("SELECT *\nWHERE { ?s ?p ?o FITLER(?o > 1) }")
    assert (caught.value.line, caught.value.column) == (2, 18)


@pytest.mark.parametrize(
    "text", ["SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "LOAD <http://e/>"]
)
def test_nothing_goes_to_the_network(store: EmbeddedStore, text: str) -> None:
    with pytest.raises(RemoteAccessError):
        store.query(text)
    with pytest.raises(RemoteAccessError):
        store.serialise(text, ResultFormat.JSON)


def test_a_query_that_would_kill_the_engine_is_refused(store: EmbeddedStore) -> None:
    with pytest.raises(LimitError):
        store.query("SELECT * " + "{" * 5000 + "}" * 5000)


def test_rows_are_serialised_in_each_format(store: EmbeddedStore) -> None:
    text = "SELECT ?s ?o { ?s <http://e/p> ?o } ORDER BY ?s"
    parsed = json.loads(store.serialise(text, ResultFormat.JSON))
    assert [row["s"]["value"] for row in parsed["results"]["bindings"]] == [str(A), str(B)]
    tree = ElementTree.fromstring(store.serialise(text, ResultFormat.XML))
    assert len(tree.findall(".//{http://www.w3.org/2005/sparql-results#}result")) == 2
    rows = list(csv.reader(io.StringIO(store.serialise(text, ResultFormat.CSV).decode())))
    assert rows == [["s", "o"], [str(A), "1"], [str(B), "due"]]
    lines = store.serialise(text, ResultFormat.TSV).decode().splitlines()
    assert lines == ["?s\t?o", "<http://e/a>\t1", '<http://e/b>\t"due"@it']


def test_a_truth_value_is_serialised_in_each_format(store: EmbeddedStore) -> None:
    assert json.loads(store.serialise("ASK {}", ResultFormat.JSON))["boolean"] is True
    for form in (ResultFormat.XML, ResultFormat.CSV, ResultFormat.TSV):
        assert b"true" in store.serialise("ASK {}", form)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib 7.6.0 in its own JSON-LD parser
@pytest.mark.parametrize("syntax", [s for s in RdfSyntax if not s.holds_graphs])
def test_triples_are_serialised_in_each_syntax(store: EmbeddedStore, syntax: RdfSyntax) -> None:
    data = store.serialise("CONSTRUCT WHERE { ?s ?p ?o }", syntax)
    names = {"ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
    parsed = Graph().parse(data, format=names.get(syntax.short, syntax.short))
    expected = Graph()
    for triple in [(A, P, ONE), (A, Q, B), (B, P, Literal("due", lang="it"))]:
        expected.add(triple)
    assert isomorphic(parsed, expected)
    assert data == store.serialise("CONSTRUCT WHERE { ?s ?p ?o }", syntax)


def test_an_answer_is_never_written_in_a_format_of_the_other_sort(store: EmbeddedStore) -> None:
    with pytest.raises(UsageError, match="not written as"):
        store.serialise("ASK {}", RdfSyntax.TURTLE)
    with pytest.raises(UsageError, match="not written as"):
        store.serialise("CONSTRUCT WHERE { ?s ?p ?o }", ResultFormat.JSON)


def test_graphs_and_size_count_triples(store: EmbeddedStore) -> None:
    assert store.graphs() == (GraphSize("http://e/g", 2), GraphSize("http://e/h", 2))
    assert store.size() == 4


def test_quads_walk_over_everything(store: EmbeddedStore) -> None:
    assert sorted(store.quads(), key=str) == sorted(
        [
            (A, P, ONE, "http://e/g"),
            (A, Q, B, "http://e/g"),
            (A, Q, B, "http://e/h"),
            (B, P, Literal("due", lang="it"), "http://e/h"),
        ],
        key=str,
    )


@pytest.mark.parametrize("syntax", RdfSyntax)
def test_a_dump_parses_to_what_is_in_the_store(store: EmbeddedStore, syntax: RdfSyntax) -> None:
    out = io.BytesIO()
    store.dump(out, format=syntax)
    other = EmbeddedStore.in_memory()
    other.load(out.getvalue(), format=syntax)
    assert other.size() == (4 if syntax.holds_graphs else 3)


def test_the_dump_of_one_graph_holds_that_graph_alone(store: EmbeddedStore) -> None:
    out = io.BytesIO()
    store.dump(out, format=RdfSyntax.N_TRIPLES, graph="http://e/h")
    assert (
        out.getvalue() == b'<http://e/a> <http://e/q> <http://e/b> .\n<http://e/b> <http://e/p> "due"@it .\n'
    )
    with pytest.raises(NotFoundError, match="http://e/none"):
        store.dump(out, format=RdfSyntax.N_TRIPLES, graph="http://e/none")


def test_threads_may_ask_at_once(store: EmbeddedStore) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.extend(len(store.serialise("SELECT * { ?s ?p ?o }", ResultFormat.JSON)) for _ in range(20))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 80
    assert len(set(answers)) == 1


def test_closing_twice_is_fine(store: EmbeddedStore) -> None:
    store.close()
    store.close()


def test_an_update_is_applied_as_a_whole(writable: EmbeddedStore) -> None:
    writable.update(
        "INSERT DATA { GRAPH <http://e/n> { city:turin <http://e/p> 1 } }; CLEAR GRAPH <http://e/g>"
    )
    assert writable.graphs() == (GraphSize("http://e/h", 2), GraphSize("http://e/n", 1))


def test_a_broken_update_changes_nothing_and_says_where(writable: EmbeddedStore) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        writable.update("CLEAR ALL ;\nINSRT DATA { }")
    assert (caught.value.line, caught.value.column) == (2, 1)
    assert writable.size() == 4


def test_an_update_never_loads_from_the_network(writable: EmbeddedStore) -> None:
    with pytest.raises(RemoteAccessError):
        writable.update("LOAD <http://127.0.0.1:9/>")


def test_an_update_may_hold_many_triples(writable: EmbeddedStore) -> None:
    triples = "".join(f"<http://e/s> <http://e/p> {number} . " for number in range(1000))
    writable.update(f"INSERT DATA {{ GRAPH <http://e/many> {{ {triples} }} }}")
    assert GraphSize("http://e/many", 1000) in writable.graphs()


def test_data_goes_to_the_named_graph(writable: EmbeddedStore) -> None:
    writable.load(io.BytesIO(b"<http://e/x> <http://e/p> 1 ."), format=RdfSyntax.TURTLE, graph="http://e/x")
    assert GraphSize("http://e/x", 1) in writable.graphs()
    with pytest.raises(UsageError, match="names its graphs itself"):
        writable.load(b"", format=RdfSyntax.N_QUADS, graph="http://e/x")


def test_broken_data_changes_nothing_and_says_where(writable: EmbeddedStore) -> None:
    with pytest.raises(InputError) as caught:
        writable.load(b"<http://e/x> <http://e/p> 1 .\n<http://e/x> oops .", format=RdfSyntax.TURTLE)
    assert caught.value.place is not None
    assert caught.value.place.line == 2
    assert writable.size() == 4


def test_a_store_for_reading_refuses_to_write(tmp_path: Path) -> None:
    EmbeddedStore.on_disk(tmp_path / "s").close()
    store = EmbeddedStore.read_only(tmp_path / "s")
    with pytest.raises(UsageError, match="reading only"):
        store.update("CLEAR ALL")
    with pytest.raises(UsageError, match="reading only"):
        store.load(b"", format=RdfSyntax.TURTLE)


def test_a_store_on_disk_keeps_what_was_written(tmp_path: Path) -> None:
    store = EmbeddedStore.on_disk(tmp_path / "s")
    store.update("INSERT DATA { GRAPH <http://e/g> { <http://e/a> <http://e/p> 1 } }")
    store.close()
    again = EmbeddedStore.on_disk(tmp_path / "s")
    assert again.size() == 1
    again.close()


def test_a_second_writer_is_told_that_the_store_is_taken(tmp_path: Path) -> None:
    store = EmbeddedStore.on_disk(tmp_path / "s")
    with pytest.raises(LimitError, match="another process"):
        EmbeddedStore.on_disk(tmp_path / "s")
    store.close()


def test_a_store_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no store"):
        EmbeddedStore.read_only(tmp_path / "none")


def test_packed_nquads_are_read(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "g.nq.gz"
    path.write_bytes(gzip.compress(b'<http://e/a> <http://e/p> "1" <http://e/g> .\n'))
    assert EmbeddedStore.from_nquads(path).size() == 1
    path.write_bytes(b"not packed")
    with pytest.raises(InputError, match=r"g\.nq\.gz"):
        EmbeddedStore.from_nquads(path)


def test_a_predicate_that_xml_cannot_name_is_a_usage_error() -> None:
    store = EmbeddedStore.from_nquads(b'<http://e/a> <http://e/1/> "1" <http://e/g> .')
    with pytest.raises(UsageError, match="RDF/XML"):
        store.serialise("CONSTRUCT WHERE { ?s ?p ?o }", RdfSyntax.RDF_XML)


def test_a_term_of_rdf_12_is_refused_with_advice() -> None:
    store = EmbeddedStore.in_memory()
    with pytest.raises(UsageError, match=r"RDF 1\.2"):
        store.query("SELECT (<<(<http://e/a> <http://e/p> 1)>> AS ?t) {}")


def test_blank_nodes_come_back_as_blank_nodes() -> None:
    store = EmbeddedStore.from_nquads(b'_:x <http://e/p> "1" <http://e/g> .')
    ((subject,),) = _rows(store, "SELECT ?s { ?s ?p ?o }")
    assert isinstance(subject, BNode)


@pytest.mark.parametrize(
    "use",
    [
        lambda store: store.query("ASK {}"),
        lambda store: store.serialise("ASK {}", ResultFormat.JSON),
        lambda store: store.query("ASK {}", default_graphs=["http://e/g"]),
        lambda store: store.query("ASK FROM <http://e/g> {}"),
        lambda store: store.dump(io.BytesIO(), format=RdfSyntax.N_QUADS),
        lambda store: list(store.quads()),
        lambda store: store.graphs(),
        lambda store: store.size(),
        lambda store: store.update("CLEAR ALL"),
        lambda store: store.load(b"", format=RdfSyntax.N_QUADS),
    ],
)
def test_a_closed_store_says_so_instead_of_answering_that_there_is_nothing(store: EmbeddedStore, use) -> None:
    store.close()
    store.close()
    with pytest.raises(UsageError, match="closed"):
        use(store)


@pytest.mark.parametrize(
    "name", ["a b", "http://e/> } DROP ALL #", "", "http://e/\n", 'http://e/"', "http://e/\ud800"]
)
def test_an_iri_that_is_none_never_reaches_the_query(store: EmbeddedStore, name: str) -> None:
    for text in ("SELECT ?s { ?s ?p ?x }", "SELECT ?x { ?s ?p ?x }", "CONSTRUCT WHERE { ?s ?p ?x }"):
        with pytest.raises(UsageError, match="is not an IRI"):
            store.query(text, bindings={"x": URIRef(name)})


@pytest.mark.parametrize("character", ["\\u0000", "\\u0007", "\\u001F", "\\uFFFE", "\\uFFFF"])
def test_what_xml_cannot_hold_is_refused_and_not_written_as_broken_xml(
    store: EmbeddedStore, character: str
) -> None:
    query = f'SELECT ("{character}" AS ?x) {{}}'
    with pytest.raises(UsageError, match="XML cannot"):
        store.serialise(query, ResultFormat.XML)
    assert store.serialise(query, ResultFormat.JSON)
    construct = f'CONSTRUCT {{ <http://e/a> <http://e/p> "{character}" }} {{}}'
    with pytest.raises(UsageError, match="XML cannot"):
        store.serialise(construct, RdfSyntax.RDF_XML)
    assert store.serialise(construct, RdfSyntax.TURTLE)


@pytest.mark.parametrize("character", ["\\t", "\\n", "\\r", "\\u0085", "\\uFFFD", "\\U0001F600"])
def test_what_xml_can_hold_comes_back_from_it(store: EmbeddedStore, character: str) -> None:
    written = store.serialise(f'SELECT ("a{character}b" AS ?x) {{}}', ResultFormat.XML)
    told = ElementTree.fromstring(written).find(".//{*}literal")
    assert told is not None
    assert told.text == f"a{character}b".encode().decode("unicode_escape")


def test_a_text_that_looks_like_sparql_stays_a_text(store: EmbeddedStore) -> None:
    hostile = Literal('" } #\n\\u0022 } SERVICE <http://e/> { \0')
    assert store.query("ASK { FILTER(?x = ?x) }", bindings={"x": hostile}) == Truth(True)
    assert _rows(store, "SELECT ?y { BIND(?x AS ?y) }", bindings={"x": hostile}) == [(hostile,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?s ?p ?o FILTER(?o = ?x) }", Truth(True)),
        ("ASK { FILTER(?x = 1) }", Truth(True)),
        ("SELECT ?s { ?s ?p ?o FILTER(?o = ?x) }", Solutions(("s",), ((A,),))),
        ("SELECT ?x ?s { ?s ?p ?o FILTER(?o = ?x) }", Solutions(("x", "s"), ((ONE, A),))),
        ("SELECT (EXISTS { ?s <http://e/none> ?o } AS ?e) { ?s ?p ?x }", None),
        ("SELECT (?o AS ?x) { ?s <http://e/p> ?o }", Solutions(("x",), ((ONE,),))),
        ("CONSTRUCT { ?s <http://e/p> ?x } WHERE { ?s ?p ?o FILTER(?o = ?x) }", Triples(((A, P, ONE),))),
        ("CONSTRUCT { ?s <http://e/p> 1 } { ?s ?p ?o FILTER(?o = ?x) }", Triples(((A, P, ONE),))),
        ("CONSTRUCT WHERE { ?s ?p ?x }", Triples(((A, P, ONE),))),
        ("DESCRIBE ?s { ?s ?p ?o FILTER(?o = ?x) }", Triples(((A, P, ONE), (A, Q, B)))),
    ],
)
def test_a_binding_holds_in_patterns_and_filters_of_every_form(
    store: EmbeddedStore, text: str, expected: object
) -> None:
    answer = store.query(text, bindings={"x": ONE})
    if expected is None:
        assert isinstance(answer, Solutions)
        assert len(answer.rows) == 1
    else:
        assert answer == expected


def test_a_blank_node_that_no_query_can_name_is_refused(store: EmbeddedStore) -> None:
    with pytest.raises(UsageError, match="blank node"):
        store.query("SELECT ?s { ?s ?p ?x }", bindings={"x": BNode()})
