"""A query at the desk: the cache, jobs that are shared, and clients who hang up; the sandbox is a fake."""

import asyncio
import gzip
import json

import pytest
from front_support import address_of, settle

from poca_kg.errors import (
    BusyError,
    FairShareError,
    QueryMemoryError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
)
from poca_kg.sandbox.spool import Spool

ROWS = b"x\r\n" + b"Milan,Turin\r\n" * 200
LARGE = b"x\r\n" + b"Milan,Turin\r\n" * 20_000


async def read(pieces) -> bytes:
    return b"".join([piece async for piece in pieces])


def test_a_query_is_asked_of_the_sandbox_once_and_then_answered_from_the_cache(desk):
    first = desk.ask("ASK {}")
    assert first.response is None
    desk.runs[0].answer(b"yes")
    again = desk.ask("ASK {}")
    assert len(desk.runs) == 1
    assert (first.response.status, first.response.body) == (again.response.status, again.response.body)
    own = {"X-Request-Id"}
    assert {k: v for k, v in first.headers.items() if k not in own} == {
        k: v for k, v in again.headers.items() if k not in own
    }
    assert again.headers["X-Request-Id"] == again.request.id
    assert again.headers["X-Graph-Version"] == "v1"
    assert "Accept-Encoding" in again.headers["Vary"]


@pytest.mark.parametrize(
    "other",
    [
        {"headers": {"accept": "text/csv"}},
        {"query_string": address_of("ASK {}", format="csv").encode()},
        {"query_string": address_of("ASK {}", **{"default-graph-uri": "http://e/g"}).encode()},
        {"query_string": address_of("ASK { }").encode()},
        {"method": "POST", "query_string": b"", "body": b"ASK {}"}
        | {"headers": {"content-type": "application/sparql-query", "accept": "text/csv"}},
    ],
)
def test_what_is_asked_otherwise_is_not_answered_from_the_cache(desk, other):
    desk.ask("ASK {}")
    desk.runs[0].answer(b"yes")
    assert desk.ask(**({"query": "ASK {}"} | other)).response is None
    assert len(desk.runs) == 2


def test_a_body_is_cached_by_all_of_its_bytes(desk):
    headers = {"content-type": "application/sparql-query"}
    for text, answer in ((b"ASK {}", b"one"), (b"ASK { }", b"two")):
        desk.ask(method="POST", body=text, headers=headers)
        desk.runs[-1].answer(answer)
    assert desk.ask(method="POST", body=b"ASK {}", headers=headers).response.body == b"one"
    assert desk.ask(method="POST", body=b"ASK { }", headers=headers).response.body == b"two"


@pytest.mark.parametrize(
    "call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()", "rand ( )", "Now#c\n()"]
)
def test_what_is_new_each_time_is_asked_each_time(desk, call):
    query = f"SELECT ({call} AS ?x) {{}}"
    first, second = desk.ask(query), desk.ask(query)
    assert len(desk.runs) == 2
    for run in desk.runs:
        run.answer(b"x")
    assert first.headers["Cache-Control"] == "no-store"
    assert "ETag" not in second.headers
    assert desk.ask(query).response is None


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (QuerySyntaxError("unexpected 'x'", line=1, column=1), 400),
        (QueryTimeoutError("it was ended", limit=10.0, retry_after=10), 503),
        (QueryMemoryError("it wanted more"), 503),
        (ResultTooLargeError("too large", limit=1), 413),
        (BusyError("nobody is free", retry_after=1.0), 503),
    ],
)
def test_an_error_is_told_as_a_problem_and_never_kept(desk, error, status):
    call = desk.ask("ASK {}")
    desk.runs[0].done(error)
    assert call.response.status == status
    assert call.headers["Content-Type"] == "application/problem+json"
    assert json.loads(call.response.body)["request_id"] == call.request.id
    assert desk.ask("ASK {}").response is None
    assert len(desk.runs) == 2


def test_a_query_that_the_lexer_refuses_costs_no_job(desk):
    call = desk.ask("SELECT * { SERVICE <http://e/> { ?s ?p ?o } }")
    assert (call.response.status, desk.runs) == (403, [])


