"""Each question, asked of the tiny dataset and of the real one."""

from pathlib import Path

import pytest

import poca_kg

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", params=["tiny", "core"])
def profile(request) -> str:
    return request.param


@pytest.fixture(scope="session")
def graph(profile, request) -> poca_kg.KnowledgeGraph:
    return request.getfixturevalue(profile)


@pytest.fixture(scope="session")
def dataset(profile, request) -> Path:
    return request.getfixturevalue(f"{profile}_dataset")


QUESTIONS = sorted(path.name[: len("cq-000")] for path in (ROOT / "ontology" / "questions").glob("*.ttl"))


@pytest.fixture(params=QUESTIONS)
def question_id(request) -> str:
    return request.param
