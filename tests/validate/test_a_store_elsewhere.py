"""A store elsewhere is validated where it is: a real ``oxigraph serve``, and servers that misbehave."""

import gzip
import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner
from rdflib import Graph

from poca_kg.cli.validate import validate_command
from poca_kg.errors import InputError, LimitError, UsageError
from poca_kg.validate import EndpointSource, Engine, Report, Shapes, validate_endpoint, validate_graph

OXIGRAPH = Path(sys.executable).parent / "oxigraph"
PREFIXES = """@prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = """
e:CityShape a sh:NodeShape ; sh:targetClass e:City ;
  sh:property [ sh:path rdfs:label ; sh:minCount 1 ; sh:maxCount 1 ; sh:uniqueLang true ] ,
    [ sh:path e:people ; sh:datatype xsd:integer ; sh:minInclusive 0 ; sh:maxCount 1 ] ,
    [ sh:path ( e:in e:in ) ; sh:minCount 1 ; sh:class e:Land ] ,
    [ sh:path [ sh:inversePath e:mayorOf ] ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:sparql [ sh:message "{$this} is in itself"@en ;
    sh:select "SELECT $this WHERE { $this <http://e/in> $this }" ] .
"""
MISTAKES = """
e:c7 e:people "many" . e:c8 e:people -5 , 6 . e:c9 e:in e:c9 . e:m e:mayorOf e:c10 . e:n e:mayorOf e:c10 .
e:c11 rdfs:label "C11"@en , "Eleven"@en . e:nameless a e:City ; e:in e:r0 .
"""


def cities(number: int) -> str:
    lines = ["e:land a e:Land . e:r0 e:in e:land . e:Town rdfs:subClassOf e:City ."]
    for n in range(number):
        kind = "e:Town" if n % 2 else "e:City"
        lines.append(f'e:c{n} a {kind} ; rdfs:label "C{n}"@it ; e:people {n} ; e:in e:r0 .')
    return PREFIXES + "\n".join(lines) + MISTAKES


@pytest.fixture(scope="module")
def data() -> Graph:
    return Graph().parse(data=cities(2_000), format="turtle")


@pytest.fixture(scope="module")
def rules() -> Shapes:
    return Shapes.alone(Graph().parse(data=PREFIXES + SHAPES, format="turtle"))


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "oxigraph.log").open("wb") as log:
        command = [str(OXIGRAPH), "serve", "--bind", f"127.0.0.1:{port}"]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def put(address: str, graph: str, data: Graph) -> None:
    body = data.serialize(format="nt", encoding="utf-8")
    headers = {"Content-Type": "application/n-triples"}
    request = urllib.request.Request(f"{address}/store?{graph}", data=body, method="POST", headers=headers)
    urllib.request.urlopen(request, timeout=60).close()


@pytest.fixture(scope="module")
def store(data, tmp_path_factory) -> Iterator[str]:
    if not OXIGRAPH.exists():
        pytest.skip("the package oxigraph is not installed: pip install oxigraph==0.5.13")
    with oxigraph(tmp_path_factory.mktemp("oxigraph")) as address:
        put(address, "default", data)
        put(address, "graph=http://e/g", Graph().parse(data=PREFIXES + "e:x a e:City .", format="turtle"))
        yield f"{address}/query"


def told(report):
    return sorted(
        (str(one.focus_node), one.focus_label, one.path, str(one.value), one.found, one.what, one.how_to_fix)
        for one in report.results
    )


def report_on(store: str, rules: Shapes, *graphs: str) -> Report:
    with closing(EndpointSource(store, graphs=graphs)) as source:
        return validate_endpoint(source, rules)


def test_a_store_elsewhere_gives_the_report_that_a_file_gives(store, data, rules):
    report = report_on(store, rules)
    assert "which need not be written as in the source" in "".join(report.notes)
    here = validate_graph(data, rules, engine=Engine.COMPILED)
    assert told(report) == told(here)
    assert len(report.results) >= 8
    assert (report.triples, report.nodes, report.shapes) == (here.triples, here.nodes, here.shapes)
    assert report.names == (store,)
    assert report.engine == "compiled"
    assert {one.place for one in report.results} == {None}


def test_it_takes_about_two_requests_a_constraint_and_no_download(store, data, rules):
    with closing(EndpointSource(store)) as source:
        validate_endpoint(source, rules)
    constraints = sum(len(shape.constraints) for shape in rules.shape_graph.shapes.values())
    everything = len(data.serialize(format="nt", encoding="utf-8"))
    print(f"{constraints} constraints, {source.requests} requests, {source.received_bytes} bytes")  # noqa: T201
    assert source.requests <= 2 * constraints
    assert source.received_bytes < everything / 10


def test_a_named_graph_is_checked_by_itself(store, rules):
    report = report_on(store, rules, "http://e/g")
    assert {str(one.focus_node) for one in report.results} == {"http://e/x"}
    assert report.triples == 1


def test_a_store_without_triples_says_so(store, rules):
    report = report_on(store, rules, "http://e/none")
    assert report.conforms
    assert "the named graphs hold no triple" in "".join(report.notes)


def test_an_ontology_that_the_store_lacks_is_seen(store):
    """The store knows no e:Village; the ontology says that a village is a city, and e:land a country."""
    ontology = PREFIXES + "e:Town rdfs:subClassOf e:Place . e:land a e:Country ."
    shapes = """e:S a sh:NodeShape ; sh:targetClass e:Place ; sh:property e:P .
    e:P sh:path ( e:in e:in ) ; sh:class e:Country ; sh:maxCount 0 ; sh:message "no land"@en ."""
    rules = Shapes(*(Graph().parse(data=text, format="turtle") for text in (PREFIXES + shapes, ontology)))
    report = report_on(store, rules)
    assert "http://e/land" not in {str(one.value) for one in report.results}
    assert report.nodes == 1_000
    assert "are not looked for" in "".join(report.notes)


def test_the_command_checks_a_store(store, tmp_path):
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(PREFIXES + SHAPES)
    arguments = ["--store", store, "--shapes", str(shapes), "--format", "json", "--max", "2"]
    outcome = CliRunner().invoke(validate_command, arguments)
    assert outcome.exit_code == 1
    report = json.loads(outcome.stdout)
    assert len(report["results"]) == 2
    assert report["engine"]["name"] == "compiled"


def test_what_only_pyshacl_covers_is_refused_with_the_reason(store):
    component = """
    e:C a sh:ConstraintComponent ; sh:parameter [ sh:path e:most ] ;
      sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER ($value < $most) }" ] .
    e:S a sh:NodeShape ; sh:targetClass e:City ; sh:property [ sh:path e:people ; e:most 9 ] .
    """
    rules = Shapes.alone(Graph().parse(data=PREFIXES + component, format="turtle"))
    with pytest.raises(UsageError, match="without a copy of it; the compiler leaves to it"):
        report_on(store, rules)


ROWS = b'{"head": {"vars": ["n"]}, "results": {"bindings": [{"n": {"type": "literal", "value": "x"}}]}}'
JSON = {"Content-Type": "application/sparql-results+json"}
Answer = Callable[[BaseHTTPRequestHandler, int], None]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """Serve POST by a function of the request and its number; yield the address and the bodies that came."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            answer(self, len(bodies))

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/sparql?key=1", bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def reply(status: int = 200, body: bytes = ROWS, length: int | None = None, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, number: int) -> None:
        handler.send_response(status)
        for name, value in {**JSON, **{key.replace("_", "-"): text for key, text in headers.items()}}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = length is not None

    return answer


