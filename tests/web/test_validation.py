"""``/validate``: documents in, a report out, in every format and on a page; what is wrong has its place."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph
from rdflib.namespace import SH
from werkzeug.test import TestResponse

from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.sandbox.limits import Limits
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.sandbox.validating import start_validation
from poca_kg.settings import read_settings
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.web import create_app
from poca_kg.web.report_formats import ON_PAGE, REPORT_FORMATS

PREFIXES = "@prefix poca: <https://w3id.org/poca-kg/def/> .\n@prefix ex: <https://example.org/> .\n"
CITY = f"{PREFIXES}ex:bologna a poca:City ;\n    poca:populaton 400000 .\n"
GOOD = "<https://example.org/a> <https://example.org/b> 1 .\n"
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <https://example.org/> .
ex:PersonShape a sh:NodeShape ; sh:targetClass ex:Person ;
    sh:property [ sh:path ex:age ; sh:maxInclusive 120 ; sh:message "Nobody is as old as that."@en ] .
"""
PERSON = "@prefix ex: <https://example.org/> .\nex:ann a ex:Person ;\n    ex:age 130 .\n"
LIMITS = Limits(timeout_s=20.0, memory_bytes=512 * 2**20, workers=1, express=0, spares=0)


@pytest.fixture(scope="module")
def judges() -> Iterator[Sandbox]:
    """Give a sandbox that validates with the project's shapes."""
    with start_validation(read_settings().ontology_dir, LIMITS) as started:
        yield started


@pytest.fixture(scope="module")
def client(judges: Sandbox) -> FlaskClient:
    """Give a client of an application whose largest document is small."""
    graph = KnowledgeGraph(EmbeddedStore.in_memory("1.0.0-test"))
    return create_app(graph, judges=judges, max_body_bytes=400_000).test_client()


def post(client: FlaskClient, data: str | bytes, **more: Any) -> TestResponse:
    """Send a document as it is."""
    kind = more.pop("content_type", "text/turtle")
    return client.post("/validate", data=data, content_type=kind, **more)


def send(client: FlaskClient, data: str, shapes: str = "", **more: Any) -> TestResponse:
    """Send a form, as the page does."""
    fields = {"data": data, "shapes": shapes, **more.pop("fields", {})}
    return client.post("/validate", data=fields, content_type="multipart/form-data", **more)


def file(text: str, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), name


def test_a_document_is_checked_against_the_shapes_of_the_project(client: FlaskClient) -> None:
    answer = post(client, CITY)
    report = json.loads(answer.data)
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    assert not report["conforms"]
    assert any("poca:populaton" in one["what"] for one in report["results"])


def test_a_report_on_data_that_conform_is_a_success_too(client: FlaskClient) -> None:
    answer = post(client, GOOD)
    assert answer.status_code == 200
    assert json.loads(answer.data)["conforms"]


@pytest.mark.parametrize("name", [one.short for one in REPORT_FORMATS])
def test_a_report_is_to_be_had_in_every_format(client: FlaskClient, name: str) -> None:
    wanted = next(one for one in REPORT_FORMATS if one.short == name)
    answer = post(client, CITY, query_string={"format": name})
    assert answer.status_code == 200
    assert answer.mimetype == wanted.media_type
    assert b"atLevel" in answer.data


def test_formats_are_those_of_the_library() -> None:
    from poca_kg.validate import RENDERINGS

    offered = {one.short: (one.media_type, one.suffix) for one in REPORT_FORMATS}
    assert offered == {name: (one.media_type, one.suffix) for name, one in RENDERINGS.items()}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/turtle", "text/turtle"),
        ("text/plain", "text/plain"),
        ("application/sarif+json", "application/sarif+json"),
        ("application/xml, */*;q=0.1", "application/xml"),
        ("text/markdown", "text/markdown"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
    ],
)
def test_formats_are_negotiated(client: FlaskClient, accept: str, media_type: str) -> None:
    answer = post(client, GOOD, headers={"Accept": accept})
    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]


def test_a_format_that_nobody_offers_is_refused(client: FlaskClient) -> None:
    assert post(client, GOOD, headers={"Accept": "image/png"}).status_code == 406
    assert post(client, GOOD, query_string={"format": "docx"}).status_code == 400