def test_a_request_for_the_description_goes_to_flask(desk):
    desk.ask(query_string=b"format=turtle")
    assert len(desk.to_flask) == 1


def test_a_time_limit_of_the_request_reaches_the_sandbox(desk):
    desk.ask(query_string=address_of("ASK {}", timeout="2.5").encode())
    assert desk.runs[0].timeout_s == 2.5


# Entity tags


def test_a_client_that_has_the_answer_is_told_so_with_and_without_the_cache(desk):
    first = desk.ask("ASK {}")
    desk.runs[0].answer(b"yes")
    tag = {"if-none-match": first.headers["ETag"]}
    kept = desk.ask("ASK {}", headers=tag)
    desk.cache.turn_to("v1")
    not_kept = desk.ask("ASK {}", headers=tag)
    for call in (kept, not_kept):
        assert (call.response.status, call.response.body) == (304, b"")
        assert call.headers["ETag"] == tag["if-none-match"]
        assert "Content-Type" not in call.headers
    assert len(desk.runs) == 1


def test_a_tag_of_another_version_is_worth_nothing(desk):
    first = desk.ask("ASK {}")
    desk.runs[0].answer(b"yes")
    desk.version = "v2"
    assert desk.ask("ASK {}", headers={"if-none-match": first.headers["ETag"]}).response is None


def test_a_post_is_never_told_that_its_client_has_the_answer(desk):
    first = desk.ask("ASK {}")
    desk.runs[0].answer(b"yes")
    headers = {"content-type": "application/sparql-query", "if-none-match": first.headers["ETag"]}
    assert desk.ask(method="POST", body=b"ASK {}", headers=headers).response is None


# Versions


def test_an_answer_bears_the_version_that_it_comes_from_and_is_kept_for_that_one_only(desk):
    call = desk.ask("ASK {}")
    desk.version = "v2"
    desk.runs[0].answer(b"old", "v1")
    assert call.headers["X-Graph-Version"] == "v1"
    assert desk.ask("ASK {}").response is None
    desk.runs[1].answer(b"new", "v2")
    assert desk.ask("ASK {}").response.body == b"new"


def test_an_answer_from_a_newer_version_is_tagged_as_such(desk):
    call = desk.ask("ASK {}")
    desk.version = "v2"
    desk.runs[0].answer(b"new", "v2")
    again = desk.ask("ASK {}", headers={"if-none-match": call.headers["ETag"]})
    assert again.response.status == 304


def test_a_job_on_the_old_version_is_not_shared_with_who_may_see_the_new_one(desk):
    desk.ask("ASK {}")
    desk.version = "v2"
    desk.ask("ASK {}")
    assert len(desk.runs) == 2


# Jobs that are shared


def test_equal_queries_at_the_same_time_are_one_job(desk):
    calls = [desk.ask("ASK {}", peer=f"203.0.113.{number}") for number in range(5)]
    calls.append(desk.ask(query_string=b"&" + address_of("ASK {}").encode()))
    assert len(desk.runs) == 1
    assert desk.runs[0].client == "203.0.113.0"
    desk.runs[0].answer(b"yes")
    assert {call.response.body for call in calls} == {b"yes"}
    assert len({call.headers["X-Request-Id"] for call in calls}) == 6


def test_an_error_is_told_to_all_who_wait(desk):
    calls = [desk.ask("ASK {}") for _ in range(3)]
    desk.runs[0].done(QueryTimeoutError("it was ended", limit=10.0))
    assert [call.response.status for call in calls] == [503, 503, 503]


def test_who_has_used_up_a_share_does_not_stop_others_who_ask_the_same(desk):
    poor, rich = desk.ask("ASK {}", peer="203.0.113.1"), desk.ask("ASK {}", peer="203.0.113.2")
    desk.runs[0].done(FairShareError("used up", retry_after=3.0))
    assert poor.response.status == 429
    assert rich.response is None
    desk.runs[1].answer(b"yes")
    assert rich.response.body == b"yes"
    assert desk.runs[1].client == "203.0.113.2"


