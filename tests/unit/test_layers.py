"""The layers hold, and the contract that says so can fail."""

import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def lint_imports(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", config],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_layers_hold():
    outcome = lint_imports(ROOT / "src", ROOT / "pyproject.toml")
    assert outcome.returncode == 0, outcome.stdout


def small_package(folder: Path, modules: dict[str, str]) -> Path:
    """Write a package with the real contracts and one stand-in module per layer; return its configuration."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    names = [
        name.strip(" ()")
        for layer in contracts["contracts"][0]["layers"]
        for name in layer.split("|")
        if not name.strip().startswith("(")
    ]
    package = folder / "poca_kg"
    package.mkdir()
    for name in ("__init__", *names, *modules):
        (package / f"{name}.py").write_text(modules.get(name, ""))
    config = folder / "pyproject.toml"
    original = (ROOT / "pyproject.toml").read_text()
    start = original.index("[tool.importlinter]")
    config.write_text(original[start : original.index("[tool.ruff]", start)])
    return config


@pytest.mark.parametrize(
    ("modules", "complaint"),
    [
        ({"store": "import poca_kg.web\n"}, "poca_kg.store -> poca_kg.web"),
        ({"build": "import poca_kg.validate\n"}, "poca_kg.build -> poca_kg.validate"),
        ({"analysis": "import flask\n"}, "poca_kg.analysis -> flask"),
        ({"web": "import pyoxigraph\n"}, "poca_kg.web -> pyoxigraph"),
        ({"nowhere": ""}, "nowhere"),
    ],
    ids=["upwards", "sibling", "flask-below-web", "engine-outside-store", "module-without-a-layer"],
)
def test_a_breach_of_the_layers_is_reported(tmp_path, modules, complaint):
    outcome = lint_imports(tmp_path, small_package(tmp_path, modules))
    assert outcome.returncode != 0
    assert complaint in " ".join(outcome.stdout.split())


def test_the_small_package_without_a_breach_passes(tmp_path):
    outcome = lint_imports(tmp_path, small_package(tmp_path, {}))
    assert outcome.returncode == 0, outcome.stdout + textwrap.indent(outcome.stderr, "  ")