def test_a_report_in_turtle_is_one_of_the_standard(client: FlaskClient) -> None:
    report = Graph().parse(data=post(client, CITY, query_string={"format": "ttl"}).text, format="turtle")
    assert (None, RDF.type, SH.ValidationReport) in report


def test_a_page_as_a_file_is_taken_away_and_not_shown(client: FlaskClient) -> None:
    answer = post(client, CITY, query_string={"format": "html"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.html"'


def test_shapes_of_the_sender_stand_alone(client: FlaskClient) -> None:
    report = json.loads(send(client, PERSON + f"\n{CITY}", SHAPES).data)
    assert [one["what"] for one in report["results"]] == ["Nobody is as old as that."]


def test_files_are_checked_together_and_keep_their_names(client: FlaskClient) -> None:
    fields = {
        "data": [
            file(PERSON, "people/ann.ttl"),
            file("<https://e.org/x> <https://e.org/y> <https://e.org/z> .", "b.nt"),
        ],
        "shapes": file(SHAPES, "shapes.ttl"),
    }
    report = json.loads(client.post("/validate", data=fields).data)
    assert report["checked"]["names"] == ["ann.ttl", "b.nt"]
    assert "ann.ttl" in json.dumps(report["results"][0])


def test_names_that_come_twice_are_told_apart(client: FlaskClient) -> None:
    fields = {"data": [file(GOOD, "a.ttl"), file(CITY, "a.ttl")]}
    report = json.loads(client.post("/validate", data=fields).data)
    assert report["checked"]["names"] == ["a.ttl", "a.ttl (2)"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("application/n-triples", "<http://e/a> <http://e/b> <http://e/c> ."),
        ("application/n-quads", "<http://e/a> <http://e/b> <http://e/c> <http://e/g> ."),
        ("application/trig", "<http://e/g> { <http://e/a> <http://e/b> <http://e/c> }"),
        ("application/ld+json", '{"@id": "http://e/a", "http://e/b": {"@id": "http://e/c"}}'),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            '<rdf:Description rdf:about="http://e/a"><e:b rdf:resource="http://e/c"/></rdf:Description></rdf:RDF>',
        ),
    ],
)
def test_every_syntax_is_read(client: FlaskClient, kind: str, text: str) -> None:
    report = json.loads(post(client, text, content_type=kind).data)
    assert report["checked"]["triples"] == 1


def test_pasted_text_is_read_in_the_syntax_that_is_named(client: FlaskClient) -> None:
    text = '{"@id": "http://e/a", "http://e/b": 1}'
    assert send(client, text).status_code == 400
    assert send(client, text, fields={"syntax": "jsonld"}).status_code == 200


def test_a_form_without_files_may_come_url_encoded(client: FlaskClient) -> None:
    answer = client.post("/validate", data={"data": PERSON, "shapes": SHAPES})
    assert not json.loads(answer.data)["conforms"]


