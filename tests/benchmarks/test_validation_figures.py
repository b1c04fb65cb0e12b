"""The page of a run of validation: what was asked for is judged, and what was not measured has no figures."""

import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.validation.engines import ENGINES, PEER, found_by_us
from benchmarks.validation.processes import run_measured
from benchmarks.validation.report import COMPILED, judged, page, ratio, wrong


def row(engine: str, triples: int, cpu_s: float, **more: Any) -> dict[str, Any]:
    figures = {"wall_s": cpu_s, "peak_mb": 100.0, "expected": 3, "found": 3}
    return {"engine": engine, "variant": "core", "triples": triples, "cpu_s": cpu_s, **figures, **more}


def document(*rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "plan": {"rounds": 3},
        "machine": {"cores": 2, "processor": "x", "memory_gb": 4, "system": "Linux", "python": "3.11"},
        "versions": {"poca-kg": "1"},
        "busy_before": 0.0,
        "starts": [row(name, 100, 1.0) for name in (COMPILED, PEER.name)],
        "files": list(rows),
    }


def test_the_names_that_are_compared_are_those_of_engines() -> None:
    assert {COMPILED, PEER.name} <= {engine.name for engine in ENGINES}


def test_a_ratio_leaves_out_what_the_commands_take_to_start() -> None:
    ours = row(COMPILED, 10_000, 1.5)
    assert ratio(document(ours, row(PEER.name, 10_000, 11.0)), ours) == 20.0


@pytest.mark.parametrize("more", [{"skipped": "too large"}, {"failed": "not done in 600 CPU s"}])
def test_there_is_no_ratio_to_what_was_not_measured(more: dict[str, str]) -> None:
    ours = row(COMPILED, 10_000, 1.5)
    made = document(ours, row(PEER.name, 10_000, 0.0, **more))
    assert ratio(made, ours) is None
    assert next(iter(more.values())) in page(made, trial=False)


@pytest.mark.parametrize(("seconds", "met"), [(1.5, True), (3.0, False)])
def test_a_ratio_is_judged(seconds: float, met: bool) -> None:
    made = document(row(COMPILED, 100_000, seconds), row(PEER.name, 100_000, 11.0))
    assert next(judged(made))[-1] is met


@pytest.mark.parametrize(
    ("figures", "met"),
    [
        ({"cpu_s": 14.0}, [True, True]),
        ({"cpu_s": 16.0}, [False, True]),
        ({"cpu_s": 14.0, "peak_mb": 1100.0}, [True, False]),
    ],
)
def test_a_million_triples_are_judged(figures: dict[str, float], met: list[bool]) -> None:
    made = document({**row(COMPILED, 1_000_000, 1.0), **figures})
    assert [one[-1] for one in judged(made)][:2] == met


def test_a_wrong_number_of_results_is_a_miss() -> None:
    made = document(row(COMPILED, 10_000, 1.5, found=2))
    assert [one[-1] for one in judged(made)] == [False]
    assert "**missed**" in page(made, trial=False)
    assert wrong(made) == [f"{COMPILED}, core, 10,000 triples: results"]
    assert wrong(document(row(COMPILED, 10_000, 1.5))) == []


@pytest.mark.parametrize(
    ("received", "requests", "met"), [(40, 156, True), (60, 156, False), (40, 157, False)]
)
def test_a_remote_store_is_judged_by_requests_and_bytes(received: int, requests: int, met: bool) -> None:
    made = document()
    remote = row("remote", 10_000, 1.0, data_bytes=1000, received=received, requests=requests, sent=1)
    made["remote"] = [remote]
    assert all(one[-1] for one in judged(made)) is met


@pytest.mark.parametrize(("milliseconds", "met"), [(49.0, True), (50.0, False)])
def test_a_change_is_judged(milliseconds: float, met: bool) -> None:
    made = document()
    made["changes"] = [
        {
            "kind": "City",
            "variant": "core",
            "changes": 2,
            "triples": 100_000,
            "median_ms": milliseconds,
            "worst_ms": milliseconds,
        }
    ]
    assert [one[-1] for one in judged(made)] == [met]
    assert "| City |" in page(made, trial=False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Conforms (data.nt): triples: 100, nodes checked: 12, shapes: 20.", 0),
        ("…\n\nDoes not conform (data.nt): 20 violations, 3 warnings; triples: 100.\nmore", 23),
    ],
)
def test_results_are_counted_by_the_last_line_of_a_report(text: str, found: int) -> None:
    assert found_by_us(text) == found


def test_results_are_counted_by_the_heading_of_the_peer() -> None:
    assert PEER.found("Validation Report\nConforms: False\nResults (23):\nConstraint Violation") == 23


def test_what_is_no_report_is_not_counted() -> None:
    for engine in ENGINES:
        with pytest.raises(ValueError, match="no report"):
            engine.found("Error: no such file")


def test_a_process_tells_its_time_and_memory(tmp_path: Path) -> None:
    code = "kept = bytearray(300_000_000)\nimport time\nwhile time.process_time() < 0.3: pass"
    used = run_measured([sys.executable, "-c", code], tmp_path / "out", cpu_limit_s=10)
    assert used.status == 0
    assert used.cpu_s > 0.29
    assert used.peak_mb > 280


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    used = run_measured([sys.executable, "-c", "while True: pass"], tmp_path / "out", cpu_limit_s=1)
    assert used.out_of_time
