"""What the guide shows is what happens."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from poca_kg.cli import EXIT_CODES
from poca_kg.cli.validate import validate_command
from poca_kg.settings import project_root

GUIDE = (project_root() or Path()) / "docs" / "validate.md"
TEXT = GUIDE.read_text("utf-8")
FILES = dict(re.findall(r"```turtle\n# (\S+\.ttl)\n(.*?)```", TEXT, re.DOTALL))
SHOWN = dict(re.findall(r"```\n\$ poca-kg validate (\S+)\n(.*?)```", TEXT, re.DOTALL))


def blocks(text: str) -> list[str]:
    """Return the paragraphs of a report, without the count of shapes, which grows with the ontology."""
    return re.sub(r"shapes: \d+", "shapes: N", text).strip().split("\n\n")


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_the_guide_shows_what_the_command_says(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    Path(name).write_text(f"# {name}\n{FILES[name]}", encoding="utf-8")
    outcome = CliRunner().invoke(validate_command, [name])
    assert outcome.exit_code == (1 if "bad" in name else 0)
    said = blocks(outcome.stdout)
    assert [block for block in blocks(SHOWN[name]) if block != "…" and block not in said] == []


def test_every_file_of_the_guide_is_run():
    assert set(FILES) == set(SHOWN)
    assert len(FILES) == 2


def test_a_report_that_differs_would_be_noticed():
    assert blocks("a\n\nshapes: 5") == ["a", "shapes: N"]


def test_the_guide_names_every_option_and_the_exit_codes():
    options = {name for option in validate_command.params for name in option.opts if name.startswith("--")}
    assert {name for name in options if name not in TEXT} == set()
    told = {int(code) for code in re.findall(r"^\| (\d) \|", TEXT, re.MULTILINE)}
    assert told == set(EXIT_CODES) - {4, 5}
