"""The wheel alone, in an empty environment and away from the clone, opens, asks, validates and serves."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Build the wheel; give the folder of programs of an environment that holds it and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    venv.create(folder / "env", with_pip=True)
    programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    constraints = ROOT / "constraints.txt"
    install = [programs / "python", "-m", "pip", "install", "-q", "-c", constraints, wheel]
    subprocess.run(install, check=True, capture_output=True)
    return programs


def run(programs: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(
        [programs / "poca-kg", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_bundled_graph_tells_what_it_is(installed, tmp_path):
    outcome = run(installed, tmp_path, "info", "--format", "json")
    assert outcome.returncode == 0, outcome.stderr
    info = json.loads(outcome.stdout)
    assert info["triples"] == sum(graph["triples"] for graph in info["graphs"])


def test_the_bundled_graph_answers_every_question(installed, tmp_path):
    outcome = run(installed, tmp_path, "questions", "--format", "json")
    assert outcome.returncode == 0, outcome.stderr
    assert all(question["rows"] for question in json.loads(outcome.stdout))


def test_why_names_the_place_in_the_document_and_the_line_of_the_table(installed, tmp_path):
    outcome = run(installed, tmp_path, "why", "statement:s24", "poca:stance", "stance:effective")
    assert outcome.returncode == 0, outcome.stderr
    assert "paragraph 3, sentence 2" in outcome.stdout
    assert re.search(r"statements\.csv:\d+", outcome.stdout)


def test_users_data_are_validated_with_the_bundled_shapes(installed, tmp_path):
    (tmp_path / "own.ttl").write_text(
        "@prefix poca: <https://w3id.org/poca-kg/def/> .\n<http://example.org/s> a poca:Viewpoint .\n"
    )
    outcome = run(installed, tmp_path, "validate", "own.ttl")
    assert outcome.returncode == 1, outcome.stderr
    assert "own.ttl:2" in outcome.stdout


def test_the_bundled_graph_is_validated_where_nothing_was_built(installed, tmp_path):
    outcome = run(installed, tmp_path, "validate")
    assert outcome.returncode == 0, outcome.stderr
    assert "\nConforms (" in f"\n{outcome.stdout}"
    assert "the current graph" in outcome.stderr


def test_the_bundled_graph_is_served(installed, tmp_path):
    with subprocess.Popen(
        [installed / "poca-kg", "serve", "--port", "0"],
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            address = _address(server)
            with urllib.request.urlopen(
                f"{address}sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D", timeout=20
            ) as answer:
                assert json.load(answer)["boolean"] is True
        finally:
            server.terminate()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stdout
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        line = server.stdout.readline()
        if match := re.search(r"http://127\.0\.0\.1:\d+/", line):
            return match.group()
        if server.poll() is not None:
            break
    raise AssertionError("the server did not say where it listens")
