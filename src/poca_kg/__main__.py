"""``python -m poca_kg`` and the ``poca-kg`` command."""

from __future__ import annotations

import sys

from poca_kg.cli import run

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run())


if __name__ == "__main__":
    main()
