"""The files of deploy/: little privilege, and settings that exist (B25)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from poca_kg.settings import TABLE

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNIT = DEPLOY / "poca-kg.service"
MOST_EXPOSED = 3.0
NEEDED = {
    "CapabilityBoundingSet=",
    "DynamicUser=yes",
    "NoNewPrivileges=yes",
    "PrivateTmp=yes",
    "ProtectHome=yes",
    "ProtectSystem=strict",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "StateDirectoryMode=0700",
}


def missing(unit: str) -> set[str]:
    lines = set(unit.splitlines())
    return {line for line in NEEDED if line not in lines} | {
        name for name in ("MemoryMax", "TasksMax") if not re.search(rf"^{name}=\d", unit, re.MULTILINE)
    }


def exposure(unit: Path) -> float:
    outcome = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    found = re.search(r"Overall exposure level for .*: ([\d.]+)", outcome.stdout)
    assert found, outcome.stdout + outcome.stderr
    return float(found.group(1))


def test_the_unit_gives_nothing_away():
    assert not missing(UNIT.read_text())


def test_a_unit_that_gives_something_away_is_noticed():
    assert missing(UNIT.read_text().replace("NoNewPrivileges=yes", "")) == {"NoNewPrivileges=yes"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_the_unit_closed(tmp_path):
    open_unit = tmp_path / "open.service"
    open_unit.write_text("[Service]\nExecStart=/bin/true\n")
    assert exposure(UNIT) <= MOST_EXPOSED < exposure(open_unit)


def test_the_container_runs_as_nobody_of_note():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["10001:10001"]
    assert not [line for line in lines if line.startswith("ENV") and "TOKEN" in line]


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_settings_that_are_named_exist(file):
    named = set(re.findall(r"POCA_KG_[A-Z_]+", file.read_text()))
    assert named <= {setting.name for setting in TABLE}


def test_the_page_for_operators_names_every_setting_of_the_service_that_limits_a_client():
    page = (DEPLOY.parent / "docs" / "operate.md").read_text()
    limits = [one.name for one in TABLE if one.field.startswith(("max_", "query_", "client_"))]
    assert [name for name in limits if name not in page] == []
