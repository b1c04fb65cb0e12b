"""Row B9: mutants get an answer that is right or a problem that is typed, and nobody dies. The short form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bar_fuzz import Finding, judge, keep, kept, run
from bar_http import GONE, Reply
from bar_mutants import CHANGES, Mutant, corpus, mutants
from bar_server import PLAN, Server
from bar_watch import Canary

SHORT = {"queries": 150, "documents": 17}
AT_ONCE = {"queries": 4, "documents": 1}
FEATURES = {"queries": "sandbox", "documents": "writing"}


@pytest.mark.parametrize("kind", SHORT)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mutants_harm_nobody(
    server_for: Callable[[str], Server], canary: Callable[[Server], Canary], kind: str, seed: int
) -> None:
    server = server_for(FEATURES[kind])
    before = server.process.pid
    with canary(server) as singing:
        tally = run(server, mutants(kind, seed, SHORT[kind]), at_once=AT_ONCE[kind])
    assert [(one.what, one.mutant.born) for one in tally.findings] == []
    assert tally.sent == SHORT[kind]
    assert singing.wrong() == []
    assert server.alive()
    assert server.process.pid == before


@pytest.mark.parametrize("kind", SHORT)
def test_what_once_went_wrong_goes_right(server_for: Callable[[str], Server], kind: str) -> None:
    server = server_for(FEATURES[kind])
    tally = run(server, kept(kind), at_once=1)
    assert [(one.what, one.mutant.born) for one in tally.findings] == []
    assert server.alive()


@pytest.mark.parametrize("kind", SHORT)
def test_the_same_seed_gives_the_same_mutants(kind: str) -> None:
    assert list(mutants(kind, 7, 50)) == list(mutants(kind, 7, 50))
    assert list(mutants(kind, 7, 50)) != list(mutants(kind, 8, 50))


@pytest.mark.parametrize("kind", SHORT)
def test_mutants_differ_from_what_they_come_from(kind: str) -> None:
    texts = {text for _, _, text in corpus(kind)}
    batch = list(mutants(kind, 1, 200))
    assert sum(mutant.text not in texts for mutant in batch) > 150
    assert len({mutant.text for mutant in batch}) > 150
    assert len(CHANGES) >= 10


def test_the_corpus_knows_all_types() -> None:
    assert {media for _, media, _ in corpus("queries")} == {"application/sparql-query"}
    assert len({media for _, media, _ in corpus("documents")}) == 4


WRONG = {
    "nothing": (Reply(GONE, error="reset", complete=False), "no whole answer"),
    "our fault": (Reply(500), "500"),
    "another 5xx": (Reply(502), "502"),
    "an error of no shape": (Reply(400), "without a problem"),
    "a late one": (Reply(200, elapsed_s=99.0), "late"),
    "a part": (Reply(200, complete=False, elapsed_s=0.1), "no whole answer"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_answer_is_found(kind: str) -> None:
    reply, complaint = WRONG[kind]
    assert complaint in judge(reply, PLAN["limit_s"])


def test_a_right_answer_is_none() -> None:
    assert judge(Reply(200), PLAN["limit_s"]) == ""
    assert judge(Reply(200, complete=False, elapsed_s=PLAN["limit_s"] + 0.1), PLAN["limit_s"]) == ""


def test_what_is_found_is_kept_as_it_is(tmp_path: Path) -> None:
    finding = Finding(Mutant("a", "text/turtle", b"\xff\x00<"), "500")
    assert keep(finding, tmp_path) == keep(finding, tmp_path)
    assert [path.read_bytes() for path in tmp_path.rglob("*.ttl")] == [b"\xff\x00<"]
