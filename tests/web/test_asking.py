"""What a request asks, read without Flask; entity tags, permanent links, and the way of every error."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from poca_kg import errors
from poca_kg.errors import LimitError, PocaError, RemoteAccessError, UnknownNameError
from poca_kg.store.formats import RdfSyntax, ResultFormat
from poca_kg.web.asking import Asked, RequestParts, job_of, read_asked
from poca_kg.web.forms import decode_fields
from poca_kg.web.headers import CONTENT_POLICY, standard_headers
from poca_kg.web.problems import SORTS, RefusedError, problem_of, sort_of
from poca_kg.web.tags import tag_of

ROWS, GRAPH = "SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
PLAIN = RequestParts(
    method="GET", query_string=b"", content_type=None, content_encoding=None, accept=None, body=b""
)


def read(most_s: float | None = None, **changes: Any) -> Asked | None:
    parts = RequestParts(**{**PLAIN, **changes})  # type: ignore[typeddict-item]
    return read_asked(max_query_bytes=1000, max_timeout_s=most_s, **parts)


def got(query: str, *more: tuple[str, str], **changes: Any) -> Asked:
    asked = read(query_string=urlencode([("query", query), *more]).encode(), **changes)
    assert asked is not None
    return asked


def test_what_is_asked_by_get_by_form_and_bare_is_the_same() -> None:
    dataset = [("default-graph-uri", "http://e/1"), ("named-graph-uri", "http://e/2"), ("timeout", "2.5")]
    fields = [("query", ROWS), *dataset]
    by_get = got(ROWS, *dataset)
    form = "application/x-www-form-urlencoded; charset=UTF-8"
    assert by_get == Asked(ROWS, ResultFormat.JSON, ("http://e/1",), ("http://e/2",), 2.5)
    assert read(method="POST", content_type=form, body=urlencode(fields).encode()) == by_get
    bare = "application/sparql-query"
    query_string = urlencode(dataset).encode()
    assert read(method="POST", content_type=bare, query_string=query_string, body=ROWS.encode()) == by_get
    assert read(method="HEAD", query_string=urlencode(fields).encode()) == by_get


@pytest.mark.parametrize("query_string", [b"", b"format=turtle"])
def test_a_request_for_the_description_asks_no_query(query_string: bytes) -> None:
    assert read(query_string=query_string) is None
    assert read(method="HEAD", query_string=query_string) is None


@pytest.mark.parametrize(
    ("query", "accept", "media"),
    [
        (ROWS, None, ResultFormat.JSON),
        (ROWS, "text/csv", ResultFormat.CSV),
        (GRAPH, None, RdfSyntax.TURTLE),
        (GRAPH, "application/ld+json", RdfSyntax.JSON_LD),
        ("DESCRIBE <http://e/a>", "application/json", RdfSyntax.JSON_LD),
        ("ASK {}", "application/json", ResultFormat.JSON),
    ],
)
def test_the_job_gives_the_one_format_that_was_chosen(
    query: str, accept: str | None, media: ResultFormat | RdfSyntax
) -> None:
    header = job_of(got(query, accept=accept)).header()
    assert (header["rows"], header["triples"]) == (
        (None, media.name) if isinstance(media, RdfSyntax) else (media.name, None)
    )


@pytest.mark.parametrize(
    ("given_s", "most_s", "expected"),
    [("5", 10.0, 5.0), ("1e3", 10.0, 10.0), ("0.001", None, 0.001), ("1000000", None, 1e6)],
)
def test_a_time_limit_may_be_lowered_and_never_raised(
    given_s: str, most_s: float | None, expected: float
) -> None:
    assert got(ROWS, ("timeout", given_s), most_s=most_s).timeout_s == expected


@pytest.mark.parametrize("wrong", ["", "0", "-1", "nan", "inf", "-inf", "1s", "ten", "1e400", "０x1"])
def test_a_time_limit_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(RefusedError, match="timeout") as caught:
        got(ROWS, ("timeout", wrong))
    assert sort_of(caught.value).status == 400


def test_two_time_limits_are_refused() -> None:
    with pytest.raises(RefusedError, match="timeout"):
        got(ROWS, ("timeout", "1"), ("timeout", "2"))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"query_string": b"query=ASK%7BSERVICE%3Chttp://a/%3E%7B%7D%7D"}, RemoteAccessError),
        ({"query_string": b"query=ASK" + b"%7B" * 300}, LimitError),
        ({"query_string": b"query=ASK%7B%7D&format=turtle"}, UnknownNameError),
        ({"query_string": b"query=ASK%7B%7D", "accept": "image/png"}, RefusedError),
        ({"method": "POST", "content_type": UPDATE, "body": b"CLEAR ALL"}, RefusedError),
        ({"method": "POST", "content_type": QUERY, "content_encoding": "gzip"}, RefusedError),
        ({"method": "POST"}, RefusedError),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_before_there_is_a_job(
    changes: dict[str, Any], kind: type[PocaError]
) -> None:
    with pytest.raises(kind):
        read(**changes)


REPEATABLE = Asked(ROWS, ResultFormat.JSON)


@pytest.mark.parametrize(
    "changes",
    [
        {"query": ROWS + " "},
        {"media": ResultFormat.XML},
        {"default_graphs": ("http://e/1",)},
        {"named_graphs": ("http://e/1",)},
        {"default_graphs": ("http://e/1", "http://e/2")},
        {"default_graphs": ("http://e/1",), "named_graphs": ("http://e/2",)},
    ],
)
def test_two_answers_that_may_differ_have_two_tags(changes: dict[str, Any]) -> None:
    other = replace(REPEATABLE, **changes)
    assert other.tag("v1") != REPEATABLE.tag("v1")
    assert other.tag("v1") == replace(other, timeout_s=3.0).tag("v1") != other.tag("v2")


@given(st.lists(st.text(max_size=3), max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_a_tag_tells_any_two_lists_of_texts_apart(one: list[str], other: list[str]) -> None:
    assert (tag_of("v", *one) == tag_of("v", *other)) == (one == other)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (NOW() AS ?x) {}", "SELECT (rand() AS ?x) {}", "SELECT (UUID() AS ?x) {}",
        "SELECT (STRUUID ( ) AS ?x) {}", "SELECT (BNODE() AS ?x) {}", "SELECT (BNODE('a') AS ?x) {}",
        "SELECT * { ?s ?p ?o FILTER(?o < Now # a note (\n # another\r\n\t()) }", "SELECT (1+NOW() AS ?x) {}",
        "SELECT (?aNOW() AS ?x) {}", "SELECT (NOW\x0b() AS ?x) {}",
    ],
)  # fmt: skip
def test_what_is_new_at_each_call_has_no_tag(text: str) -> None:
    asked = Asked(text, ResultFormat.JSON)
    assert not asked.is_repeatable
    assert asked.tag("v1") == ""
    assert ("Cache-Control", "no-store") in asked.headers("v1")


@pytest.mark.parametrize(
    "text", [ROWS, "SELECT ?now { ?now ?rand ?uuid }", 'ASK { ?s ?p "known, and random" }']
)
def test_what_only_looks_new_has_a_tag(text: str) -> None:
    assert Asked(text, ResultFormat.JSON).tag("v1")
    assert not Asked(text, ResultFormat.JSON).tag("")


def test_the_search_for_what_is_new_takes_linear_time() -> None:
    for unit in ("NOW ", "NOW#", "NOW #\n", " ", "#", "NOW", "\n#"):
        Asked(unit * 60_000, ResultFormat.JSON).is_repeatable  # noqa: B018 (a quadratic search takes minutes)


def test_who_has_the_answer_already_is_told_so_and_no_query_is_run(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from poca_kg.sandbox.store import SandboxedStore
    from poca_kg.store.embedded import EmbeddedStore

    how = {"query_string": {"query": "SELECT ?c { ?c a poca:City }"}}
    first = client.get("/sparql", **how)
    tag = first.headers["ETag"]
    for store in (EmbeddedStore, SandboxedStore):
        monkeypatch.setattr(store, "serialise", None)
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}'):
        for method in ("GET", "HEAD"):
            again = client.open("/sparql", method=method, headers={"If-None-Match": known}, **how)
            assert (again.status_code, again.data) == (304, b"")
            kept = ("ETag", "Vary", "Cache-Control", "Content-Location", "X-Graph-Version")
            assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]
            assert "Content-Type" not in again.headers


@pytest.mark.parametrize("known", ["", "*", '"other"', 'W/""', "nonsense"])
def test_who_has_another_answer_gets_this_one(client: FlaskClient, known: str) -> None:
    response = client.get("/sparql", query_string={"query": "ASK {}"}, headers={"If-None-Match": known})
    assert (response.status_code, response.json["boolean"]) == (200, True)


def test_a_post_is_answered_whatever_its_client_has(client: FlaskClient) -> None:
    tag = client.get("/sparql", query_string={"query": "ASK {}"}).headers["ETag"]
    response = client.post("/sparql", data={"query": "ASK {}"}, headers={"If-None-Match": tag})
    assert (response.status_code, response.headers["ETag"]) == (200, tag)


@pytest.mark.parametrize("address", ["/data", "/data?default", "/sparql", "/sparql?format=rdfxml"])
def test_dumps_and_descriptions_have_tags_too(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert client.get(address, headers={"If-None-Match": '"other"'}).data == first.data
    assert "Accept" in again.headers["Vary"]


def test_the_tag_of_a_description_is_that_of_its_address(client: FlaskClient) -> None:
    tags = {
        client.get("/sparql", headers={"Host": host}).headers["ETag"] for host in ("a.example", "b.example")
    }
    assert len(tags) == 2


def test_an_error_has_no_tag_and_is_kept_by_nobody(client: FlaskClient) -> None:
    for address in ("/sparql?query=SELEC", "/data?graph=http://e/none", "/nowhere"):
        headers = client.get(address, headers={"If-None-Match": "*"}).headers
        assert "ETag" not in headers
        assert headers["Cache-Control"] == "no-store"


def test_a_graph_that_changes_in_place_shows_no_version_and_no_tag(writer: FlaskClient) -> None:
    for address in ("/sparql?query=ASK%7B%7D", "/data", "/sparql"):
        headers = writer.get(address).headers
        assert not {"ETag", "X-Graph-Version"} & set(headers.keys())
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("SELECT ?c { ?c a poca:City FILTER(?c != <http://e/?a=b&c#d>) }", "text/csv"),
        ("SELECT ('''ü % + & \n''' AS ?x) {}", None),
        ("CONSTRUCT WHERE { ?s a poca:City }", "application/n-triples"),
    ],
)
def test_a_permanent_link_leads_to_the_same_answer(
    client: FlaskClient, query: str, accept: str | None
) -> None:
    dataset = "default-graph-uri=https://w3id.org/poca-kg/graph/other"
    headers = {"Accept": accept} if accept else {}
    posted = client.post(f"/sparql?{dataset}", data={"query": query}, headers=headers)
    link = posted.headers["Content-Location"]
    assert link.startswith("/sparql?")
    assert parse_qs(urlsplit(link).query)["query"] == [query]
    followed = client.get(link, headers={"Accept": "image/png"})
    assert (followed.status_code, followed.data) == (200, posted.data)
    assert followed.headers["Content-Location"] == link
    assert followed.mimetype == posted.mimetype


def test_a_link_that_would_be_too_long_is_left_out(client: FlaskClient) -> None:
    response = client.post("/sparql", data={"query": "ASK {}" + " " * 2000})
    assert response.status_code == 200
    assert "Content-Location" not in response.headers


ERRORS = [
    (errors.QueryTimeoutError("x", limit=9.0, elapsed=9.00049, retry_after=9.0), 503, "query-timeout", "9"),
    (errors.QueryMemoryError("x", limit=2.0), 503, "memory-limit", None),
    (errors.QueryCrashError("x", retry_after=0.2), 503, "query-crashed", "1"),
    (errors.QueryCancelledError("x", retry_after=1.0), 503, "stopping", "1"),
    (errors.ResultTooLargeError("x", limit=5), 413, "result-too-large", None),
    (errors.BusyError("x", retry_after=1.2), 503, "busy", "2"),
    (errors.FairShareError("x", retry_after=30.0), 429, "too-many-requests", "30"),
    (errors.LockedError("x"), 409, "store-locked", None),
    (errors.StorageFullError("x"), 507, "insufficient-storage", None),
    (errors.NotConformingError("x", report={"conforms": False}), 422, "does-not-conform", None),
    (errors.LimitError("x"), 400, "query-too-complex", None),
    (errors.RemoteAccessError("x"), 403, "remote-access-disabled", None),
    (errors.NotFoundError("x"), 404, "not-found", None),
    (errors.AnswerFormError("x"), 406, "not-acceptable", None),
    (errors.UsageError("x"), 400, "bad-request", None),
    (errors.InputError("x", place=errors.FilePlace("a", 2, 3)), 400, "malformed-document", None),
    (errors.QuerySyntaxError("x", line=2, column=3), 400, "malformed-query", None),
    (RefusedError("unauthorised", "x"), 401, "unauthorised", None),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status", "slug", "retry"), ERRORS, ids=lambda one: type(one).__name__)
def test_each_error_has_its_problem(error: PocaError, status: int, slug: str, retry: str | None) -> None:
    problem = problem_of(error, "7f")
    body, headers = json.loads(problem.body), dict(problem.headers)
    assert (problem.status, body["status"], problem.slug) == (status, status, slug)
    assert body["type"] == f"https://w3id.org/poca-kg/problem/{slug}"
    assert (body["title"], body["detail"], body["request_id"]) == (SORTS[slug].title, "x", "7f")
    assert headers.get("Retry-After") == retry
    assert headers["Content-Type"] == "application/problem+json"
    assert ("WWW-Authenticate" in headers) == (status == 401)
    if isinstance(error, LimitError) and error.limit is not None:
        assert body["limit"] == error.limit
    if isinstance(error, errors.QueryTimeoutError):
        assert body["elapsed"] == 9.0
    if isinstance(error, errors.NotConformingError):
        assert body["report"] == {"conforms": False}
    if isinstance(error, errors.InputError):
        assert (body["line"], body["column"]) == (2, 3)


@pytest.mark.parametrize("error", [RuntimeError("the secret"), PocaError("the secret"), MemoryError()])
def test_any_other_error_is_our_fault_and_says_nothing_of_itself(error: Exception) -> None:
    problem = problem_of(error, "7f")
    assert (problem.status, problem.is_ours) == (500, True)
    assert b"secret" not in problem.body


def test_every_error_class_of_ours_has_a_problem_of_its_own_sort() -> None:
    from poca_kg.web.problems import _BY_ERROR

    for at, (kind, _) in enumerate(_BY_ERROR):
        assert not any(issubclass(kind, earlier) for earlier, _ in _BY_ERROR[:at]), kind


def test_the_standard_headers_are_those_of_the_application(client: FlaskClient) -> None:
    response = client.get("/sparql?query=ASK%7B%7D")
    version = response.headers["X-Graph-Version"]
    expected = standard_headers(response.headers["X-Request-Id"], version)
    assert set(expected) <= set(response.headers.items())
    assert ("Content-Security-Policy", CONTENT_POLICY) in expected


def test_a_server_may_name_the_request(client: FlaskClient) -> None:
    from poca_kg.web.responses import REQUEST_ID

    response = client.get("/sparql?query=SELEC", environ_overrides={REQUEST_ID: "from-the-server"})
    assert response.headers["X-Request-Id"] == response.get_json()["request_id"] == "from-the-server"


ODD = (b"query", b"=", b"&", b"+", b"%3D", b"%26", b"%0D%0A", b"\r\n", b" ", b"_", b"\t", b".", b";")
BROKEN = (b"%c3%a9", b"%ff", b"%", b"%4", b"\xc3\xa9", b"\xff")


@given(st.lists(st.sampled_from([*ODD, *BROKEN]), max_size=14).map(b"".join))
def test_fields_are_those_that_the_library_reads(data: bytes) -> None:
    try:
        expected = parse_qsl(data.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(RefusedError, match="not UTF-8"):
            decode_fields(data, "the form")
    else:
        assert decode_fields(data, "the form") == expected
