"""Annotations of GitHub: each stands at the line and the columns of its mistake, and none is forged."""

import random
import re

import pytest

from poca_kg.validate import RENDERINGS, validate_files
from poca_kg.validate.report import Report

render = RENDERINGS["github"].render
COMMAND = re.compile(r"::(error|warning|notice)(?: ([^:]*))?::(.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """Read a command as GitHub's runner does: split first, then decode."""
    kind, properties, data = COMMAND.fullmatch(line).groups()
    pairs = (part.partition("=")[::2] for part in (properties or "").split(",") if part)
    decode = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]

    def decoded(text: str) -> str:
        for code, character in decode:
            text = text.replace(code, character)
        return text

    return kind, {name: decoded(value) for name, value in pairs}, decoded(data)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_hundred_seeded_mistakes_are_marked_where_they_stand(seed, shapes, write):
    chance = random.Random(seed)
    lines, expected = [], set()
    for number in range(100):
        lines += [f"# town {number}" if chance.random() < 0.5 else "" for _ in range(chance.randrange(4))]
        node = f"city:t{number:03}"
        head = f'{node} a poca:Town ; rdfs:label "T{number}"@en ;' if chance.random() < 0.5 else None
        body = [head] if head else [f"{node} a poca:Town ;", f'  rdfs:label "T{number}"@en ;']
        indent = " " * chance.randrange(1, 9)
        wrong = f'{indent}poca:level level:no-{number} ; poca:motto "{"m" * chance.randrange(20)}" .'
        lines += [*body, wrong]
        start = wrong.index("level:no") + 1
        expected.add((len(lines), start, start + len(f"level:no-{number}")))
    path = write("\n".join(lines) + "\n")
    offset = path.read_text().index(lines[0]) if lines[0] else None
    header = path.read_text()[:offset].count("\n") if offset is not None else 9
    report = validate_files([path], shapes)
    told = [read(line) for line in render(report).splitlines() if line.startswith("::error")]
    found = {
        (int(where["line"]) - header, int(where["col"]), int(where["endColumn"])) for _, where, _ in told
    }
    assert found == expected, f"seed {seed}"
    assert len(told) == 100
    assert {where["file"] for _, where, _ in told} == {str(path)}


def test_the_kind_is_that_of_the_severity(report):
    kinds = [read(line)[0] for line in render(report).splitlines() if line.startswith("::")]
    assert kinds[:5] == ["error", "error", "error", "warning", "notice"]
    assert set(kinds[5:]) == {"notice"}


def test_an_annotation_says_what_is_wrong_and_what_to_do(report):
    _, where, text = read(render(report).splitlines()[0])
    assert where == {
        "file": "data/towns.ttl", "line": "12", "col": "16", "endColumn": "25",
        "title": "pocash:Place-level (Class)",
    }  # fmt: skip
    assert text.splitlines()[0] == "A place has one level."
    assert "fix: choose a level; did you mean level:city?" in text.splitlines()


def test_where_no_line_is_known_none_is_said(report):
    wheres = [read(line)[1] for line in render(report).splitlines() if line.startswith("::")]
    assert set(wheres[3]) == {"file", "title"}
    assert set(wheres[4]) == {"title"}


def test_no_text_of_the_data_becomes_a_command(hostile):
    lines = render(hostile).split("\n")
    assert len(lines) == len(hostile.results) + len(hostile.notes) + 1 + 1
    for line in lines[:-1]:
        kind, _, data = read(line)
        assert kind in {"error", "notice"}
        assert "\n" not in line
        assert data
    assert not lines[-1].startswith("::")


def test_an_empty_report_annotates_nothing():
    assert "::" not in render(Report(results=()))
