"""Who may write, and what pages of other origins may read: rows B15 and B16 of the bar, case by case."""

from __future__ import annotations

import ast
import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import poca_kg.web as package
from poca_kg.errors import UsageError
from poca_kg.knowledge_graph import KnowledgeGraph
from poca_kg.store.embedded import EmbeddedStore
from poca_kg.web import create_app
from poca_kg.web.authorisation import check_authorisation, check_token
from poca_kg.web.problems import RefusedError
from poca_kg.web.writing import Desk

SENTINEL = "SENTINEL-" + "0123456789abcdef" * 3
AT = "/data?graph=http://example.org/g"
INSERT = "INSERT DATA { <http://e/a> <http://e/p> 1 }"
ONE = b"<http://e/a> <http://e/p> 1 ."
WRITES = [
    ("POST", "/update", "application/sparql-update", INSERT.encode()),
    ("POST", "/update", "application/x-www-form-urlencoded", b"update=CLEAR+ALL"),
    ("PUT", AT, "text/turtle", ONE),
    ("POST", AT, "text/turtle", ONE),
    ("POST", "/data", "text/turtle", ONE),
    ("DELETE", AT, "", b""),
    ("PUT", "/data/g", "text/turtle", ONE),
    ("POST", "/data/g", "text/turtle", ONE),
    ("DELETE", "/data/g", "", b""),
    ("PUT", "/data?default", "text/turtle", ONE),
    ("DELETE", "/data?default", "", b""),
]
NOT_THE_TOKEN = [
    None, "", "Bearer", "Bearer ", f"Bearer {SENTINEL[:-1]}", f"Bearer {SENTINEL}x",
    f"Bearer {SENTINEL.lower()}",
    f"Bearer {SENTINEL} {SENTINEL}", f"Bearer {SENTINEL},", f'Bearer "{SENTINEL}"', f"Bearer\t{SENTINEL}",
    f"Basic {SENTINEL}", f"Token {SENTINEL}", SENTINEL, f" {SENTINEL}", "Bearer null", "Bearer *", "Bearer é",
    f"Bearer {SENTINEL}é", "Bearer " + "x" * 10_000,
]  # fmt: skip


@pytest.fixture
def app(store: EmbeddedStore) -> Flask:
    """Give an application that takes writes to a store with one triple."""
    store.update(
        "INSERT DATA { <http://e/a> <http://e/p> 0 GRAPH <http://example.org/g> { <http://e/a> a 0 } }"
    )
    return create_app(KnowledgeGraph(store), writer=store, token=SENTINEL)


class Untouched(io.BytesIO):
    """A body that nobody may read."""

    def read(self, size: int | None = -1) -> bytes:
        raise AssertionError("the body was read before the token was seen")

    readline = readlines = readinto = read1 = read  # type: ignore[assignment]


@pytest.mark.parametrize(("method", "address", "media_type", "body"), WRITES)
@pytest.mark.parametrize("shown", NOT_THE_TOKEN)
def test_without_the_token_nothing_is_stored_and_no_body_is_read(
    client: FlaskClient,
    store: EmbeddedStore,
    shown: str | None,
    method: str,
    address: str,
    media_type: str,
    body: bytes,
) -> None:
    headers = {} if shown is None else {"Authorization": shown}
    response = client.open(
        address, method=method, content_type=media_type, headers=headers,
        input_stream=Untouched(), content_length=len(body),
    )  # fmt: skip
    assert (response.status_code, slug(response)) == (401, "unauthorised")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="poca-kg"'
    assert "Access-Control-Allow-Origin" not in response.headers
    assert store.size() == 2


@pytest.mark.parametrize(("method", "address", "media_type", "body"), WRITES)
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_with_the_token_each_of_them_gets_through(
    client: FlaskClient, scheme: str, method: str, address: str, media_type: str, body: bytes
) -> None:
    response = client.open(
        address, method=method, content_type=media_type, data=body,
        headers={"Authorization": f"{scheme} {SENTINEL}"},
    )  # fmt: skip
    expected = {404} if (method, address) == ("DELETE", "/data/g") else {201, 204}
    assert response.status_code in expected, response.text


