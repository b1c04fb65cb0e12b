"""The documentation names everything, its generated pages are in step, its links and examples work."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from poca_kg import errors
from poca_kg.cli import COMMANDS
from poca_kg.settings import TABLE

ROOT = Path(__file__).resolve().parents[2]
ALL_PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SHAPE_PAGES = [page for page in ALL_PAGES if page.parent.name == "shapes"]
PAGES = sorted(set(ALL_PAGES) - set(SHAPE_PAGES))
GENERATORS = sorted((ROOT / "tools").glob("generate_*.py"))
EXAMPLE_PAGES = [page for page in PAGES if "decisions" not in page.parts and "reference" not in page.parts]


def headings(page: Path) -> set[str]:
    return {line.lstrip("#").strip(" `") for line in page.read_text().splitlines() if line.startswith("#")}


def test_every_command_has_a_heading():
    assert set(COMMANDS) <= headings(ROOT / "docs/reference/commands.md")


def test_every_setting_has_a_heading():
    assert {setting.name for setting in TABLE} <= headings(ROOT / "docs/reference/settings.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_settings_that_a_page_names_exist(page):
    named = set(re.findall(r"POCA_KG_[A-Z0-9_]*[A-Z0-9]", page.read_text()))
    assert named <= {setting.name for setting in TABLE}


def test_every_route_has_a_heading():
    from poca_kg.web import create_app

    rules = {
        rule.rule for rule in create_app(None).url_map.iter_rules() if not rule.rule.startswith("/static")
    }
    assert rules <= headings(ROOT / "docs/http.md")


def test_every_error_class_is_in_the_tree():
    classes = {name for name in errors.__all__ if name.endswith("Error")}
    assert all(name in (errors.__doc__ or "") for name in classes)


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda path: path.stem)
def test_generated_pages_are_in_step(generator):
    outcome = subprocess.run(
        [sys.executable, generator, "--check"], capture_output=True, text=True, check=False
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def dead_links(page: Path) -> list[str]:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", prose)
    return [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    assert dead_links(page) == []


def test_links_from_the_pages_of_shapes_lead_somewhere():
    assert len(SHAPE_PAGES) > 400
    assert [(page.name, dead) for page in SHAPE_PAGES if (dead := dead_links(page))] == []


def test_a_dead_link_would_be_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("[here](page.md) and [there](nowhere.md), `[not](a-link.md)`")
    assert dead_links(page) == ["nowhere.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_names_a_path_of_a_machine(page):
    assert not re.search(r"(^|[\s`\"'(])/(tmp|root|home|work)/", page.read_text())


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", EXAMPLE_PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_examples_run(page, tmp_path, monkeypatch, published_graph):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("page", EXAMPLE_PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_console_examples_run(page, tmp_path, published_graph):
    """Lines that start with ``$ poca-kg`` run; a line ``# exit N`` before one names its exit code."""
    expected = 0
    for block in blocks(page, "console"):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("# exit "):
                expected = int(line.split()[2])
            if not line.startswith("$ poca-kg ") or line.startswith("$ poca-kg serve"):
                continue
            command = shlex.split(line[2:])
            outcome = subprocess.run(
                [sys.executable, "-m", "poca_kg", *command[1:]],
                cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
            )  # fmt: skip
            assert outcome.returncode == expected, f"{line}\n{outcome.stdout}{outcome.stderr}"
            expected = 0


def test_the_changelogs_top_version_is_the_packages():
    top = re.search(r"^## \[?([\w.]+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert top
    assert version
    assert top.group(1) == version.group(1)


def test_decisions_are_short_and_numbered_without_gaps():
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert all(len(page.read_text().splitlines()) <= 60 for page in pages)
