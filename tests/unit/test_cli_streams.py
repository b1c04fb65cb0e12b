"""The command line where its surroundings are hostile: streams closed or full, another locale, odd names."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from poca_kg import cli

CITIES = '<http://e/a> <http://e/p> "città — è" <http://e/g> .\n'
ALL = "SELECT * { ?s ?p ?o }"
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("streams") / "graph.nq"
    path.write_text(
        CITIES * 1 + "".join(f'<http://e/{n}> <http://e/p> "{n}" <http://e/g> .\n' for n in range(5000))
    )
    return path


def run(*arguments: object, shell: str = "", env: dict[str, str] | None = None, data: bytes = b""):
    """Run a command; ``shell`` is what stands behind it in a shell."""
    words = [sys.executable, "-m", "poca_kg", *map(str, arguments)]
    command = ["bash", "-c", f'"$@" {shell}', "bash", *words] if shell else words
    return subprocess.run(
        command, capture_output=True, input=data, check=False, env={**os.environ, **(env or {})}, timeout=60
    )


@POSIX
@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        (">&-", 5, b"stdout is closed"),
        (">/dev/full", 5, b"No space left on device"),
        ("| head -c 5; exit ${PIPESTATUS[0]}", 0, b""),
        ("| sleep 0.1; exit ${PIPESTATUS[0]}", 0, b""),
    ],
)
@pytest.mark.parametrize("form", ["table", "csv"])
def test_an_output_that_takes_nothing_is_told_in_one_line(graph, shell, code, said, form):
    outcome = run("query", ALL, "--format", form, "--data", graph, shell=shell)
    assert outcome.returncode == code, outcome.stderr
    assert said in outcome.stderr
    assert outcome.stderr.count(b"\n") == bool(said)


@POSIX
@pytest.mark.parametrize("arguments", [["query", "-f", "-"], ["validate", "-"]])
def test_a_closed_standard_input_is_told(arguments):
    outcome = run(*arguments, shell="<&-")
    assert outcome.returncode == 3
    assert b"closed" in outcome.stderr


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_answers_and_queries_are_utf8_in_every_locale(graph, env, form):
    query = 'SELECT ?o { ?s ?p ?o FILTER(STRENDS(?o, "è")) }'.encode()
    outcome = run("query", "-f", "-", "--format", form, "--data", graph, env=env, data=query)
    assert outcome.returncode == 0, outcome.stderr
    assert "città — è" in outcome.stdout.decode("utf-8")


@pytest.mark.parametrize(
    "content", [b"\xef\xbb\xbfASK {}", b"ASK\r\n{}\r\n", b"\xef\xbb\xbf# \xc3\xa8\r\nASK {}"]
)
def test_a_query_file_may_have_a_byte_order_mark_and_line_ends_of_windows(graph, tmp_path, content):
    (tmp_path / "query.rq").write_bytes(content)
    assert run("query", "-f", tmp_path / "query.rq", "--data", graph).returncode == 0
    assert run("query", "-f", "-", "--data", graph, data=content).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["info", "--data", "x" * 5000], 3, "there is no graph at"),
        (["info", "--data", "https://example.org/graph.nq"], 2, "is an address"),
        (["query", "-f", ""], 2, "the name of the file is empty"),
        (["query", "-f", "."], 3, ".: the query cannot be read: Is a directory"),
        (["query", "-f", "x" * 5000], 3, "File name too long"),
        (["why", "city:turin", "rdfs:label", '"\\U00110000"'], 2, "is not a literal"),
        (["serve", "--port", "0", "--host", "no such host"], 2, "there is no address 'no such host'"),
        (["export", "--include-unfavourable"], 2, "name a --view"),
    ],
)
def test_odd_names_are_told_in_one_sentence(graph, capsys, arguments, code, said):
    data = [] if "--data" in arguments else ["--data", str(graph)]
    assert cli.run([*arguments, *data]) == code
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told


def test_a_number_of_many_digits_is_no_question(graph, capsys):
    assert cli.run(["questions", "5" * 5000, "--data", str(graph)]) in (2, 3)
    assert "there is no question" in capsys.readouterr().err


def test_an_error_of_the_system_without_a_number_says_why(monkeypatch, capsys):
    def fail(*_: object, **__: object) -> None:
        raise OSError("AF_UNIX path too long")

    monkeypatch.setattr(cli.main_group, "main", fail)
    assert cli.run(["info"]) == 5
    assert "AF_UNIX path too long" in capsys.readouterr().err


def test_an_error_of_ours_ends_with_5_and_not_with_the_code_of_findings(monkeypatch, capsys):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(cli.main_group, "main", fail)
    assert cli.run(["info"]) == 5
    assert "please report it" in capsys.readouterr().err


@POSIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_tells_a_program_where_it_listens_and_ends_by_a_signal(graph, number):
    words = [
        sys.executable,
        "-m",
        "poca_kg",
        "serve",
        "--port",
        "0",
        "--format",
        "json",
        "--data",
        str(graph),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        with urllib.request.urlopen(f"{told['address']}sparql?query=ASK%7B%7D", timeout=10) as answer:
            assert answer.status == 200
        server.send_signal(number)
        out, err = server.communicate(timeout=15)
    assert (server.returncode, out) == (0, "")
    assert told["triples"] == 5001
    assert told["version"] == hashlib.sha256(graph.read_bytes()).hexdigest()[:12]
    assert err.endswith("ended\n")