def test_a_report_comes_in_italian(client: FlaskClient) -> None:
    assert json.loads(post(client, CITY, query_string={"lang": "it"}).data)["language"] == "it"
    assert 'lang="it"' in client.get("/validate?lang=it").text


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing at all": ({}, 415, "unsupported-media-type"),
    "a document without its type": (
        {"data": GOOD, "content_type": "application/x-www-form-urlencoded"}, 400, "malformed-request",
    ),
    "an empty form": ({"data": {"data": "  "}}, 400, "malformed-request"),
    "a field that is unknown": ({"data": {"data": GOOD, "colour": "red"}}, 400, "malformed-request"),
    "a file that is unknown": ({"data": {"data": GOOD, "x": file(GOOD, "a.ttl")}}, 400, "malformed-request"),
    "a parameter that is unknown": (
        {"data": {"data": GOOD}, "query_string": {"a": "b"}}, 400, "malformed-request",
    ),
    "a part without a name": (
        {
            "data": b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
            "content_type": "multipart/form-data; boundary=b",
        },
        400, "malformed-request",
    ),
    "a file of no syntax": ({"data": {"data": file(GOOD, "a.docx")}}, 415, "unsupported-media-type"),
    "a packed file": ({"data": {"data": file(GOOD, "a.ttl.gz")}}, 415, "unsupported-media-type"),
    "a packed body": (
        {"data": GOOD, "content_type": "text/turtle", "headers": {"Content-Encoding": "gzip"}},
        415, "unsupported-media-type",
    ),
    "a body of no syntax": ({"data": GOOD, "content_type": "text/html"}, 415, "unsupported-media-type"),
    "a syntax that is unknown": ({"data": {"data": GOOD, "syntax": "hdt"}}, 400, "unknown-name"),
    "too large a body": ({"data": GOOD * 8000, "content_type": "text/turtle"}, 413, "too-large"),
    "too large a form": ({"data": {"data": GOOD * 8000}}, 413, "too-large"),
    "too many parts": (
        {"data": {"data": [GOOD] * 101}, "content_type": "multipart/form-data"}, 413, "too-large",
    ),
    "a document that does not parse": ({"data": {"data": "<a> <b> ."}}, 400, "malformed-document"),
    "shapes that do not parse": ({"data": {"data": GOOD, "shapes": "<a> ."}}, 400, "malformed-document"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_checked_is_refused(client: FlaskClient, name: str) -> None:
    sent, status, slug = WRONG[name]
    answer = client.post("/validate", **sent)
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert json.loads(answer.data)["type"].endswith(f"/{slug}")


def test_a_mistake_in_a_document_has_its_place_and_its_name(client: FlaskClient) -> None:
    fields = {"data": [file(GOOD, "good.ttl"), file("\n<http://e/a> <http://e/b> .", "bad.ttl")]}
    problem = json.loads(client.post("/validate", data=fields).data)
    assert (problem["file"], problem["line"]) == ("bad.ttl", 2)


def shape(constraints: str) -> str:
    return (
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .\n"
        f"ex:S a sh:NodeShape ; sh:targetClass ex:Person ; sh:property [ sh:path ex:age ; {constraints} ] ."
    )


ILL_FORMED = {
    "a pattern that is none": shape('sh:pattern "("'),
    "a pattern without an end": shape(f'sh:pattern "{"a" * 1001}"'),
    "flags that are none": shape('sh:pattern "a" ; sh:flags "?"'),
    "a count that is none": shape('sh:minCount "many"'),
    "a term that SHACL does not have": shape("sh:minCuont 1"),
    "a shape that refers to itself": shape("sh:node ex:S"),
    "a list that comes back to itself": shape(
        "sh:path _:l"
    ) + " _:l <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> ex:p ;"
    " <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:l .",
    "a query that does not parse": shape('sh:sparql [ sh:select "SELECT $this { FILTER( }" ]'),
    "an update": shape('sh:sparql [ sh:select "DELETE WHERE { ?s ?p ?o }" ]'),
    "a query that nests too deep": shape(f'sh:sparql [ sh:select "SELECT $this {"{" * 999}{"}" * 999}" ]'),
    "a query about another dataset": shape(
        'sh:sparql [ sh:select "SELECT $this FROM <file:///etc/passwd> { $this ?p ?o }" ]'
    ),
    "a validator with a prefix that nobody declares": shape("sh:minCount 1") + (
        ' ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:m ] ; sh:validator ex:S .'
        ' ex:S sh:ask "ASK { $value e:p 1 }" .'
    ),
    "a parameter whose path is no property": shape("sh:minCount 1")
    + ' ex:C a sh:ConstraintComponent ; sh:parameter ex:S . ex:S sh:path "m" .',
    "a prefix for a node": shape('sh:sparql [ sh:select "SELECT $this {}" ]') + (
        ' ex:S sh:declare [ sh:prefix "e" ; sh:namespace ex:n ] .'
    ),
    "a rule": shape("sh:rule [ sh:subject sh:this ]"),
    "a script": shape('sh:js [ sh:jsFunctionName "f" ]'),
    "a target by query": shape('sh:target [ sh:select "SELECT ?this { ?this ?p ?o }" ]'),
}  # fmt: skip


@pytest.mark.parametrize("name", ILL_FORMED)
def test_shapes_that_cannot_be_used_are_refused_by_name(client: FlaskClient, name: str) -> None:
    answer = send(client, PERSON, ILL_FORMED[name])
    problem = json.loads(answer.data)
    assert answer.status_code == 422
    assert problem["type"].endswith("/ill-formed-shapes")
    assert problem["shape"] == "<https://example.org/S>"


def test_a_query_of_a_shape_does_not_leave(client: FlaskClient) -> None:
    query = "SELECT $this { SERVICE <http://127.0.0.1:1/> { $this ?p ?o } }"
    answer = send(client, PERSON, shape(f'sh:sparql [ sh:select "{query}" ]'))
    assert answer.status_code == 403


def test_the_page_shows_the_report_with_its_lines(client: FlaskClient) -> None:
    page = send(client, CITY, headers={"Accept": "text/html"}).text
    assert "The data do not conform." in page
    marked = re.findall(r'<tr role="row" id="d1-(\d+)" class="(\w+)">', page)
    assert marked == [("3", "violation"), ("4", "warning")]
    links = set(re.findall(r'href="#([fd][\d-]+)"', page))
    assert links <= set(re.findall(r' id="([fd][\d-]+)"', page))
    assert "poca:populaton 400000 ." in unescape(page)


def test_the_page_keeps_what_was_typed(client: FlaskClient) -> None:
    page = send(client, PERSON, SHAPES, headers={"Accept": "text/html"}).text
    assert "Nobody is as old as that." in page
    assert unescape(page).count("ex:PersonShape a sh:NodeShape") == 1
    assert "<details open>" in page


def test_the_page_says_where_a_mistake_is(client: FlaskClient) -> None:
    answer = send(client, "\n<http://e/a> <b> <c", headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert "data.ttl, line 2, column" in answer.text
    assert "<pre><code>&lt;http://e/a&gt; &lt;b&gt; &lt;c" in answer.text


def test_the_page_tells_of_shapes_that_cannot_be_used(client: FlaskClient) -> None:
    answer = send(client, PERSON, ILL_FORMED["a pattern that is none"], headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "&lt;https://example.org/S&gt;: sh:pattern is no regular expression" in answer.text


def test_nothing_hostile_reaches_the_page(client: FlaskClient) -> None:
    evil = "<script>alert(1)</script>\"' & \\u202E"
    data = f'{PREFIXES}<https://e.org/"> a poca:City .'.replace('"', "'")
    data += f'ex:x a poca:City ; <http://www.w3.org/2000/01/rdf-schema#label> """{evil}x"""@en .'
    fields = {"data": file(data, '"><script>a.ttl'), "shapes": ""}
    page = client.post("/validate", data=fields, headers={"Accept": "text/html"}).text
    assert "<script" not in page
    assert "\u202e" not in page


def test_the_form_is_there_and_checks_its_own_example(client: FlaskClient) -> None:
    form = client.get("/validate")
    assert form.status_code == 200
    example = unescape(re.search(r"<textarea id=\"data\"[^>]*>\n(.*?)</textarea>", form.text, re.DOTALL)[1])  # type: ignore[index]
    report = json.loads(send(client, example).data)
    assert len(report["results"]) >= 2
    assert all(re.search(rf'<label for="{one}">', form.text) for one in ("data", "files", "shapes", "format"))


def test_a_long_document_is_shown_where_something_was_found(client: FlaskClient) -> None:
    lines = [f"ex:n{n} ex:p {n} ." for n in range(500)]
    lines[250] = "ex:bologna a poca:City ."
    page = send(client, PREFIXES + "\n".join(lines), headers={"Accept": "text/html"}).text
    assert 'id="d1-253"' in page
    assert 'id="d1-300"' not in page
    assert "lines without a finding" in page


def test_many_findings_are_counted_and_the_first_are_shown(client: FlaskClient) -> None:
    lines = "".join(f"ex:p{n} a ex:Person ; ex:age 130 .\n" for n in range(1500))
    page = send(client, PREFIXES + lines, SHAPES, headers={"Accept": "text/html"}).text
    assert "1500 violations" in page
    assert "1480 more cases of this rule" in page
    assert len(page) < 200_000


def test_a_service_may_validate_nothing() -> None:
    graph = KnowledgeGraph(EmbeddedStore.in_memory())
    client = create_app(graph, judges=False).test_client()
    for answer in (client.get("/validate"), client.post("/validate", data={"data": GOOD})):
        assert answer.status_code == 403
        assert json.loads(answer.data)["type"].endswith("/validation-disabled")


def test_other_origins_may_ask(client: FlaskClient) -> None:
    answer = client.options("/validate")
    assert answer.status_code == 204
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert post(client, GOOD).headers["Access-Control-Allow-Origin"] == "*"


def test_the_page_is_no_format_for_files() -> None:
    assert ON_PAGE not in REPORT_FORMATS