def test_a_query_with_another_time_limit_is_another_job(desk):
    desk.ask("ASK {}")
    desk.ask(query_string=address_of("ASK {}", timeout="1").encode())
    assert len(desk.runs) == 2


# Clients who hang up


def test_a_job_that_nobody_waits_for_is_ended(desk):
    call = desk.ask("ASK {}")
    call.hang_up()
    assert desk.runs[0].job.cancellation.is_cancelled
    desk.runs[0].answer(b"too late")
    assert call.response is None
    assert desk.runs[0].dropped == 1


def test_a_job_goes_on_while_somebody_waits_for_it(desk):
    first, second = desk.ask("ASK {}"), desk.ask("ASK {}")
    first.hang_up()
    assert not desk.runs[0].job.cancellation.is_cancelled
    desk.runs[0].answer(b"yes")
    assert (first.response, second.response.body) == (None, b"yes")


def test_nobody_joins_a_job_that_was_given_up(desk):
    desk.ask("ASK {}").hang_up()
    desk.ask("ASK {}")
    assert len(desk.runs) == 2
    assert not desk.runs[1].job.cancellation.is_cancelled


def test_hanging_up_after_the_answer_harms_nobody(desk):
    call = desk.ask("ASK {}")
    desk.runs[0].answer(b"yes")
    call.hang_up()
    assert desk.runs[0].dropped == 1


# Answers that arrive bit by bit


def test_an_answer_on_its_way_is_passed_on_and_then_kept(desk):
    async def scene() -> None:
        call, spool = desk.ask("SELECT * { ?s ?p ?o }"), Spool(1 << 20)
        spool.append(b"first ")
        desk.runs[0].answer(spool)
        pieces = call.response.pieces
        assert await anext(pieces) == b"first "
        spool.append(b"second")
        spool.finish()
        assert await read(pieces) == b"second"
        await pieces.aclose()
        await settle(lambda: desk.runs[0].dropped)

    asyncio.run(scene())
    assert desk.runs[0].dropped == 1
    assert desk.ask("SELECT * { ?s ?p ?o }").response.body == b"first second"


def test_an_answer_that_fails_on_its_way_fails_for_its_readers_and_is_not_kept(desk):
    async def scene() -> None:
        call, spool = desk.ask("SELECT * { ?s ?p ?o }"), Spool(1 << 20)
        spool.append(b"first ")
        desk.runs[0].answer(spool)
        pieces = call.response.pieces
        await anext(pieces)
        spool.finish(QueryTimeoutError("it was ended"))
        with pytest.raises(QueryTimeoutError):
            await read(pieces)

    asyncio.run(scene())
    assert desk.runs[0].dropped == 1
    assert desk.ask("SELECT * { ?s ?p ?o }").response is None


def test_several_read_one_answer_on_its_way_and_it_is_dropped_after_the_last(desk):
    async def scene() -> None:
        spool = Spool(4)
        first, second = desk.ask("SELECT * { ?s ?p ?o }"), desk.ask("SELECT * { ?s ?p ?o }")
        spool.append(b"Milan")
        desk.runs[0].answer(spool)
        late = desk.ask("SELECT * { ?s ?p ?o }")
        assert len(desk.runs) == 1
        await anext(first.response.pieces)
        await first.response.pieces.aclose()
        assert desk.runs[0].dropped == 0
        spool.append(b" Turin")
        spool.finish()
        assert await read(second.response.pieces) == b"Milan Turin"
        assert await read(late.response.pieces) == b"Milan Turin"
        await settle(lambda: desk.runs[0].dropped)

    asyncio.run(scene())


def test_a_reader_who_never_begins_to_read_lets_go_of_the_answer(desk):
    async def scene() -> None:
        call, spool = desk.ask("SELECT * { ?s ?p ?o }"), Spool(1 << 20)
        desk.runs[0].answer(spool)
        await call.response.pieces.aclose()

    asyncio.run(scene())
    assert desk.runs[0].dropped == 1


