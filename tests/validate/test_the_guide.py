"""What the guide shows is what happens: its mistakes can be mended, its hooks and its workflow run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from poca_kg.cli import EXIT_CODES, run
from poca_kg.cli.validate import validate_command
from poca_kg.settings import project_root

ROOT = project_root() or Path()
TEXT = (ROOT / "docs" / "validate.md").read_text("utf-8")
FILES = dict(re.findall(r"^```turtle\n# (\S+\.ttl)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
SHOWN = dict(re.findall(r"^```\n\$ poca-kg validate (\S+\.ttl)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
SECTIONS = re.split(r"^### \d+\. ", TEXT, flags=re.MULTILINE)[1:]
MISTAKES = [
    (
        re.search(r"^# (\S+\.ttl)$", section, re.MULTILINE)[1],
        re.search(r"```diff\n(.*?)```", section, re.DOTALL)[1],
    )
    for section in SECTIONS
]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
WORKFLOW = yaml.safe_load(re.search(r"^```yaml\n(name:.*?)^```", TEXT, re.MULTILINE | re.DOTALL)[1])
STEPS = [step["run"] for step in WORKFLOW["jobs"]["validate"]["steps"] if "poca-kg " in step.get("run", "")]
GOOD, BAD = FILES["good.ttl"], FILES["label.ttl"]
PLACE = f"data/more/bad.ttl:{BAD[: BAD.index('city:turin a')].count(chr(10)) + 1}"


def mended(content: str, change: str) -> str:
    """Return a file after a change, whose lines start with - and +."""
    lines = change.splitlines()
    old = "".join(f"{line[1:]}\n" for line in lines if line.startswith("-"))
    new = "".join(f"{line[1:]}\n" for line in lines if line.startswith("+"))
    assert content.count(old) == 1
    return content.replace(old, new)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line as a shell on the system would, with our own command."""
    program = f"{shlex.quote(sys.executable)} -m poca_kg"
    line = re.sub(r"\bpoca-kg(?= validate)", lambda _: program, command)
    return subprocess.run(
        ["bash", "-ec", line],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")},
    )  # fmt: skip


@pytest.fixture
def data(tmp_path) -> Path:
    """Give a folder with a good file below ``data/``, and a place for a bad one."""
    (tmp_path / "data/more").mkdir(parents=True)
    (tmp_path / "data/good.ttl").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_ten_mistakes_are_shown_each_with_its_report():
    assert len(MISTAKES) == 10
    for name, _ in MISTAKES:
        assert f"\n  {name}:" in SHOWN[name]


@pytest.mark.parametrize(("name", "change"), MISTAKES, ids=[name for name, _ in MISTAKES])
def test_after_the_change_that_the_guide_shows_a_file_conforms(name, change, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(FILES[name], encoding="utf-8")
    assert run(["validate", name, "--fail-on", "warning"]) == 1
    Path(name).write_text(mended(FILES[name], change), encoding="utf-8")
    assert run(["validate", name, "--fail-on", "info"]) == 0, capsys.readouterr().out


def test_every_file_of_the_guide_is_run():
    assert {name for name in FILES if f"poca-kg validate {name}" not in TEXT} == {"own-shapes.ttl"}
    assert "--shapes own-shapes.ttl\n" in TEXT


def test_the_guide_names_every_option_format_and_exit_code():
    options = {name for option in validate_command.params for name in option.opts if name.startswith("--")}
    assert {name for name in options if name not in TEXT} == set()
    [formats] = [option.type.choices for option in validate_command.params if option.name == "output_format"]
    assert {name for name in formats if f"\n| `{name}`" not in TEXT} == set()
    told = {int(code) for code in re.findall(r"^\| (\d) \|", TEXT, re.MULTILINE)}
    assert told == set(EXIT_CODES)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_lets_good_data_pass_and_stops_bad_data(hook, data):
    entry, whole = HOOKS[hook]["entry"], not HOOKS[hook].get("pass_filenames", True)
    command = f"{entry} {chr(39)}data/**/*.ttl{chr(39)}" if whole else f"{entry} data/good.ttl"
    passed = shell(command, data)
    assert (passed.returncode, passed.stdout) == (0, ""), passed.stderr
    (data / "data/more/bad.ttl").write_text(BAD, encoding="utf-8")
    stopped = shell(command if whole else f"{command} data/more/bad.ttl", data)
    assert stopped.returncode == 1
    assert PLACE in stopped.stdout


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", ["a.ttl", "b/c.nt", "d.trig", "e.nq.gz", "f.jsonld", "g.rdf"])
def test_a_hook_looks_at_rdf_and_at_nothing_else(hook, name):
    assert re.search(HOOKS[hook]["files"], name)
    assert not re.search(HOOKS[hook]["files"], f"{name}.md")


def test_the_guide_names_the_hooks():
    assert {hook for hook in HOOKS if f"`{hook}`" not in TEXT and f"id: {hook}" not in TEXT} == set()


def test_the_steps_of_the_workflow_stop_at_bad_data_and_leave_a_summary(data):
    (data / "data/more/bad.ttl").write_text(BAD, encoding="utf-8")
    assert len(STEPS) == 3
    annotated, summed, scanned = (shell(step, data) for step in STEPS)
    assert (annotated.returncode, summed.returncode, scanned.returncode) == (1, 1, 0)
    assert f"::error file={PLACE.replace(chr(58), ',line=')}," in annotated.stdout
    assert "pocash:TerritorialUnit-label" in (data / "summary.md").read_text("utf-8")
    assert "pocash" in (data / "shapes.sarif").read_text("utf-8")
