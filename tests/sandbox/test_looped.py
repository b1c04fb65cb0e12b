"""Jobs run from an event loop end as they do elsewhere, each once, and the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from sandbox_support import LIMITS, MIB, RUNAWAY, Probe, attempt, graph, wait_for

from poca_kg.errors import (
    BusyError,
    FairShareError,
    LimitError,
    PocaError,
    QueryCancelledError,
    QueryCrashError,
    QueryTimeoutError,
    UsageError,
)
from poca_kg.sandbox.jobs import Job, QueryJob
from poca_kg.sandbox.looped import LoopedSandbox
from poca_kg.sandbox.outcome import Outcome
from poca_kg.sandbox.sandbox import Sandbox
from poca_kg.store.formats import RdfSyntax, ResultFormat

NAME = "SELECT ?n { <http://e/this> <http://e/name> ?n }"
MANY = "SELECT * { ?a <http://e/knows> ?b . ?c <http://e/knows> ?d } LIMIT 60000"


class Asker:
    """Asks on the loop that runs, and sees to it that each job is told of once."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.looped = LoopedSandbox(sandbox, asyncio.get_running_loop())
        self.beats = 0
        self._heart = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            self.beats += 1

    def ask(self, job: Job, **how: Any) -> asyncio.Future[Outcome | PocaError]:
        answer = asyncio.get_running_loop().create_future()
        self.looped.run(job, done=answer.set_result, **how)  # a second call would raise
        return answer

    async def read(self, job: Job, **how: Any) -> bytes | PocaError:
        """Return all of the answer, or the error that came in its place or in the middle of it."""
        answer = await self.ask(job, **how)
        if isinstance(answer, PocaError):
            return answer
        try:
            return await asyncio.to_thread(lambda: answer.body)
        except PocaError as error:
            return error
        finally:
            answer.close()

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(500):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never came to that")


def on_loop(sandbox: Sandbox, work: Callable[[Asker], Awaitable[Any]]) -> Any:
    """Do something on a new loop."""

    async def main() -> Any:
        asker = Asker(sandbox)
        try:
            return await work(asker)
        finally:
            asker._heart.cancel()
            asker.looped.close()

    return asyncio.run(main())


