"""B12 as clients see it: a full disk refuses writes with 507, reads go on, and room is all that it takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from service_support import COUNT, ROWS, Service, counted, publish_rows, wait_for

from poca_kg.sandbox.confinement import can_confine

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not can_confine(), reason="needs Linux")]

TOKEN = "T" * 40
WRITE = 'INSERT DATA { GRAPH <http://e/h> { <http://e/s> <http://e/v> "x" } }'


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting needs to be root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all room that is left, and return the file that has it."""
    taken = disk / "taken"
    with taken.open("wb", buffering=0) as out:
        try:
            while out.write(bytes(4096)):
                pass
        except OSError:
            return taken
    raise AssertionError("the disk takes everything")


def test_a_full_disk_refuses_writes_and_nothing_else_until_there_is_room_again(disk, tmp_path):
    data = disk / "data"
    publish_rows("first", data)
    service = Service("--writes", "--unvalidated", log=tmp_path / "log", data_dir=str(data), token=TOKEN)
    try:
        taken = fill(disk)
        assert service.update(WRITE, TOKEN) == 507
        assert counted(service.ask(COUNT)) == {"first": ROWS}
        assert service.get("/healthz").status == 200
        told = service.get("/readyz")
        assert (told.status, set(json.loads(told.body)["reasons"])) == (503, {"writes"})
        assert str(disk).encode() not in told.body
        taken.unlink()
        assert wait_for(lambda: service.get("/readyz").status == 200)
        assert service.update(WRITE, TOKEN) == 204
        assert counted(service.ask(COUNT)) == {"first": ROWS, "x": 1}
    finally:
        assert service.end() == 0
    said = [line for line in service.log.read_text().splitlines() if "writes are taken" in line]
    assert len(said) == 2
