"""What a soak finds wrong, without soaking: the numbers of ``soak.toml`` bind."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

SOAK = Path(__file__).resolve().parents[2] / "benchmarks" / "soak" / "soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    """The module of the soak."""
    spec = importlib.util.spec_from_file_location("soak", SOAK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module
    spec.loader.exec_module(module)
    return module


def verdict(soak: ModuleType, *, light_s=0.001, wrong=(), growth=1.0, seconds=600) -> dict:
    client = soak.Client(
        "", random.Random(1), light_s=[light_s] * 100, wrong=list(wrong), failed_light=len(wrong)
    )
    held = [int(1e8 * (1 + (growth - 1) * t / seconds)) for t in range(seconds)]
    samples = [
        soak.Sample(t, memory, 50, 20, {1: memory, 2: 10**7, 100 + t: 10**9}) for t, memory in enumerate(held)
    ]
    return soak.verdict([client], samples, float(seconds))


def test_a_quiet_soak_is_sound(soak: ModuleType) -> None:
    assert verdict(soak)["broken"] == {}


@pytest.mark.parametrize(
    ("how", "broken"),
    [
        ({"light_s": 0.3}, {"light_p99_s"}),
        ({"wrong": ["lookup: 500"]}, {"wrong_answers", "failed_light"}),
        ({"growth": 2.0}, {"memory_growth", "process_growth_mib"}),
        ({"growth": 1.2}, {"memory_growth"}),
        ({"growth": 2.0, "seconds": 60}, {"process_growth_mib"}),
    ],
)
def test_what_gives_is_named(soak: ModuleType, how: dict, broken: set[str]) -> None:
    assert set(verdict(soak, **how)["broken"]) == broken


def test_a_short_soak_judges_a_leak_by_the_process_and_says_what_it_does_not_judge(soak: ModuleType) -> None:
    told = verdict(soak, growth=1.2, seconds=60)
    assert (told["broken"], told["not_judged"]) == ({}, ["memory_growth"])
    assert verdict(soak)["not_judged"] == []


def test_runaways_are_in_the_mix_and_most_of_it_is_light(soak: ModuleType) -> None:
    asks = soak.PLAN["ask"]
    assert any(one["name"] == "runaway" and one["weight"] > 0 for one in asks)
    assert sum(one["weight"] for one in asks if one["light"]) > 0.9 * sum(one["weight"] for one in asks)
    assert all(one["gets"] for one in asks)