def rows_of(url: str, **options: float) -> list[tuple[object, ...]]:
    source = EndpointSource(url, **options)
    try:
        return list(source.select("SELECT ?n { ?s ?p ?n }"))
    finally:
        source.close()


def test_a_query_goes_out_as_a_form_with_its_graphs():
    with serving(reply()) as (url, bodies):
        source = EndpointSource(url, graphs=["http://e/g", "http://e/h"])
        assert [str(row[0]) for row in source.select("SELECT ?n { ?s ?p ?n }")] == ["x"]
        assert list(source.select("ASK {}")) != []
        source.close()
    form = parse_qs(bodies[0].decode())
    assert form == {"query": ["SELECT ?n { ?s ?p ?n }"], "default-graph-uri": ["http://e/g", "http://e/h"]}
    assert (source.requests, source.received_bytes, source.sent_bytes) == (
        2,
        2 * len(ROWS),
        sum(map(len, bodies)),
    )


@pytest.mark.parametrize(
    ("answer", "error", "complaint"),
    [
        (
            reply(400, b"no such\x1b[31m\nfunction"),
            InputError,
            "answered 400 Bad Request: no such \\[31m function",
        ),
        (reply(body=ROWS[:-20], length=len(ROWS)), InputError, "broke off|cannot be read"),
        (reply(body=ROWS[:-20]), InputError, "cannot be read"),
        (
            reply(body=b"<html>", Content_Type="text/html"),
            InputError,
            "answered with text/html, not with rows",
        ),
        (reply(body=gzip.compress(ROWS)), InputError, "cannot be read"),
        (reply(body=b'{"head": {}, "boolean": true}'), InputError, "ASK"),
        (reply(X_SPARQL_MaxRows="1"), LimitError, "at most 1 rows"),
        (reply(X_SQL_State="S1TAT"), LimitError, "a part of the answer"),
        (reply(302, b"", Location="http://127.0.0.1:9/"), InputError, "answered 302"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_an_answer_that_is_none_is_an_error_and_never_a_conforming_store(answer, error, complaint):
    with serving(answer) as (url, _), pytest.raises(error, match=complaint):
        rows_of(url)


def test_a_server_that_is_busy_is_asked_once_more():
    def answer(handler, number):
        reply(503 if number == 1 else 200)(handler, number)

    with serving(answer) as (url, bodies):
        assert len(rows_of(url)) == 1
    assert len(bodies) == 2


def test_a_server_that_stays_busy_is_an_error():
    with serving(reply(503)) as (url, _), pytest.raises(InputError, match="answered 503"):
        rows_of(url)


def test_a_silent_server_is_a_limit_that_was_reached():
    done = threading.Event()
    with serving(lambda handler, number: done.wait(10) and None) as (url, _):
        with pytest.raises(LimitError, match=r"said nothing for 0\.2 seconds"):
            rows_of(url, timeout_s=0.2)
        done.set()


def test_where_nobody_listens_is_an_error_with_advice():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/query"
    with pytest.raises(InputError, match=r"cannot be reached: .*is the address right"):
        rows_of(url)


@pytest.mark.parametrize("url", ["", "localhost:7878", "file:///etc/passwd", "ftp://e/", "http:///query"])
def test_what_is_no_address_of_a_store_is_refused(url):
    with pytest.raises(UsageError, match="is no address of a store"):
        EndpointSource(url)
