"""``python -m poca_kg`` and the ``poca-kg`` command."""

from __future__ import annotations

import signal
import sys
from types import FrameType

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.argv[1:2] == ["serve"]:
        signal.signal(signal.SIGTERM, _leave)  # for the moments before there is a service to be stopped
    from poca_kg.cli import run  # noqa: PLC0415  (takes a part of those moments)

    sys.exit(run())


def _leave(number: int, frame: FrameType | None) -> None:
    """End as somebody who was told to."""
    del number, frame
    sys.exit(0)


if __name__ == "__main__":
    main()
