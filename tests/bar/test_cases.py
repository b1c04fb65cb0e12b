"""Every case of ``cases/*.toml`` against a server: right answer, in time, and nothing leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bar_cases import Case, Expected, load, load_all, wrong_with
from bar_http import Reply, exchange
from bar_server import PLAN, Server, values
from bar_watch import Canary, Tripwire

CASES = load_all()
WATCHED = ("sandbox", "validation")
LIMITS = {"writing": "write_s", "validation": "validation_s"}


def named(case: Case) -> str:
    return f"{case.row}: {case.name}"


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file that nobody may read, as an address."""
    path = tmp_path_factory.mktemp("secret") / "secret.ttl"
    path.write_text('<http://e/secret> <http://e/is> "SENTINEL" .\n')
    return path.as_uri()


@pytest.fixture(scope="module")
def watched(server_for: Callable[[str], Server]) -> Iterator[None]:
    """Sing to the server with the sandbox for as long as its cases run."""
    yield from sing(server_for("sandbox"))


@pytest.fixture(scope="module")
def watched_judges(server_for: Callable[[str], Server]) -> Iterator[None]:
    """Sing to the server that validates for as long as its cases run."""
    yield from sing(server_for("validation"))


def sing(server: Server) -> Iterator[None]:
    with Canary(server.address, PLAN["canary_pause_s"], PLAN["canary_longest_s"]) as canary:
        yield
    assert canary.wrong() == []
    assert server.alive()


def test_names_are_used_once() -> None:
    names = [named(case) for case in CASES]
    assert sorted(set(names)) == sorted(names)


def test_every_row_that_is_a_matter_of_cases_has_some() -> None:
    assert {case.row for case in CASES} >= {"B1", "B2", "B3", "B6", "B7", "B8", "B15", "B16", "B20"}
    assert sum(case.row == "B2" for case in CASES) >= 60
    assert len({case.name for case in CASES if case.row == "B3"}) >= 20


@pytest.mark.parametrize("feature", [name for name, what in PLAN["features"].items() if what["required"]])
def test_what_is_required_is_there(server_for: Callable[[str], Server], feature: str) -> None:
    assert server_for(feature).alive()


@pytest.mark.parametrize("case", [case for case in CASES if case.needs not in WATCHED], ids=named)
def test_a_case(server_for: Callable[[str], Server], tripwire: Tripwire, secret: str, case: Case) -> None:
    check(server_for(case.needs), case, tripwire, secret)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("case", [case for case in CASES if case.needs == "sandbox"], ids=named)
def test_a_case_that_nobody_else_notices(
    server_for: Callable[[str], Server], tripwire: Tripwire, secret: str, case: Case
) -> None:
    check(server_for(case.needs), case, tripwire, secret)


@pytest.mark.usefixtures("watched_judges")
@pytest.mark.parametrize("case", [case for case in CASES if case.needs == "validation"], ids=named)
def test_what_is_validated_is_noticed_by_nobody_else(
    server_for: Callable[[str], Server], tripwire: Tripwire, secret: str, case: Case
) -> None:
    check(server_for(case.needs), case, tripwire, secret)


def check(server: Server, case: Case, tripwire: Tripwire, secret: str) -> None:
    """Send a case and compare what comes back with what is expected."""
    before = len(tripwire.visits)
    path, headers, body = case.filled(values(OUTSIDE=tripwire.address, SECRET=secret))
    limit_s = PLAN[LIMITS.get(case.needs, "limit_s")]
    longest = case.longest_s(limit_s)
    reply = exchange(server.address, case.method, path, headers=headers, body=body, patience_s=longest + 3)
    assert wrong_with(case, reply, limit_s) == []
    assert tripwire.visits[before:] == []
    assert server.alive()


def told(status: int, body: bytes) -> Reply:
    return Reply(status, {"content-type": "application/problem+json"}, body)


WRONG = {
    "another status": (Reply(200, {"content-type": "text/plain"}), "200"),
    "another slug": (told(400, b'{"type": "x/y"}'), "400 y, not"),
    "an error of no shape": (Reply(400, {"content-type": "text/html"}, b"no"), "problem+json"),
    "an error without members": (told(400, b"{}"), "no title"),
    "a busy server that does not say until when": (told(503, b'{"type": "x/busy"}'), "Retry-After"),
    "insides": (told(400, b'{"detail": "Traceback (most recent"}'), "shows"),
    "a late answer": (Reply(400, elapsed_s=9.0), "took 9.00 s"),
    "half an answer": (Reply(200, complete=False), "cut off"),
    "no answer": (Reply(0, complete=False), "cut off"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_found(kind: str) -> None:
    reply, complaint = WRONG[kind]
    case = Case("B0", kind, "", "POST", "/", {}, b"", (Expected.read("400 malformed-query"),), within_s=5.0)
    assert any(complaint in one for one in wrong_with(case, reply, 2.0))


@pytest.mark.parametrize(
    ("complete", "expected", "right"),
    [(False, "200 cut", True), (True, "200 cut", False), (False, "200", False), (True, "200", True)],
)
def test_a_cut_is_right_only_where_it_is_expected(complete: bool, expected: str, right: bool) -> None:
    case = Case("B0", "cut", "", "POST", "/", {}, b"", (Expected.read(expected),), within_s=5.0)
    assert (wrong_with(case, Reply(200, complete=complete), 2.0) == []) is right


def test_a_member_that_means_nothing_is_found(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text('row = "B0"\n[[case]]\nname = "a"\nexpekt = ["200"]\n')
    with pytest.raises(ValueError, match="expekt"):
        load(path)


def test_a_tripwire_notices_a_visit() -> None:
    with Tripwire() as wire:
        exchange(wire.address, "GET", "/")
    assert len(wire.visits) == 1