@pytest.mark.parametrize(
    ("address", "data", "headers"),
    [
        (f"/update?token={SENTINEL}", {"update": INSERT}, {}),
        (f"/update?access_token={SENTINEL}", {"update": INSERT}, {}),
        ("/update", {"update": INSERT, "token": SENTINEL, "access_token": SENTINEL}, {}),
        ("/update", {"update": INSERT}, {"Cookie": f"token={SENTINEL}; Authorization=Bearer {SENTINEL}"}),
        ("/update", {"update": INSERT}, {"X-Authorization": f"Bearer {SENTINEL}"}),
        ("/update", {"update": INSERT}, {"Proxy-Authorization": f"Bearer {SENTINEL}"}),
        ("/update", {"update": INSERT}, {"Origin": "http://evil.example", "Referer": "http://evil.example/"}),
        ("/update", {"update": INSERT}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
    ],
)  # fmt: skip
def test_the_token_counts_in_its_header_alone_so_that_no_page_can_borrow_it(
    client: FlaskClient, store: EmbeddedStore, address: str, data: dict[str, str], headers: dict[str, str]
) -> None:
    response = client.post(address, data=data, headers=headers)
    assert (response.status_code, slug(response)) == (401, "unauthorised")
    assert "Set-Cookie" not in response.headers
    assert store.size() == 2


@pytest.mark.parametrize(
    ("method", "address", "data", "status", "expected"),
    [
        ("get", "/update?update=CLEAR+ALL", None, 405, "method-not-allowed"),
        ("get", "/sparql?update=CLEAR+ALL", None, 403, "read-only"),
        ("get", "/sparql?query=CLEAR+ALL", None, 400, "malformed-query"),
        ("post", "/sparql", {"update": "CLEAR ALL"}, 403, "read-only"),
        ("post", "/sparql", {"query": "CLEAR ALL"}, 400, "malformed-query"),
        ("get", "/?query=CLEAR+ALL", None, 400, ""),
    ],
)  # fmt: skip
def test_no_update_goes_by_get_or_where_queries_go_not_even_with_the_token(
    client: FlaskClient, store: EmbeddedStore, method: str, address: str,
    data: dict[str, str] | None, status: int, expected: str,
) -> None:  # fmt: skip
    response = getattr(client, method)(address, data=data, headers={"Authorization": f"Bearer {SENTINEL}"})
    assert response.status_code == status
    assert not expected or slug(response) == expected
    assert store.size() == 2


def test_reading_needs_no_token_and_a_wrong_one_does_not_matter(client: FlaskClient) -> None:
    for address in ("/", "/sparql", "/sparql?query=ASK%7B%7D", "/data", AT):
        assert client.get(address).status_code == 200
        assert client.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 200


def test_while_writes_are_off_the_token_opens_nothing(store: EmbeddedStore) -> None:
    client = create_app(KnowledgeGraph(store), token=SENTINEL).test_client()
    for method, address, media_type, body in WRITES:
        response = client.open(
            address, method=method, content_type=media_type, data=body,
            headers={"Authorization": f"Bearer {SENTINEL}"},
        )  # fmt: skip
        assert (response.status_code, slug(response)) == (403, "writes-disabled")
    assert store.size() == 0


@pytest.mark.parametrize(
    "token", [None, "", "short", "x" * 31, "x" * 20 + " " + "y" * 20, "é" * 40, "x" * 40 + "\n"]
)
def test_no_application_takes_writes_without_a_token_worth_the_name(
    store: EmbeddedStore, token: str | None
) -> None:
    with pytest.raises(UsageError, match="token") as caught:
        create_app(KnowledgeGraph(store), writer=store, token=token)
    assert not token or token not in str(caught.value)
    assert check_token("x" * 32) == "x" * 32


def test_the_token_is_in_no_answer_no_log_and_no_representation(
    app: Flask, client: FlaskClient, store: EmbeddedStore, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for shown in (SENTINEL, SENTINEL[:-1]):
            for method, address, media_type, body in WRITES:
                response = client.open(
                    address, method=method, content_type=media_type, data=body,
                    headers={"Authorization": f"Bearer {shown}"},
                )  # fmt: skip
                assert SENTINEL[:-1] not in f"{response.text}{response.headers}"
    assert SENTINEL[:-1] not in caplog.text
    assert SENTINEL not in repr(Desk(store, SENTINEL, 1)) + repr(app.config)
    with pytest.raises(RefusedError) as caught:
        check_authorisation(f"Bearer {SENTINEL[:-1]}", SENTINEL)
    assert SENTINEL[:-1] not in f"{caught.value}{caught.value.members}"


SECRETS = ("token", "authorization", "authorisation", "secret")
TELLING = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def comparisons(source: str) -> Iterator[int]:
    """Iterate over the lines in which a secret is compared; asking whether a character is in one is fine."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(isinstance(one, TELLING) for one in node.ops):
            is_search = isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.left, ast.Constant)
            if not is_search and any(word in ast.unparse(node).lower() for word in SECRETS):
                yield node.lineno


def test_a_token_is_compared_in_constant_time_and_in_one_place() -> None:
    modules = sorted(Path(package.__file__).parent.glob("*.py"))
    found = {path.name: list(comparisons(path.read_text())) for path in modules}
    assert found == {path.name: [] for path in modules}
    using = [path.name for path in modules if "compare_digest" in path.read_text()]
    assert using == ["authorisation.py"]


@pytest.mark.parametrize(
    "planted",
    [
        "given == token",
        "if self.token != shown: pass",
        'request.headers["Authorization"] == "Bearer " + t',
        "given in (token,)",
    ],
)
def test_a_planted_comparison_is_found(planted: str) -> None:
    assert list(comparisons(planted)) == [1]


READ, SHUT = "*", None
OF_EACH_ROUTE = {
    "/": {"GET": READ, "HEAD": READ, "POST": READ},
    "/sparql": {"GET": READ, "HEAD": READ, "POST": READ, "OPTIONS": READ, "PUT": READ, "DELETE": READ},
    "/data": {"GET": READ, "HEAD": READ, "OPTIONS": READ, "PUT": SHUT, "POST": SHUT, "DELETE": SHUT},
    "/data/<path:name>": {
        "GET": READ,
        "HEAD": READ,
        "OPTIONS": READ,
        "PUT": SHUT,
        "POST": SHUT,
        "DELETE": SHUT,
    },
    "/update": {"POST": SHUT, "OPTIONS": SHUT},
    "/static/<path:filename>": {"GET": READ, "HEAD": READ},
    "/validate": {"GET": READ, "HEAD": READ, "POST": READ, "OPTIONS": READ},
    "/shape/": {"GET": READ, "HEAD": READ, "OPTIONS": READ},
    "/shape/<name>": {"GET": READ, "HEAD": READ, "OPTIONS": READ},
}


def test_the_table_of_origins_knows_every_route(app: Flask) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules()} == set(OF_EACH_ROUTE)


@pytest.mark.parametrize(
    ("route", "method", "allowed"),
    [
        (route, method, allowed)
        for route, methods in OF_EACH_ROUTE.items()
        for method, allowed in methods.items()
    ],
)
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://w3id.org"])
@pytest.mark.parametrize("shown", ["", f"Bearer {SENTINEL}"])
def test_what_other_origins_may_read_is_the_same_for_all_of_them_and_never_with_credentials(
    client: FlaskClient, route: str, method: str, allowed: str | None, origin: str, shown: str
) -> None:
    address = (
        route.replace("<path:name>", "g")
        .replace("<name>", "City-atLevel")
        .replace("<path:filename>", "page.css")
    )
    headers = {"Origin": origin, "Authorization": shown, "Access-Control-Request-Method": "POST"}
    with client.open(address, method=method, headers=headers) as response:
        assert response.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert origin not in str(response.headers)
        methods = response.headers.get("Access-Control-Allow-Methods", "")
        assert "Authorization" not in response.headers.get("Access-Control-Allow-Headers", "")
    if route not in ("/sparql", "/validate"):
        assert not {"POST", "PUT", "DELETE"} & set(methods.split(", "))


def slug(response: object) -> str:
    """Return the sort of the problem that a response tells."""
    return str(response.get_json()["type"]).rpartition("/")[2]  # type: ignore[attr-defined]
