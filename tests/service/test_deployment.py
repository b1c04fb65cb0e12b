"""The files of deploy/: little privilege, and settings that exist (B25)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from service_support import COUNT, ROWS, Service, counted, publish_rows

from poca_kg.sandbox.confinement import can_confine
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


LOCKED = """
mount --make-rprivate / && mount --bind "$0" "$0" &&
mount -t tmpfs tmpfs /mnt && mount -o remount,ro,bind / &&
exec env TMPDIR=/mnt setpriv --no-new-privs --bounding-set=-all "$@"
"""
"""What unit and container do: one folder to write to, another for temporary files, and no capability."""


def can_be_locked() -> bool:
    if sys.platform != "linux" or os.getuid() or not can_confine() or not shutil.which("setpriv"):
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not can_be_locked(), reason="mounting needs to be root on Linux")
def test_it_needs_one_folder_to_write_to_and_no_capability(tmp_path):
    data = tmp_path / "data"
    publish_rows("first", data)
    token = "T" * 40
    under = ["unshare", "-m", "sh", "-c", LOCKED, str(data)]
    service = Service(
        "--writes", "--unvalidated", log=tmp_path / "log", under=under, data_dir=str(data), token=token
    )
    process = Path(f"/proc/{service.process.pid}")
    assert re.search(r"^CapEff:\s*0+$", (process / "status").read_text(), re.MULTILINE)
    assert re.search(r" / / ro\b", (process / "mountinfo").read_text())
    added = 'INSERT DATA { GRAPH <http://e/h> { <http://e/s> <http://e/v> "x" } }'
    assert service.update(added, token) == 204
    assert counted(service.ask(COUNT)) == {"first": ROWS, "x": 1}
    assert service.end() == 0


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_settings_that_are_named_exist(file):
    named = set(re.findall(r"POCA_KG_[A-Z_]+", file.read_text()))
    assert named <= {setting.name for setting in TABLE}


def test_the_page_for_operators_names_every_setting_of_the_service_that_limits_a_client():
    page = (DEPLOY.parent / "docs" / "operate.md").read_text()
    limits = [one.name for one in TABLE if one.field.startswith(("max_", "query_", "client_"))]
    assert [name for name in limits if name not in page] == []
