"""Adds the store on disk to a large snapshot when nobody waits for it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from poca_kg.sandbox.confinement import clean_environment
from poca_kg.store.publication import add_store

__all__ = ["StoreMaker", "main"]

_PROGRAM = "from poca_kg.service.store_maker import main; main()"


class StoreMaker:
    """Makes one store at a time; what is not finished when another version is written is given up.

    A snapshot without a store is whole: it is only slower to begin to serve.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, snapshot: Path) -> None:
        """Begin with the store of a snapshot, instead of any other."""
        self.end()
        if not (snapshot / "store").is_dir():
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-P", "-c", _PROGRAM, str(snapshot)],
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )

    def end(self) -> None:
        """Give up what is being made; what is left of it is cleared away by the next publication."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def main() -> None:
    """Make the store of the snapshot that ``argv`` names, at the lowest priority."""
    if hasattr(os, "nice"):
        os.nice(19)
    add_store(Path(sys.argv[1]))
