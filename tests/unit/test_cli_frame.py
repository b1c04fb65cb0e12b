"""The frame of the command line: exit codes, lazy commands, help."""

import inspect
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from poca_kg import cli, errors
from poca_kg.cli import COMMANDS, main_group


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("x"), 2),
        (errors.UnknownNameError("view", "x", ["y"]), 2),
        (errors.SettingError("x"), 2),
        (errors.RemoteAccessError("x"), 2),
        (errors.InputError("x"), 3),
        (errors.QuerySyntaxError("x", line=1, column=1), 3),
        (errors.BuildError([errors.Problem(None, "x")]), 3),
        (errors.ShapesError("x"), 3),
        (errors.NotFoundError("x"), 3),
        (errors.AnswerFormError("x"), 2),
        (errors.LimitError("x"), 4),
        (errors.QueryTimeoutError("x"), 4),
        (errors.QueryMemoryError("x"), 4),
        (errors.QueryCrashError("x"), 4),
        (errors.QueryCancelledError("x"), 4),
        (errors.ResultTooLargeError("x"), 4),
        (errors.ValidationTimeoutError("x"), 4),
        (errors.BusyError("x"), 4),
        (errors.FairShareError("x"), 4),
        (errors.LockedError("x"), 4),
        (errors.NotConformingError("x", report={}), 1),
        (errors.StorageFullError("x"), 5),
        (errors.PocaError("x"), 5),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_an_error_has_one_exit_code(error, code):
    assert cli.exit_code(error) == code


def test_every_error_class_has_an_exit_code_case():
    classes = {name for name in errors.__all__ if isinstance(getattr(errors, name), type)}
    sorts = {name for name in classes if issubclass(getattr(errors, name), errors.PocaError)}
    covered = {
        case.values[0].__class__.__name__ if hasattr(case, "values") else case[0].__class__.__name__
        for case in test_an_error_has_one_exit_code.pytestmark[0].args[1]
    }
    assert sorts == covered


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name):
    outcome = CliRunner().invoke(main_group, [name, "--help"])
    assert outcome.exit_code == 0
    assert len(outcome.output.splitlines()) > 3


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_help_keeps_the_lines_of_its_examples_and_shows_no_mark_for_that(name, width):
    text = CliRunner().invoke(main_group, [name, "--help"], terminal_width=width).output
    assert "\\b" not in text
    assert "\b" not in text
    written = inspect.getdoc(main_group.get_command(click.Context(main_group), name).callback) or ""
    kept = [paragraph for paragraph in written.split("\n\n") if paragraph.startswith("\b\n")]
    assert all(f"  {line}\n" in text for paragraph in kept for line in paragraph.splitlines()[1:])
    assert bool(kept) == (name in {"why", "validate"})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_lets_its_format_be_chosen(name):
    outcome = CliRunner().invoke(main_group, [name, "--help"])
    assert "--format" in outcome.output


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "poca_kg", *arguments], capture_output=True, text=True, check=False, env=env
    )


def test_an_unknown_command_is_a_usage_error():
    outcome = run("qery")
    assert outcome.returncode == 2
    assert "qery" in outcome.stderr
    assert outcome.stdout == ""


def test_an_unknown_setting_is_a_usage_error_in_one_sentence(tmp_path):
    outcome = run("info", env={"POCA_KG_PRT": "1", "PATH": "/usr/bin"})
    assert outcome.returncode == 2
    assert outcome.stderr.splitlines() == ["poca-kg: there is no setting POCA_KG_PRT; did you mean 'PORT'?"]


def test_the_version_is_told():
    assert run("--version").stdout.startswith("poca-kg, version ")