JOBS: dict[str, Callable[[], Job]] = {
    "rows": lambda: QueryJob(NAME, rows=ResultFormat.CSV),
    "a graph": lambda: QueryJob("DESCRIBE <http://e/this>", triples=RdfSyntax.N_TRIPLES),
    "many rows": lambda: QueryJob(MANY, rows=ResultFormat.TSV),
    "a large document": lambda: Probe(do="echo", data=b"x" * 3 * MIB),
    "an answer in two parts": lambda: Probe(do="slow"),
    "one that takes a while": lambda: Probe(do="sleep", data=b"0.3"),
    "no query": lambda: QueryJob("ASK {"),
    "one that the gate stops": lambda: QueryJob("ASK { SERVICE <http://e/> {} }"),
    "no such graph": lambda: QueryJob("ASK FROM <http://e/none> { ?s ?p ?o }"),
    "a runaway": lambda: QueryJob(RUNAWAY),
    "too much memory": lambda: Probe(do="allocate"),
    "an abort": lambda: Probe(do="abort"),
    "a crash": lambda: Probe(do="crash"),
    "a crash in the middle": lambda: Probe(do="half"),
    "an error in the middle": lambda: Probe(do="refuse-late"),
    "an error of ours": lambda: Probe(do="raise"),
    "an exit": lambda: Probe(do="exit"),
    "lies": lambda: Probe(do="lie"),
    "two answers": lambda: Probe(do="two-answers"),
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_ends_on_a_loop_as_in_a_thread(sandbox: Sandbox, name: str) -> None:
    expected = attempt(sandbox, JOBS[name]())
    got = on_loop(sandbox, lambda asker: asker.read(JOBS[name]()))
    if expected.error is None:
        assert got == expected.body
    else:
        assert (type(got), str(got)) == (type(expected.error), str(expected.error))
    assert wait_for(lambda: sandbox.statistics().busy == 0)


def test_light_jobs_take_no_thread(start) -> None:
    sandbox = start()

    async def work(asker: Asker) -> None:
        bodies = await asyncio.gather(*(asker.read(QueryJob(NAME, rows=ResultFormat.CSV)) for _ in range(60)))
        assert set(bodies) == {b"n\r\none\r\n"}
        assert len(asker.looped._threads._threads) < 10  # unless this machine has stood still

    on_loop(sandbox, work)
    assert sandbox.statistics().answered == 60


def test_threads_and_a_loop_take_turns_with_the_same_workers(start) -> None:
    sandbox = start(workers=1, express=0, spares=0)

    async def work(asker: Asker) -> None:
        for _ in range(5):
            assert await asker.read(QueryJob(NAME, rows=ResultFormat.CSV)) == b"n\r\none\r\n"
            assert (await asyncio.to_thread(attempt, sandbox, QueryJob(NAME, rows=ResultFormat.CSV))).body
            assert await asker.read(QueryJob(NAME, rows=ResultFormat.CSV)) == b"n\r\none\r\n"
        assert len(asker.looped._watches) == 1
        await asyncio.to_thread(sandbox.switch, graph("two"))
        await asker.until(lambda: not asker.looped._watches)  # those who were watched have ended
        assert await asker.read(QueryJob(NAME, rows=ResultFormat.CSV)) == b"n\r\ntwo\r\n"

    on_loop(sandbox, work)
    assert sandbox.statistics().answered == 16


def test_the_loop_goes_on_whatever_the_jobs_do(start) -> None:
    sandbox = start()

    async def work(asker: Asker) -> None:
        jobs = [QueryJob(RUNAWAY) for _ in range(4)] + [Probe(do="half"), QueryJob(MANY)]
        answers = await asyncio.gather(*(asker.read(job) for job in jobs))
        assert {type(answer) for answer in answers[:4]} <= {QueryTimeoutError, BusyError}
        assert asker.beats > 20

    on_loop(sandbox, work)


def test_light_jobs_are_answered_while_runaways_hold_every_place(start) -> None:
    sandbox = start(timeout_s=3.0)

    async def work(asker: Asker) -> None:
        runaways = [QueryJob(RUNAWAY) for _ in range(LIMITS.workers)]
        ends = [asker.ask(job) for job in runaways]
        await asyncio.sleep(0.1)
        for _ in range(3):
            assert await asker.read(QueryJob(NAME, rows=ResultFormat.CSV)) == b"n\r\none\r\n"
        assert not any(end.done() for end in ends)
        for job in runaways:
            job.cancel()
        assert {type(end) for end in await asyncio.gather(*ends)} == {QueryCancelledError}

    on_loop(sandbox, work)


def test_who_comes_when_the_queue_is_full_is_refused_at_once_and_who_waits_too_long_is_too(start) -> None:
    sandbox = start(timeout_s=10.0, workers=1, express=0, spares=0, queue=2, patience_s=0.5)

    async def work(asker: Asker) -> None:
        holding = Probe(do="sleep", data=b"9")
        held = asker.ask(holding)
        waiting = [asker.ask(QueryJob("ASK {}")) for _ in range(2)]
        refused = asker.ask(QueryJob("ASK {}"))
        assert refused.done()
        assert isinstance(refused.result(), BusyError)
        assert refused.result().retry_after >= 1
        late = await asyncio.gather(*waiting)
        assert [str(error) for error in late] == [str(late[0])] * 2
        assert isinstance(late[0], BusyError)
        assert not held.done()
        holding.cancel()
        assert isinstance(await held, QueryCancelledError)
        assert await asker.read(QueryJob("ASK {}"))

    on_loop(sandbox, work)
    assert sandbox.statistics().queued == 0


def test_who_waits_is_served_in_order_of_arrival(start) -> None:
    sandbox = start(timeout_s=10.0, workers=1, express=0, spares=0)
    order: list[int] = []

    async def work(asker: Asker) -> None:
        first = asker.ask(Probe(do="sleep", data=b"0.2"))
        rest = [asker.ask(QueryJob("ASK {}")) for _ in range(9)]
        for number, answer in enumerate(rest):
            answer.add_done_callback(lambda _, number=number: order.append(number))
        await asyncio.gather(first, *rest)
        await asyncio.sleep(0)

    on_loop(sandbox, work)
    assert order == sorted(order)
    assert len(order) == 9


@pytest.mark.parametrize(
    "after_s", [None, 0.0, 0.01, 0.2], ids=["before", "at once", "running", "in a thread"]
)
def test_a_job_may_be_given_up_at_any_time(start, after_s: float | None) -> None:
    sandbox = start(timeout_s=30.0)

    async def work(asker: Asker) -> None:
        job = QueryJob(RUNAWAY)
        if after_s is None:
            job.cancel()
        answer = asker.ask(job)
        if after_s is not None:
            await asyncio.sleep(after_s)
            job.cancel()
        assert isinstance(await asyncio.wait_for(answer, 5.0), QueryCancelledError)
        await asker.until(lambda: asker.sandbox.statistics().spare == LIMITS.processes)

    on_loop(sandbox, work)
    assert sandbox.statistics().busy == 0


def test_a_job_may_be_given_up_while_it_waits_by_anybody(start) -> None:
    sandbox = start(timeout_s=10.0, workers=1, express=0, spares=0)

    async def work(asker: Asker) -> None:
        holding, here, elsewhere = Probe(do="sleep", data=b"9"), QueryJob("ASK {}"), QueryJob("ASK {}")
        held, first, second = (asker.ask(job) for job in (holding, here, elsewhere))
        here.cancel()
        await asyncio.get_running_loop().run_in_executor(None, elsewhere.cancel)
        assert [type(error) for error in await asyncio.gather(first, second)] == [QueryCancelledError] * 2
        assert not held.done()
        holding.cancel()
        await held

    on_loop(sandbox, work)
    assert sandbox.statistics().queued == 0


def test_an_answer_that_nobody_reads_to_its_end_frees_its_worker(start) -> None:
    sandbox = start(timeout_s=30.0)

    async def work(asker: Asker) -> None:
        text = "SELECT * { ?a <http://e/knows> ?b . ?c <http://e/knows> ?d . ?e <http://e/knows> ?f }"
        for taken in (0, 3):
            outcome = await asker.ask(QueryJob(text))
            assert not outcome.is_whole
            for _ in zip(range(taken), outcome, strict=False):
                pass
            outcome.close()
            await asker.until(lambda: asker.sandbox.statistics().busy == 0)

    on_loop(sandbox, work)
    assert sandbox.statistics().killed == {"cancelled": 2}


def test_killed_workers_are_replaced_without_a_client_noticing(start) -> None:
    sandbox = start(timeout_s=10.0)
    chance = random.Random(11)

    async def work(asker: Asker) -> list[Any]:
        answers: list[Any] = []

        async def client() -> None:
            while not over:
                answers.append(await asker.read(QueryJob(NAME, rows=ResultFormat.CSV)))

        over: list[bool] = []
        clients = [asyncio.ensure_future(client()) for _ in range(3)]
        for _ in range(30):
            if pids := sandbox.statistics().workers:
                with suppress(ProcessLookupError):
                    os.kill(chance.choice(pids), signal.SIGKILL)
            await asyncio.sleep(0.06)
        over.append(True)
        await asyncio.gather(*clients)
        return answers

    answers = on_loop(sandbox, work)
    assert set(answers) == {b"n\r\none\r\n"}
    assert len(answers) > 100


def test_switching_the_snapshot_fails_no_job_and_mixes_no_versions(start) -> None:
    sandbox = start(graph("v0"), timeout_s=10.0)
    names = {sandbox.version: b"n\r\nv0\r\n"}

    async def work(asker: Asker) -> list[tuple[str, bytes]]:
        seen: list[tuple[str, bytes]] = []

        async def client() -> None:
            while not over:
                outcome = await asker.ask(QueryJob(NAME, rows=ResultFormat.CSV))
                seen.append((outcome.version, outcome.body))

        over: list[bool] = []
        clients = [asyncio.ensure_future(client()) for _ in range(3)]
        for number in range(1, 3):
            name = f"v{number}"
            await asyncio.get_running_loop().run_in_executor(None, sandbox.switch, graph(name))
            names[sandbox.version] = f"n\r\n{name}\r\n".encode()
            assert asker.looped.version == sandbox.version
            await asyncio.sleep(0.1)
        over.append(True)
        await asyncio.gather(*clients)
        return seen

    seen = on_loop(sandbox, work)
    assert {version for version, _ in seen} == set(names)
    assert all(names[version] == body for version, body in seen)


def test_stopping_ends_what_runs_and_what_waits(start) -> None:
    sandbox = start(timeout_s=30.0, express=0)

    async def work(asker: Asker) -> None:
        answers = [asker.ask(QueryJob(RUNAWAY)) for _ in range(5)]
        await asyncio.sleep(0.1)
        await asyncio.get_running_loop().run_in_executor(None, sandbox.stop)
        assert all(isinstance(end, LimitError) for end in await asyncio.gather(*answers))
        assert isinstance(await asker.ask(QueryJob("ASK {}")), QueryCancelledError)

    started = time.monotonic()
    on_loop(sandbox, work)
    assert time.monotonic() - started < 5.0


def test_closing_gives_up_what_is_on_the_loop_and_takes_no_more(start) -> None:
    sandbox = start(timeout_s=30.0, workers=1, express=0)

    async def work(asker: Asker) -> None:
        answers = [asker.ask(QueryJob(RUNAWAY)) for _ in range(2)]
        asker.looped.close()
        answers.append(asker.ask(QueryJob("ASK {}")))
        assert all(isinstance(answer.result(), QueryCancelledError) for answer in answers)

    on_loop(sandbox, work)
    assert sandbox.statistics().busy == 0


def test_one_client_does_not_use_up_what_is_for_all(start) -> None:
    sandbox = start(timeout_s=0.5, share_s=1.0)

    async def work(asker: Asker) -> None:
        for _ in range(4):
            last = await asker.read(Probe(do="sleep", data=b"9"), client="greedy")
        assert isinstance(last, FairShareError)
        assert await asker.read(QueryJob("ASK {}"), client="modest")

    on_loop(sandbox, work)


def test_a_caller_may_ask_for_less_time(sandbox: Sandbox) -> None:
    error = on_loop(sandbox, lambda asker: asker.read(QueryJob(RUNAWAY), timeout_s=0.2))
    assert isinstance(error, QueryTimeoutError)
    assert error.limit == 0.2


def test_kinds_of_failures_are_told_apart(sandbox: Sandbox) -> None:
    async def work(asker: Asker) -> list[Any]:
        return [await asker.read(Probe(do=do)) for do in ("crash", "refuse-late")]

    crash, refusal = on_loop(sandbox, work)
    assert isinstance(crash, QueryCrashError)
    assert isinstance(refusal, UsageError)
