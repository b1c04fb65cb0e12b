"""Rows B2 and B3 of the bar: whatever a query is like, it ends in time and nobody else notices."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sandbox_support import LIMIT_S, LIMITS, RUNAWAY, Canary, Ungated, attempt, parents, wait_for

from poca_kg.errors import (
    InputError,
    LimitError,
    QueryCrashError,
    QueryMemoryError,
    QueryTimeoutError,
    ResultTooLargeError,
    UsageError,
)
from poca_kg.sandbox.jobs import QueryJob
from poca_kg.sandbox.sandbox import Sandbox

PREFIX = "PREFIX e: <http://e/> "
TYPED = (LimitError, InputError, UsageError)
SIZES = (300, 2_000, 10_000)


def nested(opening: str, middle: str, closing: str, frame: str = "SELECT * {{ {} }}"):
    return lambda n: frame.format(opening * n + middle + closing * n)


def chained(first: str, link: str, frame: str = "SELECT * {{ {} }}"):
    return lambda n: frame.format(first + link * n)


CONSTRUCTS = {
    "parentheses": nested("(", "1", ")", "ASK {{ FILTER({}) }}"),
    "groups": nested("{", "", "}"),
    "negations": nested("!", "true", "", "ASK {{ FILTER({}) }}"),
    "blank-nodes": nested("[ e:p ", "1", " ]", "SELECT * {{ ?s e:p {} }}"),
    "lists": nested("( ", "1", " )", "SELECT * {{ ?s e:p {} }}"),
    "triple-terms": nested("<<( e:a e:p ", "1", " )>>", "SELECT * {{ ?s e:p {} }}"),
    "optional": nested("OPTIONAL { ?s ?p ?o ", "", "}"),
    "exists": nested("FILTER EXISTS { ?s ?p ?o ", "", "}"),
    "minus": nested("MINUS { ?s ?p ?o ", "", "}"),
    "if": nested("IF(true, ", "1", ", 2)", "SELECT ({} AS ?x) {{}}"),
    "sub-select": nested("{ SELECT * { ", "?s ?p ?o", " } }"),
    "sum": chained("1", "+1", "SELECT ({} AS ?x) {{}}"),
    "or": chained("false", "||false", "ASK {{ FILTER({}) }}"),
    "union": chained("{ ?s ?p 0 }", " UNION { ?s ?p 1 }"),
    "bind": lambda n: "SELECT * { " + " ".join(f"BIND({i} AS ?v{i})" for i in range(n)) + " }",
    "alternatives": chained("e:p", "|e:p", "SELECT * {{ ?s {} ?o }}"),
}

PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
NUMBERS = " ".join(f"VALUES ?v{i} {{ {' '.join(map(str, range(200)))} }}" for i in range(6))
RUNAWAYS = {
    "cross-product": f"SELECT * {{ {PRODUCT} }}",
    "values-product": f"SELECT * {{ {NUMBERS} }}",
    "order-by": f"SELECT * {{ {PRODUCT} }} ORDER BY ?l ?a",
    "group-by": f"SELECT ?a ?d (COUNT(*) AS ?n) {{ {PRODUCT} }} GROUP BY ?a ?d ?g ?j",
    "count": RUNAWAY,
    "distinct": f"SELECT DISTINCT * {{ {PRODUCT} }}",
    "group-concat": f"SELECT (GROUP_CONCAT(STR(?a)) AS ?x) {{ {PRODUCT} }}",
    "replace": "SELECT (STRLEN(?s40) AS ?n) { BIND('aaaaaaaa' AS ?s0) "
    + " ".join(f"BIND(REPLACE(?s{i}, 'a', 'aa') AS ?s{i + 1})" for i in range(40))
    + " }",
    "concat": "SELECT (STRLEN(?s40) AS ?n) { BIND('aaaaaaaa' AS ?s0) "
    + " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(40))
    + " }",
    "path-of-1000": "SELECT * { ?s " + "/".join(["e:knows"] * 1000) + " ?o }",
    "path-of-60": "SELECT * { ?s " + "/".join(["e:knows"] * 60) + " ?o }",
    "list-300-deep": "SELECT * { ?s ?p " + "(" * 300 + "1" + ")" * 300 + " }",
    "patterns-300": "SELECT * { " + " . ".join(f"?a{i} ?p{i} ?a{i + 1}" for i in range(300)) + " }",
    "patterns-200": "SELECT * { " + " . ".join(f"?a{i} ?p{i} ?a{i + 1}" for i in range(200)) + " }",
    "optionals-1000": "SELECT * { " + " ".join(f"OPTIONAL {{ ?s ?p{i} ?o{i} }}" for i in range(1000)) + " }",
    "optionals-120": "SELECT * { " + " ".join(f"OPTIONAL {{ ?s ?p{i} ?o{i} }}" for i in range(120)) + " }",
    "star-on-a-clique": "SELECT * { ?a e:knows* ?b . ?b e:knows* ?c . ?c e:knows* ?d }",
    "stars-in-stars": "SELECT * { ?a ((e:knows*)+/(e:next|^e:next)*)* ?b . ?b !(e:x)* ?c }",
    "not-exists": f"SELECT * {{ {PRODUCT} FILTER NOT EXISTS {{ ?x ?y ?z FILTER(?x = ?a && ?z = ?l) }} }}",
    "minus": f"SELECT * {{ {PRODUCT} MINUS {{ ?a ?y ?l . ?d ?y2 ?l2 . ?g ?y3 ?l3 }} }}",
    "construct": f"CONSTRUCT {{ ?a ?e ?l . ?d ?h ?c }} WHERE {{ {PRODUCT} }}",
    "describe": f"DESCRIBE ?a ?d WHERE {{ {PRODUCT} }}",
    "regex": f"SELECT * {{ {PRODUCT} FILTER(REGEX(CONCAT(STR(?a), STR(?d), STR(?l)), '^(a+)+$|(e*)+x')) }}",
    "sub-selects": f"ASK {{ {{ SELECT * {{ {PRODUCT} }} }} {{ SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }} }} }}",
    "order-by-rand": f"SELECT * {{ {PRODUCT} }} ORDER BY RAND() LIMIT 1",
    "hashes": f"SELECT (MAX(SHA512(CONCAT(STR(?a), STR(?l)))) AS ?m) {{ {PRODUCT} }}",
}


@pytest.fixture(scope="module", autouse=True)
def nobody_notices(sandbox):
    """Sing throughout the module: no canary fails, and the parent of the workers lives on."""
    parent = parents()
    with Canary(sandbox) as canary:
        yield
    assert canary.failures == []
    assert max(canary.times) < 2.0
    assert canary.times
    assert parents() == parent
    assert sandbox.statistics().restarts == 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_deep_or_long_query_is_refused_or_answered(sandbox: Sandbox, construct: str, size: int) -> None:
    report = attempt(sandbox, QueryJob(PREFIX + CONSTRUCTS[construct](size)))
    assert report.error is None or isinstance(report.error, TYPED)
    assert report.elapsed_s < LIMIT_S + 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_it_harms_nobody_even_where_no_gate_stands(sandbox: Sandbox, construct: str, size: int) -> None:
    report = attempt(sandbox, Ungated(PREFIX + CONSTRUCTS[construct](size)))
    assert report.error is None or isinstance(report.error, TYPED)
    assert report.elapsed_s < LIMIT_S + 1


@pytest.mark.parametrize("kind", RUNAWAYS)
def test_a_runaway_query_is_ended_in_time(sandbox: Sandbox, kind: str) -> None:
    report = attempt(sandbox, QueryJob(PREFIX + RUNAWAYS[kind]))
    assert report.error is None or isinstance(report.error, TYPED)
    assert report.elapsed_s < LIMIT_S + 1


@pytest.mark.parametrize(
    "kind", ["path-of-1000", "list-300-deep", "patterns-300", "optionals-1000", "cross-product"]
)
def test_a_runaway_query_is_ended_in_time_where_no_gate_stands(sandbox: Sandbox, kind: str) -> None:
    report = attempt(sandbox, Ungated(PREFIX + RUNAWAYS[kind]))
    assert report.error is None or isinstance(report.error, TYPED)
    assert report.elapsed_s < LIMIT_S + 1


def test_the_runaways_are_enough_and_do_run_away(sandbox: Sandbox) -> None:
    assert len(RUNAWAYS) >= 20
    report = attempt(sandbox, QueryJob(RUNAWAY))
    assert isinstance(report.error, QueryTimeoutError)
    assert report.error.limit == LIMIT_S
    assert LIMIT_S <= report.error.elapsed < LIMIT_S + 0.5
    assert report.error.retry_after > 0


def test_the_large_stack_answers_what_would_kill_a_thread_of_the_usual_size(sandbox: Sandbox) -> None:
    report = attempt(sandbox, Ungated("SELECT * " + "{" * 2000 + "}" * 2000))
    assert report.error is None
    assert report.body


def test_a_crash_of_the_engine_is_told_as_one(sandbox: Sandbox) -> None:
    report = attempt(sandbox, Ungated("SELECT * " + "{" * 3_000_000 + "}" * 3_000_000))
    assert isinstance(report.error, QueryCrashError | QueryTimeoutError | QueryMemoryError)


@pytest.mark.parametrize("kind", ["group-concat", "replace", "concat", "order-by"])
def test_a_memory_bomb_is_told_as_one(start, kind: str) -> None:
    sandbox = start(timeout_s=20.0, memory_bytes=96 << 20)
    report = attempt(sandbox, QueryJob(PREFIX + RUNAWAYS[kind]))
    assert isinstance(report.error, QueryMemoryError | ResultTooLargeError), report.error
    assert report.error.limit
    assert attempt(sandbox, QueryJob("ASK {}")).error is None


def test_eight_runaways_at_once_leave_room_for_the_light(sandbox: Sandbox) -> None:
    with Canary(sandbox, pause_s=0.02) as canary, ThreadPoolExecutor(8) as threads:
        reports = list(threads.map(lambda _: attempt(sandbox, QueryJob(RUNAWAY)), range(8)))
    assert all(isinstance(report.error, LimitError) for report in reports)
    assert max(report.elapsed_s for report in reports) < LIMIT_S + 1
    assert canary.failures == []
    assert max(canary.times) < 2.0


def test_afterwards_nothing_runs_on(sandbox: Sandbox) -> None:
    assert wait_for(lambda: sandbox.statistics().busy == 0)
    assert wait_for(lambda: sandbox.statistics().spare == LIMITS.processes)
    assert threading.active_count() < 10
