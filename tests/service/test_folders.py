"""What a service leaves in the folder for temporary files: nothing, or what the next one clears."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from service_support import alive, descendants, wait_for

from poca_kg.service import folders

LEFT = "poca-kg-serve-{namespace:x}-{pid:x}-abc"
STOP_S = 15.0


@pytest.fixture
def scratch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the folder for temporary files of this process and those it starts; a socket's name is short."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr("tempfile.tempdir", None)
        yield Path(folder)


def ended_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def namespace() -> int:
    return Path("/proc/self/ns/pid").stat().st_ino


def test_what_a_process_left_that_lives_no_more_is_cleared_and_nothing_else(scratch: Path) -> None:
    kept = folders.make_folder("serve")
    left = scratch / LEFT.format(namespace=namespace(), pid=ended_pid())
    elsewhere = scratch / LEFT.format(namespace=1, pid=ended_pid())
    other = scratch / "poca-kg-notes"
    for one in (left, elsewhere, other):
        one.mkdir(exist_ok=True)
        (one / "file").write_text("kept?")
    (scratch / LEFT.format(namespace=namespace(), pid=ended_pid())).symlink_to(other)
    folders.clear_left()
    assert not left.exists()
    assert kept.is_dir()
    assert (elsewhere / "file").exists()
    assert (other / "file").exists()


def start() -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "poca_kg", "serve", "--writes", "--empty", "--unvalidated", "--port", "0"]
    environ = os.environ | {"POCA_KG_TOKEN": "T" * 40, "POCA_KG_FRONTS": "1", "POCA_KG_LOG": "none"}
    return subprocess.Popen(words, stderr=subprocess.PIPE, env=environ)


def hears_sigterm(process: subprocess.Popen[bytes]) -> bool:
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) & 1 << (signal.SIGTERM - 1))


@pytest.mark.parametrize("later_s", [0.0, 0.15, 0.3, 0.6])
def test_an_end_in_the_first_moments_is_an_end_and_leaves_nothing(scratch: Path, later_s: float) -> None:
    with start() as process:
        try:
            assert wait_for(lambda: hears_sigterm(process))
            time.sleep(later_s)
            below = descendants(process.pid)
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOP_S) == 0
        finally:
            process.kill()
    assert wait_for(lambda: not any(map(alive, below)))
    assert list(scratch.iterdir()) == []


def test_what_a_killed_service_leaves_is_cleared_by_the_next(scratch: Path) -> None:
    with start() as killed:
        assert wait_for(lambda: len(list(scratch.glob("poca-kg-*"))) >= 3, 20.0)
        killed.kill()
    left = set(scratch.iterdir())
    assert left
    with start() as process:
        try:
            assert wait_for(lambda: not left & set(scratch.iterdir()), 20.0)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_S)
    assert list(scratch.iterdir()) == []
