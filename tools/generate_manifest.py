"""Write ``data/manifest.json``: what the committed sources build to; ``--check`` only compares."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from poca_kg.build import build_dataset

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "data" / "manifest.json"


def main() -> int:
    """Build, then write the manifest, or with ``--check`` return 1 when the committed one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    check = parser.parse_args().check
    manifest = build_dataset(ROOT / "data" / "sources", ROOT / "ontology").manifest.to_json()
    if not check:
        PATH.write_bytes(manifest)
        return 0
    if PATH.is_file() and PATH.read_bytes() == manifest:
        return 0
    sys.stderr.write("data/manifest.json is out of step with the sources; run make reference\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
