"""Which format a request gets: a table of cases, and what holds for any Accept header."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from poca_kg.web.negotiation import choose, parse_accept

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
CSV, TSV = "text/csv", "text/tab-separated-values"
TURTLE, NT = "text/turtle", "application/n-triples"
RDF_XML, JSON_LD = "application/rdf+xml", "application/ld+json"
SELECT, ASK = "SELECT * { ?s a poca:City }", "ASK {}"
CONSTRUCT, DESCRIBE = "CONSTRUCT WHERE { ?s a poca:City }", "DESCRIBE city:turin"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

CASES = [
    (SELECT, None, JSON),
    (SELECT, "", JSON),
    (SELECT, "*/*", JSON),
    (SELECT, "*/*;q=0.1", JSON),
    (SELECT, JSON, JSON),
    (SELECT, "application/json", JSON),
    (SELECT, "APPLICATION/JSON", JSON),
    (SELECT, XML, XML),
    (SELECT, "application/xml", XML),
    (SELECT, "text/xml", XML),
    (SELECT, CSV, CSV),
    (SELECT, TSV, TSV),
    (SELECT, f"{CSV};q=0.5, {TSV}", TSV),
    (SELECT, f"{TSV}, {CSV}", CSV),
    (SELECT, f"{TSV}, */*", TSV),
    (SELECT, f"{TSV};q=0.9, */*;q=0.8", TSV),
    (SELECT, "text/*", CSV),
    (SELECT, "text/*, text/csv;q=0", TSV),
    (SELECT, f"*/*, {JSON};q=0, application/json;q=0", XML),
    (SELECT, f"{TURTLE}, {CSV};q=0.1", CSV),
    (SELECT, "nonsense, text/csv", CSV),
    (SELECT, "nonsense", JSON),
    (SELECT, "text/csv;charset=utf-8;q=0.3", CSV),
    (SELECT, "text/csv;q=7, */*;q=0.1", CSV),
    (SELECT, BROWSER, XML),
    (SELECT, "image/png", None),
    (SELECT, "*/*;q=0", None),
    (SELECT, TURTLE, None),
    (ASK, None, JSON),
    (ASK, XML, XML),
    (ASK, CSV, CSV),
    (ASK, TSV, TSV),
    (CONSTRUCT, None, TURTLE),
    (CONSTRUCT, "*/*", TURTLE),
    (CONSTRUCT, TURTLE, TURTLE),
    (CONSTRUCT, NT, NT),
    (CONSTRUCT, RDF_XML, RDF_XML),
    (CONSTRUCT, "application/xml", RDF_XML),
    (CONSTRUCT, JSON_LD, JSON_LD),
    (CONSTRUCT, "application/json", JSON_LD),
    (CONSTRUCT, "application/*;q=0.2, text/turtle;q=0.1", NT),
    (CONSTRUCT, CSV, None),
    (DESCRIBE, None, TURTLE),
    (DESCRIBE, JSON_LD, JSON_LD),
]


@pytest.mark.parametrize(("query", "accept", "expected"), CASES)
def test_the_answer_has_the_type_that_was_asked_for(
    client: FlaskClient, query: str, accept: str | None, expected: str | None
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = client.get("/sparql", query_string={"query": query}, headers=headers)
    if expected is None:
        assert response.status_code == 406
        assert response.get_json()["offered"]
        assert response.mimetype == "application/problem+json"
    else:
        assert (response.status_code, response.mimetype) == (200, expected)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        (SELECT, "json", JSON), (SELECT, "xml", XML), (SELECT, "csv", CSV), (SELECT, "TSV", TSV),
        (SELECT, "text/csv", CSV), (CONSTRUCT, "turtle", TURTLE), (CONSTRUCT, "ttl", TURTLE),
        (CONSTRUCT, "ntriples", NT), (CONSTRUCT, "nt", NT), (CONSTRUCT, "rdfxml", RDF_XML),
        (CONSTRUCT, "jsonld", JSON_LD), (CONSTRUCT, "json", JSON_LD),
    ],
)  # fmt: skip
def test_a_format_in_the_address_wins_over_the_header(
    client: FlaskClient, query: str, name: str, expected: str
) -> None:
    response = client.get(
        "/sparql", query_string={"query": query, "format": name}, headers={"Accept": "image/png"}
    )
    assert (response.status_code, response.mimetype) == (200, expected)


@pytest.mark.parametrize(
    ("query", "name"), [(SELECT, "turtle"), (CONSTRUCT, "csv"), (SELECT, "docx"), (ASK, "")]
)
def test_an_unknown_format_names_the_known_ones(client: FlaskClient, query: str, name: str) -> None:
    response = client.get("/sparql", query_string={"query": query, "format": name})
    assert response.status_code == 400
    assert response.get_json()["type"].endswith("/unknown-name")


TYPES = [
    "text/turtle",
    "application/json",
    "text/csv",
    "a/b",
    "*/*",
    "text/*",
    "application/*",
    "*/csv",
    "x",
    "",
]
PARAMETERS = st.sampled_from(
    ["", ";q=0", ";q=0.0", ";q=0.5", ";q=1", ";q=1.5", ";q=", ";x=y", ";x=y;q=0", "; Q=0.1"]
)
HEADERS = st.lists(st.tuples(st.sampled_from(TYPES), PARAMETERS).map("".join), max_size=6).map(", ".join)
OFFERS = [("turtle", ["text/turtle"]), ("json", ["application/json", "a/b"]), ("csv", ["text/csv"])]


@given(st.one_of(HEADERS, st.text(max_size=40)))
def test_any_header_gets_one_of_the_offers_or_none(header: str) -> None:
    chosen = choose(header, OFFERS)
    assert chosen in (None, "turtle", "json", "csv")
    assert all(0 <= one.quality <= 1 for one in parse_accept(header))


@given(HEADERS, st.sampled_from(OFFERS))
def test_what_is_refused_with_q_0_is_never_chosen(header: str, refused: tuple[str, list[str]]) -> None:
    name, media_types = refused
    kept = [part for part in header.split(", ") if part.partition(";")[0] not in media_types]
    refusal = [f"{media_type};q=0" for media_type in media_types]
    assert choose(", ".join([*kept, *refusal]), OFFERS) != name


@given(HEADERS)
def test_what_fits_no_range_is_never_chosen(header: str) -> None:
    named = [part for part in header.split(", ") if "*" not in part and part.startswith(("text/csv", "a/b"))]
    assert choose(", ".join(["image/png", *named]), OFFERS) in (None, "json", "csv")


@given(HEADERS, st.permutations(range(3)))
def test_the_order_of_the_ranges_does_not_matter(header: str, order: list[int]) -> None:
    parts = header.split(", ")
    assert choose(", ".join(reversed(parts)), OFFERS) == choose(header, OFFERS)
    if len(parts) == 3:
        assert choose(", ".join(parts[at] for at in order), OFFERS) == choose(header, OFFERS)


def test_no_header_and_an_unreadable_one_accept_everything() -> None:
    for header in (None, "", ";;;", "text", "*/csv"):
        assert choose(header, OFFERS) == "turtle"


def test_a_long_header_is_read_in_no_time() -> None:
    assert choose("text/" + "a" * 100_000 + ", text/csv" + ";a=b" * 20_000, OFFERS) == "csv"


def test_of_a_crowd_of_ranges_the_first_are_looked_at() -> None:
    assert len(parse_accept("a/b," * 8000)) == 64
    assert parse_accept("text/csv" + ",a/b" * 8000)[0].kind == "text"