def test_an_answer_that_has_become_too_large_to_keep_is_dropped_and_not_kept(desk):
    async def scene() -> None:
        call, spool = desk.ask("SELECT * { ?s ?p ?o }"), Spool(1 << 10)
        desk.runs[0].answer(spool)
        spool.append(b"x" * 1_000_001)
        spool.finish()
        assert len(await read(call.response.pieces)) == 1_000_001

    asyncio.run(scene())
    assert desk.runs[0].dropped == 1
    assert desk.ask("SELECT * { ?s ?p ?o }").response is None


def test_readers_who_wait_for_more_hold_up_nothing_else(desk):
    async def scene() -> None:
        spool, headers = Spool(1 << 20), {"content-type": "application/sparql-query"}
        spool.append(b"Milan")
        calls = [desk.ask("SELECT * { ?s ?p ?o }") for _ in range(40)]
        desk.runs[0].answer(spool)
        reading = [asyncio.ensure_future(read(call.response.pieces)) for call in calls]
        await asyncio.sleep(0.05)
        desk.ask(method="POST", body=b"ASK {}" + b" " * 20_000, headers=headers)
        await settle(lambda: len(desk.runs) == 2)
        spool.append(b" Turin")
        spool.finish()
        assert set(await asyncio.gather(*reading)) == {b"Milan Turin"}

    asyncio.run(scene())


@pytest.mark.parametrize("in_memory", [0, 10, 1 << 20])
def test_readers_miss_nothing_of_an_answer_that_a_thread_writes(desk, in_memory):
    parts = [b"%d," % number for number in range(3000)]
    spool = Spool(in_memory)

    def write() -> None:
        for part in parts:
            spool.append(part)
        spool.finish()

    async def scene() -> None:
        calls = [desk.ask("SELECT * { ?s ?p ?o }") for _ in range(4)]
        desk.runs[0].answer(spool)
        writing = asyncio.get_running_loop().run_in_executor(None, write)
        found = await asyncio.wait_for(asyncio.gather(*(read(call.response.pieces) for call in calls)), 15)
        await writing
        assert set(found) == {b"".join(parts)}
        await settle(lambda: desk.runs[0].dropped)

    asyncio.run(scene())
    assert desk.runs[0].dropped == 1


# Packed answers


@pytest.mark.parametrize("body", [ROWS, LARGE])
def test_an_answer_is_packed_for_who_likes_it_and_its_tag_stays(desk, body):
    async def scene() -> None:
        plain = desk.ask("ASK {}")
        desk.runs[0].answer(body)
        packed = [desk.ask("ASK {}", headers={"accept-encoding": "gzip"}) for _ in range(3)]
        await settle(lambda: all(call.response for call in packed))
        assert plain.response.body == body
        for call in packed:
            assert gzip.decompress(call.response.body) == body
            assert call.headers["Content-Encoding"] == "gzip"
            assert call.headers["ETag"] == plain.headers["ETag"]

    asyncio.run(scene())


def test_a_small_answer_is_sent_as_it_is(desk):
    call = desk.ask("ASK {}", headers={"accept-encoding": "gzip"})
    desk.runs[0].answer(b"yes")
    assert call.response.body == b"yes"
    assert "Content-Encoding" not in call.headers


def test_an_answer_on_its_way_is_packed_as_it_passes(desk):
    async def scene() -> None:
        call = desk.ask("SELECT * { ?s ?p ?o }", headers={"accept-encoding": "gzip"})
        spool = Spool(1 << 20)
        desk.runs[0].answer(spool)
        spool.append(ROWS)
        spool.finish()
        assert gzip.decompress(await read(call.response.pieces)) == ROWS
        assert call.headers["Content-Encoding"] == "gzip"

    asyncio.run(scene())


@pytest.mark.parametrize("ending", [" " * 20_000, " SERVICE" + " " * 20_000])
def test_a_long_query_is_looked_at_beside_the_loop(desk, ending):
    async def scene() -> None:
        headers = {"content-type": "application/sparql-query"}
        call = desk.ask(method="POST", body=f"ASK {{}}{ending}".encode(), headers=headers)
        assert (desk.runs, call.response) == ([], None)
        await settle(lambda: desk.runs or call.response)
        if desk.runs:
            desk.runs[0].answer(b"yes")
        assert call.response.status == (403 if "SERVICE" in ending else 200)

    asyncio.run(scene())
